// SPDX-License-Identifier: Apache-2.0
//
// The two halves of a cut as ONNX models. HalfMaker makes them from the source
// model; like that, they have marks in place of the data of weights. Always
// true of a half:
//
// * its messages are copies of the model's, unknown fields included; nodes keep
//   their order;
// * it has the nodes, constants, functions and operator set imports that its
//   layers need, and no others;
// * it reads the model inputs and the uploaded tensors that its layers read,
//   and initializers that were inputs of the model; it emits the uploaded
//   tensors and the model outputs that its layers make, each once, and model
//   outputs that depend on no input. An output that is an input of the model
//   is emitted by none.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/source_model.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// Does the cut have a half for this side? Not when no layer runs there, and not
// when no layer there makes anything that the other side or the user needs, as
// a model must have an output. When all results are constants, the device has a
// half without layers.
bool HasHalf(const Graph& graph, const Cut& cut, Side side);

// "device/cut3.onnx": the file of a half in its result folder.
std::string HalfName(int cut, Side side);

// Makes the halves of many cuts of one model. Keeps references to `model` and
// `graph`.
class HalfMaker {
 public:
  HalfMaker(const SourceModel& model, const Graph& graph);

  // HasHalf must be true. `cut_id` goes into the metadata, with
  // the side and the checksum of the model.
  ONNX_NAMESPACE::ModelProto Make(const TableCut& cut, int cut_id,
                                  Side side) const;

  // Every tensor that is stored in that half: initializers, values and indices
  // of sparse ones, attributes, those of bodies and functions too; each once.
  // None when there is no such half.
  void ForEachTensor(const Cut& cut, Side side,
                     const TensorVisitor& visit) const;
  // The same of a half with the layers that `cut` has on that side, whether or
  // not there is one.
  void ForEachTensorOfLayers(const Cut& cut, Side side,
                             const TensorVisitor& visit) const;

 private:
  // What one half holds: names of its tensors and constants, and its nodes.
  struct Parts {
    std::unordered_set<std::string_view> names;
    std::vector<bool> nodes;        // by index into GraphProto.node
    std::vector<bool> annotations;  // of quantization, by index
  };

  Parts Collect(const Cut& cut, Side side) const;
  void AddConstants(std::vector<ConstantId> constants, Parts* parts) const;
  void AddQuantizationParameters(Parts* parts) const;
  std::vector<TensorId> InnerInputs(const TableCut& cut, Side side) const;
  std::vector<ONNX_NAMESPACE::ValueInfoProto> Outputs(const TableCut& cut,
                                                      Side side) const;
  ONNX_NAMESPACE::ValueInfoProto InfoOf(TensorId tensor) const;
  void AddGraph(const TableCut& cut, Side side, const Parts& parts,
                ONNX_NAMESPACE::GraphProto* half) const;
  void AddFunctionsAndOpsets(const Parts& parts,
                             ONNX_NAMESPACE::ModelProto* half) const;
  std::vector<const ONNX_NAMESPACE::NodeProto*> Nodes(const Parts& parts) const;

  const SourceModel& model_;
  const Graph& graph_;
  // The model without the lists that a half filters.
  ONNX_NAMESPACE::ModelProto shell_;
  FunctionIndex functions_;
  std::unordered_map<std::string_view, ConstantId> constants_;
  std::unordered_set<std::string_view> initializers_;
  // The model's own ValueInfoProto of a name: an output's, an input's, else
  // that of value_info.
  std::unordered_map<std::string_view, const ONNX_NAMESPACE::ValueInfoProto*>
      infos_;
};

}  // namespace dnncut
