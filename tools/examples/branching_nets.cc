// SPDX-License-Identifier: Apache-2.0
//
// Inception-v1 (GoogLeNet, Szegedy et al. 2014, batch-normalised as in
// torchvision), DenseNet-121 (Huang et al. 2016, torchvision) and U-Net
// (Ronneberger et al. 2015, padded and batch-normalised as in its best-known
// PyTorch implementation).
#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "tools/examples/architectures.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;

// "x.conv", "x.bn", "x.relu".
Activation ConvNormRelu(ModelBuilder* m, Activation x, const std::string& name,
                        ConvSpec spec) {
  spec.bias = false;
  x = m->Conv(x, name + ".conv", spec);
  x = m->BatchNorm(x, name + ".bn");
  return m->Unary("Relu", x, name + ".relu");
}

void Classify(ModelBuilder* m, Activation x, const std::string& name) {
  x = m->GlobalAveragePool(x, "avgpool");
  x = m->Flatten(x, "flatten");
  m->Output(m->Gemm(x, name, 1000), "logits");
}

struct InceptionSpec {
  std::string name;
  int64_t one = 0;
  int64_t three_reduce = 0, three = 0;
  int64_t five_reduce = 0, five = 0;
  int64_t pool = 0;
};

Activation Inception(ModelBuilder* m, const Activation& x,
                     const InceptionSpec& spec) {
  const std::string& name = spec.name;
  Activation one =
      ConvNormRelu(m, x, name + ".branch1", {.channels = spec.one});
  Activation three =
      ConvNormRelu(m, x, name + ".branch2.0", {.channels = spec.three_reduce});
  three = ConvNormRelu(m, three, name + ".branch2.1",
                       {.channels = spec.three, .kernel = 3, .pad = 1});
  // The paper has 5x5 here; torchvision's published weights have 3x3.
  Activation five =
      ConvNormRelu(m, x, name + ".branch3.0", {.channels = spec.five_reduce});
  five = ConvNormRelu(m, five, name + ".branch3.1",
                      {.channels = spec.five, .kernel = 3, .pad = 1});
  Activation pool =
      m->MaxPool(x, name + ".branch4.0",
                 {.kernel = 3, .stride = 1, .pad = 1, .ceil = true});
  pool = ConvNormRelu(m, pool, name + ".branch4.1", {.channels = spec.pool});
  return m->Concat({one, three, five, pool}, name + ".concat");
}

// Normalisation, activation, convolution: the order of a DenseNet.
Activation NormReluConv(ModelBuilder* m, Activation x, const std::string& name,
                        const std::string& number, ConvSpec spec) {
  spec.bias = false;
  x = m->BatchNorm(x, name + ".norm" + number);
  x = m->Unary("Relu", x, name + ".relu" + number);
  return m->Conv(x, name + ".conv" + number, spec);
}

Activation DenseBlock(ModelBuilder* m, Activation x, const std::string& name,
                      int layers) {
  constexpr int64_t kGrowth = 32;
  std::vector<Activation> features = {x};
  for (int i = 1; i <= layers; ++i) {
    std::string layer = fmt::format("{}.denselayer{}", name, i);
    if (i > 1) x = m->Concat(features, layer + ".concat");
    Activation y = NormReluConv(m, x, layer, "1", {.channels = 4 * kGrowth});
    features.push_back(NormReluConv(
        m, y, layer, "2", {.channels = kGrowth, .kernel = 3, .pad = 1}));
  }
  return m->Concat(features, name + ".concat");
}

Activation DoubleConv(ModelBuilder* m, Activation x, const std::string& name,
                      int64_t channels) {
  for (int i = 0; i < 2; ++i) {
    x = ConvNormRelu(m, x, fmt::format("{}.{}", name, i),
                     {.channels = channels, .kernel = 3, .pad = 1});
  }
  return x;
}

}  // namespace

ModelBuilder BuildInceptionV1(const ExampleOptions& options) {
  const PoolSpec pool{.kernel = 3, .stride = 2, .ceil = true};
  ModelBuilder m("inception-v1", options);
  Activation x = m.Input("input", TensorProto::FLOAT, {1, 3, 224, 224});
  x = ConvNormRelu(&m, x, "conv1",
                   {.channels = 64, .kernel = 7, .stride = 2, .pad = 3});
  x = m.MaxPool(x, "maxpool1", pool);
  x = ConvNormRelu(&m, x, "conv2", {.channels = 64});
  x = ConvNormRelu(&m, x, "conv3", {.channels = 192, .kernel = 3, .pad = 1});
  x = m.MaxPool(x, "maxpool2", pool);
  x = Inception(&m, x, {"inception3a", 64, 96, 128, 16, 32, 32});
  x = Inception(&m, x, {"inception3b", 128, 128, 192, 32, 96, 64});
  x = m.MaxPool(x, "maxpool3", pool);
  x = Inception(&m, x, {"inception4a", 192, 96, 208, 16, 48, 64});
  x = Inception(&m, x, {"inception4b", 160, 112, 224, 24, 64, 64});
  x = Inception(&m, x, {"inception4c", 128, 128, 256, 24, 64, 64});
  x = Inception(&m, x, {"inception4d", 112, 144, 288, 32, 64, 64});
  x = Inception(&m, x, {"inception4e", 256, 160, 320, 32, 128, 128});
  x = m.MaxPool(x, "maxpool4", {.kernel = 2, .stride = 2, .ceil = true});
  x = Inception(&m, x, {"inception5a", 256, 160, 320, 32, 128, 128});
  x = Inception(&m, x, {"inception5b", 384, 192, 384, 48, 128, 128});
  Classify(&m, x, "fc");
  return m;
}

ModelBuilder BuildDenseNet121(const ExampleOptions& options) {
  ModelBuilder m("densenet121", options);
  Activation x = m.Input("input", TensorProto::FLOAT, {1, 3, 224, 224});
  x = m.Conv(
      x, "features.conv0",
      {.channels = 64, .kernel = 7, .stride = 2, .pad = 3, .bias = false});
  x = m.BatchNorm(x, "features.norm0");
  x = m.Unary("Relu", x, "features.relu0");
  x = m.MaxPool(x, "features.pool0", {.kernel = 3, .stride = 2, .pad = 1});
  const std::array<int, 4> layers = {6, 12, 24, 16};
  for (int i = 0; i < 4; ++i) {
    x = DenseBlock(&m, x, fmt::format("features.denseblock{}", i + 1),
                   layers[i]);
    if (i == 3) break;
    std::string name = fmt::format("features.transition{}", i + 1);
    x = NormReluConv(&m, x, name, "", {.channels = x.shape[1] / 2});
    x = m.AveragePool(x, name + ".pool", {.kernel = 2, .stride = 2});
  }
  x = m.BatchNorm(x, "features.norm5");
  x = m.Unary("Relu", x, "relu");
  Classify(&m, x, "classifier");
  return m;
}

ModelBuilder BuildUNet(const ExampleOptions& options) {
  ModelBuilder m("unet", options);
  Activation x = m.Input("input", TensorProto::FLOAT, {1, 3, 256, 256});
  std::vector<Activation> skips;
  x = DoubleConv(&m, x, "inc", 64);
  for (int i = 1; i <= 4; ++i) {
    skips.push_back(x);
    std::string name = fmt::format("down{}", i);
    x = m.MaxPool(x, name + ".pool", {.kernel = 2, .stride = 2});
    x = DoubleConv(&m, x, name, int64_t{64} << i);
  }
  for (int i = 1; i <= 4; ++i) {
    std::string name = fmt::format("up{}", i);
    int64_t channels = x.shape[1] / 2;
    x = m.ConvTranspose(x, name + ".up",
                        {.channels = channels, .kernel = 2, .stride = 2});
    x = m.Concat({skips.back(), x}, name + ".concat");
    skips.pop_back();
    x = DoubleConv(&m, x, name + ".conv", channels);
  }
  m.Output(m.Conv(x, "outc.conv", {.channels = 1}), "mask");
  return m;
}

}  // namespace dnncut
