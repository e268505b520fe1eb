// SPDX-License-Identifier: Apache-2.0
//
// All that a compile or a refine has found out: the input of the backends. The
// commands make it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/result/firmware_options.h"
#include "backends/result/labels.h"
#include "compiler/base/error.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/problem.h"
#include "compiler/table/answer_band.h"
#include "compiler/table/row_robustness.h"

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
  // Shown to people in the report: the warnings of the compile or refine, and
  // the command lines that make this result again, without folders.
  Warnings warnings;
  std::vector<std::string> commands;
  // The exact table from which `table` was made; null: `table` is exact itself.
  const CutTable* exact = nullptr;
  // How far estimated times move the answer; nullopt: none is known to.
  std::optional<AnswerBand> band;
  // How far the rows hold when times and bandwidth are off; nullopt: nobody
  // asked.
  std::optional<Robustness> robustness;
  // By cut: what its halves hold; empty: nothing is known.
  std::vector<PerSide<MemoryUse>> memory;
  // By cut: are its halves written? See chosen_halves.h; empty: all are.
  std::vector<bool> has_halves;
  std::optional<int> only_cut;  // the one with halves, when it was asked for
  // For a refined table; the times by cut.
  RefinedSides refined;
  FittedCrossings fitted;
  std::vector<MeasuredTimes> measured;
};

// By cut of a table: what its halves hold; empty when the problem does not
// know.
std::vector<PerSide<MemoryUse>> MemoryOfCuts(const Problem& problem,
                                             const CutTable& table);

bool HasHalves(const Result& result, int cut);

// The path of a half in the result folder: "device/cut3.onnx". nullopt when
// there is none (see HasHalf), or when the cut's are not written.
std::optional<std::string> HalfFile(const Result& result, int cut, Side side);

}  // namespace dnncut
