// SPDX-License-Identifier: Apache-2.0
#include "tools/text/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "backends/result/latency_parts.h"
#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/problem.h"
#include "tools/commands/run_flags.h"

namespace dnncut {
namespace {

// The id of the Error that `function` throws; "" when it does not.
std::string ErrorId(const std::function<void()>& function) {
  try {
    function();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage) << error.what();
    return error.id();
  }
  return "";
}

TEST(UnitsTest, BandwidthsAreExact) {
  const std::vector<std::pair<std::string, int64_t>> cases = {
      {"64", 64},
      {"64kbps", 64},
      {"64 kbit/s", 64},
      {"3Mbps", 3000},
      {"5Mbit/s", 5000},
      {"0.5Mbps", 500},
      {"12.345Mbps", 12345},
      {"10Gbps", 10'000'000},
      {"1.5gbit/s", 1'500'000},
      {"1Tbps", kLimitKbps},
      {"8000bps", 8},
      {"00064", 64},
      {"0.000000001Tbps", 1},
  };
  for (const auto& [text, kbps] : cases) {
    EXPECT_EQ(ParseKbps("--bandwidth", text), kbps) << text;
  }
}

TEST(UnitsTest, BadBandwidthsAreRefused) {
  for (const std::string text :
       {"",         "0",          "-5",
        "-5Mbps",   "5MB/s",      "5MBps",
        "0.5kbps",  "1.2345Mbps", "2Tbps",
        "1e3",      "5.",         ".",
        "Mbps",     "5 5",        "5Mbps ",
        "5,5Mbps",  "+5",         "99999999999999999999",
        "0x10",     "nan",        "5\n",
        "1..5Mbps", "0.0001kbps", "9999999999999999Gbps"}) {
    EXPECT_EQ(ErrorId([&] { ParseKbps("--bandwidth", text); }), "E101") << text;
  }
}

TEST(UnitsTest, WholeUnitsAreExact) {
  const auto text = [](int64_t ns) {
    return FormatWhole(ns, {{1'000'000, " ms"}, {1000, " us"}, {1, " ns"}});
  };
  EXPECT_EQ(text(0), "0 ms");
  EXPECT_EQ(text(1), "1 ns");
  EXPECT_EQ(text(1'500'000), "1500 us");
  EXPECT_EQ(text(2'000'000'000), "2000 ms");
  EXPECT_EQ(text(INT64_MAX), "9223372036854775807 ns");
}

TEST(UnitsTest, TensorsHaveTheirType) {
  EXPECT_EQ(FormatTensor("b", "float32", {1, -1, 8}), "'b' float32[1,?,8]");
  EXPECT_EQ(FormatTensor("b", "int64", {}), "'b' int64[]");
}

TEST(UnitsTest, ListsOfBandwidthsAscend) {
  EXPECT_THAT(ParseKbpsList("--buckets", "100,500,1Mbps"),
              testing::ElementsAre(100, 500, 1000));
  for (const std::string text : {"500,100", "100,100"}) {
    EXPECT_EQ(ErrorId([&] { ParseKbpsList("--buckets", text); }), "E107");
  }
  for (const std::string text : {"", ",", "100,", ",100", "100,,200"}) {
    EXPECT_EQ(ErrorId([&] { ParseKbpsList("--buckets", text); }), "E101")
        << text;
  }
}

TEST(UnitsTest, Times) {
  EXPECT_EQ(ParseDurationNs("--rtt", "0"), 0);
  EXPECT_EQ(ParseDurationNs("--rtt", "5ms"), 5'000'000);
  EXPECT_EQ(ParseDurationNs("--rtt", "200us"), 200'000);
  EXPECT_EQ(ParseDurationNs("--rtt", "200µs"), 200'000);
  EXPECT_EQ(ParseDurationNs("--rtt", "0.25 ms"), 250'000);
  EXPECT_EQ(ParseDurationNs("--rtt", "1s"), 1'000'000'000);
  for (const std::string text :
       {"", "5", "-1ms", "0.5ns", "5m", "2h", "3601s", "ms"}) {
    EXPECT_EQ(ErrorId([&] { ParseDurationNs("--rtt", text); }), "E102") << text;
  }
}

TEST(UnitsTest, Sizes) {
  EXPECT_EQ(ParseBytes("--tensor-bytes", "4096"), 4096);
  EXPECT_EQ(ParseBytes("--tensor-bytes", "64KiB"), 65536);
  EXPECT_EQ(ParseBytes("--tensor-bytes", "1.5MB"), 1'500'000);
  EXPECT_EQ(ParseBytes("--tensor-bytes", "2GiB"), int64_t{2} << 30);
  EXPECT_EQ(ParseBytes("--tensor-bytes", "0"), 0);
  for (const std::string text :
       {"", "-1", "1.5", "64kib/s", "1Kb", "99999999999GiB"}) {
    EXPECT_EQ(ErrorId([&] { ParseBytes("--tensor-bytes", text); }), "E103")
        << text;
  }
}

TEST(UnitsTest, CountsAndShapes) {
  EXPECT_EQ(ParseCount("--max-cuts", "3", 1, 5), 3);
  for (const std::string text : {"", "0", "6", "3.0", "3x", " 3"}) {
    EXPECT_EQ(ErrorId([&] { ParseCount("--max-cuts", text, 1, 5); }), "E104")
        << text;
  }
  EXPECT_THAT(ParseShape("--shape", "1x3x224x224"),
              testing::ElementsAre(1, 3, 224, 224));
  EXPECT_THAT(ParseShape("--shape", "1,3"), testing::ElementsAre(1, 3));
  EXPECT_THAT(ParseShape("--shape", ""), testing::IsEmpty());
  for (const std::string text :
       {"x", "1x", "1xx2", "-1x2", "1x2.5", "1xN", "99999999999999999999"}) {
    EXPECT_EQ(ErrorId([&] { ParseShape("--shape", text); }), "E105") << text;
  }
}

TEST(UnitsTest, PrintedBandwidthsAreExact) {
  EXPECT_EQ(FormatKbps(1), "1 kbit/s");
  EXPECT_EQ(FormatKbps(999), "999 kbit/s");
  EXPECT_EQ(FormatKbps(1000), "1 Mbit/s");
  EXPECT_EQ(FormatKbps(5628), "5.628 Mbit/s");
  EXPECT_EQ(FormatKbps(1'234'567), "1234.567 Mbit/s");
  EXPECT_EQ(FormatKbps(1'234'000), "1.234 Gbit/s");
  EXPECT_EQ(FormatKbps(10'000'000), "10 Gbit/s");
  // What is printed can be given again.
  for (int64_t kbps = 1; kbps <= kLimitKbps; kbps = kbps * 3 + 7) {
    EXPECT_EQ(ParseKbps("--bandwidth", FormatKbps(kbps)), kbps);
  }
}

TEST(UnitsTest, PrintedSizesAndTimes) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(602112), "602,112 B");
  EXPECT_EQ(FormatBytes(1234567890), "1,234,567,890 B");
  EXPECT_EQ(FormatSentBytes(60000, std::nullopt), "60,000 B");
  EXPECT_EQ(FormatSentBytes(60000, 602112), "60,000 B (602,112 B decoded)");
  EXPECT_EQ(FormatRoughBytes(999), "999 B");
  EXPECT_EQ(FormatRoughBytes(1638), "1.6 kB");
  EXPECT_EQ(FormatRoughBytes(602112), "602 kB");
  EXPECT_EQ(FormatRoughBytes(999'499), "999 kB");
  EXPECT_EQ(FormatRoughBytes(999'500), "1.0 MB");
  EXPECT_EQ(FormatRoughBytes(INT64_MAX), "9223372 TB");
  EXPECT_EQ(FormatSize(512), "512 B");
  EXPECT_EQ(FormatSize(1536), "1.5 KiB");
  EXPECT_EQ(FormatSize(INT64_MAX), "8388608.0 TiB");
  EXPECT_EQ(FormatMs(1'234'567, 2), "1.23");
  EXPECT_EQ(FormatMs(1'235'000, 2), "1.24");
  EXPECT_EQ(FormatMs(999'999, 0), "1");
  EXPECT_EQ(FormatDuration(0), "0 ms");
  EXPECT_EQ(FormatDuration(750), "750 ns");
  EXPECT_EQ(FormatDuration(5'000'000), "5 ms");
  EXPECT_EQ(FormatDuration(12'340'000), "12.3 ms");
  EXPECT_EQ(FormatDuration(1'250'000'000), "1.25 s");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(25'557'032), "25.6 M");
}

TEST(UnitsTest, Plurals) {
  EXPECT_EQ(FormatPlural(1, "half", "halves"), "1 half");
  EXPECT_EQ(FormatPlural(0, "half", "halves"), "0 halves");
  EXPECT_EQ(FormatPlural(2, "layer"), "2 layers");
}

TEST(LatencyPartsTest, PartsAddUp) {
  CutCosts costs;
  costs.ns.device = 1000;
  costs.ns.server = 300;
  costs.rtt_ns = 50;
  costs.upload_bytes = 7;
  costs.download_bytes = 2;
  const LatencyParts parts = PartsAt(costs, Downlink(), 1000);
  EXPECT_EQ(parts.network_ns, 50 + 9 * 8000);
  EXPECT_EQ(parts.total_ns, 1000 + 300 + 50 + 9 * 8000);
}

TEST(LatencyPartsTest, ResultsOfTheDeviceAreSentToo) {
  TableFile::Cut cut;
  cut.costs.layers.device = 3;
  EXPECT_FALSE(NeedsNetwork(cut));
  cut.tensors.push_back({"y", "float32", {1}, 4, true});
  EXPECT_TRUE(NeedsNetwork(cut));
  cut.tensors.clear();
  cut.costs.layers.server = 1;
  EXPECT_TRUE(NeedsNetwork(cut));
}

TEST(RunFlagsTest, TimeoutsAreWholeSecondsFromOneOn) {
  int seconds = 600;
  const Reader reader = TimeoutSeconds(&seconds);
  const auto read = [&](const char* text) { reader("--timeout", text); };
  EXPECT_EQ(seconds, 600);
  read("1s");
  EXPECT_EQ(seconds, 1);
  read("1001ms");
  EXPECT_EQ(seconds, 2);
  read("1h");
  EXPECT_EQ(seconds, 3600);
  for (const char* text : {"999ms", "0"}) {
    EXPECT_EQ(ErrorId([&] { read(text); }), "E141");
  }
  EXPECT_EQ(seconds, 3600);
}

TEST(ParseNumber, TakesFiniteDecimalsOnly) {
  EXPECT_EQ(ParseNumber("2.5"), 2.5);
  EXPECT_EQ(ParseNumber("-1e-3"), -1e-3);
  for (const char* text :
       {"", " 1", "1 ", "1x", "1,5", "0x1p3", "nan", "inf", "1e999", "+1"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace dnncut
