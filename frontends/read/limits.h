// SPDX-License-Identifier: Apache-2.0
//
// Limits on what a model may have. Real models stay far below them; they keep a
// model that was made to do harm from taking far more time or memory than a
// model of its size should.
#pragma once

#include <cstdint>

namespace dnncut {

inline constexpr int64_t kNewestIrVersion = 14;  // of onnx 1.23
inline constexpr int64_t kNewestOpset = 27;      // of the default domain
inline constexpr int64_t kNewestMlOpset = 5;     // of ai.onnx.ml
inline constexpr int kMaxRank = 64;
inline constexpr int kMaxMessageDepth = 100;  // protobuf's limit
// Of bodies (If, Loop, Scan) in each other. Each takes 3 levels of messages: 31
// fit into kMaxMessageDepth with whatever they declare, 32 without shapes.
inline constexpr int kMaxNesting = 32;
// Together the two bound the depth of every recursion over a model:
// kMaxCallDepth * kMaxNesting.
inline constexpr int kMaxCallDepth = 64;

// The limits that --limit changes. The first five count the whole file, with
// bodies, functions and training_info; they and the nesting are checked before
// any message is built from the file.
struct ModelLimits {
  int64_t nodes = 1'000'000;        // and functions
  int64_t tensors = 4'000'000;      // whatever is declared, or made by a node
  int64_t edges = 10'000'000;       // inputs of nodes
  int64_t attributes = 10'000'000;  // of nodes
  // Of the file without its weights. In memory it takes up to 250 times as
  // much.
  int64_t graph_bytes = 64 << 20;
  int64_t nesting = kMaxNesting;
  int64_t rank = kMaxRank;
  int64_t name_bytes = 64 << 10;
  // The number of nodes when every call of a function is replaced by the
  // function's nodes; all those together may have graph_bytes.
  int64_t expanded_nodes = 100'000;
  int64_t call_depth = 32;  // functions that call each other
};

}  // namespace dnncut
