// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "compiler/error.h"
#include "tools/command.h"
#include "tools/model_flags.h"
#include "tools/pipeline.h"
#include "tools/summary.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace dnncut {
namespace {

struct CompileFlags {
  std::string model;
  std::string output;
  std::string device{kDefaultDevice};
  std::string server{kDefaultServer};
  std::string fill;
  std::string min_bandwidth;
  std::string max_bandwidth;
  std::string rtt;
  std::string downlink = "same";
  std::string result = "device";
  std::vector<std::string> pin_device;
  std::vector<std::string> pin_server;
  std::string buckets;
  std::string max_cuts;
  std::string weights = "external";
  std::string only_cut;
  ModelFlags model_flags;
  bool no_compress = false;
  bool force = false;
  bool json = false;
  bool verbose = false;
  bool quiet = false;
};

// True for the second choice, false for the first.
bool IsSecond(std::string_view flag, const std::string& value,
              std::string_view first, std::string_view second) {
  if (value != first && value != second) {
    Fail(ExitCode::kUsage, "E109", "{} '{}' must be {} or {}", flag, value,
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
  if (!flags.min_bandwidth.empty()) {
    link.range.min_kbps = ParseKbps("--min-bandwidth", flags.min_bandwidth);
  }
  if (!flags.max_bandwidth.empty()) {
    link.range.max_kbps = ParseKbps("--max-bandwidth", flags.max_bandwidth);
  }
  if (link.range.min_kbps > link.range.max_kbps) {
    Fail(ExitCode::kUsage, "E123",
         "--min-bandwidth {} is above --max-bandwidth {}",
         FormatKbps(link.range.min_kbps), FormatKbps(link.range.max_kbps));
  }
  if (!flags.rtt.empty()) link.rtt_ns = ParseDurationNs("--rtt", flags.rtt);
  link.downlink = DownlinkOf(flags.downlink);
  if (IsSecond("--result", flags.result, "device", "server")) {
    link.result = Side::kServer;
  }
  return link;
}

Fill FillOf(const std::string& value) {
  constexpr std::string_view kRoofline = "roofline";
  if (value.empty()) return {};
  if (value == kRoofline) return {true, ""};
  if (value.starts_with("roofline:")) {
    return {true, value.substr(kRoofline.size() + 1)};
  }
  Fail(ExitCode::kUsage, "E109",
       "--fill '{}' must be roofline or roofline:MACHINE", value);
}

CompileOptions OptionsOf(const CompileFlags& flags) {
  CompileOptions options;
  options.model_path = flags.model;
  options.load = LoadOptionsOf(flags.model_flags);
  options.import = ImportOptionsOf(flags.model_flags);
  options.device = flags.device;
  options.server = flags.server;
  options.fill = FillOf(flags.fill);
  options.link = LinkOf(flags);
  options.pin_device = flags.pin_device;
  options.pin_server = flags.pin_server;
  options.compress = !flags.no_compress;
  if (!flags.buckets.empty() && !flags.max_cuts.empty()) {
    Fail(ExitCode::kUsage, "E124",
         "--buckets and --max-cuts exclude each other; give one");
  }
  if (!flags.buckets.empty()) {
    options.bucket_kbps = ParseKbpsList("--buckets", flags.buckets);
  }
  if (!flags.max_cuts.empty()) {
    options.max_cuts = static_cast<int>(
        ParseCount("--max-cuts", flags.max_cuts, 1, INT32_MAX));
  }
  options.output = flags.output;
  if (options.output.empty()) {
    options.output =
        std::filesystem::path(flags.model).stem().string() + ".dnncut";
  }
  options.force = flags.force;
  options.inline_weights =
      IsSecond("--weights", flags.weights, "external", "inline");
  if (!flags.only_cut.empty()) {
    options.only_cut = static_cast<int>(
        ParseCount("--only-cut", flags.only_cut, 0, INT32_MAX));
  }
  return options;
}

void RunCompile(const CompileFlags& flags) {
  RequireArgument("compile", "MODEL", flags.model);
  const auto start = std::chrono::steady_clock::now();
  const CompileOptions options = OptionsOf(flags);
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
  if (flags.json) {
    PrintJson(SummaryJson(result, summary, run));
  } else if (!flags.quiet) {
    PrintResult(SummaryText(result, summary, run));
  }
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
           "one cut for each bucket, given by lower bounds: 100,500,1Mbps");
  AddValue(app, "--max-cuts", "N", &flags->max_cuts,
           "keep the N cuts of the exact table that cost least");
  app->add_flag("--no-compress", flags->no_compress,
                "solve on all layers: the same table, only slower");
}

}  // namespace

CommandRunner SetUpCompile(CLI::App* app) {
  auto flags = std::make_shared<CompileFlags>();
  app->add_option("MODEL", flags->model, "an ONNX file");
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
  AddModelFlags(app, &flags->model_flags);
  AddValue(app, "--weights", "WHERE", &flags->weights,
           "external (weights.bin, the default) or inline, in the halves");
  AddValue(app, "--only-cut", "N", &flags->only_cut,
           "write the halves and weights of this cut only");
  app->add_flag("--force", flags->force, "replace OUT when it is there");
  app->add_flag("--json", flags->json, "the summary as JSON");
  app->add_flag("-v,--verbose", flags->verbose,
                "stages, passes and their times on stderr");
  app->add_flag("-q,--quiet", flags->quiet, "no summary and no progress");
  return [flags] { RunCompile(*flags); };
}

}  // namespace dnncut
