// SPDX-License-Identifier: Apache-2.0
#include "backends/firmware/firmware_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/firmware/firmware_file.h"
#include "backends/firmware/firmware_header.h"
#include "backends/halves/interface_hash.h"
#include "compiler/base/error.h"
#include "compiler/table/hysteresis.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(FirmwareTable, HasTheRowsAndCutsOfTheTable) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  Result result = split.AsResult();
  result.firmware.slowdown = SlowdownRange{500, 2500};
  result.firmware.dwell_ms = 70;
  const FirmwareTable table = MakeFirmwareTable(result);
  EXPECT_EQ(HashText(table.model_id), split.model.sha256.substr(0, 8));
  EXPECT_EQ(table.interface_hash, InterfaceHash(split.graph, split.table));
  EXPECT_EQ(table.min_kbps, split.problem.range.min_kbps);
  EXPECT_EQ(table.max_kbps, split.problem.range.max_kbps);
  EXPECT_EQ(table.min_slowdown_permille, 500u);
  EXPECT_EQ(table.max_slowdown_permille, 2500u);
  EXPECT_EQ(table.rtt_us, 5000u);
  EXPECT_EQ(table.dwell_ms, 70u);
  const Hysteresis hysteresis = MakeHysteresis(
      split.table, split.problem.downlink, result.firmware.hysteresis);
  ASSERT_EQ(table.rows.size(), split.table.rows.size());
  ASSERT_EQ(table.rows.size(), hysteresis.stay.size());
  for (size_t i = 0; i < table.rows.size(); ++i) {
    EXPECT_EQ(table.rows[i].min_kbps, split.table.rows[i].min_kbps);
    EXPECT_EQ(table.rows[i].cut, split.table.rows[i].cut);
    EXPECT_EQ(table.rows[i].down_kbps, hysteresis.stay[i].min_kbps);
    EXPECT_EQ(table.rows[i].up_kbps, hysteresis.stay[i].max_kbps);
  }
  ASSERT_EQ(table.cuts.size(), split.table.cuts.size());
  for (size_t i = 0; i < table.cuts.size(); ++i) {
    const CutCosts& costs = split.table.cuts[i].costs;
    EXPECT_EQ(table.cuts[i].fixed_ns + table.cuts[i].server_ns +
                  (table.cuts[i].pays_rtt ? 5'000'000 : 0),
              static_cast<uint64_t>(costs.FixedNs()));
    EXPECT_EQ(table.cuts[i].link_bytes,
              static_cast<uint64_t>(costs.LinkBytes(split.problem.downlink)));
  }
}

TEST(FirmwareTable, ReadsBackAsItWas) {
  TempFolder temp;
  for (const auto& [name, model] : AllTestModels()) {
    SCOPED_TRACE(name);
    const SplitModel split = MakeSplitModel(model, temp);
    const FirmwareTable table = MakeFirmwareTable(split.AsResult());
    const std::string blob = FirmwareBlob(table);
    EXPECT_EQ(std::ssize(blob), FirmwareBlobBytes(table));
    WriteAll(temp / "table.bin", blob);
    EXPECT_EQ(ReadFirmwareTable(temp / "table.bin"), table);
    // In flash something follows.
    WriteAll(temp / "table.bin", blob + std::string(100, '\xff'));
    EXPECT_EQ(ReadFirmwareTable(temp / "table.bin"), table);
  }
}

TEST(FirmwareTable, FallsBackToWhatNeedsNoNetwork) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  const FirmwareTable table = MakeFirmwareTable(split.AsResult());
  ASSERT_LT(table.fallback, table.cuts.size());
  EXPECT_FALSE(table.cuts[table.fallback].pays_rtt);
  EXPECT_EQ(table.cuts[table.fallback].device_layers,
            split.problem.layers.size());
  // All layers on the device, but the server wants the results.
  const SplitModel sending = MakeSplitModel(ChainModel(), temp, Side::kServer);
  EXPECT_EQ(MakeFirmwareTable(sending.AsResult()).fallback, kFirmwareNoCut);
}

TEST(FirmwareTable, RefusesWhatFirmwareCannotAddUp) {
  TempFolder temp;
  const SplitModel good = MakeSplitModel(ChainModel(), temp);
  const auto error = [](const SplitModel& split, int64_t max_permille) {
    Result result = split.AsResult();
    result.firmware.slowdown = SlowdownRange{1000, max_permille};
    return ErrorIdOf([&] { MakeFirmwareTable(result); });
  };
  SplitModel split = good;
  // (2^64 - 1 - 1,000,000 * (2^32 - 1)) / 1000 is the most.
  split.table.cuts[0].costs = {.ns = {.device = 18'442'449'106'414'551}};
  EXPECT_EQ(error(split, 1000), "");
  ++split.table.cuts[0].costs.ns.device;
  EXPECT_EQ(error(split, 1000), "E612");
  split.table.cuts[0].costs = {.layers = {.server = 1},
                               .ns = {.server = 18'442'449'106'414'551}};
  EXPECT_EQ(error(split, 1000), "");
  EXPECT_EQ(error(split, 1001), "E612");
  split.table.cuts[0].costs = {.upload_bytes = (int64_t{1} << 62) - 1};
  EXPECT_EQ(error(split, 1000), "");
  ++split.table.cuts[0].costs.upload_bytes;
  EXPECT_EQ(error(split, 1000), "E612");
}

// No flag gives such a time, but a table.json may, and refine takes it.
TEST(FirmwareTable, RefusesARoundTripThatFirmwareCannotCount) {
  TempFolder temp;
  SplitModel split = MakeSplitModel(ChainModel(), temp);
  split.problem.rtt_ns = int64_t{UINT32_MAX} * 1000;
  EXPECT_EQ(MakeFirmwareTable(split.AsResult()).rtt_us, UINT32_MAX);
  for (const int64_t rtt_ns : {int64_t{UINT32_MAX} * 1000 + 1, INT64_MAX}) {
    split.problem.rtt_ns = rtt_ns;
    EXPECT_EQ(ErrorIdOf([&] { MakeFirmwareTable(split.AsResult()); }), "E612")
        << rtt_ns;
  }
}

TEST(FirmwareTable, RefusesMoreThanFirmwareCounts) {
  TempFolder temp;
  SplitModel split = MakeSplitModel(ChainModel(), temp);
  split.table.cuts.resize(kFirmwareNoCut, split.table.cuts[0]);
  EXPECT_THROW(MakeFirmwareTable(split.AsResult()), Error);
  split.table.cuts.resize(kFirmwareNoCut - 1);
  EXPECT_NO_THROW(MakeFirmwareTable(split.AsResult()));
}

TEST(FirmwareHeader, NamesOfTheModelStayInTheirComments) {
  TempFolder temp;
  SplitModel split = MakeSplitModel(ChainModel(), temp);
  split.model.path = "/some/where/a*/b?\?/\\\nint c;\xc3\xa4.onnx";
  for (Tensor& tensor : split.graph.tensors) tensor.name = "*/ int d; /*";
  Result result = split.AsResult();
  result.machines.device.name = "/* /**//";
  const FirmwareTable table = MakeFirmwareTable(result);
  const std::string text =
      FirmwareHeader(table, "dnncut", MakeFirmwareComments(table, result));
  EXPECT_THAT(text, Not(HasSubstr("\nint")));
  EXPECT_THAT(text, Not(HasSubstr("??")));
  EXPECT_THAT(text, Not(HasSubstr("\\")));
  EXPECT_THAT(text, Not(HasSubstr("/some")));
  // Outside of comments only code is left.
  std::string code;
  for (size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "/*") == 0) {
      at = text.find("*/", at + 2) + 2;
    } else {
      code += text[at++];
    }
  }
  EXPECT_THAT(code, Not(HasSubstr("int d")));
  EXPECT_THAT(code, Not(HasSubstr("*/")));
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\n' || (' ' <= c && c <= '~');
  }));
}

TEST(FirmwareHeader, IsKnownByItsCode) {
  TempFolder temp;
  SplitModel split = MakeSplitModel(ChainModel(), temp);
  for (Tensor& tensor : split.graph.tensors) tensor.name = "dnncut_DNNCUT_";
  const Result result = split.AsResult();
  const FirmwareTable table = MakeFirmwareTable(result);
  const std::string text =
      FirmwareHeader(table, "net", MakeFirmwareComments(table, result));
  EXPECT_THAT(text, HasSubstr("'dnncut_DNNCUT_'"));
  EXPECT_THAT(text, HasSubstr("static const net_row net_rows[NET_ROW_COUNT]"));
  EXPECT_TRUE(IsFirmwareHeader(text, table, "net"));
  EXPECT_FALSE(IsFirmwareHeader(text, table, "dnncut"));
  EXPECT_TRUE(IsFirmwareHeader("/* more */\n" + text, table, "net"));
  EXPECT_FALSE(IsFirmwareHeader(text + "#error", table, "net"));
  FirmwareTable other = table;
  ++other.rows.back().up_kbps;
  EXPECT_FALSE(IsFirmwareHeader(text, other, "net"));
  other = table;
  ++other.dwell_ms;
  EXPECT_FALSE(IsFirmwareHeader(text, other, "net"));
}

TEST(FirmwarePrefix, IsTheBeginningOfAnIdentifier) {
  for (const char* good : {"dnncut", "n", "_x9", "Net_2"}) {
    EXPECT_TRUE(IsFirmwarePrefix(good)) << good;
  }
  for (const char* bad : {"", "9a", "a-b", "a b", "\xc3\xa4"}) {
    EXPECT_FALSE(IsFirmwarePrefix(bad)) << bad;
  }
  EXPECT_TRUE(IsFirmwarePrefix(std::string(32, 'a')));
  EXPECT_FALSE(IsFirmwarePrefix(std::string(33, 'a')));
}

}  // namespace
}  // namespace dnncut
