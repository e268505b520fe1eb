// SPDX-License-Identifier: Apache-2.0
//
// Names are looked up in the problem, where ONNX leaves room for doubt: tensors
// have a name each, but several nodes may share one, and a node may have none.
// So a layer goes by the name of a tensor that it makes, too.
#include "tools/explain/question.h"

#include <fmt/format.h>

#include <vector>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/files/json_text.h"
#include "tools/explain/explain.h"
#include "tools/explain/explain_json.h"
#include "tools/explain/explain_text.h"

namespace dnncut {
namespace {

std::vector<std::string> LayerNamesOf(const Problem& problem) {
  std::vector<std::string> names;
  for (const ProblemLayer& layer : problem.layers) names.push_back(layer.name);
  return names;
}

std::vector<std::string> TensorNamesOf(const Problem& problem) {
  std::vector<std::string> names;
  for (const ProblemTensor& tensor : problem.tensors) {
    names.push_back(tensor.name);
  }
  return names;
}

// ONNX allows several nodes of one name; tensors have one each.
[[noreturn]] void FailSeveral(const Problem& problem, const std::string& name,
                              const std::vector<LayerId>& layers) {
  std::string tensors;
  for (const ProblemTensor& tensor : problem.tensors) {
    if (tensor.producer != layers[0] && tensor.producer != layers[1]) continue;
    tensors +=
        fmt::format("{}'{}'", tensors.empty() ? "" : " or ", tensor.name);
  }
  Fail(ExitCode::kUsage, "E822",
       "--layer '{}' is the name of {} layers; name one by a tensor that it "
       "makes, for example {}",
       name, layers.size(), tensors);
}

LayerId FindLayer(const Problem& problem, const std::string& name) {
  std::vector<LayerId> layers;
  for (LayerId l = 0; l < static_cast<int>(problem.layers.size()); ++l) {
    if (problem.layers[l].name == name) layers.push_back(l);
  }
  if (layers.size() == 1) return layers[0];
  if (layers.size() > 1) FailSeveral(problem, name, layers);
  for (const ProblemTensor& tensor : problem.tensors) {
    if (tensor.name == name && tensor.producer != kModelInput) {
      return tensor.producer;
    }
  }
  Fail(ExitCode::kUsage, "E820",
       "--layer '{}' is neither a layer nor a tensor that a layer makes{}; "
       "problem.json lists them, and --tensor asks for inputs of the model",
       name, DidYouMean(name, LayerNamesOf(problem)));
}

TensorId FindTensor(const Problem& problem, const std::string& name) {
  for (TensorId t = 0; t < static_cast<int>(problem.tensors.size()); ++t) {
    if (problem.tensors[t].name == name) return t;
  }
  Fail(ExitCode::kUsage, "E821",
       "--tensor '{}' is no tensor that a layer makes or reads{}; problem.json "
       "lists them",
       name, DidYouMean(name, TensorNamesOf(problem)));
}

template <typename Explanation>
std::string AnswerAs(const StoredResult& compiled,
                     const Explanation& explanation, bool json,
                     std::string (*as_text)(const StoredResult&,
                                            const Explanation&),
                     nlohmann::ordered_json (*as_json)(const StoredResult&,
                                                       const Explanation&)) {
  if (!json) return as_text(compiled, explanation);
  return IndentedJson(as_json(compiled, explanation));
}

}  // namespace

std::string Answer(const StoredResult& compiled, const Question& question,
                   bool json) {
  const std::optional<int64_t>& kbps = question.kbps;
  if (question.layer) {
    const LayerId layer = FindLayer(compiled.problem(), *question.layer);
    return AnswerAs(compiled, ExplainLayer(compiled, layer, kbps), json,
                    LayerText, LayerJson);
  }
  if (question.tensor) {
    const TensorId tensor = FindTensor(compiled.problem(), *question.tensor);
    return AnswerAs(compiled, ExplainTensor(compiled, tensor, kbps), json,
                    TensorText, TensorJson);
  }
  if (kbps) {
    return AnswerAs(compiled, ExplainCut(compiled, *kbps), json, CutText,
                    CutJson);
  }
  return AnswerAs(compiled, ExplainTable(compiled), json, OverviewText,
                  OverviewJson);
}

}  // namespace dnncut
