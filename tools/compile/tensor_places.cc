// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/tensor_places.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/model/dtype.h"
#include "tools/compile/placement.h"

namespace dnncut {
namespace {

// Results that a layer makes, by name.
std::map<std::string, TensorId> ResultsOf(const Graph& graph) {
  std::map<std::string, TensorId> results;
  for (TensorId t = 0; t < std::ssize(graph.tensors); ++t) {
    if (graph.tensors[t].is_result) results.emplace(graph.tensors[t].name, t);
  }
  return results;
}

std::vector<std::string> InputNames(const Graph& graph) {
  std::vector<std::string> names;
  for (int i = 0; i < graph.input_count; ++i) {
    names.push_back(graph.tensors[i].name);
  }
  return names;
}

std::vector<std::string> ResultNames(const Graph& graph) {
  std::vector<std::string> names;
  for (const auto& [name, id] : ResultsOf(graph)) names.push_back(name);
  return names;
}

void PlaceInputs(const Graph& graph, const TensorPlaces& places,
                 Placement* placement) {
  for (const std::string& glob : places.inputs_on_server) {
    const size_t before = placement->inputs_on_server.size();
    for (TensorId t = 0; t < graph.input_count; ++t) {
      if (!MatchesGlob(glob, graph.tensors[t].name)) continue;
      placement->inputs_on_server.push_back(t);
    }
    if (placement->inputs_on_server.size() > before) continue;
    Fail(ExitCode::kUsage, "E127",
         "--input-on server {}: the model has no input of this name{}", glob,
         DidYouMean(glob, InputNames(graph)));
  }
}

void PlaceResults(const Graph& graph, const TensorPlaces& places,
                  Placement* placement) {
  const std::map<std::string, TensorId> results = ResultsOf(graph);
  for (const auto& [glob, wanted] : places.results) {
    bool is_found = false;
    for (const auto& [name, id] : results) {
      if (!MatchesGlob(glob, name)) continue;
      placement->wanted[id] = wanted;
      is_found = true;
    }
    // Those wanted nowhere have been looked for when they were taken out.
    if (is_found || wanted == Wanted::kNowhere) continue;
    Fail(ExitCode::kUsage, "E127",
         "--result {}={}: the model has no output of this name that a layer "
         "makes{}",
         glob, WantedName(wanted), DidYouMean(glob, ResultNames(graph)));
  }
}

// The last that is said of it counts.
Wanted WantedOf(const std::string& output, const TensorPlaces& places) {
  Wanted last = Wanted::kAsAll;
  for (const auto& [glob, wanted] : places.results) {
    if (MatchesGlob(glob, output)) last = wanted;
  }
  return last;
}

void RequireOutputs(const std::vector<std::string>& outputs,
                    const TensorPlaces& places) {
  for (const auto& [glob, wanted] : places.results) {
    if (wanted != Wanted::kNowhere ||
        std::ranges::any_of(outputs, [&](const std::string& name) {
          return MatchesGlob(glob, name);
        })) {
      continue;
    }
    Fail(ExitCode::kUsage, "E127",
         "--result {}=none: the model has no output of this name{}", glob,
         DidYouMean(glob, outputs));
  }
}

// Calls `found` with what the '*' of the pattern may stand for in `text`, until
// it returns true; false when it never does.
template <typename Found>
bool ForEachMatch(std::string_view pattern, std::string_view text,
                  std::vector<std::string_view>* stars, const Found& found) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text && found(*stars);
  const std::string_view head = pattern.substr(0, star);
  if (!text.starts_with(head)) return false;
  const std::string_view rest = text.substr(star);
  for (size_t length = 0; length <= rest.size(); ++length) {
    stars->push_back(rest.substr(0, length));
    const bool done = ForEachMatch(pattern.substr(star + 1),
                                   rest.substr(length), stars, found);
    stars->pop_back();
    if (done) return true;
  }
  return false;
}

std::string Substitute(std::string_view pattern,
                       const std::vector<std::string_view>& stars) {
  std::string text;
  size_t next = 0;
  for (const char c : pattern) {
    if (c == '*') {
      text += stars[next++];
    } else {
      text += c;
    }
  }
  return text;
}

// Why one cannot become the other; "" when it can. A cache may grow, so dims
// may differ.
std::string Mismatch(const Tensor& input, const Tensor& result) {
  if (!input.bytes) return fmt::format("'{}' {}", input.name, input.why_not);
  if (input.type.dtype != result.type.dtype) {
    return fmt::format("'{}' is {}, '{}' is {}", input.name,
                       DTypeName(input.type.dtype), result.name,
                       DTypeName(result.type.dtype));
  }
  if (input.type.has_rank && result.type.has_rank &&
      input.type.shape.size() != result.type.shape.size()) {
    return fmt::format("'{}' has {} dimensions, '{}' has {}", input.name,
                       input.type.shape.size(), result.name,
                       result.type.shape.size());
  }
  return "";
}

// The inputs and results whose names fit the pattern.
std::vector<std::pair<TensorId, TensorId>> NamedStates(
    const Graph& graph, const StatePattern& pattern) {
  const std::map<std::string, TensorId> results = ResultsOf(graph);
  std::vector<std::pair<TensorId, TensorId>> states;
  for (TensorId t = 0; t < graph.input_count; ++t) {
    std::vector<std::string_view> stars;
    ForEachMatch(pattern.input, graph.tensors[t].name, &stars,
                 [&](const std::vector<std::string_view>& texts) {
                   const auto result =
                       results.find(Substitute(pattern.output, texts));
                   if (result == results.end()) return false;
                   states.emplace_back(t, result->second);
                   return true;
                 });
  }
  return states;
}

void RequireNames(const Graph& graph, const StatePattern& pattern) {
  const std::string flag =
      fmt::format("--state {}={}", pattern.input, pattern.output);
  const std::vector<std::string> inputs = InputNames(graph);
  if (std::ranges::none_of(inputs, [&](const std::string& name) {
        return MatchesGlob(pattern.input, name);
      })) {
    Fail(ExitCode::kUsage, "E127", "{}: the model has no input '{}'{}", flag,
         pattern.input, DidYouMean(pattern.input, inputs));
  }
  Fail(ExitCode::kUsage, "E127",
       "{}: the model has no output '{}' that a layer makes and that goes with "
       "'{}'{}",
       flag, pattern.output, pattern.input,
       DidYouMean(pattern.output, ResultNames(graph)));
}

void AddState(const Graph& graph, TensorId input, TensorId result,
              Placement* placement) {
  const Tensor& from = graph.tensors[result];
  const Tensor& to = graph.tensors[input];
  const std::string flag = fmt::format("--state {}={}", to.name, from.name);
  const std::string mismatch = Mismatch(to, from);
  if (!mismatch.empty()) {
    Fail(ExitCode::kUsage, "E128", "{}: {}; leave this pair out", flag,
         mismatch);
  }
  if (std::ranges::count(placement->inputs_on_server, input) > 0) {
    Fail(ExitCode::kUsage, "E128",
         "{}: --input-on says where '{}' is; give one of the two", flag,
         to.name);
  }
  const auto [known, is_new] = placement->states.emplace(input, result);
  if (!is_new && known->second != result) {
    Fail(ExitCode::kUsage, "E128", "{}: '{}' is '{}' already; keep one", flag,
         to.name, graph.tensors[known->second].name);
  }
  placement->wanted.emplace(result, Wanted::kNowhere);
}

}  // namespace

std::vector<std::string> OutputsToDrop(const ONNX_NAMESPACE::GraphProto& graph,
                                       const TensorPlaces& places) {
  std::vector<std::string> outputs;
  for (const auto& output : graph.output()) outputs.push_back(output.name());
  RequireOutputs(outputs, places);
  std::vector<std::string> dropped;
  for (const std::string& output : outputs) {
    const bool is_state =
        std::ranges::any_of(places.states, [&](const StatePattern& state) {
          return MatchesGlob(state.output, output);
        });
    if (!is_state && WantedOf(output, places) == Wanted::kNowhere) {
      dropped.push_back(output);
    }
  }
  if (!outputs.empty() && dropped.size() == outputs.size()) {
    Fail(ExitCode::kUsage, "E128",
         "--result NAME=none leaves no output that is wanted; leave out one of "
         "them");
  }
  return dropped;
}

void PlaceTensors(const Graph& graph, const TensorPlaces& places,
                  Placement* placement) {
  PlaceInputs(graph, places, placement);
  PlaceResults(graph, places, placement);
  for (const StatePattern& pattern : places.states) {
    const auto states = NamedStates(graph, pattern);
    if (states.empty()) RequireNames(graph, pattern);
    for (const auto& [input, result] : states) {
      AddState(graph, input, result, placement);
    }
  }
}

std::vector<std::pair<TensorId, TensorId>> StatesOf(
    const Graph& graph, const StatePattern& pattern) {
  auto states = NamedStates(graph, pattern);
  std::erase_if(states, [&](const auto& state) {
    return !Mismatch(graph.tensors[state.first], graph.tensors[state.second])
                .empty();
  });
  return states;
}

}  // namespace dnncut
