// SPDX-License-Identifier: Apache-2.0
//
// A name means the same number everywhere, so names get their second values
// first, then come expressions of them.
#include "frontends/dims/second_size.h"

#include <algorithm>
#include <set>

#include "compiler/base/checked_math.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/dims/batch_dims.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::TensorShapeProto;

class SecondSize {
 public:
  SecondSize(FreeSizes sizes, GraphProto graph, DimValues known)
      : graph_(std::move(graph)),
        names_(&graph_),
        batch_(names_, graph_),
        sizes_(sizes),
        known_(std::move(known)) {}

  std::optional<InputShapes> Find(const InputShapes& shapes) {
    for (const auto& [name, value] : known_) SetName(name, value);
    for (const Input& input : InputsIn(shapes)) {
      for (int d = 0; d < input.declared->dim_size(); ++d) {
        SetName(input.declared->dim(d).dim_param(), input.shape[d]);
      }
    }
    names_.Compute(&values_);
    InputShapes result = shapes;
    for (const Input& input : InputsIn(shapes)) {
      for (int d = 0; d < input.declared->dim_size(); ++d) {
        if (input.declared->dim(d).has_dim_value()) continue;
        const auto size = SizeOf(*input.declared, d, input.shape[d]);
        if (!size) return std::nullopt;
        result[input.name][d] = *size;
      }
    }
    if (result == shapes) return std::nullopt;
    return result;
  }

  FreeDimKinds Kinds() const {
    FreeDimKinds kinds;
    for (const int i : RealInputs(graph_)) {
      const TensorShapeProto* shape = TensorShape(graph_.input(i));
      if (shape == nullptr) {
        const bool no_rank = graph_.input(i).type().has_tensor_type();
        kinds.other = kinds.other || no_rank;
        continue;
      }
      for (int d = 0; d < shape->dim_size(); ++d) {
        if (shape->dim(d).has_dim_value()) continue;
        (IsBatch(*shape, d) ? kinds.batch : kinds.other) = true;
      }
    }
    return kinds;
  }

 private:
  struct Input {
    std::string name;
    const TensorShapeProto* declared;
    std::vector<int64_t> shape;  // of the same rank
  };

  std::vector<Input> InputsIn(const InputShapes& shapes) const {
    std::vector<Input> inputs;
    for (const int i : RealInputs(graph_)) {
      const std::string& name = graph_.input(i).name();
      const TensorShapeProto* declared = TensorShape(graph_.input(i));
      const auto shape = shapes.find(name);
      if (declared == nullptr || shape == shapes.end()) continue;
      if (std::ssize(shape->second) != declared->dim_size()) continue;
      inputs.push_back({name, declared, shape->second});
    }
    return inputs;
  }

  // Expressions follow from others.
  void SetName(const std::string& name, int64_t size) {
    if (name.empty() || names_.FollowsFromOthers(name, known_)) return;
    const bool twice =
        sizes_ == FreeSizes::kAll || batch_.Contains(name, known_);
    if (twice) changed_.insert(name);
    values_[name] = twice ? Twice(size) : size;
  }

  std::optional<int64_t> SizeOf(const TensorShapeProto& declared, int d,
                                int64_t size) const {
    const std::string& name = declared.dim(d).dim_param();
    if (name.empty()) {
      const bool twice = sizes_ == FreeSizes::kAll || IsBatch(declared, d);
      return twice ? Twice(size) : size;
    }
    const auto value = values_.find(name);
    if (value != values_.end()) return value->second;
    // An expression of a name whose value is not known.
    const std::set<std::string>& parts = *names_.PartsOf(name);
    const bool may_change =
        sizes_ == FreeSizes::kAll ||
        std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
          return changed_.contains(part);
        });
    if (may_change) return std::nullopt;
    return size;
  }

  bool IsBatch(const TensorShapeProto& shape, int d) const {
    const std::string& name = shape.dim(d).dim_param();
    return name.empty() ? d == 0 && batch_.CanLead(shape, known_)
                        : batch_.Contains(name, known_);
  }

  static int64_t Twice(int64_t size) {
    return size == 0 ? 2 : CheckedMul(2, size, "twice the size of an input");
  }

  GraphProto graph_;
  const DimNames names_;
  const BatchDims batch_;
  const FreeSizes sizes_;
  const DimValues known_;
  DimValues values_;  // at the second size
  std::set<std::string> changed_;
};

}  // namespace

std::optional<InputShapes> ShapesAtTwice(FreeSizes sizes,
                                         const GraphProto& graph,
                                         const InputShapes& shapes,
                                         const DimValues& known) {
  return SecondSize(sizes, graph, known).Find(shapes);
}

FreeDimKinds FindFreeDimKinds(const GraphProto& graph) {
  return SecondSize(FreeSizes::kBatch, graph, {}).Kinds();
}

}  // namespace dnncut
