// SPDX-License-Identifier: Apache-2.0
//
// What a model is, without any partition: the same reading and import as
// compile does, then counts of layers, operations and bytes, and times on one
// machine.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "compiler/model/size_basis.h"
#include "compiler/model/source_model.h"
#include "cost_models/machines/roofline.h"
#include "frontends/onnx_frontend.h"
#include "tools/compile/machine_costs.h"

namespace dnncut {

struct InspectOptions {
  std::string model_path;
  LoadOptions load;
  ImportOptions import;
  std::string machine;  // a name or a file, see EstimateCosts
  std::optional<Precision> precision;
  bool by_operator = false;  // costs by operator, else by class of operators
};

// A model output, or an input as one.
struct Port {
  std::string name;
  TensorType type;
  std::optional<int64_t> bytes;
  SizeBasis size_basis = SizeBasis::kExact;
};

struct Inspection {
  SourceModel model;
  Graph graph;
  MachineCosts costs;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  int64_t parameters = 0;     // elements of the constants that layers read
  int64_t memory_bytes = 0;   // of the same
  int64_t file_bytes = 0;     // of what is stored to make them
  int64_t largest_bytes = 0;  // of a tensor
  SizeBasis largest_basis = SizeBasis::kExact;
  std::string largest;
  std::vector<CostShare> shares;
};

// Throws Error when the model cannot be read or imported, or the machine is not
// known. Warnings are added as they arise.
Inspection Inspect(const InspectOptions& options, Warnings* warnings);

// For people.
std::string InspectText(const Inspection& inspection);

// For programs: "dnncut.inspect/1" of docs/formats.md.
nlohmann::ordered_json InspectJson(const Inspection& inspection);

}  // namespace dnncut
