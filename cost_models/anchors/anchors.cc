// SPDX-License-Identifier: Apache-2.0
//
// Every time stands at its source as it stands here: averages where a source
// has several figures. ncnn's are those of benchncnn's averages. Networks whose
// definition a source leaves open (its own detectors) are left out, and so are
// runs on fewer threads than the machine has cores.
#include "cost_models/anchors/anchors.h"

#include <fmt/format.h>

namespace dnncut {
namespace {

constexpr char kNcnn[] = "github.com/Tencent/ncnn, benchmark/README.md (2023)";
constexpr char kNcnnPhones[] =
    "github.com/Tencent/ncnn, benchmark/README.md (2021)";

// benchncnn's list: ncnn's squeezenet is version 1.1.
struct NcnnTimes {
  double squeezenet = 0, mobilenet = 0, mobilenet_v2 = 0, shufflenet = 0,
         efficientnet_b0 = 0, googlenet = 0, resnet18 = 0, alexnet = 0,
         vgg16 = 0, resnet50 = 0;  // ms; 0: not measured
};

std::vector<Anchor> Ncnn(const NcnnTimes& ms) {
  std::vector<Anchor> anchors;
  const auto add = [&](const std::string& network, double time) {
    if (time > 0) anchors.push_back({{.name = network}, time});
  };
  add("squeezenet-1.1", ms.squeezenet);
  add("mobilenet-v1", ms.mobilenet);
  add("mobilenet-v2", ms.mobilenet_v2);
  add("shufflenet", ms.shufflenet);
  add("efficientnet-b0", ms.efficientnet_b0);
  add("googlenet", ms.googlenet);
  add("resnet18", ms.resnet18);
  add("alexnet", ms.alexnet);
  add("vgg16", ms.vgg16);
  add("resnet50", ms.resnet50);
  return anchors;
}

std::vector<AnchorSet> RaspberryPis() {
  return {{"raspberry-pi-3", Precision::kFp32, "ncnn, 4 threads",
           fmt::format("{}, Raspberry Pi 3 Model B+", kNcnn),
           Ncnn({.squeezenet = 85.22,
                 .mobilenet = 108.66,
                 .mobilenet_v2 = 111.68,
                 .shufflenet = 59.33,
                 .efficientnet_b0 = 135.86,
                 .googlenet = 224.22,
                 .resnet18 = 271.93,
                 .alexnet = 159.09,
                 .resnet50 = 587.42})},
          {"raspberry-pi-3", Precision::kInt8, "ncnn, 4 threads",
           fmt::format("{}, Raspberry Pi 3 Model B+", kNcnn),
           Ncnn({.squeezenet = 74.68,
                 .mobilenet = 67.03,
                 .googlenet = 189.21,
                 .resnet18 = 160.07,
                 .resnet50 = 391.87})},
          {"raspberry-pi-4", Precision::kFp32, "ncnn, 4 threads",
           fmt::format("{}, Raspberry Pi 4 Model B, 1.8 GHz", kNcnn),
           Ncnn({.squeezenet = 46.65,
                 .mobilenet = 61.17,
                 .mobilenet_v2 = 61.88,
                 .shufflenet = 33.09,
                 .efficientnet_b0 = 74.19,
                 .googlenet = 114.35,
                 .resnet18 = 123.12,
                 .alexnet = 76.40,
                 .vgg16 = 547.09,
                 .resnet50 = 262.83})},
          {"raspberry-pi-4", Precision::kInt8, "ncnn, 4 threads",
           fmt::format("{}, Raspberry Pi 4 Model B, 1.8 GHz", kNcnn),
           Ncnn({.squeezenet = 42.59,
                 .mobilenet = 34.37,
                 .googlenet = 101.25,
                 .resnet18 = 83.92,
                 .vgg16 = 394.23,
                 .resnet50 = 196.65})},
          {"raspberry-pi-5", Precision::kFp16, "ncnn, 4 threads",
           "github.com/Tencent/ncnn/pull/5151, comment of 2023-11-17",
           Ncnn({.squeezenet = 8.45,
                 .mobilenet = 11.07,
                 .mobilenet_v2 = 13.67,
                 .shufflenet = 4.47,
                 .efficientnet_b0 = 14.93,
                 .googlenet = 30.84,
                 .resnet18 = 23.78})}};
}

std::vector<AnchorSet> Phones() {
  return {{"phone-mid", Precision::kFp32, "ncnn, 4 threads on the big cores",
           fmt::format("{}, Kirin 970", kNcnnPhones),
           Ncnn({.squeezenet = 25.83,
                 .mobilenet = 35.93,
                 .mobilenet_v2 = 24.49,
                 .shufflenet = 18.53,
                 .efficientnet_b0 = 49.70,
                 .googlenet = 75.92,
                 .resnet18 = 73.45,
                 .alexnet = 66.72,
                 .vgg16 = 352.37,
                 .resnet50 = 214.42})},
          {"phone-mid", Precision::kInt8, "ncnn, 4 threads on the big cores",
           fmt::format("{}, Kirin 970", kNcnnPhones),
           Ncnn({.squeezenet = 22.60,
                 .mobilenet = 55.38,
                 .googlenet = 71.21,
                 .resnet18 = 64.18,
                 .vgg16 = 489.76,
                 .resnet50 = 171.27})},
          {"phone-high", Precision::kFp16, "ncnn, 4 threads on the big cores",
           fmt::format("{}, Snapdragon 855+", kNcnnPhones),
           Ncnn({.squeezenet = 4.51,
                 .mobilenet = 5.99,
                 .mobilenet_v2 = 5.13,
                 .shufflenet = 4.40,
                 .efficientnet_b0 = 10.09,
                 .googlenet = 17.49,
                 .resnet18 = 11.63,
                 .alexnet = 16.58,
                 .vgg16 = 66.40,
                 .resnet50 = 28.32})},
          {"phone-high", Precision::kFp32, "ncnn, 4 threads on the big cores",
           "github.com/Tencent/ncnn, benchmark/README.md (2020, before float16 "
           "arithmetic), Snapdragon 855+",
           Ncnn({.squeezenet = 8.87,
                 .mobilenet = 11.40,
                 .mobilenet_v2 = 9.72,
                 .shufflenet = 6.79,
                 .efficientnet_b0 = 17.02,
                 .googlenet = 27.95,
                 .resnet18 = 29.92,
                 .alexnet = 30.81,
                 .vgg16 = 162.05,
                 .resnet50 = 64.24})},
          {"phone-high", Precision::kInt8, "ncnn, 4 threads on the big cores",
           fmt::format("{}, Snapdragon 855+", kNcnnPhones),
           Ncnn({.squeezenet = 5.21,
                 .mobilenet = 5.12,
                 .googlenet = 18.63,
                 .resnet18 = 18.27,
                 .vgg16 = 147.95,
                 .resnet50 = 34.88})}};
}

std::vector<AnchorSet> Computers() {
  return {{"laptop-cpu", Precision::kFp32, "ncnn, 8 threads",
           "github.com/Tencent/ncnn/pull/6353 (2025-10-12), Core i5-12600K",
           Ncnn({.squeezenet = 3.47,
                 .mobilenet = 4.18,
                 .mobilenet_v2 = 3.72,
                 .shufflenet = 2.82,
                 .efficientnet_b0 = 8.37,
                 .googlenet = 10.49,
                 .resnet18 = 8.15})},
          {"server-cpu-16", Precision::kFp32, "ncnn, 8 threads",
           fmt::format("{}, AWS c5.4xlarge", kNcnn),
           Ncnn({.squeezenet = 3.24,
                 .mobilenet = 3.51,
                 .mobilenet_v2 = 3.88,
                 .shufflenet = 3.57,
                 .efficientnet_b0 = 4.82,
                 .googlenet = 10.56,
                 .resnet18 = 6.52,
                 .alexnet = 5.25,
                 .vgg16 = 35.79,
                 .resnet50 = 14.05})}};
}

std::vector<AnchorSet> Microcontrollers() {
  const auto mobilenet = [](double width, int64_t size, int64_t classes,
                            double ms) {
    return Anchor{{.name = "mobilenet-v1",
                   .size = size,
                   .width = width,
                   .classes = classes},
                  ms};
  };
  return {
      {"cortex-m7",
       Precision::kInt8,
       "STM32Cube.AI 10.0.0",
       "github.com/STMicroelectronics/stm32ai-modelzoo, "
       "image_classification/mobilenetv1/README.md, STM32H747I-DISCO at "
       "400 MHz",
       {mobilenet(0.25, 96, 5, 29.94), mobilenet(0.25, 224, 5, 163.78),
        mobilenet(0.25, 224, 1000, 166.75), mobilenet(0.5, 224, 5, 485.79),
        mobilenet(0.5, 224, 1000, 504.37), mobilenet(1, 224, 1000, 1641.84)}}};
}

std::vector<Anchor> Yolo11Anchors(double n, double s, double m, double l,
                                  double x) {
  return {{{.name = "yolo11n"}, n},
          {{.name = "yolo11s"}, s},
          {{.name = "yolo11m"}, m},
          {{.name = "yolo11l"}, l},
          {{.name = "yolo11x"}, x}};
}

std::vector<AnchorSet> Jetsons() {
  constexpr char kNano[] =
      "github.com/kentaroy47/benchmark-FP32-FP16-INT8-with-TensorRT, Jetson "
      "Nano, 256x256";
  constexpr char kOrin[] =
      "github.com/ultralytics/ultralytics, docs/en/guides/nvidia-jetson.md, "
      "Jetson Orin Nano Super Developer Kit";
  const auto resnet = [](const std::string& name, double ms) {
    return Anchor{{.name = name, .size = 256}, ms};
  };
  return {{"jetson-nano",
           Precision::kFp16,
           "TensorRT",
           kNano,
           {resnet("resnet18", 18), resnet("resnet34", 30),
            resnet("resnet50", 42)}},
          {"jetson-nano",
           Precision::kFp16,
           "TensorRT",
           "gitee.com/wonder2025/tensorrt_demos (of jkjung-avt), README.md: "
           "GoogLeNet, inference only",
           {{{.name = "googlenet"}, 16}}},
          {"jetson-nano",
           Precision::kFp32,
           "TensorRT",
           kNano,
           {resnet("resnet18", 26), resnet("resnet34", 48),
            resnet("resnet50", 79)}},
          {"jetson-orin-nano", Precision::kFp16, "TensorRT", kOrin,
           Yolo11Anchors(4.91, 7.30, 13.99, 17.57, 32.94)},
          {"jetson-orin-nano", Precision::kFp32, "TensorRT", kOrin,
           Yolo11Anchors(7.60, 13.29, 28.21, 35.59, 67.32)},
          {"jetson-orin-nano", Precision::kInt8, "TensorRT", kOrin,
           Yolo11Anchors(3.91, 5.25, 9.58, 12.37, 20.72)}};
}

std::vector<AnchorSet> ServerGpus() {
  constexpr char kPaddle[] =
      "paddlepaddle.org.cn/inference/guides/benchmark/benchmark_gpu.html, T4";
  const auto batch = [](const std::string& name, int64_t batch, double ms) {
    return Anchor{{.name = name, .batch = batch}, ms};
  };
  return {
      {"t4",
       Precision::kFp16,
       "TensorRT 8.0 in Paddle Inference 2.3",
       kPaddle,
       {batch("mobilenet-v1", 1, 0.4925), batch("mobilenet-v1", 4, 1.2914),
        batch("mobilenet-v2", 1, 0.5926), batch("mobilenet-v2", 4, 1.4491),
        batch("resnet50", 1, 1.3045), batch("resnet50", 4, 3.1821)}},
      {"t4", Precision::kFp16, "TensorRT 10",
       "github.com/ultralytics/docs, comparison of YOLO11 and PP-YOLOE+, T4",
       Yolo11Anchors(1.55, 2.63, 5.27, 6.84, 12.49)},
      {"t4",
       Precision::kFp32,
       "TensorRT 8.0 in Paddle Inference 2.3",
       kPaddle,
       {batch("mobilenet-v1", 1, 0.8737), batch("mobilenet-v1", 4, 2.5238),
        batch("mobilenet-v2", 1, 1.1125), batch("mobilenet-v2", 4, 2.819),
        batch("resnet50", 1, 3.5244), batch("resnet50", 4, 9.3702)}},
      {"a100",
       Precision::kInt8,
       "TensorRT 8.4",
       "docs.nvidia.com/deeplearning/tensorrt/tensorflow-quantization-toolkit, "
       "Model Zoo Results, post-training quantization, batch 1",
       {batch("resnet50", 1, 0.46), batch("resnet101", 1, 0.84),
        batch("mobilenet-v1", 1, 0.16), batch("mobilenet-v2", 1, 0.30),
        batch("efficientnet-b0", 1, 0.67)}}};
}

}  // namespace

const std::vector<AnchorSet>& AnchorSets() {
  static const std::vector<AnchorSet> kSets = [] {
    std::vector<AnchorSet> sets;
    for (const auto& more : {RaspberryPis(), Phones(), Computers(),
                             Microcontrollers(), Jetsons(), ServerGpus()}) {
      sets.insert(sets.end(), more.begin(), more.end());
    }
    return sets;
  }();
  return kSets;
}

}  // namespace dnncut
