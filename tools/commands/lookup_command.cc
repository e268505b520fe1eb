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
#include "backends/result/setting_text.h"
#include "backends/result/size_basis_json.h"
#include "backends/result/table_file.h"
#include "backends/result/table_json.h"
#include "backends/result/verdict.h"
#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/json_text.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/cut_words.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/result/stored_result.h"
#include "tools/text/layer_words.h"
#include "tools/text/terminal.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

struct LookupCommand {
  std::string path;
  int64_t kbps = 0;
  Output output;
};

std::string HalfUseText(const std::filesystem::path& folder,
                        const std::optional<std::string>& model, int layers) {
  if (layers == 0) return LayersText(0);
  return fmt::format("{}, {}", LayersText(layers),
                     model ? (folder / *model).string() : "no half written");
}

std::string TimeLine(const TableFile::Cut& cut, const LatencyParts& parts) {
  const std::string total = FormatDuration(parts.total_ns);
  if (!NeedsNetwork(cut)) {
    return fmt::format("time      {}, {}\n", total, kAllOnDevice);
  }
  return fmt::format("time      {} = {}\n", total, PartsSumText(parts));
}

std::string TensorLines(std::string_view label,
                        const std::vector<TableFile::CrossingTensor>& tensors) {
  std::string text;
  for (const TableFile::CrossingTensor& tensor : tensors) {
    text += fmt::format(
        "{:<9} {} {}\n", text.empty() ? label : "",
        FormatTensor(Printable(tensor.name), tensor.dtype, tensor.shape),
        FormatSentBytes(tensor.bytes, tensor.decoded_bytes, tensor.size_basis));
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
  const TableRow& row = FindRow(table, kbps);
  const TableFile::Cut& cut = table.cuts[row.cut];
  const LatencyParts parts = PartsAt(cut.costs, table.downlink, kbps);
  std::string text = fmt::format(
      "at {}: cut {} of {}, used from {}\n", FormatKbps(kbps), row.cut,
      Printable(table.model_file), FormatKbpsRange(row.min_kbps, row.max_kbps));
  text += fmt::format(
      "device    {}: {}\n",
      Printable(MachineText(table.machines.device, table.refined.device)),
      Printable(HalfUseText(stored.folder, cut.models.device,
                            cut.costs.layers.device)));
  text += fmt::format(
      "server    {}: {}\n",
      Printable(MachineText(table.machines.server, table.refined.server)),
      Printable(HalfUseText(stored.folder, cut.models.server,
                            cut.costs.layers.server)));
  text += cut.tensors.empty()
              ? fmt::format("{:<9} {}\n", "upload", kNothingIsSent)
              : TensorLines("upload", cut.tensors);
  text += TensorLines("download", cut.fetched);
  int64_t results = cut.costs.download_bytes;
  for (const TableFile::CrossingTensor& tensor : cut.fetched) {
    results -= tensor.bytes;
  }
  if (results > 0) {
    text += fmt::format("{:<9} {}\n", cut.fetched.empty() ? "download" : "",
                        FormatBytes(results, cut.costs.download_basis));
  }
  const std::string misfit = MisfitText(cut.missing, table.machines);
  if (!misfit.empty()) {
    text += fmt::format("memory    {}\n", Printable(misfit));
  }
  return text + TimeLine(cut, parts);
}

nlohmann::ordered_json LookupJson(const TableFile& table, int64_t kbps) {
  const TableRow& row = FindRow(table, kbps);
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
  if (!cut.fetched.empty()) json["fetched"] = TensorsJson(cut.fetched);
  for (const Side side : kSides) {
    if (!cut.missing[side]) continue;
    json[fmt::format("{}_missing_bytes", SideName(side))] = *cut.missing[side];
  }
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
      "at {}: cut {} of model {}, used from {}\n"
      "kept      from {}, at least {}\n"
      "device    {}\n"
      "server    interface {}\n",
      FormatKbps(kbps), row.cut, HashText(table.model_id),
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
  RequireInRange("--bandwidth", command.kbps, {table.min_kbps, table.max_kbps});
  const FirmwareRow& row = FindRow(table, command.kbps);
  PrintAnswer(
      command.output, [&] { return FirmwareRowJson(table, row, command.kbps); },
      [&] { return FirmwareText(table, row, command.kbps); });
}

void RunLookup(const LookupCommand& command) {
  if (LooksLikeFirmwareTable(command.path)) return LookUpInFirmware(command);
  const StoredResult stored = LoadTable(command.path);
  RequireInRange("--bandwidth", command.kbps, stored.table.range);
  PrintAnswer(
      command.output, [&] { return LookupJson(stored.table, command.kbps); },
      [&] { return LookupText(stored, command.kbps); });
}

}  // namespace

CommandRunner SetUpLookup(Flags* flags) {
  auto command = std::make_shared<LookupCommand>();
  flags->AddArgument(
      "OUT", Text(&command->path),
      "folder that compile wrote, a table.json or a dnncut_table.bin");
  flags->AddRequired("-b,--bandwidth", "RATE", Kbps(&command->kbps),
                     "uplink, for example 64kbps, 3Mbps or 10Gbps");
  flags->AddSwitch("--json", &command->output.json, "the answer as JSON");
  AddTimeLimitFlag(flags);
  return [command] { RunLookup(*command); };
}

}  // namespace dnncut
