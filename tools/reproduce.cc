// SPDX-License-Identifier: Apache-2.0
#include "tools/reproduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <utility>

#include "tools/percent.h"

namespace dnncut {
namespace {

std::string FileName(const std::string& path) {
  const std::filesystem::path file(path);
  // "data/" ends with an empty name.
  return (file.has_filename() ? file : file.parent_path()).filename().string();
}

// Exact, as ParseDurationNs reads it.
std::string DurationFlag(int64_t ns) {
  using Unit = std::pair<int64_t, std::string_view>;
  constexpr std::array<Unit, 3> kUnits = {
      {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1000, "us"}}};
  if (ns == 0) return "0";
  for (const auto& [unit, name] : kUnits) {
    if (ns % unit == 0) return fmt::format("{}{}", ns / unit, name);
  }
  return fmt::format("{}ns", ns);
}

std::string KbpsFlag(int64_t kbps) {
  if (kbps % 1'000'000 == 0) return fmt::format("{}Gbps", kbps / 1'000'000);
  if (kbps % 1000 == 0) return fmt::format("{}Mbps", kbps / 1000);
  return fmt::format("{}kbps", kbps);
}

// "1.25" of 1250 and 3 decimals.
std::string DecimalFlag(int64_t value, int decimals) {
  int64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  std::string text =
      fmt::format("{}.{:0{}}", value / unit, value % unit, decimals);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

class CommandLine {
 public:
  CommandLine(std::string_view command, const std::string& argument)
      : text_(fmt::format("dnncut {} {}", command, ShellWord(argument))) {}

  void Switch(bool given, std::string_view flag) {
    if (given) text_ += fmt::format(" {}", flag);
  }
  void Value(bool given, std::string_view flag, const std::string& value) {
    if (given) text_ += fmt::format(" {} {}", flag, ShellWord(value));
  }
  template <typename T>
  void Number(std::string_view flag, const T& value, const T& standard) {
    if (value != standard) text_ += fmt::format(" {} {}", flag, value);
  }
  template <typename T>
  void Number(std::string_view flag, const std::optional<T>& value) {
    if (value) text_ += fmt::format(" {} {}", flag, *value);
  }
  void Values(std::string_view flag, const std::vector<std::string>& values) {
    for (const std::string& value : values) Value(true, flag, value);
  }

  std::string Finish() { return std::move(text_); }

 private:
  std::string text_;
};

void AddLink(const LinkOptions& link, CommandLine* line) {
  const LinkOptions standard;
  line->Value(link.range.min_kbps != standard.range.min_kbps, "--min-bandwidth",
              KbpsFlag(link.range.min_kbps));
  line->Value(link.range.max_kbps != standard.range.max_kbps, "--max-bandwidth",
              KbpsFlag(link.range.max_kbps));
  line->Value(link.rtt_ns != standard.rtt_ns, "--rtt",
              DurationFlag(link.rtt_ns));
  line->Value(link.downlink != standard.downlink, "--downlink",
              link.downlink.kind == Downlink::Kind::kFixed
                  ? KbpsFlag(link.downlink.kbps)
                  : DownlinkName(link.downlink));
  line->Value(link.result != standard.result, "--result", "server");
}

void AddImport(const ImportOptions& import, CommandLine* line) {
  for (const auto& [name, value] : import.dims) {
    line->Value(true, "--dim", fmt::format("{}={}", name, value));
  }
  for (const auto& [name, shape] : import.shapes) {
    line->Value(true, "--shape",
                fmt::format("{}={}", name, fmt::join(shape, "x")));
  }
  for (const auto& [name, bytes] : import.tensor_bytes) {
    line->Value(true, "--tensor-bytes", fmt::format("{}={}", name, bytes));
  }
}

void AddFirmware(const FirmwareOptions& firmware, CommandLine* line) {
  const FirmwareOptions standard;
  const HysteresisLimit& limit = firmware.hysteresis;
  if (limit.kind == HysteresisLimit::Kind::kSwitchingCost) {
    line->Value(true, "--switching-cost", DurationFlag(limit.limit));
  } else {
    line->Value(limit != standard.hysteresis, "--hysteresis",
                DecimalFlag(limit.limit, 6) + "%");
  }
  line->Value(firmware.dwell_ms != standard.dwell_ms, "--min-dwell",
              fmt::format("{}ms", firmware.dwell_ms));
  if (const auto& slowdown = firmware.slowdown) {
    line->Value(true, "--server-slowdown",
                fmt::format("{}..{}", DecimalFlag(slowdown->min_permille, 3),
                            DecimalFlag(slowdown->max_permille, 3)));
  }
  line->Value(firmware.prefix != standard.prefix, "--firmware-prefix",
              firmware.prefix);
}

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

void ReplaceAll(const std::string& what, const std::string& with,
                std::string* text) {
  for (size_t at = text->find(what); at != std::string::npos;
       at = text->find(what, at + with.size())) {
    text->replace(at, what.size(), with);
  }
}

}  // namespace

std::string ShellWord(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "@%+=:,./_-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) {
    return text;
  }
  std::string word = text;
  ReplaceAll("'", "'\\''", &word);
  return fmt::format("'{}'", word);
}

std::string CompileCommandLine(const CompileOptions& options) {
  const CompileOptions standard;
  CommandLine line("compile", FileName(options.model_path));
  line.Value(options.device != standard.device, "--device",
             FileName(options.device));
  line.Value(options.server != standard.server, "--server",
             FileName(options.server));
  line.Value(options.fill.roofline, "--fill",
             options.fill.machine.empty()
                 ? "roofline"
                 : fmt::format("roofline:{}", FileName(options.fill.machine)));
  AddLink(options.link, &line);
  line.Values("--pin-device", options.pin_device);
  line.Values("--pin-server", options.pin_server);
  line.Value(!options.bucket_kbps.empty(), "--buckets",
             fmt::format("{}", fmt::join(options.bucket_kbps, ",")));
  line.Number("--max-cuts", options.max_cuts, standard.max_cuts);
  line.Switch(!options.compress, "--no-compress");
  AddImport(options.import, &line);
  line.Switch(options.load.allow_newer, "--allow-newer");
  AddFirmware(options.firmware, &line);
  line.Value(options.inline_weights, "--weights", "inline");
  line.Number("--only-cut", options.only_cut);
  return line.Finish();
}

std::string RefineCommandLine(const RefineOptions& options,
                              const std::string& model_file) {
  const RefineOptions standard;
  CommandLine line(
      "refine", std::filesystem::path(model_file).stem().string() + ".dnncut");
  line.Value(options.as_device != options.as_server, "--as",
             options.as_device ? "device" : "server");
  line.Number("--slowdown", options.slowdown);
  line.Number("--device-threads", options.device_threads);
  line.Number("--server-threads", options.server_threads);
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
  return line.Finish();
}

Warnings WithoutFolders(Warnings warnings,
                        const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (path.find('/') == std::string::npos) continue;
    for (Warning& warning : warnings) {
      ReplaceAll(path, FileName(path), &warning.text);
    }
  }
  return warnings;
}

}  // namespace dnncut
