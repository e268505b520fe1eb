// SPDX-License-Identifier: Apache-2.0
//
// A one-stage detector with a CSP backbone, a path aggregation neck and three
// heads: the layout and widths of YOLOv5s 6.0. As `yolo` it ends before boxes
// are decoded; as `yolo-nms` it has the decoding and the non-maximum
// suppression inside, as exports for servers do: only the data decides how many
// boxes remain.
#include <fmt/format.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tools/examples/architectures.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::NodeProto;
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

constexpr int64_t kBoxesPerCell = 3;
constexpr int64_t kClasses = 80;
constexpr int64_t kBoxWidth = 4 + 1 + kClasses;  // sides, objectness, classes

std::string HeadName(int number) {
  return fmt::format("{}.m.{}", Module(24), number);
}

// [batch, boxes a cell, height, width, kBoxWidth].
Activation Head(ModelBuilder* m, Activation x, int number) {
  const std::string name = HeadName(number);
  x = m->Conv(x, name, {.channels = kBoxesPerCell * kBoxWidth});
  int64_t height = x.shape[2];
  int64_t width = x.shape[3];
  x = m->Reshape(x, name + ".reshape",
                 {x.shape[0], kBoxesPerCell, kBoxWidth, height, width});
  return m->Transpose(x, name + ".transpose", {0, 1, 3, 4, 2});
}

// The parts of x along `axis`.
std::vector<Activation> Split(ModelBuilder* m, const Activation& x,
                              const std::string& name, int64_t axis,
                              const std::vector<int64_t>& sizes) {
  NodeProto* node = m->AddNode("Split", {x, m->Int64s(sizes)}, name,
                               static_cast<int>(sizes.size()));
  SetInt(node, "axis", axis);
  std::vector<Activation> parts;
  for (size_t i = 0; i < sizes.size(); ++i) {
    parts.push_back({node->output(static_cast<int>(i)), x.shape});
    parts.back().shape[axis] = sizes[i];
  }
  return parts;
}

Activation Floats(ModelBuilder* m, const std::string& name,
                  std::vector<int64_t> dims, const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return m->Literal(name, TensorProto::FLOAT, std::move(dims),
                    std::move(bytes));
}

// Where each cell begins, less the half by which a centre may lie outside.
Activation Grid(ModelBuilder* m, const std::string& name, int64_t height,
                int64_t width) {
  std::vector<float> values;
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      values.push_back(static_cast<float>(x) - 0.5F);
      values.push_back(static_cast<float>(y) - 0.5F);
    }
  }
  return Floats(m, name, {1, 1, height, width, 2}, values);
}

// Boxes as centre and size in pixels: [batch, boxes, kBoxWidth].
Activation Decode(ModelBuilder* m, Activation x, int number) {
  static const std::vector<std::vector<float>> kAnchors = {
      {10, 13, 16, 30, 33, 23},
      {30, 61, 62, 45, 59, 119},
      {116, 90, 156, 198, 373, 326}};
  const std::string name = HeadName(number);
  const std::vector<int64_t> shape = x.shape;
  const auto stride = static_cast<float>(8 << number);
  x = m->Unary("Sigmoid", x, name + ".sigmoid");
  std::vector<Activation> parts =
      Split(m, x, name + ".split", 4, {2, 2, kBoxWidth - 4});
  Activation centre = m->Binary("Mul", parts[0], m->Scalar(2), name + ".mul");
  centre = m->Binary("Add", centre, Grid(m, name + ".grid", shape[2], shape[3]),
                     name + ".add");
  centre = m->Binary("Mul", centre, m->Scalar(stride), name + ".mul_1");
  Activation size = m->Binary("Mul", parts[1], m->Scalar(2), name + ".mul_2");
  size = m->Binary("Mul", size, size, name + ".square");
  size = m->Binary("Mul", size,
                   Floats(m, name + ".anchors", {1, kBoxesPerCell, 1, 1, 2},
                          kAnchors[number]),
                   name + ".mul_3");
  x = m->Concat({centre, size, parts[2]}, name + ".concat", 4);
  return m->Reshape(x, name + ".flatten",
                    {shape[0], shape[1] * shape[2] * shape[3], kBoxWidth});
}

// At most 100 boxes a class, as [batch, class, centre, size, score] each.
Activation Suppress(ModelBuilder* m, const Activation& boxes) {
  constexpr int64_t kOpen = -1;  // as many as remain
  std::vector<Activation> parts =
      Split(m, boxes, "nms.split", 2, {4, 1, kClasses});
  Activation scores = m->Binary("Mul", parts[2], parts[1], "nms.scores");
  scores = m->Transpose(scores, "nms.transpose", {0, 2, 1});
  NodeProto* node = m->AddNode("NonMaxSuppression",
                               {parts[0], scores, m->Int64s({100}),
                                Floats(m, "nms.iou_threshold", {1}, {0.45F}),
                                Floats(m, "nms.score_threshold", {1}, {0.25F})},
                               "nms.select", 1);
  SetInt(node, "center_point_box", 1);
  const Activation selected = {node->output(0), {kOpen, 3}};
  const auto columns = [&](const std::vector<int64_t>& numbers,
                           const std::string& name) {
    NodeProto* gather =
        m->AddNode("Gather", {selected, m->Int64s(numbers)}, name, 1);
    SetInt(gather, "axis", 1);
    return Activation{gather->output(0), {kOpen, std::ssize(numbers)}};
  };
  const Activation box =
      m->Add("GatherND", {parts[0], columns({0, 2}, "nms.box_indices")},
             "nms.boxes", {kOpen, 4});
  Activation score =
      m->Add("GatherND", {scores, selected}, "nms.box_scores", {kOpen});
  score =
      m->Add("Unsqueeze", {score, m->Int64s({1})}, "nms.unsqueeze", {kOpen, 1});
  NodeProto* cast =
      m->AddNode("Cast", {columns({0, 1}, "nms.classes")}, "nms.cast", 1);
  SetInt(cast, "to", TensorProto::FLOAT);
  return m->Concat({{cast->output(0), {kOpen, 2}}, box, score}, "nms.concat");
}

// What the heads of the detector make, from the finest to the coarsest.
std::vector<Activation> Heads(ModelBuilder* builder) {
  ModelBuilder& m = *builder;
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

  return {Head(&m, cells8, 0), Head(&m, cells16, 1), Head(&m, cells32, 2)};
}

}  // namespace

ModelBuilder BuildYolo(const ExampleOptions& options) {
  ModelBuilder m("yolo", options);
  const std::vector<Activation> heads = Heads(&m);
  for (size_t i = 0; i < heads.size(); ++i) {
    m.Output(heads[i], fmt::format("output{}", i));
  }
  return m;
}

ModelBuilder BuildYoloNms(const ExampleOptions& options) {
  ModelBuilder m("yolo-nms", options);
  std::vector<Activation> boxes;
  for (const Activation& head : Heads(&m)) {
    boxes.push_back(Decode(&m, head, static_cast<int>(boxes.size())));
  }
  m.Output(Suppress(&m, m.Concat(boxes, "boxes")), "detections");
  return m;
}

}  // namespace dnncut
