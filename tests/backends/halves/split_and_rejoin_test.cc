// SPDX-License-Identifier: Apache-2.0
//
// For every cut of every test model: the layers of both halves together are the
// model's, each once and unchanged; what crosses is exactly an output of one
// half and an input of the other; each half stands on its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "backends/halves/half_finder.h"
#include "backends/halves/halves.h"
#include "backends/halves/interface_hash.h"
#include "backends/halves/weight_counter.h"
#include "compiler/model/tensor_data.h"
#include "compiler/problem/side.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;
using testing::IsEmpty;

// What a half must read and emit, straight from the design.
struct Interface {
  std::set<std::string> inputs;
  std::set<std::string> outputs;
};

Interface ExpectedInterface(const SplitModel& split, const Cut& cut,
                            Side side) {
  const bool device = side == Side::kDevice;
  Interface expected;
  for (const Tensor& tensor : split.graph.tensors) {
    const bool is_input = tensor.producer == kModelInput;
    const bool made_here = !is_input && cut[tensor.producer] == side;
    bool read_here = false;
    bool read_on_server = false;
    for (LayerId reader : tensor.readers) {
      read_here = read_here || cut[reader] == side;
      read_on_server = read_on_server || cut[reader] == Side::kServer;
    }
    if (read_here && !made_here) expected.inputs.insert(tensor.name);
    if (made_here && (tensor.is_result || (device && read_on_server))) {
      expected.outputs.insert(tensor.name);
    }
  }
  for (const ModelOutput& output : split.graph.outputs) {
    if (output.source == ModelOutput::Source::kConstant) {
      expected.outputs.insert(output.name);
    }
  }
  return expected;
}

void ExpectInterface(const SplitModel& split, const Cut& cut, Side side,
                     const ModelProto& half) {
  const Interface expected = ExpectedInterface(split, cut, side);
  EXPECT_EQ(RealInputNames(half.graph()), expected.inputs);
  const auto outputs = Names(half.graph().output());
  EXPECT_EQ(std::set<std::string>(outputs.begin(), outputs.end()),
            expected.outputs);
  EXPECT_EQ(outputs.size(), expected.outputs.size()) << "an output twice";
  for (const auto& info : half.graph().input()) {
    EXPECT_TRUE(info.type().tensor_type().has_shape()) << info.name();
  }
}

// The indices of the half's nodes in the model, which must be equal messages.
std::vector<int> NodeIndices(const ModelProto& half, const ModelProto& whole) {
  std::map<std::string, int> index;
  for (int n = 0; n < whole.graph().node_size(); ++n) {
    index[whole.graph().node(n).SerializeAsString()] = n;
  }
  std::vector<int> indices;
  for (const auto& node : half.graph().node()) {
    const auto found = index.find(node.SerializeAsString());
    EXPECT_NE(found, index.end()) << node.DebugString();
    if (found != index.end()) indices.push_back(found->second);
  }
  return indices;
}

// Every name is defined, and everything defined outside nodes is read.
void ExpectSelfContained(const ModelProto& half) {
  const GraphProto& graph = half.graph();
  std::set<std::string> defined;
  for (const auto& name : Names(graph.input())) defined.insert(name);
  for (const auto& name : Names(graph.initializer())) defined.insert(name);
  for (const auto& sparse : graph.sparse_initializer()) {
    defined.insert(sparse.values().name());
  }
  std::set<std::string> unread = defined;
  for (const auto& node : graph.node()) {
    for (const auto& name : ReadNames(node)) {
      EXPECT_TRUE(defined.contains(name)) << name;
      unread.erase(name);
    }
    defined.insert(node.output().begin(), node.output().end());
  }
  for (const auto& name : Names(graph.output())) {
    EXPECT_TRUE(defined.contains(name)) << name;
    unread.erase(name);
  }
  for (const auto& annotation : graph.quantization_annotation()) {
    EXPECT_TRUE(defined.contains(annotation.tensor_name()));
    for (const auto& entry : annotation.quant_parameter_tensor_names()) {
      EXPECT_TRUE(defined.contains(entry.value())) << entry.value();
      unread.erase(entry.value());
    }
  }
  EXPECT_THAT(unread, IsEmpty());
  std::vector<const NodeProto*> nodes;
  for (const auto& node : graph.node()) nodes.push_back(&node);
  EXPECT_EQ(CalledFunctions(half, IndexFunctions(half), nodes).size(),
            static_cast<size_t>(half.functions_size()));
}

void ExpectSplitAndRejoin(const SplitModel& split, const TableCut& cut) {
  const HalfMaker maker(split.model, split.graph);
  std::map<int, int> times;  // that a node is in a half
  for (const Side side : {Side::kDevice, Side::kServer}) {
    if (!HasHalf(split.graph, cut.cut, side)) continue;
    const ModelProto half = maker.Make(cut, 1, side);
    ExpectInterface(split, cut.cut, side, half);
    ExpectSelfContained(half);
    const auto indices = NodeIndices(half, split.model.proto);
    EXPECT_TRUE(std::is_sorted(indices.begin(), indices.end()));
    for (int index : indices) ++times[index];
    for (size_t l = 0; l < cut.cut.size(); ++l) {
      EXPECT_EQ(std::count(indices.begin(), indices.end(),
                           split.graph.layers[l].node),
                cut.cut[l] == side ? 1 : 0);
    }
  }
  for (const Layer& layer : split.graph.layers) EXPECT_EQ(times[layer.node], 1);
}

// Of all cuts at once what each one by itself gives.
void ExpectSameOneByOne(const SplitModel& split) {
  const HalfMaker maker(split.model, split.graph);
  const auto bytes = WeightBytes(split.model, split.graph, split.table);
  const auto hashes = InterfaceHashes(split.graph, split.table);
  HalfFinder finder(split.graph);
  ASSERT_EQ(bytes.size(), split.table.cuts.size());
  ASSERT_EQ(hashes.size(), split.table.cuts.size());
  for (size_t c = 0; c < bytes.size(); ++c) {
    const TableCut& cut = split.table.cuts[c];
    EXPECT_EQ(hashes[c], InterfaceHash(split.graph, cut));
    for (size_t l = 0; l < cut.cut.size(); ++l) {
      if (c == 0 && cut.cut[l] == Side::kServer) continue;
      if (c > 0 && cut.cut[l] == split.table.cuts[c - 1].cut[l]) continue;
      finder.Put(static_cast<LayerId>(l), cut.cut[l]);
    }
    for (const Side side : kSides) {
      EXPECT_EQ(finder.HasHalf(cut, side), HasHalf(split.graph, cut.cut, side));
      int64_t sum = 0;
      maker.ForEachTensor(cut.cut, side, [&](const TensorProto& tensor) {
        sum += StoredBytes(tensor);
      });
      EXPECT_EQ(bytes[c][side], sum);
    }
  }
}

TEST(SplitAndRejoin, EveryCutOfEveryTestModel) {
  for (const TestModel& model : AllTestModels()) {
    for (const Side result : {Side::kDevice, Side::kServer}) {
      TempFolder temp;
      const SplitModel split = MakeSplitModel(model.proto, temp, result);
      EXPECT_GE(split.table.cuts.size(), 4u) << model.name;
      for (const TableCut& cut : split.table.cuts) {
        std::string sides;
        for (Side side : cut.cut) sides += SideName(side)[0];
        SCOPED_TRACE(model.name + " " + sides);
        ExpectSplitAndRejoin(split, cut);
      }
      SCOPED_TRACE(model.name);
      ExpectSameOneByOne(split);
    }
  }
}

}  // namespace
}  // namespace dnncut
