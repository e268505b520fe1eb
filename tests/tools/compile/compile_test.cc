// SPDX-License-Identifier: Apache-2.0
//
// The whole compiler in process: small models in, the written table against
// all cuts that there are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <filesystem>
#include <map>

#include "backends/result/table_file.h"
#include "compiler/problem/objective.h"
#include "cost_models/measured/regression.h"
#include "tests/testing.h"
#include "tests/tools/transcript.h"
#include "tools/compile/pipeline.h"
#include "tools/compile/summary.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

//          +-> Conv a -> Relu -+
//  x: Conv |                   +-> Add -> MaxPool -> Gemm -> y
//          +-> Conv b ---------+
constexpr char kBranches[] = R"(
<ir_version: 8, opset_import: ["" : 13]>
branches (float[1,4,16,16] x) => (float[1,10] y)
<float[4,4,3,3] w0, float[4,4,3,3] w1, float[4,4,1,1] w2, float[256,10] w3,
 float[10] b3>
{
  c = Conv <pads = [1,1,1,1]> (x, w0)
  a = Conv <pads = [1,1,1,1]> (c, w1)
  r = Relu (a)
  b = Conv (c, w2)
  s = Add (r, b)
  p = MaxPool <kernel_shape = [2,2], strides = [2,2]> (s)
  f = Flatten (p)
  y = Gemm (f, w3, b3)
}
)";

// Two results, one of them early; one result is an input as well.
constexpr char kTwoResults[] = R"(
<ir_version: 8, opset_import: ["" : 13]>
results (float[1,1000] x, float[1,1000] z)
    => (float[1,1000] early, float[1] late)
{
  a = Tanh (x)
  early = Exp (a)
  b = Mul (early, z)
  c = Add (b, a)
  late = ReduceSum <keepdims = 0> (c)
}
)";

// Large inside, small at both ends.
constexpr char kChain[] = R"(
<ir_version: 8, opset_import: ["" : 13]>
chain (float[1,8] x) => (float[1,1] y)
{
  two = Constant <value = int64[2] {1, 4000}> ()
  wide = Expand (y0, two)
  y0 = ReduceMean <axes = [1]> (x)
  t = Tanh (wide)
  u = Sigmoid (t)
  y = ReduceMax <axes = [1]> (u)
}
)";

const std::map<std::string, std::string> kModels = {
    {"branches", kBranches}, {"results", kTwoResults}, {"chain", kChain}};

class CompileTest : public testing::Test {
 protected:
  CompileOptions Options(const std::string& model) {
    CompileOptions options;
    options.model_path = (folder_.path() / (model + ".onnx")).string();
    WriteText(options.model_path, TextModel(kModels.at(model)));
    options.output = (folder_.path() / (model + ".out")).string();
    options.machines.device = "cortex-m7";
    return options;
  }

  CompileResult Run(const CompileOptions& options) {
    Progress progress(false, true);
    warnings_.clear();
    return Compile(options, &progress, &warnings_);
  }

  TemporaryFolder folder_;
  Warnings warnings_;
};

// At the ends of every row, which is enough: the best latency is concave in
// 1/bandwidth, so a cut that is best at two bandwidths is so in between.
void ExpectEqualsBruteForce(const Problem& problem, const TableFile& table,
                            const std::string& what) {
  const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
  ASSERT_FALSE(cuts.empty());
  int64_t next_kbps = problem.range.min_kbps;
  for (const TableRow& row : table.rows) {
    ASSERT_EQ(row.min_kbps, next_kbps);
    for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
      const CandidateCut& best = BestCut(cuts, kbps);
      const CutCosts& costs = table.cuts[row.cut].costs;
      ASSERT_EQ(LatencyOf(costs, table.downlink).At(kbps), best.At(kbps))
          << what << " at " << kbps << " kbit/s";
      ASSERT_EQ(costs.layers.device, best.device_layers)
          << what << " at " << kbps << " kbit/s";
    }
    next_kbps = row.max_kbps + 1;
  }
  EXPECT_EQ(next_kbps, problem.range.max_kbps + 1);
}

TEST_F(CompileTest, TableIsTheBestAtEveryBandwidth) {
  int rows = 0;
  for (const auto& [model, text] : kModels) {
    for (const int64_t rtt_ns : {0, 200'000, 5'000'000}) {
      for (const Downlink& downlink :
           {Downlink{}, Downlink{Downlink::Kind::kFree, 0},
            Downlink{Downlink::Kind::kFixed, 700}}) {
        for (const Side result : {Side::kDevice, Side::kServer}) {
          CompileOptions options = Options(model);
          options.link.rtt_ns = rtt_ns;
          options.link.downlink = downlink;
          options.link.result = result;
          options.force = true;
          const CompileResult compiled = Run(options);
          ExpectEqualsBruteForce(compiled.problem,
                                 ReadTableFile(options.output), model);
          rows += static_cast<int>(compiled.table.rows.size());
        }
      }
    }
  }
  // Otherwise the test would see tables of one row only.
  EXPECT_GT(rows, 3 * 3 * 3 * 2);
}

TEST_F(CompileTest, CompressionChangesNothing) {
  for (const auto& [model, text] : kModels) {
    CompileOptions options = Options(model);
    const CompileResult compressed = Run(options);
    options.compress = false;
    options.output += ".uncompressed";
    const CompileResult whole = Run(options);
    EXPECT_EQ(compressed.table, whole.table) << model;
    // Layers that run as one are one block from the start.
    EXPECT_LE(CountBlocks(whole.blocks),
              static_cast<int>(whole.graph.layers.size()));
    EXPECT_LE(CountBlocks(compressed.blocks), CountBlocks(whole.blocks));
  }
}

TEST_F(CompileTest, PinsAreKept) {
  CompileOptions options = Options("branches");
  options.pins.device = {"r"};
  options.pins.server = {"y"};
  const CompileResult result = Run(options);
  for (const TableCut& cut : result.table.cuts) {
    EXPECT_EQ(cut.cut.front(), Side::kDevice);
    EXPECT_EQ(cut.cut.back(), Side::kServer);
  }
  ExpectEqualsBruteForce(result.problem, ReadTableFile(options.output),
                         "pinned");
  const Summary summary = Summarize(result);
  EXPECT_FALSE(summary.over.device.has_value());
  EXPECT_FALSE(summary.over.server.has_value());
  EXPECT_FALSE(summary.do_not_split);
}

// What is counted of weights is what the written halves hold, in fp32.
TEST_F(CompileTest, WeightsInMemoryAreThoseOfTheHalves) {
  for (const auto& [model, text] : kModels) {
    CompileOptions options = Options(model);
    options.machines = {"raspberry-pi-4", "raspberry-pi-4"};
    options.link.downlink = {Downlink::Kind::kFree, 0};
    const CompileResult result = Run(options);
    const TableFile table = ReadTableFile(options.output);
    ASSERT_EQ(table.cuts.size(), result.memory.size());
    for (size_t c = 0; c < table.cuts.size(); ++c) {
      for (const Side side : kSides) {
        EXPECT_EQ(table.cuts[c].memory.value()[side].weight_bytes,
                  table.cuts[c].weight_bytes[side])
            << model << ", cut " << c << ", " << SideName(side);
        EXPECT_EQ(table.cuts[c].memory.value()[side].Total(),
                  result.memory[c][side].Total());
      }
    }
  }
}

TEST_F(CompileTest, NoCutOfATableExceedsTheMemory) {
  int limited = 0;
  for (const auto& [model, text] : kModels) {
    const CompileResult all = Run(Options(model));
    for (const TableCut& cut : all.table.cuts) {
      const PerSide<MemoryUse> use =
          CountMemoryUse(all.problem, *all.problem.memory, cut.cut);
      CompileOptions options = Options(model);
      options.force = true;
      options.memory.device = use.device.Total() - 1;
      const std::string error = ErrorIdOf([&] {
        const CompileResult less = Run(options);
        limited += less.is_limited;
        for (const PerSide<MemoryUse>& fits : less.memory) {
          EXPECT_LT(fits.device.Total(), use.device.Total());
        }
        // The rows are the best that fit: checked by those who read them.
        EXPECT_EQ(ReadTableFile(options.output).memory_limit.device,
                  options.memory.device);
      });
      EXPECT_TRUE(error.empty() || error == "E137") << error;
    }
  }
  EXPECT_GT(limited, 0);
}

TEST_F(CompileTest, ClashingPinsAreAnErrorAndNothingIsWritten) {
  CompileOptions options = Options("branches");
  options.pins.server = {"c"};
  options.pins.device = {"y"};
  try {
    Run(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.id()[1], '5') << error.what();
    EXPECT_THAT(error.what(), testing::HasSubstr("y"));
  }
  EXPECT_FALSE(fs::exists(options.output));
}

// Every file of a folder by its path in it.
std::map<std::string, std::string> Snapshot(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files[fs::relative(entry.path(), folder).string()] =
          ReadText(entry.path());
    }
  }
  return files;
}

TEST_F(CompileTest, SameBytesInAnotherFolderLocaleAndRun) {
  CompileOptions options = Options("branches");
  Run(options);
  const auto first = Snapshot(options.output);
  EXPECT_GE(first.size(), 4u);

  const TemporaryFolder other;
  const fs::path moved = other.path() / "branches.onnx";
  fs::copy(options.model_path, moved);
  options.model_path = moved.string();
  options.output = (other.path() / "elsewhere").string();
  // Whatever locale there is; one with a decimal comma where installed.
  for (const char* locale : {"de_DE.UTF-8", "tr_TR.UTF-8", "C.UTF-8"}) {
    if (std::setlocale(LC_ALL, locale) != nullptr) break;
  }
  Run(options);
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(Snapshot(options.output), first);
}

TEST_F(CompileTest, FewerCutsSayWhatTheyCost) {
  CompileOptions options = Options("branches");
  options.link.rtt_ns = 0;
  const CompileResult exact = Run(options);
  ASSERT_GT(exact.table.rows.size(), 1u);
  EXPECT_FALSE(exact.table.approximation.has_value());

  options.max_cuts = 1;
  options.output += ".one";
  const CompileResult one = Run(options);
  EXPECT_EQ(one.table.rows.size(), 1u);
  ASSERT_TRUE(one.table.approximation.has_value());
  EXPECT_GT(one.table.approximation->worst_regret, 0);
  EXPECT_EQ(one.exact, exact.table);
  EXPECT_EQ(ReadTableFile(options.output).approximation,
            one.table.approximation);
}

TEST_F(CompileTest, GainsAreThoseOfEveryBandwidth) {
  CompileOptions options = Options("branches");
  options.link.rtt_ns = 0;
  options.link.range = {3000, 250'000};
  const CompileResult result = Run(options);
  ASSERT_GT(result.table.rows.size(), 1u);
  const Summary summary = Summarize(result);
  const Problem& problem = result.problem;
  for (const Side side : kSides) {
    const auto& gain = summary.over[side];
    ASSERT_TRUE(gain.has_value());
    const CutCosts alone =
        CountCosts(problem, Cut(problem.layers.size(), side));
    double least = 1e300;
    double most = 0;
    for (int64_t kbps = 3000; kbps <= 250'000; ++kbps) {
      const CutCosts& best =
          result.table.cuts[FindRow(result.table, kbps).cut].costs;
      const double factor =
          static_cast<double>(LatencyOf(alone, problem.downlink).At(kbps)) /
          static_cast<double>(LatencyOf(best, problem.downlink).At(kbps));
      least = std::min(least, factor);
      most = std::max(most, factor);
    }
    EXPECT_EQ(gain->least, least);
    EXPECT_EQ(gain->most, most);
    EXPECT_GE(gain->least, 1);
  }
}

TEST_F(CompileTest, BadFilesAreOneErrorAndWriteNothing) {
  const std::string good = TextModel(kModels.at("branches"));
  const std::map<std::string, std::string> bad = {
      {"empty", ""},
      {"text", "hello\n"},
      {"lfs",
       "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"},
      {"html", "<!DOCTYPE html><html></html>"},
      {"tflite", std::string("\x1c\0\0\0TFL3", 8)},
      {"truncated", good.substr(0, good.size() / 2)},
      {"garbage", good + "garbage"},
  };
  for (const auto& [name, bytes] : bad) {
    CompileOptions options = Options("branches");
    WriteText(options.model_path, bytes);
    try {
      Run(options);
      ADD_FAILURE() << name << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), ExitCode::kBadInput)
          << name << ": " << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
    EXPECT_FALSE(fs::exists(options.output)) << name;
  }
}

// Counts how often anybody opens a file. Closing is watched, too, since the
// system merges events that are equal and come one after the other.
class OpenCounter {
 public:
  explicit OpenCounter(const std::string& path)
      : events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    EXPECT_GE(::inotify_add_watch(events_, path.c_str(), IN_OPEN | IN_CLOSE),
              0);
  }
  ~OpenCounter() { ::close(events_); }
  OpenCounter(const OpenCounter&) = delete;
  OpenCounter& operator=(const OpenCounter&) = delete;

  int Count() const {
    std::array<inotify_event, 64> events;
    const ssize_t bytes = ::read(events_, events.data(), sizeof(events));
    int opened = 0;
    const ssize_t count = bytes / static_cast<ssize_t>(sizeof(inotify_event));
    for (ssize_t i = 0; i < count; ++i) {
      opened += (events[i].mask & IN_OPEN) != 0;
    }
    return opened;
  }

 private:
  int events_;
};

TEST_F(CompileTest, AMachineFileIsReadOnce) {
  CompileOptions options = Options("branches");
  options.output.clear();
  const std::string sha256 = Run(options).model.sha256;
  RegressionModel regression;
  regression.name = "board";
  const std::map<std::string, std::string> files = {
      {"machine", R"({"schema": "dnncut.machine/1", "name": "board",
                      "peak_gflops": {"float32": 1}, "memory_gb_per_s": 1,
                      "layer_ns": 1, "memory_bytes": 1000000})"},
      {"profile", fmt::format(R"({{"schema": "dnncut.profile/1",
                      "machine": "t4", "model": {{"sha256": "{}"}},
                      "layers": []}})",
                              sha256)},
      {"regression", RegressionText(regression)}};
  options.fill.roofline = true;
  for (const auto& [kind, text] : files) {
    for (const Side side : kSides) {
      CompileOptions one = options;
      one.machines[side] = (folder_.path() / (kind + ".json")).string();
      WriteText(one.machines[side], text);
      OpenCounter opened(one.machines[side]);
      Run(one);
      EXPECT_EQ(opened.Count(), 1) << kind << " of the " << SideName(side);
    }
  }
}

TEST_F(CompileTest, EveryPrefixOfAModelIsRefusedCleanly) {
  CompileOptions options = Options("results");
  options.output.clear();
  const std::string good = TextModel(kModels.at("results"));
  for (size_t size = 0; size < good.size(); ++size) {
    WriteText(options.model_path, good.substr(0, size));
    EXPECT_THROW(Run(options), Error) << size << " of " << good.size();
  }
}

TEST_F(CompileTest, AnExistingFolderStaysAsItIs) {
  CompileOptions options = Options("branches");
  fs::create_directory(options.output);
  WriteText(fs::path(options.output) / "mine.txt", "keep");
  EXPECT_THROW(Run(options), Error);
  options.force = true;
  EXPECT_THROW(Run(options), Error);  // not a result of dnncut
  EXPECT_THAT(Snapshot(options.output),
              testing::ElementsAre(testing::Pair("mine.txt", "keep")));
}

TEST_F(CompileTest, OnlyOneCut) {
  CompileOptions options = Options("branches");
  options.link.rtt_ns = 0;
  options.only_cut = 1;
  Run(options);
  for (const auto& [path, bytes] : Snapshot(options.output)) {
    EXPECT_EQ(path.find("cut0"), std::string::npos) << path;
  }
  options.only_cut = 99;
  options.output += ".none";
  EXPECT_THROW(Run(options), Error);
  EXPECT_FALSE(fs::exists(options.output));
}

}  // namespace
}  // namespace dnncut
