// SPDX-License-Identifier: Apache-2.0
//
// The same explanations as the text has, with numbers instead of words;
// docs/schema has the meaning of every key.
#include "tools/explain/explain_json.h"

#include <nlohmann/json.hpp>

#include "backends/result/size_basis_json.h"
#include "compiler/files/json_text.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

Json Start(const StoredResult& compiled, std::string_view about) {
  return {{"schema", "dnncut.explain/1"},
          {"model", compiled.table.model_file},
          {"about", about}};
}

Json NamesOfLayers(const Problem& problem, const std::vector<LayerId>& layers) {
  Json names = Json::array();
  for (const LayerId l : layers) names.push_back(problem.layers[l].name);
  return names;
}

Json NamesOfTensors(const Problem& problem,
                    const std::vector<TensorId>& tensors) {
  Json names = Json::array();
  for (const TensorId t : tensors) names.push_back(problem.tensors[t].name);
  return names;
}

Json PartsJson(const LatencyParts& parts) {
  return {{"device_ns", parts.ns.device},
          {"network_ns", parts.network_ns},
          {"server_ns", parts.ns.server},
          {"latency_ns", parts.total_ns}};
}

Json OperatingPointJson(const OperatingPoint& point) {
  Json json = {{"min_kbps", point.row.min_kbps},
               {"max_kbps", point.row.max_kbps},
               {"cut", point.row.cut},
               {"kbps", point.kbps}};
  json.update(PartsJson(point.parts));
  AddBand(point.band, &json);
  return json;
}

Json AlternativeJson(const StoredResult& compiled,
                     const std::optional<Alternative>& other) {
  if (!other) return nullptr;
  const Problem& problem = compiled.problem();
  const CutCosts& costs = other->cut.costs;
  Json json = PartsJson(other->parts);
  json["more_ns"] = other->more.total_ns;
  json["to_device"] = NamesOfLayers(problem, other->moved_to.device);
  json["to_server"] = NamesOfLayers(problem, other->moved_to.server);
  json["sends"] = NamesOfTensors(problem, costs.uploaded);
  json["upload_bytes"] = costs.upload_bytes;
  json["download_bytes"] = costs.download_bytes;
  if (!Fits(problem, other->cut.cut)) json["fits"] = false;
  return json;
}

Json WhyHeldJson(const Problem& problem, const std::optional<WhyHeld>& why) {
  if (!why) return nullptr;
  std::vector<LayerId> layers = {why->path.first};
  for (const FollowStep& step : why->path.steps) layers.push_back(step.layer);
  return {{"not_on", SideName(why->side)},
          {"layers", NamesOfLayers(problem, layers)},
          {"text", WhyHeldText(problem, *why)}};
}

std::string_view WhatWord(LongPart::What what) {
  switch (what) {
    case LongPart::What::kLayer:
      return "layer";
    case LongPart::What::kUpload:
      return "upload";
    case LongPart::What::kDownload:
      return "download";
    case LongPart::What::kRoundTrip:
      break;
  }
  return "round trip";
}

}  // namespace

Json OverviewJson(const StoredResult& compiled, const Overview& overview) {
  Json json = Start(compiled, "table");
  json["held_on_device"] = overview.held_on.device;
  json["held_on_server"] = overview.held_on.server;
  json["rows"] = Json::array();
  for (const RowExplanation& row : overview.rows) {
    Json at = OperatingPointJson(row.point);
    at["takes_over"] = nullptr;
    if (row.before) {
      at["takes_over"] = {{"from", row.before->row.cut},
                          {"kbps", row.before->kbps},
                          {"change", AlternativeJson(compiled, row.change)}};
    }
    at["searched"] = row.searched;
    at["next_best"] = AlternativeJson(compiled, row.next_best);
    json["rows"].push_back(at);
  }
  return json;
}

Json CutJson(const StoredResult& compiled, const CutExplanation& explanation) {
  Json json = Start(compiled, "bandwidth");
  json["at"] = OperatingPointJson(explanation.point);
  json["device_only"] = AlternativeJson(compiled, explanation.alone_on.device);
  json["server_only"] = AlternativeJson(compiled, explanation.alone_on.server);
  json["searched"] = explanation.searched;
  json["next_best"] = AlternativeJson(compiled, explanation.next_best);
  json["cuts"] = Json::array();
  for (const Alternative& other : explanation.cuts) {
    json["cuts"].push_back(AlternativeJson(compiled, other));
  }
  json["longest"] = Json::array();
  for (const LongPart& part : explanation.longest) {
    json["longest"].push_back({{"what", WhatWord(part.what)},
                               {"name", part.name},
                               {"where", part.where},
                               {"ns", part.ns}});
  }
  return json;
}

Json LayerJson(const StoredResult& compiled,
               const LayerExplanation& explanation) {
  const Problem& problem = compiled.problem();
  const ProblemLayer& layer = problem.layers[explanation.layer];
  Json json = Start(compiled, "layer");
  json["name"] = layer.name;
  json["op"] = layer.op;
  json["device_ns"] = layer.ns.device;
  json["server_ns"] = layer.ns.server;
  json["reads"] = NamesOfTensors(problem, explanation.reads);
  json["makes"] = NamesOfTensors(problem, explanation.makes);
  json["held"] = WhyHeldJson(problem, explanation.WhyOnOneSide());
  json["with_it_on_device"] =
      NamesOfLayers(problem, explanation.with_it_on.device);
  json["with_it_on_server"] =
      NamesOfLayers(problem, explanation.with_it_on.server);
  json["rows"] = Json::array();
  for (const LayerExplanation::At& at : explanation.at) {
    Json row = OperatingPointJson(at.point);
    row["side"] = SideName(at.side);
    row["else"] = AlternativeJson(compiled, at.other);
    json["rows"].push_back(row);
  }
  return json;
}

Json TensorJson(const StoredResult& compiled,
                const TensorExplanation& explanation) {
  const Problem& problem = compiled.problem();
  const ProblemTensor& tensor = problem.tensors[explanation.tensor];
  Json json = Start(compiled, "tensor");
  json["name"] = tensor.name;
  json["bytes"] = OrNull(tensor.bytes);
  AddBasis("size_basis", tensor.size_basis, &json);
  json["cross_ns"] = tensor.cross_ns;
  json["producer"] = tensor.producer == kModelInput
                         ? Json()
                         : Json(problem.layers[tensor.producer].name);
  json["readers"] = NamesOfLayers(problem, tensor.readers);
  json["result"] = tensor.result;
  json["can_be_sent"] = explanation.can_be_sent;
  json["held"] = WhyHeldJson(problem, explanation.why_never);
  json["rows"] = Json::array();
  for (const TensorExplanation::At& at : explanation.at) {
    Json row = OperatingPointJson(at.point);
    row["sent"] = at.is_sent;
    row["comes_back"] = at.comes_back;
    row["link_ns"] = tensor.bytes ? Json(at.cost_ns) : Json();
    row["else"] = AlternativeJson(compiled, at.sent);
    json["rows"].push_back(row);
  }
  return json;
}

}  // namespace dnncut
