// SPDX-License-Identifier: Apache-2.0
//
// Reads table.json and checks all that its users rely on.
//
// Cuts are numbered by their places. The rows must follow each other without a
// gap or an overlap from one end of the range to the other, so for each
// bandwidth there is exactly one, found by binary search. The latencies that a
// row states must be those that the costs of its cut give, so a file that was
// changed by hand in one of the two places is refused. The path of a half must
// be the one that compile writes, so no file can lead a reader out of its
// folder.
#include "backends/result/table_file.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "backends/halves/halves.h"
#include "backends/result/firmware_json.h"
#include "backends/result/link_json.h"
#include "backends/result/memory_json.h"
#include "backends/result/result_folder.h"
#include "backends/result/size_basis_json.h"
#include "compiler/base/error.h"
#include "compiler/base/shell_word.h"
#include "compiler/files/json_file.h"

namespace dnncut {
namespace {

constexpr int64_t kMaxCount = std::numeric_limits<int>::max();

int GetCount(const JsonValue& object, std::string_view key) {
  return static_cast<int>(GetInt64(object, key, 0, kMaxCount));
}

// 0 when it is not there.
int FindCount(const JsonValue& object, std::string_view key) {
  return static_cast<int>(FindInt64(object, key, 0, kMaxCount).value_or(0));
}

MachineLabel GetMachine(const JsonValue& root, std::string_view key) {
  const JsonValue machine = GetMember(root, key);
  return {GetString(machine, "name"), GetString(machine, "source"),
          FindInt64(machine, "threads", 1, kMaxCount),
          FindString(machine, "optimization").value_or(""),
          FindDouble(machine, "band", 1, kMaxCount).value_or(1)};
}

std::vector<TableFile::ModelTensor> ReadModelTensors(const JsonValue& model,
                                                     std::string_view key) {
  std::vector<TableFile::ModelTensor> tensors;
  for (const JsonValue& json : GetArray(model, key)) {
    TableFile::ModelTensor tensor;
    tensor.name = GetString(json, "name");
    tensor.dtype = GetString(json, "dtype");
    tensor.kind = FindString(json, "kind").value_or("");
    if (FindMember(json, "shape")) {
      tensor.shape = GetInt64s(json, "shape", -1);
    }
    tensor.bytes = FindInt64(json, "bytes");
    tensor.decoded_bytes = FindInt64(json, "decoded_bytes");
    tensor.wanted = FindWanted(json, "wanted");
    if (FindMember(json, "home")) tensor.home = GetSide(json, "home");
    tensor.state_of = FindString(json, "state_of");
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

TableFile::CrossingTensor ReadTensor(const JsonValue& json) {
  TableFile::CrossingTensor tensor;
  tensor.name = GetString(json, "name");
  tensor.dtype = GetString(json, "dtype");
  if (FindMember(json, "shape")) tensor.shape = GetInt64s(json, "shape", -1);
  tensor.bytes = GetInt64(json, "bytes");
  tensor.decoded_bytes = FindInt64(json, "decoded_bytes");
  tensor.size_basis = GetBasis(json, "size_basis");
  const auto result = FindMember(json, "result");
  tensor.result = result && AsBool(*result);
  return tensor;
}

// The path of a half; it must be the one that compile writes, so that a file
// cannot lead anywhere else.
std::optional<std::string> ReadHalf(const JsonValue& json, Side side, int id) {
  const std::string key = fmt::format("{}_model", SideName(side));
  const std::string expected = HalfName(id, side);
  auto path = FindString(json, key);
  if (path && *path != expected) {
    FailAt(GetMember(json, key),
           fmt::format("must be \"{}\" or null", expected));
  }
  return path;
}

std::optional<std::string> FindHash(const JsonValue& json) {
  constexpr std::string_view kKey = "interface";
  std::optional<std::string> hash = FindString(json, kKey);
  constexpr const char* kDigits = "0123456789abcdef";
  if (hash && (hash->size() != 8 ||
               hash->find_first_not_of(kDigits) != std::string::npos)) {
    FailAt(GetMember(json, kKey), "must be 8 digits of 0 to 9 and a to f");
  }
  return hash;
}

TableFile::Cut ReadCut(const JsonValue& json, int id, int64_t rtt_ns) {
  if (GetInt64(json, "id") != id) {
    FailAt(GetMember(json, "id"), "must be the place of the cut in the list");
  }
  TableFile::Cut cut;
  CutCosts& costs = cut.costs;
  costs.layers.device = GetCount(json, "device_layers");
  costs.layers.server = GetCount(json, "server_layers");
  costs.size_layers.device = FindCount(json, "device_size_layers");
  costs.size_layers.server = FindCount(json, "server_size_layers");
  costs.ns.device = GetInt64(json, "device_ns");
  costs.ns.server = GetInt64(json, "server_ns");
  costs.cross_ns = GetInt64(json, "cross_ns");
  costs.upload_bytes = GetInt64(json, "upload_bytes");
  costs.download_bytes = GetInt64(json, "download_bytes");
  costs.download_ns = GetInt64(json, "download_ns");
  costs.upload_basis = GetBasis(json, "upload_basis");
  costs.download_basis = GetBasis(json, "download_basis");
  for (const JsonValue& tensor : GetArray(json, "tensors")) {
    cut.tensors.push_back(ReadTensor(tensor));
  }
  if (const auto fetched = FindMember(json, "fetched")) {
    for (const JsonValue& tensor : AsArray(*fetched)) {
      cut.fetched.push_back(ReadTensor(tensor));
    }
  }
  if (NeedsNetwork(cut)) costs.rtt_ns = rtt_ns;
  cut.weight_bytes.device = GetInt64(json, "device_weight_bytes");
  cut.weight_bytes.server = GetInt64(json, "server_weight_bytes");
  cut.models.device = ReadHalf(json, Side::kDevice, id);
  cut.models.server = ReadHalf(json, Side::kServer, id);
  const auto has_halves = FindMember(json, "has_halves");
  cut.has_halves = !has_halves || AsBool(*has_halves);
  cut.interface = FindHash(json);
  cut.memory = FindMemory(json);
  cut.measured.device = FindInt64(json, "measured_device_ns");
  cut.measured.server = FindInt64(json, "measured_server_ns");
  return cut;
}

// Checks that the latency that the file states for a row at `kbps` is the
// latency of its cut.
void RequireLatency(const JsonValue& row, std::string_view key,
                    const CutCosts& costs, const Downlink& downlink,
                    int64_t kbps) {
  const auto stated = FindInt64(row, key);
  if (!stated) return;
  int64_t latency_ns = 0;
  try {
    latency_ns = LatencyNs(costs, downlink, kbps);
  } catch (const Error& error) {
    FailAt(row,
           fmt::format("must have a cut that takes less: {}", error.what()));
  }
  if (*stated == latency_ns) return;
  FailAt(GetMember(row, key), fmt::format("must be {}, what cut {} takes there",
                                          latency_ns, GetInt64(row, "cut")));
}

// `min_kbps` is where the row has to start.
TableRow ReadRow(const JsonValue& json, int64_t min_kbps,
                 const TableFile& table) {
  TableRow row;
  row.min_kbps = GetInt64(json, "min_kbps");
  if (row.min_kbps != min_kbps) {
    FailAt(GetMember(json, "min_kbps"),
           "must follow the row before it, or start the range");
  }
  row.max_kbps = GetInt64(json, "max_kbps", row.min_kbps, table.range.max_kbps);
  row.cut = static_cast<int>(
      GetInt64(json, "cut", 0, static_cast<int64_t>(table.cuts.size()) - 1));
  const CutCosts& costs = table.cuts[row.cut].costs;
  RequireLatency(json, "latency_ns_at_min", costs, table.downlink,
                 row.min_kbps);
  RequireLatency(json, "latency_ns_at_max", costs, table.downlink,
                 row.max_kbps);
  return row;
}

void ReadRows(const JsonValue& root, TableFile* table) {
  int64_t min_kbps = table->range.min_kbps;
  const JsonValue rows = GetMember(root, "rows");
  for (const JsonValue& json : AsArray(rows)) {
    table->rows.push_back(ReadRow(json, min_kbps, *table));
    min_kbps = table->rows.back().max_kbps + 1;
  }
  if (min_kbps != table->range.max_kbps + 1) {
    FailAt(rows, "must cover the whole range of bandwidths");
  }
}

// Older tables have none.
std::vector<std::string> ReadCommands(const JsonValue& root) {
  std::vector<std::string> commands;
  const auto list = FindMember(root, "commands");
  if (!list) return commands;
  for (const JsonValue& command : AsArray(*list)) {
    commands.push_back(AsString(command));
  }
  return commands;
}

std::optional<double> ReadRefinedSide(const JsonValue& refined,
                                      std::string_view side) {
  const std::string key = fmt::format("{}_slowdown", side);
  const auto slowdown = FindMember(refined, key);
  if (!GetBool(refined, side)) {
    if (slowdown) {
      FailAt(*slowdown,
             fmt::format("must not be there while \"{}\" is false: only a "
                         "refined side has a slowdown; remove it",
                         side));
    }
    return std::nullopt;
  }
  if (!slowdown) return 1;
  const double factor = GetDouble(refined, key, 0);
  if (!(factor > 0)) FailAt(*slowdown, "must be above 0");
  return factor;
}

TableFile::StatedHysteresis ReadStatedHysteresis(const JsonValue& root) {
  const JsonValue json = GetMember(GetMember(root, "firmware"), "hysteresis");
  TableFile::StatedHysteresis stated;
  for (const JsonValue& row : GetArray(root, "rows")) {
    stated.stay.push_back(
        {GetInt64(row, "down_kbps"), GetInt64(row, "up_kbps")});
  }
  stated.worst_regret = FindDouble(json, "worst_regret");
  stated.worst_kbps = GetInt64(json, "worst_kbps");
  return stated;
}

std::map<std::string, std::string> ReadFixedInputs(const JsonValue& model) {
  std::map<std::string, std::string> inputs;
  if (!FindMember(model, "fixed_inputs")) return inputs;
  for (const JsonValue& input : GetArray(model, "fixed_inputs")) {
    inputs[GetString(input, "name")] = GetString(input, "value");
  }
  return inputs;
}

std::vector<std::string> ReadDroppedOutputs(const JsonValue& model) {
  std::vector<std::string> outputs;
  if (const auto names = FindMember(model, "dropped_outputs")) {
    for (const JsonValue& name : AsArray(*names)) {
      outputs.push_back(AsString(name));
    }
  }
  return outputs;
}

StatedSizes ReadStated(const JsonValue& model) {
  StatedSizes stated;
  if (const auto shapes = FindMember(model, "stated_shapes")) {
    for (const JsonValue& json : AsArray(*shapes)) {
      TensorType& type = stated.shapes[GetString(json, "name")];
      const auto dtype = DTypeFromName(GetString(json, "dtype"));
      if (!dtype) {
        FailAt(GetMember(json, "dtype"), "must be a type of elements");
      }
      type = {TensorType::Kind::kTensor, *dtype, true,
              GetInt64s(json, "shape", 0)};
    }
  }
  if (const auto loops = FindMember(model, "loop_counts")) {
    for (const JsonValue& json : AsArray(*loops)) {
      stated.loops[GetString(json, "name")] = GetInt64(json, "count");
    }
  }
  return stated;
}

}  // namespace

TableFile ReadTableFile(const std::string& path) {
  const JsonValue root = ReadJsonFile(FileOfTable(path));
  CheckSchema(root, "dnncut.table", 1);
  TableFile table;
  const JsonValue model = GetMember(root, "model");
  table.model_file = GetString(model, "file");
  table.model_sha256 = GetString(model, "sha256");
  table.fixed_inputs = ReadFixedInputs(model);
  table.dropped_outputs = ReadDroppedOutputs(model);
  table.stated = ReadStated(model);
  table.commands = ReadCommands(root);
  table.inputs = ReadModelTensors(model, "inputs");
  table.outputs = ReadModelTensors(model, "outputs");
  table.machines.device = GetMachine(root, "device");
  table.machines.server = GetMachine(root, "server");
  const JsonValue link = GetMember(root, "link");
  table.range = GetRange(link);
  table.rtt_ns = GetInt64(link, "rtt_ns");
  table.downlink = GetDownlink(link, "downlink");
  table.result = GetSide(link, "result");
  table.interface = FindHash(root);
  table.layers = GetCount(root, "layers");
  table.size_layers = FindCount(root, "size_layers");
  table.blocks = GetCount(root, "blocks");
  for (const JsonValue& cut : GetArray(root, "cuts")) {
    table.cuts.push_back(
        ReadCut(cut, static_cast<int>(table.cuts.size()), table.rtt_ns));
  }
  ReadRows(root, &table);
  if (const auto json = FindMember(root, "approximation")) {
    table.approximation = {GetString(*json, "kind"),
                           GetDouble(*json, "worst_regret", 0),
                           GetInt64(*json, "worst_kbps")};
  }
  if (const auto json = FindMember(root, "memory")) {
    table.memory_limit = ReadMemoryLimits(*json);
  }
  if (const auto json = FindMember(root, "refined")) {
    table.refined = {ReadRefinedSide(*json, "device"),
                     ReadRefinedSide(*json, "server")};
  }
  if (const auto json = FindMember(root, "firmware")) {
    table.firmware = ReadFirmwareOptions(*json);
    table.hysteresis = ReadStatedHysteresis(root);
  }
  if (const auto only_cut = FindInt64(root, "only_cut", 0, kMaxCount)) {
    table.only_cut = static_cast<int>(*only_cut);
    // Older tables say it only here.
    for (int id = 0; id < std::ssize(table.cuts); ++id) {
      if (id != *table.only_cut) table.cuts[id].has_halves = false;
    }
  }
  return table;
}

namespace {

std::string FirstOfSweep(const std::string& path, const std::string& file) {
  const JsonValue root = ReadJsonFile(file);
  CheckSchema(root, "dnncut.sweep", 1);
  for (const JsonValue& table : GetArray(root, "tables")) {
    return fmt::format("{}/{}", path, GetString(table, "folder"));
  }
  return path;
}

}  // namespace

std::string FileOfTable(const std::string& path) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  if (!is_folder) return path;
  std::string table = path + "/table.json";
  const std::string sweep = fmt::format("{}/{}", path, kSweepFile);
  if (!std::filesystem::exists(table, error) &&
      std::filesystem::exists(sweep, error)) {
    Fail(ExitCode::kUsage, "E622",
         "{}: holds a result for each size of a dimension, not one; name one "
         "of its folders, for example '{}'",
         path, FirstOfSweep(path, sweep));
  }
  return table;
}

std::string FolderOfTable(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return path;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string HalvesAdvice(const TableFile& table, int cut,
                         const std::string& folder) {
  if (table.only_cut) {
    return fmt::format(
        "it was compiled with --only-cut {}; compile without that",
        *table.only_cut);
  }
  return fmt::format("`dnncut halves {} --cut {}` writes them",
                     ShellWord(folder), cut);
}

const TableRow& FindRow(const TableFile& table, int64_t kbps) {
  if (kbps < table.range.min_kbps || kbps > table.range.max_kbps) {
    Fail(ExitCode::kBadInput, "E620",
         "{} kbit/s is outside the table, which goes from {} to {} kbit/s; "
         "compile with --min-bandwidth and --max-bandwidth that include it",
         kbps, table.range.min_kbps, table.range.max_kbps);
  }
  return *std::lower_bound(
      table.rows.begin(), table.rows.end(), kbps,
      [](const TableRow& row, int64_t at) { return row.max_kbps < at; });
}

}  // namespace dnncut
