// SPDX-License-Identifier: Apache-2.0
//
// Command lines, one argument a line, run in a folder with a small model, a
// result, a machine and a file of budgets. The folder is as it was for every
// input. Nothing outside of it can be named, so nothing is read or written
// there, and without an ONNX Runtime nothing takes long.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <sstream>

#include "tests/backends/temp_folder.h"
#include "tests/backends/test_models.h"
#include "tests/fuzz/command_lines.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/testing.h"
#include "tools/command_line.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxArguments = 40;

constexpr const char* kValues[] = {"out",
                                   "net.onnx",
                                   "board.json",
                                   "budgets.txt",
                                   "new",
                                   "5Mbps",
                                   "64kbps",
                                   "1Tbps",
                                   "10Gbps",
                                   "0.5Mbps",
                                   "5ms",
                                   "1h",
                                   "200us",
                                   "0",
                                   "1",
                                   "-1",
                                   "3",
                                   "64KiB",
                                   "2MB",
                                   "50%",
                                   "x=1x512",
                                   "x:1,512",
                                   "batch=1",
                                   "b=64KiB",
                                   "100,500",
                                   "1Mbps,2Mbps",
                                   "*",
                                   "b",
                                   "layer?",
                                   "device",
                                   "server",
                                   "same",
                                   "free",
                                   "roofline",
                                   "roofline:t4",
                                   "cortex-m7",
                                   "none",
                                   "all",
                                   "disabled",
                                   "inline",
                                   "-",
                                   "--",
                                   "--help",
                                   "--version",
                                   "squeezenet",
                                   "9223372036854775807",
                                   "1e400",
                                   "nan",
                                   "latency<=80ms",
                                   "upload@1Mbps<=700KB",
                                   "cuts<=6",
                                   "time",
                                   "latency@5Mbps..10Mbps<=2s"};

// Of --limit: values with the name that each belongs to.
constexpr const char* kLimits[] = {
    "time=1s",       "time=1us", "time=2000h",   "nodes=2",
    "tensors=3",     "edges=10", "attributes=1", "graph-bytes=1KiB",
    "nesting=0",     "rank=2",   "name-bytes=2", "expanded-nodes=0",
    "call-depth=64", "depth=1"};

constexpr char kMachine[] =
    R"({"schema": "dnncut.machine/1", "name": "board", "layer_ns": 20000,
        "peak_gflops": {"float32": 57.6}, "memory_gb_per_s": 12.8,
        "memory_bytes": 2147483648})";

// The folder that commands run in.
class Workplace {
 public:
  Workplace() : path_(FuzzFolder() + "/here") {
    fs::create_directory(path_);
    CompileOptions options;
    options.machines.device = "cortex-m7";
    CompileForFuzzing(ChainModel().SerializeAsString(), path_, "out", options);
    WriteFuzzFile(path_ + "/board.json", kMachine);
    WriteFuzzFile(path_ + "/budgets.txt", "cuts<=6  # few\nlatency<=1s\n");
    content_ = Snapshot(path_);
    if (chdir(path_.c_str()) != 0) Finding("cannot go to " + path_);
  }

  void Restore() const {
    if (Snapshot(path_) == content_) return;
    for (const auto& entry : fs::directory_iterator(path_)) {
      fs::remove_all(entry.path());
    }
    for (const auto& [name, text] : content_) {
      const fs::path path = fs::path(path_) / name;
      if (name.ends_with('/')) {
        fs::create_directories(path);
      } else {
        fs::create_directories(path.parent_path());
        WriteFuzzFile(path.string(), text);
      }
    }
  }

 private:
  std::string path_;
  std::map<std::string, std::string> content_;
};

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// Values, commands and all their flags.
const std::vector<std::string>& Words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> made(std::begin(kValues), std::end(kValues));
    for (const char* limit : kLimits) {
      made.push_back(std::string("--limit=") + limit);
    }
    for (const Command& command : Commands()) {
      made.emplace_back(command.name);
      CLI::App app;
      Flags flags(&app);
      const CommandRunner runner = command.set_up(&flags);
      for (const CLI::Option* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) {
          made.push_back("--" + name);
        }
        for (const auto& name : option->get_snames()) {
          made.push_back("-" + name);
        }
      }
    }
    return made;
  }();
  return words;
}

const std::string& AnyWord(Random* random) {
  return Words()[random->Below(static_cast<int>(Words().size()))];
}

void MutateArgument(Random* random, std::string* argument) {
  constexpr size_t kRoom = 8;
  const size_t size = argument->size();
  argument->resize(size + kRoom);
  argument->resize(LLVMFuzzerMutate(
      reinterpret_cast<uint8_t*>(argument->data()), size, argument->size()));
  if (random->Chance(1, 6)) *argument += "=" + AnyWord(random);
}

void MutateArguments(Random* random, std::vector<std::string>* args) {
  const int count = static_cast<int>(args->size());
  const auto at = args->begin() + (count == 0 ? 0 : random->Below(count));
  const int kind = count == 0 ? 0 : random->Below(6);
  switch (kind) {
    case 0:
    case 1:
      args->insert(at, AnyWord(random));
      return;
    case 2:
      args->erase(at);
      return;
    case 3:
      *at = AnyWord(random);
      return;
    case 4:
      return std::swap(*at, (*args)[random->Below(count)]);
    default:
      return MutateArgument(random, &*at);
  }
}

// "  dnncut check out --budget 'cuts<=6'" as arguments without the first.
std::vector<std::string> ArgumentsOf(const std::string& line) {
  std::vector<std::string> args;
  std::istringstream stream(line);
  for (std::string word; stream >> word;) {
    std::erase(word, '\'');
    args.push_back(word);
  }
  if (!args.empty()) args.erase(args.begin());
  return args;
}

bool StaysHere(const std::vector<std::string>& args) {
  for (const std::string& arg : args) {
    if (arg.find('/') != std::string::npos) return false;
    if (arg.find("..") != std::string::npos &&
        arg.find("bps..") == std::string::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

// The examples in the commands' --help.
std::vector<std::string> FuzzSeeds() {
  std::vector<std::string> seeds;
  for (const Command& command : Commands()) {
    for (const std::string& line : SplitLines(command.examples)) {
      if (line.find("dnncut") != 2) continue;
      seeds.push_back(JoinLines(ArgumentsOf(line)));
    }
    seeds.push_back(JoinLines({std::string(command.name), "--help"}));
  }
  return seeds;
}

}  // namespace dnncut

extern "C" {

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace dnncut;
  static const Workplace workplace;
  std::string text(reinterpret_cast<const char*>(data), size);
  std::replace(text.begin(), text.end(), '\0', '0');
  const std::vector<std::string> args = SplitLines(text);
  if (args.size() > kMaxArguments || !StaysHere(args)) return -1;
  RunInProcess(args);
  workplace.Restore();
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed) {
  using namespace dnncut;
  Random random(seed);
  std::vector<std::string> args =
      SplitLines({reinterpret_cast<const char*>(data), size});
  for (int n = 1 + random.Below(3); n > 0; --n) MutateArguments(&random, &args);
  return StoreMutated(JoinLines(args), data, size, max_size);
}

}  // extern "C"
