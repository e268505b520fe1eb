// SPDX-License-Identifier: Apache-2.0
//
// Writes table.json, the table of cuts with all that they cost.
//
// Times and bytes are integers as they were computed, and each row's latencies
// are computed from the costs of its cut as they stand in the same file, so a
// reader can check one against the other (table_file.cc does). Nothing but the
// result and the commands that made it gets in: no time, no folder of the
// model, no order of a hash table. So the same model and options give the same
// bytes anywhere.
#include "backends/result/table_json.h"

#include <filesystem>
#include <map>
#include <string>

#include "backends/halves/interface_hash.h"
#include "backends/halves/weight_counter.h"
#include "backends/result/firmware_json.h"
#include "backends/result/memory_json.h"
#include "backends/result/size_basis_json.h"
#include "compiler/files/json_text.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

using ValueInfos =
    google::protobuf::RepeatedPtrField<ONNX_NAMESPACE::ValueInfoProto>;

Json TensorJson(const Tensor& tensor) {
  Json json = {{"name", tensor.name}};
  json["dtype"] = DTypeName(tensor.type.dtype);
  json["shape"] = tensor.type.has_rank ? Json(ReliableShape(tensor)) : Json();
  json["bytes"] = OrNull(tensor.bytes);
  if (tensor.decoded_bytes) json["decoded_bytes"] = *tensor.decoded_bytes;
  AddBasis("size_basis", tensor.size_basis, &json);
  return json;
}

// An output of the model, also one that no layer makes.
Json OutputJson(const Graph& graph, const ModelOutput& output) {
  if (output.source != ModelOutput::Source::kConstant) {
    return TensorJson(graph.tensors[output.id]);
  }
  const Constant& constant = graph.constants[output.id];
  Tensor tensor;
  tensor.name = constant.name;
  tensor.type = constant.type;
  tensor.bytes = constant.memory_bytes;
  return TensorJson(tensor);
}

// The kinds of those values that are declared to be something else than a
// tensor, by name.
std::map<std::string, std::string> KindsOf(const ValueInfos& declared) {
  using Type = ONNX_NAMESPACE::TypeProto;
  std::map<std::string, std::string> kinds;
  for (const auto& info : declared) {
    switch (info.type().value_case()) {
      case Type::VALUE_NOT_SET:
      case Type::kTensorType:
        break;
      case Type::kSequenceType:
        kinds.emplace(info.name(), "sequence");
        break;
      case Type::kOptionalType:
        kinds.emplace(info.name(), "optional");
        break;
      default:
        kinds.emplace(info.name(), "other");
    }
  }
  return kinds;
}

void AddKind(const std::map<std::string, std::string>& kinds, Json* json) {
  const auto kind = kinds.find(json->at("name").get<std::string>());
  if (kind != kinds.end()) (*json)["kind"] = kind->second;
}

// Where an input lies that does not lie on the device.
void AddHome(const Problem& problem, TensorId id, Json* json) {
  const ProblemTensor& tensor = problem.tensors[id];
  if (tensor.home == Side::kServer) (*json)["home"] = SideName(tensor.home);
  if (tensor.state_of) {
    (*json)["state_of"] = problem.tensors[*tensor.state_of].name;
  }
}

// Where an output is wanted that has a place of its own.
void AddWanted(const Problem& problem, const ModelOutput& output, Json* json) {
  if (output.source != ModelOutput::Source::kLayer) return;
  const Wanted wanted = problem.tensors[output.id].wanted;
  if (wanted != Wanted::kAsAll) (*json)["wanted"] = WantedName(wanted);
}

Json ModelJson(const SourceModel& model, const Graph& graph,
               const Problem& problem) {
  const auto kinds_of_inputs = KindsOf(model.proto.graph().input());
  const auto kinds_of_outputs = KindsOf(model.proto.graph().output());
  Json inputs = Json::array();
  for (int i = 0; i < graph.input_count; ++i) {
    inputs.push_back(TensorJson(graph.tensors[i]));
    AddKind(kinds_of_inputs, &inputs.back());
    AddHome(problem, i, &inputs.back());
  }
  Json outputs = Json::array();
  for (const ModelOutput& output : graph.outputs) {
    outputs.push_back(OutputJson(graph, output));
    AddKind(kinds_of_outputs, &outputs.back());
    AddWanted(problem, output, &outputs.back());
  }
  // Only the name: the same model gives the same table in any folder.
  Json json = {{"file", std::filesystem::path(model.path).filename().string()},
               {"sha256", model.sha256},
               {"inputs", inputs},
               {"outputs", outputs}};
  for (const auto& [name, value] : model.fixed_inputs) {
    json["fixed_inputs"].push_back({{"name", name}, {"value", value}});
  }
  for (const std::string& name : model.dropped_outputs) {
    json["dropped_outputs"].push_back(name);
  }
  for (const auto& [name, type] : graph.stated.shapes) {
    json["stated_shapes"].push_back({{"name", name},
                                     {"dtype", DTypeName(type.dtype)},
                                     {"shape", type.shape}});
  }
  for (const auto& [name, count] : graph.stated.loops) {
    json["loop_counts"].push_back({{"name", name}, {"count", count}});
  }
  return json;
}

Json LinkJson(const Problem& problem) {
  return {{"min_kbps", problem.range.min_kbps},
          {"max_kbps", problem.range.max_kbps},
          {"rtt_ns", problem.rtt_ns},
          {"downlink", DownlinkName(problem.downlink)},
          {"result", SideName(problem.result)}};
}

Json InterfaceJson(const std::optional<uint32_t>& hash) {
  return hash ? Json(HashText(*hash)) : Json();
}

void AddIfAny(const char* key, int count, Json* json) {
  if (count > 0) (*json)[key] = count;
}

Json CutJson(const Result& result, int id, const PerSide<int64_t>& weight_bytes,
             const std::optional<uint32_t>& interface) {
  const TableCut& cut = result.table->cuts[id];
  const Graph& graph = *result.graph;
  Json tensors = Json::array();
  for (TensorId t : cut.costs.uploaded) {
    tensors.push_back(TensorJson(graph.tensors[t]));
    if (graph.tensors[t].is_result) tensors.back()["result"] = true;
  }
  const auto file = [&](Side side) {
    return OrNull(HalfFile(result, id, side));
  };
  Json json = {{"id", id},
               {"device_layers", cut.costs.layers.device},
               {"server_layers", cut.costs.layers.server},
               {"device_ns", cut.costs.ns.device},
               {"server_ns", cut.costs.ns.server},
               {"cross_ns", cut.costs.cross_ns},
               {"upload_bytes", cut.costs.upload_bytes},
               {"download_bytes", cut.costs.download_bytes},
               {"download_ns", cut.costs.download_ns},
               {"tensors", tensors},
               {"device_weight_bytes", weight_bytes.device},
               {"server_weight_bytes", weight_bytes.server},
               {"device_model", file(Side::kDevice)},
               {"server_model", file(Side::kServer)},
               {"interface", InterfaceJson(interface)}};
  if (!HasHalves(result, id)) json["has_halves"] = false;
  AddIfAny("device_size_layers", cut.costs.size_layers.device, &json);
  AddIfAny("server_size_layers", cut.costs.size_layers.server, &json);
  for (const TensorId t : cut.costs.fetched) {
    json["fetched"].push_back(TensorJson(graph.tensors[t]));
  }
  if (!result.memory.empty()) AddMemory(result.memory.at(id), &json);
  AddBasis("upload_basis", cut.costs.upload_basis, &json);
  AddBasis("download_basis", cut.costs.download_basis, &json);
  if (!result.measured.empty()) {
    const MeasuredTimes& times = result.measured[id];
    json["measured_device_ns"] = OrNull(times.device);
    json["measured_server_ns"] = OrNull(times.server);
  }
  return json;
}

Json RowJson(const Result& result, const TableRow& row,
             const BandwidthRange& stay) {
  const CutCosts& costs = result.table->cuts[row.cut].costs;
  const auto latency = [&](int64_t kbps) {
    return LatencyNs(costs, result.problem->downlink, kbps);
  };
  return {{"min_kbps", row.min_kbps},
          {"max_kbps", row.max_kbps},
          {"cut", row.cut},
          {"latency_ns_at_min", latency(row.min_kbps)},
          {"latency_ns_at_max", latency(row.max_kbps)},
          {"down_kbps", stay.min_kbps},
          {"up_kbps", stay.max_kbps}};
}

// A factor of times; null: anything.
Json FactorJson(int64_t permille) {
  if (permille == kMostPermille) return nullptr;
  return static_cast<double>(permille) / kPermille;
}

Json UncertaintyJson(const RowRobustness& row) {
  return {{"worst_regret", row.worst.Excess()},
          {"worst_kbps", row.worst_kbps},
          {"worst_device", FactorJson(row.worst_permille.device)},
          {"worst_server", FactorJson(row.worst_permille.server)},
          {"kbps", row.kbps},
          {"device_from", FactorJson(row.stays_best.device.from)},
          {"device_to", FactorJson(row.stays_best.device.to)},
          {"server_from", FactorJson(row.stays_best.server.from)},
          {"server_to", FactorJson(row.stays_best.server.to)}};
}

Json MachineJson(const MachineLabel& machine) {
  Json json = {{"name", machine.name}, {"source", machine.source}};
  if (machine.threads) json["threads"] = *machine.threads;
  if (!machine.optimization.empty()) {
    json["optimization"] = machine.optimization;
  }
  if (machine.band != 1) json["band"] = machine.band;
  return json;
}

Json ApproximationJson(const Approximation& approximation) {
  return {{"kind", approximation.kind},
          {"worst_regret", approximation.worst_regret},
          {"worst_kbps", approximation.worst_kbps}};
}

Json HeadJson(const Result& result, const Hysteresis& hysteresis,
              uint32_t interface) {
  const CutTable& table = *result.table;
  Json json = {{"schema", "dnncut.table/1"},
               {"tool", {{"name", "dnncut"}, {"version", result.version}}}};
  if (!result.commands.empty()) json["commands"] = result.commands;
  json["model"] = ModelJson(*result.model, *result.graph, *result.problem);
  json["device"] = MachineJson(result.machines.device);
  json["server"] = MachineJson(result.machines.server);
  json["objective"] = "latency";
  json["link"] = LinkJson(*result.problem);
  if (const auto& memory = result.problem->memory) {
    json["memory"] = MemoryJson(memory->limit);
  }
  if (table.approximation) {
    json["approximation"] = ApproximationJson(*table.approximation);
  }
  if (result.robustness) {
    json["uncertainty"] = FactorJson(result.robustness->permille);
  }
  if (result.only_cut) json["only_cut"] = *result.only_cut;
  const Json refined = RefinedJson(result.refined);
  if (!refined.is_null()) json["refined"] = refined;
  json["firmware"] = FirmwareJson(result.firmware, hysteresis);
  json["interface"] = InterfaceJson(interface);
  const int layers = CountLayers(*result.graph);
  json["layers"] = layers;
  AddIfAny("size_layers",
           static_cast<int>(result.graph->layers.size()) - layers, &json);
  json["blocks"] = CountBlocks(*result.blocks);
  return json;
}

// The cuts and rows, one at a time.
class Lists {
 public:
  explicit Lists(const Result& result)
      : result_(result),
        hysteresis_(MakeHysteresis(*result.table, result.problem->downlink,
                                   result.firmware.hysteresis)),
        interfaces_(InterfaceHashes(*result.graph, *result.table)),
        weight_bytes_(
            WeightBytes(*result.model, *result.graph, *result.table)) {}

  Json Head() const {
    return HeadJson(result_, hysteresis_, InterfaceHash(interfaces_));
  }
  size_t cuts() const { return result_.table->cuts.size(); }
  size_t rows() const { return result_.table->rows.size(); }

  Json Cut(size_t id) const {
    return CutJson(result_, static_cast<int>(id), weight_bytes_[id],
                   interfaces_[id]);
  }
  Json Row(size_t row) const {
    Json json =
        RowJson(result_, result_.table->rows[row], hysteresis_.stay[row]);
    if (result_.robustness) {
      json["uncertainty"] = UncertaintyJson(result_.robustness->rows[row]);
    }
    return json;
  }

 private:
  const Result& result_;
  Hysteresis hysteresis_;
  // By cut.
  std::vector<std::optional<uint32_t>> interfaces_;
  std::vector<PerSide<int64_t>> weight_bytes_;
};

}  // namespace

Json RefinedJson(const RefinedSides& refined) {
  const auto& [device, server] = refined;
  if (!device && !server) return nullptr;
  Json json = {{"device", device.has_value()}, {"server", server.has_value()}};
  if (device.value_or(1) != 1) json["device_slowdown"] = *device;
  if (server.value_or(1) != 1) json["server_slowdown"] = *server;
  return json;
}

Json TableJson(const Result& result) {
  const Lists lists(result);
  Json json = lists.Head();
  Json& cuts = json["cuts"] = Json::array();
  for (size_t id = 0; id < lists.cuts(); ++id) cuts.push_back(lists.Cut(id));
  Json& rows = json["rows"] = Json::array();
  for (size_t row = 0; row < lists.rows(); ++row) {
    rows.push_back(lists.Row(row));
  }
  return json;
}

std::string TableText(const Result& result) {
  const Lists lists(result);
  const Json head = lists.Head();
  JsonText text;
  for (auto member = head.begin(); member != head.end(); ++member) {
    text.Add(member.key(), *member);
  }
  text.AddList("cuts", lists.cuts(), [&](size_t id) { return lists.Cut(id); });
  text.AddList("rows", lists.rows(), [&](size_t r) { return lists.Row(r); });
  return text.Finish();
}

std::string TableText(const Json& table) {
  JsonText text;
  for (auto member = table.begin(); member != table.end(); ++member) {
    const Json& value = *member;
    if (member.key() == "cuts" || member.key() == "rows") {
      text.AddList(member.key(), value.size(),
                   [&](size_t i) { return value[i]; });
    } else {
      text.Add(member.key(), value);
    }
  }
  return text.Finish();
}

}  // namespace dnncut
