// SPDX-License-Identifier: Apache-2.0
//
// Types of the operators of ai.onnx.ml. libonnx infers hardly any of them, and
// their schemas say little on shapes, so what ONNX Runtime makes decides: where
// a row has several features, an input of one dimension is one row. Labels are
// texts when there are texts among the labels. Source: the operator schemas of
// ONNX and ONNX Runtime's kernels; tests/tools/runtime/ml_shapes_test.cc
// compares both.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "frontends/shapes/operator_rules.h"
#include "frontends/values/compute_values.h"

namespace dnncut {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TypeProto;

namespace {

// How many numbers or texts an attribute lists; 0 when it is absent.
int64_t ListSize(const NodeProto& node, std::string_view name) {
  const AttributeProto* list = FindAttribute(node, name);
  if (list == nullptr) return 0;
  return std::max(
      {list->ints_size(), list->floats_size(), list->strings_size()});
}

TensorType TensorOf(DType dtype, std::vector<int64_t> shape) {
  TensorType type;
  type.kind = TensorType::Kind::kTensor;
  type.dtype = dtype;
  type.has_rank = true;
  type.shape = std::move(shape);
  return type;
}

// The rows of a matrix, or the one row of a vector; -1 when not known.
int64_t RowsOf(const TensorType& type) {
  if (!type.has_rank || type.shape.empty()) return -1;
  return type.shape.size() == 1 ? 1 : type.shape[0];
}

// Labels of every row in output 0, `scores` numbers in output 1. The labels are
// integers unless the attribute `texts` lists some.
void SetClasses(std::string_view texts, int64_t scores, NodeRun* run) {
  const int64_t rows = RowsOf(InputType(*run, 0));
  const bool integers = ListSize(*run->node, texts) == 0;
  SetOutput(TensorOf(integers ? DType::kInt64 : DType::kString, {rows}), 0,
            run);
  SetOutput(TensorOf(DType::kFloat32, {rows, scores > 0 ? scores : -1}), 1,
            run);
}

// The number of labels of a classifier.
int64_t LabelCount(const NodeProto& node, std::string_view integers) {
  return std::max(ListSize(node, integers),
                  ListSize(node, "classlabels_strings"));
}

}  // namespace

const NodeProto* InferFloatsLikeFirst(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  type.kind = TensorType::Kind::kTensor;
  type.dtype = DType::kFloat32;
  SetOutput(type, 0, run);
  return nullptr;
}

// The last dimension becomes the number of indices; a vector becomes a row.
const NodeProto* InferArrayFeatureExtractor(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  const TensorType indices = InputType(*run, 1);
  if (!type.has_rank || type.shape.empty() || !indices.has_rank) return nullptr;
  int64_t count = 1;
  for (const int64_t dim : indices.shape) {
    if (dim < 0 || count < 0 || __builtin_mul_overflow(count, dim, &count)) {
      count = -1;
      break;
    }
  }
  if (type.shape.size() == 1) type.shape.insert(type.shape.begin(), 1);
  type.shape.back() = count;
  SetOutput(type, 0, run);
  return nullptr;
}

// A map becomes a row: of all its values, or of `max_map` columns.
const NodeProto* InferCastMap(NodeRun* run, NodeProto*) {
  const NodeProto& node = *run->node;
  const AttributeProto* to = FindAttribute(node, "cast_to");
  const AttributeProto* form = FindAttribute(node, "map_form");
  DType dtype = DType::kFloat32;
  if (to != nullptr && to->s() == "TO_STRING") dtype = DType::kString;
  if (to != nullptr && to->s() == "TO_INT64") dtype = DType::kInt64;
  const bool sparse = form != nullptr && form->s() == "SPARSE";
  SetOutput(
      TensorOf(dtype, {1, sparse ? IntAttribute(node, "max_map", 1) : -1}), 0,
      run);
  return nullptr;
}

// Texts become integers, and integers texts.
const NodeProto* InferCategoryMapper(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  type.dtype = type.dtype == DType::kString ? DType::kInt64 : DType::kString;
  SetOutput(type, 0, run);
  return nullptr;
}

// A map becomes a row with a column for each word of the vocabulary.
const NodeProto* InferDictVectorizer(NodeRun* run, NodeProto*) {
  const int64_t words = std::max(ListSize(*run->node, "string_vocabulary"),
                                 ListSize(*run->node, "int64_vocabulary"));
  TensorType value;
  if (!run->inputs.empty() && run->inputs[0] != nullptr &&
      run->inputs[0]->type.has_map_type()) {
    const TypeProto& type = run->inputs[0]->type.map_type().value_type();
    if (type.has_tensor_type()) {
      value.dtype = DTypeFromOnnx(type.tensor_type().elem_type());
    }
  }
  SetOutput(TensorOf(value.dtype, {1, words}), 0, run);
  return nullptr;
}

const NodeProto* InferFeatureVectorizer(NodeRun* run, NodeProto*) {
  const AttributeProto* widths = FindAttribute(*run->node, "inputdimensions");
  int64_t sum = widths == nullptr ? -1 : 0;
  if (widths != nullptr) {
    for (const int64_t width : widths->ints()) {
      if (width < 0 || __builtin_add_overflow(sum, width, &sum)) {
        run->problem = "its inputdimensions are out of range";
        return nullptr;
      }
    }
  }
  SetOutput(TensorOf(DType::kFloat32, {RowsOf(InputType(*run, 0)), sum}), 0,
            run);
  return nullptr;
}

// The list of values says what comes out; in version 1 it is what does not go
// in.
const NodeProto* InferLabelEncoder(NodeRun* run, NodeProto* storage) {
  if (run->opset < 2) return InferCategoryMapper(run, storage);
  const NodeProto& node = *run->node;
  TensorType type = InputType(*run, 0);
  type.kind = TensorType::Kind::kTensor;
  type.dtype = DType::kUndefined;
  const AttributeProto* tensor = FindAttribute(node, "values_tensor");
  if (tensor != nullptr) {
    type.dtype = DTypeFromOnnx(tensor->t().data_type());
  } else if (FindAttribute(node, "values_strings") != nullptr) {
    type.dtype = DType::kString;
  } else if (FindAttribute(node, "values_int64s") != nullptr) {
    type.dtype = DType::kInt64;
  } else if (FindAttribute(node, "values_floats") != nullptr) {
    type.dtype = DType::kFloat32;
  }
  SetOutput(type, 0, run);
  return nullptr;
}

// Classes are counted by their intercepts. One of them with two labels gives
// two scores, of the class and of the other.
const NodeProto* InferLinearClassifier(NodeRun* run, NodeProto*) {
  const NodeProto& node = *run->node;
  int64_t scores = ListSize(node, "intercepts");
  const int64_t labels = LabelCount(node, "classlabels_ints");
  if (scores == 1 && labels == 2) scores = 2;
  if (scores == 0) scores = labels;
  SetClasses("classlabels_strings", scores, run);
  return nullptr;
}

const NodeProto* InferLinearRegressor(NodeRun* run, NodeProto*) {
  SetOutput(TensorOf(DType::kFloat32, {RowsOf(InputType(*run, 0)),
                                       IntAttribute(*run->node, "targets", 1)}),
            0, run);
  return nullptr;
}

// A dimension more, with a column for each category.
const NodeProto* InferOneHotEncoder(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  type.kind = TensorType::Kind::kTensor;
  type.dtype = DType::kFloat32;
  if (type.has_rank) {
    type.shape.push_back(std::max(ListSize(*run->node, "cats_int64s"),
                                  ListSize(*run->node, "cats_strings")));
  }
  SetOutput(type, 0, run);
  return nullptr;
}

// Support vectors compare each pair of classes; without probabilities of them
// that is what comes out, for two classes a score of either.
const NodeProto* InferSvmClassifier(NodeRun* run, NodeProto*) {
  const NodeProto& node = *run->node;
  const int64_t classes = LabelCount(node, "classlabels_ints");
  const bool pairs = ListSize(node, "vectors_per_class") > 0 &&
                     ListSize(node, "prob_a") == 0 && classes > 2;
  SetClasses("classlabels_strings",
             pairs ? classes * (classes - 1) / 2 : classes, run);
  return nullptr;
}

const NodeProto* InferSvmRegressor(NodeRun* run, NodeProto*) {
  SetOutput(TensorOf(DType::kFloat32, {RowsOf(InputType(*run, 0)), 1}), 0, run);
  return nullptr;
}

const NodeProto* InferTreeClassifier(NodeRun* run, NodeProto*) {
  SetClasses("classlabels_strings",
             LabelCount(*run->node, "classlabels_int64s"), run);
  return nullptr;
}

// TreeEnsemble, since version 5, has the type of its input.
const NodeProto* InferTreeRegressor(NodeRun* run, NodeProto*) {
  const NodeProto& node = *run->node;
  const TensorType input = InputType(*run, 0);
  const DType dtype =
      node.op_type() == "TreeEnsemble" ? input.dtype : DType::kFloat32;
  SetOutput(
      TensorOf(dtype, {RowsOf(input), IntAttribute(node, "n_targets", 1)}), 0,
      run);
  return nullptr;
}

}  // namespace dnncut
