// SPDX-License-Identifier: Apache-2.0
//
// Everything that a compile has found out, as the backends take it. The
// pipeline in tools/ makes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/block_graph.h"
#include "compiler/cut_table.h"
#include "compiler/graph.h"
#include "compiler/problem.h"
#include "compiler/source_model.h"

namespace dnncut {

// A machine as table.json names it.
struct MachineLabel {
  std::string name;
  std::string source;  // "roofline" or "profile"
};

// References to what the pipeline holds; none may be null.
struct Result {
  const SourceModel* model = nullptr;
  const Graph* graph = nullptr;
  const Problem* problem = nullptr;
  const BlockGraph* blocks = nullptr;  // compressed
  const CutTable* table = nullptr;
  MachineLabel device;
  MachineLabel server;
  std::string version;  // of dnncut
};

// Where a half stands in the result folder: "device/cut3.onnx". nullopt when
// there is none (see HasHalf), or when `only_cut` is another cut.
std::optional<std::string> HalfFile(const Result& result, int cut, Side side,
                                    std::optional<int> only_cut);

}  // namespace dnncut
