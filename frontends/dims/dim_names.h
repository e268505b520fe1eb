// SPDX-License-Identifier: Apache-2.0
//
// The names that a model gives to dimensions, and how some follow from others.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dnncut {

using DimValues = std::map<std::string, int64_t>;  // by name

// The shape of a tensor; null for anything else and where there is none.
const ONNX_NAMESPACE::TensorShapeProto* TensorShape(
    const ONNX_NAMESPACE::ValueInfoProto& info);

class DimNames {
 public:
  // Of all shapes in the graph and its bodies, which are not changed.
  explicit DimNames(ONNX_NAMESPACE::GraphProto* graph);

  // Of a dim, or read to compute one.
  bool Contains(const std::string& name) const;
  std::vector<std::string> All() const;

  // The names that are read to compute the dim called `name`; null when that is
  // a name like any other.
  const std::set<std::string>* PartsOf(const std::string& name) const;

  // True when the dim called `name` is computed from names that have values, or
  // that are names of dims themselves. (What looks like an expression but is of
  // unheard-of names is better taken as a name: "batch-size".)
  bool FollowsFromOthers(const std::string& name,
                         const DimValues& values) const;

  // Adds to `values` what follows from them. Throws Error when that contradicts
  // a value, or is no size.
  void Compute(DimValues* values) const;

 private:
  void Add(const std::string& name);

  std::set<std::string> own_;
  std::map<std::string, std::set<std::string>>
      expressions_;              // with their parts
  std::set<std::string> parts_;  // of all of them
};

}  // namespace dnncut
