// SPDX-License-Identifier: Apache-2.0
//
// The compiler on one screen: each stage turns the values of the stages before
// it into a new one, which nothing changes later. "Beyond this point" marks
// what is settled.
#include "tools/compile/pipeline.h"

#include <fmt/format.h>

#include <iterator>

#include "backends/result/middle_kbps.h"
#include "backends/result_writer.h"
#include "compiler/base/unit_text.h"
#include "compiler/objectives/robustness.h"
#include "compiler/objectives/table_within.h"
#include "compiler/problem/side.h"
#include "compiler/table/approximate_table.h"
#include "passes/compress.h"
#include "tools/compile/compile_command_line.h"
#include "tools/compile/memory_limits.h"
#include "tools/compile/missing_operators.h"
#include "tools/compile/placement.h"
#include "tools/compile/privacy.h"
#include "tools/compile/undefined_costs.h"
#include "tools/text/file_names.h"

namespace dnncut {
namespace {

BlockGraph CompressBlocks(BlockGraph blocks, Progress* progress) {
  const auto report = [progress](const PassReport& pass) {
    progress->Detail(fmt::format("round {} {}: {} -> {} blocks in {:.3f} ms",
                                 pass.round, pass.pass, pass.blocks_before,
                                 pass.blocks_after, pass.seconds * 1000));
  };
  return Compress(std::move(blocks), report);
}

// `best` has no smaller table made of it yet.
CutTable Approximate(const CompileOptions& options, const Problem& problem,
                     CutTable best) {
  const bool has_buckets = !options.bucket_kbps.empty();
  if (!has_buckets && options.max_cuts == 0) return best;
  CutTable table = has_buckets
                       ? ApplyBuckets(problem, best, options.bucket_kbps)
                       : KeepCuts(problem, best, options.max_cuts);
  // Both regrets, where the best one is not proved to be the best.
  if (best.approximation) {
    double& regret = table.approximation->worst_regret;
    regret = (1 + regret) * (1 + best.approximation->worst_regret) - 1;
  }
  return table;
}

// --precision is for both sides, and a machine may lack it; but one must have
// it.
void RequirePrecision(const CompileOptions& options,
                      const CompileResult& result) {
  if (!options.precision) return;
  for (const Side side : kSides) {
    const MachineCosts& costs = result.machines[side];
    if (!costs.measured && costs.machine &&
        costs.machine->precision == *options.precision) {
      return;
    }
  }
  Fail(
      ExitCode::kUsage, "E412",
      "--precision {}: neither side is a built-in machine of which it is known "
      "what it attains in it; \"dnncut machines NAME\" lists the precisions",
      PrecisionName(*options.precision));
}

void WarnOfUselessFill(const CompileOptions& options,
                       const CompileResult& result, Warnings* warnings) {
  if (!options.fill.roofline || result.machines.device.measured ||
      result.machines.server.measured) {
    return;
  }
  Warn(warnings, "W102",
       "--fill has no effect: neither --device nor --server is a profile");
}

// The result with what its report says about where it comes from.
Result DescribedResult(const CompileOptions& options,
                       const CompileResult& result, const Warnings& warnings) {
  Result described = BackendResult(result);
  std::vector<std::string> paths = FilesOf(result.model);
  paths.insert(paths.end(), {options.machines.device, options.machines.server,
                             options.fill.machine, options.output});
  described.warnings = WithoutFolders(warnings, paths);
  described.commands = {CompileCommandLine(options)};
  return described;
}

// Only of a machine itself; a regression says nothing of its errors.
double BandOf(const MachineCosts& costs) {
  return costs.measured || costs.fitted ? 1 : costs.machine->band;
}

// How far the answer may be off; nullopt when no time is known to be.
std::optional<AnswerBand> BandOf(const CompileOptions& options,
                                 const CompileResult& result) {
  const PerSide<double> factors = {BandOf(result.machines.device),
                                   BandOf(result.machines.server)};
  if (factors.device == 1 && factors.server == 1) return std::nullopt;
  return FindAnswerBand(result.problem, result.exact, factors,
                        [&options](const Problem& problem) {
                          BlockGraph blocks = MakeBlockGraph(problem);
                          return options.compress ? Compress(std::move(blocks))
                                                  : blocks;
                        });
}

OperatorLists ReadOperators(const CompileOptions& options) {
  OperatorLists lists;
  for (const Side side : kSides) {
    if (options.operators[side].empty()) continue;
    lists[side] = ReadOperatorList(fmt::format("--{}-ops", SideName(side)),
                                   options.operators[side]);
  }
  return lists;
}

// At the bandwidths that answers show of the rows.
std::optional<Robustness> RobustnessOf(const CompileOptions& options,
                                       const CompileResult& result) {
  if (options.uncertainty_permille == 0) return std::nullopt;
  std::vector<int64_t> kbps;
  for (const TableRow& row : result.table.rows) {
    kbps.push_back(MiddleKbps(row.min_kbps, row.max_kbps));
  }
  return FindRobustness(result.problem, result.table,
                        options.uncertainty_permille, kbps);
}

MachineLabel LabelOf(const MachineCosts& costs) {
  const char* source = costs.fitted ? "regression" : "roofline";
  return {costs.name, costs.measured ? "profile" : source, costs.threads,
          costs.optimization, BandOf(costs)};
}

}  // namespace

Result BackendResult(const CompileResult& result) {
  Result backend;
  backend.model = &result.model;
  backend.graph = &result.graph;
  backend.problem = &result.problem;
  backend.blocks = &result.blocks;
  backend.table = &result.table;
  if (result.table.approximation) backend.exact = &result.exact;
  for (const Side side : kSides) {
    backend.machines[side] = LabelOf(result.machines[side]);
  }
  backend.version = DNNCUT_VERSION;
  backend.firmware = result.firmware;
  backend.band = result.band;
  backend.memory = result.memory;
  backend.robustness = result.robustness;
  backend.has_halves = result.has_halves;
  backend.only_cut = result.only_cut;
  return backend;
}

std::vector<std::string> FilesToKeep(const CompileOptions& options) {
  std::vector<std::string> files = options.kept_files;
  for (const std::string& machine :
       {options.machines.device, options.machines.server,
        options.fill.machine}) {
    if (!NamesBuiltin(machine)) files.push_back(machine);
  }
  for (const std::string& list :
       {options.operators.device, options.operators.server}) {
    if (!list.empty() && !NamesOperatorList(list)) files.push_back(list);
  }
  return files;
}

void WriteCompiled(const CompileOptions& options, Progress* progress,
                   CompileResult* result, Warnings* warnings) {
  const std::string stage = fmt::format("writing {}", options.output);
  progress->Stage(stage);
  FindConstantDims(result->model, options.import, &result->graph, warnings);
  ResultOptions write;
  write.out = options.output;
  write.force = options.force;
  write.inputs = FilesToKeep(options);
  write.inline_weights = options.inline_weights;
  write.progress = [progress, &stage](int64_t done_bytes, int64_t all_bytes) {
    progress->Part(stage, done_bytes, all_bytes);
  };
  WriteResult(DescribedResult(options, *result, *warnings), write);
}

CompileResult Compile(const CompileOptions& options, Progress* progress,
                      Warnings* warnings) {
  CompileResult result;
  result.firmware = options.firmware;

  // The model. Beyond this point nothing reads the file's structure again.
  progress->Stage(fmt::format("reading {}", options.model_path));
  result.model = LoadModel(options.model_path, options.load, warnings);
  FoldModel(options.import.input_values,
            OutputsToDrop(result.model.proto.graph(), options.places),
            &result.model);
  progress->Stage("working out shapes");
  result.graph = ImportGraph(result.model, options.import, warnings);
  progress->Detail(fmt::format(
      "{}, {}, {}", FormatPlural(CountLayers(result.graph), "layer"),
      FormatPlural(std::ssize(result.graph.tensors), "tensor"),
      FormatPlural(std::ssize(result.graph.constants), "constant")));

  // What everything costs. Beyond this point the machines matter only to the
  // messages: times are numbers of nanoseconds.
  progress->Stage("counting costs");
  Placement placement = PinLayers(result.graph, options.pins);
  PlaceTensors(result.graph, options.places, &placement);
  KeepPrivate(result.graph, options.kept_private, options.link.result,
              &placement);
  AvoidMissingOperators(result.graph, ReadOperators(options), &placement);
  for (const Side side : kSides) {
    result.machines[side] = LoadMachineCosts(
        options.machines[side], options.fill, options.precision, result.model,
        result.graph, placement.pins, warnings);
  }
  RequirePrecision(options, result);
  WarnOfUselessFill(options, result, warnings);
  WarnOfUndefinedCosts(result.graph,
                       {&result.machines.device, &result.machines.server},
                       warnings);
  placement.groups = CombineGroups(
      result.machines, static_cast<int>(result.graph.layers.size()));

  // The problem. Beyond this point it alone decides the answer.
  result.problem =
      MakeProblem(result.graph, CombineCosts(result.machines, result.graph),
                  options.link, placement);
  result.problem.memory =
      LimitMemory(result.graph, result.machines, options.memory);
  result.blocks = MakeBlockGraph(result.problem);
  if (options.compress) {
    progress->Stage("compressing");
    result.blocks = CompressBlocks(std::move(result.blocks), progress);
  }

  // The answer. Beyond this point nothing is decided, only written.
  progress->Stage("finding the best cuts");
  TableWithin within = BuildTableWithin(result.problem, result.blocks, {});
  RequireRows(result.problem, within);
  result.is_limited = within.is_limited;
  result.exact = within.table;
  // The band is that of the best of all cuts.
  if (!within.is_limited) result.band = BandOf(options, result);
  progress->Detail(FormatPlural(std::ssize(result.exact.rows), "row"));
  if (options.firmware.slowdown) {
    progress->Stage("finding the best cuts for a busy server");
    AddSlowdownWithin(result.problem, *options.firmware.slowdown, &within);
    progress->Detail(FormatPlural(std::ssize(within.table.cuts), "cut"));
  }
  result.table = Approximate(options, result.problem, std::move(within.table));
  result.memory = MemoryOfCuts(result.problem, result.table);
  result.robustness = RobustnessOf(options, result);
  result.has_halves =
      ChooseHalves(result.table, options.cuts_with_halves, options.only_cut);
  result.only_cut = options.only_cut;

  if (!options.output.empty()) {
    WriteCompiled(options, progress, &result, warnings);
  }
  progress->Finish();
  return result;
}

}  // namespace dnncut
