// SPDX-License-Identifier: Apache-2.0
#include "tools/examples/examples.h"

#include <fmt/ranges.h>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "tools/examples/architectures.h"
#include "tools/examples/write_model.h"

namespace dnncut {
namespace {

constexpr int kMaxDepth = 1000;

struct Example {
  ExampleInfo info;
  ModelBuilder (*build)(const ExampleOptions& options);
};

const std::vector<Example>& AllExamples() {
  static const std::vector<Example> examples = {
      {{"alexnet", "AlexNet: a plain chain, 61.1 M parameters"}, BuildAlexNet},
      {{"vgg16", "VGG-16: a plain chain, 138.4 M parameters"}, BuildVgg16},
      {{"vgg19", "VGG-19: a plain chain, 143.7 M parameters"}, BuildVgg19},
      {{"squeezenet", "SqueezeNet 1.1: fire modules, 1.2 M parameters"},
       BuildSqueezeNet},
      {{"mobilenetv2", "MobileNetV2: depthwise convolutions, 3.5 M parameters"},
       BuildMobileNetV2},
      {{"resnet50", "ResNet-50: residual blocks, 25.6 M parameters"},
       BuildResNet50},
      {{"inception-v1", "Inception-v1 (GoogLeNet): branches, 6.6 M parameters"},
       BuildInceptionV1},
      {{"densenet121", "DenseNet-121: dense blocks, 8.0 M parameters"},
       BuildDenseNet121},
      {{"unet", "U-Net: segmentation, long skips, 31.0 M parameters"},
       BuildUNet},
      {{"yolo", "YOLO-style detector: three heads, 7.2 M parameters"},
       BuildYolo},
      {{"yolo-nms", "The same with non-maximum suppression inside"},
       BuildYoloNms},
      {{"bert-base", "BERT base encoder: 128 tokens, 109.5 M parameters"},
       BuildBertBase},
      {{"gpt2",
        "GPT-2: 128 tokens, --depth blocks, 124.4 M parameters with 12"},
       BuildGpt2},
      {{"early-exit-resnet",
        "ResNet-18 with two early exits: three outputs, 12.1 M parameters"},
       BuildEarlyExitResNet},
  };
  return examples;
}

const Example& FindExample(const std::string& name) {
  std::vector<std::string> names;
  for (const Example& example : AllExamples()) {
    if (example.info.name == name) return example;
    names.push_back(example.info.name);
  }
  Fail(ExitCode::kUsage, "E110", "there is no example '{}'{}; there are {}",
       name, DidYouMean(name, names), fmt::join(names, ", "));
}

}  // namespace

const std::vector<ExampleInfo>& Examples() {
  static const std::vector<ExampleInfo> infos = [] {
    std::vector<ExampleInfo> all;
    for (const Example& example : AllExamples()) all.push_back(example.info);
    return all;
  }();
  return infos;
}

WrittenExample WriteExample(const std::string& name,
                            const ExampleOptions& options,
                            const std::string& path) {
  const Example& example = FindExample(name);
  if (options.depth < 1 || options.depth > kMaxDepth) {
    Fail(ExitCode::kUsage, "E111", "a depth of {} is not in 1 .. {}",
         options.depth, kMaxDepth);
  }
  if (options.light && options.external_data) {
    Fail(ExitCode::kUsage, "E111",
         "--light leaves no weights for --external-data; give one of them");
  }
  return WriteModel(example.build(options), options, path);
}

}  // namespace dnncut
