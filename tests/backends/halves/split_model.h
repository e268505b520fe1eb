// SPDX-License-Identifier: Apache-2.0
//
// A model read, imported and given cuts, for tests of what is written.
#pragma once

#include <onnx/onnx_pb.h>

#include <set>
#include <string>
#include <vector>

#include "backends/result/result.h"
#include "backends/result_writer.h"
#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"
#include "tests/backends/temp_folder.h"

namespace dnncut {

struct SplitModel {
  SourceModel model;
  Graph graph;
  Problem problem;
  BlockGraph blocks;
  CutTable table;  // of all cuts that AllCuts finds, each with a row

  Result AsResult() const;
};

// ONNX's text format. Fails the test when it does not parse.
ONNX_NAMESPACE::ModelProto ParseModel(const std::string& text);

// Saves `proto` as `folder`/model.onnx and reads it.
SplitModel MakeSplitModel(const ONNX_NAMESPACE::ModelProto& proto,
                          const TempFolder& folder,
                          Side result = Side::kDevice);
SplitModel LoadSplitModel(const std::string& path, Side result = Side::kDevice);

ResultOptions Into(const std::string& out);

// Feasible cuts: of a small model all, of a larger one those along its order.
std::vector<TableCut> AllCuts(const Problem& problem);

// The names of repeated messages.
template <typename List>
std::vector<std::string> Names(const List& list) {
  std::vector<std::string> names;
  for (const auto& element : list) names.push_back(element.name());
  return names;
}

// Of the inputs that are no initializers.
std::set<std::string> RealInputNames(const ONNX_NAMESPACE::GraphProto& graph);

}  // namespace dnncut
