// SPDX-License-Identifier: Apache-2.0
//
// The whole model gives the expected values. The device half gets the model's
// inputs, the server half only what crosses, taken from the device half's
// outputs (or the inputs): so a tensor that the halves need but the table does
// not send makes the run fail. Where ONNX Runtime rounds a tensor of 16-bit
// floats only because it crosses, the model is run with these tensors as
// outputs, and again with them as inputs, which rounds in the same places.
#include "tools/verify/verify_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "compiler/base/unit_text.h"
#include "compiler/files/scratch_folder.h"
#include "compiler/model/onnx_walk.h"
#include "tools/runtime/model_copy.h"
#include "tools/runtime/run_split.h"
#include "tools/verify/first_difference.h"

namespace dnncut {
namespace {

// The tensors of 16-bit floats that a cut sends and a node makes. Where ONNX
// Runtime has no kernel for these it computes in float32 and rounds nothing in
// between: what is sent is rounded, what is not sent is not.
std::map<std::string, DType> RoundedTensors(
    const TableFile::Cut& cut, const ONNX_NAMESPACE::GraphProto& graph) {
  std::map<std::string, DType> sent;
  for (const auto& tensor : cut.tensors) {
    const auto dtype = DTypeFromName(tensor.dtype);
    if (dtype == DType::kFloat16 || dtype == DType::kBfloat16) {
      sent[tensor.name] = *dtype;
    }
  }
  std::map<std::string, DType> made;
  for (const auto& node : graph.node()) {
    for (const std::string& output : node.output()) {
      const auto found = sent.find(output);
      if (found != sent.end()) made.insert(*found);
    }
  }
  return made;
}

bool IsSixteenBitFloat(int64_t dtype) {
  return dtype == ONNX_NAMESPACE::TensorProto::FLOAT16 ||
         dtype == ONNX_NAMESPACE::TensorProto::BFLOAT16;
}

// Has it inputs, weights or casts of 16-bit floats?
bool ComputesInSixteenBits(const ONNX_NAMESPACE::ModelProto& model) {
  bool does = false;
  for (const auto& input : model.graph().input()) {
    does = does || IsSixteenBitFloat(input.type().tensor_type().elem_type());
  }
  ForEachTensor(model, [&does](const ONNX_NAMESPACE::TensorProto& tensor) {
    does = does || IsSixteenBitFloat(tensor.data_type());
  });
  const auto look = [&does](const ONNX_NAMESPACE::NodeProto& node) {
    for (const auto& attribute : node.attribute()) {
      does = does || (node.op_type() == "Cast" && attribute.name() == "to" &&
                      IsSixteenBitFloat(attribute.i()));
    }
  };
  ForEachNode(model.graph(), look);
  for (const auto& function : model.functions()) ForEachNode(function, look);
  return does;
}

bool IsOf(const Value& value, const TableFile::CrossingTensor& tensor,
          bool same_inputs) {
  if (value.kind != Value::Kind::kTensor) return false;
  if (DTypeName(value.dtype) != tensor.dtype) return false;
  if (!same_inputs) return true;
  if (value.shape.size() != tensor.shape.size()) return false;
  bool is_known = true;
  for (size_t d = 0; d < value.shape.size(); ++d) {
    if (tensor.shape[d] < 0) is_known = false;
    if (tensor.shape[d] >= 0 && tensor.shape[d] != value.shape[d]) return false;
  }
  const int64_t bytes = tensor.decoded_bytes.value_or(tensor.bytes);
  return !is_known || bytes == std::ssize(value.data);
}

// A model output that is an input is made by nobody.
const Value* FindResult(const std::string& name,
                        const std::vector<Value>& outputs,
                        const RunInputs& inputs) {
  const Value* found = FindValue(outputs, name);
  return found != nullptr ? found : FindValue(inputs.values, name);
}

// For the error that is caught: a disk that is full says nothing about a half
// or model.
void RequireOfModel(const Error& error) {
  if (error.exit_code() == ExitCode::kIo) throw;
}

}  // namespace

Tolerance ToleranceFor(const ONNX_NAMESPACE::ModelProto& model,
                       Tolerance tolerance) {
  if (!ComputesInSixteenBits(model)) return tolerance;
  tolerance.rtol = tolerance.rtol.value_or(kSixteenBitTolerance);
  tolerance.atol = tolerance.atol.value_or(kSixteenBitTolerance);
  return tolerance;
}

VerifyRuns::VerifyRuns(const VerifyOptions& options, const TableFile& table,
                       const SourceModel& model, Progress* progress)
    : options_(options),
      table_(table),
      model_(model),
      progress_(progress),
      tolerance_(ToleranceFor(model.proto, options.tolerance)),
      runtime_(RequireOnnxRuntime(options.onnxruntime, "verify")),
      first_{MakeInputs(InputsOfModel(), OutputsOf(table), options.inputs),
             {}} {
  exact_.timeout_seconds = options.timeout_seconds;
  optimized_ = exact_;
  optimized_.optimization = options.optimization;
  optimized_.threads = options.threads;
}

void VerifyRuns::RunWhole(VerifyReport* report, Warnings* warnings) {
  report->runtime_version = runtime_.version;
  first_.expected = RunWholeExact(first_);
  for (const Value& output : first_.expected) {
    const bool is_nan = IsAllNan(output);
    if (!is_nan && !IsOneNumber(output)) continue;
    Warn(warnings, "W730",
         "output '{}' of {} is nothing but {} on these inputs, so that "
         "comparing it proves little; give real inputs with --input or "
         "--test-data",
         output.name, options_.model_path,
         is_nan ? "NaN" : "one number everywhere");
  }
  if (AlsoOptimized()) expected_optimized_ = RunWholeAt(first_, optimized_);
  for (const Value& expected : first_.inputs.expected) {
    const Value* got =
        FindResult(expected.name, first_.expected, first_.inputs);
    if (got == nullptr) continue;
    report->expected.push_back(
        {expected.name, CompareValues(*got, expected, tolerance_)});
  }
}

void VerifyRuns::RunWholeAtSecondBatch(VerifyReport* report) {
  const std::vector<ModelInput> inputs = InputsOfModel();
  InputShapes shapes;
  for (const Value& value : first_.inputs.values) {
    if (value.kind == Value::Kind::kTensor) shapes[value.name] = value.shape;
  }
  const auto twice =
      ShapesAtTwice(FreeSizes::kBatch, model_.proto.graph(), shapes);
  if (!twice) return;
  SecondBatch& second = report->second.emplace();
  for (const auto& [name, shape] : *twice) {
    if (shape != shapes[name]) second.inputs[name] = shape;
  }
  WholeRun whole;
  try {
    whole.inputs =
        ResizeInputs(inputs, *twice, options_.inputs.seed, first_.inputs);
  } catch (const Error& error) {
    RequireOfModel(error);
    second.why_not = error.what();
    return;
  }
  // That size is dnncut's own trial: to advise other inputs would be wrong.
  whole.inputs.any_made_up = false;
  try {
    whole.expected = RunWholeExact(whole);
    second_ = std::move(whole);
  } catch (const Error& error) {
    RequireOfModel(error);
    second.why_not = fmt::format(
        "the whole model does not take it, which dnncut tried by itself: {}",
        error.what());
  }
}

void VerifyRuns::RunCut(CutReport* report) {
  try {
    const Outputs exact = RunHalves(report->cut, first_, exact_);
    CheckSent(exact, report);
    report->exact = Compare(exact, ExpectedExact(report->cut, first_), first_);
    if (AlsoOptimized()) {
      report->optimized =
          Compare(RunHalves(report->cut, first_, optimized_),
                  {expected_optimized_, expected_optimized_}, first_);
    }
  } catch (const Error& error) {
    RequireOfModel(error);
    report->run_error = error.what();
    return;
  }
  if (!AllSameBits(report->exact)) {
    report->first_difference = FirstDifference(report->cut, first_);
  }
  if (second_) RunCutAtSecondBatch(report);
}

void VerifyRuns::RunCutAtSecondBatch(CutReport* report) {
  try {
    report->second = Compare(RunHalves(report->cut, *second_, exact_),
                             ExpectedExact(report->cut, *second_), *second_);
  } catch (const Error& error) {
    RequireOfModel(error);
    report->second_error = error.what();
    return;
  }
  if (!AllSameBits(report->second) && report->first_difference.empty()) {
    report->first_difference = FirstDifference(report->cut, *second_);
  }
}

bool VerifyRuns::AlsoOptimized() const {
  return options_.optimization != OptimizationLevel::kDisabled;
}

// Where ONNX Runtime has no kernel for 16-bit floats, it computes in float32
// and rounds only for the nodes that take them as they are, such as Shape.
// Without the nodes that were folded it rounds elsewhere. Then the halves must
// have the bits of the folded model, and be within the tolerance of the model
// itself.
bool VerifyRuns::RoundsElsewhere() const {
  return ComputesInSixteenBits(model_.proto) && AlsoOptimized();
}

// Halves leave open what the model leaves open, so they take the same.
std::vector<ModelInput> VerifyRuns::InputsOfModel() const {
  std::vector<ModelInput> inputs = InputsOf(table_);
  OpenFreeDims(model_, &inputs);
  return inputs;
}

std::vector<Value> VerifyRuns::RunWholeExact(const WholeRun& whole) {
  return RoundsElsewhere() ? RunCopy(model_.proto, whole.inputs.values)
                           : RunWholeAt(whole, exact_);
}

std::vector<Value> VerifyRuns::RunWholeAt(const WholeRun& whole,
                                          const RunOptions& run) {
  progress_->Stage(fmt::format("running {}, optimisation {}",
                               options_.model_path,
                               OptimizationName(run.optimization)));
  std::vector<Value> values = whole.inputs.values;
  for (Value& value : FixedInputs(model_)) values.push_back(std::move(value));
  std::vector<Value> outputs =
      RunOnInputs(options_.model_path, values, whole.inputs.any_made_up, run,
                  runtime_)
          .outputs;
  std::erase_if(outputs, [&](const Value& output) {
    return std::ranges::count(model_.dropped_outputs, output.name) > 0;
  });
  return outputs;
}

std::vector<Value> VerifyRuns::RunCopy(const ONNX_NAMESPACE::ModelProto& copy,
                                       const std::vector<Value>& inputs) {
  const ScratchFolder folder;
  return RunModel(WriteModelCopy(model_, copy, folder), inputs, exact_,
                  runtime_)
      .outputs;
}

// The outputs of the whole model. Where 16-bit floats cross, those of the
// device half are of a run that gives the crossing tensors, too, and those of
// the server half of one that is given them: rounded in the same places.
VerifyRuns::Expected VerifyRuns::ExpectedExact(int cut, const WholeRun& whole) {
  const std::map<std::string, DType> rounded =
      RoundedTensors(table_.cuts[cut], model_.proto.graph());
  if (rounded.empty()) return {whole.expected, whole.expected};
  progress_->Stage(fmt::format("running {}, rounded where cut {} sends",
                               options_.model_path, cut));
  std::set<std::string> names;
  for (const auto& [name, dtype] : rounded) names.insert(name);
  ONNX_NAMESPACE::ModelProto copy = model_.proto;
  ExposeTensors(names, &copy);
  Expected expected;
  expected.device = RunCopy(copy, whole.inputs.values);
  std::vector<Value> given = whole.inputs.values;
  for (const Value& value : expected.device) {
    if (names.contains(value.name)) given.push_back(value);
  }
  copy = model_.proto;
  OpenTensors(rounded, &copy);
  expected.server = RunCopy(copy, given);
  return expected;
}

std::vector<Value> VerifyRuns::RunHalf(const std::string& file,
                                       const std::vector<Value>& given,
                                       const RunOptions& run) {
  progress_->Stage(fmt::format("running {}, optimisation {}", file,
                               OptimizationName(run.optimization)));
  return RunModel((std::filesystem::path(options_.out) / file).string(), given,
                  run, runtime_)
      .outputs;
}

// The second half gets nothing but what crosses and what lies on the server.
VerifyRuns::Outputs VerifyRuns::RunHalves(int cut_id, const WholeRun& whole,
                                          const RunOptions& run) {
  const TableFile::Cut& cut = table_.cuts[cut_id];
  Outputs outputs;
  if (cut.models.device) {
    outputs.halves.device =
        RunHalf(*cut.models.device, whole.inputs.values, run);
  }
  outputs.sent = Sent(cut, whole, outputs.halves.device);
  if (cut.models.server) {
    std::vector<Value> received = outputs.sent;
    AddFed(table_, whole.inputs.values, &received);
    outputs.halves.server = RunHalf(*cut.models.server, received, run);
  }
  return outputs;
}

std::vector<Value> VerifyRuns::Sent(const TableFile::Cut& cut,
                                    const WholeRun& whole,
                                    const std::vector<Value>& device) const {
  std::vector<Value> sent;
  for (const auto& tensor : cut.tensors) {
    const Value* value = FindResult(tensor.name, device, whole.inputs);
    if (value != nullptr) sent.push_back(*value);
  }
  return sent;
}

// Whoever receives a tensor reads its bytes as table.json says.
void VerifyRuns::CheckSent(const Outputs& outputs, CutReport* report) const {
  bool same_inputs = true;
  for (const TableFile::ModelTensor& input : table_.inputs) {
    const Value* value = FindValue(first_.inputs.values, input.name);
    if (value == nullptr || !input.shape) continue;
    same_inputs = same_inputs && value->shape == *input.shape;
  }
  for (const auto& tensor : table_.cuts[report->cut].tensors) {
    const Value* value = FindValue(outputs.sent, tensor.name);
    if (value == nullptr || IsOf(*value, tensor, same_inputs)) continue;
    report->faults.push_back(fmt::format(
        "'{}' crosses as {} of {} bytes; table.json says {} of {} bytes",
        tensor.name, DescribeValue(*value), value->data.size(),
        FormatType(tensor.dtype, tensor.shape),
        tensor.decoded_bytes.value_or(tensor.bytes)));
  }
}

std::vector<OutputCheck> VerifyRuns::Compare(const Outputs& got,
                                             const Expected& expected,
                                             const WholeRun& whole) const {
  std::vector<OutputCheck> checks;
  for (const Value& output : whole.expected) {
    if (FindValue(whole.inputs.values, output.name) != nullptr) continue;
    OutputCheck check{output.name, {}};
    bool made = false;
    for (const Side side : kSides) {
      const Value* mine = FindValue(got.halves[side], output.name);
      if (mine == nullptr) continue;
      made = true;
      check.comparison =
          Combine(check.comparison,
                  CompareValues(*mine, *FindValue(expected[side], output.name),
                                tolerance_));
    }
    if (!made) check.comparison = {false, false, 0, 0, 0, "made by no half"};
    checks.push_back(check);
  }
  return checks;
}

std::string VerifyRuns::FirstDifference(int cut, const WholeRun& whole) {
  progress_->Stage("looking for the first tensor that differs");
  try {
    return FindFirstDifference(model_, table_.cuts[cut], options_.out,
                               whole.inputs.values, options_.timeout_seconds,
                               options_.limits, runtime_);
  } catch (const Error& error) {
    return fmt::format("unknown: {}", error.what());
  }
}

}  // namespace dnncut
