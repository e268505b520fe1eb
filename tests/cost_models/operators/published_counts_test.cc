// SPDX-License-Identifier: Apache-2.0
//
// Networks written down from their papers, and the multiply-accumulates that
// are published for them. Figures are those of one 224x224 image (BERT: 128
// tokens), convolutions and matrix products only, as everybody counts them.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "cost_models/operators/operation_cost.h"
#include "tests/cost_models/operators/operations.h"

namespace dnncut {
namespace {

class Network {
 public:
  Network(int64_t channels, int64_t size) : channels_(channels), size_(size) {}

  int64_t channels() const { return channels_; }
  int64_t size() const { return size_; }
  void set_channels(int64_t channels) { channels_ = channels; }

  Network& Conv(int64_t out, int64_t kernel, int64_t stride, int64_t pad,
                int64_t group = 1) {
    const int64_t size = (size_ + 2 * pad - kernel) / stride + 1;
    Operation operation = Simple("Conv",
                                 {{1, channels_, size_, size_},
                                  {out, channels_ / group, kernel, kernel},
                                  {out}},
                                 {1, out, size, size});
    operation.ints["group"] = {group};
    Add(operation);
    channels_ = out;
    size_ = size;
    return *this;
  }

  // Counts nothing here; only the size matters.
  Network& Pool(int64_t kernel, int64_t stride, int64_t pad,
                bool ceil = false) {
    const int64_t span = size_ + 2 * pad - kernel + (ceil ? stride - 1 : 0);
    size_ = span / stride + 1;
    return *this;
  }

  Network& Dense(int64_t in, int64_t out) {
    Operation operation = Simple("Gemm", {{1, in}, {out, in}, {out}}, {1, out});
    operation.ints["transB"] = {1};
    Add(operation);
    return *this;
  }

  // Runs on the same input as the last branch did.
  template <typename Layers>
  int64_t Branch(Layers layers) {
    Network branch(channels_, size_);
    layers(branch);
    operations_ += branch.operations_;
    return branch.channels_;
  }

  double GigaMacs() const { return static_cast<double>(operations_) / 2 / 1e9; }

 private:
  void Add(const Operation& operation) {
    operations_ += CountOperation(operation).operations;
  }

  int64_t channels_;
  int64_t size_;
  int64_t operations_ = 0;
};

TEST(PublishedCounts, ResNet50) {
  Network net(3, 224);
  net.Conv(64, 7, 2, 3).Pool(3, 2, 1);
  const int64_t blocks[] = {3, 4, 6, 3};
  for (int stage = 0; stage < 4; ++stage) {
    const int64_t width = int64_t{64} << stage;
    for (int64_t block = 0; block < blocks[stage]; ++block) {
      const int64_t stride = stage > 0 && block == 0 ? 2 : 1;
      if (block == 0) {
        net.Branch([&](Network& b) { b.Conv(4 * width, 1, stride, 0); });
      }
      net.Conv(width, 1, 1, 0).Conv(width, 3, stride, 1);
      net.Conv(4 * width, 1, 1, 0);
    }
  }
  ASSERT_EQ(net.size(), 7);
  net.Dense(2048, 1000);
  EXPECT_NEAR(net.GigaMacs(), 4.09, 0.01);
}

TEST(PublishedCounts, Vgg19) {
  Network net(3, 224);
  const int64_t widths[] = {64, 128, 256, 512, 512};
  const int64_t depths[] = {2, 2, 4, 4, 4};
  for (int stage = 0; stage < 5; ++stage) {
    for (int64_t i = 0; i < depths[stage]; ++i)
      net.Conv(widths[stage], 3, 1, 1);
    net.Pool(2, 2, 0);
  }
  net.Dense(512 * 7 * 7, 4096).Dense(4096, 4096).Dense(4096, 1000);
  EXPECT_NEAR(net.GigaMacs(), 19.63, 0.02);
}

TEST(PublishedCounts, DenseNet121) {
  Network net(3, 224);
  net.Conv(64, 7, 2, 3).Pool(3, 2, 1);
  int64_t channels = 64;
  const int64_t blocks[] = {6, 12, 24, 16};
  for (int stage = 0; stage < 4; ++stage) {
    for (int64_t i = 0; i < blocks[stage]; ++i) {
      net.set_channels(channels);
      net.Conv(128, 1, 1, 0).Conv(32, 3, 1, 1);
      channels += 32;
    }
    net.set_channels(channels);
    if (stage < 3) {
      channels /= 2;
      net.Conv(channels, 1, 1, 0).Pool(2, 2, 0);
    }
  }
  ASSERT_EQ(channels, 1024);
  net.Dense(1024, 1000);
  EXPECT_NEAR(net.GigaMacs(), 2.85, 0.04);
}

TEST(PublishedCounts, MobileNetV2) {
  struct Stage {
    int64_t expansion, channels, repeats, stride;
  };
  const Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2},
                          {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2},
                          {6, 320, 1, 1}};
  Network net(3, 224);
  net.Conv(32, 3, 2, 1);
  for (const Stage& stage : stages) {
    for (int64_t i = 0; i < stage.repeats; ++i) {
      const int64_t hidden = net.channels() * stage.expansion;
      if (stage.expansion > 1) net.Conv(hidden, 1, 1, 0);
      net.Conv(hidden, 3, i == 0 ? stage.stride : 1, 1, hidden);
      net.Conv(stage.channels, 1, 1, 0);
    }
  }
  net.Conv(1280, 1, 1, 0).Dense(1280, 1000);
  EXPECT_NEAR(net.GigaMacs(), 0.300, 0.002);
}

// Krizhevsky's layers on two groups, and the one-column variant that
// frameworks ship.
TEST(PublishedCounts, AlexNet) {
  Network paper(3, 227);
  paper.Conv(96, 11, 4, 0).Pool(3, 2, 0).Conv(256, 5, 1, 2, 2).Pool(3, 2, 0);
  paper.Conv(384, 3, 1, 1).Conv(384, 3, 1, 1, 2).Conv(256, 3, 1, 1, 2);
  EXPECT_NEAR(paper.GigaMacs(), 0.666, 0.002);  // convolutions alone
  paper.Dense(256 * 6 * 6, 4096).Dense(4096, 4096).Dense(4096, 1000);
  EXPECT_NEAR(paper.GigaMacs(), 0.724, 0.002);

  Network one_column(3, 224);
  one_column.Conv(64, 11, 4, 2).Pool(3, 2, 0).Conv(192, 5, 1, 2).Pool(3, 2, 0);
  one_column.Conv(384, 3, 1, 1).Conv(256, 3, 1, 1).Conv(256, 3, 1, 1);
  one_column.Dense(256 * 6 * 6, 4096).Dense(4096, 4096).Dense(4096, 1000);
  EXPECT_NEAR(one_column.GigaMacs(), 0.714, 0.002);
}

void Fire(Network& net, int64_t squeeze, int64_t expand) {
  net.Conv(squeeze, 1, 1, 0);
  const int64_t a = net.Branch([&](Network& b) { b.Conv(expand, 1, 1, 0); });
  const int64_t b = net.Branch([&](Network& b) { b.Conv(expand, 3, 1, 1); });
  net.set_channels(a + b);
}

TEST(PublishedCounts, SqueezeNet) {
  Network v10(3, 224);
  v10.Conv(96, 7, 2, 0).Pool(3, 2, 0, true);
  Fire(v10, 16, 64), Fire(v10, 16, 64), Fire(v10, 32, 128);
  v10.Pool(3, 2, 0, true);
  Fire(v10, 32, 128), Fire(v10, 48, 192), Fire(v10, 48, 192);
  Fire(v10, 64, 256);
  v10.Pool(3, 2, 0, true);
  Fire(v10, 64, 256);
  v10.Conv(1000, 1, 1, 0);
  EXPECT_NEAR(v10.GigaMacs(), 0.82, 0.01);

  Network v11(3, 224);
  v11.Conv(64, 3, 2, 0).Pool(3, 2, 0, true);
  Fire(v11, 16, 64), Fire(v11, 16, 64);
  v11.Pool(3, 2, 0, true);
  Fire(v11, 32, 128), Fire(v11, 32, 128);
  v11.Pool(3, 2, 0, true);
  Fire(v11, 48, 192), Fire(v11, 48, 192), Fire(v11, 64, 256);
  Fire(v11, 64, 256);
  v11.Conv(1000, 1, 1, 0);
  EXPECT_NEAR(v11.GigaMacs(), 0.35, 0.01);
}

TEST(PublishedCounts, InceptionV1) {
  struct Module {
    int64_t one, reduce3, three, reduce5, five, pool;
  };
  const Module modules[] = {
      {64, 96, 128, 16, 32, 32},     {128, 128, 192, 32, 96, 64},
      {192, 96, 208, 16, 48, 64},    {160, 112, 224, 24, 64, 64},
      {128, 128, 256, 24, 64, 64},   {112, 144, 288, 32, 64, 64},
      {256, 160, 320, 32, 128, 128}, {256, 160, 320, 32, 128, 128},
      {384, 192, 384, 48, 128, 128}};
  Network net(3, 224);
  net.Conv(64, 7, 2, 3).Pool(3, 2, 0, true).Conv(64, 1, 1, 0);
  net.Conv(192, 3, 1, 1).Pool(3, 2, 0, true);
  int index = 0;
  for (const Module& m : modules) {
    int64_t out = net.Branch([&](Network& b) { b.Conv(m.one, 1, 1, 0); });
    out += net.Branch(
        [&](Network& b) { b.Conv(m.reduce3, 1, 1, 0).Conv(m.three, 3, 1, 1); });
    out += net.Branch(
        [&](Network& b) { b.Conv(m.reduce5, 1, 1, 0).Conv(m.five, 5, 1, 2); });
    out += net.Branch([&](Network& b) { b.Conv(m.pool, 1, 1, 0); });
    net.set_channels(out);
    if (index == 1 || index == 6) net.Pool(3, 2, 0, true);
    ++index;
  }
  ASSERT_EQ(net.channels(), 1024);
  ASSERT_EQ(net.size(), 7);
  net.Dense(1024, 1000);
  EXPECT_NEAR(net.GigaMacs(), 1.58, 0.02);
}

// Twelve layers of width 768: once as plain matrix products, once with the
// fused attention of ONNX Runtime. Both are the published 22.3 GFLOP.
TEST(PublishedCounts, BertBase) {
  const int64_t s = 128, h = 768, heads = 12, d = 64;
  const auto count = [](const Operation& operation) {
    return CountOperation(operation).operations;
  };
  const int64_t projection =
      count(Simple("MatMul", {{1, s, h}, {h, h}}, {1, s, h}));
  const int64_t scores = count(
      Simple("MatMul", {{1, heads, s, d}, {1, heads, d, s}}, {1, heads, s, s}));
  const int64_t values = count(
      Simple("MatMul", {{1, heads, s, s}, {1, heads, s, d}}, {1, heads, s, d}));
  const int64_t up =
      count(Simple("MatMul", {{1, s, h}, {h, 4 * h}}, {1, s, 4 * h}));
  const int64_t down =
      count(Simple("MatMul", {{1, s, 4 * h}, {4 * h, h}}, {1, s, h}));
  const int64_t plain = 12 * (4 * projection + scores + values + up + down);
  EXPECT_NEAR(static_cast<double>(plain) / 1e9, 22.35, 0.05);

  Operation attention = Contrib(
      "Attention", {Typed({1, s, h}), Typed({h, 3 * h}), Typed({3 * h})},
      {Typed({1, s, h})});
  attention.ints["num_heads"] = {heads};
  EXPECT_EQ(count(attention), 3 * projection + scores + values);
}

}  // namespace
}  // namespace dnncut
