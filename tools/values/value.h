// SPDX-License-Identifier: Apache-2.0
//
// What goes into and comes out of a run of a model: tensors, and the rarer
// sequences, maps and optionals of ONNX.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/model/dtype.h"

namespace dnncut {

struct Value {
  enum class Kind : uint8_t {
    kTensor,
    kSequence,
    kMap,
    kNothing,  // an optional that holds none
  };
  std::string name;
  Kind kind = Kind::kTensor;

  // Of a tensor. `data` is what ONNX calls raw_data; a tensor of strings has
  // `strings` instead, one an element.
  DType dtype = DType::kUndefined;
  std::vector<int64_t> shape;
  std::string data;
  std::vector<std::string> strings;

  // Of a sequence: its elements. Of a map: its keys, its values.
  std::vector<Value> elements;

  bool operator==(const Value&) const = default;
};

// The one with that name; null when there is none.
const Value* FindValue(const std::vector<Value>& values, std::string_view name);

// "float32[1,3,224,224]", "sequence of 3", "nothing".
std::string DescribeValue(const Value& value);

// Any values as bytes and back, between processes of the same program.
std::string PackValues(const std::vector<Value>& values);
std::vector<Value> UnpackValues(std::string_view bytes);

}  // namespace dnncut
