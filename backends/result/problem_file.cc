// SPDX-License-Identifier: Apache-2.0
//
// Reads problem.json, the whole problem before any pass, together with the
// sides of each layer in all cuts.
//
// It must fit the table.json beside it: the link is the same, each cut keeps
// the rules of the problem, and the costs of each cut, counted anew from its
// layers and tensors, are exactly those in the table. So whatever a user of
// this file computes belongs to the very table that compile has written.
// Readers of a tensor must ascend and come after its producer, so the order of
// the layers is topological.
#include "backends/result/problem_file.h"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "backends/result/link_json.h"
#include "backends/result/memory_json.h"
#include "backends/result/size_basis_json.h"
#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "compiler/files/json_file.h"
#include "compiler/problem/cost_counter.h"
#include "compiler/problem/memory_use.h"

namespace dnncut {
namespace {

constexpr int64_t kMaxGroup = std::numeric_limits<int>::max();
constexpr int64_t kMaxId = std::numeric_limits<int>::max() - 1;

[[noreturn]] void FailToFit(const std::string& out, std::string_view what) {
  Fail(ExitCode::kBadInput, "E630",
       "{}: problem.json and table.json do not fit together: {}; compile again",
       out, what);
}

// The letters of `side_of_cut`, one for each cut.
void ReadSides(const JsonValue& json, std::vector<Cut>* cuts) {
  const std::string letters = GetString(json, "side_of_cut");
  if (letters.size() != cuts->size() ||
      letters.find_first_not_of("DS") != std::string::npos) {
    FailAt(GetMember(json, "side_of_cut"),
           fmt::format("must be {} letters D or S, one for each cut of "
                       "table.json",
                       cuts->size()));
  }
  for (size_t c = 0; c < cuts->size(); ++c) {
    (*cuts)[c].push_back(letters[c] == 'D' ? Side::kDevice : Side::kServer);
  }
}

ProblemLayer ReadLayer(const JsonValue& json) {
  ProblemLayer layer;
  layer.name = GetString(json, "name");
  layer.op = GetString(json, "op");
  layer.ns.device = GetInt64(json, "device_ns");
  layer.ns.server = GetInt64(json, "server_ns");
  if (FindMember(json, "pinned")) layer.pinned = GetSide(json, "pinned");
  if (const auto group = FindInt64(json, "group", 0, kMaxGroup)) {
    layer.group = static_cast<int>(*group);
  }
  if (const auto sizes = FindMember(json, "sizes_only")) {
    layer.sizes_only = AsBool(*sizes);
  }
  return layer;
}

// Where a result is wanted, or an input lies.
void ReadPlaces(const JsonValue& json, ProblemTensor* tensor) {
  tensor->wanted = FindWanted(json, "wanted");
  if (tensor->wanted != Wanted::kAsAll && !tensor->result) {
    FailAt(GetMember(json, "wanted"), "must not be there: it is no result");
  }
  const bool is_input = tensor->producer == kModelInput;
  for (const std::string_view key : {"home", "state_of"}) {
    const auto member = FindMember(json, key);
    if (member && !is_input) {
      FailAt(*member, "must not be there: it is no input of the model");
    }
  }
  if (FindMember(json, "home")) tensor->home = GetSide(json, "home");
  if (const auto state = FindInt64(json, "state_of", 0, kMaxId)) {
    tensor->state_of = static_cast<TensorId>(*state);
  }
}

// A state is what a result was, and has a size.
void CheckStates(const JsonValue& root, const Problem& problem) {
  const JsonValue tensors = GetMember(root, "tensors");
  for (const ProblemTensor& tensor : problem.tensors) {
    if (!tensor.state_of) continue;
    const TensorId maker = *tensor.state_of;
    if (maker < std::ssize(problem.tensors) && problem.tensors[maker].result &&
        tensor.bytes) {
      continue;
    }
    FailAt(tensors, fmt::format("must have a result and a size for the state "
                                "'{}'",
                                tensor.name));
  }
}

ProblemTensor ReadTensor(const JsonValue& json, int64_t layer_count) {
  ProblemTensor tensor;
  tensor.name = GetString(json, "name");
  tensor.producer = static_cast<LayerId>(
      GetInt64(json, "producer", kModelInput, layer_count - 1));
  int64_t first = int64_t{tensor.producer} + 1;
  for (const JsonValue& reader : GetArray(json, "readers")) {
    // Readers ascend and come after the producer, so the order of the layers is
    // topological.
    const int64_t id = AsInt64(reader, first, layer_count - 1);
    tensor.readers.push_back(static_cast<LayerId>(id));
    first = id + 1;
  }
  tensor.bytes = FindInt64(json, "bytes");
  tensor.decoded_bytes = FindInt64(json, "decoded_bytes");
  tensor.size_basis = GetBasis(json, "size_basis");
  tensor.cross_ns = GetInt64(json, "cross_ns");
  tensor.result = GetBool(json, "result");
  if (tensor.result && tensor.producer == kModelInput) {
    FailAt(GetMember(json, "result"),
           "must be false for an input of the model");
  }
  ReadPlaces(json, &tensor);
  return tensor;
}

// The part of `cross_ns` that refine has added for one side. Either all tensors
// have it or none.
void ReadFitted(const JsonValue& json, std::string_view key, size_t tensor,
                int64_t most, std::vector<int64_t>* fitted) {
  const auto ns = FindInt64(json, key, 0, most);
  if (tensor == 0 && !ns) return;
  if (ns.has_value() != (tensor == fitted->size())) {
    FailAt(json, fmt::format("must have \"{}\" like all tensors or none", key));
  }
  if (ns) fitted->push_back(*ns);
}

// Names of tensors must be unique, so that tensors can be looked up by name.
void ReadTensors(const JsonValue& root, ProblemFile* file) {
  Problem* problem = &file->problem;
  std::set<std::string> names;
  const auto layer_count = static_cast<int64_t>(problem->layers.size());
  for (const JsonValue& json : GetArray(root, "tensors")) {
    problem->tensors.push_back(ReadTensor(json, layer_count));
    if (!names.insert(problem->tensors.back().name).second) {
      FailAt(GetMember(json, "name"), "must not be that of another tensor");
    }
    const size_t id = problem->tensors.size() - 1;
    FittedCrossings& fitted = file->fitted;
    int64_t rest = problem->tensors[id].cross_ns;
    ReadFitted(json, "device_cross_ns", id, rest, &fitted.device);
    if (!fitted.device.empty()) rest -= fitted.device[id];
    ReadFitted(json, "server_cross_ns", id, rest, &fitted.server);
  }
  CheckStates(root, *problem);
}

// Of the tensors and weights, when the file says it.
std::optional<MemoryBound> FindMemoryBound(const JsonValue& root,
                                           int64_t layer_count) {
  const auto limits = FindMember(root, "memory");
  if (!limits) return std::nullopt;
  MemoryBound memory;
  memory.limit = ReadMemoryLimits(*limits);
  for (const JsonValue& json : GetArray(root, "tensors")) {
    memory.tensor_bytes.push_back({GetInt64(json, "device_memory_bytes"),
                                   GetInt64(json, "server_memory_bytes")});
  }
  for (const JsonValue& json : GetArray(root, "weights")) {
    MemoryBound::Weight& weight = memory.weights.emplace_back();
    weight.bytes = {GetInt64(json, "device_bytes"),
                    GetInt64(json, "server_bytes")};
    int64_t first = 0;
    for (const JsonValue& reader : GetArray(json, "readers")) {
      const int64_t id = AsInt64(reader, first, layer_count - 1);
      weight.readers.push_back(static_cast<LayerId>(id));
      first = id + 1;
    }
    if (weight.readers.empty()) {
      FailAt(GetMember(json, "readers"), "must not be empty");
    }
  }
  return memory;
}

// The cut holds what the table says, and no more than it may.
void CheckMemory(const std::string& out, const Problem& problem,
                 const TableCut& cut, size_t id, const TableFile& table) {
  const auto& listed = table.cuts[id].memory;
  if (!problem.memory || !listed) return;
  const PerSide<MemoryUse> use =
      CountMemoryUse(problem, *problem.memory, cut.cut);
  for (const Side side : kSides) {
    if (use[side].weight_bytes == (*listed)[side].weight_bytes &&
        use[side].other_bytes == (*listed)[side].other_bytes) {
      continue;
    }
    FailToFit(out, fmt::format("they differ in what memory the {} half of cut "
                               "{} takes",
                               SideName(side), id));
  }
  if (!IsWithin(*problem.memory, use)) {
    FailToFit(out, fmt::format("cut {} does not fit into memory", id));
  }
}

void CheckLink(const std::string& out, const JsonValue& root,
               const TableFile& table, Problem* problem) {
  problem->range = table.range;
  problem->rtt_ns = GetInt64(root, "rtt_ns");
  problem->result = GetSide(root, "result");
  problem->downlink = GetDownlink(root, "downlink");
  if (problem->rtt_ns != table.rtt_ns) FailToFit(out, "rtt_ns differs");
  if (problem->result != table.result) FailToFit(out, "result differs");
  if (problem->downlink != table.downlink) FailToFit(out, "downlink differs");
}

// The cut with what it costs, which is what the table says.
TableCut CountCut(const std::string& out, CostCounter* counter, Cut cut,
                  size_t id, const TableFile::Cut& listed) {
  ThrowIfInterrupted();
  counter->Put(cut);
  if (!counter->IsFeasible()) {
    FailToFit(out, fmt::format("cut {} breaks a rule of the problem", id));
  }
  TableCut counted = {std::move(cut), counter->Costs()};
  CutCosts costs = counted.costs;
  costs.uploaded.clear();
  costs.fetched.clear();
  if (costs != listed.costs) {
    FailToFit(out, fmt::format("they differ in what cut {} costs", id));
  }
  return counted;
}

// Checks that both files name the same refined sides. Otherwise costs from an
// earlier refine would be taken for costs of the compile, or the reverse.
void CheckRefined(const std::string& out, const ProblemFile& file,
                  const RefinedSides& refined) {
  if (file.problem.tensors.empty()) return;
  for (const Side side : kSides) {
    if (file.fitted[side].empty() == refined[side].has_value()) {
      FailToFit(out, "they differ in which sides were refined");
    }
  }
}

}  // namespace

ProblemFile ReadProblemFile(const std::string& out, const TableFile& table) {
  const JsonValue root = ReadJsonFile(out + "/problem.json");
  CheckSchema(root, "dnncut.problem", 1);
  ProblemFile file;
  CheckLink(out, root, table, &file.problem);
  std::vector<Cut> cuts(table.cuts.size());
  for (const JsonValue& json : GetArray(root, "layers")) {
    file.problem.layers.push_back(ReadLayer(json));
    ReadSides(json, &cuts);
  }
  ReadTensors(root, &file);
  file.problem.memory =
      FindMemoryBound(root, static_cast<int64_t>(file.problem.layers.size()));
  if (file.problem.memory && file.problem.memory->limit != table.memory_limit) {
    FailToFit(out, "memory differs");
  }
  CheckRefined(out, file, table.refined);
  if (std::cmp_not_equal(file.problem.layers.size(),
                         int64_t{table.layers} + table.size_layers)) {
    FailToFit(out, "the number of layers differs");
  }
  VerifyProblem(file.problem);
  CostCounter counter(file.problem);
  for (size_t id = 0; id < cuts.size(); ++id) {
    file.cuts.push_back(
        CountCut(out, &counter, std::move(cuts[id]), id, table.cuts[id]));
    CheckMemory(out, file.problem, file.cuts.back(), id, table);
  }
  return file;
}

}  // namespace dnncut
