// SPDX-License-Identifier: Apache-2.0
//
// Graphs that are none, and those that are odd but valid; versions; bodies in
// bodies; names.
#include <string>

#include "tests/frontends/loading.h"
#include "tests/hostile/vector.h"
#include "tests/onnx_parts.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

using Change = std::function<void(ModelProto*)>;

auto* InputShape(ModelProto* model) {
  return model->mutable_graph()
      ->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape();
}

// `nodes` of x and y, float[4], after `change`.
Vector Graph(const std::string& row, const std::string& name,
             const std::string& nodes, std::vector<std::string> lines,
             int exit_code = 3, const Change& change = nullptr) {
  return {row, name,
          [=](const Site& site) {
            ModelProto model = SmallModel(nodes);
            if (change) change(&model);
            site.Save(model);
          },
          exit_code, std::move(lines)};
}

Vector Accepted(const std::string& row, const std::string& name,
                const std::string& nodes, const Change& change = nullptr,
                std::vector<std::string> lines = {}) {
  return Graph(row, name, nodes, std::move(lines), 0, change);
}

void AddWeight(const std::string& name, ModelProto* model) {
  AddInitializer(name, {4}, 0, model->mutable_graph());
}

std::vector<Vector> Nodes() {
  return {
      Graph("cycle", "Cycle", "a = Add(x, b)\nb = Relu(a)\ny = Relu(b)",
            {"error[E218]: MODEL: graph 'main': the nodes form a cycle: node 1 "
             "(Relu) -> 'b' -> node 0 (Add) -> 'a' -> node 1 (Relu)"}),
      Graph("self-loop", "SelfLoop", "a = Add(x, a)\ny = Relu(a)",
            {"error[E218]: MODEL: graph 'main': node 0 (Add) reads its own "
             "output 'a'"}),
      Accepted("unsorted but acyclic", "Unsorted",
               "y = Relu(b)\nb = Relu(a)\na = Relu(x)", nullptr,
               {"warning[W201]: the nodes are not in topological order; they "
                "were sorted (graph 'main')"}),
      Accepted("duplicate node names", "NodeNamesTwice",
               "a = Relu(x)\nb = Relu(a)\ny = Relu(b)",
               [](ModelProto* model) {
                 for (auto& node : *model->mutable_graph()->mutable_node()) {
                   node.set_name(std::string("n"));
                 }
               }),
      Graph("duplicate output name", "OutputNameTwice",
            "a = Relu(x)\na = Tanh(x)\ny = Relu(a)",
            {"error[E220]: MODEL: graph 'main', node 1 (Tanh): its output 'a' "
             "is made by another node already"}),
      Graph("duplicate output name", "OutputNameTwiceInANode",
            "a, a = Split(x)\ny = Concat<axis = 0>(a, a)",
            {"error[E220]: MODEL: graph 'main', node 0 (Split): its output 'a' "
             "is made by another node already"}),
      Graph("shadowing in body", "BodyHidesATensor", "a = Relu(x)",
            {"error[E220]: MODEL: graph 'main', node 1 (If), body "
             "'then_branch', node 0 (Relu): its output 'a' hides a tensor of "
             "the same name outside the body"},
            3,
            [](ModelProto* model) {
              auto* node = AddNode("If", {"a"}, {"y"}, model->mutable_graph());
              auto* body = AddAttribute("then_branch", node)->mutable_g();
              AddNode("Relu", {"x"}, {"a"}, body);
            }),
      Graph("undefined input", "UndefinedInput",
            "conv_out = Relu(x)\ny = Relu(conv_oot)",
            {"error[E219]: MODEL: graph 'main', node 1 (Relu): its input "
             "'conv_oot' is made by no node and is no input or initializer; "
             "did you mean 'conv_out'?"}),
      Graph("graph output with no producer", "ResultWithoutProducer",
            "z = Relu(x)",
            {"error[E221]: MODEL: graph 'main': its output 'y' is made by no "
             "node and is no input or initializer"}),
      Graph("missing type info after a custom op", "CustomOperator",
            "a = local.Custom(x)\ny = Relu(a)",
            {NotInferred("'a'", "local.Custom 'a': not known to libonnx")}, 3,
            [](ModelProto* model) {
              auto* import = model->add_opset_import();
              import->set_domain("local");
              import->set_version(1);
            }),
      Accepted(
          "no nodes", "NoNodes", "",
          [](ModelProto* model) { model->mutable_graph()->clear_output(); }),
  };
}

std::vector<Vector> InputsAndOutputs() {
  const auto graph = [](const Change& change) { return change; };
  return {
      Accepted("output = input", "OutputIsAnInput", "y = Relu(x)",
               [](ModelProto* model) {
                 *model->mutable_graph()->add_output() =
                     model->graph().input(0);
               }),
      Accepted("output = initializer", "OutputIsAnInitializer", "y = Relu(x)",
               [](ModelProto* model) {
                 AddWeight("w", model);
                 *model->mutable_graph()->add_output() =
                     model->graph().output(0);
                 model->mutable_graph()->mutable_output(1)->set_name(
                     std::string("w"));
               }),
      Accepted("output listed twice", "OutputListedTwice", "y = Relu(x)",
               [](ModelProto* model) {
                 *model->mutable_graph()->add_output() =
                     model->graph().output(0);
               }),
      Graph("duplicate graph input", "InputTwice", "y = Relu(x)",
            {"error[E220]: MODEL: graph 'main': the input 'x' is there twice"},
            3, graph([](ModelProto* model) {
              *model->mutable_graph()->add_input() = model->graph().input(0);
            })),
      Graph("duplicate initializer", "InitializerTwice", "y = Add(x, w)",
            {"error[E220]: MODEL: graph 'main': the initializer 'w' is there "
             "twice"},
            3, graph([](ModelProto* model) {
              AddWeight("w", model);
              AddWeight("w", model);
            })),
      Accepted("initializer not in inputs, IR 3", "InitializerIsNoInput",
               "y = Add(x, w)",
               [](ModelProto* model) {
                 AddWeight("w", model);
                 model->set_ir_version(3);
                 model->mutable_opset_import(0)->set_version(8);
               },
               {"warning[W202]: IR version 3 needs every initializer among the "
                "inputs, but 1 are not (the first is 'w'); accepted, as "
                "runtimes do"}),
      Graph("negative dims in inputs", "NegativeInputDim", "y = Relu(x)",
            {"warning[W208]: the model declares negative dimensions "
             "(-9223372036854775808 of 'x'); runtimes take them as free, and "
             "so are they taken here and written into the halves",
             "error[E310]: the size of 'x' depends on what the model leaves "
             "free: dimension 0 of input 'x'; give --shape x=A"},
            3, graph([](ModelProto* model) {
              InputShape(model)->mutable_dim(0)->set_dim_value(INT64_MIN);
            })),
      Graph("2^62 dims in inputs", "Dim2To62", "y = Relu(x)",
            {"error[E210]: MODEL: graph 'main': 'x' is too large"}, 3,
            graph([](ModelProto* model) {
              InputShape(model)->mutable_dim(0)->set_dim_value(int64_t{1}
                                                               << 62);
            })),
      Graph("2^62 dims in inputs", "InputDimsThatMultiplyTo2To64",
            "y = Relu(x)",
            {"error[E210]: MODEL: graph 'main': 'x' is too large"}, 3,
            graph([](ModelProto* model) {
              auto* shape = InputShape(model);
              shape->mutable_dim(0)->set_dim_value(int64_t{1} << 32);
              shape->add_dim()->set_dim_value(int64_t{1} << 32);
            })),
  };
}

std::vector<Vector> Versions() {
  const auto changed = [](const std::string& row, const std::string& name,
                          std::vector<std::string> lines,
                          const Change& change) {
    return Graph(row, name, "y = Relu(x)", std::move(lines), 3, change);
  };
  Vector newer = changed(
      "opset 9999", "AllowedNewer",
      {"warning[W207]: the model has IR version 9999, which is newer than 14, "
       "the newest that dnncut knows; it is read as if nothing had changed",
       "warning[W207]: the model has opset 9999, which is newer than 27, the "
       "newest that dnncut knows; it is read as if nothing had changed"},
      [](ModelProto* model) {
        model->mutable_opset_import(0)->set_version(9999);
        model->set_ir_version(9999);
      });
  newer.flags = {"--allow-newer"};
  newer.exit_code = 0;
  return {
      changed("no opset", "NoOpset",
              {"error[E209]: MODEL: the model has no opset_import, so it is "
               "not known which operators it means; save it again with a "
               "current version of onnx"},
              [](ModelProto* model) { model->clear_opset_import(); }),
      changed("unimported domain", "UnimportedDomain",
              {"error[E209]: MODEL: graph 'main', node 0 (Relu): its operator "
               "is of the domain '' (ONNX itself), which is not among the "
               "opset_import"},
              [](ModelProto* model) {
                model->mutable_opset_import(0)->set_domain("local");
              }),
      changed("IR 0", "Ir0",
              {"error[E207]: MODEL: the model has no valid ir_version (0); "
               "save it again with a current version of onnx"},
              [](ModelProto* model) { model->set_ir_version(0); }),
      changed("no graph", "NoGraph",
              {"error[E207]: MODEL: is an ONNX model without a graph"},
              [](ModelProto* model) { model->clear_graph(); }),
      changed("opset 9999", "Opset9999",
              {"error[E208]: MODEL: the model has opset 9999, which is newer "
               "than supported (27); --allow-newer tries it all the same"},
              [](ModelProto* model) {
                model->mutable_opset_import(0)->set_version(9999);
              }),
      changed(
          "opset 9999", "OpsetOf63Bits",
          {"error[E208]: MODEL: the model has opset 9223372036854775807, which "
           "is newer than supported (27); --allow-newer tries it all the same"},
          [](ModelProto* model) {
            model->mutable_opset_import(0)->set_version(INT64_MAX);
          }),
      changed(
          "IR 9999", "Ir9999",
          {"error[E208]: MODEL: the model has IR version 9999, which is newer "
           "than supported (14); --allow-newer tries it all the same"},
          [](ModelProto* model) { model->set_ir_version(9999); }),
      newer,
  };
}

// `depth` bodies of If in each other, read by their outermost node alone.
void AddNestedIfs(int depth, ModelProto* model) {
  GraphProto* graph = model->mutable_graph();
  graph->clear_node();
  TensorProto* condition = graph->add_initializer();
  condition->set_name(std::string("c"));
  condition->set_data_type(TensorProto::BOOL);
  condition->add_int32_data(1);
  std::string output = "y";
  for (int i = 0; i < depth; ++i) {
    NodeProto* node = AddNode("If", {"c"}, {output}, graph);
    const std::string inner = Numbered("r", i);
    GraphProto* next = nullptr;
    for (const char* branch : {"else_branch", "then_branch"}) {
      auto* attribute = AddAttribute(branch, node);
      attribute->set_type(ONNX_NAMESPACE::AttributeProto::GRAPH);
      next = attribute->mutable_g();
      next->set_name(branch);
      auto* info = next->add_output();
      *info = model->graph().output(0);
      info->set_name(inner);
      if (branch[0] == 'e') AddNode("Relu", {"x"}, {inner}, next);
    }
    graph = next;
    output = inner;
  }
  AddNode("Relu", {"x"}, {output}, graph);
}

std::vector<Vector> Bodies() {
  const auto nested = [](const std::string& name, int depth, int exit_code,
                         std::vector<std::string> lines) {
    return Graph("If nested >= 32", name, "y = Relu(x)", std::move(lines),
                 exit_code,
                 [=](ModelProto* model) { AddNestedIfs(depth, model); });
  };
  return {
      nested("If31Deep", 31, 0, {}),
      nested("If32Deep", 32, 3,
             {"error[E206]: MODEL: is nested too deeply: ONNX's file format "
              "allows 100 levels of messages"}),
      nested("If33Deep", 33, 3,
             {"error[E206]: MODEL: bodies (If, Loop, Scan) are nested too "
              "deeply: at most 32 in each other are allowed; ONNX's file "
              "format has 100 levels of messages"}),
      nested("If1000Deep", 1000, 3,
             {"error[E206]: MODEL: bodies (If, Loop, Scan) are nested too "
              "deeply: at most 32 in each other are allowed; ONNX's file "
              "format has 100 levels of messages"}),
  };
}

std::vector<Vector> Names() {
  const std::string row = "CVE-2024-27319";
  const auto named = [&](const std::string& name, const std::string& tensor,
                         std::vector<std::string> lines, int exit_code) {
    return Graph(row, name, "", std::move(lines), exit_code,
                 [=](ModelProto* model) {
                   AddNode("Relu", {"x"}, {tensor}, model->mutable_graph());
                   AddNode("Relu", {tensor}, {"y"}, model->mutable_graph());
                 });
  };
  return {
      named("NameOf64KiB", std::string(64 << 10, 'n'), {}, 0),
      named("NameOfAMegabyte", std::string(1 << 20, 'n'),
            {"error[E227]: MODEL: graph 'main', node 0 (Relu): an output has a "
             "name of 1048576 bytes, "
             "'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
             "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn..."
             "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
             "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn'; the limit is 65536 "
             "(--limit name-bytes=N)"},
            3),
      named("NameWithAnEscape", "a\x1b[2J",
            {"error[E227]: MODEL: graph 'main', node 0 (Relu): an output has "
             "the name 'a\\x1b[2J', with control characters"},
            3),
      named("NameWithALineBreak", "a\ndnncut: all is well",
            {"error[E227]: MODEL: graph 'main', node 0 (Relu): an output has "
             "the name 'a\\x0adnncut: all is well', with control characters"},
            3),
      named("NameOfFormats", "%s%n{}{0}$(rm)", {}, 0),
      named("NamesAreNoPaths", "../../out.data", {}, 0),
      Graph(row, "LongNamesThatAreSimilar", "",
            {"error[E219]: MODEL: graph 'main', node 1 (Relu): its input "
             "'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
             "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn..."
             "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
             "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnm' is made by no node and is "
             "no input or initializer"},
            3,
            [](ModelProto* model) {
              const std::string there(60'000, 'n');
              AddNode("Relu", {"x"}, {there}, model->mutable_graph());
              AddNode("Relu", {there + "m"}, {"y"}, model->mutable_graph());
            }),
      Graph(row, "ManyNamesThatAreSimilar", "",
            {"error[E219]: MODEL: graph 'main', node 20000 (Relu): its input "
             "'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
             "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnno' is made by no node and "
             "is no input or initializer; did you mean "
             "'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
             "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn0'?"},
            3,
            [](ModelProto* model) {
              const std::string prefix(100, 'n');
              for (int i = 0; i < 20'000; ++i) {
                AddNode("Relu", {"x"}, {Numbered(prefix, i)},
                        model->mutable_graph());
              }
              AddNode("Relu", {prefix + "no"}, {"y"}, model->mutable_graph());
            }),
  };
}

}  // namespace

std::vector<Vector> GraphVectors() {
  return Join({Nodes(), InputsAndOutputs(), Versions(), Bodies(), Names()});
}

}  // namespace dnncut
