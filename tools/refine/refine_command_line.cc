// SPDX-License-Identifier: Apache-2.0
#include "tools/refine/refine_command_line.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "tools/text/file_names.h"
#include "tools/text/shell_words.h"

namespace dnncut {
namespace {

// "x=/data/x.npy" as "x=x.npy".
std::vector<std::string> InputsWithoutFolders(
    const std::vector<std::string>& given) {
  std::vector<std::string> inputs;
  for (const std::string& input : given) {
    const size_t file = input.rfind('=') + 1;
    inputs.push_back(input.substr(0, file) + FileName(input.substr(file)));
  }
  return inputs;
}

}  // namespace

std::string RefineCommandLine(const RefineOptions& options,
                              const std::string& model_file) {
  const RefineOptions standard;
  ShellCommand line(
      "refine", std::filesystem::path(model_file).stem().string() + ".dnncut");
  if (options.as) {
    const bool is_both = options.as->device && options.as->server;
    line.Value(true, "--as",
               is_both              ? "both"
               : options.as->device ? "device"
                                    : "server");
  }
  line.Number("--slowdown", options.slowdown);
  line.Number("--device-threads", options.threads.device);
  line.Number("--server-threads", options.threads.server);
  line.Value(options.optimization != standard.optimization, "--optimization",
             std::string(OptimizationName(options.optimization)));
  line.Number("--runs", options.runs, standard.runs);
  line.Number("--warm-up", options.warm_up, standard.warm_up);
  line.Number("--probes", options.probes, standard.probes);
  line.Number("--max-rounds", options.max_rounds, standard.max_rounds);
  line.Values("--input", InputsWithoutFolders(options.inputs.given));
  if (options.inputs.test_data) {
    line.Value(true, "--test-data", FileName(*options.inputs.test_data));
  }
  line.Number("--seed", options.inputs.seed, standard.inputs.seed);
  line.Value(options.cuts_with_halves != standard.cuts_with_halves, "--limit",
             fmt::format("cuts={}", options.cuts_with_halves));
  // Whoever makes the result again has no other.
  line.Switch(true, "--in-place");
  return line.Finish();
}

}  // namespace dnncut
