// SPDX-License-Identifier: Apache-2.0
//
// Versions, declared types, attributes, functions and names: malformed models
// get one clear error each, odd but valid ones load.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frontends/loading.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
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
  Loaded loaded = Load(model);
  EXPECT_EQ(loaded.error, "");
  ASSERT_THAT(Ids(loaded.warnings), ElementsAre("W209"));
  EXPECT_EQ(loaded.warnings[0].text,
            "the model does not import the domain of some operators: version 1 "
            "of 'com.microsoft' is assumed, as runtimes do, and written into "
            "the halves");
  ASSERT_EQ(loaded.model.proto.opset_import_size(), 2);
  EXPECT_EQ(loaded.model.proto.opset_import(1).domain(), "com.microsoft");
  EXPECT_EQ(loaded.model.proto.opset_import(1).version(), 1);
  // ONNX Runtime takes the newest version that it knows.
  model.mutable_graph()->mutable_node(0)->set_domain("ai.onnx.ml");
  EXPECT_EQ(Load(model).model.proto.opset_import(1).version(), 5);
  // What ONNX's own operators mean depends on the version.
  model = ReluModel();
  model.mutable_opset_import(0)->set_domain("com.microsoft");
  EXPECT_EQ(Load(model).error,
            "E209 (3) graph 'main', node 0 (Relu): its operator is of the "
            "domain '' (ONNX itself), which is not among the opset_import");
}

TEST(Validator, FunctionsBringTheirOwnImports) {
  ModelProto model = ReluModel();
  AddFunction("F", {}, &model);
  auto* function = model.mutable_functions(0);
  function->mutable_node(0)->set_domain("com.microsoft");
  auto* import = model.add_opset_import();
  import->set_domain("com.microsoft");
  import->set_version(2);
  const Loaded loaded = Load(model);
  EXPECT_THAT(Ids(loaded.warnings), ElementsAre("W209"));
  const auto& imports = loaded.model.proto.functions(0).opset_import();
  EXPECT_EQ(imports[imports.size() - 1].version(), 2);
  function->mutable_node(0)->clear_domain();
  function->clear_opset_import();
  EXPECT_THAT(Load(model).error, StartsWith("E209 (3) function 'F', node 0"));
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
    const Loaded loaded = Load(with_dim(-1, in_value_info));
    EXPECT_EQ(loaded.error, "");
    ASSERT_THAT(Ids(loaded.warnings), ElementsAre("W208"));
    EXPECT_EQ(loaded.warnings[0].text,
              "the model declares negative dimensions (-1 of 'x'); runtimes "
              "take them as free, and so are they taken here and written into "
              "the halves");
    const auto& graph = loaded.model.proto.graph();
    const auto& dim = (in_value_info ? graph.value_info(0) : graph.input(0))
                          .type()
                          .tensor_type()
                          .shape()
                          .dim();
    EXPECT_FALSE(dim[dim.size() - 1].has_dim_value());
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
  EXPECT_EQ(Load(nested(15)).error, "");
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

}  // namespace
}  // namespace dnncut
