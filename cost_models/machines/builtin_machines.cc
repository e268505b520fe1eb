// SPDX-License-Identifier: Apache-2.0
//
// Peaks are those of the data sheets: cores x clock x operations per cycle for
// CPUs, the vendor's dense (not sparse) figures for GPUs; float32 on a GPU is
// that of its CUDA cores, without TF32. What a layer's call costs is
// assumed, from what runtimes' kernels and launches take. What of a peak is
// attainable stands in no data sheet: fitted_machines.cc has it, fitted to
// published times of whole networks. The efficiencies here are where that fit
// starts, and what it keeps of classes that networks with published times say
// nothing about.
#include <algorithm>
#include <optional>

#include "cost_models/machines/fitted_machines.h"
#include "cost_models/machines/machine.h"

namespace dnncut {
namespace {

using Class = OperatorClass;

constexpr int64_t kGiB = int64_t{1} << 30;

// Dispatch of one node by a runtime: threads are woken, shapes checked, buffers
// looked up.
constexpr int64_t kSmallCpuCallNs = 20'000;
constexpr int64_t kFastCpuCallNs = 10'000;
constexpr int64_t kServerCallNs = 5'000;
// A kernel launch as the host sees it, when kernels follow each other.
constexpr int64_t kGpuCallNs = 7'000;
constexpr int64_t kFastGpuCallNs = 5'000;
constexpr int64_t kEmbeddedGpuCallNs = 15'000;
// A call through a table of functions: some hundred cycles.
constexpr int64_t kMicrocontrollerCallNs = 1'000;

std::map<Class, double> CpuEfficiency() {
  return {{Class::kConvolution, 0.5},   {Class::kDepthwiseConvolution, 0.15},
          {Class::kMatrixProduct, 0.5}, {Class::kRecurrent, 0.25},
          {Class::kNormalization, 0.2}, {Class::kPooling, 0.2},
          {Class::kElementwise, 0.2}};
}

std::map<Class, double> GpuEfficiency() {
  return {{Class::kConvolution, 0.35},   {Class::kDepthwiseConvolution, 0.05},
          {Class::kMatrixProduct, 0.4},  {Class::kRecurrent, 0.05},
          {Class::kNormalization, 0.05}, {Class::kPooling, 0.05},
          {Class::kElementwise, 0.05}};
}

// It has no caches that could miss, but no registers to keep tiles in either.
std::map<Class, double> MicrocontrollerEfficiency() {
  return {{Class::kConvolution, 0.4},   {Class::kDepthwiseConvolution, 0.25},
          {Class::kMatrixProduct, 0.4}, {Class::kRecurrent, 0.3},
          {Class::kNormalization, 0.3}, {Class::kPooling, 0.3},
          {Class::kElementwise, 0.3}};
}

std::vector<Machine> Boards() {
  return {
      {.name = "raspberry-pi-3",
       .description = "Raspberry Pi 3 B+, 4 Cortex-A53 at 1.4 GHz, 1 GB",
       .source = "Raspberry Pi 3 Model B+ product brief, BCM2837B0; 8 float32 "
                 "operations per cycle and core; LPDDR2-900, 32 bit",
       .runtime = "ncnn, 4 threads",
       .precision = Precision::kFp32,
       .peak_gflops = {{DType::kFloat32, 44.8},
                       {DType::kFloat64, 22.4},
                       {DType::kInt8, 59.7}},
       .memory_gb_per_s = 3.6,
       .layer_ns = 2 * kSmallCpuCallNs,
       .memory_bytes = 1 * kGiB,
       .memory_efficiency = 0.5,
       .efficiency = CpuEfficiency()},
      {.name = "raspberry-pi-4",
       .description = "Raspberry Pi 4 B, 4 Cortex-A72 at 1.8 GHz, 4 GB",
       .source = "Raspberry Pi 4 Model B data sheet, BCM2711; 8 float32 "
                 "operations per cycle and core (one 128-bit multiply-add); "
                 "no int8 dot product; LPDDR4-3200, 32 bit, of which the CPU "
                 "attains about a third",
       .runtime = "ncnn, 4 threads",
       .precision = Precision::kFp32,
       .peak_gflops = {{DType::kFloat32, 57.6},
                       {DType::kFloat64, 28.8},
                       {DType::kInt8, 76.8}},
       .memory_gb_per_s = 12.8,
       .layer_ns = kSmallCpuCallNs,
       .memory_bytes = 4 * kGiB,
       .memory_efficiency = 0.35,
       .efficiency = CpuEfficiency()},
      {.name = "raspberry-pi-5",
       .description = "Raspberry Pi 5, 4 Cortex-A76 at 2.4 GHz, 8 GB",
       .source = "Raspberry Pi 5 product brief, BCM2712; 16 float32, 32 "
                 "float16 and 64 int8 operations per cycle and core (two "
                 "128-bit units); LPDDR4X-4267, 32 bit",
       .runtime = "ncnn, 4 threads",
       .precision = Precision::kFp16,
       .peak_gflops = {{DType::kFloat32, 153.6},
                       {DType::kFloat64, 76.8},
                       {DType::kFloat16, 307.2},
                       {DType::kInt8, 614.4}},
       .memory_gb_per_s = 17.1,
       .layer_ns = kFastCpuCallNs,
       .memory_bytes = 8 * kGiB,
       .memory_efficiency = 0.6,
       .efficiency = CpuEfficiency()},
      {.name = "cortex-m7",
       .description = "STM32H747, Cortex-M7 at 400 MHz, 1 MB RAM, 2 MB flash",
       .source = "STM32H747 data sheet; one float32 multiply-add or two 16-bit "
                 "multiply-adds per cycle; 64-bit AXI bus at 200 MHz; memory "
                 "is RAM for activations plus flash for weights",
       .runtime = "STM32Cube.AI",
       .precision = Precision::kInt8,
       .peak_gflops = {{DType::kFloat32, 0.8},
                       {DType::kFloat64, 0.2},
                       {DType::kInt8, 1.6},
                       {DType::kInt16, 1.6}},
       .memory_gb_per_s = 1.6,
       .layer_ns = kMicrocontrollerCallNs,
       .memory_bytes = int64_t{3} << 20,
       .memory_efficiency = 0.5,
       .efficiency = MicrocontrollerEfficiency()},
      {.name = "jetson-nano",
       .description = "Jetson Nano, 128-core Maxwell GPU, 4 GB",
       .source = "NVIDIA Jetson Nano data sheet: 472 GFLOP/s float16 at 921 "
                 "MHz, half of it in float32; LPDDR4, 25.6 GB/s",
       .runtime = "TensorRT",
       .precision = Precision::kFp16,
       .peak_gflops = {{DType::kFloat32, 236},
                       {DType::kFloat64, 7.4},
                       {DType::kFloat16, 472},
                       {DType::kInt8, 236}},
       .memory_gb_per_s = 25.6,
       .layer_ns = 2 * kEmbeddedGpuCallNs,
       .memory_bytes = 4 * kGiB,
       .memory_efficiency = 0.7,
       .efficiency = GpuEfficiency()},
      {.name = "jetson-orin-nano",
       .description = "Jetson Orin Nano Super 8 GB, 1024-core Ampere GPU",
       .source = "NVIDIA Jetson Orin Nano Super data sheet: 1024 CUDA and 32 "
                 "tensor cores at 1020 MHz; 67 TOPS sparse int8, half of it "
                 "dense, a quarter in float16; LPDDR5, 102 GB/s",
       .runtime = "TensorRT",
       .precision = Precision::kFp16,
       .peak_gflops = {{DType::kFloat32, 2089},
                       {DType::kFloat64, 33},
                       {DType::kFloat16, 16700},
                       {DType::kInt8, 33400}},
       .memory_gb_per_s = 102,
       .layer_ns = kEmbeddedGpuCallNs,
       .memory_bytes = 8 * kGiB,
       .memory_efficiency = 0.75,
       .efficiency = GpuEfficiency()}};
}

std::vector<Machine> PhonesAndComputers() {
  return {
      {.name = "phone-mid",
       .description = "Kirin 970 CPU, 4 Cortex-A73 at 2.4 GHz",
       .source = "HiSilicon Kirin 970 data: big cores only, 8 float32 "
                 "operations per cycle and core, no float16 arithmetic and no "
                 "int8 dot product; LPDDR4X-3733, 4 x 16 bit; 6 GB as common",
       .runtime = "ncnn, 4 threads on the big cores",
       .precision = Precision::kFp32,
       .peak_gflops = {{DType::kFloat32, 76.8},
                       {DType::kFloat64, 38.4},
                       {DType::kInt8, 102.4}},
       .memory_gb_per_s = 29.8,
       .layer_ns = kFastCpuCallNs,
       .memory_bytes = 6 * kGiB,
       .memory_efficiency = 0.6,
       .efficiency = CpuEfficiency()},
      {.name = "phone-high",
       .description = "Snapdragon 855+ CPU, 4 Kryo 485 (Cortex-A76) at 2.96 "
                      "and 2.42 GHz",
       .source = "Qualcomm Snapdragon 855+ product brief: big cores only, 16 "
                 "float32, 32 float16 and 64 int8 operations per cycle and "
                 "core; LPDDR4X-4266, 4 x 16 bit; 8 GB as common",
       .runtime = "ncnn, 4 threads on the big cores",
       .precision = Precision::kFp16,
       .peak_gflops = {{DType::kFloat32, 163.5},
                       {DType::kFloat64, 81.8},
                       {DType::kFloat16, 327},
                       {DType::kInt8, 654.1}},
       .memory_gb_per_s = 34.1,
       .layer_ns = kFastCpuCallNs,
       .memory_bytes = 8 * kGiB,
       .memory_efficiency = 0.6,
       .efficiency = CpuEfficiency()},
      {.name = "laptop-cpu",
       .description = "Core i5-12600K, 6 fast cores at 4.5 GHz, 16 GB: what a "
                      "fast laptop has",
       .source = "Intel Core i5-12600K product specification: fast cores only, "
                 "32 float32 and 128 int8 operations per cycle and core (AVX2 "
                 "with VNNI); DDR5-4800, two channels; 16 GB as common",
       .runtime = "ncnn, 8 threads",
       .precision = Precision::kFp32,
       .peak_gflops = {{DType::kFloat32, 864},
                       {DType::kFloat64, 432},
                       {DType::kInt8, 3456}},
       .memory_gb_per_s = 76.8,
       .layer_ns = kServerCallNs,
       .memory_bytes = 16 * kGiB,
       .memory_efficiency = 0.7,
       .efficiency = CpuEfficiency()},
      {.name = "server-cpu-16",
       .description = "AWS c5.4xlarge: 16 vCPUs, 8 cores of a Xeon Platinum "
                      "8124M at 3.0 GHz, 32 GB",
       .source = "Intel Xeon Platinum 8124M (Skylake): 64 float32 operations "
                 "per cycle and core (AVX-512), about twice that in int8 "
                 "without VNNI; DDR4-2666, six channels",
       .runtime = "ncnn, 8 threads",
       .precision = Precision::kFp32,
       .peak_gflops = {{DType::kFloat32, 1536},
                       {DType::kFloat64, 768},
                       {DType::kInt8, 3072}},
       .memory_gb_per_s = 128,
       .layer_ns = kServerCallNs,
       .memory_bytes = 32 * kGiB,
       .memory_efficiency = 0.7,
       .efficiency = CpuEfficiency()}};
}

std::vector<Machine> ServerGpus() {
  return {{.name = "t4",
           .description = "NVIDIA T4, 16 GB",
           .source = "NVIDIA T4 data sheet: 8.1 TFLOP/s float32, 65 float16, "
                     "130 TOPS int8, 320 GB/s",
           .runtime = "TensorRT",
           .precision = Precision::kFp16,
           .peak_gflops = {{DType::kFloat32, 8100},
                           {DType::kFloat64, 253},
                           {DType::kFloat16, 65000},
                           {DType::kInt8, 130000}},
           .memory_gb_per_s = 320,
           .layer_ns = kGpuCallNs,
           .memory_bytes = 16 * kGiB,
           .memory_efficiency = 0.75,
           .efficiency = GpuEfficiency()},
          {.name = "a10",
           .description = "NVIDIA A10, 24 GB",
           .source = "NVIDIA A10 data sheet: 31.2 TFLOP/s float32, 125 "
                     "float16, 250 TOPS int8, 600 GB/s",
           .runtime = "TensorRT",
           .precision = Precision::kFp16,
           .peak_gflops = {{DType::kFloat32, 31200},
                           {DType::kFloat64, 976},
                           {DType::kFloat16, 125000},
                           {DType::kInt8, 250000}},
           .memory_gb_per_s = 600,
           .layer_ns = kGpuCallNs,
           .memory_bytes = 24 * kGiB,
           .memory_efficiency = 0.75,
           .efficiency = GpuEfficiency()},
          {.name = "l4",
           .description = "NVIDIA L4, 24 GB",
           .source = "NVIDIA L4 data sheet: 30.3 TFLOP/s float32, 121 float16, "
                     "242 float8 and TOPS int8 (dense: half the sparse "
                     "figures), 300 GB/s",
           .runtime = "TensorRT",
           .precision = Precision::kFp16,
           .peak_gflops = {{DType::kFloat32, 30300},
                           {DType::kFloat64, 473},
                           {DType::kFloat16, 121000},
                           {DType::kFloat8E4M3FN, 242000},
                           {DType::kFloat8E5M2, 242000},
                           {DType::kInt8, 242000}},
           .memory_gb_per_s = 300,
           .layer_ns = kGpuCallNs,
           .memory_bytes = 24 * kGiB,
           .memory_efficiency = 0.75,
           .efficiency = GpuEfficiency()},
          {.name = "a100",
           .description = "NVIDIA A100 SXM, 40 GB",
           .source = "NVIDIA A100 data sheet: 19.5 TFLOP/s float32, 9.7 "
                     "float64, 312 float16, 624 TOPS int8, 1555 GB/s",
           .runtime = "TensorRT",
           .precision = Precision::kFp16,
           .peak_gflops = {{DType::kFloat32, 19500},
                           {DType::kFloat64, 9700},
                           {DType::kFloat16, 312000},
                           {DType::kInt8, 624000}},
           .memory_gb_per_s = 1555,
           .layer_ns = kFastGpuCallNs,
           .memory_bytes = 40 * kGiB,
           .memory_efficiency = 0.75,
           .efficiency = GpuEfficiency()},
          {.name = "h100",
           .description = "NVIDIA H100 SXM, 80 GB",
           .source = "NVIDIA H100 data sheet, SXM: 67 TFLOP/s float32, 34 "
                     "float64, 989 float16, 1979 float8 and TOPS int8 (dense: "
                     "half the sparse figures), 3.35 TB/s",
           .runtime = "TensorRT",
           .precision = Precision::kFp16,
           .peak_gflops = {{DType::kFloat32, 67000},
                           {DType::kFloat64, 34000},
                           {DType::kFloat16, 989000},
                           {DType::kFloat8E4M3FN, 1979000},
                           {DType::kFloat8E5M2, 1979000},
                           {DType::kInt8, 1979000}},
           .memory_gb_per_s = 3350,
           .layer_ns = kFastGpuCallNs,
           .memory_bytes = 80 * kGiB,
           .memory_efficiency = 0.75,
           .efficiency = GpuEfficiency()}};
}

// Machines of which less than four networks have published times, in precisions
// of which there are none: they attain as much of their peaks as a relative
// does, times a factor.
struct Relative {
  std::string_view machine;
  Precision precision;
  std::string_view fitted;
  Precision fitted_precision;
  double factor;
};

// What a single image attains of an A100 or H100 is limited by how little of it
// the image fills, not by the precision: in float16, of half the peak, it is
// twice the share.
constexpr Relative kRelatives[] = {
    {"a10", Precision::kFp16, "t4", Precision::kFp16, 1},
    {"l4", Precision::kFp16, "t4", Precision::kFp16, 1},
    {"a100", Precision::kFp16, "a100", Precision::kInt8, 2},
    {"h100", Precision::kFp16, "a100", Precision::kInt8, 2},
    {"h100", Precision::kInt8, "a100", Precision::kInt8, 1}};

const FittedMachine* FindFitted(std::string_view machine, Precision precision) {
  for (const FittedMachine& fitted : FittedMachines()) {
    if (fitted.machine == machine && fitted.precision == precision) {
      return &fitted;
    }
  }
  return nullptr;
}

Machine WithFit(Machine machine, Precision precision,
                const FittedMachine& fitted, double factor) {
  machine.precision = precision;
  machine.efficiency[Class::kConvolution] = fitted.convolution * factor;
  machine.efficiency[Class::kDepthwiseConvolution] = fitted.depthwise * factor;
  machine.efficiency[Class::kMatrixProduct] = fitted.matrix * factor;
  machine.memory_efficiency = fitted.memory;
  machine.weight_memory_efficiency = fitted.weight_memory;
  machine.band = fitted.band;
  return machine;
}

const Machine& DataSheetOf(const std::string& name) {
  const std::vector<Machine>& machines = DataSheetMachines();
  return *std::find_if(machines.begin(), machines.end(),
                       [&](const Machine& m) { return m.name == name; });
}

}  // namespace

const std::vector<Machine>& DataSheetMachines() {
  static const std::vector<Machine> kMachines = [] {
    std::vector<Machine> machines = Boards();
    for (std::vector<Machine> more : {PhonesAndComputers(), ServerGpus()}) {
      machines.insert(machines.end(), more.begin(), more.end());
    }
    return machines;
  }();
  return kMachines;
}

const std::vector<Machine>& BuiltinMachines() {
  static const std::vector<Machine> kMachines = [] {
    std::vector<Machine> machines;
    for (const Machine& machine : DataSheetMachines()) {
      machines.push_back(InPrecision(machine, machine.precision).value());
    }
    return machines;
  }();
  return kMachines;
}

std::optional<Machine> InPrecision(const Machine& builtin,
                                   Precision precision) {
  const Machine& machine = DataSheetOf(builtin.name);
  if (const FittedMachine* fitted = FindFitted(builtin.name, precision)) {
    return WithFit(machine, precision, *fitted, 1);
  }
  for (const Relative& relative : kRelatives) {
    if (relative.machine != builtin.name || relative.precision != precision) {
      continue;
    }
    const FittedMachine* fitted =
        FindFitted(relative.fitted, relative.fitted_precision);
    Machine made = WithFit(machine, precision, *fitted, relative.factor);
    made.band = std::max(made.band, kDefaultBand);
    made.relative = std::string(relative.fitted) + " in " +
                    std::string(PrecisionName(relative.fitted_precision));
    return made;
  }
  return std::nullopt;
}

std::vector<Precision> PrecisionsOf(const Machine& builtin) {
  std::vector<Precision> precisions;
  for (const Precision precision : kPrecisions) {
    if (InPrecision(builtin, precision)) precisions.push_back(precision);
  }
  return precisions;
}

}  // namespace dnncut
