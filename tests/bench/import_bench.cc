// SPDX-License-Identifier: Apache-2.0
//
// How long the sizes of a model take: FoldModel and ImportGraph, per node. Of
// models as exporters write them, with their shapes spelt out node by node, and
// with sizes that the data decides, where asking ONNX Runtime would take longer
// than everything else.
#include <benchmark/benchmark.h>
#include <onnx/onnx_pb.h>

#include <initializer_list>
#include <string>

#include "frontends/onnx_frontend.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

class GraphMaker {
 public:
  explicit GraphMaker(ModelProto* model) : graph_(model->mutable_graph()) {
    model->set_ir_version(8);
    model->add_opset_import()->set_version(17);
    graph_->set_name("g");
  }

  // A node; returns the name of its output.
  std::string Add(const std::string& op,
                  std::initializer_list<std::string> inputs) {
    node_ = graph_->add_node();
    node_->set_op_type(op);
    for (const std::string& input : inputs) node_->add_input(input);
    return *node_->add_output() = op + std::to_string(graph_->node_size());
  }

  // An attribute of the node that was added last.
  void Set(const std::string& name, std::initializer_list<int64_t> values,
           bool is_list) {
    auto* attribute = node_->add_attribute();
    attribute->set_name(name);
    attribute->set_type(is_list ? ONNX_NAMESPACE::AttributeProto::INTS
                                : ONNX_NAMESPACE::AttributeProto::INT);
    if (!is_list) attribute->set_i(*values.begin());
    for (const int64_t value : values) {
      if (is_list) attribute->add_ints(value);
    }
  }

  std::string Constant(const std::string& name,
                       std::initializer_list<int64_t> values, bool scalar) {
    TensorProto* tensor = graph_->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(TensorProto::INT64);
    if (!scalar) tensor->add_dims(static_cast<int64_t>(values.size()));
    for (const int64_t value : values) tensor->add_int64_data(value);
    return name;
  }

  void Input(const std::string& name, std::initializer_list<int64_t> dims) {
    auto* input = graph_->add_input();
    input->set_name(name);
    auto* type = input->mutable_type()->mutable_tensor_type();
    type->set_elem_type(TensorProto::FLOAT);
    for (const int64_t dim : dims) {
      auto* added = type->mutable_shape()->add_dim();
      if (dim > 0) {
        added->set_dim_value(dim);
      } else {
        added->set_dim_param("d" + std::to_string(type->shape().dim_size()));
      }
    }
  }

  void Output(const std::string& name) { graph_->add_output()->set_name(name); }

 private:
  GraphProto* graph_;
  NodeProto* node_ = nullptr;
};

// Windows of a Swin transformer: most nodes compute shapes of others. A size of
// 0 is a free dim.
SourceModel Windows(int blocks, int64_t size) {
  SourceModel model;
  GraphMaker make(&model.proto);
  make.Input("x", {size == 0 ? 0 : 1, size, size, 96});
  const std::string zero = make.Constant("zero", {0}, true);
  const std::string one = make.Constant("one", {1}, true);
  const std::string two = make.Constant("two", {2}, true);
  const std::string seven = make.Constant("seven", {7}, true);
  const std::string axis = make.Constant("axis", {0}, false);
  const std::string window = make.Constant("window", {7}, false);
  const std::string width = make.Constant("width", {96}, false);
  const std::string flat = make.Constant("flat", {-1, 49, 96}, false);
  std::string x = "x";
  const auto concat = [&](std::initializer_list<std::string> parts) {
    const std::string shape = make.Add("Concat", parts);
    make.Set("axis", {0}, false);
    return shape;
  };
  for (int block = 0; block < blocks; ++block) {
    const auto dim = [&](const std::string& index) {
      return make.Add("Gather", {make.Add("Shape", {x}), index});
    };
    const auto list = [&](const std::string& scalar) {
      return make.Add("Unsqueeze", {scalar, axis});
    };
    const std::string batch = list(dim(zero));
    const std::string rows = dim(one);
    const std::string columns = dim(two);
    const std::string high = list(make.Add("Div", {rows, seven}));
    const std::string wide = list(make.Add("Div", {columns, seven}));
    const auto swap = [&](const std::string& tensor, const std::string& shape) {
      const std::string split = make.Add("Reshape", {tensor, shape});
      const std::string swapped = make.Add("Transpose", {split});
      make.Set("perm", {0, 1, 3, 2, 4, 5}, true);
      return swapped;
    };
    const std::string in = make.Add(
        "Reshape",
        {swap(x, concat({batch, high, window, wide, window, width})), flat});
    const std::string turned = make.Add("Transpose", {in});
    make.Set("perm", {0, 2, 1}, true);
    const std::string scores =
        make.Add("Softmax", {make.Add("MatMul", {in, turned})});
    const std::string out = make.Add("MatMul", {scores, in});
    const std::string back =
        swap(out, concat({batch, high, wide, window, window, width}));
    const std::string whole = make.Add(
        "Reshape", {back, concat({batch, list(rows), list(columns), width})});
    x = make.Add("Add", {x, whole});
  }
  make.Output(x);
  return model;
}

// What a detector does for each class behind its network.
SourceModel Detections(int classes) {
  SourceModel model;
  GraphMaker make(&model.proto);
  make.Input("boxes", {1, 100, 4});
  make.Input("scores", {1, 1, 100});
  const std::string axis = make.Constant("axis", {0}, false);
  const std::string one = make.Constant("one", {1}, false);
  for (int i = 0; i < classes; ++i) {
    const std::string some = make.Add("NonMaxSuppression", {"boxes", "scores"});
    const std::string count =
        make.Add("Gather", {make.Add("Shape", {some}), axis});
    const std::string kept = make.Add("Slice", {some, axis, count, axis});
    const std::string left =
        make.Add("Expand", {one, make.Add("Shape", {kept})});
    make.Output(make.Add("Mul", {kept, left}));
  }
  return model;
}

// Blocks that are functions of the model, as newer exporters write them: each
// reshapes its input to its own sizes and back.
SourceModel Calls(int calls) {
  SourceModel inside;
  GraphMaker body(&inside.proto);
  const std::string shape = body.Add("Shape", {"x"});
  std::string y = "x";
  constexpr int kReshapes = 6;
  for (int i = 0; i < kReshapes; ++i) {
    const std::string to = body.Add("Identity", {shape});
    y = body.Add("Relu", {body.Add("Reshape", {y, to})});
  }
  SourceModel model;
  GraphMaker make(&model.proto);
  auto* function = model.proto.add_functions();
  function->set_domain("local");
  function->set_name("Block");
  function->add_input("x");
  function->add_output(y);
  *function->mutable_node() = inside.proto.graph().node();
  *function->add_opset_import() = model.proto.opset_import(0);
  auto* import = model.proto.add_opset_import();
  import->set_domain("local");
  import->set_version(1);
  make.Input("x", {1, 56, 56, 96});
  std::string x = "x";
  for (int i = 0; i < calls; ++i) {
    x = make.Add("Block", {x});
    auto* graph = model.proto.mutable_graph();
    graph->mutable_node(graph->node_size() - 1)->set_domain("local");
  }
  make.Output(x);
  return model;
}

// Nodes of the main graph, and of the functions that it calls.
int64_t NodesOf(const SourceModel& model) {
  const auto& graph = model.proto.graph();
  int64_t count = 0;
  for (const NodeProto& node : graph.node()) {
    for (const auto& function : model.proto.functions()) {
      if (function.name() == node.op_type()) count += function.node_size();
    }
    if (node.domain().empty()) ++count;
  }
  return count;
}

void Import(benchmark::State& state, const SourceModel& model) {
  ImportOptions options;
  options.dims = {{"d2", 56}, {"d3", 56}};
  bool asked = false;
  options.inference = [&](const SourceModel&) {
    asked = true;
    return TypeMap();
  };
  size_t layers = 0;
  for (auto _ : state) {
    SourceModel folded = model;
    FoldModel({}, {}, &folded);
    Warnings warnings;
    layers = ImportGraph(folded, options, &warnings).layers.size();
  }
  if (asked) state.SkipWithError("ONNX Runtime was asked");
  state.counters["layers"] = static_cast<double>(layers);
  const auto nodes = static_cast<double>(NodesOf(model));
  state.counters["nodes"] = nodes;
  state.counters["per_node"] =
      benchmark::Counter(nodes, benchmark::Counter::kIsIterationInvariantRate |
                                    benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(Import, windows_of_fixed_size, Windows(100, 56))
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Import, windows_of_free_size, Windows(100, 0))
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Import, detections, Detections(400))
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Import, calls, Calls(150))
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dnncut

BENCHMARK_MAIN();
