// SPDX-License-Identifier: Apache-2.0
//
// Problems for tests, and the answer found without any cleverness: all feasible
// cuts, their costs added up as docs/design.md writes them. Nothing here
// uses the compiler's own cost counting or network. And the errors that the
// tests of all folders expect.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// The same numbers on every machine (std's distributions are not).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next();
  int Below(int bound);              // 0 .. bound-1
  bool Chance(int part, int whole);  // true in `part` of `whole` cases

 private:
  uint64_t state_;
};

ProblemLayer MakeLayer(const std::string& name, int64_t device_ns,
                       int64_t server_ns);
ProblemTensor MakeTensor(const std::string& name, LayerId producer,
                         const std::vector<LayerId>& readers, int64_t bytes);

// A random problem of at most `max_layers` layers (none included): several
// model inputs, tensors with many readers, layers that read nothing, results,
// zero costs, ties, sizes that never cross, groups, pins, every downlink; every
// third seed with inputs that lie on the server, states, and results that are
// wanted on different sides or nowhere. It may have no feasible cut. The range
// is 1..60 kbit/s; set another if you like.
Problem RandomProblem(uint64_t seed, int max_layers = 14);

// The first RandomProblem of seed, seed + 2^32, ... that has a feasible cut.
Problem RandomFeasibleProblem(uint64_t seed, int max_layers = 14);

// Weights from a few small and large ones, 0 among them.
Objective RandomObjective(Random* random);

// "weights 1 1 1": of device, link and server, for messages.
std::string WeightsText(const Objective& objective);

// A chain of dense blocks like DenseNet-121's: each layer's output is joined to
// what the block has so far. About `layers` layers, costs that make the table
// have several rows.
Problem DenseNetLikeProblem(int layers);

// Modules of four parallel branches one after the other, like Inception's,
// until there are `layers` layers.
Problem InceptionLikeProblem(int layers);

struct CandidateCut {
  Cut cut;
  int device_layers = 0;
  int64_t fixed_ns = 0;
  int64_t link_bytes = 0;

  Int128 At(int64_t kbps) const;  // W * cost
};

// All feasible cuts.
std::vector<CandidateCut> EnumerateCuts(const Problem& problem);

// The best at `kbps` with the smallest device side. Fails the test when that is
// not unique. `cuts` is not empty.
const CandidateCut& BestCut(const std::vector<CandidateCut>& cuts,
                            int64_t kbps);

// "DSSD": one letter per layer, for messages.
std::string CutText(const Cut& cut);

// The problem in a few lines, for the messages of random tests.
std::string ProblemText(const Problem& problem);

// "E401 the message" of the Error that `run` throws; "" when it throws none.
// Fails the test when the message is not one line.
template <typename Run>
std::string ErrorOf(const Run& run) {
  try {
    run();
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find_first_of("\r\n"), std::string::npos) << message;
    return error.id() + " " + message;
  }
  return "";
}

// Its id alone.
template <typename Run>
std::string ErrorIdOf(const Run& run) {
  const std::string error = ErrorOf(run);
  return error.substr(0, error.find(' '));
}

}  // namespace dnncut
