// SPDX-License-Identifier: Apache-2.0
//
// Loads the description of a machine: a built-in one by name, or a file.
//
// What looks like a path ("/" in it, or ".json" at its end) is a file and
// nothing else; a built-in name always means the built-in machine; any other
// name is a file if one is there. What kind a file is of is said by its
// "schema", never by its name. Every figure is checked against a range outside
// of which it can only be a mistake. PeakGflops ends: each type is replaced by
// int8, float16 or float32, the first two by float32, and every machine has a
// peak for float32.
#include "cost_models/machines/machine.h"

#include <filesystem>
#include <system_error>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "cost_models/machines/class_key.h"

namespace dnncut {
namespace {

// Figures outside this range are mistakes, whatever the unit.
constexpr double kMinRate = 1e-6;
constexpr double kMaxRate = 1e9;
constexpr int64_t kMaxCallNs = 1'000'000'000'000;
constexpr double kMaxBand = 1000;

// Locale must not matter, so no tolower().
std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool LooksLikePath(const std::string& name) {
  return name.find('/') != std::string::npos || name.ends_with(".json");
}

std::map<DType, double> ReadPeaks(const JsonValue& root) {
  std::map<DType, double> peaks;
  for (const auto& [name, value] : AsItems(GetMember(root, "peak_gflops"))) {
    const std::optional<DType> dtype = DTypeFromName(name);
    if (!dtype || BitsOf(*dtype) == 0) {
      std::vector<std::string> names;
      for (int i = 0; DTypeFromOnnx(i) != DType::kUndefined || i == 0; ++i) {
        names.emplace_back(DTypeName(DTypeFromOnnx(i)));
      }
      FailAt(value, fmt::format("is not named after a data type{}",
                                DidYouMean(name, names)));
    }
    peaks[*dtype] = AsDouble(value, kMinRate, kMaxRate);
  }
  if (!peaks.contains(DType::kFloat32)) {
    FailAt(GetMember(root, "peak_gflops"), "lacks the key \"float32\"");
  }
  return peaks;
}

std::map<OperatorClass, double> ReadEfficiency(const JsonValue& root) {
  std::map<OperatorClass, double> efficiency;
  const std::optional<JsonValue> object = FindMember(root, "efficiency");
  if (!object) return efficiency;
  for (const auto& [name, value] : AsItems(*object)) {
    efficiency[ReadClassKey(name, value)] =
        AsDouble(value, kMinRate, kMaxEfficiency);
  }
  return efficiency;
}

Precision ReadPrecision(const JsonValue& root) {
  const auto member = FindMember(root, "precision");
  if (!member) return Precision::kFp32;
  const auto precision = FindPrecision(AsString(*member));
  if (!precision) FailAt(*member, "must be \"fp32\", \"fp16\" or \"int8\"");
  return *precision;
}

Machine ReadMachine(const JsonValue& root) {
  CheckSchema(root, "dnncut.machine", 1);
  RefuseMisspeltKeys(root, {"name", "description", "source", "runtime",
                            "precision", "peak_gflops", "memory_gb_per_s",
                            "memory_efficiency", "weight_memory_efficiency",
                            "layer_ns", "memory_bytes", "efficiency", "band"});
  Machine machine;
  machine.name = GetString(root, "name");
  if (machine.name.empty()) FailAt(GetMember(root, "name"), "is empty");
  machine.description = FindString(root, "description").value_or("");
  machine.source = FindString(root, "source").value_or("");
  machine.runtime = FindString(root, "runtime").value_or("");
  machine.precision = ReadPrecision(root);
  machine.peak_gflops = ReadPeaks(root);
  machine.memory_gb_per_s =
      GetDouble(root, "memory_gb_per_s", kMinRate, kMaxRate);
  machine.memory_efficiency =
      FindDouble(root, "memory_efficiency", kMinRate, 1.0)
          .value_or(kDefaultEfficiency);
  machine.weight_memory_efficiency =
      FindDouble(root, "weight_memory_efficiency", kMinRate, 1.0);
  machine.layer_ns = GetInt64(root, "layer_ns", 0, kMaxCallNs);
  machine.memory_bytes = GetInt64(root, "memory_bytes", 1);
  machine.efficiency = ReadEfficiency(root);
  machine.band = FindDouble(root, "band", 1, kMaxBand).value_or(kDefaultBand);
  return machine;
}

// The type whose arithmetic a machine uses for `dtype` when it has none of its
// own; float32 ends every chain.
DType Substitute(DType dtype) {
  switch (dtype) {
    case DType::kUint8:
    case DType::kInt4:
    case DType::kUint4:
    case DType::kInt2:
    case DType::kUint2:
      return DType::kInt8;
    case DType::kBfloat16:
    case DType::kFloat8E4M3FN:
    case DType::kFloat8E4M3FNUZ:
    case DType::kFloat8E5M2:
    case DType::kFloat8E5M2FNUZ:
    case DType::kFloat8E8M0:
    case DType::kFloat4E2M1:
      return DType::kFloat16;
    default:
      return DType::kFloat32;
  }
}

}  // namespace

std::string_view PrecisionName(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kFp16:
      return "fp16";
    case Precision::kInt8:
      return "int8";
  }
  throw std::logic_error("a precision without a name");
}

std::optional<Precision> FindPrecision(std::string_view name) {
  for (const Precision precision : kPrecisions) {
    if (PrecisionName(precision) == name) return precision;
  }
  return std::nullopt;
}

DType PrecisionType(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return DType::kFloat32;
    case Precision::kFp16:
      return DType::kFloat16;
    case Precision::kInt8:
      return DType::kInt8;
  }
  throw std::logic_error("a precision without a type");
}

const Machine* FindBuiltin(std::string_view name) {
  for (const Machine& machine : BuiltinMachines()) {
    if (machine.name == name) return &machine;
  }
  return nullptr;
}

double PeakGflops(const Machine& machine, DType dtype) {
  while (true) {
    const auto it = machine.peak_gflops.find(dtype);
    if (it != machine.peak_gflops.end()) return it->second;
    if (dtype == DType::kFloat32) {
      throw std::logic_error("machine without a peak for float32");
    }
    dtype = Substitute(dtype);
  }
}

double Efficiency(const Machine& machine, OperatorClass operator_class) {
  const auto it = machine.efficiency.find(operator_class);
  return it == machine.efficiency.end() ? kDefaultEfficiency : it->second;
}

double WeightMemoryEfficiency(const Machine& machine) {
  return machine.weight_memory_efficiency.value_or(machine.memory_efficiency);
}

bool NamesBuiltin(const std::string& name_or_path) {
  return !LooksLikePath(name_or_path) &&
         FindBuiltin(LowerCase(name_or_path)) != nullptr;
}

CostSource ReadCostSource(const std::string& name_or_path) {
  using Kind = CostSource::Kind;
  std::error_code error;
  if (NamesBuiltin(name_or_path)) {
    return {Kind::kBuiltin, name_or_path, FindBuiltin(LowerCase(name_or_path)),
            std::nullopt};
  }
  if (!LooksLikePath(name_or_path)) {
    if (!std::filesystem::exists(name_or_path, error)) {
      std::vector<std::string> names;
      for (const Machine& machine : BuiltinMachines()) {
        names.push_back(machine.name);
      }
      Fail(ExitCode::kBadInput, "E410",
           "there is no machine and no file '{}'{}; \"dnncut machines\" lists "
           "the built-in ones",
           name_or_path, DidYouMean(LowerCase(name_or_path), names));
    }
  }
  const JsonValue root =
      ReadJsonFile(name_or_path, "a machine, a profile or a fitted machine");
  const std::string schema = SchemaOf(root).value_or("");
  const auto file = [&](Kind kind) {
    return CostSource{kind, name_or_path, nullptr, root};
  };
  if (schema.starts_with("dnncut.machine/")) return file(Kind::kMachineFile);
  if (schema.starts_with("dnncut.profile/")) return file(Kind::kProfileFile);
  if (schema.starts_with("dnncut.regression/")) {
    return file(Kind::kRegressionFile);
  }
  Fail(ExitCode::kBadInput, "E402",
       "{}: is neither a machine nor a profile; expected \"schema\": "
       "\"dnncut.machine/1\", \"dnncut.profile/1\" or "
       "\"dnncut.regression/1\"",
       name_or_path);
}

Machine MachineOf(const CostSource& source,
                  const std::optional<Precision>& precision) {
  if (source.root) return ReadMachine(*source.root);
  if (!precision) return *source.builtin;
  if (auto machine = InPrecision(*source.builtin, *precision)) return *machine;
  std::vector<std::string_view> names;
  for (const Precision known : PrecisionsOf(*source.builtin)) {
    names.push_back(PrecisionName(known));
  }
  Fail(ExitCode::kUsage, "E412",
       "--precision {}: nothing is known of what {} attains in it; choose {}",
       PrecisionName(*precision), source.builtin->name,
       fmt::join(names, " or "));
}

}  // namespace dnncut
