// SPDX-License-Identifier: Apache-2.0
//
// trtexec --exportProfile writes an array: the number of runs, {"count": 41},
// then a row for each layer of the engine, {"name": "Conv_0 + Relu_1",
// "timeMs": 9.84, "averageMs": 0.24, "medianMs": 0.23, "percentage": 1.2};
// releases before 8.4 know no median. With --exportLayerInfo it writes
// {"Layers": [{"Name": ..., "Metadata": "[ONNX Layer: Conv_0]..."}]} for an
// engine that was built with --profilingVerbosity=detailed, and names alone for
// others.
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/files/json_file.h"
#include "cost_models/measured/runtime_report.h"

namespace dnncut {
namespace {

constexpr int64_t kMaxRuns = 1'000'000'000'000;

// "[ONNX Layer: a]\u001e[ONNX Layer: b]" -> a, b. A name may hold brackets, as
// long as it closes what it opens.
std::vector<std::string> NodesOf(std::string_view metadata) {
  constexpr std::string_view kMark = "[ONNX Layer: ";
  std::vector<std::string> nodes;
  for (size_t at = metadata.find(kMark); at != std::string_view::npos;
       at = metadata.find(kMark, at)) {
    at += kMark.size();
    size_t end = at;
    for (int open = 1; end < metadata.size(); ++end) {
      if (metadata[end] == '[') ++open;
      if (metadata[end] == ']' && --open == 0) break;
    }
    nodes.emplace_back(metadata.substr(at, end - at));
    at = end;
  }
  return nodes;
}

// By the name of the engine's layer.
std::map<std::string, std::vector<std::string>> ReadLayerInfo(
    const std::string& path) {
  std::map<std::string, std::vector<std::string>> nodes;
  if (path.empty()) return nodes;
  const JsonValue root =
      ReadJsonFile(path, "what trtexec --exportLayerInfo writes");
  if (!root.json->is_object() || !FindMember(root, "Layers")) {
    Fail(ExitCode::kBadInput, "E430",
         "{}: holds no \"Layers\"; give --layer-info the file that trtexec "
         "--exportLayerInfo wrote",
         path);
  }
  for (const JsonValue& layer : GetArray(root, "Layers")) {
    if (!layer.json->is_object()) continue;  // a name alone
    const auto name = FindString(layer, "Name");
    const auto metadata = FindString(layer, "Metadata");
    if (name && metadata) nodes[*name] = NodesOf(*metadata);
  }
  return nodes;
}

double MsOf(const JsonValue& row, const std::string& path) {
  for (const char* key : {"medianMs", "averageMs"}) {
    const auto ms = FindDouble(row, key);
    if (!ms) continue;
    if (*ms >= 0 && *ms <= kMaxMs) return *ms;
    Fail(ExitCode::kBadInput, "E431",
         "{}: layer '{}' has the \"{}\" {}, but times are 0 to {:g} "
         "milliseconds; measure again",
         path, GetString(row, "name"), key, *ms, kMaxMs);
  }
  Fail(ExitCode::kBadInput, "E431",
       "{}: layer '{}' has neither \"medianMs\" nor \"averageMs\"; give the "
       "file that trtexec --exportProfile wrote",
       path, GetString(row, "name"));
}

[[noreturn]] void FailNoProfile(const std::string& path,
                                std::string_view what) {
  Fail(ExitCode::kBadInput, "E430",
       "{}: {}; give --from-trtexec the file that trtexec --exportProfile "
       "wrote",
       path, what);
}

}  // namespace

RuntimeReport ReadTrtexecProfile(const std::string& path,
                                 const std::string& layer_info) {
  const JsonValue root =
      ReadJsonFile(path, "what trtexec --exportProfile writes");
  if (root.json->is_object() && FindMember(root, "Layers")) {
    FailNoProfile(path,
                  "is what trtexec --exportLayerInfo writes, which holds no "
                  "times and belongs to --layer-info");
  }
  if (!root.json->is_array()) FailNoProfile(path, "is no array of layers");
  const auto nodes = ReadLayerInfo(layer_info);
  RuntimeReport report;
  for (const JsonValue& entry : AsArray(root)) {
    if (!entry.json->is_object()) FailNoProfile(path, "is no array of layers");
    if (const auto runs = FindInt64(entry, "count", 1, kMaxRuns)) {
      report.runs = runs;
    }
    const auto name = FindString(entry, "name");
    if (!name) continue;
    ReportedTime row;
    row.name = *name;
    row.us = MsOf(entry, path) * kUsPerMs;
    if (const auto it = nodes.find(*name); it != nodes.end()) {
      row.nodes = it->second;
    }
    report.rows.push_back(std::move(row));
  }
  if (report.rows.empty()) FailNoProfile(path, "names no layer");
  return report;
}

}  // namespace dnncut
