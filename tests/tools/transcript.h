// SPDX-License-Identifier: Apache-2.0
//
// Golden cases: shell commands and what they must print. tests/README.md
// describes the file format.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dnncut {

// What a command line did.
struct Outcome {
  std::string out;
  std::string err;
  int exit_code = 0;
};

// Runs `command` with sh in `folder`, with the dnncut that was built in front
// of the PATH, without colour or a locale, and without ONNX Runtime unless
// asked for.
Outcome RunShell(const std::string& command,
                 const std::filesystem::path& folder,
                 bool with_onnxruntime = false);

// Does the program that was built find an ONNX Runtime on this machine?
bool HasOnnxRuntime();

// Is the case one that runs with ONNX Runtime ("needs onnxruntime")?
bool NeedsOnnxRuntime(const std::string& text);

// A model given as ONNX text, serialised. A float tensor that is declared but
// made by no node is an initializer of zeros. Throws std::runtime_error when
// onnx's parser does not take the text.
std::string TextModel(const std::string& text);

// A fresh folder that vanishes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Times and versions of libraries replaced by fixed words.
std::string Normalize(std::string text);

std::string ReadText(const std::filesystem::path& path);
void WriteText(const std::filesystem::path& path, std::string_view text);

// The text of a case with the outcome of its commands filled in, which equals
// `text` when the case passes. `fixtures` is the folder of what "use" names.
// Throws std::runtime_error when a fixture is missing or says anything.
std::string RunCase(const std::string& text,
                    const std::filesystem::path& fixtures);

// The same for a Markdown file: blocks ```console with "$ dnncut ..." are run,
// one after the other in one folder.
std::string RunMarkdown(const std::string& text);

}  // namespace dnncut
