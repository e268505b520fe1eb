// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/onnx_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;
using testing::ElementsAre;
using testing::IsEmpty;

NodeProto Node(const std::string& op_type,
               const std::vector<std::string>& inputs,
               const std::vector<std::string>& outputs) {
  NodeProto node;
  node.set_op_type(op_type);
  for (const auto& input : inputs) node.add_input(input);
  for (const auto& output : outputs) node.add_output(output);
  return node;
}

// Newer versions of libonnx know the fields that older ones keep as unknown.
template <typename Message>
void Reparse(Message* message) {
  ASSERT_TRUE(message->ParseFromString(message->SerializeAsString()));
}

// An If in an If: both bodies capture, define, and return outer names.
NodeProto NestedIf() {
  GraphProto inner;
  *inner.add_node() = Node("Add", {"deep", "own"}, {"i"});
  inner.add_output()->set_name("i");
  GraphProto outer;
  outer.add_input()->set_name("formal");
  outer.add_initializer()->set_name("constant");
  outer.add_sparse_initializer()->mutable_values()->set_name("sparse");
  *outer.add_node() =
      Node("Sum", {"formal", "constant", "sparse", ""}, {"own"});
  *outer.add_node() = Node("If", {"condition"}, {"j"});
  *outer.mutable_node(1)->add_attribute()->mutable_g() = inner;
  outer.add_output()->set_name("j");
  outer.add_output()->set_name("returned");
  NodeProto node = Node("If", {"condition", "", "condition"}, {"k"});
  auto* attribute = node.add_attribute();
  *attribute->add_graphs() = outer;
  return node;
}

TEST(OnnxWalk, ReadNamesFollowCaptures) {
  EXPECT_THAT(ReadNames(Node("Add", {"a", "", "b", "a"}, {"c"})),
              ElementsAre("a", "b"));
  EXPECT_THAT(ReadNames(NestedIf()),
              ElementsAre("condition", "deep", "returned"));
  EXPECT_THAT(ReadNames(Node("Constant", {}, {"c"})), IsEmpty());
}

TEST(OnnxWalk, NodesOfBodiesAreVisited) {
  std::vector<std::string> ops;
  ForEachNode(NestedIf(),
              [&](const NodeProto& node) { ops.push_back(node.op_type()); });
  EXPECT_THAT(ops, ElementsAre("If", "Sum", "If", "Add"));
}

TEST(OnnxWalk, TensorsAreFoundEverywhereConstAndMutable) {
  ModelProto model;
  GraphProto* graph = model.mutable_graph();
  graph->add_initializer()->set_name("1");
  auto* sparse = graph->add_sparse_initializer();
  sparse->mutable_values()->set_name("2");
  sparse->mutable_indices()->set_name("3");
  auto* attribute = graph->add_node()->add_attribute();
  attribute->mutable_t()->set_name("4");
  attribute->add_tensors()->set_name("5");
  attribute->mutable_sparse_tensor()->mutable_values()->set_name("6");
  attribute->add_sparse_tensors()->mutable_values()->set_name("7");
  attribute->mutable_g()->add_initializer()->set_name("8");
  attribute->add_graphs()->add_initializer()->set_name("9");
  model.add_functions()->add_node()->add_attribute()->mutable_t()->set_name(
      "10");
  const std::string before = model.SerializeAsString();
  std::vector<std::string> names;
  ForEachTensor(model, [&](const TensorProto& tensor) {
    names.push_back(tensor.name());
  });
  EXPECT_THAT(names,
              ElementsAre("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"));
  std::vector<std::string> again;
  ForEachTensor(&model,
                [&](TensorProto* tensor) { again.push_back(tensor->name()); });
  EXPECT_EQ(again, names);
  // Looking must not create fields that were not there.
  EXPECT_EQ(model.SerializeAsString(), before);
}

TEST(OnnxWalk, CalledFunctionsAreFollowed) {
  ModelProto model;
  const auto add = [&](const std::string& name, const std::string& overload) {
    auto* function = model.add_functions();
    function->set_name(name);
    function->set_domain("local");
    if (!overload.empty()) {
      function->mutable_unknown_fields()->AddLengthDelimited(13, overload);
    }
    return function;
  };
  const auto call = [](const std::string& name) {
    NodeProto node = Node(name, {}, {});
    node.set_domain("local");
    return node;
  };
  add("Unused", "");
  auto* a = add("A", "");
  add("B", "");
  add("B", "special");
  add("C", "");
  *a->add_node() = call("C");
  NodeProto body_call = Node("If", {}, {});
  *body_call.add_attribute()->mutable_g()->add_node() = call("A");
  NodeProto overloaded = call("B");
  overloaded.mutable_unknown_fields()->AddLengthDelimited(8, "special");
  Reparse(&model);
  Reparse(&overloaded);
  const FunctionIndex index = IndexFunctions(model);
  EXPECT_EQ(index.size(), 5u);
  EXPECT_THAT(CalledFunctions(model, index, {&body_call}), ElementsAre(1, 4));
  EXPECT_THAT(CalledFunctions(model, index, {&overloaded}), ElementsAre(3));
  const NodeProto plain = call("B");
  EXPECT_THAT(CalledFunctions(model, index, {&plain}), ElementsAre(2));
}

TEST(OnnxWalk, DefaultDomainHasTwoSpellings) {
  NodeProto node = Node("F", {}, {});
  node.set_domain("ai.onnx");
  EXPECT_EQ(KeyOf(node), (FunctionKey{"", "F", ""}));
  EXPECT_EQ(NormalDomain("ai.onnx.ml"), "ai.onnx.ml");
}

}  // namespace
}  // namespace dnncut
