// SPDX-License-Identifier: Apache-2.0
//
// Flags are read straight into CompileOptions; what depends on several of them
// is checked before any work. The pipeline does the rest, and with --verify its
// result is run before the answer is printed as JSON, so that one document has
// both.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "backends/result/table_file.h"
#include "compiler/base/choice.h"
#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/firmware_flags.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/model_flags.h"
#include "tools/commands/precision_flag.h"
#include "tools/commands/verify_flags.h"
#include "tools/compile/dim_sweep.h"
#include "tools/compile/memory_limits.h"
#include "tools/compile/pipeline.h"
#include "tools/compile/summary.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/text/percent.h"
#include "tools/text/terminal.h"
#include "tools/text/units.h"
#include "tools/verify/verify.h"

namespace dnncut {
namespace {

struct CompileCommand {
  CompileOptions options;
  bool no_compress = false;
  std::optional<DimSweep> sweep;
  bool verify = false;
  VerifyOptions verify_options;
  Output output;
};

Downlink DownlinkOf(std::string_view flag, const std::string& text) {
  if (text == "same") return {Downlink::Kind::kSame, 0};
  if (text == "free") return {Downlink::Kind::kFree, 0};
  if (!text.empty() &&
      text.find_first_not_of("0123456789.") == std::string::npos) {
    Fail(ExitCode::kUsage, "E101",
         "{} '{}' has no unit; write for example {} {}Mbps", flag, text, flag,
         text);
  }
  return {Downlink::Kind::kFixed, ParseKbps(flag, text)};
}

Fill FillOf(std::string_view flag, const std::string& text) {
  constexpr std::string_view kMachine = "roofline:";
  if (text.starts_with(kMachine)) return {true, text.substr(kMachine.size())};
  return ParseChoice<Fill>(
      flag, text, {{"roofline", {true, ""}}, {"roofline:MACHINE", {true, ""}}});
}

int64_t UncertaintyOf(std::string_view flag, const std::string& text) {
  constexpr int64_t kUnit = kHundredPercent / kPermille;
  const int64_t percent = ParsePercent(flag, text);
  if (percent % kUnit != 0 || percent == 0 || percent >= kHundredPercent) {
    Fail(ExitCode::kUsage, "E139",
         "{} '{}' is not between 0.1% and 99.9%, in steps of 0.1%", flag, text);
  }
  return percent / kUnit;
}

int64_t MemoryOf(std::string_view flag, const std::string& text) {
  return text == "none" ? kUnlimited : ParseBytes(flag, text);
}

// SIDE for all results, or NAME=PLACE for some; tensor names may hold '='.
Reader ResultReader(CompileOptions* options) {
  return [=](std::string_view flag, const std::string& text) {
    const size_t end = text.rfind('=');
    if (end == std::string::npos) {
      options->link.result =
          ParseChoice<Side>(flag, text,
                            {{"device", Side::kDevice},
                             {"server", Side::kServer},
                             {"NAME=device|server|none", Side::kDevice}});
      return;
    }
    const Wanted wanted = ParseChoice<Wanted>(flag, text.substr(end + 1),
                                              {{"device", Wanted::kDevice},
                                               {"server", Wanted::kServer},
                                               {"none", Wanted::kNowhere}});
    options->places.results.emplace_back(text.substr(0, end), wanted);
  };
}

// "server NAME"; "device NAME" is where it lies anyway.
Reader InputOnReader(TensorPlaces* places) {
  return [=](std::string_view flag, const std::string& text) {
    const size_t end = text.find(' ');
    const Side side = ParseChoice<Side>(
        flag, text.substr(0, end),
        {{"device", Side::kDevice}, {"server", Side::kServer}});
    if (side == Side::kServer) {
      places->inputs_on_server.push_back(text.substr(end + 1));
    }
  };
}

int64_t CountStars(std::string_view text) {
  return std::ranges::count(text, '*');
}

Reader StateReader(TensorPlaces* places) {
  constexpr int64_t kMostStars = 3;
  return [=](std::string_view flag, const std::string& text) {
    const size_t end = text.rfind('=');
    if (end == std::string::npos || end == 0 || end + 1 == text.size()) {
      Fail(ExitCode::kUsage, "E106",
           "{} '{}' has no name and value; write for example {} "
           "'past_key_values.*=present.*'",
           flag, text, flag);
    }
    const StatePattern state = {text.substr(0, end), text.substr(end + 1)};
    const int64_t stars = CountStars(state.input);
    if (stars != CountStars(state.output) || stars > kMostStars) {
      Fail(ExitCode::kUsage, "E128",
           "{} '{}': both names must have as many '*', at most {}", flag, text,
           kMostStars);
    }
    places->states.push_back(state);
  };
}

// "past=0,128,1024": values in the order in which they stand.
DimSweep SweepOf(std::string_view flag, const std::string& text) {
  const size_t end = text.rfind('=');
  if (end == std::string::npos || end == 0) {
    Fail(ExitCode::kUsage, "E106",
         "{} '{}' has no name and values; write for example {} "
         "past=0,128,1024",
         flag, text, flag);
  }
  DimSweep sweep = {text.substr(0, end), {}};
  for (size_t begin = end + 1; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    const int64_t value =
        ParseCount(flag, text.substr(begin, comma - begin), 0, INT64_MAX);
    if (std::ranges::find(sweep.values, value) != sweep.values.end()) {
      Fail(ExitCode::kUsage, "E129", "{} {}: {} stands there twice", flag,
           sweep.dim, value);
    }
    sweep.values.push_back(value);
    begin = comma + 1;
  }
  return sweep;
}

bool IsInline(std::string_view flag, const std::string& text) {
  return ParseChoice<bool>(flag, text, {{"external", false}, {"inline", true}});
}

// What depends on several flags.
void CheckFlags(const Flags& flags, const CompileCommand& command) {
  const BandwidthRange& range = command.options.link.range;
  if (range.min_kbps > range.max_kbps) {
    Fail(ExitCode::kUsage, "E123",
         "--min-bandwidth {} is above --max-bandwidth {}",
         FormatKbps(range.min_kbps), FormatKbps(range.max_kbps));
  }
  flags.Exclude("E124", "--buckets", "--max-cuts", "give one");
  for (const std::string_view smaller : {"--buckets", "--max-cuts"}) {
    flags.Exclude("E124", "--uncertainty", std::string(smaller),
                  "it is about the best cuts; give one");
  }
  CheckFirmwareFlags(flags);
  if (command.options.firmware.slowdown &&
      (flags.Given("--buckets") || flags.Given("--max-cuts"))) {
    Fail(ExitCode::kUsage, "E125",
         "--server-slowdown stores every cut that can be best; --buckets and "
         "--max-cuts leave cuts out; give one");
  }
  if (!command.verify && flags.AnyGiven(kVerifyFlags)) {
    Fail(ExitCode::kUsage, "E735",
         "flags that say how to verify ({}) have no use without --verify",
         fmt::join(kVerifyFlags, ", "));
  }
}

CompileOptions OptionsOf(const CompileCommand& command) {
  CompileOptions options = command.options;
  options.kept_files = PossibleInputFiles(command.verify_options.inputs);
  options.compress = !command.no_compress;
  if (options.output.empty()) {
    options.output =
        std::filesystem::path(options.model_path).stem().string() + ".dnncut";
  }
  return options;
}

VerifyReport VerifyResult(const CompileCommand& command,
                          const std::string& folder) {
  VerifyOptions options = command.verify_options;
  options.limits = command.options.load.limits;
  options.out = folder;
  options.model_path = command.options.model_path;
  return RunStage(command.output, [&](Progress* progress, Warnings* warnings) {
    // What was written, not what is in memory.
    const TableFile table = ReadTableFile(options.out + "/table.json");
    return Verify(table, options, progress, warnings);
  });
}

// What `work` returns, and in `run` how that went.
template <typename Work>
auto RunTimed(const CompileCommand& command, const CompileOptions& options,
              RunInfo* run, const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  auto result =
      RunStage(command.output, [&](Progress* progress, Warnings* warnings) {
        auto compiled = work(progress, warnings);
        run->warnings = *warnings;
        return compiled;
      });
  run->output = options.output;
  run->seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return result;
}

// Every table is verified before one that fails is told.
void RunSweep(const CompileCommand& command, const CompileOptions& options) {
  const Output& output = command.output;
  RunInfo run;
  const std::vector<SweepTable> tables = RunTimed(
      command, options, &run, [&](Progress* progress, Warnings* warnings) {
        return CompileSweep(options, *command.sweep, progress, warnings);
      });
  nlohmann::ordered_json json = SweepJson(*command.sweep, tables);
  if (!output.json && !output.quiet) {
    PrintResult(SweepText(*command.sweep, tables, run));
  }
  std::vector<VerifyReport> reports;
  for (size_t i = 0; i < tables.size(); ++i) {
    const SweepTable& table = tables[i];
    nlohmann::ordered_json& one = json["tables"][i]["compile"];
    one = SummaryJson(table.result, table.summary, table.run);
    if (!command.verify) continue;
    reports.push_back(VerifyResult(command, table.run.output));
    one["verify"] = VerifyJson(reports.back());
    if (!output.json && !output.quiet) {
      PrintResult(fmt::format("\n{}", VerifyText(reports.back())));
    }
  }
  if (output.json) PrintJson(json);
  for (const VerifyReport& report : reports) RequirePassed(report);
}

void RunCompile(const Flags& flags, const CompileCommand& command) {
  CheckFlags(flags, command);
  const CompileOptions options = OptionsOf(command);
  // Better to hear of it before the work.
  if (command.verify) {
    RequireOnnxRuntime(command.verify_options.onnxruntime, "compile --verify");
  }
  if (command.sweep) {
    RunSweep(command, options);
    return;
  }
  RunInfo run;
  const CompileResult result = RunTimed(
      command, options, &run, [&](Progress* progress, Warnings* warnings) {
        return Compile(options, progress, warnings);
      });
  const Summary summary = Summarize(result);
  const Output& output = command.output;
  if (!output.json && !output.quiet) {
    PrintResult(SummaryText(result, summary, run));
  }
  std::optional<VerifyReport> report;
  if (command.verify) report = VerifyResult(command, options.output);
  if (output.json) {
    nlohmann::ordered_json json = SummaryJson(result, summary, run);
    if (report) json["verify"] = VerifyJson(*report);
    PrintJson(json);
  } else if (report && !output.quiet) {
    PrintResult(fmt::format("\n{}", VerifyText(*report)));
  }
  if (report) RequirePassed(*report);
}

void AddLinkFlags(Flags* flags, LinkOptions* link) {
  flags->AddValue("--min-bandwidth", "RATE", Kbps(&link->range.min_kbps),
                  "lowest uplink, for example 64kbps (the default)");
  flags->AddValue("--max-bandwidth", "RATE", Kbps(&link->range.max_kbps),
                  "highest uplink, for example 10Gbps (the default)");
  flags->AddValue(
      "--rtt", "TIME", Duration(&link->rtt_ns),
      "round trip time, paid once when anything is offloaded; default "
      "5ms");
  flags->AddValue(
      "--downlink", "RATE", Parsed(&link->downlink, DownlinkOf),
      "how results come back: same (as the uplink, the default), free, "
      "or a bandwidth with its unit, for example 20Mbps");
}

void AddPlaceFlags(Flags* flags, CompileOptions* options) {
  flags->AddRepeatable(
      "--result", "SIDE|NAME=PLACE", ResultReader(options),
      "where results are wanted: device (the default) or server; or where one "
      "is, for example 'aux*=none': device, server or none");
  flags->AddRepeatablePair(
      "--input-on", "SIDE NAME", InputOnReader(&options->places),
      "an input that lies on the server, for example server user_profile: it "
      "is not sent up; a layer on the device that reads it costs the downlink");
  flags->AddRepeatable(
      "--state", "PAST=PRESENT", StateReader(&options->places),
      "an input that is what an output was in the inference before, for "
      "example 'past_key_values.*=present.*': it stays on the side that makes "
      "it and crosses only to a reader on the other one");
}

void AddTableFlags(Flags* flags, CompileCommand* command) {
  CompileOptions* options = &command->options;
  flags->AddRepeatable(
      "--pin-device", "GLOB", Texts(&options->pins.device),
      "layers that must run on the device, by their name or that of "
      "an output tensor");
  flags->AddRepeatable("--pin-server", "GLOB", Texts(&options->pins.server),
                       "layers that must run on the server");
  for (const Side side : kSides) {
    flags->AddValue(
        fmt::format("--{}-ops", SideName(side)), "NAME|FILE",
        Text(&options->operators[side]),
        fmt::format("which operators the {} has: ncnn, tflite-micro, tensorrt, "
                    "or a file; other layers run on the other side",
                    SideName(side)));
  }
  for (const Side side : kSides) {
    flags->AddValue(
        fmt::format("--{}-memory", SideName(side)), "SIZE",
        Parsed(&options->memory[side], MemoryOf),
        fmt::format("what the {}'s half may hold at most, weights and what its "
                    "layers need at once, for example 512MB; none: anything; "
                    "default: the memory of the machine",
                    SideName(side)));
  }
  flags->AddRepeatable(
      "--keep-private", "LAYER|N", Texts(&options->kept_private),
      "all up to a layer (a glob, as pins) or the first N layers stay on the "
      "device: what they read and make for each other, inputs of the model "
      "too, is never sent, only what the last of them make");
  flags->AddValue(
      "--buckets", "RATES", Parsed(&options->bucket_kbps, ParseKbpsList),
      "one cut for each bucket, given by lower bounds: 100,500,1Mbps; the "
      "first reaches down to --min-bandwidth");
  flags->AddValue(
      "--max-cuts", "N", Count(&options->max_cuts, 1, INT32_MAX),
      "keep N cuts of the exact table, those with the least worst regret");
  flags->AddValue(
      "--uncertainty", "PERCENT",
      Parsed(&options->uncertainty_permille, UncertaintyOf),
      "says of each row how far the times of a side may be off before another "
      "cut is better, and how much too slow it is at worst when the times of "
      "both sides and the bandwidth are each off by up to so much, for example "
      "20%");
  flags->AddSwitch("--no-compress", &command->no_compress,
                   "solve on all layers: the same table");
}

}  // namespace

CommandRunner SetUpCompile(Flags* flags) {
  auto command = std::make_shared<CompileCommand>();
  CompileOptions* options = &command->options;
  flags->AddArgument("MODEL", Text(&options->model_path), "an ONNX file");
  flags->AddValue(
      "-o,--output", "OUT", OutputName(&options->output, "folder"),
      "folder to write; default: MODEL.dnncut in the current folder, "
      "without MODEL's folder and ending");
  flags->AddValue("--device", "NAME|FILE", Text(&options->machines.device),
                  fmt::format("machine (see dnncut machines), machine file or "
                              "profile; default {}",
                              kDefaultDevice));
  flags->AddValue(
      "--server", "NAME|FILE", Text(&options->machines.server),
      fmt::format("the same for the server; default {}", kDefaultServer));
  AddPrecisionFlag(flags, &options->precision);
  flags->AddValue(
      "--fill", "HOW", Parsed(&options->fill, FillOf),
      "roofline or roofline:MACHINE: estimate layers that a profile does "
      "not know");
  AddLinkFlags(flags, &options->link);
  AddPlaceFlags(flags, options);
  flags->AddRepeatable(
      "--input-bytes", "NAME=SIZE",
      Named(&options->import.input_bytes, "=", "image=60KB",
            [](std::string_view flag, const std::string& text) {
              return ParseBytes(flag, text);
            }),
      "what sending an input costs when it is sent as a file (a JPEG, "
      "compressed sound), for example image=60KB");
  AddTableFlags(flags, command.get());
  AddFirmwareFlags(flags, &options->firmware);
  AddModelFlags(flags, &options->load, &options->import,
                &command->verify_options.onnxruntime);
  flags->AddValue(
      "--weights", "WHERE", Parsed(&options->inline_weights, IsInline),
      "external (weights.bin, the default) or inline, in the halves");
  flags->AddValue(
      "--dim-sweep", "NAME=VALUES", Parsed(&command->sweep, SweepOf),
      "a table for each value of a dim, for example past=0,128,1024: OUT then "
      "holds a result folder for each, OUT/past=0 and so on");
  flags->AddValue("--only-cut", "N", Count(&options->only_cut, 0, INT32_MAX),
                  "write the halves and weights of this cut only");
  flags->AddSwitch(
      "--verify", &command->verify,
      "run the halves against the model, as dnncut verify does, with its "
      "flags; needs ONNX Runtime");
  AddVerifyFlags(flags, &command->verify_options);
  flags->AddSwitch("--force", &options->force,
                   "replace an earlier result OUT, with all that is in it");
  flags->AddSwitch("--json", &command->output.json, "the summary as JSON");
  flags->AddSwitch("-v,--verbose", &command->output.verbose,
                   "stages, passes and their times on stderr");
  flags->AddSwitch("-q,--quiet", &command->output.quiet,
                   "no summary and no progress");
  AddLimitFlag(flags, &options->load.limits, &options->cuts_with_halves);
  return [=] { RunCompile(*flags, *command); };
}

}  // namespace dnncut
