// SPDX-License-Identifier: Apache-2.0
//
// Answers one question (a layer, a tensor, a bandwidth or the whole table) and
// draws pictures of the cut at a bandwidth. All pictures are made before the
// first file is written, and the files appear together or not at all.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <set>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/pending_file.h"
#include "compiler/files/system_file.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/explain/pictures.h"
#include "tools/explain/question.h"
#include "tools/result/result_files.h"
#include "tools/text/terminal.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

constexpr int64_t kMostContext = 1'000'000;

struct ExplainCommand {
  std::string path;
  Question question;
  PictureFiles pictures;
  bool force = false;
  Output output;
};

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
  const PictureFiles& pictures = command.pictures;
  for (const auto& file :
       {pictures.dot, pictures.trace, pictures.model_explorer}) {
    if (!file) continue;
    if (*file == kStandardOutput) ++on_standard_output;
    if (!files.insert(WholePath(*file)).second || on_standard_output > 1) {
      Fail(ExitCode::kUsage, "E825",
           "two outputs would go to '{}'; give each a file of its own", *file);
    }
  }
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
  const std::optional<int64_t>& kbps = command.question.kbps;
  const StoredResult compiled = LoadWithProblem(command.path);
  if (kbps) RequireInRange("--bandwidth", *kbps, compiled.table.range);
  // Before anything is written, because it may not know the names.
  const std::string answer =
      Answer(compiled, command.question, command.output.json);
  const OperatingPoint point = PicturePoint(compiled, kbps);
  const std::vector<Picture> pictures = Draw(compiled, command.pictures, point);
  if (const auto text = WriteFiles(pictures, command.path, command.force)) {
    return PrintResult(*text);
  }
  PrintResult(answer +
              (command.output.json ? "" : WrittenText(pictures, point)));
}

}  // namespace

CommandRunner SetUpExplain(Flags* flags) {
  auto command = std::make_shared<ExplainCommand>();
  PictureFiles* pictures = &command->pictures;
  flags->AddArgument("OUT", Text(&command->path),
                     "folder that compile wrote, or a table.json");
  flags->AddValue(
      "--layer", "NAME", Text(&command->question.layer),
      "why this layer is where it is, and what the other side would cost; "
      "also the name of a tensor that the layer makes");
  flags->AddValue(
      "--tensor", "NAME", Text(&command->question.tensor),
      "where this tensor is sent, and what that costs or would cost");
  flags->AddValue("-b,--bandwidth", "RATE", Kbps(&command->question.kbps),
                  "why this bandwidth has its cut, and what is next best; with "
                  "--layer or --tensor: only there");
  flags->AddValue(
      "--dot", "FILE", OutputName(&pictures->dot, "file"),
      "the graph with the cut, for Graphviz; this and what follows show "
      "--bandwidth, or the row in the middle; - is standard output");
  flags->AddValue(
      "--dot-context", "N", Count(&pictures->dot_context, 1, kMostContext),
      "draws only layers within N steps of the cut and counts the others");
  flags->AddValue("--trace", "FILE", OutputName(&pictures->trace, "file"),
                  "a timeline of device, link and server, for Perfetto or "
                  "chrome://tracing");
  flags->AddValue(
      "--model-explorer", "FILE", OutputName(&pictures->model_explorer, "file"),
      "colours for the nodes of the model in Google's Model Explorer");
  flags->AddValue(
      "--overlay", "WHAT", Parsed(&pictures->overlay, ParseOverlay),
      "what they show: side (default), time or bytes that are sent");
  flags->AddSwitch("--force", &command->force, "replace FILEs that are there");
  flags->AddSwitch("--json", &command->output.json, "the answer as JSON");
  AddTimeLimitFlag(flags);
  return [=] { RunExplain(*flags, *command); };
}

}  // namespace dnncut
