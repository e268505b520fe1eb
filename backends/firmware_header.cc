// SPDX-License-Identifier: Apache-2.0
//
// dnncut_table.h, and the headers that are the same for all models, under the
// prefix that the user wants.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "backends/file_io.h"
#include "backends/firmware_table.h"
#include "backends/interface_hash.h"
#include "backends/latency_parts.h"
#include "backends/verdict.h"
#include "compiler/dtype.h"
#include "compiler/unit_text.h"

namespace dnncut {

// Embedded by the build.
extern const std::string_view kFirmwareLookup;
extern const std::string_view kFirmwareBandwidth;

namespace {

constexpr std::string_view kLookupFile = "dnncut_lookup.h";
constexpr std::string_view kBandwidthFile = "dnncut_bandwidth.h";
constexpr std::string_view kTableFile = "dnncut_table.h";
constexpr std::string_view kBlobFile = "dnncut_table.bin";

// Names come from the model: they must neither end a comment nor be anything
// else than ASCII in a file that any compiler reads.
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

std::string RangeText(int64_t min_kbps, int64_t max_kbps) {
  return fmt::format("{} to {}", FormatKbps(min_kbps), FormatKbps(max_kbps));
}

std::string WhereText(const CutCosts& costs) {
  if (costs.server_layers == 0) {
    return fmt::format("{} on the device",
                       FormatPlural(costs.device_layers, "layer"));
  }
  return fmt::format("{} of {} layers on the device", costs.device_layers,
                     costs.device_layers + costs.server_layers);
}

// The first few, since some cuts send hundreds.
std::string SentText(const Result& result, const CutCosts& costs) {
  constexpr size_t kShown = 3;
  if (costs.uploaded.empty()) return "sends nothing";
  std::string text = "sends";
  for (size_t i = 0; i < costs.uploaded.size(); ++i) {
    if (i == kShown) {
      return fmt::format("{} and {} more", text, costs.uploaded.size() - i);
    }
    const Tensor& tensor = result.graph->tensors[costs.uploaded[i]];
    text += fmt::format(
        "{} '{}' {}", i == 0 ? "" : ",", InComment(tensor.name),
        FormatType(DTypeName(tensor.type.dtype), tensor.type.shape));
  }
  return text;
}

std::string TimeText(const Result& result, const TableRow& row) {
  const CutCosts& costs = result.table->cuts[row.cut].costs;
  const Downlink& downlink = result.problem->downlink;
  const int64_t first = LatencyNs(costs, downlink, row.min_kbps);
  const int64_t last = LatencyNs(costs, downlink, row.max_kbps);
  if (first == last) return FormatDuration(first);
  return fmt::format("{} to {}", FormatDuration(first), FormatDuration(last));
}

std::string RowLines(const Result& result, const FirmwareTable& table,
                     size_t i) {
  const TableRow& row = result.table->rows[i];
  const FirmwareRow& firmware = table.rows[i];
  return fmt::format(
      "    /* {}: {},\n       {}; kept from {} */\n"
      "    {{{}u, {}u, {}u, {}u}},\n",
      RangeText(row.min_kbps, row.max_kbps),
      WhereText(result.table->cuts[row.cut].costs), TimeText(result, row),
      RangeText(firmware.down_kbps, firmware.up_kbps), firmware.min_kbps,
      firmware.down_kbps, firmware.up_kbps, firmware.cut);
}

std::string CutLines(const Result& result, const FirmwareTable& table,
                     size_t id) {
  const CutCosts& costs = result.table->cuts[id].costs;
  const FirmwareCut& cut = table.cuts[id];
  return fmt::format(
      "    /* cut {}: {},\n       {} */\n"
      "    {{{}ull, {}ull, {}ull, {}u, {}}},\n",
      id, WhereText(costs), SentText(result, costs), cut.fixed_ns,
      cut.server_ns, cut.link_bytes, cut.device_layers,
      cut.pays_rtt ? "DNNCUT_PAYS_RTT" : "0u");
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
      result.version, model.sha256, InComment(result.device.name),
      InComment(result.server.name), LinkText(*result.problem));
}

std::string Numbers(const FirmwareTable& table) {
  const std::string fallback = table.fallback == kFirmwareNoCut
                                   ? "DNNCUT_NO_CUT"
                                   : fmt::format("{}u", table.fallback);
  return fmt::format(
      "#define DNNCUT_MODEL_ID 0x{}u\n"
      "#define DNNCUT_INTERFACE_HASH 0x{}u\n"
      "#define DNNCUT_ROW_COUNT {}u\n"
      "#define DNNCUT_CUT_COUNT {}u\n"
      "/** What runs without a server; DNNCUT_NO_CUT: nothing does. */\n"
      "#define DNNCUT_FALLBACK_CUT {}\n"
      "/** The size of dnncut_table.bin, the same table as a blob. */\n"
      "#define DNNCUT_TABLE_BYTES {}u\n",
      HashText(table.model_id), HashText(table.interface_hash),
      table.rows.size(), table.cuts.size(), fallback, FirmwareBlobBytes(table));
}

std::string UpperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

bool IsFileName(std::string_view text) {
  for (const std::string_view file :
       {kLookupFile, kBandwidthFile, kTableFile, kBlobFile}) {
    if (text.starts_with(file)) return true;
  }
  return false;
}

// dnncut_ and DNNCUT_ become the prefix everywhere but in names of files.
std::string WithPrefix(std::string_view text, const std::string& prefix) {
  const std::string upper = UpperCase(prefix) + "_";
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("dnncut_") && !IsFileName(rest)) {
      out += prefix + "_";
      at += 7;
    } else if (rest.starts_with("DNNCUT_")) {
      out += upper;
      at += 7;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace

std::string FirmwareHeader(const FirmwareTable& table, const Result& result) {
  std::string text = TopComment(result) +
                     "#ifndef DNNCUT_TABLE_H\n"
                     "#define DNNCUT_TABLE_H\n\n"
                     "#include \"dnncut_lookup.h\"\n\n" +
                     Numbers(table);
  text +=
      "\n/* By bandwidth: min_kbps, down_kbps, up_kbps, cut. */\n"
      "static const dnncut_row dnncut_rows[DNNCUT_ROW_COUNT] = {\n";
  for (size_t i = 0; i < table.rows.size(); ++i) {
    text += RowLines(result, table, i);
  }
  text +=
      "};\n\n/* By number: fixed_ns, server_ns, link_bytes, device_layers, "
      "flags. */\n"
      "static const dnncut_cut dnncut_cuts[DNNCUT_CUT_COUNT] = {\n";
  for (size_t id = 0; id < table.cuts.size(); ++id) {
    text += CutLines(result, table, id);
  }
  text += fmt::format(
      "}};\n\n"
      "static const dnncut_table dnncut_model = {{\n"
      "    dnncut_rows,\n"
      "    dnncut_cuts,\n"
      "    DNNCUT_ROW_COUNT,\n"
      "    DNNCUT_CUT_COUNT,\n"
      "    DNNCUT_FALLBACK_CUT,\n"
      "    {}u, /* min_kbps */\n"
      "    {}u, /* max_kbps */\n"
      "    {}u, /* min_slowdown_permille */\n"
      "    {}u, /* max_slowdown_permille */\n"
      "    {}u, /* dwell_ms */\n"
      "    DNNCUT_MODEL_ID,\n"
      "    DNNCUT_INTERFACE_HASH}};\n\n"
      "#endif\n",
      table.min_kbps, table.max_kbps, table.min_slowdown_permille,
      table.max_slowdown_permille, table.dwell_ms);
  return WithPrefix(text, result.firmware.prefix);
}

void WriteFirmware(const Result& result, const std::string& folder) {
  const FirmwareTable table = MakeFirmwareTable(result);
  const auto write = [&folder](std::string_view file, const std::string& text) {
    WriteFile(fmt::format("{}/{}", folder, file), text);
  };
  const std::string& prefix = result.firmware.prefix;
  write(kLookupFile, WithPrefix(kFirmwareLookup, prefix));
  write(kBandwidthFile, WithPrefix(kFirmwareBandwidth, prefix));
  write(kTableFile, FirmwareHeader(table, result));
  write(kBlobFile, FirmwareBlob(table));
}

}  // namespace dnncut
