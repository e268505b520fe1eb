// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/einsum_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnncut {
namespace {

using ::testing::ElementsAre;

TEST(EinsumShapeTest, FollowsTheEquation) {
  EXPECT_THAT(*EinsumShape("bij,bjk->bik", {{5, 2, 3}, {5, 3, 4}}),
              ElementsAre(5, 2, 4));
  EXPECT_THAT(*EinsumShape("ij,jk", {{2, 3}, {3, 4}}), ElementsAre(2, 4));
  EXPECT_THAT(*EinsumShape("...ii->...i", {{7, 3, 3}}), ElementsAre(7, 3));
  EXPECT_THAT(*EinsumShape("...ij, ...jk -> ...ik", {{8, 1, 2, 3}, {9, 3, 4}}),
              ElementsAre(8, 9, 2, 4));
  EXPECT_THAT(*EinsumShape("ij->", {{2, 3}}), ElementsAre());
  EXPECT_THAT(*EinsumShape("ij->ji", {{-1, 3}}), ElementsAre(3, -1));
  EXPECT_FALSE(EinsumShape("ij->k", {{2, 3}}).has_value());
  EXPECT_FALSE(EinsumShape("ij,jk->ik", {{2, 3}, {4, 5}}).has_value());
  EXPECT_FALSE(EinsumShape("ij->ij", {{2, 3, 4}}).has_value());
  EXPECT_FALSE(EinsumShape("i1->i", {{2, 3}}).has_value());
}

}  // namespace
}  // namespace dnncut
