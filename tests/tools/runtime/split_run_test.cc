// SPDX-License-Identifier: Apache-2.0
//
// The model run whole and run split gives the same bits, for every cut of small
// models and for some of large ones.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "backends/result_writer.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tests/testing.h"
#include "tools/examples/examples.h"
#include "tools/runtime/onnxruntime_run.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

using Values = std::map<std::string, Value>;

// The same for the same name, about normal-sized.
Value MakeInput(const Tensor& tensor, uint64_t seed) {
  Value value;
  value.name = tensor.name;
  value.dtype = tensor.type.dtype;
  value.shape = tensor.type.shape;
  int64_t bytes = BytesOf(value.dtype, value.shape, value.name);
  value.data.assign(static_cast<size_t>(bytes), '\0');
  Random random(seed);
  if (value.dtype == DType::kFloat32) {
    for (size_t at = 0; at + sizeof(float) <= value.data.size();
         at += sizeof(float)) {
      float number = static_cast<float>(random.Below(2001) - 1000) / 512;
      std::memcpy(&value.data[at], &number, sizeof number);
    }
  } else if (value.dtype == DType::kBool) {
    for (char& byte : value.data) byte = static_cast<char>(random.Below(2));
  }
  return value;  // Indices and the like: zeros are valid for all.
}

std::vector<Value> ToVector(const Values& values) {
  std::vector<Value> list;
  for (const auto& [name, value] : values) list.push_back(value);
  return list;
}

void Add(const std::vector<Value>& list, Values* values) {
  for (const Value& value : list) (*values)[value.name] = value;
}

// At most `count` of the cuts, spread evenly, the first and the last included.
CutTable Sample(const CutTable& table, size_t count) {
  CutTable sampled;
  size_t last = table.cuts.size() - 1;
  size_t taken = std::min(count, table.cuts.size());
  for (size_t i = 0; i < taken; ++i) {
    size_t cut = taken == 1 ? 0 : i * last / (taken - 1);
    int64_t kbps = static_cast<int64_t>(i) + kDefaultMinKbps;
    sampled.cuts.push_back(table.cuts[cut]);
    sampled.rows.push_back(
        {kbps, i + 1 == taken ? kDefaultMaxKbps : kbps, static_cast<int>(i)});
  }
  return sampled;
}

void ExpectSameBits(const std::vector<Value>& expected, const Values& values,
                    const std::string& where) {
  for (const Value& value : expected) {
    auto found = values.find(value.name);
    ASSERT_NE(found, values.end()) << where << ": no " << value.name;
    EXPECT_EQ(found->second.dtype, value.dtype) << where;
    EXPECT_EQ(found->second.shape, value.shape) << where;
    EXPECT_TRUE(found->second.data == value.data)
        << where << ": " << value.name << " differs";
  }
}

class SplitRun : public ::testing::Test {
 protected:
  void SetUp() override {
    runtime_ = FindOnnxRuntime("");
    if (!runtime_) GTEST_SKIP() << "no ONNX Runtime on this machine";
  }

  // `most_cuts` limits the work. Returns how many cuts have two halves.
  int Check(SplitModel split, size_t most_cuts) {
    const uint64_t seed = 20240607;
    split.table = Sample(split.table, most_cuts);
    std::string out = folder_ / "out";
    ResultOptions options;
    options.out = out;
    options.force = true;
    WriteResult(split.AsResult(), options);

    Values inputs;
    for (int t = 0; t < split.graph.input_count; ++t) {
      Add({MakeInput(split.graph.tensors[t], seed + t)}, &inputs);
    }
    std::vector<Value> whole =
        RunModel(split.model.path, ToVector(inputs), {}, *runtime_).outputs;
    int split_cuts = 0;
    for (int c = 0; c < static_cast<int>(split.table.cuts.size()); ++c) {
      Values values = inputs;
      int halves = 0;
      for (Side side : {Side::kDevice, Side::kServer}) {
        auto file = HalfFile(split.AsResult(), c, side);
        if (!file) continue;
        ++halves;
        Add(RunModel(out + "/" + *file, ToVector(values), {}, *runtime_)
                .outputs,
            &values);
      }
      ExpectSameBits(whole, values,
                     split.model.path + ", cut " + std::to_string(c) +
                         ", seed " + std::to_string(seed));
      if (halves == 2) ++split_cuts;
    }
    return split_cuts;
  }

  std::optional<OnnxRuntime> runtime_;
  TempFolder folder_;
};

TEST_F(SplitRun, EveryCutOfSmallModels) {
  int split_cuts = 0;
  for (const TestModel& model : AllTestModels()) {
    SCOPED_TRACE(model.name);
    constexpr size_t kMostCuts = 40;
    split_cuts += Check(MakeSplitModel(model.proto, folder_), kMostCuts);
  }
  EXPECT_GE(split_cuts, 10);
}

TEST_F(SplitRun, SomeCutsOfExamples) {
  for (const char* name : {"squeezenet", "mobilenetv2"}) {
    std::string path = folder_ / (std::string(name) + ".onnx");
    WriteExample(name, {}, path);
    constexpr int kMostCuts = 6;
    EXPECT_EQ(Check(LoadSplitModel(path), kMostCuts), kMostCuts - 2);
  }
}

TEST_F(SplitRun, SomeCutsOfRealModels) {
  const char* models = std::getenv("DNNCUT_MODELS");
  if (models == nullptr) GTEST_SKIP() << "DNNCUT_MODELS is not set";
  for (const char* name : {"ultraface_rfb320", "light_squeezenet"}) {
    constexpr int kMostCuts = 6;
    EXPECT_EQ(Check(LoadSplitModel(std::string(models) + "/" + name + ".onnx"),
                    kMostCuts),
              kMostCuts - 2);
  }
}

}  // namespace
}  // namespace dnncut
