// SPDX-License-Identifier: Apache-2.0
#include "backends/firmware/firmware_comments.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "backends/result/setting_text.h"
#include "backends/result/verdict.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/dtype.h"
#include "compiler/model/source_model.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/problem/cut_words.h"

namespace dnncut {
namespace {

// Makes a name from the model safe in a comment: it must not end the comment,
// and must be ASCII, as the file is for any compiler.
std::string InComment(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const char before = safe.empty() ? ' ' : safe.back();
    const bool ends = (before == '*' && c == '/') ||
                      (before == '/' && c == '*') ||
                      (before == '?' && c == '?');
    if (ends) safe += ' ';
    safe += c < ' ' || c > '~' || c == '\\' ? '.' : c;
  }
  return safe;
}

std::string OnDeviceText(const CutCosts& costs) {
  if (KindOf(costs) == CutKind::kDeviceOnly) {
    return fmt::format("{} on the device",
                       FormatPlural(costs.layers.device, "layer"));
  }
  return DeviceShareText(costs);
}

// The first few, since some cuts send hundreds.
std::string SentTensorsText(const Result& result, const CutCosts& costs) {
  constexpr size_t kShown = 3;
  const auto name = [&](size_t i) {
    const Tensor& tensor = result.graph->tensors[costs.uploaded[i]];
    return FormatTensor(InComment(tensor.name), DTypeName(tensor.type.dtype),
                        tensor.type.shape);
  };
  return fmt::format("sends {}", SentText(costs.uploaded.size(), kShown, name));
}

// The latency at both ends of a row.
std::string LatencyText(const Result& result, const TableRow& row) {
  const CutCosts& costs = result.table->cuts[row.cut].costs;
  const Downlink& downlink = result.problem->downlink;
  const int64_t first = LatencyNs(costs, downlink, row.min_kbps);
  const int64_t last = LatencyNs(costs, downlink, row.max_kbps);
  if (first == last) return FormatDuration(first);
  return fmt::format("{} to {}", FormatDuration(first), FormatDuration(last));
}

std::string RowComment(const Result& result, const FirmwareTable& table,
                       size_t i) {
  const TableRow& row = result.table->rows[i];
  const FirmwareRow& firmware = table.rows[i];
  return fmt::format("{}: cut {}, {},\n       {}; kept from {}",
                     FormatKbpsRange(row.min_kbps, row.max_kbps), row.cut,
                     OnDeviceText(result.table->cuts[row.cut].costs),
                     LatencyText(result, row),
                     FormatKbpsRange(firmware.down_kbps, firmware.up_kbps));
}

std::string CutComment(const Result& result, int id) {
  const CutCosts& costs = result.table->cuts[id].costs;
  std::string text =
      fmt::format("cut {}: {},\n       {}", id, OnDeviceText(costs),
                  SentTensorsText(result, costs));
  if (!result.memory.empty()) {
    text +=
        fmt::format(",\n       memory: {}", MemoryText(result.memory.at(id)));
  }
  return text;
}

std::string TopComment(const Result& result) {
  const SourceModel& model = *result.model;
  return fmt::format(
      "/*\n"
      " * The cuts of {}, made by dnncut {}: do not edit.\n"
      " *\n"
      " * model   SHA-256 {}\n"
      " * device  {}\n"
      " * server  {}\n"
      " * link    {}\n"
      " */\n",
      InComment(std::filesystem::path(model.path).filename().string()),
      result.version, model.sha256, InComment(result.machines.device.name),
      InComment(result.machines.server.name), LinkText(*result.problem));
}

}  // namespace

FirmwareComments MakeFirmwareComments(const FirmwareTable& table,
                                      const Result& result) {
  FirmwareComments comments;
  comments.top = TopComment(result);
  for (size_t i = 0; i < table.rows.size(); ++i) {
    comments.rows.push_back(RowComment(result, table, i));
  }
  for (int id = 0; id < std::ssize(table.cuts); ++id) {
    comments.cuts.push_back(CutComment(result, id));
  }
  return comments;
}

}  // namespace dnncut
