// SPDX-License-Identifier: Apache-2.0
//
// Everything that a compile has found out, as the backends take it. The
// pipeline in tools/ makes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/result/firmware_options.h"
#include "backends/result/labels.h"
#include "compiler/base/error.h"
#include "compiler/problem/problem.h"

namespace dnncut {

struct BlockGraph;
struct CutTable;
struct Graph;
struct SourceModel;

// References to what the pipeline holds; none but `exact` may be null.
struct Result {
  const SourceModel* model = nullptr;
  const Graph* graph = nullptr;
  const Problem* problem = nullptr;
  const BlockGraph* blocks = nullptr;  // compressed
  const CutTable* table = nullptr;
  PerSide<MachineLabel> machines;
  std::string version;  // of dnncut
  FirmwareOptions firmware;
  // For people, in the report: what the compile or refine has warned of, and
  // the command lines that make this result again, without folders.
  Warnings warnings;
  std::vector<std::string> commands;
  // What an approximate table was made of; null: `table` is exact.
  const CutTable* exact = nullptr;
  // Of a refined table; the times by cut.
  RefinedSides refined;
  FittedCrossings fitted;
  std::vector<MeasuredTimes> measured;
};

// Where a half stands in the result folder: "device/cut3.onnx". nullopt when
// there is none (see HasHalf), or when `only_cut` is another cut.
std::optional<std::string> HalfFile(const Result& result, int cut, Side side,
                                    std::optional<int> only_cut);

}  // namespace dnncut
