// SPDX-License-Identifier: Apache-2.0
//
// A one-stage detector with a CSP backbone, a path aggregation neck and three
// heads: the layout and widths of YOLOv5s 6.0, before box decoding.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "tools/examples/architectures.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;

std::string Module(int number) { return fmt::format("model.{}", number); }

// Convolution, normalisation, SiLU.
Activation Conv(ModelBuilder* m, Activation x, const std::string& name,
                int64_t channels, int64_t kernel = 1, int64_t stride = 1) {
  x = m->Conv(x, name + ".conv",
              {.channels = channels,
               .kernel = kernel,
               .stride = stride,
               .pad = kernel == 6 ? 2 : kernel / 2,
               .bias = false});
  x = m->BatchNorm(x, name + ".bn");
  Activation gate = m->Unary("Sigmoid", x, name + ".act.sigmoid");
  return m->Binary("Mul", x, gate, name + ".act.mul");
}

// A cross stage partial bottleneck with three convolutions.
Activation C3(ModelBuilder* m, const Activation& x, const std::string& name,
              int64_t channels, int bottlenecks, bool shortcut) {
  int64_t hidden = channels / 2;
  Activation left = Conv(m, x, name + ".cv1", hidden);
  for (int i = 0; i < bottlenecks; ++i) {
    std::string part = fmt::format("{}.m.{}", name, i);
    Activation y = Conv(m, left, part + ".cv1", hidden);
    y = Conv(m, y, part + ".cv2", hidden, 3);
    left = shortcut ? m->Binary("Add", left, y, part + ".add") : y;
  }
  Activation right = Conv(m, x, name + ".cv2", hidden);
  Activation both = m->Concat({left, right}, name + ".concat");
  return Conv(m, both, name + ".cv3", channels);
}

// Spatial pyramid pooling.
Activation Sppf(ModelBuilder* m, Activation x, const std::string& name) {
  int64_t channels = x.shape[1];
  x = Conv(m, x, name + ".cv1", channels / 2);
  std::vector<Activation> levels = {x};
  for (int i = 1; i <= 3; ++i) {
    levels.push_back(m->MaxPool(levels.back(), fmt::format("{}.m{}", name, i),
                                {.kernel = 5, .stride = 1, .pad = 2}));
  }
  return Conv(m, m->Concat(levels, name + ".concat"), name + ".cv2", channels);
}

// Three boxes a cell, each four sides, an objectness and 80 classes.
void Head(ModelBuilder* m, Activation x, int number) {
  std::string name = fmt::format("{}.m.{}", Module(24), number);
  x = m->Conv(x, name, {.channels = 255});
  int64_t height = x.shape[2];
  int64_t width = x.shape[3];
  x = m->Reshape(x, name + ".reshape", {x.shape[0], 3, 85, height, width});
  x = m->Transpose(x, name + ".transpose", {0, 1, 3, 4, 2});
  m->Output(x, fmt::format("output{}", number));
}

}  // namespace

ModelBuilder BuildYolo(const ExampleOptions& options) {
  ModelBuilder m("yolo", options);
  Activation x = m.Input("images", TensorProto::FLOAT, {1, 3, 640, 640});
  x = Conv(&m, x, Module(0), 32, 6, 2);
  x = Conv(&m, x, Module(1), 64, 3, 2);
  x = C3(&m, x, Module(2), 64, 1, true);
  x = Conv(&m, x, Module(3), 128, 3, 2);
  Activation backbone8 = x = C3(&m, x, Module(4), 128, 2, true);
  x = Conv(&m, x, Module(5), 256, 3, 2);
  Activation backbone16 = x = C3(&m, x, Module(6), 256, 3, true);
  x = Conv(&m, x, Module(7), 512, 3, 2);
  x = C3(&m, x, Module(8), 512, 1, true);
  x = Sppf(&m, x, Module(9));

  Activation top32 = x = Conv(&m, x, Module(10), 256);
  x = m.Upsample(x, Module(11));
  x = m.Concat({x, backbone16}, Module(12));
  x = C3(&m, x, Module(13), 256, 1, false);
  Activation top16 = x = Conv(&m, x, Module(14), 128);
  x = m.Upsample(x, Module(15));
  x = m.Concat({x, backbone8}, Module(16));
  Activation cells8 = x = C3(&m, x, Module(17), 128, 1, false);
  x = Conv(&m, x, Module(18), 128, 3, 2);
  x = m.Concat({x, top16}, Module(19));
  Activation cells16 = x = C3(&m, x, Module(20), 256, 1, false);
  x = Conv(&m, x, Module(21), 256, 3, 2);
  x = m.Concat({x, top32}, Module(22));
  Activation cells32 = C3(&m, x, Module(23), 512, 1, false);

  Head(&m, cells8, 0);
  Head(&m, cells16, 1);
  Head(&m, cells32, 2);
  return m;
}

}  // namespace dnncut
