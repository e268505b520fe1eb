// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "compiler/files/json_text.h"
#include "tools/diff/diff_report.h"
#include "tools/diff/diff_words.h"

namespace dnncut {
namespace {

Json ResultJson(const StoredResult& result) {
  const TableFile& table = result.table;
  return {
      {"path", result.path},
      {"model", {{"file", table.model_file}, {"sha256", table.model_sha256}}},
      {"layers", table.layers},
      {"cuts", table.cuts.size()}};
}

// Infinite is null.
Json ChangeJson(const CostRatio& ratio) {
  const double excess = ratio.Excess();
  return std::isfinite(excess) ? Json(excess) : Json();
}

Json PointJson(const DiffPoint& point) {
  return {{"kbps", point.kbps},       {"old_cut", point.old_cut},
          {"new_cut", point.new_cut}, {"old_ns", point.old_ns},
          {"new_ns", point.new_ns},   {"change", ChangeJson(point.ratio)}};
}

Json RangeJson(const BandwidthRange& range) {
  return {{"min_kbps", range.min_kbps}, {"max_kbps", range.max_kbps}};
}

Json LatencyJson(const ResultDiff& diff) {
  Json ranges = Json::array();
  for (const DiffRange& range : diff.ranges) {
    ranges.push_back(RangeJson(range.range));
    ranges.back()["latency"] = KindName(range.kind);
    ranges.back()["most"] = PointJson(range.most);
  }
  Json points = Json::array();
  for (const DiffPoint& point : diff.points) {
    points.push_back(PointJson(point));
  }
  return {{"worst", PointJson(diff.worst)},
          {"best", PointJson(diff.best)},
          {"ranges", ranges},
          {"points", points}};
}

Json SettingsJson(const ResultDiff& diff) {
  Json settings = Json::array();
  for (const SettingDiff& setting : diff.settings) {
    settings.push_back({{"name", setting.name},
                        {"old", setting.before},
                        {"new", setting.after}});
  }
  return settings;
}

Json CutsJson(const ResultDiff& diff) {
  const auto ranges_json = [](const std::vector<BandwidthRange>& ranges) {
    Json list = Json::array();
    for (const BandwidthRange& range : ranges) list.push_back(RangeJson(range));
    return list;
  };
  Json cuts = Json::array();
  for (const CutUse& use : diff.cuts) {
    cuts.push_back({{"sends", use.sends},
                    {"old_cut", OrNull(use.old_cut)},
                    {"new_cut", OrNull(use.new_cut)},
                    {"moved", HasMoved(use)},
                    {"old_ranges", ranges_json(use.old_ranges)},
                    {"new_ranges", ranges_json(use.new_ranges)}});
  }
  return cuts;
}

Json NamesJson(const StoredResult& result, const std::vector<int>& layers) {
  Json names = Json::array();
  for (const int id : layers) {
    names.push_back(result.problem().layers[id].name);
  }
  return names;
}

Json LayersJson(const ResultDiff& diff) {
  if (!diff.layers) return nullptr;
  const LayerMatch& match = diff.layers->match;
  Json moved = Json::array();
  for (const MovedLayers& layers : diff.layers->moved) {
    moved.push_back(RangeJson(layers.range));
    moved.back()["old_cut"] = layers.old_cut;
    moved.back()["new_cut"] = layers.new_cut;
    moved.back()["to_device"] = NamesJson(diff.after, layers.to.device);
    moved.back()["to_server"] = NamesJson(diff.after, layers.to.server);
  }
  return {{"common", match.common},
          {"added", NamesJson(diff.after, match.added)},
          {"removed", NamesJson(diff.before, match.removed)},
          {"moved", moved}};
}

Json CompatibilityJson(const ServerCompatibility& compatibility) {
  Json cuts = Json::array();
  for (const ServerCompatibility::Cut& cut : compatibility.cuts) {
    cuts.push_back({{"cut", cut.cut},
                    {"compatible", CompatibleName(cut.compatible)},
                    {"reason", cut.reason}});
  }
  return {{"compatible", CompatibleName(compatibility.compatible)},
          {"reason", compatibility.reason},
          {"cuts", cuts}};
}

}  // namespace

Json DiffJson(const ResultDiff& diff, const CheckReport& checks) {
  Json items = Json::array();
  for (const CheckItem& item : checks.items) {
    items.push_back({{"rule", item.rule},
                     {"status", StatusName(item.status)},
                     {"message", item.message}});
  }
  return {{"schema", "dnncut.diff/1"},
          {"same", IsSame(diff)},
          {"passed", Passed(checks)},
          {"old", ResultJson(diff.before)},
          {"new", ResultJson(diff.after)},
          {"range", RangeJson(diff.range)},
          {"latency", LatencyJson(diff)},
          {"cuts", CutsJson(diff)},
          {"layers", LayersJson(diff)},
          {"settings", SettingsJson(diff)},
          {"server",
           {{"new_table_old_server", CompatibilityJson(diff.forward)},
            {"old_table_new_server", CompatibilityJson(diff.backward)},
            {"advice", RolloutAdvice(diff.forward, diff.backward)}}},
          {"checks", items}};
}

}  // namespace dnncut
