// SPDX-License-Identifier: Apache-2.0
//
// The self test on the host, and that the numbers it compares with on all other
// machines are right: found here without the reader.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tests/firmware/reference.h"
#include "tests/firmware/sample_table.h"
#include "tests/firmware/self_test.h"
#include "tests/folders.h"

void self_test_failed(const char* check, uint32_t line) {
  ADD_FAILURE() << "self_test.c:" << line << ": " << check;
}

namespace dnncut {
namespace {

uint32_t DigestOf(const dnncut_table& table) {
  walk w = {1, 0, 0, 0, 0xFFF00000u};
  int64_t now_ms = w.now_ms;
  uint32_t digest = 2166136261u;
  ReferenceStepper stepper(table);
  for (uint32_t i = 0; i < WALK_STEPS; ++i) {
    const uint32_t before_ms = w.now_ms;
    walk_on(&w);
    now_ms += static_cast<uint32_t>(w.now_ms - before_ms);
    digest = digest_add(digest, ReferenceCut(table, w.kbps));
    digest = digest_add(digest, stepper.Step(w.kbps, now_ms));
    digest = digest_add(
        digest, ReferenceBest(table, w.kbps, w.rtt_us, w.slowdown_permille));
  }
  EXPECT_GT(now_ms, int64_t{1} << 32) << "the clock did not wrap around";
  return digest;
}

TEST(FirmwareSelfTest, Passes) { EXPECT_EQ(self_test(), 0u); }

TEST(FirmwareSelfTest, ComparesWithTheRightAnswers) {
  EXPECT_EQ(DigestOf(sample_table), SAMPLE_DIGEST);
  EXPECT_EQ(DigestOf(extreme_table), EXTREME_DIGEST);
}

// The example of docs/table_format.md. Behind "An example" stand lines of an
// offset (3 columns), 2 blanks, and 16 bytes in hexadecimal (47 columns).
std::vector<uint8_t> DocumentedBytes() {
  std::ifstream page(SourceFolder() / "docs/table_format.md");
  std::vector<uint8_t> bytes;
  std::string line;
  while (std::getline(page, line) && !line.starts_with("An example")) continue;
  while (std::getline(page, line) && !line.starts_with("## ")) {
    if (line.size() < 5 || line.substr(3, 2) != "  ") continue;
    EXPECT_EQ(std::stoul(line.substr(0, 3)), bytes.size()) << line;
    std::istringstream numbers(line.substr(5, 47));
    for (std::string number; numbers >> number;) {
      bytes.push_back(static_cast<uint8_t>(std::stoul(number, nullptr, 16)));
    }
  }
  return bytes;
}

TEST(FirmwareSelfTest, HasTheBytesOfTheDocumentation) {
  EXPECT_EQ(DocumentedBytes(), std::vector<uint8_t>(std::begin(sample_bytes),
                                                    std::end(sample_bytes)));
}

}  // namespace
}  // namespace dnncut
