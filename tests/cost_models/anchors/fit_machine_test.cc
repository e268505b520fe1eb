// SPDX-License-Identifier: Apache-2.0
//
// The figures of fitted_machines.cc are what the anchors give, and networks
// that a fit has not seen are estimated well. DNNCUT_UPDATE_FITS=1 writes the
// figures: after a change of what anything costs, or of the anchors.
#include "cost_models/anchors/fit_machine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "tests/folders.h"
#include "tests/tools/transcript.h"

namespace dnncut {
namespace {

constexpr char kSourceFile[] = "cost_models/machines/fitted_machines.cc";

using Key = std::pair<std::string, Precision>;

std::set<Key> AnchoredMachines() {
  std::set<Key> keys;
  for (const AnchorSet& set : AnchorSets()) {
    keys.insert({set.machine, set.precision});
  }
  return keys;
}

std::string EntryText(const Key& key, const FittedMachine& fitted) {
  const std::string precision = key.second == Precision::kFp32   ? "kFp32"
                                : key.second == Precision::kFp16 ? "kFp16"
                                                                 : "kInt8";
  return fmt::format(
      "      {{\"{}\", {}, {:g}, {:g}, {:g}, {:g}, {:g}, {:g}}},\n", key.first,
      precision, fitted.convolution, fitted.depthwise, fitted.matrix,
      fitted.memory, fitted.weight_memory, fitted.band);
}

TEST(FittedMachines, AreWhatTheAnchorsGive) {
  std::string entries;
  for (const Key& key : AnchoredMachines()) {
    entries += EntryText(key, FitAnchors(key.first, key.second));
  }
  const std::filesystem::path path = SourceFolder() / kSourceFile;
  const std::string text = ReadText(path);
  const std::string begin = "      // begin\n";
  const size_t from = text.find(begin) + begin.size();
  const size_t to = text.find("      // end\n", from);
  ASSERT_NE(to, std::string::npos);
  if (std::getenv("DNNCUT_UPDATE_FITS") != nullptr) {
    WriteText(path, text.substr(0, from) + entries + text.substr(to));
    return;
  }
  EXPECT_EQ(text.substr(from, to - from), entries)
      << "DNNCUT_UPDATE_FITS=1 rewrites " << kSourceFile;
}

TEST(FittedMachines, PredictNetworksThatTheyHaveNotSeen) {
  for (const auto& [name, precision] : AnchoredMachines()) {
    SCOPED_TRACE(name + " " + std::string(PrecisionName(precision)));
    const AnchoredNetworks anchored = AnchorsOf(name, precision);
    Machine start = *FindBuiltin(name);
    for (const Machine& machine : DataSheetMachines()) {
      if (machine.name == name) start = machine;
    }
    start.precision = precision;
    const std::vector<int64_t> estimates = LeaveOneNetworkOut(start, anchored);
    ASSERT_EQ(estimates.size(), anchored.anchors.size());
    double sum = 0;
    for (size_t i = 0; i < estimates.size(); ++i) {
      sum += std::fabs(static_cast<double>(estimates[i]) /
                           (anchored.anchors[i].ms * 1e6) -
                       1);
    }
    EXPECT_LT(sum / static_cast<double>(estimates.size()), 0.35);
  }
}

TEST(FittedMachines, EachHasAnchorsOfFourNetworksOrSaysWhoseItTakes) {
  for (const Machine& machine : BuiltinMachines()) {
    SCOPED_TRACE(machine.name);
    size_t networks = 0;
    for (const Precision precision : kPrecisions) {
      std::set<std::string> names;
      for (const Anchor& anchor : AnchorsOf(machine.name, precision).anchors) {
        NetworkSpec spec = anchor.network;
        spec.batch = 1;
        names.insert(NetworkText(spec));
      }
      networks = std::max(networks, names.size());
    }
    EXPECT_TRUE(networks >= 4 || !machine.relative.empty());
  }
}

TEST(Anchors, SayWhereTheyStand) {
  for (const AnchorSet& set : AnchorSets()) {
    EXPECT_NE(FindBuiltin(set.machine), nullptr) << set.machine;
    EXPECT_FALSE(set.runtime.empty());
    EXPECT_FALSE(set.source.empty());
    for (const Anchor& anchor : set.anchors) EXPECT_GT(anchor.ms, 0);
  }
}

}  // namespace
}  // namespace dnncut
