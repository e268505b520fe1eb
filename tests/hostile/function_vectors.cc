// SPDX-License-Identifier: Apache-2.0
//
// Functions that call themselves, or so many others that no time is enough.
#include <string>

#include "tests/frontends/loading.h"
#include "tests/hostile/vector.h"
#include "tests/onnx_parts.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

// x -> `function` -> y.
ModelProto Calling(const std::string& function) {
  ModelProto model = ReluModel();
  model.mutable_graph()->clear_node();
  AddNode(function, {"x"}, {"y"}, model.mutable_graph())
      ->set_domain(std::string("local"));
  return model;
}

Vector Functions(const std::string& row, const std::string& name,
                 const std::function<void(ModelProto*)>& add,
                 std::vector<std::string> lines, int exit_code = 3) {
  return {row, name,
          [=](const Site& site) {
            ModelProto model = Calling("f0");
            add(&model);
            site.Save(model);
          },
          exit_code, std::move(lines)};
}

// A body of one node that calls `callee`, with what an If, Loop or Scan needs.
GraphProto* AddBody(const std::string& op_type, NodeProto* node) {
  auto* attribute =
      AddAttribute(op_type == "If" ? "then_branch" : "body", node);
  attribute->set_type(ONNX_NAMESPACE::AttributeProto::GRAPH);
  GraphProto* body = attribute->mutable_g();
  body->set_name("body");
  body->add_output()->set_name(std::string("r"));
  return body;
}

// The function f0 calls itself through bodies, one in the other.
void AddRecursionThrough(const std::vector<std::string>& op_types,
                         ModelProto* model) {
  AddFunction("f0", {}, model);
  FunctionProto* function = model->mutable_functions(0);
  GraphProto* body = nullptr;
  for (const auto& op_type : op_types) {
    NodeProto* node = body == nullptr ? AddNode(op_type, {"a"}, {"c"}, function)
                                      : AddNode(op_type, {"a"}, {"r"}, body);
    body = AddBody(op_type, node);
  }
  AddNode("f0", {"a"}, {"r"}, body)->set_domain(std::string("local"));
}

std::string Recursive(const std::string& functions) {
  return "error[E224]: MODEL: functions must not be recursive, but these call "
         "each other: " +
         functions;
}

std::vector<Vector> RecursionVectors() {
  const std::string row = "GHSA-7w46-vvrh-m8q5";
  std::vector<Vector> vectors = {
      Functions(row, "CallsItself",
                [](ModelProto* model) { AddFunction("f0", {"f0"}, model); },
                {Recursive("'f0' -> 'f0'")}),
      Functions(row, "CallEachOther",
                [](ModelProto* model) {
                  AddFunction("f0", {"f1"}, model);
                  AddFunction("f1", {"f0"}, model);
                },
                {Recursive("'f0' -> 'f1' -> 'f0'")}),
      Functions(row, "LongRecursion",
                [](ModelProto* model) {
                  for (int i = 0; i < 10'000; ++i) {
                    AddFunction(Numbered("f", i),
                                {Numbered("f", (i + 1) % 10'000)}, model);
                  }
                },
                {"error[E224]: MODEL: functions must not be recursive, but "
                 "these call each other: 'f0' -> 'f1' -> 'f2' -> 'f3' -> 'f4' "
                 "-> 'f5' -> 'f6' -> 'f7' -> 'f8' -> 'f9' -> 'f10' -> 'f11' -> "
                 "'f12' -> 'f13' -> 'f14' -> 'f15' -> 'f16' -> 'f17' -> 'f18' "
                 "-> 'f19' -> ... -> 'f0'"}),
      Functions(row, "NamedLikeAnOperator",
                [](ModelProto* model) {
                  AddFunction("f0", {}, model);
                  model->mutable_functions(0)->set_name("Relu");
                  model->mutable_functions(0)->clear_domain();
                  model->mutable_graph()->mutable_node(0)->set_op_type("Relu");
                  model->mutable_graph()->mutable_node(0)->clear_domain();
                },
                {Recursive("'Relu' -> 'Relu'")}),
  };
  const std::pair<std::string, std::vector<std::string>> kBodies[] = {
      {"RecursionInIf", {"If"}},
      {"RecursionInLoop", {"Loop"}},
      {"RecursionInScan", {"Scan"}},
      {"RecursionInIfLoopAndScan", {"If", "Loop", "Scan"}},
  };
  for (const auto& [name, op_types] : kBodies) {
    vectors.push_back(Functions(row, name,
                                [op_types = op_types](ModelProto* model) {
                                  AddRecursionThrough(op_types, model);
                                },
                                {Recursive("'f0' -> 'f0'")}));
  }
  return vectors;
}

// f0 calls f1 twice, f1 calls f2 twice, ...
void AddDoubling(int levels, ModelProto* model) {
  for (int i = 0; i < levels; ++i) {
    const std::string next = Numbered("f", i + 1);
    AddFunction(Numbered("f", i),
                i + 1 < levels ? std::vector<std::string>{next, next}
                               : std::vector<std::string>{},
                model);
  }
}

// `calls` functions, each of which calls the next one from the innermost of
// `bodies` Ifs in each other: the deepest that recursion over a model goes.
void AddCallsInBodies(int calls, int bodies, ModelProto* model) {
  for (int i = 0; i < calls; ++i) {
    AddFunction(Numbered("f", i), {}, model);
    FunctionProto* function = model->mutable_functions(i);
    function->set_output(0, std::string("c"));
    NodeProto* cast = AddNode("Cast", {"a"}, {"is"}, function);
    AddInteger("to", ONNX_NAMESPACE::TensorProto::BOOL, cast);
    GraphProto* body = AddBody("If", AddNode("If", {"is"}, {"c"}, function));
    for (int depth = 1; depth < bodies; ++depth) {
      body = AddBody("If", AddNode("If", {"is"}, {"r"}, body));
    }
    const bool is_last = i + 1 == calls;
    AddNode(is_last ? "Relu" : Numbered("f", i + 1), {"a"}, {"r"}, body)
        ->set_domain(is_last ? std::string() : std::string("local"));
  }
}

std::string TooDeep(const std::string& function) {
  return "error[E225]: MODEL: functions call each other more than 32 deep "
         "(reached at function '" +
         function + "'); --limit call-depth=N allows more";
}

std::vector<Vector> ExpansionVectors() {
  const std::string row = "exponential functions";
  const auto doubling = [](int levels) {
    return [=](ModelProto* model) { AddDoubling(levels, model); };
  };
  const auto chain = [](int levels) {
    return [=](ModelProto* model) {
      for (int i = 0; i < levels; ++i) {
        AddFunction(Numbered("f", i),
                    i + 1 < levels
                        ? std::vector<std::string>{Numbered("f", i + 1)}
                        : std::vector<std::string>{},
                    model);
      }
    };
  };
  Vector deepest = Functions(
      row, "AsManyCallsInBodiesAsThereMayBe",
      [](ModelProto* model) { AddCallsInBodies(64, 30, model); }, {}, 0);
  deepest.limit = "call-depth=64";
  return {
      deepest,
      Functions(row, "Levels24", doubling(24),
                {"error[E225]: MODEL: the functions that the model calls have "
                 "more than 100000 nodes when every call is replaced by the "
                 "function's nodes (reached at function 'f0'); --limit "
                 "expanded-nodes=N allows more"}),
      Functions(
          row, "CopiesOfALongAttribute",
          [](ModelProto* model) {
            AddFunction("f0", std::vector<std::string>(200, "f1"), model);
            AddFunction("f1", std::vector<std::string>(200, "f2"), model);
            AddFunction("f2", {}, model);
            auto* attribute =
                model->mutable_functions(2)->mutable_node(0)->add_attribute();
            attribute->set_name(std::string("long"));
            attribute->set_type(ONNX_NAMESPACE::AttributeProto::STRING);
            attribute->set_s(std::string(40'000, 'x'));
          },
          {"error[E225]: MODEL: the functions that the model calls have more "
           "than 67108864 bytes when every call is replaced by the function's "
           "nodes (reached at function 'f0'); --limit graph-bytes=SIZE allows "
           "more"}),
      Functions(row, "Levels5000", doubling(5000), {TooDeep("f4967")}),
      Functions(row, "AChainOf32Calls", chain(32), {}, 0),
      Functions(
          row, "CallsInBodies",
          [](ModelProto* model) { AddCallsInBodies(32, 30, model); }, {}, 0),
      Functions(row, "AChainOf5000Calls", chain(5000), {TooDeep("f4967")}),
      Functions(
          row, "ManyCallsInOne",
          [](ModelProto* model) {
            AddFunction("f0", std::vector<std::string>(2000, "f1"), model);
            AddFunction("f1", std::vector<std::string>(2000, "f2"), model);
            AddFunction("f2", {}, model);
          },
          {"error[E225]: MODEL: the functions that the model calls have more "
           "than 100000 nodes when every call is replaced by the function's "
           "nodes (reached at function 'f0'); --limit expanded-nodes=N allows "
           "more"}),
  };
}

std::vector<Vector> OddFunctions() {
  return {
      Functions("functions", "DefinedTwice",
                [](ModelProto* model) {
                  AddFunction("f0", {}, model);
                  AddFunction("f0", {}, model);
                },
                {"error[E228]: MODEL: the function 'f0' of the domain 'local' "
                 "is defined twice"}),
      Functions(
          "functions", "NotDefined",
          [](ModelProto* model) { AddFunction("f1", {}, model); }, {}, 0),
      Functions(
          "functions", "MakesNothing",
          [](ModelProto* model) {
            AddFunction("f0", {}, model);
            model->mutable_functions(0)->clear_output();
          },
          {}, 0),
      Functions("functions", "OutputWithoutProducer",
                [](ModelProto* model) {
                  AddFunction("f0", {}, model);
                  model->mutable_functions(0)->set_output(0, std::string("b9"));
                },
                {"error[E221]: MODEL: function 'f0': its output 'b9' is made "
                 "by no node; did you mean 'b0'?"}),
      Functions("functions", "WithoutOpset",
                [](ModelProto* model) {
                  AddFunction("f0", {}, model);
                  model->mutable_functions(0)->clear_opset_import();
                },
                {"error[E209]: MODEL: function 'f0', node 0 (Relu): its "
                 "operator is of the domain '' (ONNX itself), which is not "
                 "among the opset_import"}),
      Functions(
          "functions", "MoreInputsThanItTakes",
          [](ModelProto* model) {
            AddFunction("f0", {}, model);
            auto* node = model->mutable_graph()->mutable_node(0);
            for (int i = 0; i < 1000; ++i) node->add_input(std::string("x"));
          },
          {}, 0),
      Functions("functions", "MoreOutputsThanItMakes",
                [](ModelProto* model) {
                  AddFunction("f0", {}, model);
                  auto* node = model->mutable_graph()->mutable_node(0);
                  node->add_output(std::string("z"));
                  AddNode("Relu", {"z"}, {"zz"}, model->mutable_graph());
                },
                {NotInferred(
                    "'z'", "local.f0 'y': libonnx does not infer its sizes")}),
  };
}

}  // namespace

std::vector<Vector> FunctionVectors() {
  return Join({RecursionVectors(), ExpansionVectors(), OddFunctions()});
}

}  // namespace dnncut
