// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "backends/result/latency_parts.h"
#include "backends/result/splitting_model_json.h"
#include "compiler/base/choice.h"
#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/json_text.h"
#include "compiler/objectives/table_within.h"
#include "compiler/problem/memory_use.h"
#include "compiler/table/solve_at.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/solve_stream.h"
#include "tools/result/stored_result.h"
#include "tools/text/terminal.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

struct SolveCommand {
  std::string path;
  int64_t kbps = 0;
  std::optional<int64_t> rtt_ns;
  bool for_stream = false;
  std::optional<int64_t> search_limit_ns;
  Output output;
};

// What the command prints.
struct Answer {
  int64_t kbps = 0;
  int64_t rtt_ns = 0;
  Solution solution;
  int64_t latency_ns = 0;
  int64_t upload_bytes = 0;
  std::vector<std::string> uploaded;  // tensors, in their order
  std::vector<std::string> fetched;
  int64_t solve_ns = 0;  // of the decision alone
  // Where a result folder was asked: its cut, and whether it has it.
  std::optional<StoredResult> stored;
  std::optional<int> cut;
  std::optional<TimeBand> band;  // of the latency, where the cut is there
};

// The splitting model does not heed memory; the problem does.
void HeedMemory(Answer* answer) {
  Problem problem = answer->stored->problem();
  if (Fits(problem, answer->solution.cut)) return;
  problem.rtt_ns = answer->rtt_ns;
  problem.range = {answer->kbps, answer->kbps};
  const TableWithin best =
      BuildTableWithin(problem, MakeBlockGraph(problem), {});
  RequireRows(problem, best);
  const TableCut& cut = best.table.cuts[best.table.rows[0].cut];
  const auto names = [&](const std::vector<TensorId>& tensors) {
    std::vector<std::string> all;
    for (const TensorId t : tensors) all.push_back(problem.tensors[t].name);
    return all;
  };
  answer->solution.cut = cut.cut;
  answer->latency_ns = LatencyNs(cut.costs, problem.downlink, answer->kbps);
  answer->upload_bytes = cut.costs.upload_bytes;
  answer->uploaded = names(cut.costs.uploaded);
  answer->fetched = names(cut.costs.fetched);
}

// Looks for the solution among the cuts of the folder. A splitting model that
// was taken out of its folder has none.
void FindStoredCut(const std::string& folder, Answer* answer) {
  std::error_code ignored;
  const std::filesystem::path path = folder;
  if (!std::filesystem::exists(path / "table.json", ignored) ||
      !std::filesystem::exists(path / "problem.json", ignored)) {
    return;
  }
  answer->stored = LoadWithProblem(folder);
  HeedMemory(answer);
  const std::vector<TableCut>& cuts = answer->stored->cuts();
  const auto found =
      std::ranges::find(cuts, answer->solution.cut, &TableCut::cut);
  if (found != cuts.end()) {
    answer->cut = static_cast<int>(found - cuts.begin());
    const StoredResult& stored = *answer->stored;
    LatencyParts parts =
        PartsAt(found->costs, stored.problem().downlink, answer->kbps);
    // Another round trip time than the folder's changes the network's part.
    parts.network_ns += answer->latency_ns - parts.total_ns;
    parts.total_ns = answer->latency_ns;
    answer->band = BandOf(parts, stored.table.machines);
  }
}

std::optional<std::string> FileOf(const Answer& answer, Side side) {
  if (!answer.cut) return std::nullopt;
  const StoredResult& stored = *answer.stored;
  const auto& model = stored.table.cuts[*answer.cut].models[side];
  if (!model) return std::nullopt;
  return (std::filesystem::path(stored.folder) / *model).string();
}

std::string StoredCutText(const Answer& answer) {
  if (!answer.stored) return "";
  if (!answer.cut) {
    return "cut      none of the folder's: compile with this --rtt to get its "
           "halves\n";
  }
  std::string files;
  for (const Side side : kSides) {
    const std::optional<std::string> file = FileOf(answer, side);
    if (file) files += (files.empty() ? ": " : ", ") + Printable(*file);
  }
  const TableFile& table = answer.stored->table;
  if (!table.cuts[*answer.cut].has_halves) {
    files = fmt::format(
        ", without halves: {}",
        Printable(HalvesAdvice(table, *answer.cut, answer.stored->folder)));
  }
  return fmt::format("cut      {}{}\n", *answer.cut, files);
}

Answer Solve(const SplittingModel& model, int64_t kbps, int64_t rtt_ns) {
  Answer answer;
  answer.kbps = kbps;
  answer.rtt_ns = rtt_ns;
  const auto start = std::chrono::steady_clock::now();
  answer.solution = SolveAt(model.blocks, rtt_ns,
                            static_cast<int>(model.layer_names.size()), kbps);
  const auto end = std::chrono::steady_clock::now();
  // A splitting model is one of latency: its costs are times and bytes.
  answer.latency_ns = answer.solution.cost;
  answer.upload_bytes = answer.solution.upload.bytes;
  for (const TensorId tensor : answer.solution.uploaded) {
    answer.uploaded.push_back(model.tensor_names.at(tensor));
  }
  for (const TensorId tensor : answer.solution.fetched) {
    answer.fetched.push_back(model.tensor_names.at(tensor));
  }
  answer.solve_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count();
  return answer;
}

// Without those that only compute sizes.
PerSide<int> CountLayers(const SplittingModel& model, const Cut& cut) {
  PerSide<int> layers;
  for (size_t l = 0; l < cut.size(); ++l) {
    if (!model.sizes_only[l]) ++layers[cut[l]];
  }
  return layers;
}

std::string SolutionText(const SplittingModel& model, const Answer& answer) {
  const PerSide<int> layers = CountLayers(model, answer.solution.cut);
  std::string text = fmt::format(
      "at {} with a round trip of {}: {}\n"
      "device   {} of {} layers\n",
      FormatKbps(answer.kbps), FormatDuration(answer.rtt_ns),
      BandedText(answer.latency_ns, answer.band), layers.device,
      layers.device + layers.server);
  text += fmt::format("upload   {}\n", FormatBytes(answer.upload_bytes));
  for (const std::string& name : answer.uploaded) {
    text += fmt::format("         '{}'\n", Printable(name));
  }
  std::string_view label = "download";
  for (const std::string& name : answer.fetched) {
    text += fmt::format("{:<8} '{}'\n", label, Printable(name));
    label = "";
  }
  text += StoredCutText(answer);
  return text + fmt::format("decided in {}\n", FormatDuration(answer.solve_ns));
}

nlohmann::ordered_json SolutionJson(const SplittingModel& model,
                                    const Answer& answer) {
  nlohmann::ordered_json device = nlohmann::ordered_json::array();
  nlohmann::ordered_json server = nlohmann::ordered_json::array();
  for (size_t i = 0; i < answer.solution.cut.size(); ++i) {
    (answer.solution.cut[i] == Side::kDevice ? device : server)
        .push_back(model.layer_names[i]);
  }
  nlohmann::ordered_json json = {
      {"schema", "dnncut.solution/1"},
      {"kbps", answer.kbps},
      {"rtt_ns", answer.rtt_ns},
      {"latency_ns", answer.latency_ns},
      {"upload_bytes", answer.upload_bytes},
      {"tensors", answer.uploaded},
      {"fetched", answer.fetched},
      {"device_layers", device},
      {"server_layers", server},
      {"cut", OrNull(answer.cut)},
      {"device_model", OrNull(FileOf(answer, Side::kDevice))},
      {"server_model", OrNull(FileOf(answer, Side::kServer))},
      {"solve_ns", answer.solve_ns}};
  AddBand(answer.band, &json);
  return json;
}

void RunSolve(const SolveCommand& command) {
  if (command.for_stream) {
    SolveStream(
        {command.path, command.kbps, command.rtt_ns, command.search_limit_ns},
        command.output);
    return;
  }
  if (command.search_limit_ns) {
    Fail(ExitCode::kUsage, "E149",
         "--search-limit is for --objective throughput; the best cut for "
         "latency needs no search");
  }
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(command.path, ignored);
  const SplittingModel model = ReadSplittingModel(
      is_folder ? (std::filesystem::path(command.path) / "splitting_model.json")
                      .string()
                : command.path);
  RequireInRange("--bandwidth", command.kbps, model.blocks.range);
  Answer answer =
      Solve(model, command.kbps, command.rtt_ns.value_or(model.rtt_ns));
  if (is_folder) FindStoredCut(command.path, &answer);
  PrintAnswer(
      command.output, [&] { return SolutionJson(model, answer); },
      [&] { return SolutionText(model, answer); });
}

}  // namespace

CommandRunner SetUpSolve(Flags* flags) {
  auto command = std::make_shared<SolveCommand>();
  flags->AddArgument("OUT", Text(&command->path),
                     "folder that compile wrote, or a splitting_model.json");
  flags->AddRequired("-b,--bandwidth", "RATE", Kbps(&command->kbps),
                     "uplink, for example 64kbps, 3Mbps or 10Gbps");
  flags->AddValue("--rtt", "TIME", Duration(&command->rtt_ns),
                  "round trip time; default: that of the compile");
  flags->AddValue("--objective", "WHAT",
                  Parsed(&command->for_stream,
                         [](std::string_view flag, const std::string& text) {
                           return ParseChoice<bool>(
                               flag, text,
                               {{"latency", false}, {"throughput", true}});
                         }),
                  "latency (the default) or throughput, of a stream of frames");
  flags->AddValue("--search-limit", "TIME", Duration(&command->search_limit_ns),
                  "ends the search for throughput; the gap is printed");
  flags->AddSwitch("--json", &command->output.json, "the answer as JSON");
  AddTimeLimitFlag(flags);
  return [command] { RunSolve(*command); };
}

}  // namespace dnncut
