// SPDX-License-Identifier: Apache-2.0
//
// Whole commands, from files to files. What child processes do is not counted:
// they run libonnx, whose work is that of the model's nodes.
#include <fmt/format.h>

#include <filesystem>

#include "tests/backends/temp_folder.h"
#include "tests/growth/growth_case.h"
#include "tools/check/check.h"
#include "tools/compile/pipeline.h"
#include "tools/diff/diff_report.h"
#include "tools/diff/result_diff.h"
#include "tools/explain/explain.h"
#include "tools/explain/explain_text.h"
#include "tools/result/stored_result.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::ValueInfoProto;

ModelProto EmptyModel() {
  ModelProto model;
  model.set_ir_version(8);
  auto* const opset = model.add_opset_import();
  opset->set_domain("");
  opset->set_version(13);
  model.mutable_graph()->set_name("g");
  return model;
}

// float32 [1, 1, length].
void Declare(const std::string& name, int64_t length, ValueInfoProto* info) {
  info->set_name(name);
  auto* const type = info->mutable_type()->mutable_tensor_type();
  type->set_elem_type(ONNX_NAMESPACE::TensorProto::FLOAT);
  for (const int64_t dim : {int64_t{1}, int64_t{1}, length}) {
    type->mutable_shape()->add_dim()->set_dim_value(dim);
  }
}

std::string NameOfTensor(int i) { return fmt::format("t{}", i); }

// From tensor i to the next one.
NodeProto* AddLink(const std::string& op_type, int i, ModelProto* model) {
  NodeProto* const node = model->mutable_graph()->add_node();
  node->set_op_type(op_type);
  node->add_input(NameOfTensor(i));
  node->add_output(NameOfTensor(i + 1));
  return node;
}

// A chain whose every tensor is an output, and a little smaller than the one
// before: nearly every cut is the best one somewhere.
ModelProto ChainOfOutputs(int layers) {
  ModelProto model = EmptyModel();
  Declare(NameOfTensor(0), 2 * layers, model.mutable_graph()->add_input());
  for (int i = 0; i < layers; ++i) {
    NodeProto* const node = AddLink("AveragePool", i, &model);
    auto* const kernel = node->add_attribute();
    kernel->set_name("kernel_shape");
    kernel->set_type(ONNX_NAMESPACE::AttributeProto::INTS);
    kernel->add_ints(2);
    Declare(NameOfTensor(i + 1), 2 * layers - i - 1,
            model.mutable_graph()->add_output());
  }
  return model;
}

// Each layer reads the one before and the one half as far from the input.
ModelProto LinksBackToHalf(int layers) {
  ModelProto model = EmptyModel();
  Declare(NameOfTensor(0), 8, model.mutable_graph()->add_input());
  Declare(NameOfTensor(layers), 8, model.mutable_graph()->add_output());
  for (int i = 0; i < layers; ++i) {
    AddLink("Add", i, &model)->add_input(NameOfTensor(i / 2));
  }
  return model;
}

// A chain of calls, each of a function of its own.
ModelProto ChainOfCalls(int functions) {
  ModelProto model = EmptyModel();
  auto* const local = model.add_opset_import();
  local->set_domain("local");
  local->set_version(1);
  Declare(NameOfTensor(0), 8, model.mutable_graph()->add_input());
  Declare(NameOfTensor(functions), 8, model.mutable_graph()->add_output());
  for (int i = 0; i < functions; ++i) {
    const std::string name = fmt::format("f{}", i);
    AddLink(name, i, &model)->set_domain("local");
    auto* const function = model.add_functions();
    function->set_name(name);
    function->set_domain("local");
    *function->add_opset_import() = model.opset_import(0);
    function->add_input("a");
    function->add_output("b");
    NodeProto* const node = function->add_node();
    node->set_op_type("Relu");
    node->add_input("a");
    node->add_output("b");
  }
  return model;
}

// A model file, and the result of its compile.
class Compiled {
 public:
  explicit Compiled(const ModelProto& model) {
    WriteAll(folder_ / "m.onnx", model.SerializeAsString());
  }

  size_t Bytes() const {
    return std::filesystem::file_size(folder_ / "m.onnx");
  }
  std::string Out(const std::string& name) const { return folder_ / name; }

  void Compile(const std::string& name = "out") const {
    CompileOptions options;
    options.model_path = folder_ / "m.onnx";
    options.output = Out(name);
    options.compress = false;  // other cases are about that
    options.link.rtt_ns = 0;   // so that nearly every cut is best somewhere
    // Their number does not grow.
    options.cuts_with_halves = 1;
    Progress progress(/*verbose=*/false, /*quiet=*/true);
    Warnings warnings;
    dnncut::Compile(options, &progress, &warnings);
  }

 private:
  TempFolder folder_;
};

void MeasureFileCompile(const std::string& name, const ModelProto& model) {
  const Compiled compiled(model);
  Measure(name, compiled.Bytes(), [&] { compiled.Compile(); });
}

void MeasureFileCheck(const std::string& name, int size) {
  const Compiled compiled(ChainOfOutputs(size));
  compiled.Compile();
  Measure(name, compiled.Bytes(), [&] {
    CheckReport report;
    Check(LoadTableToCheck(compiled.Out("out")), {}, {}, &report);
  });
}

void MeasureFileExplain(const std::string& name, int size) {
  const Compiled compiled(ChainOfOutputs(size));
  compiled.Compile();
  Measure(name, compiled.Bytes(), [&] {
    const StoredResult result = LoadWithProblem(compiled.Out("out"));
    OverviewText(result, ExplainTable(result));
  });
}

void MeasureFileDiff(const std::string& name, int size) {
  const Compiled compiled(ChainOfOutputs(size));
  compiled.Compile("a");
  compiled.Compile("b");
  Measure(name, compiled.Bytes(), [&] {
    DiffText(DiffResults(LoadWithProblem(compiled.Out("a")),
                         LoadWithProblem(compiled.Out("b"))),
             {});
  });
}

}  // namespace

std::vector<GrowthCase> FileCases() {
  const auto compile = [](ModelProto (*make)(int)) {
    return [make](const std::string& name, int size) {
      MeasureFileCompile(name, make(size));
    };
  };
  return {
      {"files: compile, chain of n results", compile(ChainOfOutputs), 100},
      {"files: check, chain of n results", MeasureFileCheck, 100},
      {"files: explain, chain of n results", MeasureFileExplain, 100},
      {"files: diff, chain of n results", MeasureFileDiff, 100},
      {"files: compile, calls of n functions", compile(ChainOfCalls), 100},
      {"files: compile, n layers that link back to half",
       compile(LinksBackToHalf), 400},
  };
}

}  // namespace dnncut
