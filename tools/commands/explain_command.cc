// SPDX-License-Identifier: Apache-2.0
//
// Answers one question (a layer, a tensor, a bandwidth or the whole table) and
// draws pictures of the cut at a bandwidth. All pictures are made before the
// first file is written, and the files appear together or not at all.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "backends/result/middle_kbps.h"
#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/pending_file.h"
#include "compiler/files/system_file.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/explain/dot_text.h"
#include "tools/explain/explain.h"
#include "tools/explain/explain_json.h"
#include "tools/explain/explain_text.h"
#include "tools/explain/model_explorer_json.h"
#include "tools/explain/trace_json.h"
#include "tools/result/result_files.h"
#include "tools/text/terminal.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

constexpr std::string_view kStandardOutput = "-";
constexpr int64_t kMostContext = 1'000'000;

struct ExplainCommand {
  std::string path;
  std::optional<std::string> layer;
  std::optional<std::string> tensor;
  std::optional<int64_t> kbps;
  std::optional<std::string> dot;
  std::optional<int64_t> dot_context;
  std::optional<std::string> trace;
  std::optional<std::string> model_explorer;
  Overlay overlay = Overlay::kSide;
  bool force = false;
  Output output;
};

// A file to write, or standard output.
struct Picture {
  std::string path;
  std::string text;
};

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
std::string Answer(const StoredResult& compiled, const Explanation& explanation,
                   bool json,
                   std::string (*as_text)(const StoredResult&,
                                          const Explanation&),
                   nlohmann::ordered_json (*as_json)(const StoredResult&,
                                                     const Explanation&)) {
  if (!json) return as_text(compiled, explanation);
  // Names are any bytes; what is not UTF-8 must not make the output fail.
  return as_json(compiled, explanation)
             .dump(2, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

std::string Explain(const StoredResult& compiled,
                    const ExplainCommand& command) {
  const bool json = command.output.json;
  const std::optional<int64_t>& kbps = command.kbps;
  if (command.layer) {
    const LayerId layer = FindLayer(compiled.problem(), *command.layer);
    return Answer(compiled, ExplainLayer(compiled, layer, kbps), json,
                  LayerText, LayerJson);
  }
  if (command.tensor) {
    const TensorId tensor = FindTensor(compiled.problem(), *command.tensor);
    return Answer(compiled, ExplainTensor(compiled, tensor, kbps), json,
                  TensorText, TensorJson);
  }
  if (kbps) {
    return Answer(compiled, ExplainCut(compiled, *kbps), json, CutText,
                  CutJson);
  }
  return Answer(compiled, ExplainTable(compiled), json, OverviewText,
                OverviewJson);
}

// The same for all spellings of a path.
std::string WholePath(const std::string& path) {
  if (path == kStandardOutput) return path;
  return ResolvedPath(path);
}

void CheckFlags(const Flags& flags, const ExplainCommand& command) {
  flags.Exclude("E823", "--layer", "--tensor", "ask one after the other");
  const auto needs = [&](std::string_view flag, std::string_view other) {
    if (!flags.Given(flag) || flags.Given(other)) return;
    Fail(ExitCode::kUsage, "E824", "{} has no use without {}", flag, other);
  };
  needs("--dot-context", "--dot");
  needs("--overlay", "--model-explorer");
  std::set<std::string> files;
  int on_standard_output = command.output.json ? 1 : 0;
  for (const auto& file :
       {command.dot, command.trace, command.model_explorer}) {
    if (!file) continue;
    if (*file == kStandardOutput) ++on_standard_output;
    if (!files.insert(WholePath(*file)).second || on_standard_output > 1) {
      Fail(ExitCode::kUsage, "E825",
           "two outputs would go to '{}'; give each a file of its own", *file);
    }
  }
}

// For the bandwidth that was asked for, else for the row in the middle, which
// of three rows or more is none of the extremes.
OperatingPoint PicturePoint(const StoredResult& compiled,
                            std::optional<int64_t> kbps) {
  if (kbps) return OperatingPointAt(compiled, *kbps);
  const std::vector<TableRow>& rows = compiled.table.rows;
  const TableRow& row = rows[rows.size() / 2];
  return OperatingPointAt(compiled, MiddleKbps(row.min_kbps, row.max_kbps));
}

std::vector<Picture> Draw(const StoredResult& compiled,
                          const ExplainCommand& command,
                          const OperatingPoint& point) {
  std::vector<Picture> pictures;
  if (command.dot) {
    pictures.push_back(
        {*command.dot, DotText(compiled, point, command.dot_context)});
  }
  if (command.trace) {
    pictures.push_back({*command.trace, TraceJson(compiled, point)});
  }
  if (command.model_explorer) {
    pictures.push_back({*command.model_explorer,
                        ModelExplorerJson(compiled, point, command.overlay)});
  }
  return pictures;
}

std::string WrittenText(const std::vector<Picture>& pictures,
                        const OperatingPoint& point) {
  std::string text;
  for (const Picture& picture : pictures) {
    text += fmt::format("{}{} shows cut {} at {}\n", text.empty() ? "\n" : "",
                        Printable(picture.path), point.row.cut,
                        FormatKbps(point.kbps));
  }
  return text;
}

// All files appear, or none. Returns the text for standard output, if any.
std::optional<std::string> WriteFiles(const std::vector<Picture>& pictures,
                                      const std::string& out, bool force) {
  const std::vector<std::string> inputs = FilesOfResult(FolderOfTable(out));
  std::optional<std::string> on_standard_output;
  std::vector<std::unique_ptr<PendingFile>> files;
  for (const Picture& picture : pictures) {
    if (picture.path == kStandardOutput) {
      on_standard_output = picture.text;
      continue;
    }
    files.push_back(std::make_unique<PendingFile>(picture.path, force, inputs));
    files.back()->Write(picture.text);
    files.back()->Close();
  }
  for (const auto& file : files) file->Commit();
  return on_standard_output;
}

void RunExplain(const Flags& flags, const ExplainCommand& command) {
  CheckFlags(flags, command);
  const std::optional<int64_t>& kbps = command.kbps;
  const StoredResult compiled = LoadWithProblem(command.path);
  if (kbps) RequireInRange("--bandwidth", *kbps, compiled.table.range);
  // Before anything is written, because it may not know the names.
  const std::string answer = Explain(compiled, command);
  const OperatingPoint point = PicturePoint(compiled, kbps);
  const std::vector<Picture> pictures = Draw(compiled, command, point);
  if (const auto text = WriteFiles(pictures, command.path, command.force)) {
    return PrintResult(*text);
  }
  PrintResult(answer +
              (command.output.json ? "" : WrittenText(pictures, point)));
}

}  // namespace

CommandRunner SetUpExplain(Flags* flags) {
  auto command = std::make_shared<ExplainCommand>();
  flags->AddArgument("OUT", Text(&command->path),
                     "folder that compile wrote, or a table.json");
  flags->AddValue(
      "--layer", "NAME", Text(&command->layer),
      "why this layer is where it is, and what the other side would cost; "
      "also the name of a tensor that the layer makes");
  flags->AddValue(
      "--tensor", "NAME", Text(&command->tensor),
      "where this tensor is sent, and what that costs or would cost");
  flags->AddValue("-b,--bandwidth", "RATE", Kbps(&command->kbps),
                  "why this bandwidth has its cut, and what is next best; with "
                  "--layer or --tensor: only there");
  flags->AddValue(
      "--dot", "FILE", Text(&command->dot),
      "the graph with the cut, for Graphviz; this and what follows show "
      "--bandwidth, or the row in the middle; - is standard output");
  flags->AddValue(
      "--dot-context", "N", Count(&command->dot_context, 1, kMostContext),
      "draws only layers within N steps of the cut and counts the others");
  flags->AddValue("--trace", "FILE", Text(&command->trace),
                  "a timeline of device, link and server, for Perfetto or "
                  "chrome://tracing");
  flags->AddValue(
      "--model-explorer", "FILE", Text(&command->model_explorer),
      "colours for the nodes of the model in Google's Model Explorer");
  flags->AddValue(
      "--overlay", "WHAT", Parsed(&command->overlay, ParseOverlay),
      "what they show: side (default), time or bytes that are sent");
  flags->AddSwitch("--force", &command->force, "replace FILEs that are there");
  flags->AddSwitch("--json", &command->output.json, "the answer as JSON");
  AddTimeLimitFlag(flags);
  return [=] { RunExplain(*flags, *command); };
}

}  // namespace dnncut
