// SPDX-License-Identifier: Apache-2.0
//
// Writes and reads splitting_model.json ("dnncut.splitting_model/1",
// docs/formats.md), the splitting model of the CIC paper. The best cut at any
// bandwidth of its range and any round trip time can be found from it alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/problem.h"

namespace dnncut {

struct SplittingModel {
  BlockGraph blocks;
  int64_t rtt_ns = 0;  // that of the compile; the blocks do not depend on it
  Side result = Side::kDevice;
  Downlink downlink;
  std::vector<std::string> layer_names;          // by LayerId
  std::vector<bool> sizes_only;                  // the same, see ProblemLayer
  std::map<TensorId, std::string> tensor_names;  // of wires and feeds

  bool operator==(const SplittingModel&) const = default;
};

std::string SplittingModelJson(const Problem& problem,
                               const BlockGraph& blocks);

// Reads and checks the whole file: the block graph that comes out keeps every
// promise of block_graph.h. Throws Error.
SplittingModel ReadSplittingModel(const std::string& path);

}  // namespace dnncut
