// SPDX-License-Identifier: Apache-2.0
//
// For tests of rights, which do not bind root.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

namespace dnncut {

// While it lives, root has the rights of nobody. Others keep theirs.
class WithoutRoot {
 public:
  WithoutRoot() : old_(geteuid()) {
    constexpr uid_t kNobody = 65534;
    EXPECT_EQ(seteuid(old_ == 0 ? kNobody : old_), 0);
  }
  ~WithoutRoot() { EXPECT_EQ(seteuid(old_), 0); }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

 private:
  uid_t old_;
};

}  // namespace dnncut
