// SPDX-License-Identifier: Apache-2.0
//
// Messages are compared in two steps. First all but the numbers of tensors:
// these are cleared in a copy, and two serialised copies are equal exactly when
// the messages were. Then the numbers, tensor by tensor in the order in which
// both messages have them. Weights in files are read from both files block by
// block, so memory does not grow with them.
#include "tools/verify/same_content.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "compiler/base/file_descriptor.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/source_model.h"
#include "compiler/model/weight_file.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::SparseTensorProto;
using ONNX_NAMESPACE::TensorProto;

std::string Stripped(NodeProto node) {
  ForEachTensor(&node, ClearNumbers);
  return node.SerializeAsString();
}

std::string Stripped(FunctionProto function) {
  for (NodeProto& node : *function.mutable_node()) {
    ForEachTensor(&node, ClearNumbers);
  }
  return function.SerializeAsString();
}

std::string Stripped(TensorProto tensor) {
  ClearNumbers(&tensor);
  return tensor.SerializeAsString();
}

std::string Stripped(SparseTensorProto sparse) {
  ClearNumbers(sparse.mutable_values());
  ClearNumbers(sparse.mutable_indices());
  return sparse.SerializeAsString();
}

template <typename Message>
std::vector<const TensorProto*> TensorsOf(const Message& message) {
  std::vector<const TensorProto*> tensors;
  ForEachTensor(message,
                [&](const TensorProto& tensor) { tensors.push_back(&tensor); });
  return tensors;
}

std::string FirstOtherPart(const NodeProto& a, const NodeProto& b) {
  if (a.op_type() != b.op_type() || a.domain() != b.domain()) {
    return fmt::format("the operator ({} instead of {})", a.op_type(),
                       b.op_type());
  }
  const auto same_text = [](const auto& list_a, const auto& list_b) {
    return std::equal(list_a.begin(), list_a.end(), list_b.begin(),
                      list_b.end());
  };
  if (!same_text(a.input(), b.input())) return "the inputs";
  if (!same_text(a.output(), b.output())) return "the outputs";
  if (a.attribute_size() != b.attribute_size()) return "the attributes";
  for (int i = 0; i < a.attribute_size(); ++i) {
    NodeProto only_a;
    NodeProto only_b;
    *only_a.add_attribute() = a.attribute(i);
    *only_b.add_attribute() = b.attribute(i);
    if (Stripped(only_a) != Stripped(only_b)) {
      return fmt::format("attribute '{}'", b.attribute(i).name());
    }
  }
  return "its name or description";
}

std::string DataOf(const TensorProto& tensor) {
  if (tensor.name().empty()) return "the data of a tensor in it";
  return fmt::format("the data of tensor '{}'", tensor.name());
}

std::string FileOf(const SourceModel& half, const WeightData& data) {
  return data.location.empty()
             ? half.path
             : (std::filesystem::path(half.path).parent_path() / data.location)
                   .string();
}

// Whether the weight of the half, which is small, is `bytes`.
bool HoldsBytes(const SourceModel& half, const WeightData& data,
                std::string_view bytes) {
  if (data.encoding != WeightData::Encoding::kRaw ||
      data.bytes != std::ssize(bytes)) {
    return false;
  }
  const UniqueFd file = OpenWeightFile(half, data);
  std::string mine(bytes.size(), '\0');
  for (size_t done = 0; done < mine.size();) {
    const ssize_t got =
        pread(file.get(), mine.data() + done, mine.size() - done,
              data.offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<size_t>(got);
  }
  return mine == bytes;
}

}  // namespace

std::string ContentComparer::DataDifference(const SourceModel& half,
                                            const Tensors& a,
                                            const Tensors& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (!SameData(half, *a[i], *b[i])) return DataOf(*b[i]);
  }
  return "";
}

std::string ContentComparer::Difference(const SourceModel& half,
                                        const NodeProto& a,
                                        const NodeProto& b) {
  if (Stripped(a) != Stripped(b)) return FirstOtherPart(a, b);
  return DataDifference(half, TensorsOf(a), TensorsOf(b));
}

std::string ContentComparer::Difference(const SourceModel& half,
                                        const FunctionProto& a,
                                        const FunctionProto& b) {
  if (Stripped(a) != Stripped(b)) return "its text";
  return DataDifference(half, TensorsOf(a), TensorsOf(b));
}

std::string ContentComparer::Difference(const SourceModel& half,
                                        const TensorProto& a,
                                        const TensorProto& b) {
  if (Stripped(a) != Stripped(b)) return "the type or the description";
  return SameData(half, a, b) ? "" : "the data";
}

std::string ContentComparer::Difference(const SourceModel& half,
                                        const SparseTensorProto& a,
                                        const SparseTensorProto& b) {
  if (Stripped(a) != Stripped(b)) return "the type or the description";
  const bool same = SameData(half, a.values(), b.values()) &&
                    SameData(half, a.indices(), b.indices());
  return same ? "" : "the data";
}

bool ContentComparer::SameData(const SourceModel& half, const TensorProto& a,
                               const TensorProto& b) {
  const auto weight_a = WeightOf(a);
  const auto weight_b = WeightOf(b);
  if (weight_a && weight_b) return SameWeight(half, *weight_a, *weight_b);
  // A value that was folded has no file in the source.
  if (weight_a)
    return HoldsBytes(half, half.weights.at(*weight_a), b.raw_data());
  if (!weight_b) {
    // Small, so that they are copies of each other.
    TensorProto copy_a = a;
    TensorProto copy_b = b;
    copy_a.clear_data_location();
    copy_b.clear_data_location();
    return copy_a.SerializeAsString() == copy_b.SerializeAsString();
  }
  // Small, but external in the source.
  bool same = true;
  std::string_view rest = a.raw_data();
  whole_reader_.Read(*weight_b, [&](std::string_view block) {
    same = same && rest.starts_with(block);
    rest.remove_prefix(std::min(block.size(), rest.size()));
  });
  return same && rest.empty();
}

bool ContentComparer::SameWeight(const SourceModel& half, WeightId a,
                                 WeightId b) {
  const WeightData& data = half.weights.at(a);
  if (data.bytes != whole_.weights.at(b).bytes ||
      data.encoding != WeightData::Encoding::kRaw) {
    return false;
  }
  const std::tuple place{FileOf(half, data), data.offset, data.bytes, b};
  if (same_.contains(place)) return true;

  const UniqueFd open_file = OpenWeightFile(half, data);
  bool same = true;
  int64_t done = 0;
  std::string mine;
  whole_reader_.Read(b, [&](std::string_view block) {
    while (same && !block.empty()) {
      mine.resize(block.size());
      const ssize_t got =
          pread(open_file.get(), mine.data(), mine.size(), data.offset + done);
      if (got < 0 && errno == EINTR) continue;
      same = got > 0 && block.starts_with(std::string_view(
                            mine.data(), static_cast<size_t>(got)));
      if (!same) return;
      block.remove_prefix(static_cast<size_t>(got));
      done += got;
    }
  });
  if (same) same_.insert(place);
  return same;
}

}  // namespace dnncut
