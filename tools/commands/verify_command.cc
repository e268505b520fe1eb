// SPDX-License-Identifier: Apache-2.0
#include <climits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "compiler/base/error.h"
#include "tools/cli/command.h"
#include "tools/commands/report_flags.h"
#include "tools/commands/run_flags.h"
#include "tools/commands/verify_flags.h"
#include "tools/result/find_model.h"
#include "tools/text/terminal.h"
#include "tools/text/units.h"
#include "tools/verify/verify.h"
#include "tools/verify/verify_checks.h"

namespace dnncut {
namespace {

struct VerifyCommandFlags {
  std::optional<std::string> out;
  std::optional<std::string> model;
  std::optional<std::string> cut;
  std::optional<std::string> onnxruntime;
  VerifyFlags how;
  ReportFlags reports;
  bool structural = false;
  bool json = false;
  bool verbose = false;
  bool quiet = false;
};

void RunVerify(const VerifyCommandFlags& flags) {
  VerifyOptions options = VerifyOptionsOf(flags.how);
  options.out = FolderOfTable(Require("verify", "OUT", flags.out));
  if (flags.structural && AnyGiven(flags.how)) {
    Fail(ExitCode::kUsage, "E735",
         "--structural runs nothing, so flags that say how to run (--input, "
         "--test-data, --seed, --rtol, --atol, --optimization, --threads, "
         "--timeout) have no use with it; leave them out");
  }
  if (flags.cut) {
    options.cut = static_cast<int>(ParseCount("--cut", *flags.cut, 0, INT_MAX));
  }
  options.structural = flags.structural;
  options.onnxruntime = flags.onnxruntime.value_or("");
  std::vector<std::string> inputs = FilesOfResult(options.out);
  if (flags.model) inputs.push_back(*flags.model);
  CheckReportFlags(flags.reports, inputs);
  WarningPrinter report_warnings;
  // A pipeline shows its reports also when nothing could be verified.
  const auto reporting = [&](const auto& work) {
    try {
      return work();
    } catch (const Error& error) {
      WriteReports(flags.reports, UnansweredChecks(options.out, error),
                   report_warnings.warnings());
      throw;
    }
  };
  options.model_path = reporting([&] {
    return FindCompiledModel(ReadTableFile(options.out + "/table.json"),
                             options.out, flags.model);
  });
  inputs.push_back(options.model_path);
  CheckReportFlags(flags.reports, inputs);
  const VerifyReport report = reporting([&] {
    WarningPrinter warnings;
    Progress progress(flags.verbose, flags.quiet);
    return Verify(options, &progress, warnings.warnings());
  });
  WriteReports(flags.reports, VerifyChecks(report), report_warnings.warnings());
  if (flags.json) {
    PrintJson(VerifyJson(report));
  } else if (!flags.quiet) {
    PrintResult(VerifyText(report));
  }
  RequirePassed(report);
}

}  // namespace

CommandRunner SetUpVerify(CLI::App* app) {
  auto flags = std::make_shared<VerifyCommandFlags>();
  AddArgument(app, "OUT", &flags->out,
              "folder that compile wrote, or its table.json");
  AddValue(app, "--model", "PATH", &flags->model,
           "the model that was compiled; default: the file of that name beside "
           "OUT, else in the current folder");
  AddValue(app, "--cut", "N", &flags->cut, "verify this cut only");
  AddSwitch(app, "--structural", &flags->structural,
            "compare layers, weights and what crosses, and run nothing: needs "
            "no ONNX Runtime");
  AddVerifyFlags(app, &flags->how);
  AddOnnxRuntimeFlag(app, &flags->onnxruntime);
  AddReportFlags(app, &flags->reports);
  AddSwitch(app, "--json", &flags->json, "the report as JSON");
  AddSwitch(app, "-v,--verbose", &flags->verbose,
            "stages and their times on stderr");
  AddSwitch(app, "-q,--quiet", &flags->quiet,
            "no report and no progress: only the exit code tells");
  return [flags] { RunVerify(*flags); };
}

}  // namespace dnncut
