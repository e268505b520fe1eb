// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/compile_command_line.h"

#include <fmt/format.h>

#include <string_view>

#include "compiler/base/unit_text.h"
#include "tools/compile/memory_limits.h"
#include "tools/text/file_names.h"
#include "tools/text/shell_words.h"

namespace dnncut {
namespace {

// Exact, as ParseDurationNs reads it.
std::string DurationFlag(int64_t ns) {
  if (ns == 0) return "0";
  return FormatWhole(
      ns, {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1000, "us"}, {1, "ns"}});
}

std::string KbpsFlag(int64_t kbps) {
  return FormatWhole(kbps, {{1'000'000, "Gbps"}, {1000, "Mbps"}, {1, "kbps"}});
}

std::string SizeFlag(int64_t bytes) {
  return FormatWhole(bytes, {{int64_t{1} << 30, "GiB"},
                             {int64_t{1} << 20, "MiB"},
                             {1024, "KiB"},
                             {1, ""}});
}

void AddLink(const LinkOptions& link, ShellCommand* line) {
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

void AddPlaces(const TensorPlaces& places, ShellCommand* line) {
  for (const std::string& name : places.inputs_on_server) {
    line->Value(true, "--input-on server", name);
  }
  for (const auto& [name, wanted] : places.results) {
    line->Value(true, "--result",
                fmt::format("{}={}", name, WantedName(wanted)));
  }
  for (const StatePattern& state : places.states) {
    line->Value(true, "--state",
                fmt::format("{}={}", state.input, state.output));
  }
}

void AddImport(const ImportOptions& import, ShellCommand* line) {
  for (const auto& [name, value] : import.dims) {
    line->Value(true, "--dim", fmt::format("{}={}", name, value));
  }
  for (const auto& [name, shape] : import.shapes) {
    line->Value(true, "--shape",
                fmt::format("{}={}", name, fmt::join(shape, "x")));
  }
  for (const auto& [name, type] : import.stated.shapes) {
    const std::string dtype = type.dtype == DType::kUndefined
                                  ? ""
                                  : std::string(DTypeName(type.dtype));
    line->Value(
        true, "--tensor-shape",
        fmt::format("{}={}[{}]", name, dtype, fmt::join(type.shape, ",")));
  }
  for (const auto& [name, count] : import.stated.loops) {
    line->Value(true, "--loop-count", fmt::format("{}={}", name, count));
  }
  for (const auto& [name, bytes] : import.tensor_bytes) {
    line->Value(true, "--tensor-bytes", fmt::format("{}={}", name, bytes));
  }
  for (const auto& [name, value] : import.input_values) {
    line->Value(true, "--input-value", fmt::format("{}={}", name, value));
  }
  for (const auto& [name, bytes] : import.input_bytes) {
    line->Value(true, "--input-bytes", fmt::format("{}={}", name, bytes));
  }
}

void AddFirmware(const FirmwareOptions& firmware, ShellCommand* line) {
  const FirmwareOptions standard;
  const HysteresisLimit& limit = firmware.hysteresis;
  if (limit.kind == HysteresisLimit::Kind::kSwitchingCost) {
    line->Value(true, "--switching-cost", DurationFlag(limit.limit));
  } else {
    line->Value(limit != standard.hysteresis, "--hysteresis",
                FormatExact(limit.limit, 1'000'000, 6) + "%");
  }
  line->Value(firmware.dwell_ms != standard.dwell_ms, "--min-dwell",
              fmt::format("{}ms", firmware.dwell_ms));
  if (const auto& slowdown = firmware.slowdown) {
    line->Value(
        true, "--server-slowdown",
        fmt::format("{}..{}", FormatExact(slowdown->min_permille, 1000, 3),
                    FormatExact(slowdown->max_permille, 1000, 3)));
  }
  line->Value(firmware.prefix != standard.prefix, "--firmware-prefix",
              firmware.prefix);
}

}  // namespace

std::string CompileCommandLine(const CompileOptions& options) {
  const CompileOptions standard;
  ShellCommand line("compile", FileName(options.model_path));
  line.Value(options.machines.device != standard.machines.device, "--device",
             FileName(options.machines.device));
  line.Value(options.machines.server != standard.machines.server, "--server",
             FileName(options.machines.server));
  line.Value(options.fill.roofline, "--fill",
             options.fill.machine.empty()
                 ? "roofline"
                 : fmt::format("roofline:{}", FileName(options.fill.machine)));
  line.Value(
      options.precision.has_value(), "--precision",
      std::string(PrecisionName(options.precision.value_or(Precision::kFp32))));
  AddLink(options.link, &line);
  line.Values("--pin-device", options.pins.device);
  line.Values("--pin-server", options.pins.server);
  line.Values("--keep-private", options.kept_private);
  for (const Side side : kSides) {
    const std::string& operators = options.operators[side];
    line.Value(!operators.empty(), fmt::format("--{}-ops", SideName(side)),
               FileName(operators));
  }
  for (const Side side : kSides) {
    const std::optional<int64_t>& memory = options.memory[side];
    line.Value(memory.has_value(), fmt::format("--{}-memory", SideName(side)),
               memory == kUnlimited ? "none" : SizeFlag(memory.value_or(0)));
  }
  line.Value(options.uncertainty_permille > 0, "--uncertainty",
             FormatExact(options.uncertainty_permille, 10, 1) + "%");
  line.Value(!options.bucket_kbps.empty(), "--buckets",
             fmt::format("{}", fmt::join(options.bucket_kbps, ",")));
  line.Number("--max-cuts", options.max_cuts, standard.max_cuts);
  line.Switch(!options.compress, "--no-compress");
  AddPlaces(options.places, &line);
  AddImport(options.import, &line);
  line.Switch(options.load.allow_newer, "--allow-newer");
  AddFirmware(options.firmware, &line);
  line.Value(options.inline_weights, "--weights", "inline");
  line.Number("--only-cut", options.only_cut);
  line.Value(options.cuts_with_halves != standard.cuts_with_halves, "--limit",
             fmt::format("cuts={}", options.cuts_with_halves));
  return line.Finish();
}

}  // namespace dnncut
