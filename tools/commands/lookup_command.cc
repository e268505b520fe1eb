// SPDX-License-Identifier: Apache-2.0
//
// One row of a table. A dnncut_table.bin is answered from its own bytes, as
// firmware finds it, without the table.json that it was made of.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "backends/firmware/firmware_file.h"
#include "backends/halves/interface_hash.h"
#include "backends/result/latency_parts.h"
#include "backends/result/memory_json.h"
#include "backends/result/setting_text.h"
#include "backends/result/size_basis_json.h"
#include "backends/result/table_file.h"
#include "backends/result/table_json.h"
#include "backends/result/verdict.h"
#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/json_text.h"
#include "compiler/files/read_file.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/cut_words.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/compile/shown_rows.h"
#include "tools/result/stored_result.h"
#include "tools/text/layer_words.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

struct LookupCommand {
  std::string path;
  std::optional<int64_t> kbps;
  Output output;
};

// Beyond the ends of a table its first and last rows hold, as for firmware.
int64_t InRange(int64_t kbps, const BandwidthRange& range) {
  return std::clamp(kbps, range.min_kbps, range.max_kbps);
}

// "at 20 Mbit/s", and whether the table goes so far.
std::string AtText(int64_t kbps, const BandwidthRange& range) {
  std::string text = "at " + FormatKbps(kbps);
  if (kbps > range.max_kbps) text += ", above the table";
  if (kbps < range.min_kbps) text += ", below the table";
  return text;
}

std::string HalfUseText(const std::filesystem::path& folder,
                        const TableFile::Cut& cut, Side side) {
  if (cut.costs.AllLayers(side) == 0) return LayersText(0);
  const std::optional<std::string>& model = cut.models[side];
  return fmt::format("{}, {}", FormatPlural(cut.costs.layers[side], "layer"),
                     model ? (folder / *model).string() : "no half written");
}

std::string TimeLine(const TableFile::Cut& cut, const LatencyParts& parts,
                     const PerSide<MachineLabel>& machines) {
  const std::string total = BandedText(parts.total_ns, BandOf(parts, machines));
  if (!NeedsNetwork(cut)) {
    return fmt::format("time      {}, {}\n", total, kAllOnDevice);
  }
  return fmt::format("time      {} = {}\n", total, PartsSumText(parts));
}

// What goes up and comes down, behind labels of equal width that stand once.
std::string CrossingLines(std::string_view up, std::string_view down,
                          const TableFile::Cut& cut) {
  std::string text;
  const auto add = [&text](std::string_view* label, const std::string& what) {
    text += fmt::format("{} {}\n", *label, what);
    *label = "         ";
  };
  const auto describe = [](const TableFile::CrossingTensor& tensor) {
    return fmt::format(
        "{} {}",
        FormatTensor(Printable(tensor.name), tensor.dtype, tensor.shape),
        FormatSentBytes(tensor.bytes, tensor.decoded_bytes, tensor.size_basis));
  };
  for (const auto& tensor : cut.tensors) add(&up, describe(tensor));
  int64_t results = cut.costs.download_bytes;
  for (const auto& tensor : cut.fetched) {
    add(&down, describe(tensor));
    results -= tensor.bytes;
  }
  if (results > 0) {
    add(&down, FormatBytes(results, cut.costs.download_basis));
  }
  return text;
}

Json TensorsJson(const std::vector<TableFile::CrossingTensor>& tensors) {
  Json list = Json::array();
  for (const TableFile::CrossingTensor& tensor : tensors) {
    list.push_back({{"name", tensor.name},
                    {"dtype", tensor.dtype},
                    {"shape", tensor.shape},
                    {"bytes", tensor.bytes}});
    if (tensor.decoded_bytes) {
      list.back()["decoded_bytes"] = *tensor.decoded_bytes;
    }
    AddBasis("size_basis", tensor.size_basis, &list.back());
  }
  return list;
}

std::string LookupText(const StoredResult& stored, int64_t kbps) {
  const TableFile& table = stored.table;
  const TableRow& row = FindRow(table, InRange(kbps, table.range));
  const TableFile::Cut& cut = table.cuts[row.cut];
  const LatencyParts parts = PartsAt(cut.costs, table.downlink, kbps);
  std::string text = fmt::format(
      "{}: cut {} of {}, used from {}\n", AtText(kbps, table.range), row.cut,
      Printable(table.model_file), FormatKbpsRange(row.min_kbps, row.max_kbps));
  text += fmt::format(
      "device    {}: {}\n",
      Printable(MachineText(table.machines.device, table.refined.device)),
      Printable(HalfUseText(stored.folder, cut, Side::kDevice)));
  text += fmt::format(
      "server    {}: {}\n",
      Printable(MachineText(table.machines.server, table.refined.server)),
      Printable(HalfUseText(stored.folder, cut, Side::kServer)));
  if (!cut.has_halves) {
    text += fmt::format("halves    not written: {}\n",
                        Printable(HalvesAdvice(table, row.cut, stored.folder)));
  }
  if (cut.tensors.empty()) {
    text += fmt::format("{:<9} {}\n", "upload", kNothingIsSent);
  }
  text += CrossingLines("upload   ", "download ", cut);
  if (cut.memory) {
    text += fmt::format("memory    {}\n", MemoryText(*cut.memory));
  }
  return text + TimeLine(cut, parts, table.machines);
}

nlohmann::ordered_json LookupJson(const TableFile& table, int64_t kbps) {
  const TableRow& row = FindRow(table, InRange(kbps, table.range));
  const TableFile::Cut& cut = table.cuts[row.cut];
  const LatencyParts parts = PartsAt(cut.costs, table.downlink, kbps);
  nlohmann::ordered_json json = {
      {"schema", "dnncut.lookup/1"},
      {"kbps", kbps},
      {"row", {{"min_kbps", row.min_kbps}, {"max_kbps", row.max_kbps}}},
      {"cut", row.cut},
      {"device_layers", cut.costs.layers.device},
      {"server_layers", cut.costs.layers.server},
      {"device_model", OrNull(cut.models.device)},
      {"server_model", OrNull(cut.models.server)},
      {"tensors", TensorsJson(cut.tensors)},
      {"upload_bytes", cut.costs.upload_bytes},
      {"download_bytes", cut.costs.download_bytes},
      {"device_ns", parts.ns.device},
      {"network_ns", parts.network_ns},
      {"server_ns", parts.ns.server},
      {"latency_ns", parts.total_ns}};
  AddBand(BandOf(parts, table.machines), &json);
  if (!cut.has_halves) json["has_halves"] = false;
  if (!cut.fetched.empty()) json["fetched"] = TensorsJson(cut.fetched);
  if (cut.memory) AddMemory(*cut.memory, &json);
  const nlohmann::ordered_json refined = RefinedJson(table.refined);
  if (!refined.is_null()) json["refined"] = refined;
  return json;
}

// The last bandwidth of a row.
int64_t MaxKbps(const FirmwareTable& table, const FirmwareRow& row) {
  const auto next = std::ranges::find_if(
      table.rows,
      [&](const FirmwareRow& other) { return other.min_kbps > row.min_kbps; });
  return next == table.rows.end() ? int64_t{table.max_kbps}
                                  : int64_t{next->min_kbps} - 1;
}

std::string FirmwareText(const FirmwareTable& table, const FirmwareRow& row,
                         int64_t kbps) {
  const FirmwareCut& cut = table.cuts[row.cut];
  return fmt::format(
      "{}: cut {} of model {}, used from {}\n"
      "kept      from {}, at least {}\n"
      "device    {}\n"
      "server    interface {}\n",
      AtText(kbps, {table.min_kbps, table.max_kbps}), row.cut,
      HashText(table.model_id),
      FormatKbpsRange(row.min_kbps, MaxKbps(table, row)),
      FormatKbpsRange(row.down_kbps, row.up_kbps),
      FormatDuration(table.dwell_ms * int64_t{1'000'000}),
      FormatPlural(cut.device_layers, "layer"), HashText(table.interface_hash));
}

nlohmann::ordered_json FirmwareRowJson(const FirmwareTable& table,
                                       const FirmwareRow& row, int64_t kbps) {
  return {{"schema", "dnncut.firmware_lookup/1"},
          {"kbps", kbps},
          {"cut", row.cut},
          {"row",
           {{"min_kbps", row.min_kbps},
            {"down_kbps", row.down_kbps},
            {"up_kbps", row.up_kbps}}},
          {"model_id", HashText(table.model_id)},
          {"interface", HashText(table.interface_hash)},
          {"device_layers", table.cuts[row.cut].device_layers}};
}

// The answer of a dnncut_table.bin, the row that firmware finds there.
void LookUpInFirmware(const LookupCommand& command) {
  const FirmwareTable table = ReadFirmwareTable(command.path);
  if (!command.kbps) {
    Fail(ExitCode::kUsage, "E135",
         "dnncut lookup needs --bandwidth for a firmware table; its table.json "
         "has the rows");
  }
  const int64_t kbps = *command.kbps;
  const FirmwareRow& row =
      FindRow(table, InRange(kbps, {table.min_kbps, table.max_kbps}));
  PrintAnswer(
      command.output, [&] { return FirmwareRowJson(table, row, kbps); },
      [&] { return FirmwareText(table, row, kbps); });
}

CutTable RowsOf(const TableFile& file) {
  CutTable table;
  for (const TableFile::Cut& cut : file.cuts) {
    table.cuts.push_back({{}, cut.costs});
  }
  table.rows = file.rows;
  return table;
}

// The whole table, as compile has shown it.
std::string TableText(const TableFile& file) {
  Problem link;
  link.range = file.range;
  link.rtt_ns = file.rtt_ns;
  link.downlink = file.downlink;
  link.result = file.result;
  const std::vector<ShownRow> rows =
      ShowRows(RowsOf(file), file.downlink, file.machines);
  const bool has_band = HasBand(rows);
  std::vector<std::vector<std::string>> cells;
  for (const ShownRow& row : rows) {
    cells.push_back(
        ShownRowCells(row, DeviceLayersText(file.cuts[row.row.cut].costs),
                      ShownDecimals(rows), has_band));
  }
  const std::vector<std::string> lines =
      TableLines(ShownRowColumns(Align::kLeft, "", has_band), cells);
  std::string text = fmt::format(
      "model   {}\ndevice  {}\nserver  {}\nlink    {}\n\n{}\n",
      Printable(file.model_file),
      Printable(MachineText(file.machines.device, file.refined.device)),
      Printable(MachineText(file.machines.server, file.refined.server)),
      LinkText(link), lines[0]);
  for (size_t i = 0; i < rows.size(); ++i) {
    text += lines[i + 1] + "\n";
    text += CrossingLines("   upload", " download", file.cuts[rows[i].row.cut]);
  }
  return text;
}

nlohmann::ordered_json StoredTableJson(const StoredResult& stored) {
  constexpr int64_t kMostBytes = 1 << 30;
  return nlohmann::ordered_json::parse(
      ReadFile(FileOfTable(stored.path),
               {.name = "JSON", .max_bytes = kMostBytes, .too_large = "E401"}));
}

void RunLookup(const LookupCommand& command) {
  if (LooksLikeFirmwareTable(command.path)) return LookUpInFirmware(command);
  const StoredResult stored = LoadTable(command.path);
  if (!command.kbps) {
    return PrintAnswer(
        command.output, [&] { return StoredTableJson(stored); },
        [&] { return TableText(stored.table); });
  }
  PrintAnswer(
      command.output, [&] { return LookupJson(stored.table, *command.kbps); },
      [&] { return LookupText(stored, *command.kbps); });
}

}  // namespace

CommandRunner SetUpLookup(Flags* flags) {
  auto command = std::make_shared<LookupCommand>();
  flags->AddArgument(
      "OUT", Text(&command->path),
      "folder that compile wrote, a table.json or a dnncut_table.bin");
  flags->AddValue("-b,--bandwidth", "RATE", Kbps(&command->kbps),
                  "uplink, for example 64kbps, 3Mbps or 10Gbps; the whole "
                  "table when not given");
  flags->AddSwitch("--json", &command->output.json, "the answer as JSON");
  AddTimeLimitFlag(flags);
  return [command] { RunLookup(*command); };
}

}  // namespace dnncut
