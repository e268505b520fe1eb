// SPDX-License-Identifier: Apache-2.0
//
// One pass over the paths of a graph of decisions, from the first node to the
// end. At each node it keeps the paths to it that may lead to a goal (reach.h)
// and that no other one replaces (label_filter.cc).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/objectives/decision_graph.h"
#include "compiler/objectives/front_goals.h"
#include "compiler/objectives/front_search.h"

namespace dnncut {

// Shows that no end of a path is in a goal: a weighted sum of what the goal
// limits comes to more than that of the limits.
struct ReachTest {
  Amounts weights;             // of each amount's limit
  int64_t tie = 0;             // the weight of the limit on what breaks ties
  std::vector<int64_t> least;  // by node, to the end
};

// What all passes of a search share.
struct PassInput {
  const DecisionGraph& graph;
  const FrontQuestion& question;
  std::vector<Amounts> least = {};  // by node, to the end: LeastOfEach
  std::vector<Amounts> most = {};   // MostToEnd
  std::vector<ReachTest> tests = {};
};

enum class PassKind {
  kValues,  // finds which values there are in the goals
  kCut,     // there is one goal, whose limit are the values of a point: finds
            // the best cut of it
};

struct PassLimits {
  int64_t width = 0;   // paths that are kept at a node
  int64_t labels = 0;  // paths that are looked at
  std::optional<std::chrono::steady_clock::time_point> end;
};

struct PassResult {
  std::vector<FrontPoint> points;  // of kCut: at most one
  // By goal: what labels that were left out although they may lead there come
  // to at least; nullopt: there were none, so that all its cuts are found.
  std::vector<std::optional<Values>> open;
  int64_t labels = 0;
};

PassResult RunPass(const PassInput& input, const std::vector<Goal>& goals,
                   PassKind kind, const PassLimits& limits);

// The sum of the amounts that break ties.
int64_t TieOf(const FrontQuestion& question, const Amounts& amounts);

// The values of a cut with these amounts.
Values ValuesOf(const FrontQuestion& question, const Amounts& amounts);

}  // namespace dnncut
