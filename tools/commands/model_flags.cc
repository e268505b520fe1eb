// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/model_flags.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "tools/cli/command.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/runtime/onnxruntime_types.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

// "NAME=VALUE"; tensor names may hold '=', values cannot.
std::pair<std::string, std::string> SplitNamed(std::string_view flag,
                                               const std::string& text,
                                               size_t separator,
                                               std::string_view example) {
  if (separator == std::string::npos || separator == 0) {
    Fail(ExitCode::kUsage, "E106",
         "{} '{}' has no name and value; write for example {} {}", flag, text,
         flag, example);
  }
  return {text.substr(0, separator), text.substr(separator + 1)};
}

template <typename Value>
void Insert(std::string_view flag, const std::string& name, Value value,
            std::map<std::string, Value>* values) {
  if (!values->emplace(name, std::move(value)).second) {
    Fail(ExitCode::kUsage, "E108", "{} is given twice for '{}'", flag, name);
  }
}

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

void AddModelFlags(CLI::App* app, ModelFlags* flags) {
  AddRepeatable(app, "--dim", "NAME=VALUE", &flags->dims,
                "fixes a symbolic dim of the inputs, for example batch=1");
  AddRepeatable(app, "--shape", "INPUT=SHAPE", &flags->shapes,
                "fixes the shape of an input, for example x=1x3x224x224");
  AddRepeatable(app, "--tensor-bytes", "NAME=MAX", &flags->tensor_bytes,
                "how large a tensor gets whose size only the data decides, "
                "for example boxes=64KiB");
  AddValue(app, "--onnxruntime", "PATH", &flags->onnxruntime,
           "ONNX Runtime's library or its folder, for shapes; 'none' for "
           "none; default: found by itself");
  AddSwitch(app, "--allow-newer", &flags->allow_newer,
            "takes models of opset and IR versions that are newer than "
            "this program");
}

LoadOptions LoadOptionsOf(const ModelFlags& flags) {
  LoadOptions options;
  options.allow_newer = flags.allow_newer;
  return options;
}

ImportOptions ImportOptionsOf(const ModelFlags& flags) {
  ImportOptions options;
  for (const std::string& text : flags.dims) {
    const auto [name, value] =
        SplitNamed("--dim", text, text.rfind('='), "batch=1");
    Insert("--dim", name, ParseCount("--dim", value, 0, INT64_MAX),
           &options.dims);
  }
  for (const std::string& text : flags.shapes) {
    const auto [name, value] =
        SplitNamed("--shape", text, text.find_last_of("=:"), "x=1x3x224x224");
    Insert("--shape", name, ParseShape("--shape", value), &options.shapes);
  }
  for (const std::string& text : flags.tensor_bytes) {
    const auto [name, value] =
        SplitNamed("--tensor-bytes", text, text.rfind('='), "boxes=64KiB");
    Insert("--tensor-bytes", name, ParseBytes("--tensor-bytes", value),
           &options.tensor_bytes);
  }
  options.inference = InferenceOf(flags.onnxruntime.value_or(""));
  return options;
}

}  // namespace dnncut
