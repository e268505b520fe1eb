// SPDX-License-Identifier: Apache-2.0
#include "compiler/solve/cut_certificate.h"

#include <gtest/gtest.h>

namespace dnncut {
namespace {

// 0 is the source, 3 the sink:  0 -> 1 -> 3  and  0 -> 2 -> 3.
class Diamond : public testing::Test {
 protected:
  std::string Why(const std::vector<bool>& in_sink_side, Int128 capacity) {
    return WhyNotMinimal(arcs_, 0, 3, in_sink_side, capacity);
  }

  std::vector<FlowArc> arcs_ = {
      {0, 1, 5, 2}, {1, 3, 2, 2}, {0, 2, 4, 4}, {2, 3, 9, 4}};
  // The arcs 1 -> 3 and 0 -> 2.
  const std::vector<bool> minimal_ = {false, false, true, true};
};

TEST_F(Diamond, AcceptsASaturatedCut) { EXPECT_EQ(Why(minimal_, 6), ""); }

TEST_F(Diamond, AcceptsExcessThatWentNowhere) {
  arcs_[0].flow = 5;  // what Preflow's first phase leaves
  EXPECT_EQ(Why(minimal_, 6), "");
}

TEST_F(Diamond, RefusesACutThatIsNotMinimal) {
  EXPECT_EQ(Why({false, true, true, true}, 9),
            "the flow does not saturate the cut");
}

TEST_F(Diamond, RefusesAFlowThatIsNotMaximal) {
  arcs_[2].flow = 3;
  arcs_[3].flow = 3;
  EXPECT_EQ(Why(minimal_, 6), "the flow does not saturate the cut");
}

TEST_F(Diamond, RefusesAnotherCapacity) {
  EXPECT_EQ(Why(minimal_, 5), "the cut has another capacity");
}

TEST_F(Diamond, RefusesTooMuchFlow) {
  arcs_[1].flow = 3;
  EXPECT_EQ(Why(minimal_, 6), "the arc 1 -> 3 breaks its capacity");
  arcs_[1].flow = -1;
  EXPECT_EQ(Why(minimal_, 6), "the arc 1 -> 3 breaks its capacity");
}

TEST_F(Diamond, RefusesFlowFromNowhere) {
  arcs_[0].flow = 1;
  EXPECT_EQ(Why(minimal_, 6), "node 1 sends more than it gets");
}

TEST_F(Diamond, RefusesWhatIsNoCut) {
  EXPECT_EQ(Why({true, true, true, true}, 6),
            "the cut does not separate the terminals");
  EXPECT_EQ(Why({false, false, false, false}, 6),
            "the cut does not separate the terminals");
}

}  // namespace
}  // namespace dnncut
