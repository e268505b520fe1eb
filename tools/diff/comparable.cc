// SPDX-License-Identifier: Apache-2.0
#include "tools/diff/comparable.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "tools/diff/tensors_by_name.h"

namespace dnncut {
namespace {

using ModelTensors = std::vector<TableFile::ModelTensor>;

[[noreturn]] void FailOtherModel(const StoredResult& before,
                                 const StoredResult& after,
                                 const std::string& why) {
  Fail(ExitCode::kBadInput, "E811",
       "{} and {} are of different models: {}; give two compiles of one model, "
       "or of one that was changed or trained again",
       before.path, after.path, why);
}

std::string KindOf(const TableFile::ModelTensor& tensor) {
  return tensor.kind.empty() ? tensor.dtype : tensor.kind;
}

// `what` is "input" or "output".
void RequireSameTensors(const StoredResult& before, const StoredResult& after,
                        std::string_view what,
                        ModelTensors TableFile::*member) {
  const ModelTensors& old_tensors = before.table.*member;
  const ModelTensors& new_tensors = after.table.*member;
  const TensorsByName in_old = ByName(old_tensors);
  const TensorsByName in_new = ByName(new_tensors);
  for (const TableFile::ModelTensor& tensor : old_tensors) {
    const auto found = in_new.find(tensor.name);
    if (found == in_new.end()) {
      FailOtherModel(
          before, after,
          fmt::format("{} '{}' is only in the first", what, tensor.name));
    }
    if (KindOf(*found->second) == KindOf(tensor)) continue;
    FailOtherModel(before, after,
                   fmt::format("{} '{}' is {} and {}", what, tensor.name,
                               KindOf(tensor), KindOf(*found->second)));
  }
  for (const TableFile::ModelTensor& tensor : new_tensors) {
    if (in_old.contains(tensor.name)) continue;
    FailOtherModel(
        before, after,
        fmt::format("{} '{}' is only in the second", what, tensor.name));
  }
}

void RequireEnoughLayers(const StoredResult& before,
                         const StoredResult& after) {
  if (!before.problem_file || !after.problem_file) return;
  const LayerMatch match = MatchLayers(before, after);
  const int common = match.common;
  const int least =
      std::min(CountLayers(before.problem()), CountLayers(after.problem()));
  if (common * 2 >= least) return;
  Fail(ExitCode::kBadInput, "E812",
       "{} and {} are of different models: of {} only {} in both, by name; "
       "give two compiles of one model, or keep the names of its nodes when it "
       "is exported again",
       before.path, after.path, FormatPlural(least, "layer"),
       common == 1 ? "1 is" : fmt::format("{} are", common));
}

void RequireCommonRange(const StoredResult& before, const StoredResult& after) {
  const BandwidthRange& a = before.table.range;
  const BandwidthRange& b = after.table.range;
  if (a.min_kbps <= b.max_kbps && b.min_kbps <= a.max_kbps) return;
  Fail(ExitCode::kBadInput, "E813",
       "{} goes from {} to {} and {} from {} to {}: no bandwidth is in both; "
       "compile one again with --min-bandwidth and --max-bandwidth of the "
       "other",
       before.path, FormatKbps(a.min_kbps), FormatKbps(a.max_kbps), after.path,
       FormatKbps(b.min_kbps), FormatKbps(b.max_kbps));
}

}  // namespace

LayerMatch MatchLayers(const StoredResult& before, const StoredResult& after) {
  const std::vector<ProblemLayer>& old_layers = before.problem().layers;
  const std::vector<ProblemLayer>& new_layers = after.problem().layers;
  std::map<std::string_view, std::vector<int>> unmatched;  // last one first
  for (int id = static_cast<int>(old_layers.size()) - 1; id >= 0; --id) {
    if (old_layers[id].sizes_only) continue;
    unmatched[old_layers[id].name].push_back(id);
  }
  LayerMatch match;
  match.old_of_new.resize(new_layers.size());
  for (size_t id = 0; id < new_layers.size(); ++id) {
    if (new_layers[id].sizes_only) continue;
    const auto found = unmatched.find(new_layers[id].name);
    if (found == unmatched.end() || found->second.empty()) {
      match.added.push_back(static_cast<int>(id));
    } else {
      match.old_of_new[id] = found->second.back();
      ++match.common;
      found->second.pop_back();
    }
  }
  for (const auto& [name, ids] : unmatched) {
    match.removed.insert(match.removed.end(), ids.begin(), ids.end());
  }
  std::sort(match.removed.begin(), match.removed.end());
  return match;
}

void RequireComparable(const StoredResult& before, const StoredResult& after) {
  RequireSameTensors(before, after, "input", &TableFile::inputs);
  RequireSameTensors(before, after, "output", &TableFile::outputs);
  RequireEnoughLayers(before, after);
  RequireCommonRange(before, after);
}

}  // namespace dnncut
