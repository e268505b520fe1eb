// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "backends/splitting_model_json.h"
#include "compiler/checked_math.h"
#include "compiler/cut_problem.h"
#include "compiler/error.h"
#include "compiler/min_cut.h"
#include "compiler/rounding.h"
#include "tools/command.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace dnncut {
namespace {

struct SolveFlags {
  std::optional<std::string> path;
  std::optional<std::string> bandwidth;
  std::optional<std::string> rtt;
  bool json = false;
};

struct Solution {
  int64_t kbps = 0;
  int64_t rtt_ns = 0;
  int64_t latency_ns = 0;
  std::vector<Side> sides;            // by LayerId
  std::vector<std::string> uploaded;  // tensors, in their order
  int64_t upload_bytes = 0;
  int64_t solve_ns = 0;  // of the decision alone
};

Solution Solve(const SplittingModel& model, int64_t kbps, int64_t rtt_ns) {
  const auto start = std::chrono::steady_clock::now();
  const MinCut cut =
      MinCutSolver(MakeCutProblem(model.blocks, rtt_ns)).Solve(kbps);
  const auto end = std::chrono::steady_clock::now();

  Solution solution;
  solution.kbps = kbps;
  solution.rtt_ns = rtt_ns;
  const Int128 latency_ns = DivideRounded(cut.scaled_ns, kbps);
  if (latency_ns > INT64_MAX) {
    Fail(ExitCode::kBadInput, "E210", "the latency is too large");
  }
  solution.latency_ns = static_cast<int64_t>(latency_ns);
  solution.sides = ExpandCut(model.blocks, cut.on_device,
                             static_cast<int>(model.layer_names.size()));
  std::vector<TensorId> uploaded;
  for (const Wire& wire : model.blocks.wires) {
    if (!cut.on_device[wire.producer]) continue;
    bool crosses = false;
    for (const BlockId reader : wire.readers) {
      crosses = crosses || !cut.on_device[reader];
    }
    if (!crosses) continue;
    solution.upload_bytes = CheckedAdd(solution.upload_bytes, wire.bytes,
                                       "the sum of what crosses");
    uploaded.insert(uploaded.end(), wire.tensors.begin(), wire.tensors.end());
  }
  std::sort(uploaded.begin(), uploaded.end());
  for (const TensorId tensor : uploaded) {
    solution.uploaded.push_back(model.tensor_names.at(tensor));
  }
  solution.solve_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count();
  return solution;
}

int64_t CountDevice(const Solution& solution) {
  return std::count(solution.sides.begin(), solution.sides.end(),
                    Side::kDevice);
}

std::string SolutionText(const Solution& solution) {
  std::string text = fmt::format(
      "at {} with a round trip of {}: {}\n"
      "device   {} of {} layers\n",
      FormatKbps(solution.kbps), FormatDuration(solution.rtt_ns),
      FormatDuration(solution.latency_ns), CountDevice(solution),
      solution.sides.size());
  text += fmt::format("crosses  {}\n", FormatBytes(solution.upload_bytes));
  for (const std::string& name : solution.uploaded) {
    text += fmt::format("         '{}'\n", Printable(name));
  }
  return text +
         fmt::format("decided in {}\n", FormatDuration(solution.solve_ns));
}

nlohmann::ordered_json SolutionJson(const SplittingModel& model,
                                    const Solution& solution) {
  nlohmann::ordered_json device = nlohmann::ordered_json::array();
  nlohmann::ordered_json server = nlohmann::ordered_json::array();
  for (size_t i = 0; i < solution.sides.size(); ++i) {
    (solution.sides[i] == Side::kDevice ? device : server)
        .push_back(model.layer_names[i]);
  }
  return {{"schema", "dnncut.solution/1"},
          {"kbps", solution.kbps},
          {"rtt_ns", solution.rtt_ns},
          {"latency_ns", solution.latency_ns},
          {"upload_bytes", solution.upload_bytes},
          {"tensors", solution.uploaded},
          {"device_layers", device},
          {"server_layers", server},
          {"solve_ns", solution.solve_ns}};
}

void RunSolve(const SolveFlags& flags) {
  const std::string& path = Require("solve", "OUT", flags.path);
  const int64_t kbps = ParseKbps(
      "--bandwidth", Require("solve", "--bandwidth", flags.bandwidth));
  std::error_code ignored;
  const SplittingModel model = ReadSplittingModel(
      std::filesystem::is_directory(path, ignored)
          ? (std::filesystem::path(path) / "splitting_model.json").string()
          : path);
  RequireInRange("--bandwidth", kbps, model.blocks.range);
  const int64_t rtt_ns =
      flags.rtt ? ParseDurationNs("--rtt", *flags.rtt) : model.rtt_ns;
  const Solution solution = Solve(model, kbps, rtt_ns);
  if (flags.json) {
    PrintJson(SolutionJson(model, solution));
  } else {
    PrintResult(SolutionText(solution));
  }
}

}  // namespace

CommandRunner SetUpSolve(CLI::App* app) {
  auto flags = std::make_shared<SolveFlags>();
  AddArgument(app, "OUT", &flags->path,
              "folder that compile wrote, or a splitting_model.json");
  AddValue(app, "-b,--bandwidth", "RATE", &flags->bandwidth,
           "uplink, for example 64kbps, 3Mbps or 10Gbps");
  AddValue(app, "--rtt", "TIME", &flags->rtt,
           "round trip time; default: that of the compile");
  AddSwitch(app, "--json", &flags->json, "the answer as JSON");
  return [flags] { RunSolve(*flags); };
}

}  // namespace dnncut
