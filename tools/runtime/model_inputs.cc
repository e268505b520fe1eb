// SPDX-License-Identifier: Apache-2.0
//
// An input comes from the file that the user gave for it, else from the folder
// of test data, else it is made up from the seed and its position. What is read
// must have the type and shape that the model declares, as far as it declares
// them; what is made up needs a type of numbers and a shape that is known, or
// the error names the flag that gives a file.
#include "tools/runtime/model_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/base/shell_word.h"
#include "compiler/base/unit_text.h"
#include "tools/values/made_up_values.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;
namespace onnx = ONNX_NAMESPACE;

DeclaredKind KindOf(const onnx::TypeProto& type) {
  switch (type.value_case()) {
    case onnx::TypeProto::VALUE_NOT_SET:
    case onnx::TypeProto::kTensorType:
      return DeclaredKind::kTensor;
    case onnx::TypeProto::kSequenceType:
      return DeclaredKind::kSequence;
    case onnx::TypeProto::kOptionalType:
      return DeclaredKind::kOptional;
    default:
      return DeclaredKind::kOther;
  }
}

using ValueInfos = google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>;

DeclaredKind KindIn(const ValueInfos& infos, const std::string& name) {
  for (const auto& info : infos) {
    if (info.name() == name) return KindOf(info.type());
  }
  return DeclaredKind::kTensor;
}

std::vector<ModelInput> FromTable(
    const std::vector<TableFile::ModelTensor>& tensors) {
  std::vector<ModelInput> inputs;
  for (const TableFile::ModelTensor& tensor : tensors) {
    ModelInput input;
    input.name = tensor.name;
    const auto dtype = DTypeFromName(tensor.dtype);
    if (dtype && *dtype != DType::kUndefined) {
      input.type.kind = TensorType::Kind::kTensor;
      input.type.dtype = *dtype;
    }
    if (tensor.kind == "sequence") input.kind = DeclaredKind::kSequence;
    if (tensor.kind == "optional") input.kind = DeclaredKind::kOptional;
    if (tensor.kind == "other") input.kind = DeclaredKind::kOther;
    input.type.has_rank = tensor.shape.has_value();
    input.type.shape = tensor.shape.value_or(std::vector<int64_t>());
    inputs.push_back(std::move(input));
  }
  return inputs;
}

std::string DescribeType(const ModelInput& input) {
  switch (input.kind) {
    case DeclaredKind::kSequence:
      return "a sequence";
    case DeclaredKind::kOptional:
      return "an optional";
    case DeclaredKind::kOther:
      return "a map or sparse tensor";
    case DeclaredKind::kTensor:
      break;
  }
  const std::string_view dtype = DTypeName(input.type.dtype);
  if (!input.type.has_rank) return fmt::format("{} of unknown shape", dtype);
  return FormatType(dtype, input.type.shape);
}

// Does a value of that type fit? What is not known fits everything.
bool Fits(const Value& value, const ModelInput& input) {
  if (input.kind == DeclaredKind::kSequence) {
    return value.kind == Value::Kind::kSequence;
  }
  if (input.kind != DeclaredKind::kTensor) return true;
  const TensorType& type = input.type;
  if (value.kind != Value::Kind::kTensor) return false;
  if (type.dtype != DType::kUndefined && type.dtype != value.dtype) {
    return false;
  }
  if (!type.has_rank) return true;
  if (value.shape.size() != type.shape.size()) return false;
  for (size_t d = 0; d < type.shape.size(); ++d) {
    const bool is_open =
        type.shape[d] < 0 || (d < input.open_dims.size() && input.open_dims[d]);
    if (!is_open && value.shape[d] != type.shape[d]) return false;
  }
  return true;
}

// A value may have another shape only because a free dimension was fixed.
std::string AdviceOn(const Value& value, const ModelInput& input) {
  const bool may_be_free = input.kind == DeclaredKind::kTensor &&
                           value.kind == Value::Kind::kTensor &&
                           value.dtype == input.type.dtype &&
                           value.shape.size() == input.type.shape.size();
  if (!may_be_free) return "; give another";
  return fmt::format(
      "; give another, or where the model leaves a dimension free, profile or "
      "compile with {}",
      ShellFlag("--shape",
                fmt::format("{}={}", input.name, fmt::join(value.shape, "x"))));
}

Value ReadFor(const ModelInput& input, const std::string& path) {
  Value value = ReadValueFile(path, {input.kind, input.type.dtype});
  value.name = input.name;
  if (!Fits(value, input)) {
    Fail(ExitCode::kBadInput, "E722", "{}: is {}, but '{}' takes {}{}", path,
         DescribeValue(value), input.name, DescribeType(input),
         AdviceOn(value, input));
  }
  return value;
}

// Index of the input and the file of "NAME=FILE". Both may hold '=': what
// stands before one of them is an input.
std::pair<size_t, std::string> SplitInput(
    const std::string& text, const std::vector<ModelInput>& inputs) {
  std::vector<std::string> names;
  for (const ModelInput& input : inputs) names.push_back(input.name);
  for (size_t at = text.rfind('='); at != std::string::npos && at > 0;
       at = text.rfind('=', at - 1)) {
    const auto found = std::find(names.begin(), names.end(),
                                 std::string_view(text).substr(0, at));
    if (found == names.end()) continue;
    if (at + 1 == text.size()) break;
    return {static_cast<size_t>(found - names.begin()), text.substr(at + 1)};
  }
  const size_t last = text.rfind('=');
  if (last == std::string::npos || last == 0 || last + 1 == text.size()) {
    Fail(ExitCode::kUsage, "E106",
         "--input '{}' has no name and file; write for example --input "
         "x=x.npy",
         text);
  }
  const std::string name = text.substr(0, last);
  Fail(ExitCode::kUsage, "E721", "--input '{}': the model has no such input{}",
       name, DidYouMean(name, names));
}

std::map<size_t, std::string> FileByInput(
    const InputOptions& options, const std::vector<ModelInput>& inputs) {
  std::map<size_t, std::string> files;
  for (const std::string& text : options.given) {
    auto [index, file] = SplitInput(text, inputs);
    if (!files.emplace(index, std::move(file)).second) {
      Fail(ExitCode::kUsage, "E108", "--input is given twice for '{}'",
           inputs[index].name);
    }
  }
  return files;
}

// The folder with the .pb files: the one given, or the first set in it.
fs::path TestDataFolder(const std::string& given) {
  std::error_code error;
  if (!fs::is_directory(given, error)) {
    Fail(ExitCode::kIo, "E726", "--test-data {}: there is no such folder",
         given);
  }
  const fs::path set = fs::path(given) / "test_data_set_0";
  return fs::is_directory(set, error) ? set : fs::path(given);
}

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

[[noreturn]] void FailToMakeUp(const ModelInput& input, std::string_view why) {
  Fail(ExitCode::kBadInput, "E720",
       "input '{}' ({}) cannot be made up: {}; give it with {} (.npy or .pb)",
       input.name, DescribeType(input), why,
       ShellFlag("--input", fmt::format("{}=FILE", input.name)));
}

Value MakeUp(const ModelInput& input, int64_t seed, size_t position) {
  constexpr int64_t kMaxBytes = int64_t{2} << 30;
  if (input.kind != DeclaredKind::kTensor || BitsOf(input.type.dtype) == 0) {
    FailToMakeUp(input, "it is no tensor of numbers");
  }
  if (!HasStaticSize(input.type)) {
    FailToMakeUp(input, "its shape is not known");
  }
  if (BytesOf(input.type.dtype, input.type.shape, input.name) > kMaxBytes) {
    FailToMakeUp(input, "it is larger than 2 GiB");
  }
  Value value = MadeUpTensor(input.type.dtype, input.type.shape, seed,
                             static_cast<int64_t>(position));
  value.name = input.name;
  return value;
}

// `all` bytes or strings, of `block` repeated as often as it takes.
template <typename Sequence>
Sequence Repeat(const Sequence& block, size_t all) {
  Sequence repeated;
  repeated.reserve(all);
  while (repeated.size() < all) {
    const size_t more = std::min(block.size(), all - repeated.size());
    repeated.insert(repeated.end(), block.begin(), block.begin() + more);
  }
  return repeated;
}

// With another first dim.
Value RepeatRows(const Value& value, const std::vector<int64_t>& shape) {
  const int64_t old_rows = value.shape.empty() ? 0 : value.shape[0];
  const int64_t rows = shape.empty() ? 0 : shape[0];
  Value result = value;
  result.shape = shape;
  const bool same_rows =
      old_rows > 0 && value.shape.size() == shape.size() &&
      std::equal(shape.begin() + 1, shape.end(), value.shape.begin() + 1) &&
      BitsOf(value.dtype) % 8 == 0;
  if (!same_rows) {
    Fail(ExitCode::kBadInput, "E720",
         "input '{}' ({}) cannot be repeated to the shape {}", value.name,
         DescribeValue(value), fmt::join(shape, "x"));
  }
  result.data = Repeat(value.data, value.data.size() / old_rows * rows);
  result.strings =
      Repeat(value.strings, value.strings.size() / old_rows * rows);
  return result;
}

std::vector<Value> ReadExpected(const fs::path& folder,
                                const std::vector<ModelInput>& outputs) {
  std::vector<Value> expected;
  for (size_t k = 0; k < outputs.size(); ++k) {
    const fs::path path = folder / fmt::format("output_{}.pb", k);
    if (!Exists(path)) continue;
    Value value =
        ReadValueFile(path.string(), {outputs[k].kind, outputs[k].type.dtype});
    value.name = outputs[k].name;
    expected.push_back(std::move(value));
  }
  return expected;
}

}  // namespace

std::vector<std::string> PossibleInputFiles(const InputOptions& options) {
  std::vector<std::string> files;
  for (const std::string& input : options.given) {
    for (size_t at = input.find('='); at != std::string::npos;
         at = input.find('=', at + 1)) {
      files.push_back(input.substr(at + 1));
    }
  }
  if (!options.test_data) return files;
  std::error_code error;
  for (fs::directory_iterator it(TestDataFolder(*options.test_data), error),
       end;
       !error && it != end; it.increment(error)) {
    files.push_back(it->path().string());
  }
  if (error) {
    Fail(ExitCode::kIo, "E726", "--test-data {}: cannot be read: {}",
         *options.test_data, ErrnoText(error.value()));
  }
  return files;
}

std::vector<ModelInput> InputsOf(const SourceModel& model, const Graph& graph) {
  std::vector<ModelInput> inputs;
  for (int i = 0; i < graph.input_count; ++i) {
    const Tensor& tensor = graph.tensors[i];
    inputs.push_back({tensor.name, tensor.type,
                      KindIn(model.proto.graph().input(), tensor.name)});
  }
  return inputs;
}

std::vector<ModelInput> OutputsOf(const SourceModel& model,
                                  const Graph& graph) {
  std::vector<ModelInput> outputs;
  for (const ModelOutput& output : graph.outputs) {
    const TensorType& type = output.source == ModelOutput::Source::kConstant
                                 ? graph.constants[output.id].type
                                 : graph.tensors[output.id].type;
    outputs.push_back(
        {output.name, type, KindIn(model.proto.graph().output(), output.name)});
  }
  return outputs;
}

std::vector<ModelInput> InputsOf(const TableFile& table) {
  return FromTable(table.inputs);
}

std::vector<ModelInput> OutputsOf(const TableFile& table) {
  return FromTable(table.outputs);
}

void OpenFreeDims(const SourceModel& model, std::vector<ModelInput>* inputs) {
  for (const auto& info : model.proto.graph().input()) {
    const auto input = std::find_if(
        inputs->begin(), inputs->end(),
        [&](const ModelInput& i) { return i.name == info.name(); });
    if (input == inputs->end()) continue;
    const auto& type = info.type().tensor_type();
    input->open_dims.assign(input->type.shape.size(), !type.has_shape());
    for (size_t d = 0; d < input->open_dims.size() && type.has_shape(); ++d) {
      input->open_dims[d] =
          static_cast<int>(d) < type.shape().dim_size() &&
          !type.shape().dim(static_cast<int>(d)).has_dim_value();
    }
  }
}

RunInputs MakeInputs(const std::vector<ModelInput>& inputs,
                     const std::vector<ModelInput>& outputs,
                     const InputOptions& options) {
  const auto files = FileByInput(options, inputs);
  RunInputs result;
  for (size_t k = 0; k < inputs.size(); ++k) {
    result.made_up.push_back(false);
    if (const auto file = files.find(k); file != files.end()) {
      result.values.push_back(ReadFor(inputs[k], file->second));
    } else if (options.test_data) {
      const fs::path path =
          TestDataFolder(*options.test_data) / fmt::format("input_{}.pb", k);
      if (!Exists(path)) {
        Fail(ExitCode::kIo, "E726",
             "--test-data: there is no {} for the input '{}'", path.string(),
             inputs[k].name);
      }
      result.values.push_back(ReadFor(inputs[k], path.string()));
    } else {
      result.values.push_back(MakeUp(inputs[k], options.seed, k));
      result.made_up.back() = true;
      result.any_made_up = true;
    }
  }
  if (options.test_data) {
    result.expected = ReadExpected(TestDataFolder(*options.test_data), outputs);
  }
  return result;
}

RunInputs ResizeInputs(const std::vector<ModelInput>& inputs,
                       const InputShapes& shapes, int64_t seed,
                       RunInputs values) {
  values.expected.clear();
  for (size_t k = 0; k < inputs.size(); ++k) {
    const auto shape = shapes.find(inputs[k].name);
    if (shape == shapes.end()) continue;
    Value& value = values.values[k];
    if (value.shape == shape->second) continue;
    if (values.made_up[k]) {
      ModelInput resized = inputs[k];
      resized.type.shape = shape->second;
      value = MakeUp(resized, seed, k);
    } else {
      value = RepeatRows(value, shape->second);
    }
  }
  return values;
}

std::vector<Value> FixedInputs(const SourceModel& model) {
  std::vector<Value> values;
  for (const auto& tensor : model.proto.graph().initializer()) {
    if (!model.fixed_inputs.contains(tensor.name())) continue;
    Value& value = values.emplace_back();
    value.name = tensor.name();
    value.dtype = DTypeFromOnnx(tensor.data_type());
    value.shape.assign(tensor.dims().begin(), tensor.dims().end());
    value.data = tensor.raw_data();
  }
  return values;
}

RunResult RunOnInputs(const std::string& model_path,
                      const std::vector<Value>& inputs, bool any_made_up,
                      const RunOptions& options, const OnnxRuntime& runtime,
                      const RunProgress& progress) {
  RunOptions run = options;
  if (any_made_up) {
    run.advice =
        "it ran on inputs that were made up: if the model does not take those, "
        "give real ones with --input NAME=FILE or --test-data FOLDER";
  }
  return RunModel(model_path, inputs, run, runtime, progress);
}

}  // namespace dnncut
