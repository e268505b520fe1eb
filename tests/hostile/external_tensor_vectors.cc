// SPDX-License-Identifier: Apache-2.0
//
// Tensors with their data in files that stand where a reader may not look, that
// say so twice, or that share it.
#include "frontends/read/onnx_messages.h"
#include "tests/backends/temp_folder.h"
#include "tests/frontends/loading.h"
#include "tests/hostile/external_model.h"
#include "tests/hostile/vector.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;

// Where ONNX Runtime has not looked.
std::vector<Vector> ElsewhereThanInInitializers() {
  const auto sparse = [](ONNX_NAMESPACE::SparseTensorProto* tensor) {
    tensor->add_dims(kElements);
    *tensor->mutable_values() =
        ExternalTensor("w", {{"location", "../secret"}});
    auto* indices = tensor->mutable_indices();
    indices->add_dims(kElements);
    indices->set_data_type(TensorProto::INT64);
    for (int64_t i = 0; i < kElements; ++i) indices->add_int64_data(i);
  };
  const auto vector = [](const std::string& row, const std::string& name,
                         const std::function<void(ModelProto*)>& change,
                         const std::string& line) {
    return Vector{row,
                  name,
                  [=](const Site& site) {
                    ModelProto model = EmptyModel();
                    change(&model);
                    site.Save(model);
                  },
                  3,
                  {line}};
  };
  const std::string poc = "ORT: sparse external data";
  return {
      vector(
          poc, "SparseInitializer",
          [=](ModelProto* model) {
            sparse(model->mutable_graph()->add_sparse_initializer());
          },
          Outside("../secret", "which leads upwards")),
      vector(
          poc, "ConstantSparseValue",
          [=](ModelProto* model) {
            auto* node = AddNode("Constant", {}, {"c"}, model->mutable_graph());
            sparse(AddAttribute("sparse_value", node)->mutable_sparse_tensor());
          },
          Outside("../secret", "which leads upwards")),
      vector(
          "ext: in a body", "ConstantInABody",
          [](ModelProto* model) {
            auto* node = AddNode("If", {"x"}, {"z"}, model->mutable_graph());
            auto* body = AddAttribute("then_branch", node)->mutable_g();
            *body->add_initializer() =
                ExternalTensor("w", {{"location", "../secret"}});
          },
          Outside("../secret", "which leads upwards")),
      vector(
          "ext: raw and external", "ExternalAndInline",
          [](ModelProto* model) {
            *model = ExternalModel({{"location", "w.bin"}});
            model->mutable_graph()->mutable_initializer(0)->set_raw_data(
                std::string(4 * kElements, 'r'));
          },
          "error[E213]: MODEL: tensor 'w' has external data and raw_data; only "
          "one "
          "may hold its data"),
      vector(
          "ext: in training_info", "TrainingInfo",
          [](ModelProto* model) {
            *model->add_training_info()
                 ->mutable_initialization()
                 ->add_initializer() =
                ExternalTensor("w", {{"location", "../secret"}});
          },
          Outside("../secret", "which leads upwards")),
  };
}

// EXTERNAL, and behind it a number that no parser knows, which protobuf keeps
// among the unknown fields: the tensor stays external.
std::string LocationTwice(uint64_t number) {
  constexpr int kDataLocation = TensorProto::kDataLocationFieldNumber;
  return ExternalTensor("w", {{"location", "../secret"}}).SerializeAsString() +
         WireNumber(kDataLocation, number);
}

std::vector<Vector> LocationsTwice() {
  constexpr uint64_t kOfManyBits = (uint64_t{1} << 32) + 1;
  const std::string row = "data_location twice";
  const auto vector = [&](const std::string& name,
                          const std::function<std::string()>& bytes) {
    return Vector{row,
                  name,
                  [=](const Site& site) { site.Save(bytes()); },
                  3,
                  {Outside("../secret", "which leads upwards")}};
  };
  const auto in_initializer = [](uint64_t number) {
    return [=] {
      constexpr int kInitializer =
          ONNX_NAMESPACE::GraphProto::kInitializerFieldNumber;
      ModelProto model = EmptyModel();
      const std::string graph = model.graph().SerializeAsString() +
                                WireBytes(kInitializer, LocationTwice(number));
      model.clear_graph();
      return model.SerializeAsString() +
             WireBytes(ModelProto::kGraphFieldNumber, graph);
    };
  };
  const auto in_default = [](uint64_t number) {
    return [=] {
      using ONNX_NAMESPACE::AttributeProto;
      ModelProto model = EmptyModel();
      AddFunction("f0", {}, &model);
      model.mutable_functions(0)->mutable_unknown_fields()->AddLengthDelimited(
          kAttributeDefaultsField,
          WireBytes(AttributeProto::kNameFieldNumber, "a") +
              WireBytes(AttributeProto::kTFieldNumber, LocationTwice(number)));
      return model.SerializeAsString();
    };
  };
  return {
      vector("LocationTwice", in_initializer(7)),
      vector("LocationTwiceOfManyBits", in_initializer(kOfManyBits)),
      vector("LocationTwiceInADefault", in_default(7)),
      vector("LocationTwiceOfManyBitsInADefault", in_default(kOfManyBits)),
  };
}

// 128 KiB that 300 tensors share: written once a side.
Vector SharedData() {
  return {
      "shared external data",
      "SharedByManyTensors",
      [](const Site& site) {
        constexpr int kTensors = 300;
        constexpr int64_t kMany = 1 << 15;
        ModelProto model = EmptyModel();
        auto* graph = model.mutable_graph();
        graph->clear_node();
        std::string last = "x";
        for (int i = 0; i < kTensors; ++i) {
          TensorProto tensor =
              ExternalTensor(Numbered("w", i), {{"location", "w.bin"}});
          tensor.set_dims(0, kMany);
          *graph->add_initializer() = tensor;
          const std::string next = i + 1 == kTensors ? "y" : Numbered("v", i);
          AddNode("Add", {last, tensor.name()}, {next}, graph);
          last = next;
        }
        for (auto* info : {graph->mutable_input(0), graph->mutable_output(0)}) {
          info->mutable_type()
              ->mutable_tensor_type()
              ->mutable_shape()
              ->mutable_dim(0)
              ->set_dim_value(kMany);
        }
        site.Save(model);
        WriteAll(site.InModel("w.bin"), std::string(4 * kMany, 'w'));
      },
      0,
      {}};
}

}  // namespace

std::vector<Vector> ExternalTensorVectors() {
  return Join(
      {ElsewhereThanInInitializers(), LocationsTwice(), {SharedData()}});
}

}  // namespace dnncut
