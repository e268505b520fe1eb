// SPDX-License-Identifier: Apache-2.0
//
// What the profiler of ONNX Runtime writes, of any release from 1.1 on: which
// node of the (optimised) graph took how long in which run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dnncut {

// A node of the main graph. What ran inside of it (the body of an If) is part
// of its time.
struct TraceNode {
  std::string name;         // of the node, or "Conv_7" for a nameless one
  std::string op;           // its operator; may be empty
  std::vector<int64_t> us;  // microseconds in each run in which it ran

  bool operator==(const TraceNode&) const = default;
};

struct RuntimeTrace {
  std::vector<TraceNode> nodes;  // in the order of their first run
  std::vector<int64_t> run_us;   // of each whole run; empty in a trace that
                                 // does not say

  bool operator==(const RuntimeTrace&) const = default;
};

// Throws Error when the file cannot be read (E400), is no trace (E430), has a
// time that cannot be (E431) or is too large (E432). Runs without any node are
// no trace if it `needs_nodes`: of a model whose results are all constants.
RuntimeTrace ReadTrace(const std::string& path, bool needs_nodes = true);

}  // namespace dnncut
