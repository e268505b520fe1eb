// SPDX-License-Identifier: Apache-2.0
//
// Infers types node by node with libonnx's operator schemas, one pass over each
// graph in topological order. Why not libonnx's own pass over a model: it gives
// up on the whole model where a value_info is stale, does not compute the
// values that shapes depend on, and knows nothing of bodies whose inputs are
// untyped. Used by type_inference only, in a child process: libonnx crashes on
// odd models. Parts: type_facts (what is known of a tensor),
// type_engine.cc (the pass), type_outputs.cc (what is kept of a node's
// outputs), type_bodies.cc (If, Loop, functions), stated_types.cc
// (what the user says), schema_inference.cc (libonnx's schemas),
// upper_bounds.cc (how large sizes get that only the data decides),
// operator_table.cc (what is not libonnx's for each operator).
#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/random_nodes.h"
#include "frontends/dims/import_options.h"
#include "frontends/shapes/known_nodes.h"
#include "frontends/shapes/operator_table.h"
#include "frontends/shapes/type_facts.h"
#include "frontends/shapes/typed_graph.h"

namespace dnncut {

// One node being inferred.
struct NodeRun {
  const ONNX_NAMESPACE::NodeProto* node = nullptr;
  Scope* scope = nullptr;
  const ShapeRules* rules = nullptr;  // of the operator; never null
  int64_t opset = 0;                  // 0: the domain is not imported
  std::vector<const Fact*> inputs;    // by position; null: absent or unknown
  std::vector<std::string> reads;     // names, captures of bodies included
  std::vector<Fact> outputs;          // by position
  // The types of the outputs if the inputs are as large as they get, once that
  // was asked for.
  std::optional<std::vector<TensorType>> largest;
  std::string problem;   // why the engine could not do its work; "" when it did
  bool unknown = false;  // with `problem`: nothing is known of the operator
  bool refused = false;  // no size can be right: no declared one is taken
  std::vector<Operation::Body> bodies;
  std::vector<std::string> inferred_bodies;  // attributes that `bodies` are of
};

// Makes libonnx's schemas, unless they are there. That takes as long as a
// thousand nodes; done before a child process is started, it is done once for
// all children.
void LoadSchemas();

class TypeEngine {
 public:
  // The number of the node of the main graph that is being inferred is written
  // to `at_node`, so that it is known if a library crashes there. What `stated`
  // says is taken where it contradicts nothing that is inferred.
  TypeEngine(const ONNX_NAMESPACE::ModelProto& model, const TypeMap& trusted,
             int* at_node, StatedSizes stated = {});

  // Infers the types of the main graph and the bodies of its nodes.
  TypedGraph Run();

  // Finds the values that are the same in every run of the model. What the
  // model declares of tensors other than its inputs is not believed, because
  // nothing holds a runtime to it.
  KnownNodes FindKnown();

 private:
  friend class NodeContext;

  using NodeDone = std::function<void(NodeRun*)>;
  // Infers the main graph; `at_node_` is the node that is done.
  void InferMain(Scope* scope, const NodeDone& done);

  // The parts of a pass over a graph whose inputs are in the scope already.
  void AddDeclared(const ONNX_NAMESPACE::GraphProto& graph, Scope* scope);
  void AddInitializers(const ONNX_NAMESPACE::GraphProto& graph, Scope* scope);
  void InferNodes(const google::protobuf::RepeatedPtrField<
                      ONNX_NAMESPACE::NodeProto>& nodes,
                  Scope* scope, const NodeDone& done);
  void InferOutputs(NodeRun* run);
  void InferOperator(NodeRun* run);
  void InferWithSchema(const ONNX_NAMESPACE::NodeProto& node, NodeRun* run);
  void ComputeValues(NodeRun* run);
  // upper_bounds.cc. Finds how large the open dims of the output get, and how
  // many elements it has at most.
  void BoundOutput(NodeRun* run, size_t index);
  void BoundDims(NodeRun* run, size_t index);
  void InferAtLargest(NodeRun* run);
  void FinishOutputs(NodeRun* run);
  // Keeps what was found of an output.
  void Store(const std::string& name, Fact fact, Scope* scope);
  // Ends with a tensor that no node reads any more.
  static void Forget(const std::string& name, Scope* scope);
  Blame BlameNode(const NodeRun& run) const;

  // stated_types.cc. Takes what the user states of an output.
  void TakeStated(const NodeRun& run, const std::string& name,
                  Fact* fact) const;
  // How often the user says that the Loop runs which is known to run `runs`
  // times, -1: not known, and at most `most_runs`, -1: no bound. -1: nothing.
  int64_t StatedRuns(const NodeRun& run, int64_t runs, int64_t most_runs);

  // type_bodies.cc. Each body that a node has is inferred with the types of its
  // inputs; its formal outputs are returned, by position.
  std::vector<Fact> InferBody(NodeRun* run, const std::string& attribute,
                              const ONNX_NAMESPACE::GraphProto& body,
                              const std::vector<Fact>& inputs);
  void InferIf(NodeRun* run);
  void InferLoop(NodeRun* run);
  // Infers rounds of a loop until the types of its state, in `inputs` after the
  // loop's two own inputs, are the types of every round.
  std::vector<Fact> InferRounds(NodeRun* run,
                                const ONNX_NAMESPACE::GraphProto& body,
                                std::vector<Fact>* inputs);
  void InferCall(NodeRun* run, const ONNX_NAMESPACE::FunctionProto& function,
                 bool record);
  void InferRemainingBodies(NodeRun* run);
  void CountScanRuns(NodeRun* run);
  bool EnterBody(int depth, int64_t parts);

  const ONNX_NAMESPACE::ModelProto& model_;
  const TypeMap& trusted_;
  int* at_node_;
  StatedSizes stated_;
  std::vector<std::string> counted_loops_;  // as in TypedGraph
  std::string wrong_count_;                 // as in TypedGraph
  FunctionIndex functions_;
  RandomNodes random_;
  OpsetMap opsets_;
  bool believe_declared_ = true;
  // In bodies, with what they declare: bounds the work on functions that call
  // functions.
  int64_t nodes_left_;
  int64_t elements_left_;     // bounds the memory of known values
  int64_t value_steps_left_;  // bounds the work on them
  int64_t repeats_left_;      // as nodes_left_, in later rounds of loops
};

}  // namespace dnncut
