// SPDX-License-Identifier: Apache-2.0
//
// ResNet-50 (He et al. 2015, with the stride on the 3x3 convolution),
// MobileNetV2 (Sandler et al. 2018), as in torchvision; and a ResNet-18 with
// two early exits (BranchyNet, Teerapittayanon et al. 2016).
#include <fmt/format.h>

#include <array>
#include <string>

#include "tools/examples/architectures.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;

Activation Photo(ModelBuilder* m) {
  return m->Input("input", TensorProto::FLOAT, {1, 3, 224, 224});
}

// A convolution without bias and its normalisation.
Activation ConvNorm(ModelBuilder* m, const Activation& x,
                    const std::string& conv, const std::string& norm,
                    ConvSpec spec) {
  spec.bias = false;
  return m->BatchNorm(m->Conv(x, conv, spec), norm);
}

Activation Stem(ModelBuilder* m, Activation x) {
  x = ConvNorm(m, x, "conv1", "bn1",
               {.channels = 64, .kernel = 7, .stride = 2, .pad = 3});
  x = m->Unary("Relu", x, "relu");
  return m->MaxPool(x, "maxpool", {.kernel = 3, .stride = 2, .pad = 1});
}

Activation Shortcut(ModelBuilder* m, const Activation& x,
                    const std::string& name, int64_t channels, int64_t stride) {
  if (stride == 1 && x.shape[1] == channels) return x;
  return ConvNorm(m, x, name + ".downsample.0", name + ".downsample.1",
                  {.channels = channels, .stride = stride});
}

Activation Join(ModelBuilder* m, const Activation& x,
                const Activation& shortcut, const std::string& name) {
  Activation sum = m->Binary("Add", x, shortcut, name + ".add");
  return m->Unary("Relu", sum, name + ".relu_out");
}

Activation Bottleneck(ModelBuilder* m, const Activation& x,
                      const std::string& name, int64_t channels,
                      int64_t stride) {
  Activation y =
      ConvNorm(m, x, name + ".conv1", name + ".bn1", {.channels = channels});
  y = m->Unary("Relu", y, name + ".relu1");
  y = ConvNorm(m, y, name + ".conv2", name + ".bn2",
               {.channels = channels, .kernel = 3, .stride = stride, .pad = 1});
  y = m->Unary("Relu", y, name + ".relu2");
  y = ConvNorm(m, y, name + ".conv3", name + ".bn3",
               {.channels = 4 * channels});
  return Join(m, y, Shortcut(m, x, name, 4 * channels, stride), name);
}

Activation BasicBlock(ModelBuilder* m, const Activation& x,
                      const std::string& name, int64_t channels,
                      int64_t stride) {
  Activation y =
      ConvNorm(m, x, name + ".conv1", name + ".bn1",
               {.channels = channels, .kernel = 3, .stride = stride, .pad = 1});
  y = m->Unary("Relu", y, name + ".relu1");
  y = ConvNorm(m, y, name + ".conv2", name + ".bn2",
               {.channels = channels, .kernel = 3, .pad = 1});
  return Join(m, y, Shortcut(m, x, name, channels, stride), name);
}

using ResidualBlock = Activation (*)(ModelBuilder*, const Activation&,
                                     const std::string&, int64_t channels,
                                     int64_t stride);

// Stage 1 .. 4 of a ResNet.
Activation Stage(ModelBuilder* m, Activation x, ResidualBlock block, int stage,
                 int blocks) {
  int64_t channels = 32 << stage;
  for (int i = 0; i < blocks; ++i) {
    std::string name = fmt::format("layer{}.{}", stage, i);
    x = block(m, x, name, channels, i == 0 && stage > 1 ? 2 : 1);
  }
  return x;
}

Activation ClassifyPooled(ModelBuilder* m, const Activation& x,
                          const std::string& prefix) {
  Activation y = m->GlobalAveragePool(x, prefix + "avgpool");
  y = m->Flatten(y, prefix + "flatten");
  return m->Gemm(y, prefix + "fc", 1000);
}

Activation Relu6(ModelBuilder* m, const Activation& x,
                 const std::string& name) {
  return m->Add("Clip", {x, m->Scalar(0), m->Scalar(6)}, name, x.shape);
}

Activation InvertedResidual(ModelBuilder* m, const Activation& x,
                            const std::string& name, int64_t expansion,
                            int64_t channels, int64_t stride) {
  Activation y = x;
  int64_t hidden = expansion * x.shape[1];
  int number = 0;
  if (expansion > 1) {
    y = ConvNorm(m, y, name + ".conv.0.0", name + ".conv.0.1",
                 {.channels = hidden});
    y = Relu6(m, y, name + ".conv.0.2");
    ++number;
  }
  std::string part = fmt::format("{}.conv.{}", name, number);
  y = ConvNorm(m, y, part + ".0", part + ".1",
               {.channels = hidden,
                .kernel = 3,
                .stride = stride,
                .pad = 1,
                .groups = hidden});
  y = Relu6(m, y, part + ".2");
  y = ConvNorm(m, y, fmt::format("{}.conv.{}", name, number + 1),
               fmt::format("{}.conv.{}", name, number + 2),
               {.channels = channels});
  if (stride > 1 || x.shape[1] != channels) return y;
  return m->Binary("Add", x, y, name + ".add");
}

}  // namespace

ModelBuilder BuildResNet50(const ExampleOptions& options) {
  ModelBuilder m("resnet50", options);
  Activation x = Stem(&m, Photo(&m));
  const std::array<int, 4> blocks = {3, 4, 6, 3};
  for (int stage = 1; stage <= 4; ++stage) {
    x = Stage(&m, x, Bottleneck, stage, blocks[stage - 1]);
  }
  m.Output(ClassifyPooled(&m, x, ""), "logits");
  return m;
}

ModelBuilder BuildEarlyExitResNet(const ExampleOptions& options) {
  ModelBuilder m("early-exit-resnet18", options);
  Activation x = Stem(&m, Photo(&m));
  x = Stage(&m, x, BasicBlock, 1, 2);
  x = Stage(&m, x, BasicBlock, 2, 2);
  m.Output(ClassifyPooled(&m, x, "exit1."), "exit1_logits");
  x = Stage(&m, x, BasicBlock, 3, 2);
  m.Output(ClassifyPooled(&m, x, "exit2."), "exit2_logits");
  x = Stage(&m, x, BasicBlock, 4, 2);
  m.Output(ClassifyPooled(&m, x, ""), "logits");
  return m;
}

ModelBuilder BuildMobileNetV2(const ExampleOptions& options) {
  struct Group {
    int64_t expansion, channels;
    int count;
    int64_t stride;
  };
  const std::array<Group, 7> groups = {{{1, 16, 1, 1},
                                        {6, 24, 2, 2},
                                        {6, 32, 3, 2},
                                        {6, 64, 4, 2},
                                        {6, 96, 3, 1},
                                        {6, 160, 3, 2},
                                        {6, 320, 1, 1}}};
  ModelBuilder m("mobilenetv2", options);
  Activation x = ConvNorm(&m, Photo(&m), "features.0.0", "features.0.1",
                          {.channels = 32, .kernel = 3, .stride = 2, .pad = 1});
  x = Relu6(&m, x, "features.0.2");
  int number = 1;
  for (const Group& group : groups) {
    for (int i = 0; i < group.count; ++i) {
      x = InvertedResidual(&m, x, fmt::format("features.{}", number++),
                           group.expansion, group.channels,
                           i == 0 ? group.stride : 1);
    }
  }
  x = ConvNorm(&m, x, "features.18.0", "features.18.1", {.channels = 1280});
  x = Relu6(&m, x, "features.18.2");
  x = m.GlobalAveragePool(x, "avgpool");
  x = m.Flatten(x, "flatten");
  m.Output(m.Gemm(x, "classifier.1", 1000), "logits");
  return m;
}

}  // namespace dnncut
