// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/compile_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "backends/result/table_file.h"
#include "backends/result_writer.h"
#include "compiler/base/error.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/objective.h"
#include "tests/backends/halves/split_model.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/testing.h"
#include "tools/check/result_check.h"
#include "tools/compile/pipeline.h"
#include "tools/result/stored_result.h"
#include "tools/verify/half_check.h"

namespace dnncut {
namespace {

// All cuts of so many layers are tried.
constexpr size_t kFewLayers = 10;
// This many cuts that are not in the table are split into halves, too.
constexpr int kMoreCuts = 4;

const std::string& ModelPath() {
  static const std::string path = FuzzFolder() + "/net.onnx";
  return path;
}

// A machine for which the server is worth its while also for small models.
constexpr char kSlowMachine[] =
    R"({"schema": "dnncut.machine/1", "name": "slow", "layer_ns": 5000000,
        "peak_gflops": {"float32": 0.001}, "memory_gb_per_s": 0.01,
        "memory_bytes": 1000000000})";

std::string SlowMachinePath() { return FuzzFolder() + "/slow.json"; }

// The machine, and what external data may lie in.
void WriteFilesBeside() {
  static const bool written = [] {
    WriteFuzzFile(SlowMachinePath(), kSlowMachine);
    WriteFuzzFile(FuzzFolder() + "/weights", std::string(8192, 'w'));
    return true;
  }();
  static_cast<void>(written);
}

void ChooseLink(Random* random, LinkOptions* link) {
  static const BandwidthRange kRanges[] = {
      {}, {1, 1}, {1, kLimitKbps}, {64, 100}};
  link->range = kRanges[random->Below(4)];
  if (random->Chance(1, 3)) link->rtt_ns = 0;
  if (random->Chance(1, 3)) link->result = Side::kServer;
  if (random->Chance(1, 4)) link->downlink = {Downlink::Kind::kFree, 0};
  if (random->Chance(1, 4)) link->downlink = {Downlink::Kind::kFixed, 1000};
}

// Half of the models are compiled with the flags' defaults.
CompileOptions AnyOptions(Random* random) {
  CompileOptions options;
  options.model_path = ModelPath();
  options.load.allow_newer = random->Chance(1, 8);
  if (random->Chance(3, 4)) options.machines.device = SlowMachinePath();
  if (random->Chance(1, 2)) return options;
  ChooseLink(random, &options.link);
  options.compress = random->Chance(1, 2);
  options.inline_weights = random->Chance(1, 2);
  switch (random->Below(4)) {
    case 0:
      options.max_cuts = 1 + random->Below(2);
      break;
    case 1:
      options.bucket_kbps = {options.link.range.min_kbps};
      break;
    case 2:
      options.firmware.slowdown = {1000, 8000};
      break;
    default:
      break;
  }
  return options;
}

// Inference runs in a child process. When that dies by a signal, it is libonnx
// that has crashed: our own code has sanitizers, which report first and end the
// process with an exit code.
// `id` is the message's: names in other messages say what they like.
void RequireNoFaultOfOurs(std::string_view id, std::string_view message) {
  if (id != "E320" && id != "E323" && id != "W311" && id != "W312") return;
  for (const std::string_view sign :
       {"inference ended with exit code", "inference failed"}) {
    if (message.find(sign) != std::string_view::npos) Finding(message);
  }
}

// The table's cuts, counted again.
void RequireFeasibleCuts(const CompileResult& result) {
  for (const TableCut& cut : result.table.cuts) {
    if (!IsFeasible(result.problem, cut.cut)) {
      Finding(fmt::format("the cut {} is not feasible", CutText(cut.cut)));
    }
    if (CountCosts(result.problem, cut.cut) != cut.costs) {
      Finding(fmt::format("the cut {} costs something else", CutText(cut.cut)));
    }
  }
}

// Do sums of all costs fit, so that cuts can be counted without checks?
bool IsCheap(const Problem& problem) {
  Int128 sum = problem.rtt_ns;
  for (const ProblemLayer& layer : problem.layers) {
    sum += Int128{layer.ns.device} + layer.ns.server;
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    sum += tensor.cross_ns + Int128{kByteNsKbps} * tensor.bytes.value_or(0);
  }
  return sum < Int128{1} << 60;
}

void RequireBestRows(const CompileResult& result) {
  const Problem& problem = result.problem;
  if (problem.layers.size() > kFewLayers || !IsCheap(problem)) return;
  const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
  for (const TableRow& row : result.exact.rows) {
    const CutCosts& costs = result.exact.cuts[row.cut].costs;
    for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
      const Int128 latency = LatencyOf(costs, problem.downlink).At(kbps);
      for (const CandidateCut& cut : cuts) {
        if (cut.At(kbps) >= latency || !Fits(problem, cut.cut)) continue;
        Finding(fmt::format("the cut {} is better at {} kbit/s\n{}",
                            CutText(cut.cut), kbps, ProblemText(problem)));
      }
    }
  }
}

void RequireWholeHalves(const CompileResult& result, const TableFile& table,
                        const std::string& out) {
  HalfChecker checker(result.model, table, out);
  for (int cut = 0; cut < static_cast<int>(table.cuts.size()); ++cut) {
    for (const std::string& fault : checker.Check(cut)) {
      Finding(fmt::format("cut {}: {}", cut, fault));
    }
  }
}

void RequireRightResult(const std::string& out) {
  const StoredResult stored = LoadTable(out);
  for (const CheckItem& item : CheckResult(stored)) {
    if (item.status == CheckStatus::kFailed) {
      Finding(fmt::format("{}: {}", item.name, item.message));
    }
  }
}

std::vector<TableCut> CutsBesideTable(const CompileResult& result) {
  std::vector<TableCut> cuts;
  try {
    cuts = AllCuts(result.problem);
  } catch (const Error&) {
    return {};  // one costs too much to be counted
  }
  std::erase_if(cuts, [&](const TableCut& cut) {
    return std::count(result.table.cuts.begin(), result.table.cuts.end(), cut) >
           0;
  });
  return cuts;
}

// The best cuts are few, and seldom go through the middle of a small model:
// some others are written and looked at, too.
void AddOtherCuts(Random* random, CompileResult* result) {
  std::vector<TableCut> others = CutsBesideTable(*result);
  for (int n = 0; n < kMoreCuts && !others.empty(); ++n) {
    const auto cut =
        others.begin() + random->Below(static_cast<int>(others.size()));
    result->table.cuts.push_back(*cut);
    others.erase(cut);
  }
  result->memory = MemoryOfCuts(result->problem, result->table);
  result->has_halves.resize(result->table.cuts.size(), true);
}

void WriteAndCheckHalves(const std::string& out, bool inline_weights,
                         const CompileResult& result) {
  ResultOptions options;
  options.out = out;
  options.force = true;
  options.halves_only = true;
  options.inline_weights = inline_weights;
  WriteResult(BackendResult(result), options);
  RequireWholeHalves(result, ReadTableFile(out), out);
}

// With `out`, halves are written there.
void CompileAndCheck(const CompileOptions& options, const std::string& out,
                     Random* random) {
  Progress progress(false, true);
  Warnings warnings;
  CompileResult result;
  try {
    result = Compile(options, &progress, &warnings);
  } catch (const Error& error) {
    RequireNoFaultOfOurs(error.id(), error.what());
    return;
  }
  for (const Warning& warning : warnings) {
    RequireNoFaultOfOurs(warning.id, warning.text);
  }
  RequireFeasibleCuts(result);
  RequireBestRows(result);
  if (!options.output.empty()) RequireRightResult(options.output);
  if (out.empty()) return;
  AddOtherCuts(random, &result);
  WriteAndCheckHalves(out, options.inline_weights, result);
}

void WriteAndCheck(std::string_view model, const CompileOptions& options,
                   const std::string& out, Random* random) {
  WriteFilesBeside();
  WriteFuzzFile(ModelPath(), model);
  try {
    CompileAndCheck(options, out, random);
  } catch (const std::exception& error) {
    Finding(error.what());
  }
}

}  // namespace

void CheckCompile(std::string_view model) {
  Random random(HashOf(model));
  WriteAndCheck(model, AnyOptions(&random), "", &random);
}

void CheckResultOfCompile(std::string_view model) {
  Random random(HashOf(model));
  CompileOptions options = AnyOptions(&random);
  const std::string out = FuzzFolder() + "/out";
  // Takes longer than all the rest.
  if (random.Chance(1, 4)) options.output = out;
  options.force = true;
  WriteAndCheck(model, options, out, &random);
}

}  // namespace dnncut
