// SPDX-License-Identifier: Apache-2.0
//
// Holds what dnncut says of sizes that only the data decides to what ONNX
// Runtime computes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/runtime/onnxruntime.h"
#include "tools/values/value.h"

namespace dnncut {

// What all models here read: x float32[6,4], m bool[6], k int64[1].
inline constexpr const char* kRefereeInputs =
    "float[6,4] x, bool[6] m, int64[1] k";

// What the nodes may read besides x, m and k: `c`, those rows of x that m
// chooses; `n`, how many there are; `q`, k held between 1 and 5; constants.
inline constexpr const char* kRefereeSources = R"(
    zero = Constant <value = int64 {0}> ()
    one = Constant <value = int64 {1}> ()
    l0 = Constant <value_ints = [0]> ()
    l1 = Constant <value_ints = [1]> ()
    l2 = Constant <value_ints = [2]> ()
    l3 = Constant <value_ints = [3]> ()
    l4 = Constant <value_ints = [4]> ()
    l5 = Constant <value_ints = [5]> ()
    lm1 = Constant <value_ints = [-1]> ()
    none = Constant <value = float[0] {}> ()
    half = Constant <value = float {0.5}> ()
    yes = Constant <value = bool {1}> ()
    c = Compress <axis = 0> (x, m)
    s = Shape(c)
    n = Gather(s, l0)
    n0 = Gather(s, zero)
    k5 = Min(k, l5)
    q = Max(k5, l1)
    q0 = Squeeze(q, l0)
)";

// One set of inputs. Zeros, ones, all different, or chosen at random from
// -1 .. 2; `seed` counts through them.
std::vector<Value> RefereeInputs(int seed);

// A graph of opset 18 in ONNX's text format that reads kRefereeInputs.
class BoundsReferee {
 public:
  // `outputs`: the names of the tensors to look at, made by `nodes`, which may
  // read kRefereeSources.
  BoundsReferee(const std::string& nodes, std::vector<std::string> outputs);

  // The most bytes of an output, as dnncut infers it; -1: it knows no bound.
  int64_t Bound(const std::string& output) const;

  // Runs the model once. No size may be above its bound, which is a failure of
  // the test. False when ONNX Runtime refuses these inputs.
  bool Run(const std::vector<Value>& inputs, const OnnxRuntime& runtime);

  // The most bytes that an output had in any run; -1: no run.
  int64_t Most(const std::string& output) const;

 private:
  struct Output {
    std::string name;
    int64_t bound = -1;
    std::vector<int64_t> upper_shape;  // -1: not known; empty: no rank
    int64_t most = -1;
  };

  const Output& Find(const std::string& name) const;
  void Compare(const Value& value, Output* output) const;

  std::string nodes_;
  std::string model_;  // in ONNX's format
  std::vector<Output> outputs_;
};

}  // namespace dnncut
