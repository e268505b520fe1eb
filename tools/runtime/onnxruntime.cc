// SPDX-License-Identifier: Apache-2.0
//
// The library that a flag or $DNNCUT_ONNXRUNTIME names is taken or refused;
// without one, the first of a list of usual places that loads. Each is loaded
// in a child process first: a file that only looks like ONNX Runtime, or
// crashes while it is loaded, ends the child and not the program.
#include "tools/runtime/onnxruntime.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "compiler/base/child_process.h"
#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "tools/runtime/onnxruntime_api.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVariable = "DNNCUT_ONNXRUNTIME";

// As distributions and as the npm package call it.
constexpr const char* kNames[] = {"libonnxruntime.so.1", "libonnxruntime.so"};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The library in `folder`; empty when there is none. Python's package has only
// a name with the whole release in it.
std::string LibraryIn(const fs::path& folder) {
  for (const char* name : kNames) {
    if (IsFile(folder / name)) return (folder / name).string();
  }
  const std::string prefix = std::string(kNames[0]) + ".";
  std::error_code error;
  std::string last;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(prefix)) {
      last = std::max(last, entry->path().string());
    }
  }
  return last;
}

fs::path ProgramFolder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

// Where tools/get_onnxruntime.sh puts the library; empty when there is no home.
fs::path CacheFolder() {
  // A relative path is to be ignored, says the XDG base directory
  // specification.
  fs::path cache = Environment("XDG_CACHE_HOME");
  if (!cache.is_absolute()) {
    std::string home = Environment("HOME");
    if (home.empty()) return {};
    cache = fs::path(home) / ".cache";
  }
  return cache / "dnncut" / "onnxruntime" / "lib";
}

// Loads it in a child process. Throws Error.
OnnxRuntime Probe(const std::string& path) {
  ChildLimits limits;
  limits.seconds = 30;
  std::string found = RunInChild(
      [&] {
        OnnxRuntimeApi runtime = LoadOnnxRuntime(path);
        return runtime.version + '\n' + runtime.path;
      },
      limits, "loading ONNX Runtime from " + path);
  size_t end = found.find('\n');
  return {found.substr(end + 1), found.substr(0, end)};
}

// `source` says who named the path: "--onnxruntime".
OnnxRuntime ProbeNamed(const std::string& named, const std::string& source) {
  std::error_code error;
  std::string path = named;
  if (fs::is_directory(named, error)) {
    path = LibraryIn(named);
    if (path.empty()) {
      Fail(ExitCode::kNoRuntime, "E701", "{}: there is no {} in the folder {}",
           source, kNames[0], named);
    }
  } else if (!IsFile(named)) {
    Fail(ExitCode::kNoRuntime, "E701", "{}: there is no file {}", source,
         named);
  }
  try {
    // Without a slash dlopen would look it up on the system.
    const std::string whole = fs::absolute(path, error).string();
    if (error) {
      Fail(ExitCode::kNoRuntime, "E701", "{}: {}", path,
           ErrnoText(error.value()));
    }
    return Probe(whole);
  } catch (const Error& failure) {
    Fail(ExitCode::kNoRuntime, "E701", "{}: {}", source, failure.what());
  }
}

std::vector<std::string> Candidates() {
  std::vector<std::string> candidates;
  fs::path program = ProgramFolder();
  std::vector<fs::path> folders;
  if (!program.empty()) folders = {program, program / ".." / "lib"};
  if (fs::path cache = CacheFolder(); !cache.empty()) folders.push_back(cache);
  for (const fs::path& folder : folders) {
    std::string library = LibraryIn(folder.lexically_normal());
    if (!library.empty()) candidates.push_back(library);
  }
  // A bare name: the dynamic linker looks for it.
  candidates.insert(candidates.end(), std::begin(kNames), std::end(kNames));
  return candidates;
}

}  // namespace

std::optional<OnnxRuntime> FindOnnxRuntime(const std::string& choice) {
  std::string named = choice;
  std::string source = "--onnxruntime";
  if (named.empty()) {
    named = Environment(kVariable);
    source = "$" + std::string(kVariable);
  }
  if (named == "none") return std::nullopt;
  if (!named.empty()) return ProbeNamed(named, source);
  for (const std::string& candidate : Candidates()) {
    try {
      return Probe(candidate);
    } catch (const Error&) {
      // Nobody asked for this one in particular; there may be a better one.
    }
  }
  return std::nullopt;
}

OnnxRuntime RequireOnnxRuntime(const std::string& choice,
                               const std::string& purpose) {
  std::optional<OnnxRuntime> runtime = FindOnnxRuntime(choice);
  if (!runtime) {
    Fail(ExitCode::kNoRuntime, "E702",
         "{} needs ONNX Runtime and there is none; tools/get_onnxruntime.sh "
         "brings one, or name one with --onnxruntime PATH",
         purpose);
  }
  return *runtime;
}

std::string OnnxRuntimeDescription(const std::string& choice) {
  try {
    std::optional<OnnxRuntime> runtime = FindOnnxRuntime(choice);
    if (!runtime) {
      return "ONNX Runtime: not found (tools/get_onnxruntime.sh brings one)";
    }
    return fmt::format("ONNX Runtime {} ({})", runtime->version, runtime->path);
  } catch (const Error& error) {
    return fmt::format("ONNX Runtime: {}", error.what());
  }
}

}  // namespace dnncut
