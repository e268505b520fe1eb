// SPDX-License-Identifier: Apache-2.0
//
// Peaks are those of the data sheets: cores x clock x operations per cycle for
// CPUs, the vendor's dense (not sparse) figures for GPUs; float32 on a GPU is
// that of its CUDA cores, without TF32. What of a peak is attainable, and what
// a layer's call costs, stands in no data sheet. These are rounded figures of
// the order that ONNX Runtime shows for one image at a time: large convolutions
// and matrix products reach half the peak of a CPU and less of a GPU, which a
// single image does not fill; depthwise convolutions and recurrent steps reach
// a small part of it; other layers are bound by memory before their class
// matters.
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
       .description = "Raspberry Pi 3 B, 4 Cortex-A53 at 1.2 GHz, 1 GB",
       .source = "Raspberry Pi 3 Model B product brief, BCM2837; 8 float32 "
                 "operations per cycle and core; LPDDR2-900, 32 bit",
       .peak_gflops = {{DType::kFloat32, 38.4},
                       {DType::kFloat64, 19.2},
                       {DType::kInt8, 51.2}},
       .memory_gb_per_s = 3.6,
       .layer_ns = 2 * kSmallCpuCallNs,
       .memory_bytes = 1 * kGiB,
       .memory_efficiency = 0.5,
       .efficiency = CpuEfficiency()},
      {.name = "raspberry-pi-4",
       .description = "Raspberry Pi 4 B, 4 Cortex-A72 at 1.5 GHz, 4 GB",
       .source = "Raspberry Pi 4 Model B data sheet, BCM2711; 8 float32 "
                 "operations per cycle and core (one 128-bit multiply-add); "
                 "no int8 dot product; LPDDR4-3200, 32 bit, of which the CPU "
                 "attains about a third",
       .peak_gflops = {{DType::kFloat32, 48},
                       {DType::kFloat64, 24},
                       {DType::kInt8, 64}},
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
       .description = "STM32H743, Cortex-M7 at 480 MHz, 1 MB RAM, 2 MB flash",
       .source = "STM32H743 data sheet; one float32 multiply-add or two 16-bit "
                 "multiply-adds per cycle; 64-bit AXI bus at 240 MHz; memory "
                 "is RAM for activations plus flash for weights",
       .peak_gflops = {{DType::kFloat32, 0.96},
                       {DType::kFloat64, 0.24},
                       {DType::kInt8, 1.92},
                       {DType::kInt16, 1.92}},
       .memory_gb_per_s = 1.92,
       .layer_ns = kMicrocontrollerCallNs,
       .memory_bytes = int64_t{3} << 20,
       .memory_efficiency = 0.5,
       .efficiency = MicrocontrollerEfficiency()},
      {.name = "jetson-nano",
       .description = "Jetson Nano, 128-core Maxwell GPU, 4 GB",
       .source = "NVIDIA Jetson Nano data sheet: 472 GFLOP/s float16 at 921 "
                 "MHz, half of it in float32; LPDDR4, 25.6 GB/s",
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
       .description = "Jetson Orin Nano 8 GB, 1024-core Ampere GPU, 15 W",
       .source = "NVIDIA Jetson Orin Nano data sheet: 1024 CUDA and 32 tensor "
                 "cores at 625 MHz; 40 TOPS sparse int8, half of it dense, a "
                 "quarter in float16; LPDDR5, 68 GB/s",
       .peak_gflops = {{DType::kFloat32, 1280},
                       {DType::kFloat64, 20},
                       {DType::kFloat16, 10000},
                       {DType::kInt8, 20000}},
       .memory_gb_per_s = 68,
       .layer_ns = kEmbeddedGpuCallNs,
       .memory_bytes = 8 * kGiB,
       .memory_efficiency = 0.75,
       .efficiency = GpuEfficiency()}};
}

std::vector<Machine> PhonesAndComputers() {
  return {
      {.name = "phone-mid",
       .description = "Snapdragon 778G CPU, 4 Cortex-A78 at 2.4 and 2.2 GHz",
       .source = "Qualcomm Snapdragon 778G product brief: big cores only, 16 "
                 "float32, 32 float16 and 64 int8 operations per cycle and "
                 "core; LPDDR5-6400, 2 x 16 bit; 6 GB as common",
       .peak_gflops = {{DType::kFloat32, 144},
                       {DType::kFloat64, 72},
                       {DType::kFloat16, 288},
                       {DType::kInt8, 576}},
       .memory_gb_per_s = 25.6,
       .layer_ns = kFastCpuCallNs,
       .memory_bytes = 6 * kGiB,
       .memory_efficiency = 0.6,
       .efficiency = CpuEfficiency()},
      {.name = "phone-high",
       .description = "Snapdragon 8 Gen 2 CPU, Cortex-X3 at 3.2 GHz and 4 "
                      "cores at 2.8 GHz",
       .source = "Qualcomm Snapdragon 8 Gen 2 product brief: big cores only, "
                 "32 (X3) and 16 (A715, A710) float32 operations per cycle, "
                 "twice that in float16, four times in int8; LPDDR5X-8400, 4 "
                 "x 16 bit; 8 GB as common",
       .peak_gflops = {{DType::kFloat32, 281.6},
                       {DType::kFloat64, 140.8},
                       {DType::kFloat16, 563.2},
                       {DType::kInt8, 1126.4}},
       .memory_gb_per_s = 67.2,
       .layer_ns = kFastCpuCallNs,
       .memory_bytes = 8 * kGiB,
       .memory_efficiency = 0.6,
       .efficiency = CpuEfficiency()},
      {.name = "laptop-cpu",
       .description = "Core i7-1165G7, 4 cores at 2.8 GHz, 16 GB",
       .source = "Intel Core i7-1165G7 product specification: 32 float32 and "
                 "128 int8 operations per cycle and core (AVX-512 with VNNI); "
                 "DDR4-3200, two channels; 16 GB as common",
       .peak_gflops = {{DType::kFloat32, 358.4},
                       {DType::kFloat64, 179.2},
                       {DType::kInt8, 1433.6}},
       .memory_gb_per_s = 51.2,
       .layer_ns = kServerCallNs,
       .memory_bytes = 16 * kGiB,
       .memory_efficiency = 0.7,
       .efficiency = CpuEfficiency()},
      {.name = "server-cpu-16",
       .description = "EPYC 7313, 16 cores at 3.0 GHz, 64 GB",
       .source = "AMD EPYC 7313 data sheet: 32 float32 operations per cycle "
                 "and core (two 256-bit multiply-adds), about twice that in "
                 "int8 without VNNI; DDR4-3200, eight channels; 64 GB as "
                 "common",
       .peak_gflops = {{DType::kFloat32, 1536},
                       {DType::kFloat64, 768},
                       {DType::kInt8, 3072}},
       .memory_gb_per_s = 204.8,
       .layer_ns = kServerCallNs,
       .memory_bytes = 64 * kGiB,
       .memory_efficiency = 0.7,
       .efficiency = CpuEfficiency()}};
}

std::vector<Machine> ServerGpus() {
  return {{.name = "t4",
           .description = "NVIDIA T4, 16 GB",
           .source = "NVIDIA T4 data sheet: 8.1 TFLOP/s float32, 65 float16, "
                     "130 TOPS int8, 320 GB/s",
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
           .peak_gflops = {{DType::kFloat32, 19500},
                           {DType::kFloat64, 9700},
                           {DType::kFloat16, 312000},
                           {DType::kInt8, 624000}},
           .memory_gb_per_s = 1555,
           .layer_ns = kGpuCallNs,
           .memory_bytes = 40 * kGiB,
           .memory_efficiency = 0.75,
           .efficiency = GpuEfficiency()},
          {.name = "h100",
           .description = "NVIDIA H100 SXM, 80 GB",
           .source = "NVIDIA H100 data sheet, SXM: 67 TFLOP/s float32, 34 "
                     "float64, 989 float16, 1979 float8 and TOPS int8 (dense: "
                     "half the sparse figures), 3.35 TB/s",
           .peak_gflops = {{DType::kFloat32, 67000},
                           {DType::kFloat64, 34000},
                           {DType::kFloat16, 989000},
                           {DType::kFloat8E4M3FN, 1979000},
                           {DType::kFloat8E5M2, 1979000},
                           {DType::kInt8, 1979000}},
           .memory_gb_per_s = 3350,
           .layer_ns = 5'000,
           .memory_bytes = 80 * kGiB,
           .memory_efficiency = 0.75,
           .efficiency = GpuEfficiency()}};
}

}  // namespace

const std::vector<Machine>& BuiltinMachines() {
  static const std::vector<Machine> kMachines = [] {
    std::vector<Machine> machines = Boards();
    for (std::vector<Machine> more : {PhonesAndComputers(), ServerGpus()}) {
      machines.insert(machines.end(), more.begin(), more.end());
    }
    return machines;
  }();
  return kMachines;
}

}  // namespace dnncut
