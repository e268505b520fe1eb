// SPDX-License-Identifier: Apache-2.0
#include "frontends/read/onnx_recognizer.h"

#include "compiler/base/error.h"

namespace dnncut {

void OnnxRecognizer::Note(const WireField& field) {
  using Type = WireField::Type;
  constexpr int kHighestNumber = 100;  // ONNX uses numbers up to 26
  const bool is_number = field.number == 1 || field.number == 5;
  const bool is_known = field.number <= 8 || field.number == 14 ||
                        field.number == 20 || field.number == 25;
  const Type expected = is_number ? Type::kVarint : Type::kBytes;
  if (field.number > kHighestNumber || (is_known && field.type != expected)) {
    if (!saw_graph_) {
      if (field.Is(1, Type::kBytes)) {
        Fail(ExitCode::kBadInput, "E202",
             "is no ONNX model; it could be a TensorFlow graph (.pb), which "
             "tf2onnx converts");
      }
      if (field.Is(2, Type::kVarint)) {
        Fail(ExitCode::kBadInput, "E202",
             "is no ONNX model; it could be a single ONNX tensor, as in test "
             "data");
      }
      if (saw_model_field_ && field.number > kHighestNumber) {
        Fail(ExitCode::kBadInput, "E202",
             "is no ONNX model; it could be a Core ML model (.mlmodel)");
      }
    }
    throw WireError(field.whole.begin, 0);
  }
  saw_model_field_ = saw_model_field_ || is_known;
  saw_graph_ = saw_graph_ || field.number == 7;
}

void OnnxRecognizer::RequireModel() const {
  if (!saw_model_field_) {
    Fail(ExitCode::kBadInput, "E202", "is no ONNX model");
  }
  if (!saw_graph_) {
    Fail(ExitCode::kBadInput, "E207", "is an ONNX model without a graph");
  }
}

void OnnxRecognizer::FailBroken(const WireError& error, bool at_top_level,
                                int64_t file_bytes) const {
  if (!saw_model_field_ && at_top_level && error.missing_bytes == 0) {
    Fail(ExitCode::kBadInput, "E202",
         "is no ONNX model: it is not even in its file format");
  }
  if (at_top_level && error.missing_bytes > 0) {
    Fail(ExitCode::kBadInput, "E203",
         "is cut off, or no ONNX model: at least {} more bytes must follow its "
         "{}; copy or download it again",
         error.missing_bytes, file_bytes);
  }
  if (at_top_level && saw_graph_) {
    Fail(ExitCode::kBadInput, "E204",
         "has garbage behind the model, from byte {} on", error.offset);
  }
  Fail(ExitCode::kBadInput, "E204",
       "is broken at byte {}; copy or download it again", error.offset);
}

}  // namespace dnncut
