// SPDX-License-Identifier: Apache-2.0
//
// Writes the firmware's table as a C header, the same numbers as in
// dnncut_table.bin.
//
// The text is written with the prefix "dnncut", and WithPrefix then replaces it
// by the user's, but for names of files. Comments do not pass through it: they
// hold names of the model, which stay as they are. A header is recognized by
// making it again and comparing what a compiler sees of both, without comments
// and spacing, so comments may differ and nothing else.
#include "backends/firmware/firmware_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "backends/firmware/firmware_files.h"
#include "backends/halves/interface_hash.h"

namespace dnncut {
namespace {

std::string UpperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

bool IsFileName(std::string_view text) {
  for (const std::string_view file :
       {kFirmwareLookupFile, kFirmwareBandwidthFile, kFirmwareHeaderFile,
        kFirmwareBlobFile}) {
    if (text.starts_with(file)) return true;
  }
  return false;
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

// The comment of a row or cut on lines of its own.
std::string CommentLines(const std::vector<std::string>& comments, size_t i) {
  if (comments.empty()) return "";
  return fmt::format("    /* {} */\n", comments[i]);
}

std::string RowLine(const FirmwareRow& row) {
  return fmt::format("    {{{}u, {}u, {}u, {}u}},\n", row.min_kbps,
                     row.down_kbps, row.up_kbps, row.cut);
}

std::string CutLine(const FirmwareCut& cut) {
  return fmt::format("    {{{}ull, {}ull, {}ull, {}u, {}}},\n", cut.fixed_ns,
                     cut.server_ns, cut.link_bytes, cut.device_layers,
                     cut.pays_rtt ? "DNNCUT_PAYS_RTT" : "0u");
}

std::string Model(const FirmwareTable& table) {
  return fmt::format(
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
      "    DNNCUT_INTERFACE_HASH}};\n\n",
      table.min_kbps, table.max_kbps, table.min_slowdown_permille,
      table.max_slowdown_permille, table.dwell_ms);
}

// Without this error, a second table with the same prefix would be left out
// silently, because of the include guard.
std::string End(const FirmwareTable& table) {
  return fmt::format(
      "#elif DNNCUT_MODEL_ID != 0x{}u || DNNCUT_INTERFACE_HASH != 0x{}u\n"
      "#error \"two tables in one file: compile one with --firmware-prefix\"\n"
      "#endif\n",
      HashText(table.model_id), HashText(table.interface_hash));
}

// The text as a compiler sees it: without comments, and with one space for any
// spacing.
std::string CodeOf(std::string_view text) {
  std::string code;
  for (size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("/*")) {
      const size_t end = text.find("*/", at + 2);
      at = end == std::string_view::npos ? text.size() : end + 2;
      continue;
    }
    const char c = text[at++];
    if (c != ' ' && c != '\n') {
      code += c;
    } else if (!code.empty() && code.back() != ' ') {
      code += ' ';
    }
  }
  return code;
}

}  // namespace

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

// Comments contain names of the model, so WithPrefix is not applied to them.
std::string FirmwareHeader(const FirmwareTable& table,
                           const std::string& prefix,
                           const FirmwareComments& comments) {
  const auto ours = [&prefix](const std::string& text) {
    return WithPrefix(text, prefix);
  };
  std::string text = comments.top;
  text += ours(
      "#ifndef DNNCUT_TABLE_H\n"
      "#define DNNCUT_TABLE_H\n\n"
      "#include \"dnncut_lookup.h\"\n\n");
  text += ours(Numbers(table));
  text += ours(
      "\n/* By bandwidth: min_kbps, down_kbps, up_kbps, cut. */\n"
      "static const dnncut_row dnncut_rows[DNNCUT_ROW_COUNT] = {\n");
  for (size_t i = 0; i < table.rows.size(); ++i) {
    text += CommentLines(comments.rows, i) + RowLine(table.rows[i]);
  }
  text += ours(
      "};\n\n/* By number: fixed_ns, server_ns, link_bytes, device_layers, "
      "flags. */\n"
      "static const dnncut_cut dnncut_cuts[DNNCUT_CUT_COUNT] = {\n");
  for (size_t id = 0; id < table.cuts.size(); ++id) {
    text += CommentLines(comments.cuts, id) + ours(CutLine(table.cuts[id]));
  }
  return text + "};\n\n" + ours(Model(table) + End(table));
}

bool IsFirmwareHeader(std::string_view text, const FirmwareTable& table,
                      const std::string& prefix) {
  return CodeOf(text) == CodeOf(FirmwareHeader(table, prefix, {}));
}

}  // namespace dnncut
