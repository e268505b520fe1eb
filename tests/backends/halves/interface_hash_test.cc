// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/interface_hash.h"

#include <gtest/gtest.h>

#include <set>

#include "backends/halves/crc32.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"

namespace dnncut {
namespace {

TEST(Crc32, IsThatOfZlib) {
  EXPECT_EQ(Crc32(""), 0u);
  EXPECT_EQ(Crc32("123456789"), 0xCBF43926u);
  EXPECT_EQ(Crc32(std::string(32, '\xff')), 0xFF6CAB0Bu);
}

TEST(Crc32, OfPartsIsThatOfTheWhole) {
  const std::string text = "A device and a server must agree on all of this.";
  for (size_t a = 0; a <= text.size(); ++a) {
    for (size_t b = a; b <= text.size(); b += 7) {
      const Checksum whole = ChecksumOf(text.substr(0, a)) +
                             ChecksumOf(text.substr(a, b - a)) +
                             ChecksumOf(text.substr(b));
      ASSERT_EQ(whole, ChecksumOf(text)) << a << " " << b;
      ASSERT_EQ(whole.crc, Crc32(text));
    }
  }
}

TEST(InterfaceHash, IsThatOfItsDocumentedLine) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  const std::vector<TableCut>& cuts = split.table.cuts;
  for (const TableCut& cut : cuts) {
    if (cut.costs.layers.device > 0) continue;
    const std::string line = R"({"inputs": [["x", "float32", [1, 512]]], )"
                             R"("outputs": [["y", "float32", [1, 512]], )"
                             R"(["z", "float32", [1, 512]]]})";
    EXPECT_EQ(InterfaceHash(split.graph, cut), Crc32(line));
    return;
  }
  FAIL() << "no cut runs everything on the server";
}

TEST(InterfaceHash, DiffersWhereWhatCrossesDiffers) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  std::set<std::optional<uint32_t>> seen;
  for (const TableCut& cut : split.table.cuts) {
    EXPECT_TRUE(seen.insert(InterfaceHash(split.graph, cut)).second);
  }
  EXPECT_TRUE(seen.contains(std::nullopt)) << "of the device-only cut";

  SplitModel other = split;
  const uint32_t before = InterfaceHash(split.graph, split.table);
  other.graph.tensors[0].type.shape = {2, 512};
  EXPECT_NE(InterfaceHash(other.graph, split.table), before);
  other = split;
  std::swap(other.table.cuts[0], other.table.cuts[1]);
  EXPECT_NE(InterfaceHash(split.graph, other.table), before);
}

TEST(InterfaceHash, OfATableIsThatOfItsCuts) {
  EXPECT_EQ(InterfaceHash({{0x12345678, std::nullopt, 0xabc}}),
            Crc32("12345678,-,00000abc"));
}

}  // namespace
}  // namespace dnncut
