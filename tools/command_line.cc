// SPDX-License-Identifier: Apache-2.0
//
// One table has every command with its summary, its examples and what it does
// with files from strangers. The whole command line is parsed before a command
// runs, with the limits that it is given set first; whatever the command throws
// becomes one line and an exit code here, in one place.
#include "tools/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "tools/cli/usage.h"
#include "tools/commands/limit_flags.h"
#include "tools/text/terminal.h"
#include "tools/version.h"

namespace dnncut {
namespace {

constexpr auto kCommands = std::to_array<Command>({
    {"compile", "writes the halves of a model and the table of cuts",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx\n"
     "  dnncut compile net.onnx -o out --device raspberry-pi-3 --rtt 20ms\n"
     "  dnncut compile net.onnx -o small --max-cuts 2 --json\n",
     SetUpCompile},
    {"inspect", "says what a model consists of and what it costs",
     "  dnncut example mobilenetv2 -o net.onnx\n"
     "  dnncut inspect net.onnx --device cortex-m7\n",
     SetUpInspect},
    {"lookup", "says what runs where at a bandwidth, from a compiled table",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx -o out\n"
     "  dnncut lookup out --bandwidth 5Mbps\n",
     SetUpLookup, Work::kReadsResults},
    {"explain", "says why a layer, a tensor or a bandwidth is as it is",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx -o out\n"
     "  dnncut explain out\n"
     "  dnncut explain out --bandwidth 3Mbps --dot cut.dot --trace cut.json\n"
     "  dnncut explain out --layer features.9.squeeze\n",
     SetUpExplain, Work::kReadsResults},
    {"solve",
     "finds the best cut again, for another bandwidth or round trip time",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx -o out\n"
     "  dnncut solve out --bandwidth 3Mbps --rtt 40ms\n"
     "  dnncut solve out --bandwidth 3Mbps --objective throughput\n",
     SetUpSolve, Work::kReadsResults},
    {"halves", "writes the halves of a cut that has none",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx -o out --limit cuts=1\n"
     "  dnncut halves out --cut 1\n",
     SetUpHalves},
    {"profile", "measures how long the layers of a model take on this machine",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut profile net.onnx -o one.json --runs 5 --threads 1\n"
     "  dnncut profile net.onnx -o all.json --runs 5\n"
     "  dnncut compile net.onnx --device one.json --server all.json\n",
     SetUpProfile, Work::kRunsModels},
    {"verify", "proves that the halves compute what the model computes",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx -o out\n"
     "  dnncut verify out --structural\n"
     "  dnncut verify out --seed 7\n",
     SetUpVerify, Work::kRunsModels},
    {"check",
     "fails when a result is broken or over its budgets, for pipelines",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx -o out\n"
     "  dnncut check out --budget 'upload@1Mbps<=700KB' --budget 'cuts<=6'\n"
     "  echo 'latency@5Mbps..10Mbps <= 2s  # while moving' >budgets.txt\n"
     "  dnncut check out --budgets budgets.txt --junit junit.xml --sarif "
     "check.sarif\n",
     SetUpCheck},
    {"refine", "measures the halves, fits the costs to them and solves again",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx -o out\n"
     "  dnncut refine out --as both -o refined --runs 2 --probes 1 "
     "--max-rounds 1\n",
     SetUpRefine, Work::kRunsModels},
    {"fit", "predicts times on a machine from profiles of other models",
     "  dnncut example squeezenet -o a.onnx\n"
     "  dnncut example mobilenetv2 -o b.onnx\n"
     "  dnncut profile a.onnx -o a.json --runs 3\n"
     "  dnncut profile b.onnx -o b.json --runs 3\n"
     "  dnncut fit a.json b.json -o machine.json\n"
     "  dnncut example inception-v1 -o c.onnx\n"
     "  dnncut compile c.onnx --device machine.json\n",
     SetUpFit, Work::kReadsResults},
    {"run", "runs the cut for a bandwidth on this machine, as it is split",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx -o out\n"
     "  dnncut run out --bandwidth 50Mbps --save-crossing sent\n",
     SetUpRun, Work::kRunsModels},
    {"diff", "says what changed between two compiles of a model",
     "  dnncut example squeezenet -o net.onnx\n"
     "  dnncut compile net.onnx -o old\n"
     "  dnncut compile net.onnx -o new --rtt 2ms\n"
     "  dnncut diff old new --max-regression 5%\n"
     "  dnncut diff old new --markdown comment.md --junit junit.xml\n",
     SetUpDiff, Work::kReadsResults},
    {"machines", "lists the built-in devices and servers",
     "  dnncut machines\n", SetUpMachines, Work::kReadsNothing},
    {"example", "writes a real architecture as ONNX, to try dnncut on",
     "  dnncut example\n"
     "  dnncut example resnet50 -o resnet50.onnx\n",
     SetUpExample, Work::kReadsNothing},
});

void Run(int argc, const char* const* argv) {
  CLI::App app("", "dnncut");
  app.allow_extras();
  bool version = false;
  app.add_flag("--version", version);
  std::array<CommandRunner, kCommands.size()> runners;
  std::array<CLI::App*, kCommands.size()> apps = {};
  std::array<std::optional<Flags>, kCommands.size()> flags;
  for (size_t i = 0; i < kCommands.size(); ++i) {
    apps[i] = app.add_subcommand(std::string(kCommands[i].name));
    apps[i]->set_help_flag("-h,--help", "this text");
    apps[i]->allow_extras();
    Flags& own = flags[i].emplace(apps[i]);
    runners[i] = kCommands[i].set_up(&own);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    for (size_t i = 0; i < kCommands.size(); ++i) {
      if (apps[i]->parsed()) {
        return PrintResult(CommandHelp(kCommands[i], *apps[i]));
      }
    }
    return PrintResult(ProgramHelp(kCommands));
  } catch (const CLI::ParseError& error) {
    FailParse(app, error);
  }
  RejectUnknownArguments(app);
  if (version) return PrintResult(VersionText());
  for (size_t i = 0; i < kCommands.size(); ++i) {
    if (!apps[i]->parsed()) continue;
    SetDefaultTimeLimit(kCommands[i].work);
    flags[i]->Read();
    return runners[i]();
  }
  Fail(ExitCode::kUsage, "E135", "dnncut needs a command (see dnncut --help)");
}

int Fault(std::string_view what) {
  PrintMessage(
      fmt::format("dnncut: internal error: {}\n"
                  "dnncut: this is a fault of dnncut, not of the input; please "
                  "report it with the command line and the model\n",
                  what));
  return static_cast<int>(ExitCode::kInternal);
}

constexpr std::string_view kNoMemory =
    "this needs more memory than the process gets; free some, or allow more "
    "(ulimit -v)";

int FailForMemory() {
  PrintError(Error(ExitCode::kIo, "E143", std::string(kNoMemory)));
  return static_cast<int>(ExitCode::kIo);
}

// Where nobody can throw: nlohmann's values ask for memory to free themselves.
[[noreturn]] void Terminate() {
  try {
    if (const auto error = std::current_exception()) {
      std::rethrow_exception(error);
    }
  } catch (const std::bad_alloc&) {
    constexpr std::string_view kHead = "dnncut: error[E143]: ";
    for (const std::string_view part : {kHead, kNoMemory, {"\n", 1}}) {
      if (write(STDERR_FILENO, part.data(), part.size()) < 0) break;
    }
    _exit(static_cast<int>(ExitCode::kIo));
  } catch (...) {
  }
  std::abort();
}

}  // namespace

std::span<const Command> Commands() { return kCommands; }

int RunCommandLine(int argc, const char* const* argv) {
  // A file beyond the user's limit is an error like a full disk, and no reason
  // to die with the output half written.
  std::signal(SIGXFSZ, SIG_IGN);
  std::set_terminate(Terminate);
  OpenStandardStreams();
  try {
    Run(argc, argv);
    return static_cast<int>(ExitCode::kOk);
  } catch (const Interrupted& interrupted) {
    std::raise(interrupted.signal);
    return static_cast<int>(ExitCode::kInternal);
  } catch (const TimeIsUp& time) {
    PrintError(Error(ExitCode::kBadInput, "E142", time.message));
    return static_cast<int>(ExitCode::kBadInput);
  } catch (const Error& error) {
    PrintError(error);
    return static_cast<int>(error.exit_code());
  } catch (const std::bad_alloc&) {
    return FailForMemory();
  } catch (const std::exception& error) {
    return Fault(error.what());
  }
}

}  // namespace dnncut
