// SPDX-License-Identifier: Apache-2.0
//
// A machine is named by what the user has: a built-in name, a machine file, a
// profile or a fitted machine. Each gives a time per layer. A profile is
// refused when it was measured with other input shapes, since times at one
// batch size say nothing about another; a layer that it does not know is an
// error unless --fill says how to estimate it.
#include "tools/compile/machine_costs.h"

#include <algorithm>
#include <map>
#include <set>

#include "compiler/base/checked_math.h"
#include "compiler/base/disjoint_sets.h"
#include "compiler/base/shell_word.h"
#include "compiler/base/unit_text.h"
#include "cost_models/fusion/fuse_layers.h"
#include "cost_models/machines/roofline.h"
#include "cost_models/measured/profile.h"
#include "cost_models/measured/regression.h"

namespace dnncut {
namespace {

// The model file's names of an input's free dims, by axis; "" for the others.
std::vector<std::string> DimNames(const SourceModel& model,
                                  const std::string& input) {
  std::vector<std::string> names;
  for (const auto& value : model.proto.graph().input()) {
    if (value.name() != input) continue;
    for (const auto& dim : value.type().tensor_type().shape().dim()) {
      names.push_back(dim.dim_param());
    }
  }
  return names;
}

// The flags that give an input `wanted` in place of `other`: --dim if all dims
// that differ have names, as other inputs may have them, too.
std::string ShapeFlags(const SourceModel& model, const ProfileInput& wanted,
                       const ProfileInput& other) {
  std::vector<std::string> names = DimNames(model, wanted.name);
  names.resize(wanted.shape.size());
  std::map<std::string, int64_t> dims;
  for (size_t axis = 0; axis < wanted.shape.size(); ++axis) {
    if (wanted.shape[axis] != other.shape[axis]) {
      dims[names[axis]] = wanted.shape[axis];
    }
  }
  if (dims.contains("")) {
    return ShellFlag("--shape", fmt::format("{}={}", wanted.name,
                                            fmt::join(wanted.shape, "x")));
  }
  std::vector<std::string> flags;
  for (const auto& [name, value] : dims) {
    flags.push_back(ShellFlag("--dim", fmt::format("{}={}", name, value)));
  }
  return fmt::format("{}", fmt::join(flags, " "));
}

bool Differ(const ProfileInput& a, const ProfileInput& b) {
  if (a.dtype != b.dtype || a.shape.size() != b.shape.size()) return true;
  for (size_t axis = 0; axis < a.shape.size(); ++axis) {
    if (a.shape[axis] < 0 || b.shape[axis] < 0) continue;
    if (a.shape[axis] != b.shape[axis]) return true;
  }
  return false;
}

// Times at one batch size say nothing about another.
void CheckProfileInputs(const Profile& profile, const SourceModel& model,
                        const Graph& graph) {
  const std::vector<ProfileInput> inputs = ProfileInputs(graph);
  for (const ProfileInput& measured : profile.model_inputs) {
    const auto here = std::find_if(
        inputs.begin(), inputs.end(),
        [&](const ProfileInput& input) { return input.name == measured.name; });
    if (here == inputs.end() || !Differ(measured, *here)) continue;
    std::string advice = "measure this model again";
    if (measured.shape.size() == here->shape.size()) {
      advice = fmt::format("give {}, or profile again with {}",
                           ShapeFlags(model, measured, *here),
                           ShapeFlags(model, *here, measured));
    }
    Fail(ExitCode::kBadInput, "E425",
         "{}: was measured with input '{}' as {}, but here it is {}; {}",
         profile.path, measured.name,
         FormatType(DTypeName(measured.dtype), measured.shape),
         FormatType(DTypeName(here->dtype), here->shape), advice);
  }
}

// How many layers have no row of their own.
int CountUnmeasured(const Graph& graph, const Profile& profile) {
  std::set<std::string> rows;
  for (const ProfileRow& row : profile.layers) rows.insert(row.output);
  return static_cast<int>(std::count_if(
      graph.layers.begin(), graph.layers.end(), [&](const Layer& layer) {
        return std::none_of(layer.outputs.begin(), layer.outputs.end(),
                            [&](TensorId output) {
                              return rows.contains(graph.tensors[output].name);
                            });
      }));
}

// Joins the members of each group with the first member of it.
void JoinGroups(const std::vector<std::optional<int>>& groups,
                DisjointSets* sets) {
  std::map<int, int> first;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (!groups[i]) continue;
    const int layer = static_cast<int>(i);
    sets->Join(first.emplace(*groups[i], layer).first->second, layer);
  }
}

// Without times, of a machine as its file names and describes it.
MachineCosts CostsOf(const std::string& machine, std::optional<int64_t> threads,
                     const std::string& optimization) {
  MachineCosts costs;
  costs.name = machine;
  costs.threads = threads;
  costs.optimization = optimization;
  if (const Machine* builtin = FindBuiltin(machine)) costs.machine = *builtin;
  return costs;
}

MachineCosts PredictedCosts(const JsonValue& root, const Graph& graph,
                            const Fusion& fusion) {
  const RegressionModel model = ParseRegression(root);
  MachineCosts costs = CostsOf(model.name, model.threads, model.optimization);
  costs.fitted = true;
  costs.ns = RegressionNs(graph, fusion, model);
  return costs;
}

MachineCosts EstimatedCosts(const CostSource& source, const Graph& graph,
                            const std::optional<Precision>& precision,
                            const Pins& pins) {
  const Fusion fusion = FuseLayers(graph, pins);
  if (source.kind == CostSource::Kind::kRegressionFile) {
    MachineCosts costs = PredictedCosts(*source.root, graph, fusion);
    costs.groups = fusion.groups;
    return costs;
  }
  if (source.kind == CostSource::Kind::kProfileFile) {
    Fail(ExitCode::kBadInput, "E402",
         "{}: has the schema \"dnncut.profile/1\"; expected a "
         "\"dnncut.machine/1\" or \"dnncut.regression/1\" file, or the name "
         "of a built-in machine (\"dnncut machines\")",
         source.name_or_path);
  }
  MachineCosts costs;
  costs.machine = MachineOf(source, precision);
  costs.name = costs.machine->name;
  costs.ns = RooflineNs(graph, fusion, *costs.machine);
  costs.groups = fusion.groups;
  return costs;
}

// What --fill says of the layers; nullopt when it is not given or not needed.
std::optional<LayerEstimates> Estimates(const Profile& profile,
                                        const Fill& fill, int gaps,
                                        const Graph& graph) {
  if (!fill.roofline) return std::nullopt;
  if (fill.machine.empty() && !FindBuiltin(profile.machine)) {
    if (gaps == 0) return std::nullopt;
    Fail(ExitCode::kUsage, "E122",
         "{}: its machine '{}' is not built in, so --fill roofline needs one, "
         "for example --fill roofline:raspberry-pi-4",
         profile.path, profile.machine);
  }
  MachineCosts costs = EstimateCosts(
      fill.machine.empty() ? profile.machine : fill.machine, graph);
  return LayerEstimates{costs.name, std::move(costs.ns)};
}

MachineCosts MeasuredCosts(const CostSource& source, const Fill& fill,
                           const SourceModel& model, const Graph& graph,
                           Warnings* warnings) {
  const Profile profile = ParseProfile(*source.root, source.name_or_path);
  CheckProfileModel(profile, model.path, model.sha256);
  CheckProfileInputs(profile, model, graph);
  MachineCosts costs =
      CostsOf(profile.machine, profile.threads, profile.optimization);
  costs.measured = true;
  costs.filled_layers = CountUnmeasured(graph, profile);
  costs.ns =
      ProfileNs(graph, profile,
                Estimates(profile, fill, costs.filled_layers, graph), warnings);
  costs.groups = ProfileGroups(graph, profile, warnings);
  costs.cross_ns = ProfileCrossNs(graph, profile, warnings);
  return costs;
}

}  // namespace

std::string EstimateWords(const MachineCosts& costs) {
  if (costs.fitted) return "predicted from profiles";
  if (!costs.machine || costs.machine->runtime.empty()) return "estimated";
  return fmt::format("estimated for {}, in {}", costs.machine->runtime,
                     PrecisionName(costs.machine->precision));
}

MachineCosts EstimateCosts(const std::string& name_or_path, const Graph& graph,
                           const std::optional<Precision>& precision,
                           const Pins& pins) {
  return EstimatedCosts(ReadCostSource(name_or_path), graph, precision, pins);
}

MachineCosts LoadMachineCosts(const std::string& name_or_path, const Fill& fill,
                              const std::optional<Precision>& precision,
                              const SourceModel& model, const Graph& graph,
                              const Pins& pins, Warnings* warnings) {
  const CostSource source = ReadCostSource(name_or_path);
  if (source.kind == CostSource::Kind::kProfileFile) {
    return MeasuredCosts(source, fill, model, graph, warnings);
  }
  const bool has_it = source.builtin != nullptr && precision &&
                      InPrecision(*source.builtin, *precision);
  return EstimatedCosts(source, graph, has_it ? precision : std::nullopt, pins);
}

CostTable CombineCosts(const PerSide<MachineCosts>& machines,
                       const Graph& graph) {
  CostTable costs;
  costs.ns = {machines.device.ns, machines.server.ns};
  costs.cross_ns.resize(graph.tensors.size());
  for (const Side side : kSides) {
    const std::vector<int64_t>& cross_ns = machines[side].cross_ns;
    for (size_t i = 0; i < cross_ns.size(); ++i) {
      costs.cross_ns[i] =
          CheckedAdd(costs.cross_ns[i], cross_ns[i], "the cost of a crossing");
    }
  }
  return costs;
}

std::vector<std::optional<int>> CombineGroups(
    const PerSide<MachineCosts>& machines, int layer_count) {
  const auto& [device, server] = machines;
  if (device.groups.empty() && server.groups.empty()) return {};
  DisjointSets sets(static_cast<size_t>(layer_count));
  JoinGroups(device.groups, &sets);
  JoinGroups(server.groups, &sets);
  const std::vector<int> root = sets.Representatives();
  std::vector<int> size(root.size());
  for (const int layer : root) ++size[layer];
  std::vector<std::optional<int>> groups(root.size());
  for (size_t i = 0; i < root.size(); ++i) {
    if (size[root[i]] > 1) groups[i] = root[i];
  }
  return groups;
}

}  // namespace dnncut
