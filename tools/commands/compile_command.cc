// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/base/error.h"
#include "tools/cli/command.h"
#include "tools/commands/firmware_flags.h"
#include "tools/commands/model_flags.h"
#include "tools/commands/verify_flags.h"
#include "tools/compile/pipeline.h"
#include "tools/compile/summary.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/text/terminal.h"
#include "tools/text/units.h"
#include "tools/verify/verify.h"

namespace dnncut {
namespace {

struct CompileFlags {
  std::optional<std::string> model;
  std::optional<std::string> output;
  std::optional<std::string> device;
  std::optional<std::string> server;
  std::optional<std::string> fill;
  std::optional<std::string> min_bandwidth;
  std::optional<std::string> max_bandwidth;
  std::optional<std::string> rtt;
  std::optional<std::string> downlink;
  std::optional<std::string> result;
  std::vector<std::string> pin_device;
  std::vector<std::string> pin_server;
  std::optional<std::string> buckets;
  std::optional<std::string> max_cuts;
  std::optional<std::string> weights;
  std::optional<std::string> only_cut;
  FirmwareFlags firmware_flags;
  ModelFlags model_flags;
  VerifyFlags verify_flags;
  bool verify = false;
  bool no_compress = false;
  bool force = false;
  bool json = false;
  bool verbose = false;
  bool quiet = false;
};

// True for the second choice, false for the first, which is the default.
bool IsSecond(std::string_view flag, const std::optional<std::string>& value,
              std::string_view first, std::string_view second) {
  if (value && *value != first && *value != second) {
    Fail(ExitCode::kUsage, "E109", "{} '{}' must be {} or {}", flag, *value,
         first, second);
  }
  return value == second;
}

Downlink DownlinkOf(const std::string& value) {
  if (value == "same") return {Downlink::Kind::kSame, 0};
  if (value == "free") return {Downlink::Kind::kFree, 0};
  return {Downlink::Kind::kFixed, ParseKbps("--downlink", value)};
}

LinkOptions LinkOf(const CompileFlags& flags) {
  LinkOptions link;
  if (flags.min_bandwidth) {
    link.range.min_kbps = ParseKbps("--min-bandwidth", *flags.min_bandwidth);
  }
  if (flags.max_bandwidth) {
    link.range.max_kbps = ParseKbps("--max-bandwidth", *flags.max_bandwidth);
  }
  if (link.range.min_kbps > link.range.max_kbps) {
    Fail(ExitCode::kUsage, "E123",
         "--min-bandwidth {} is above --max-bandwidth {}",
         FormatKbps(link.range.min_kbps), FormatKbps(link.range.max_kbps));
  }
  if (flags.rtt) link.rtt_ns = ParseDurationNs("--rtt", *flags.rtt);
  link.downlink = DownlinkOf(flags.downlink.value_or("same"));
  if (IsSecond("--result", flags.result, "device", "server")) {
    link.result = Side::kServer;
  }
  return link;
}

Fill FillOf(const std::string& value) {
  constexpr std::string_view kRoofline = "roofline";
  if (value == kRoofline) return {true, ""};
  if (value.starts_with("roofline:")) {
    return {true, value.substr(kRoofline.size() + 1)};
  }
  Fail(ExitCode::kUsage, "E109",
       "--fill '{}' must be roofline or roofline:MACHINE", value);
}

CompileOptions OptionsOf(const CompileFlags& flags) {
  CompileOptions options;
  options.model_path = Require("compile", "MODEL", flags.model);
  options.load = LoadOptionsOf(flags.model_flags);
  options.import = ImportOptionsOf(flags.model_flags);
  options.machines.device = flags.device.value_or(options.machines.device);
  options.machines.server = flags.server.value_or(options.machines.server);
  if (flags.fill) options.fill = FillOf(*flags.fill);
  options.link = LinkOf(flags);
  options.pins = {flags.pin_device, flags.pin_server};
  options.compress = !flags.no_compress;
  if (flags.buckets && flags.max_cuts) {
    Fail(ExitCode::kUsage, "E124",
         "--buckets and --max-cuts exclude each other; give one");
  }
  if (flags.buckets) {
    options.bucket_kbps = ParseKbpsList("--buckets", *flags.buckets);
  }
  if (flags.max_cuts) {
    options.max_cuts = static_cast<int>(
        ParseCount("--max-cuts", *flags.max_cuts, 1, INT32_MAX));
  }
  options.firmware = FirmwareOptionsOf(flags.firmware_flags);
  if (options.firmware.slowdown && (flags.buckets || flags.max_cuts)) {
    Fail(ExitCode::kUsage, "E125",
         "--server-slowdown stores every cut that can be best; --buckets and "
         "--max-cuts leave cuts out; give one");
  }
  options.output = flags.output.value_or(
      std::filesystem::path(options.model_path).stem().string() + ".dnncut");
  if (options.output.empty()) {
    Fail(ExitCode::kUsage, "E134", "-o needs the name of a folder");
  }
  options.force = flags.force;
  options.inline_weights =
      IsSecond("--weights", flags.weights, "external", "inline");
  if (flags.only_cut) {
    options.only_cut = static_cast<int>(
        ParseCount("--only-cut", *flags.only_cut, 0, INT32_MAX));
  }
  return options;
}

// How to verify the result; nullopt: not at all.
std::optional<VerifyOptions> VerifyOptionsOf(const CompileFlags& flags,
                                             const CompileOptions& compile) {
  if (!flags.verify) {
    if (AnyGiven(flags.verify_flags)) {
      Fail(ExitCode::kUsage, "E735",
           "flags that say how to verify (--input, --test-data, --seed, "
           "--rtol, --atol, --optimization, --threads, --timeout) have no use "
           "without --verify");
    }
    return std::nullopt;
  }
  VerifyOptions options = VerifyOptionsOf(flags.verify_flags);
  options.out = compile.output;
  options.model_path = compile.model_path;
  options.onnxruntime = flags.model_flags.onnxruntime.value_or("");
  // Better to hear of it before the work.
  RequireOnnxRuntime(options.onnxruntime, "compile --verify");
  return options;
}

VerifyReport VerifyResult(const VerifyOptions& options,
                          const CompileFlags& flags) {
  WarningPrinter warnings;
  Progress progress(flags.verbose, flags.quiet);
  return Verify(options, &progress, warnings.warnings());
}

void RunCompile(const CompileFlags& flags) {
  const auto start = std::chrono::steady_clock::now();
  const CompileOptions options = OptionsOf(flags);
  const std::optional<VerifyOptions> verify = VerifyOptionsOf(flags, options);
  RunInfo run;
  run.output = options.output;
  run.only_cut = options.only_cut;
  const CompileResult result = [&] {
    WarningPrinter warnings;
    Progress progress(flags.verbose, flags.quiet);
    CompileResult compiled = Compile(options, &progress, warnings.warnings());
    run.warnings = *warnings.warnings();
    return compiled;
  }();
  run.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  const Summary summary = Summarize(result);
  if (!flags.json && !flags.quiet) {
    PrintResult(SummaryText(result, summary, run));
  }
  std::optional<VerifyReport> report;
  if (verify) report = VerifyResult(*verify, flags);
  if (flags.json) {
    nlohmann::ordered_json json = SummaryJson(result, summary, run);
    if (report) json["verify"] = VerifyJson(*report);
    PrintJson(json);
  } else if (report && !flags.quiet) {
    PrintResult(fmt::format("\n{}", VerifyText(*report)));
  }
  if (report) RequirePassed(*report);
}

void AddLinkFlags(CLI::App* app, CompileFlags* flags) {
  AddValue(app, "--min-bandwidth", "RATE", &flags->min_bandwidth,
           "lowest uplink, for example 64kbps (the default)");
  AddValue(app, "--max-bandwidth", "RATE", &flags->max_bandwidth,
           "highest uplink, for example 10Gbps (the default)");
  AddValue(app, "--rtt", "TIME", &flags->rtt,
           "round trip time, paid once when anything is offloaded; default "
           "5ms");
  AddValue(app, "--downlink", "RATE", &flags->downlink,
           "how results come back: same (as the uplink, the default), free, "
           "or a bandwidth");
  AddValue(app, "--result", "SIDE", &flags->result,
           "where results are wanted: device (the default) or server");
}

void AddTableFlags(CLI::App* app, CompileFlags* flags) {
  AddRepeatable(app, "--pin-device", "GLOB", &flags->pin_device,
                "layers that must run on the device, by their name or that of "
                "an output tensor");
  AddRepeatable(app, "--pin-server", "GLOB", &flags->pin_server,
                "layers that must run on the server");
  AddValue(app, "--buckets", "RATES", &flags->buckets,
           "one cut for each bucket, given by lower bounds: 100,500,1Mbps; the "
           "first reaches down to --min-bandwidth");
  AddValue(app, "--max-cuts", "N", &flags->max_cuts,
           "keep N cuts of the exact table, those with the least worst regret");
  AddSwitch(app, "--no-compress", &flags->no_compress,
            "solve on all layers: the same table, only slower");
}

}  // namespace

CommandRunner SetUpCompile(CLI::App* app) {
  auto flags = std::make_shared<CompileFlags>();
  AddArgument(app, "MODEL", &flags->model, "an ONNX file");
  AddValue(app, "-o,--output", "OUT", &flags->output,
           "folder to write; default: MODEL.dnncut in the current folder, "
           "without MODEL's folder and ending");
  AddValue(app, "--device", "NAME|FILE", &flags->device,
           fmt::format("machine (see dnncut machines), machine file or "
                       "profile; default {}",
                       kDefaultDevice));
  AddValue(app, "--server", "NAME|FILE", &flags->server,
           fmt::format("the same for the server; default {}", kDefaultServer));
  AddValue(app, "--fill", "HOW", &flags->fill,
           "roofline or roofline:MACHINE: estimate layers that a profile does "
           "not know");
  AddLinkFlags(app, flags.get());
  AddTableFlags(app, flags.get());
  AddFirmwareFlags(app, &flags->firmware_flags);
  AddModelFlags(app, &flags->model_flags);
  AddValue(app, "--weights", "WHERE", &flags->weights,
           "external (weights.bin, the default) or inline, in the halves");
  AddValue(app, "--only-cut", "N", &flags->only_cut,
           "write the halves and weights of this cut only");
  AddSwitch(app, "--verify", &flags->verify,
            "run the halves against the model, as dnncut verify does, with its "
            "flags; needs ONNX Runtime");
  AddVerifyFlags(app, &flags->verify_flags);
  AddSwitch(app, "--force", &flags->force,
            "replace an earlier result OUT, with all that is in it");
  AddSwitch(app, "--json", &flags->json, "the summary as JSON");
  AddSwitch(app, "-v,--verbose", &flags->verbose,
            "stages, passes and their times on stderr");
  AddSwitch(app, "-q,--quiet", &flags->quiet, "no summary and no progress");
  return [flags] { RunCompile(*flags); };
}

}  // namespace dnncut
