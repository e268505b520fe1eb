// SPDX-License-Identifier: Apache-2.0
//
// Before anything runs, both halves of the cut must be there, be of this cut,
// side and model by their metadata, and fit each other: what the device half
// makes and the inputs hold all that the server half reads. Then the device
// half runs, what crosses is taken as bytes with the type that the table
// states, as a link would carry it, and the server half gets nothing else.
#include "tools/runtime/run_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/onnx_frontend.h"
#include "tools/runtime/median.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

using Names = std::set<std::string>;

constexpr std::string_view kCompileAgain = "compile again";

// Which half is meant, in messages.
struct HalfId {
  int cut = 0;
  std::string_view side;
};

[[noreturn]] void FailHalf(const std::string& path, const HalfId& id,
                           std::string_view why) {
  Fail(ExitCode::kBadInput, "E727", "{} {} the {} half of cut {}; {}", path,
       why, id.side, id.cut, kCompileAgain);
}

std::string Metadata(const onnx::ModelProto& model, std::string_view key) {
  for (const auto& entry : model.metadata_props()) {
    if (entry.key() == key) return entry.value();
  }
  return "";
}

onnx::ModelProto LoadHalf(const std::string& path, const TableFile& table,
                          const HalfId& id, const ModelLimits& limits) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    Fail(ExitCode::kIo, "E727", "{} is missing: the {} half of cut {}; {}",
         path, id.side, id.cut, kCompileAgain);
  }
  onnx::ModelProto half = ReloadModel(path, limits).proto;
  if (Metadata(half, "dnncut.cut") != fmt::format("{}", id.cut) ||
      Metadata(half, "dnncut.side") != id.side) {
    FailHalf(path, id, "is not");
  }
  if (Metadata(half, "dnncut.model_sha256") != table.model_sha256) {
    FailHalf(path, id, "was made from another model than the table: it is not");
  }
  return half;
}

Names InputNames(const onnx::GraphProto& graph) {
  Names names;
  for (const int i : RealInputs(graph)) names.insert(graph.input(i).name());
  return names;
}

Names OutputNames(const onnx::ModelProto& half) {
  Names names;
  for (const auto& output : half.graph().output()) names.insert(output.name());
  return names;
}

void RequireHalves(const TableFile& table, int cut, const std::string& folder) {
  if (table.cuts[cut].has_halves) return;
  Fail(ExitCode::kBadInput, "E727", "{} has no halves of cut {}; {}", folder,
       cut, HalvesAdvice(table, cut, folder));
}

// What the bytes on the link say, under the type that both sides know.
Value OverTheLink(const Value& sent) {
  if (sent.kind != Value::Kind::kTensor || BitsOf(sent.dtype) == 0) {
    Fail(ExitCode::kBadInput, "E728",
         "'{}' ({}) crosses, but is no tensor of numbers; {}", sent.name,
         DescribeValue(sent), kCompileAgain);
  }
  Value received;
  received.name = sent.name;
  received.dtype = sent.dtype;
  received.shape = sent.shape;
  received.data = sent.data;
  return received;
}

}  // namespace

void AddFed(const TableFile& table, const std::vector<Value>& inputs,
            std::vector<Value>* received) {
  for (const TableFile::ModelTensor& input : table.inputs) {
    if (!IsFed(input) || FindValue(*received, input.name) != nullptr) continue;
    const Value* value = FindValue(inputs, input.name);
    if (value != nullptr) received->push_back(*value);
  }
}

SplitHalves CheckHalves(const TableFile& table, int cut_id,
                        const std::string& folder, const ModelLimits& limits) {
  const TableFile::Cut& cut = table.cuts[cut_id];
  RequireHalves(table, cut_id, folder);
  SplitHalves halves;
  for (const Side side : kSides) {
    if (!cut.models[side]) continue;
    halves[side] = (std::filesystem::path(folder) / *cut.models[side]).string();
  }
  Names known;
  for (const auto& input : table.inputs) known.insert(input.name);
  if (halves.device) {
    const onnx::ModelProto half =
        LoadHalf(*halves.device, table, {cut_id, "device"}, limits);
    for (const std::string& name : InputNames(half.graph())) {
      if (known.contains(name)) continue;
      Fail(ExitCode::kBadInput, "E728",
           "{}: reads '{}', which is no input of the model; {}", *halves.device,
           name, kCompileAgain);
    }
    known.merge(OutputNames(half));
  }
  Names sent;
  for (const auto& input : table.inputs) {
    if (IsFed(input)) sent.insert(input.name);
  }
  for (const TableFile::CrossingTensor& tensor : cut.tensors) {
    sent.insert(tensor.name);
    if (known.contains(tensor.name)) continue;
    Fail(ExitCode::kBadInput, "E728",
         "cut {} sends '{}', which is neither an input of the model nor an "
         "output of {}; {}",
         cut_id, tensor.name, halves.device.value_or("a device half"),
         kCompileAgain);
  }
  if (halves.server) {
    const onnx::ModelProto half =
        LoadHalf(*halves.server, table, {cut_id, "server"}, limits);
    for (const std::string& name : InputNames(half.graph())) {
      if (sent.contains(name)) continue;
      Fail(ExitCode::kBadInput, "E728",
           "{}: reads '{}', which cut {} does not send; {}", *halves.server,
           name, cut_id, kCompileAgain);
    }
    known.merge(OutputNames(half));
  }
  // A side without a half may have layers, but none that anybody needs.
  for (const TableFile::ModelTensor& output : table.outputs) {
    if (known.contains(output.name)) continue;
    Fail(ExitCode::kBadInput, "E728",
         "cut {}: no half makes the output '{}' of the model; {}", cut_id,
         output.name, kCompileAgain);
  }
  return halves;
}

SplitRun RunSplit(const TableFile& table, int cut_id, const SplitHalves& halves,
                  const RunInputs& inputs, const SplitOptions& options,
                  const OnnxRuntime& runtime) {
  RunOptions run;
  run.optimization = options.optimization;
  run.warm_up = 1;
  run.runs = options.runs;
  run.timeout_seconds = options.timeout_seconds;
  SplitRun split;
  const auto run_half = [&](Side side, const std::vector<Value>& given) {
    if (!halves[side]) return std::vector<Value>();
    run.threads = options.threads[side];
    RunResult result =
        RunOnInputs(*halves[side], given, inputs.any_made_up, run, runtime);
    split.ns[side] = MedianNs(result.run_ns);
    return std::move(result.outputs);
  };
  const std::vector<Value> device = run_half(Side::kDevice, inputs.values);
  for (const auto& tensor : table.cuts[cut_id].tensors) {
    const Value* sent = FindValue(device, tensor.name);
    if (sent == nullptr) sent = FindValue(inputs.values, tensor.name);
    if (sent == nullptr) {
      Fail(ExitCode::kBadInput, "E728",
           "cut {} sends '{}', which the device half did not make; {}", cut_id,
           tensor.name, kCompileAgain);
    }
    split.crossing.push_back(OverTheLink(*sent));
    split.upload_bytes =
        CheckedAdd(split.upload_bytes, std::ssize(sent->data), "the upload");
  }
  std::vector<Value> received = split.crossing;
  AddFed(table, inputs.values, &received);
  const std::vector<Value> server = run_half(Side::kServer, received);
  for (const TableFile::ModelTensor& output : table.outputs) {
    const Value* value = FindValue(server, output.name);
    if (value == nullptr) value = FindValue(device, output.name);
    if (value == nullptr) value = FindValue(inputs.values, output.name);
    if (value == nullptr) {
      Fail(ExitCode::kBadInput, "E728",
           "the model's output '{}' is made by neither half of cut {}; {}",
           output.name, cut_id, kCompileAgain);
    }
    split.outputs.push_back(*value);
  }
  return split;
}

}  // namespace dnncut
