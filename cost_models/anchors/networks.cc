// SPDX-License-Identifier: Apache-2.0
//
// Layers as the papers and the reference implementations have them, after an
// exporter: batch normalizations are in the convolutions before them,
// activations and additions are nodes of their own. networks_test.cc compares
// the multiply-accumulates with the published ones.
#include "cost_models/anchors/networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <stdexcept>

#include "cost_models/anchors/network.h"

namespace dnncut {
namespace {

NetTensor Image(Network* net, const NetworkSpec& spec, int64_t size) {
  if (spec.size > 0) size = spec.size;
  return net->Input({spec.batch, 3, size, size});
}

NetTensor ConvRelu(Network* net, const NetTensor& x, int64_t channels,
                   int64_t kernel, int64_t stride = 1, int64_t groups = 1,
                   int64_t pad = -1) {
  return net->Relu(net->Conv(x, channels, kernel, stride, groups, pad));
}

NetTensor Flatten(Network* net, const NetTensor& x) {
  return net->Reshape("Flatten", x,
                      {x.shape[0], x.shape[1] * x.shape[2] * x.shape[3]});
}

void Classify(Network* net, const NetTensor& x, const NetworkSpec& spec) {
  const NetTensor features = Flatten(net, net->GlobalPool(x));
  net->Same("Softmax", {net->Dense(features, spec.classes)});
}

// Krizhevsky et al. 2012, as Caffe has it: two groups.
void AlexNet(Network* net, const NetworkSpec& spec) {
  NetTensor x = ConvRelu(net, Image(net, spec, 227), 96, 11, 4, 1, 0);
  x = net->Pool(net->Same("LRN", {x}), "MaxPool", 3, 2);
  x = ConvRelu(net, x, 256, 5, 1, 2);
  x = net->Pool(net->Same("LRN", {x}), "MaxPool", 3, 2);
  x = ConvRelu(net, x, 384, 3);
  x = ConvRelu(net, x, 384, 3, 1, 2);
  x = ConvRelu(net, x, 256, 3, 1, 2);
  x = Flatten(net, net->Pool(x, "MaxPool", 3, 2));
  x = net->Relu(net->Dense(x, 4096));
  x = net->Relu(net->Dense(x, 4096));
  net->Same("Softmax", {net->Dense(x, spec.classes)});
}

// Simonyan and Zisserman 2014.
void Vgg16(Network* net, const NetworkSpec& spec) {
  NetTensor x = Image(net, spec, 224);
  const std::array<std::pair<int64_t, int>, 5> stages = {
      {{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}};
  for (const auto& [channels, layers] : stages) {
    for (int i = 0; i < layers; ++i) x = ConvRelu(net, x, channels, 3);
    x = net->Pool(x, "MaxPool", 2, 2);
  }
  x = Flatten(net, x);
  x = net->Relu(net->Dense(x, 4096));
  x = net->Relu(net->Dense(x, 4096));
  net->Same("Softmax", {net->Dense(x, spec.classes)});
}

// Iandola et al. 2016, version 1.1.
void SqueezeNet(Network* net, const NetworkSpec& spec) {
  const auto fire = [&](const NetTensor& x, int64_t squeeze, int64_t expand) {
    const NetTensor s = ConvRelu(net, x, squeeze, 1);
    return net->Concat(
        {ConvRelu(net, s, expand, 1), ConvRelu(net, s, expand, 3)});
  };
  const auto pool = [&](const NetTensor& x) {
    return net->Pool(x, "MaxPool", 3, 2, 0, /*ceil=*/true);
  };
  NetTensor x = pool(ConvRelu(net, Image(net, spec, 227), 64, 3, 2, 1, 0));
  x = pool(fire(fire(x, 16, 64), 16, 64));
  x = pool(fire(fire(x, 32, 128), 32, 128));
  x = fire(fire(x, 48, 192), 48, 192);
  x = fire(fire(x, 64, 256), 64, 256);
  x = ConvRelu(net, x, spec.classes, 1);
  net->Same("Softmax", {net->GlobalPool(x)});
}

// Szegedy et al. 2014.
void GoogLeNet(Network* net, const NetworkSpec& spec) {
  const auto inception = [&](const NetTensor& x,
                             const std::array<int64_t, 6>& c) {
    const NetTensor a = ConvRelu(net, x, c[0], 1);
    const NetTensor b = ConvRelu(net, ConvRelu(net, x, c[1], 1), c[2], 3);
    const NetTensor d = ConvRelu(net, ConvRelu(net, x, c[3], 1), c[4], 5);
    const NetTensor e =
        ConvRelu(net, net->Pool(x, "MaxPool", 3, 1, 1), c[5], 1);
    return net->Concat({a, b, d, e});
  };
  const auto pool = [&](const NetTensor& x) {
    return net->Pool(x, "MaxPool", 3, 2, 0, /*ceil=*/true);
  };
  NetTensor x = pool(ConvRelu(net, Image(net, spec, 224), 64, 7, 2));
  x = net->Same("LRN", {x});
  x = ConvRelu(net, ConvRelu(net, x, 64, 1), 192, 3);
  x = pool(net->Same("LRN", {x}));
  x = inception(x, {64, 96, 128, 16, 32, 32});
  x = pool(inception(x, {128, 128, 192, 32, 96, 64}));
  x = inception(x, {192, 96, 208, 16, 48, 64});
  x = inception(x, {160, 112, 224, 24, 64, 64});
  x = inception(x, {128, 128, 256, 24, 64, 64});
  x = inception(x, {112, 144, 288, 32, 64, 64});
  x = pool(inception(x, {256, 160, 320, 32, 128, 128}));
  x = inception(x, {256, 160, 320, 32, 128, 128});
  Classify(net, inception(x, {384, 192, 384, 48, 128, 128}), spec);
}

// He et al. 2015, with the stride in the 3x3 convolution.
void ResNet(Network* net, const NetworkSpec& spec,
            const std::array<int, 4>& blocks, bool bottleneck) {
  NetTensor x = ConvRelu(net, Image(net, spec, 224), 64, 7, 2);
  x = net->Pool(x, "MaxPool", 3, 2, 1);
  const int64_t expansion = bottleneck ? 4 : 1;
  for (int stage = 0; stage < 4; ++stage) {
    const int64_t channels = int64_t{64} << stage;
    for (int block = 0; block < blocks[stage]; ++block) {
      const int64_t stride = stage > 0 && block == 0 ? 2 : 1;
      NetTensor y = x;
      if (bottleneck) {
        y = ConvRelu(net, y, channels, 1);
        y = ConvRelu(net, y, channels, 3, stride);
        y = net->Conv(y, channels * expansion, 1);
      } else {
        y = ConvRelu(net, y, channels, 3, stride);
        y = net->Conv(y, channels, 3);
      }
      const bool same = x.shape == y.shape;
      const NetTensor skip = same ? x : net->Conv(x, y.shape[1], 1, stride);
      x = net->Relu(net->Same("Add", {y, skip}));
    }
  }
  Classify(net, x, spec);
}

// Howard et al. 2017.
void MobileNetV1(Network* net, const NetworkSpec& spec) {
  const auto width = [&](int64_t channels) {
    return std::llround(static_cast<double>(channels) * spec.width);
  };
  NetTensor x = ConvRelu(net, Image(net, spec, 224), width(32), 3, 2);
  const std::array<std::pair<int64_t, int64_t>, 13> layers = {{{64, 1},
                                                               {128, 2},
                                                               {128, 1},
                                                               {256, 2},
                                                               {256, 1},
                                                               {512, 2},
                                                               {512, 1},
                                                               {512, 1},
                                                               {512, 1},
                                                               {512, 1},
                                                               {512, 1},
                                                               {1024, 2},
                                                               {1024, 1}}};
  for (const auto& [channels, stride] : layers) {
    x = net->Relu(net->Depthwise(x, 3, stride));
    x = ConvRelu(net, x, width(channels), 1);
  }
  Classify(net, x, spec);
}

// Sandler et al. 2018.
void MobileNetV2(Network* net, const NetworkSpec& spec) {
  struct Stage {
    int64_t expansion, channels, layers, stride;
  };
  const auto clip = [&](const NetTensor& x) { return net->Same("Clip", {x}); };
  NetTensor x = clip(net->Conv(Image(net, spec, 224), 32, 3, 2));
  for (const Stage& stage :
       {Stage{1, 16, 1, 1}, Stage{6, 24, 2, 2}, Stage{6, 32, 3, 2},
        Stage{6, 64, 4, 2}, Stage{6, 96, 3, 1}, Stage{6, 160, 3, 2},
        Stage{6, 320, 1, 1}}) {
    for (int64_t i = 0; i < stage.layers; ++i) {
      const int64_t hidden = x.shape[1] * stage.expansion;
      NetTensor y = stage.expansion == 1 ? x : clip(net->Conv(x, hidden, 1));
      y = clip(net->Depthwise(y, 3, i == 0 ? stage.stride : 1));
      y = net->Conv(y, stage.channels, 1);
      x = y.shape == x.shape ? net->Same("Add", {x, y}) : y;
    }
  }
  Classify(net, clip(net->Conv(x, 1280, 1)), spec);
}

// Zhang et al. 2017, 1x with 3 groups.
void ShuffleNet(Network* net, const NetworkSpec& spec) {
  NetTensor x = ConvRelu(net, Image(net, spec, 224), 24, 3, 2);
  x = net->Pool(x, "MaxPool", 3, 2, 1);
  const std::array<std::pair<int64_t, int>, 3> stages = {
      {{240, 4}, {480, 8}, {960, 4}}};
  for (const auto& [channels, units] : stages) {
    for (int i = 0; i < units; ++i) {
      const bool first = i == 0;
      const int64_t groups = x.shape[1] == 24 ? 1 : 3;
      const int64_t out = first ? channels - x.shape[1] : channels;
      NetTensor y = ConvRelu(net, x, channels / 4, 1, 1, groups);
      y = net->Reshape("Transpose", y, y.shape);
      y = net->Depthwise(y, 3, first ? 2 : 1);
      y = net->Conv(y, out, 1, 1, 3);
      x = first ? net->Relu(
                      net->Concat({net->Pool(x, "AveragePool", 3, 2, 1), y}))
                : net->Relu(net->Same("Add", {x, y}));
    }
  }
  Classify(net, x, spec);
}

// Tan and Le 2019.
void EfficientNetB0(Network* net, const NetworkSpec& spec) {
  struct Stage {
    int64_t expansion, kernel, stride, channels, layers;
  };
  NetTensor x = net->Silu(net->Conv(Image(net, spec, 224), 32, 3, 2));
  for (const Stage& stage :
       {Stage{1, 3, 1, 16, 1}, Stage{6, 3, 2, 24, 2}, Stage{6, 5, 2, 40, 2},
        Stage{6, 3, 2, 80, 3}, Stage{6, 5, 1, 112, 3}, Stage{6, 5, 2, 192, 4},
        Stage{6, 3, 1, 320, 1}}) {
    for (int64_t i = 0; i < stage.layers; ++i) {
      const int64_t in = x.shape[1];
      NetTensor y = stage.expansion == 1
                        ? x
                        : net->Silu(net->Conv(x, in * stage.expansion, 1));
      y = net->Silu(net->Depthwise(y, stage.kernel, i == 0 ? stage.stride : 1));
      NetTensor gate = net->Silu(net->Conv(net->GlobalPool(y), in / 4, 1));
      gate = net->Same("Sigmoid", {net->Conv(gate, y.shape[1], 1)});
      y = net->Conv(net->Same("Mul", {y, gate}), stage.channels, 1);
      x = y.shape == x.shape ? net->Same("Add", {x, y}) : y;
    }
  }
  Classify(net, net->Silu(net->Conv(x, 1280, 1)), spec);
}

// YOLO11 of Ultralytics, without the decoding of boxes.
class Yolo11 {
 public:
  Yolo11(Network* net, char scale) : net_(net) {
    struct Scale {
      double depth, width;
      int64_t most;
    };
    const std::map<char, Scale> scales = {{'n', {0.5, 0.25, 1024}},
                                          {'s', {0.5, 0.5, 1024}},
                                          {'m', {0.5, 1, 512}},
                                          {'l', {1, 1, 512}},
                                          {'x', {1, 1.5, 512}}};
    const Scale& chosen = scales.at(scale);
    width_ = chosen.width;
    most_ = chosen.most;
    repeats_ = static_cast<int>(2 * chosen.depth);
    deep_ = scale == 'm' || scale == 'l' || scale == 'x';
  }

  void Build(const NetworkSpec& spec) {
    NetTensor x = Conv(Image(net_, spec, 640), Width(64), 3, 2);
    x = C3k2(Conv(x, Width(128), 3, 2), Width(256), deep_, 0.25);
    const NetTensor p3 =
        C3k2(Conv(x, Width(256), 3, 2), Width(512), deep_, 0.25);
    const NetTensor p4 =
        C3k2(Conv(p3, Width(512), 3, 2), Width(512), true, 0.5);
    x = C3k2(Conv(p4, Width(1024), 3, 2), Width(1024), true, 0.5);
    const NetTensor p5 = Attend(PoolPyramid(x));
    const NetTensor n4 =
        C3k2(net_->Concat({Upsample(p5), p4}), Width(512), deep_, 0.5);
    const NetTensor n3 =
        C3k2(net_->Concat({Upsample(n4), p3}), Width(256), deep_, 0.5);
    const NetTensor o4 = C3k2(net_->Concat({Conv(n3, Width(256), 3, 2), n4}),
                              Width(512), deep_, 0.5);
    const NetTensor o5 = C3k2(net_->Concat({Conv(o4, Width(512), 3, 2), p5}),
                              Width(1024), true, 0.5);
    for (const NetTensor& level : {n3, o4, o5}) Detect(level, n3.shape[1]);
  }

 private:
  int64_t Width(int64_t channels) const {
    const double scaled =
        static_cast<double>(std::min(channels, most_)) * width_;
    return static_cast<int64_t>(std::ceil(scaled / 8)) * 8;
  }

  NetTensor Conv(const NetTensor& x, int64_t channels, int64_t kernel,
                 int64_t stride = 1, int64_t groups = 1) {
    return net_->Silu(net_->Conv(x, channels, kernel, stride, groups));
  }

  NetTensor Upsample(const NetTensor& x) {
    return net_->Reshape(
        "Resize", x, {x.shape[0], x.shape[1], 2 * x.shape[2], 2 * x.shape[3]});
  }

  NetTensor Half(const NetTensor& x, int64_t channels) {
    return net_->Reshape("Slice", x,
                         {x.shape[0], channels, x.shape[2], x.shape[3]});
  }

  NetTensor Bottleneck(const NetTensor& x, double expansion) {
    const auto hidden =
        static_cast<int64_t>(static_cast<double>(x.shape[1]) * expansion);
    return net_->Same("Add", {x, Conv(Conv(x, hidden, 3), x.shape[1], 3)});
  }

  NetTensor C3k(const NetTensor& x) {
    const int64_t hidden = x.shape[1] / 2;
    NetTensor y = Conv(x, hidden, 1);
    for (int i = 0; i < 2; ++i) y = Bottleneck(y, 1);
    return Conv(net_->Concat({y, Conv(x, hidden, 1)}), x.shape[1], 1);
  }

  NetTensor C3k2(const NetTensor& x, int64_t channels, bool deep,
                 double expansion) {
    const auto hidden =
        static_cast<int64_t>(static_cast<double>(channels) * expansion);
    const NetTensor y = Conv(x, 2 * hidden, 1);
    std::vector<NetTensor> parts = {Half(y, hidden), Half(y, hidden)};
    for (int i = 0; i < repeats_; ++i) {
      parts.push_back(deep ? C3k(parts.back()) : Bottleneck(parts.back(), 0.5));
    }
    return Conv(net_->Concat(parts), channels, 1);
  }

  NetTensor PoolPyramid(const NetTensor& x) {
    std::vector<NetTensor> parts = {Conv(x, x.shape[1] / 2, 1)};
    for (int i = 0; i < 3; ++i) {
      parts.push_back(net_->Pool(parts.back(), "MaxPool", 5, 1, 2));
    }
    return Conv(net_->Concat(parts), x.shape[1], 1);
  }

  NetTensor Attend(const NetTensor& x) {
    const int64_t channels = x.shape[1] / 2;
    const int64_t heads = channels / 64;
    const NetTensor y = Conv(x, 2 * channels, 1);
    NetTensor b = Half(y, channels);
    for (int i = 0; i < repeats_; ++i) {
      const int64_t batch = b.shape[0] * heads;
      const int64_t places = b.shape[2] * b.shape[3];
      const NetTensor qkv = net_->Conv(b, 2 * channels, 1);
      const NetTensor q = net_->Reshape("Transpose", Half(qkv, channels / 2),
                                        {batch, places, 32});
      const NetTensor k = net_->Reshape("Reshape", Half(qkv, channels / 2),
                                        {batch, 32, places});
      const NetTensor v = Half(qkv, channels);
      const NetTensor weights = net_->Same("Softmax", {net_->MatMul(q, k)});
      const NetTensor seen = net_->MatMul(
          weights, net_->Reshape("Transpose", v, {batch, places, 64}));
      const NetTensor mixed = net_->Same(
          "Add",
          {net_->Reshape("Transpose", seen, v.shape), net_->Depthwise(v, 3)});
      b = net_->Same("Add", {b, net_->Conv(mixed, channels, 1)});
      b = net_->Same("Add",
                     {b, net_->Conv(Conv(b, 2 * channels, 1), channels, 1)});
    }
    return Conv(net_->Concat({Half(y, channels), b}), x.shape[1], 1);
  }

  void Detect(const NetTensor& x, int64_t first) {
    constexpr int64_t kClasses = 80;
    const int64_t boxes = std::max<int64_t>({16, first / 4, 64});
    const int64_t classes = std::max<int64_t>(first, kClasses);
    net_->Conv(Conv(Conv(x, boxes, 3), boxes, 3), 64, 1);
    NetTensor y = net_->Silu(net_->Depthwise(x, 3));
    y = net_->Silu(net_->Depthwise(Conv(y, classes, 1), 3));
    net_->Conv(Conv(y, classes, 1), kClasses, 1);
  }

  Network* net_;
  double width_ = 1;
  int64_t most_ = 0;
  int repeats_ = 1;
  bool deep_ = false;
};

using Build = std::function<void(Network*, const NetworkSpec&)>;

const std::map<std::string, Build>& Builders() {
  const auto resnet = [](const std::array<int, 4>& blocks, bool bottleneck) {
    return [=](Network* net, const NetworkSpec& spec) {
      ResNet(net, spec, blocks, bottleneck);
    };
  };
  const auto yolo = [](char scale) {
    return [=](Network* net, const NetworkSpec& spec) {
      Yolo11(net, scale).Build(spec);
    };
  };
  static const std::map<std::string, Build> kBuilders = {
      {"alexnet", AlexNet},
      {"efficientnet-b0", EfficientNetB0},
      {"googlenet", GoogLeNet},
      {"mobilenet-v1", MobileNetV1},
      {"mobilenet-v2", MobileNetV2},
      {"resnet18", resnet({2, 2, 2, 2}, false)},
      {"resnet34", resnet({3, 4, 6, 3}, false)},
      {"resnet50", resnet({3, 4, 6, 3}, true)},
      {"resnet101", resnet({3, 4, 23, 3}, true)},
      {"shufflenet", ShuffleNet},
      {"squeezenet-1.1", SqueezeNet},
      {"vgg16", Vgg16},
      {"yolo11n", yolo('n')},
      {"yolo11s", yolo('s')},
      {"yolo11m", yolo('m')},
      {"yolo11l", yolo('l')},
      {"yolo11x", yolo('x')}};
  return kBuilders;
}

}  // namespace

std::vector<std::string> KnownNetworks() {
  std::vector<std::string> names;
  for (const auto& [name, build] : Builders()) names.push_back(name);
  return names;
}

std::string NetworkText(const NetworkSpec& spec) {
  std::string text = spec.name;
  if (spec.width != 1) text += fmt::format(" x{:g}", spec.width);
  if (spec.size > 0) text += fmt::format(" {}x{}", spec.size, spec.size);
  if (spec.batch != 1) text += fmt::format(", batch {}", spec.batch);
  return text;
}

Graph MakeNetwork(const NetworkSpec& spec) {
  const auto it = Builders().find(spec.name);
  if (it == Builders().end()) {
    throw std::logic_error("there is no network " + spec.name);
  }
  Network net;
  it->second(&net, spec);
  return net.Take();
}

}  // namespace dnncut
