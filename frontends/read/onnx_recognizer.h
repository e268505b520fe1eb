// SPDX-License-Identifier: Apache-2.0
//
// Tells an ONNX model from other files in protobuf's format, and from garbage
// that happens to be well-formed, by the fields of the outermost message.
#pragma once

#include <cstdint>

#include "frontends/read/wire.h"

namespace dnncut {

class OnnxRecognizer {
 public:
  // Every field of the outermost message, in the order of the file. Throws
  // Error E202 for a file of another kind that is known, else WireError for a
  // field that no ONNX model has.
  void Note(const WireField& field);

  // When all fields were noted. Throws Error E202 or E207 unless they were a
  // model with a graph.
  void RequireModel() const;

  // The Error for a file that ends or breaks at `error`: in the outermost
  // message or inside another one.
  [[noreturn]] void FailBroken(const WireError& error, bool at_top_level,
                               int64_t file_bytes) const;

 private:
  bool saw_model_field_ = false;  // one that an ONNX model has
  bool saw_graph_ = false;
};

}  // namespace dnncut
