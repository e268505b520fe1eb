// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/model_flags.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tools/cli/readers.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/runtime/onnxruntime_types.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

TypeInference InferenceOf(const std::string& choice) {
  if (choice == "none") return nullptr;
  // A library that was asked for must be there even when no shape is missing;
  // one that was not is looked for only then, because loading it takes time.
  std::optional<OnnxRuntime> named;
  if (!choice.empty()) named = FindOnnxRuntime(choice);
  return [named](const SourceModel& model) {
    const std::optional<OnnxRuntime> runtime =
        named ? named : FindOnnxRuntime("");
    return runtime ? InferTypesWithOnnxRuntime(model, *runtime) : TypeMap();
  };
}

}  // namespace

void AddModelFlags(Flags* flags, LoadOptions* load, ImportOptions* import,
                   std::string* onnxruntime) {
  flags->AddRepeatable(
      "--dim", "NAME=VALUE",
      Named(&import->dims, "=", "batch=1",
            [](std::string_view flag, const std::string& text) {
              return ParseCount(flag, text, 0, INT64_MAX);
            }),
      "fixes a symbolic dim of the inputs, for example batch=1");
  flags->AddRepeatable(
      "--shape", "INPUT=SHAPE",
      Named(&import->shapes, "=:", "x=1x3x224x224", ParseShape),
      "fixes the shape of an input, for example x=1x3x224x224");
  flags->AddRepeatable(
      "--tensor-shape", "NAME=SHAPE",
      Named(&import->stated.shapes, "=", "boxes=float32[100,4]",
            ParseTensorType),
      "states the shape of any tensor, for an operator that is not known or "
      "where only the data decides it; sizes and costs follow from it; for "
      "example boxes=100x4, or boxes=float32[100,4] where the type of its "
      "elements is not known either");
  flags->AddRepeatable(
      "--loop-count", "NAME=N",
      Named(&import->stated.loops, "=", "decode=20",
            [](std::string_view flag, const std::string& text) {
              return ParseCount(flag, text, 0, INT32_MAX);
            }),
      "how often a Loop typically runs, by its node or a tensor that it makes, "
      "for example decode=20");
  flags->AddRepeatable(
      "--tensor-bytes", "NAME=BYTES",
      Named(&import->tensor_bytes, "=", "boxes=64KiB", ParseBytes),
      "what is typical of a tensor whose size only the data decides, instead "
      "of "
      "a bound, for example boxes=64KiB");
  flags->AddRepeatable(
      "--input-value", "NAME=VALUE",
      Named(&import->input_values, "=", "sr=16000",
            [](std::string_view, const std::string& text) { return text; }),
      "fixes an input to a constant and folds what follows from it, for "
      "example "
      "sr=16000; several values with commas between them");
  import->inference = InferenceOf("");
  flags->AddValue(
      "--onnxruntime", "PATH",
      [=](std::string_view, const std::string& text) {
        if (onnxruntime != nullptr) *onnxruntime = text;
        import->inference = InferenceOf(text);
      },
      "ONNX Runtime's library or its folder, for shapes; 'none' for none; "
      "default: found by itself");
  flags->AddSwitch("--allow-newer", &load->allow_newer,
                   "takes models of opset and IR versions that are newer than "
                   "this program");
}

}  // namespace dnncut
