// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/transcript.h"

#include <fmt/format.h>
#include <onnx/defs/parser.h>
#include <onnx/onnx_pb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

#include "tests/folders.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNeedsOnnxRuntime = "needs onnxruntime";

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Every line of `text` behind `mark`; an empty line is the mark alone.
std::string Marked(char mark, const std::string& text) {
  std::string marked;
  for (const std::string& line : Lines(text)) {
    marked += mark;
    if (!line.empty()) marked += " " + line;
    marked += "\n";
  }
  if (!text.empty() && text.back() != '\n') marked += "\\ no newline\n";
  return marked;
}

std::string Replace(std::string text, const std::string& from,
                    const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The "| ..." lines behind line `at`, without their marks; moves `at` to the
// last of them.
std::string Content(const std::vector<std::string>& lines, size_t* at) {
  std::string content;
  while (*at + 1 < lines.size() && lines[*at + 1].starts_with("|")) {
    const std::string& line = lines[++*at];
    content += line.size() > 2 ? line.substr(2) + "\n" : "\n";
  }
  return content;
}

// onnx's text has no initializers without values: a tensor that is declared,
// but made by no node, becomes one.
void AddZeroInitializers(ONNX_NAMESPACE::GraphProto* graph) {
  std::set<std::string> made;
  for (const auto& node : graph->node()) {
    made.insert(node.output().begin(), node.output().end());
  }
  const auto infos = graph->value_info();
  graph->clear_value_info();
  for (const auto& info : infos) {
    if (made.contains(info.name())) {
      *graph->add_value_info() = info;
      continue;
    }
    auto* tensor = graph->add_initializer();
    tensor->set_name(info.name());
    tensor->set_data_type(ONNX_NAMESPACE::TensorProto::FLOAT);
    size_t elements = 1;
    for (const auto& dim : info.type().tensor_type().shape().dim()) {
      tensor->add_dims(dim.dim_value());
      elements *= static_cast<size_t>(dim.dim_value());
    }
    tensor->set_raw_data(std::string(elements * sizeof(float), '\0'));
  }
}

}  // namespace

Outcome RunShell(const std::string& command, const fs::path& folder,
                 bool with_onnxruntime) {
  // Beside the folder, where no command sees them.
  const std::string out = folder.string() + ".out";
  const std::string err = folder.string() + ".err";
  const std::string script =
      "export LC_ALL=C NO_COLOR=1\n"
      "[ \"$3\" = with ] || export DNNCUT_ONNXRUNTIME=none\n"
      "export PATH=\"$4:$PATH\"\n"
      "cd \"$1\" || exit 99\n"
      "eval \"$2\" >\"$1.out\" 2>\"$1.err\" </dev/null\n";
  const std::string program_folder = BuiltProgram().parent_path();
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", script.c_str(), "sh", folder.c_str(),
          command.c_str(), with_onnxruntime ? "with" : "without",
          program_folder.c_str(), nullptr);
    _exit(99);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) {
    throw std::runtime_error("cannot run " + command);
  }
  Outcome outcome;
  outcome.out = ReadText(out);
  outcome.err = ReadText(err);
  outcome.exit_code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  fs::remove(out);
  fs::remove(err);
  return outcome;
}

bool HasOnnxRuntime() {
  const TemporaryFolder folder;
  const Outcome outcome = RunShell("dnncut --version", folder.path(), true);
  return outcome.exit_code == 0 &&
         outcome.out.find("ONNX Runtime: not found") == std::string::npos;
}

bool NeedsOnnxRuntime(const std::string& text) {
  const std::vector<std::string> lines = Lines(text);
  return std::find(lines.begin(), lines.end(), kNeedsOnnxRuntime) !=
         lines.end();
}

std::string TextModel(const std::string& text) {
  ONNX_NAMESPACE::ModelProto model;
  const auto status = ONNX_NAMESPACE::OnnxParser::Parse(model, text.c_str());
  if (!status.IsOK()) throw std::runtime_error(status.ErrorMessage());
  AddZeroInitializers(model.mutable_graph());
  return model.SerializeAsString();
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "dnncut-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot make " + name);
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Normalize(std::string text) {
  static const std::vector<std::pair<std::regex, std::string>> kVolatile = {
      {std::regex("(done .*, )[0-9.]+ s"), "$1TIME"},
      {std::regex("(decided in )[0-9.]+ [a-z]+"), "$1TIME"},
      {std::regex(" in [0-9.]+ ms"), " in TIME"},
      {std::regex("(\"seconds\": )[0-9.e+-]+"), "$1\"TIME\""},
      {std::regex("(\"solve_ns\": )[0-9]+"), "$1\"TIME\""},
      {std::regex("(\"onnxruntime\": \")[0-9.]+"), "$1VERSION"},
      {std::regex("(sha256\"?:? \"?)[0-9a-f]{8,64}"), "$1SHA"},
      {std::regex("(libonnx |protobuf |ONNX Runtime )[0-9.]+"), "$1VERSION"},
  };
  for (const auto& [pattern, replacement] : kVolatile) {
    text = std::regex_replace(text, pattern, replacement);
  }
  return text;
}

std::string ReadText(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void WriteText(const fs::path& path, std::string_view text) {
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  if (!stream.flush()) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

namespace {

// A case, or a fixture that it uses, in `folder`.
std::string RunLines(const std::string& text, const fs::path& folder,
                     const fs::path& fixtures, bool with_onnxruntime) {
  const std::vector<std::string> lines = Lines(text);
  std::string result;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.starts_with(">") || line.starts_with("!") ||
        line.starts_with("?") || line.starts_with("\\")) {
      continue;  // the outcome of old; the new one was written already
    }
    result += line + "\n";
    if (line.starts_with("$ ")) {
      const Outcome outcome =
          RunShell(line.substr(2), folder, with_onnxruntime);
      for (const auto& [mark, output] :
           {std::pair('>', outcome.out), std::pair('!', outcome.err)}) {
        result +=
            Marked(mark, Normalize(Replace(output, folder.string(), "FOLDER")));
      }
      if (outcome.exit_code != 0) {
        result += fmt::format("? {}\n", outcome.exit_code);
      }
    } else if (line.starts_with("use ")) {
      const fs::path path = fixtures / line.substr(4);
      const std::string fixture = ReadText(path);
      if (RunLines(fixture, folder, fixtures, with_onnxruntime) != fixture) {
        throw std::runtime_error(path.string() + ": a command of it failed");
      }
    } else if (line.starts_with("model ") || line.starts_with("file ")) {
      const fs::path path = folder / line.substr(line.find(' ') + 1);
      const size_t first = i + 1;
      const std::string content = Content(lines, &i);
      for (size_t j = first; j <= i; ++j) result += lines[j] + "\n";
      WriteText(path,
                line.starts_with("model ") ? TextModel(content) : content);
    }
  }
  return result;
}

}  // namespace

std::string RunCase(const std::string& text, const fs::path& fixtures) {
  const TemporaryFolder folder;
  return RunLines(text, folder.path(), fixtures, NeedsOnnxRuntime(text));
}

std::string RunMarkdown(const std::string& text) {
  const TemporaryFolder folder;
  std::string result;
  bool in_console = false;
  bool skips = false;  // the outcome of old
  for (const std::string& line : Lines(text)) {
    if (line.starts_with("```")) {
      in_console = !in_console && line == "```console";
      skips = false;
    }
    const bool runs = in_console && line.starts_with("$ dnncut ");
    if (in_console && line.starts_with("$ ")) skips = runs;
    if (skips && !runs) continue;
    result += line + "\n";
    if (!runs) continue;
    const Outcome outcome = RunShell(line.substr(2), folder.path());
    result += outcome.out + outcome.err;
    if (outcome.exit_code != 0) {
      result += fmt::format("exit code {}\n", outcome.exit_code);
    }
  }
  return result;
}

}  // namespace dnncut
