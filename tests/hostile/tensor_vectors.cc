// SPDX-License-Identifier: Apache-2.0
//
// Tensors whose data is not what their dims and element type say.
#include <string>

#include "tests/frontends/loading.h"
#include "tests/hostile/vector.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::SparseTensorProto;
using ONNX_NAMESPACE::TensorProto;

// y = Relu(x) and the initializer w with `dims`, filled by `fill`.
Vector Tensor(const std::string& row, const std::string& name, int32_t type,
              const std::vector<int64_t>& dims,
              const std::function<void(TensorProto*)>& fill,
              std::vector<std::string> lines) {
  return {row, name,
          [=](const Site& site) {
            ModelProto model = ReluModel();
            TensorProto* tensor = model.mutable_graph()->add_initializer();
            tensor->set_name(std::string("w"));
            tensor->set_data_type(type);
            for (int64_t dim : dims) tensor->add_dims(dim);
            fill(tensor);
            site.Save(model);
          },
          3, std::move(lines)};
}

std::function<void(TensorProto*)> Raw(size_t bytes) {
  return [=](TensorProto* tensor) {
    tensor->set_raw_data(std::string(bytes, 'r'));
  };
}

void Empty(TensorProto*) {}

std::vector<Vector> RawData() {
  const std::string row = "GHSA-r6v2-894m-m2v4";
  return {
      Tensor(row, "RawDataIsShort", TensorProto::FLOAT, {1000}, Raw(40),
             {"error[E212]: MODEL: tensor 'w' has 40 bytes in raw_data, but "
              "its dims and element type need 4000"}),
      Tensor(row, "RawDataIsLong", TensorProto::FLOAT, {10}, Raw(4000),
             {"error[E212]: MODEL: tensor 'w' has 4000 bytes in raw_data, but "
              "its dims and element type need 40"}),
      Tensor(row, "RawDataOfHalfElements", TensorProto::FLOAT, {4}, Raw(15),
             {"error[E212]: MODEL: tensor 'w' has 15 bytes in raw_data, but "
              "its dims and element type need 16"}),
      Tensor(row, "RawDataOfStrings", TensorProto::STRING, {4}, Raw(16),
             {"error[E213]: MODEL: tensor 'w' has its data in raw_data, which "
              "cannot hold elements of type string"}),
      Tensor(row, "RawDataForAScalar", TensorProto::INT64, {}, Raw(0),
             {"error[E212]: MODEL: tensor 'w' has 0 bytes in raw_data, but its "
              "dims and element type need 8"}),
      Tensor(row, "RawAndTypedData", TensorProto::FLOAT, {4},
             [](TensorProto* tensor) {
               tensor->set_raw_data(std::string(16, 'r'));
               for (int i = 0; i < 4; ++i) tensor->add_float_data(0);
             },
             {"error[E213]: MODEL: tensor 'w' has both float_data and "
              "raw_data; only one may hold its data"}),
      {"short raw_data in shape initializer",
       "ShortShape",
       [](const Site& site) {
         ModelProto model = SmallModel("y = Reshape(x, w)");
         TensorProto* shape = model.mutable_graph()->add_initializer();
         shape->set_name(std::string("w"));
         shape->set_data_type(TensorProto::INT64);
         shape->add_dims(2);
         shape->set_raw_data("abc");
         site.Save(model);
       },
       3,
       {"error[E212]: MODEL: tensor 'w' has 3 bytes in raw_data, but its dims "
        "and element type need 16"}},
  };
}

std::vector<Vector> TypedData() {
  const std::string row = "onnx 1c1a28d61";
  const auto family = [&](const std::string& name, int32_t type,
                          const std::string& field,
                          const std::function<void(TensorProto*)>& add_one) {
    const std::string needed = type == TensorProto::COMPLEX64 ? "2000" : "1000";
    return Tensor(row, name, type, {1000}, add_one,
                  {"error[E212]: MODEL: tensor 'w' has 1 elements in " + field +
                   ", but its dims and element type need " + needed});
  };
  return {
      family("FloatDataIsShort", TensorProto::FLOAT, "float_data",
             [](TensorProto* tensor) { tensor->add_float_data(1); }),
      family("ComplexDataIsShort", TensorProto::COMPLEX64, "float_data",
             [](TensorProto* tensor) { tensor->add_float_data(1); }),
      family("Int32DataIsShort", TensorProto::INT8, "int32_data",
             [](TensorProto* tensor) { tensor->add_int32_data(1); }),
      family("Int64DataIsShort", TensorProto::INT64, "int64_data",
             [](TensorProto* tensor) { tensor->add_int64_data(1); }),
      family("DoubleDataIsShort", TensorProto::DOUBLE, "double_data",
             [](TensorProto* tensor) { tensor->add_double_data(1); }),
      family("Uint64DataIsShort", TensorProto::UINT64, "uint64_data",
             [](TensorProto* tensor) { tensor->add_uint64_data(1); }),
      family("StringDataIsShort", TensorProto::STRING, "string_data",
             [](TensorProto* tensor) {
               tensor->add_string_data(std::string("a"));
             }),
      Tensor(row, "NoData", TensorProto::FLOAT, {1000}, Empty,
             {"error[E212]: MODEL: tensor 'w' has no data, but its dims need "
              "1000 elements"}),
      Tensor(row, "DataInAWrongField", TensorProto::FLOAT, {1},
             [](TensorProto* tensor) { tensor->add_int64_data(1); },
             {"error[E213]: MODEL: tensor 'w' has its data in int64_data, "
              "which cannot hold elements of type float32"}),
      Tensor(
          row, "UnknownElementType", 9999, {1}, Raw(4),
          {"error[E213]: MODEL: tensor 'w' has the unknown element type 9999"}),
      Tensor(row, "Segments", TensorProto::FLOAT, {1},
             [](TensorProto* tensor) {
               Raw(4)(tensor);
               tensor->mutable_segment()->set_begin(INT64_MAX);
             },
             {"error[E213]: MODEL: tensor 'w' is stored in segments, which no "
              "runtime reads; save the model again with a current version of "
              "onnx"}),
  };
}

std::vector<Vector> Dims() {
  const std::string row = "onnx fa2fe73a5";
  const int64_t half = int64_t{1} << 32;
  return {
      Tensor(row, "DimsThatMultiplyTo2To64", TensorProto::FLOAT, {half, half},
             Empty, {"error[E210]: MODEL: tensor 'w' is too large"}),
      Tensor(row, "DimsThatMultiplyTo2To63", TensorProto::INT8,
             {half, half / 2}, Empty,
             {"error[E210]: MODEL: tensor 'w' is too large"}),
      Tensor(row, "ZeroTimesTooMuch", TensorProto::FLOAT, {half, half, 0},
             Empty, {"error[E210]: MODEL: tensor 'w' is too large"}),
      Tensor(row, "NegativeDim", TensorProto::FLOAT, {-4}, Raw(16),
             {"error[E211]: MODEL: tensor 'w' has the negative dimension -4"}),
      Tensor(row, "Int64Min", TensorProto::FLOAT, {INT64_MIN}, Raw(16),
             {"error[E211]: MODEL: tensor 'w' has the negative dimension "
              "-9223372036854775808"}),
      Tensor(row, "NegativeTimesNegative", TensorProto::FLOAT, {-2, -2},
             Raw(16),
             {"error[E211]: MODEL: tensor 'w' has the negative dimension -2"}),
      Tensor(row, "APetabyteOfNothing", TensorProto::FLOAT, {1LL << 48}, Empty,
             {"error[E212]: MODEL: tensor 'w' has no data, but its dims need "
              "281474976710656 elements"}),
      Tensor(row, "Rank100000", TensorProto::FLOAT,
             std::vector<int64_t>(100'000, 1), Raw(4),
             {"error[E222]: MODEL: tensor 'w' has more than 64 dimensions, the "
              "most that --limit rank allows"}),
  };
}

Vector Sparse(const std::string& row, const std::string& name,
              const std::vector<int64_t>& dims,
              const std::vector<int64_t>& indices,
              std::vector<std::string> lines) {
  return {row, name,
          [=](const Site& site) {
            ModelProto model = ReluModel();
            SparseTensorProto* sparse =
                model.mutable_graph()->add_sparse_initializer();
            for (int64_t dim : dims) sparse->add_dims(dim);
            TensorProto* values = sparse->mutable_values();
            values->set_name(std::string("w"));
            values->set_data_type(TensorProto::FLOAT);
            values->add_dims(static_cast<int64_t>(indices.size()));
            TensorProto* at = sparse->mutable_indices();
            at->set_data_type(TensorProto::INT64);
            at->add_dims(static_cast<int64_t>(indices.size()));
            for (int64_t index : indices) {
              values->add_float_data(1);
              at->add_int64_data(index);
            }
            site.Save(model);
          },
          3, std::move(lines)};
}

std::vector<Vector> SparseTensors() {
  const std::string row = "GHSA-r6vj-4qg3-f4h6";
  return {
      Sparse(row, "SparseDimsThatWrap", {3037000499, 3037000501}, {0},
             {"error[E210]: MODEL: graph 'main': the sparse initializer 'w' is "
              "too large"}),
      Sparse(row, "SparseIndexTooLarge", {4, 4}, {16},
             {"error[E226]: MODEL: graph 'main': the sparse initializer 'w' "
              "has the index 16, but it must be in 0 .. 15"}),
      Sparse(row, "SparseIndexNegative", {4, 4}, {-1},
             {"error[E226]: MODEL: graph 'main': the sparse initializer 'w' "
              "has the index -1, but it must be in 0 .. 15"}),
      Sparse(row, "SparseIndicesDescend", {4, 4}, {3, 2},
             {"error[E226]: MODEL: graph 'main': the sparse initializer 'w' "
              "has indices that do not ascend (position 1)"}),
      Sparse(row, "SparseDimNegative", {-4, -4}, {3},
             {"error[E211]: MODEL: graph 'main': the sparse initializer 'w' "
              "has the negative dimension -4"}),
      Sparse(row, "SparseMoreValuesThanElements", {1}, {0, 0},
             {"error[E226]: MODEL: graph 'main': the sparse initializer 'w' "
              "must have a list of values, not more than its 1 elements"}),
  };
}

// A list of 10^10 that is declared, never there.
Vector LongShape(const std::string& op_type) {
  return {"shape vector declared [10^10]",
          "LongShapeOf" + op_type,
          [=](const Site& site) {
            ModelProto model = SmallModel("y = " + op_type + "(x, s)");
            auto* node = model.mutable_graph()->mutable_node(0);
            if (op_type == "ConstantOfShape")
              node->mutable_input()->RemoveLast();
            if (op_type == "ConstantOfShape")
              node->set_input(0, std::string("s"));
            auto* input = model.mutable_graph()->add_input();
            input->set_name(std::string("s"));
            auto* type = input->mutable_type()->mutable_tensor_type();
            type->set_elem_type(TensorProto::INT64);
            type->mutable_shape()->add_dim()->set_dim_value(10'000'000'000);
            site.Save(model);
          },
          3,
          {"error[E222]: MODEL: graph 'main', node 0 (" + op_type +
           "): its input 's' gives a shape, but has more than 64 elements, the "
           "most dimensions that --limit rank allows"}};
}

}  // namespace

std::vector<Vector> TensorVectors() {
  return Join({RawData(),
               TypedData(),
               Dims(),
               SparseTensors(),
               {LongShape("Reshape"), LongShape("Expand"), LongShape("Tile"),
                LongShape("ConstantOfShape")}});
}

}  // namespace dnncut
