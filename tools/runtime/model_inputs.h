// SPDX-License-Identifier: Apache-2.0
//
// What a model is run on: values that the user gives, or made-up ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/result/table_file.h"
#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"
#include "frontends/onnx_frontend.h"
#include "tools/runtime/onnxruntime_run.h"
#include "tools/values/value.h"
#include "tools/values/value_files.h"

namespace dnncut {

inline constexpr int64_t kDefaultSeed = 1;

// Where values come from; see MakeInputs.
struct InputOptions {
  std::vector<std::string> given;        // "NAME=FILE" (.npy, .pb)
  std::optional<std::string> test_data;  // a folder
  int64_t seed = kDefaultSeed;
};

// The files that they may be read from, which no command may replace. Names of
// inputs may hold '=', so whatever follows one may be a file. Throws Error E726
// when the folder of test data cannot be read.
std::vector<std::string> PossibleInputFiles(const InputOptions& options);

// An input or output of a model, with the shape that the compile has fixed.
struct ModelInput {
  std::string name;
  TensorType type;
  DeclaredKind kind = DeclaredKind::kTensor;
  // Dimensions in which a value that is given may differ from `type`.
  std::vector<bool> open_dims = {};
};

std::vector<ModelInput> InputsOf(const SourceModel& model, const Graph& graph);
std::vector<ModelInput> OutputsOf(const SourceModel& model, const Graph& graph);
std::vector<ModelInput> InputsOf(const TableFile& table);
std::vector<ModelInput> OutputsOf(const TableFile& table);

// Lets values that are given have every shape that the model itself declares,
// also where the compile has fixed a free dimension.
void OpenFreeDims(const SourceModel& model, std::vector<ModelInput>* inputs);

struct RunInputs {
  std::vector<Value> values;    // one for each input, in their order
  std::vector<Value> expected;  // outputs of the test data; may be empty
  std::vector<bool> made_up;    // by value
  bool any_made_up = false;
};

// For each input: the file given for it, else that of the test data (the layout
// of ONNX's tests: input_0.pb, ..., output_0.pb, ... by position), else made up
// from the seed: numbers in -2 .. 2 that float16 holds exactly, integers and
// bools 0 or 1, which are valid indices nearly always. The same on every
// machine. Throws Error when a file does not fit or an input cannot be made up
// (no tensor of numbers), which names the flag that gives it.
RunInputs MakeInputs(const std::vector<ModelInput>& inputs,
                     const std::vector<ModelInput>& outputs,
                     const InputOptions& options);

// The same inputs with the shapes that `shapes` has for some: a value that was
// given is repeated along its first dim, which alone may differ, one that was
// made up is made up again. Throws Error when that cannot be done.
RunInputs ResizeInputs(const std::vector<ModelInput>& inputs,
                       const InputShapes& shapes, int64_t seed,
                       RunInputs values);

// The values of the inputs that FoldModel has made constants: what the model's
// own file still takes, beside the inputs that are left.
std::vector<Value> FixedInputs(const SourceModel& model);

// RunModel with, when some inputs are made up, the advice to give real ones:
// the model may not take these.
RunResult RunOnInputs(const std::string& model_path,
                      const std::vector<Value>& inputs, bool any_made_up,
                      const RunOptions& options, const OnnxRuntime& runtime,
                      const RunProgress& progress = nullptr);

}  // namespace dnncut
