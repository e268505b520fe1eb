// SPDX-License-Identifier: Apache-2.0
//
// Malformed models get one clear error each, odd but valid ones load.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/frontends/loading.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// A model whose function `name` of the domain "local" calls `callees`.
void AddFunction(const std::string& name,
                 const std::vector<std::string>& callees, ModelProto* model) {
  if (model->functions().empty()) {
    auto* import = model->add_opset_import();
    import->set_domain("local");
    import->set_version(1);
  }
  auto* function = model->add_functions();
  function->set_name(name);
  function->set_domain("local");
  function->add_input("a");
  function->add_output(Numbered("b", callees.size()));
  function->add_opset_import()->set_version(17);
  auto* import = function->add_opset_import();
  import->set_domain("local");
  import->set_version(1);
  AddNode("Relu", {"a"}, {"b0"}, function);
  for (size_t i = 0; i < callees.size(); ++i) {
    AddNode(callees[i], {Numbered("b", i)}, {Numbered("b", i + 1)}, function)
        ->set_domain("local");
  }
}

TEST(Validator, CycleIsPrintedNodeByNode) {
  ModelProto model = SmallModel(
      "a = Add(x, c)\n"
      "b = Relu(a)\n"
      "c = Neg(b)\n"
      "y = Relu(c)");
  model.mutable_graph()->mutable_node(1)->set_name("act");
  EXPECT_EQ(Load(model).error,
            "E218 (3) graph 'main': the nodes form a cycle: node 1 'act' "
            "(Relu) -> 'b' -> node 2 (Neg) -> 'c' -> node 0 (Add) -> 'a' -> "
            "node 1 'act' (Relu)");
}

TEST(Validator, SelfLoop) {
  EXPECT_EQ(Load(SmallModel("y = Add(x, y)")).error,
            "E218 (3) graph 'main': node 0 (Add) reads its own output 'y'");
}

TEST(Validator, LongCyclesAreCutShort) {
  ModelProto model = ReluModel();
  for (int i = 0; i < 1000; ++i) {
    AddNode("Relu", {Numbered("t", i)}, {Numbered("t", (i + 1) % 1000)},
            model.mutable_graph());
  }
  const std::string error = Load(model).error;
  EXPECT_THAT(error, StartsWith("E218 (3)"));
  EXPECT_THAT(error, HasSubstr("980 more"));
  EXPECT_LT(error.size(), 2000u);
}

TEST(Validator, CycleThroughACapture) {
  ModelProto model = SmallModel("c = Cast<to = 9>(x)\ny = Relu(x)");
  auto* node = AddNode("If", {"c"}, {"z"}, model.mutable_graph());
  auto* body = AddAttribute("then_branch", node)->mutable_g();
  AddNode("Neg", {"n"}, {"b"}, body);
  body->add_output()->set_name("b");
  AddNode("Neg", {"z"}, {"n"}, model.mutable_graph());
  EXPECT_THAT(Load(model).error, StartsWith("E218 (3)"));
}

TEST(Validator, UnsortedNodesAreSortedStably) {
  ModelProto model = SmallModel(
      "y = Add(c, b)\n"
      "a = Relu(x)\n"
      "c = Neg(a)\n"
      "b = Abs(x)");
  model.mutable_graph()
      ->mutable_node(0)
      ->mutable_unknown_fields()
      ->AddLengthDelimited(8, "kept");
  const Loaded loaded = Load(model);
  ASSERT_EQ(loaded.error, "");
  EXPECT_THAT(Ids(loaded.warnings), ElementsAre("W201"));
  const GraphProto& graph = loaded.model.proto.graph();
  std::vector<std::string> order;
  for (const auto& node : graph.node()) order.push_back(node.op_type());
  EXPECT_THAT(order, ElementsAre("Relu", "Neg", "Abs", "Add"));
  EXPECT_EQ(graph.node(3).SerializeAsString(),
            model.graph().node(0).SerializeAsString());
}

TEST(Validator, UnsortedBodiesAndFunctionsAreSorted) {
  ModelProto model = SmallModel("c = Cast<to = 9>(x)\ny = Relu(x)");
  // The body reads n, which is made behind it.
  auto* node = AddNode("If", {"c"}, {"z"}, model.mutable_graph());
  auto* body = AddAttribute("then_branch", node)->mutable_g();
  AddNode("Neg", {"p"}, {"q"}, body);
  AddNode("Abs", {"n"}, {"p"}, body);
  body->add_output()->set_name("q");
  AddNode("Neg", {"x"}, {"n"}, model.mutable_graph());
  AddFunction("F", {}, &model);
  AddNode("Neg", {"later"}, {"r"}, model.mutable_functions(0));
  AddNode("Neg", {"a"}, {"later"}, model.mutable_functions(0));
  const Loaded loaded = Load(model);
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.warnings.size(), 1u);
  EXPECT_THAT(loaded.warnings.at(0).text, HasSubstr("and 2 more"));
  const GraphProto& graph = loaded.model.proto.graph();
  EXPECT_EQ(graph.node(2).output(0), "n");
  EXPECT_EQ(graph.node(3).attribute(0).g().node(0).output(0), "p");
  EXPECT_EQ(loaded.model.proto.functions(0).node(1).output(0), "later");
}

TEST(Validator, UndefinedInputs) {
  EXPECT_EQ(Load(SmallModel("conv_out = Relu(x)\ny = Relu(conv_oot)")).error,
            "E219 (3) graph 'main', node 1 (Relu): its input 'conv_oot' is "
            "made by no node and is no input or initializer; did you mean "
            "'conv_out'?");
}

TEST(Validator, UndefinedInBodyAndFunction) {
  ModelProto model = SmallModel("c = Cast<to = 9>(x)\ny = Relu(x)");
  auto* node = AddNode("If", {"c"}, {"z"}, model.mutable_graph());
  node->set_name("choose");
  auto* body = AddAttribute("then_branch", node)->mutable_g();
  AddNode("Neg", {"nothing"}, {"b"}, body);
  EXPECT_THAT(Load(model).error,
              StartsWith("E219 (3) graph 'main', node 2 'choose' (If), body "
                         "'then_branch', node 0 (Neg): its input 'nothing'"));
  // A function does not see the tensors of its caller.
  ModelProto other = ReluModel();
  AddFunction("F", {}, &other);
  AddNode("Neg", {"x"}, {"z"}, other.mutable_functions(0));
  EXPECT_THAT(Load(other).error,
              StartsWith("E219 (3) function 'F', node 1 (Neg): its input 'x'"));
}

TEST(Validator, DefinedTwice) {
  EXPECT_THAT(Load(SmallModel("a = Relu(x)\na = Neg(x)\ny = Relu(a)")).error,
              StartsWith("E220 (3) graph 'main', node 1 (Neg): its output 'a' "
                         "is made by another node already"));
  EXPECT_THAT(Load(SmallModel("x = Relu(x)\ny = Relu(x)")).error,
              StartsWith("E220 (3) graph 'main', node 0 (Relu): its output 'x' "
                         "is an input or initializer already"));
  ModelProto inputs = ReluModel();
  inputs.mutable_graph()->add_input()->set_name("x");
  EXPECT_THAT(
      Load(inputs).error,
      StartsWith("E220 (3) graph 'main': the input 'x' is there twice"));
  ModelProto initializers = ReluModel();
  for (int i = 0; i < 2; ++i) {
    auto* tensor = initializers.mutable_graph()->add_initializer();
    tensor->set_name("w");
    tensor->set_data_type(TensorProto::FLOAT);
    tensor->add_float_data(1);
  }
  EXPECT_THAT(
      Load(initializers).error,
      StartsWith("E220 (3) graph 'main': the initializer 'w' is there twice"));
  // A sparse initializer has the name of its values.
  ModelProto sparse = initializers;
  sparse.mutable_graph()->mutable_initializer()->RemoveLast();
  auto* tensor = sparse.mutable_graph()->add_sparse_initializer();
  *tensor->mutable_values() = initializers.graph().initializer(0);
  tensor->add_dims(4);
  EXPECT_THAT(Load(sparse).error,
              StartsWith("E220 (3) graph 'main': the initializer 'w'"));
}

TEST(Validator, Shadowing) {
  const auto with_body = [](const std::string& output) {
    ModelProto model = SmallModel(
        "c = Cast<to = 9>(x)\na = Neg(x)\n"
        "y = Relu(x)");
    auto* node = AddNode("If", {"c"}, {"z"}, model.mutable_graph());
    auto* body = AddAttribute("then_branch", node)->mutable_g();
    AddNode("Neg", {"x"}, {output}, body);
    body->add_output()->set_name(output);
    AddNode("Neg", {"z"}, {"later"}, model.mutable_graph());
    return model;
  };
  EXPECT_THAT(Load(with_body("a")).error,
              StartsWith("E220 (3) graph 'main', node 3 (If), body "
                         "'then_branch', node 0 (Neg): its output 'a' hides"));
  EXPECT_THAT(Load(with_body("x")).error, StartsWith("E220 (3)"));
  // What comes afterwards is not visible in the body: exporters do this.
  EXPECT_EQ(Load(with_body("later")).error, "");
  EXPECT_EQ(Load(with_body("z")).error, "");
}

TEST(Validator, OutputsWithoutProducer) {
  ModelProto model = SmallModel("logits = Neg(x)\ny = Relu(x)");
  model.mutable_graph()->add_output()->set_name("logit");
  EXPECT_EQ(
      Load(model).error,
      "E221 (3) graph 'main': its output 'logit' is made by no node and is "
      "no input or initializer; did you mean 'logits'?");
}

TEST(Validator, OddButValid) {
  // Outputs that are inputs, initializers, listed twice; nameless and equal
  // names of nodes; absent inputs and outputs; a body output from outside.
  ModelProto model = SmallModel(
      "y = Clip(x, , w)\n"
      "a, unused = Dropout(x)\n"
      "c = Cast<to = 9>(x)");
  auto* graph = model.mutable_graph();
  for (auto& node : *graph->mutable_node()) node.set_name("same");
  graph->mutable_node(1)->set_output(1, "");
  auto* tensor = graph->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(TensorProto::FLOAT);
  tensor->add_float_data(1);
  for (const char* name : {"x", "w", "y", "y"}) {
    graph->add_output()->set_name(name);
  }
  auto* node = AddNode("If", {"c"}, {"z"}, graph);
  AddAttribute("then_branch", node)->mutable_g()->add_output()->set_name("a");
  AddAttribute("else_branch", node)->mutable_g()->add_output()->set_name("w");
  const Loaded loaded = Load(model);
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(loaded.model.proto.SerializeAsString(), model.SerializeAsString());
}

TEST(Validator, InitializersThatAreInputs) {
  ModelProto model = SmallModel("y = Add(x, w)");
  auto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(TensorProto::FLOAT);
  tensor->add_float_data(1);
  model.set_ir_version(3);
  EXPECT_THAT(Ids(Load(model).warnings), ElementsAre("W202"));
  model.mutable_graph()->add_input()->set_name("w");
  const Loaded loaded = Load(model);
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST(Validator, IrVersion) {
  ModelProto model = ReluModel();
  for (const int64_t version : {int64_t{0}, int64_t{-1}}) {
    model.set_ir_version(version);
    EXPECT_THAT(Load(model).error,
                StartsWith("E207 (3) the model has no valid ir_version"));
  }
  model.set_ir_version(14);
  EXPECT_EQ(Load(model).error, "");
  model.set_ir_version(9999);
  EXPECT_EQ(Load(model).error,
            "E208 (3) the model has IR version 9999, which is newer than "
            "supported (14); --allow-newer tries it all the same");
  const Loaded loaded = Load(model, {.allow_newer = true});
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(Ids(loaded.warnings), ElementsAre("W207"));
}

TEST(Validator, Opsets) {
  ModelProto model = ReluModel();
  auto* import = model.mutable_opset_import(0);
  import->set_version(9999);
  EXPECT_EQ(Load(model).error,
            "E208 (3) the model has opset 9999, which is newer than supported "
            "(27); --allow-newer tries it all the same");
  EXPECT_EQ(Load(model, {.allow_newer = true}).error, "");
  import->set_version(0);
  EXPECT_THAT(Load(model).error, StartsWith("E209 (3)"));
  model.clear_opset_import();
  EXPECT_THAT(Load(model).error,
              StartsWith("E209 (3) the model has no opset_import"));
}

TEST(Validator, BothSpellingsOfTheDefaultDomain) {
  ModelProto model = ReluModel();
  auto* other = model.add_opset_import();
  other->set_domain("ai.onnx");
  other->set_version(17);
  model.mutable_graph()->mutable_node(0)->set_domain("ai.onnx");
  EXPECT_EQ(Load(model).error, "");
  other->set_version(16);
  EXPECT_EQ(Load(model).error,
            "E209 (3) the model imports the domain '' twice (opsets 17 and "
            "16)");
  other->set_domain("");
  other->set_version(17);
  EXPECT_THAT(Load(model).error, StartsWith("E209 (3)"));
}

TEST(Validator, UnimportedDomains) {
  ModelProto model = ReluModel();
  model.mutable_graph()->mutable_node(0)->set_domain("com.microsoft");
  EXPECT_EQ(Load(model).error,
            "E209 (3) graph 'main', node 0 (Relu): its operator is of the "
            "domain 'com.microsoft', which is not among the opset_import");
  // Functions bring their own imports.
  ModelProto other = ReluModel();
  AddFunction("F", {}, &other);
  other.mutable_functions(0)->clear_opset_import();
  EXPECT_THAT(Load(other).error, StartsWith("E209 (3) function 'F', node 0"));
}

TEST(Validator, DimsOfDeclaredTypes) {
  const auto with_dim = [](int64_t dim, bool in_value_info) {
    ModelProto model = ReluModel();
    auto* info = in_value_info ? model.mutable_graph()->add_value_info()
                               : model.mutable_graph()->mutable_input(0);
    info->set_name("x");
    auto* tensor = info->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(TensorProto::FLOAT);
    tensor->mutable_shape()->add_dim()->set_dim_value(dim);
    return model;
  };
  for (const bool in_value_info : {false, true}) {
    EXPECT_THAT(Load(with_dim(-1, in_value_info)).error,
                StartsWith("E211 (3) graph 'main': 'x' has the negative "
                           "dimension -1"));
    EXPECT_THAT(Load(with_dim(int64_t{1} << 62, in_value_info)).error,
                StartsWith("E210 (3) graph 'main': 'x' is too large"));
    EXPECT_EQ(Load(with_dim(0, in_value_info)).error, "");
  }
  ModelProto model = with_dim(1, true);
  auto* shape = model.mutable_graph()
                    ->mutable_value_info(0)
                    ->mutable_type()
                    ->mutable_tensor_type()
                    ->mutable_shape();
  while (shape->dim_size() < 64) shape->add_dim();
  EXPECT_EQ(Load(model).error, "");
  shape->add_dim();
  EXPECT_THAT(Load(model).error, StartsWith("E222 (3)"));
}

TEST(Validator, ShapesLongerThanAnyRank) {
  const auto with_shape = [](const std::string& op, int64_t length) {
    ModelProto model =
        SmallModel(op == "ConstantOfShape" ? "y = ConstantOfShape(s)"
                                           : "y = " + op + "(x, s)");
    auto* input = model.mutable_graph()->add_input();
    input->set_name("s");
    auto* tensor = input->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(TensorProto::INT64);
    tensor->mutable_shape()->add_dim()->set_dim_value(length);
    return model;
  };
  for (const char* op : {"ConstantOfShape", "Expand", "Reshape", "Tile"}) {
    EXPECT_EQ(Load(with_shape(op, 64)).error, "") << op;
    EXPECT_THAT(Load(with_shape(op, 10'000'000'000)).error,
                StartsWith("E222 (3) graph 'main', node 0"))
        << op;
  }
  EXPECT_EQ(Load(with_shape("Add", 10'000'000'000)).error, "");
}

TEST(Validator, AbsurdAttributes) {
  for (const char* attribute :
       {"strides = [0, 0]", "strides = [1, -1]", "dilations = [0, 1]",
        "dilations = [4611686018427387904, 1]", "kernel_shape = [0, 1]",
        "group = 0", "pads = [-9223372036854775807, 0, 0, 0]"}) {
    EXPECT_THAT(
        Load(SmallModel("y = Conv<" + std::string(attribute) + ">(x, x)"))
            .error,
        StartsWith("E223 (3) graph 'main', node 0 (Conv): "))
        << attribute;
  }
  EXPECT_EQ(
      Load(SmallModel("y = MaxPool<strides = [0], kernel_shape = [1]>(x)"))
          .error,
      "E223 (3) graph 'main', node 0 (MaxPool): strides is 0, but it "
      "must be in 1 .. 2147483647");
  EXPECT_EQ(Load(SmallModel("y = Pad<pads = [-1, -1]>(x)")).error, "");
}

TEST(Validator, AttributesTwiceOrOutsideAFunction) {
  ModelProto twice = ReluModel();
  for (int i = 0; i < 2; ++i) {
    AddAttribute("alpha", twice.mutable_graph()->mutable_node(0))->set_f(1);
  }
  EXPECT_EQ(Load(twice).error,
            "E223 (3) graph 'main', node 0 (Relu): the attribute 'alpha' is "
            "there twice");
  ModelProto reference = ReluModel();
  AddAttribute("alpha", reference.mutable_graph()->mutable_node(0))
      ->set_ref_attr_name("beta");
  EXPECT_THAT(Load(reference).error, StartsWith("E223 (3)"));
  ModelProto inside = ReluModel();
  AddFunction("F", {}, &inside);
  AddAttribute("alpha", inside.mutable_functions(0)->mutable_node(0))
      ->set_ref_attr_name("beta");
  EXPECT_EQ(Load(inside).error, "");
}

TEST(Validator, RecursiveFunctions) {
  ModelProto self = ReluModel();
  AddFunction("F", {"F"}, &self);
  EXPECT_EQ(Load(self).error,
            "E224 (3) functions must not be recursive, but these call each "
            "other: 'F' -> 'F'");
  ModelProto mutual = ReluModel();
  AddFunction("A", {"B"}, &mutual);
  AddFunction("B", {"C"}, &mutual);
  AddFunction("C", {"B"}, &mutual);
  EXPECT_EQ(Load(mutual).error,
            "E224 (3) functions must not be recursive, but these call each "
            "other: 'B' -> 'C' -> 'B'");
  // From a body in a body.
  ModelProto body = ReluModel();
  AddFunction("F", {}, &body);
  auto* outer = AddNode("If", {"a"}, {"i"}, body.mutable_functions(0));
  auto* inner = AddNode("Loop", {}, {"l"},
                        AddAttribute("then_branch", outer)->mutable_g());
  AddNode("F", {"a"}, {"r"}, AddAttribute("body", inner)->mutable_g())
      ->set_domain("local");
  EXPECT_THAT(Load(body).error, StartsWith("E224 (3)"));
}

TEST(Validator, FunctionsMayCallOthers) {
  ModelProto model = ReluModel();
  AddFunction("A", {"B", "B", "C"}, &model);
  AddFunction("B", {"C"}, &model);
  AddFunction("C", {}, &model);
  AddNode("A", {"x"}, {"z"}, model.mutable_graph())->set_domain("local");
  const Loaded loaded = Load(model);
  EXPECT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.model.proto.SerializeAsString(), model.SerializeAsString());
}

TEST(Validator, OverloadsAreDifferentFunctions) {
  ModelProto model = ReluModel();
  AddFunction("F", {}, &model);
  AddFunction("F", {}, &model);
  EXPECT_EQ(Load(model).error,
            "E228 (3) the function 'F' of the domain 'local' is defined twice");
  model.mutable_functions(1)->mutable_unknown_fields()->AddLengthDelimited(
      13, "other");
  EXPECT_EQ(Load(model).error, "");
}

TEST(Validator, ExponentialFunctions) {
  const auto nested = [](int depth) {
    ModelProto model = ReluModel();
    AddFunction("F0", {}, &model);
    for (int i = 1; i < depth; ++i) {
      const std::string callee = Numbered("F", i - 1);
      AddFunction(Numbered("F", i), {callee, callee}, &model);
    }
    AddNode(Numbered("F", depth - 1), {"x"}, {"z"}, model.mutable_graph())
        ->set_domain("local");
    return model;
  };
  EXPECT_EQ(Load(nested(16)).error, "");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(Load(nested(24)).error, StartsWith("E225 (3)"));
  EXPECT_THAT(Load(nested(2000)).error, StartsWith("E225 (3)"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(Validator, SparseTensors) {
  const auto sparse = [](const std::vector<int64_t>& dims, int64_t values,
                         const std::vector<int64_t>& indices,
                         const std::vector<int64_t>& index_dims) {
    ModelProto model = ReluModel();
    auto* tensor = model.mutable_graph()->add_sparse_initializer();
    for (int64_t dim : dims) tensor->add_dims(dim);
    tensor->mutable_values()->set_name("s");
    tensor->mutable_values()->set_data_type(TensorProto::FLOAT);
    tensor->mutable_values()->add_dims(values);
    for (int64_t i = 0; i < values; ++i) {
      tensor->mutable_values()->add_float_data(1);
    }
    tensor->mutable_indices()->set_data_type(TensorProto::INT64);
    for (int64_t dim : index_dims) tensor->mutable_indices()->add_dims(dim);
    for (int64_t index : indices) {
      tensor->mutable_indices()->add_int64_data(index);
    }
    return Load(model).error;
  };
  EXPECT_EQ(sparse({2, 3}, 2, {1, 5}, {2}), "");
  EXPECT_EQ(sparse({2, 3}, 2, {0, 2, 1, 0}, {2, 2}), "");
  EXPECT_THAT(sparse({3037000499, 3037000501}, 1, {0}, {1}),
              StartsWith("E210 (3)"));
  EXPECT_THAT(sparse({2, -3}, 1, {0}, {1}), StartsWith("E211 (3)"));
  EXPECT_THAT(sparse({2, 3}, 2, {1, 6}, {2}), StartsWith("E226 (3)"));
  EXPECT_THAT(sparse({2, 3}, 2, {-1, 5}, {2}), StartsWith("E226 (3)"));
  EXPECT_THAT(sparse({2, 3}, 2, {5, 1}, {2}), StartsWith("E226 (3)"));
  EXPECT_THAT(sparse({2, 3}, 2, {1, 1}, {2}), StartsWith("E226 (3)"));
  EXPECT_THAT(sparse({2, 3}, 2, {0, 3, 1, 0}, {2, 2}), StartsWith("E226 (3)"));
  EXPECT_THAT(sparse({2, 3}, 2, {1, 2, 5}, {3}), StartsWith("E226 (3)"));
  EXPECT_THAT(sparse({1}, 2, {0, 1}, {2}), StartsWith("E226 (3)"));
  EXPECT_THAT(sparse({}, 1, {0}, {1}), StartsWith("E226 (3)"));
}

TEST(Validator, Names) {
  ModelProto longest = ReluModel();
  longest.mutable_graph()->mutable_node(0)->set_name(
      std::string(64 << 10, 'n'));
  EXPECT_EQ(Load(longest).error, "");
  longest.mutable_graph()->mutable_node(0)->set_name(
      std::string((64 << 10) + 1, 'n'));
  const std::string error = Load(longest).error;
  EXPECT_THAT(error, StartsWith("E227 (3)"));
  EXPECT_LT(error.size(), 1000u);

  ModelProto control = ReluModel();
  control.mutable_graph()->mutable_node(0)->set_input(0, "a\n\x1b[31mb");
  EXPECT_THAT(Load(control).error,
              AllOf(StartsWith("E227 (3)"), HasSubstr("'a\\x0a\\x1b[31mb'")));

  ModelProto latin1 = ReluModel();
  latin1.mutable_graph()->mutable_node(0)->set_name("gr\xfc\xdf");
  EXPECT_THAT(Load(latin1).error,
              AllOf(StartsWith("E227 (3)"), HasSubstr("no UTF-8")));
  ModelProto utf8 = ReluModel();
  utf8.mutable_graph()->mutable_node(0)->set_name("gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(Load(utf8).error, "");

  ModelProto no_op = ReluModel();
  no_op.mutable_graph()->mutable_node(0)->clear_op_type();
  EXPECT_THAT(Load(no_op).error, StartsWith("E227 (3)"));
  ModelProto nameless = ReluModel();
  nameless.mutable_graph()->mutable_input(0)->clear_name();
  EXPECT_EQ(Load(nameless).error,
            "E227 (3) graph 'main': an input has no name");
}

TEST(Validator, TrainingInfoAndAnnotationsWarn) {
  ModelProto model = ReluModel();
  model.add_training_info()->mutable_algorithm()->set_name("train");
  auto* annotation = model.mutable_graph()->add_quantization_annotation();
  annotation->set_tensor_name("y");
  auto* entry = annotation->add_quant_parameter_tensor_names();
  entry->set_key("SCALE_TENSOR");
  entry->set_value("y_scale");
  const Loaded loaded = Load(model);
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(Ids(loaded.warnings), ElementsAre("W204", "W203"));
}

TEST(Validator, LargeGraphsAreQuick) {
  ModelProto model = ReluModel();
  constexpr int kNodes = 100'000;
  auto* graph = model.mutable_graph();
  // From back to front, so that they must be sorted.
  for (int i = kNodes - 1; i > 0; --i) {
    AddNode("Add", {Numbered("t", i - 1), Numbered("t", i / 2)},
            {Numbered("t", i)}, graph);
  }
  AddNode("Relu", {"x"}, {"t0"}, graph);
  // t1 reads itself otherwise.
  graph->mutable_node(kNodes - 1)->set_input(1, "t0");
  const auto begin = std::chrono::steady_clock::now();
  const Loaded loaded = Load(model);
  const auto time = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(Ids(loaded.warnings), ElementsAre("W201"));
  // Far above what it takes, far below what anything quadratic takes.
  EXPECT_LT(time, std::chrono::seconds(10));
}

}  // namespace
}  // namespace dnncut
