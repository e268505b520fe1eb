// SPDX-License-Identifier: Apache-2.0
//
// AlexNet (Krizhevsky 2014, "One weird trick"), VGG-16 and VGG-19 (Simonyan
// and Zisserman 2014), SqueezeNet 1.1 (Iandola et al. 2016), as in torchvision.
#include <string>
#include <vector>

#include "tools/examples/architectures.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;

Activation Image(ModelBuilder* m) {
  return m->Input("input", TensorProto::FLOAT, {1, 3, 224, 224});
}

std::string Numbered(const std::string& prefix, int number) {
  return prefix + "." + std::to_string(number);
}

// The two hidden layers of 4096 and the classifier, numbered with the dropouts
// between them, which an exported model no longer has.
void ClassifyByHiddenLayers(ModelBuilder* m, Activation x,
                            const std::vector<int>& numbers) {
  x = m->Flatten(x, "flatten");
  for (size_t i = 0; i + 1 < numbers.size(); ++i) {
    x = m->Gemm(x, Numbered("classifier", numbers[i]), 4096);
    x = m->Unary("Relu", x, Numbered("classifier", numbers[i] + 1));
  }
  x = m->Gemm(x, Numbered("classifier", numbers.back()), 1000);
  m->Output(x, "logits");
}

// `layout`: the channels of each convolution, 0 for a pooling layer.
ModelBuilder BuildVgg(const std::string& name, const std::vector<int>& layout,
                      const ExampleOptions& options) {
  ModelBuilder m(name, options);
  Activation x = Image(&m);
  int number = 0;
  for (int channels : layout) {
    std::string layer = Numbered("features", number++);
    if (channels == 0) {
      x = m.MaxPool(x, layer, {.kernel = 2, .stride = 2});
      continue;
    }
    x = m.Conv(x, layer, {.channels = channels, .kernel = 3, .pad = 1});
    x = m.Unary("Relu", x, Numbered("features", number++));
  }
  ClassifyByHiddenLayers(&m, x, {0, 3, 6});
  return m;
}

Activation Fire(ModelBuilder* m, Activation x, const std::string& name,
                int64_t squeeze, int64_t expand) {
  x = m->Conv(x, name + ".squeeze", {.channels = squeeze});
  x = m->Unary("Relu", x, name + ".squeeze_activation");
  Activation one = m->Conv(x, name + ".expand1x1", {.channels = expand});
  one = m->Unary("Relu", one, name + ".expand1x1_activation");
  Activation three = m->Conv(x, name + ".expand3x3",
                             {.channels = expand, .kernel = 3, .pad = 1});
  three = m->Unary("Relu", three, name + ".expand3x3_activation");
  return m->Concat({one, three}, name + ".concat");
}

}  // namespace

ModelBuilder BuildAlexNet(const ExampleOptions& options) {
  ModelBuilder m("alexnet", options);
  Activation x = Image(&m);
  x = m.Conv(x, "features.0",
             {.channels = 64, .kernel = 11, .stride = 4, .pad = 2});
  x = m.Unary("Relu", x, "features.1");
  x = m.MaxPool(x, "features.2", {.kernel = 3, .stride = 2});
  x = m.Conv(x, "features.3", {.channels = 192, .kernel = 5, .pad = 2});
  x = m.Unary("Relu", x, "features.4");
  x = m.MaxPool(x, "features.5", {.kernel = 3, .stride = 2});
  x = m.Conv(x, "features.6", {.channels = 384, .kernel = 3, .pad = 1});
  x = m.Unary("Relu", x, "features.7");
  x = m.Conv(x, "features.8", {.channels = 256, .kernel = 3, .pad = 1});
  x = m.Unary("Relu", x, "features.9");
  x = m.Conv(x, "features.10", {.channels = 256, .kernel = 3, .pad = 1});
  x = m.Unary("Relu", x, "features.11");
  x = m.MaxPool(x, "features.12", {.kernel = 3, .stride = 2});
  ClassifyByHiddenLayers(&m, x, {1, 4, 6});
  return m;
}

ModelBuilder BuildVgg16(const ExampleOptions& options) {
  return BuildVgg("vgg16",
                  {64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0,
                   512, 512, 512, 0},
                  options);
}

ModelBuilder BuildVgg19(const ExampleOptions& options) {
  return BuildVgg("vgg19", {64,  64,  0,   128, 128, 0,   256, 256, 256, 256, 0,
                            512, 512, 512, 512, 0,   512, 512, 512, 512, 0},
                  options);
}

ModelBuilder BuildSqueezeNet(const ExampleOptions& options) {
  const PoolSpec pool{.kernel = 3, .stride = 2, .ceil = true};
  ModelBuilder m("squeezenet1.1", options);
  Activation x = Image(&m);
  x = m.Conv(x, "features.0", {.channels = 64, .kernel = 3, .stride = 2});
  x = m.Unary("Relu", x, "features.1");
  x = m.MaxPool(x, "features.2", pool);
  x = Fire(&m, x, "features.3", 16, 64);
  x = Fire(&m, x, "features.4", 16, 64);
  x = m.MaxPool(x, "features.5", pool);
  x = Fire(&m, x, "features.6", 32, 128);
  x = Fire(&m, x, "features.7", 32, 128);
  x = m.MaxPool(x, "features.8", pool);
  x = Fire(&m, x, "features.9", 48, 192);
  x = Fire(&m, x, "features.10", 48, 192);
  x = Fire(&m, x, "features.11", 64, 256);
  x = Fire(&m, x, "features.12", 64, 256);
  x = m.Conv(x, "classifier.1", {.channels = 1000});
  x = m.Unary("Relu", x, "classifier.2");
  x = m.GlobalAveragePool(x, "classifier.3");
  m.Output(m.Flatten(x, "flatten"), "logits");
  return m;
}

}  // namespace dnncut
