// SPDX-License-Identifier: Apache-2.0
//
// The rules for single operators that operator_table.cc puts into its rows, and
// what they share.
#pragma once

#include <onnx/onnx_pb.h>

#include "frontends/shapes/operator_table.h"
#include "frontends/shapes/type_engine.h"

namespace dnncut {

// operator_rules.cc: the default domain, and what com.microsoft shares with it.
InferRule LikeFirstInput;
InferRule InferAsAdd;
InferRule InferAttention;
InferRule InferCast;
InferRule InferCastLike;
InferRule InferDequantizeLinear;
InferRule InferEinsum;
InferRule InferPool;
InferRule InferQuantizeLinear;
InferRule InferReduce;
InferRule InferResize;
InferRule InferSplit;
CorrectRule DropLastWindows;

// checked_rules.cc.
InferRule InferConcat;
InferRule InferNonZero;
InferRule InferPad;
InferRule InferTile;
CheckRule CheckDft;
CheckRule CheckRange;
CheckRule CheckRecurrent;

// contributed_rules.cc: com.microsoft.
InferRule InferFusedAttention;
InferRule InferFusedConv;
InferRule InferFusedGemm;
InferRule InferGroupQueryAttention;
InferRule InferQuantizedBinary;
InferRule InferSkipNormalization;

// ml_rules.cc: ai.onnx.ml.
InferRule InferArrayFeatureExtractor;
InferRule InferCastMap;
InferRule InferCategoryMapper;
InferRule InferDictVectorizer;
InferRule InferFeatureVectorizer;
InferRule InferFloatsLikeFirst;
InferRule InferLabelEncoder;
InferRule InferLinearClassifier;
InferRule InferLinearRegressor;
InferRule InferOneHotEncoder;
InferRule InferSvmClassifier;
InferRule InferSvmRegressor;
InferRule InferTreeClassifier;
InferRule InferTreeRegressor;

TensorType InputType(const NodeRun& run, size_t index);
bool HasInput(const NodeRun& run, int index);
void SetOutput(const TensorType& type, size_t index, NodeRun* run);

// Makes in `storage` a copy of the node with the operator `op_type` of the
// default domain, whose sizes follow the same rules, and returns it.
const ONNX_NAMESPACE::NodeProto* As(const char* op_type, const NodeRun& run,
                                    ONNX_NAMESPACE::NodeProto* storage);

}  // namespace dnncut
