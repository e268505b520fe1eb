// SPDX-License-Identifier: Apache-2.0
//
// The C reader on tables that the compiler made of random problems: constants,
// blob, table rows and brute force give one answer.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "compiler/table/slowdown_cuts.h"
#include "dnncut_lookup.h"
#include "tests/firmware/compiled_table.h"
#include "tests/firmware/reference.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

constexpr SlowdownRange kSlowdown = {250, 16'000};

// All sizes of numbers are equally frequent.
uint32_t AnyNumber(Random* random) {
  return static_cast<uint32_t>(random->Next() >> (32 + random->Below(32)));
}

int64_t AnyIn(Random* random, int64_t low, int64_t high) {
  return std::clamp<int64_t>(AnyNumber(random), low, high);
}

// Costs of real layers over a range of real bandwidths.
Problem LargeProblem(uint64_t seed) {
  Problem problem = RandomFeasibleProblem(seed, 12);
  Random random(seed);
  for (ProblemLayer& layer : problem.layers) {
    layer.ns.device *= 1 + random.Below(1'000'000);
    layer.ns.server *= 1 + random.Below(100'000);
  }
  for (ProblemTensor& tensor : problem.tensors) {
    if (tensor.bytes) *tensor.bytes *= 1 + random.Below(50'000);
  }
  problem.rtt_ns = random.Below(50'000'000);
  problem.range = {1 + random.Below(100), kDefaultMaxKbps};
  return problem;
}

// Where a row or a threshold starts or ends, and what stands beside.
std::set<uint32_t> Thresholds(const dnncut_table& table) {
  std::set<uint32_t> all = {1, 2, 0xFFFFFFFE, 0xFFFFFFFF};
  const auto add = [&](uint32_t kbps) {
    all.insert({kbps - 1, kbps, kbps + 1});
  };
  add(table.min_kbps);
  add(table.max_kbps);
  for (int i = 0; i < table.row_count; ++i) {
    add(table.rows[i].min_kbps);
    add(table.rows[i].down_kbps);
    add(table.rows[i].up_kbps);
  }
  return all;
}

void ExpectCutEverywhere(const CompiledTable& compiled, const dnncut_blob& blob,
                         uint32_t kbps) {
  const dnncut_table& table = compiled.constants();
  const uint16_t cut =
      dnncut_cut_for_kbps(table.rows, table.row_count, table.fallback, kbps);
  ASSERT_EQ(dnncut_blob_cut_for_kbps(&blob, kbps), cut) << kbps;
  if (kbps == 0) {
    ASSERT_EQ(cut, table.fallback);
    return;
  }
  const int64_t known =
      std::clamp<int64_t>(kbps, table.min_kbps, table.max_kbps);
  ASSERT_EQ(cut, FindRow(compiled.table(), known).cut) << kbps;
}

TEST(FirmwareLookup, IsTheTablesRowAtEveryThresholdAndAnyBandwidth) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    const CompiledTable compiled(LargeProblem(seed), kSlowdown, 1000);
    const dnncut_blob blob = OpenBlob(compiled.blob());
    for (const uint32_t kbps : Thresholds(compiled.constants())) {
      ExpectCutEverywhere(compiled, blob, kbps);
    }
    Random random(seed);
    for (int i = 0; i < 100'000; ++i) {
      ExpectCutEverywhere(compiled, blob, AnyNumber(&random));
    }
  }
}

TEST(FirmwareLookup, IsTheBestOfAllCuts) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = RandomFeasibleProblem(seed, 10);
    const CompiledTable compiled(problem, {}, 0);
    const dnncut_blob blob = OpenBlob(compiled.blob());
    const std::vector<CandidateCut> all = EnumerateCuts(problem);
    for (int64_t kbps = problem.range.min_kbps; kbps <= problem.range.max_kbps;
         ++kbps) {
      const uint16_t cut =
          dnncut_blob_cut_for_kbps(&blob, static_cast<uint32_t>(kbps));
      ASSERT_EQ(CutText(compiled.table().cuts[cut].cut),
                CutText(BestCut(all, kbps).cut))
          << kbps << "\n"
          << ProblemText(problem);
    }
  }
}

// Of all cuts at the moment's round trip and slowdown, not only of those in
// the table.
Problem AtTheMoment(Problem problem, int64_t rtt_us, int64_t permille) {
  problem.rtt_ns = rtt_us * 1000;
  for (ProblemLayer& layer : problem.layers) {
    layer.ns.device *= 1000;
    layer.ns.server *= permille;
  }
  for (ProblemTensor& tensor : problem.tensors) {
    tensor.cross_ns *= 1000;
    if (tensor.bytes) *tensor.bytes *= 1000;
  }
  problem.rtt_ns *= 1000;
  return problem;
}

TEST(FirmwareBest, IsTheBestOfAllCutsAtTheMoment) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = RandomFeasibleProblem(seed, 9);
    if (problem.downlink.kind == Downlink::Kind::kFixed) continue;
    const CompiledTable compiled(problem, kSlowdown, 0);
    Random random(seed);
    for (int i = 0; i < 10; ++i) {
      const int64_t kbps =
          AnyIn(&random, problem.range.min_kbps, problem.range.max_kbps);
      const int64_t permille = AnyIn(&random, 250, 16'000);
      const int64_t rtt_us = random.Below(3);
      const uint16_t cut = dnncut_best(
          &compiled.constants(), static_cast<uint32_t>(kbps),
          static_cast<uint32_t>(rtt_us), static_cast<uint32_t>(permille));
      const std::vector<CandidateCut> all =
          EnumerateCuts(AtTheMoment(problem, rtt_us, permille));
      ASSERT_EQ(CutText(compiled.table().cuts[cut].cut),
                CutText(BestCut(all, kbps).cut))
          << kbps << " " << rtt_us << " " << permille << "\n"
          << ProblemText(problem);
    }
  }
}

TEST(FirmwareBest, IsExactForAnyNumbers) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    const CompiledTable compiled(LargeProblem(seed), kSlowdown, 1000);
    const dnncut_table& table = compiled.constants();
    const dnncut_blob blob = OpenBlob(compiled.blob());
    Random random(seed);
    for (int i = 0; i < 20'000; ++i) {
      const uint32_t kbps = AnyNumber(&random);
      const uint32_t rtt_us = AnyNumber(&random);
      const uint32_t permille = AnyNumber(&random);
      const uint16_t cut = ReferenceBest(table, kbps, rtt_us, permille);
      ASSERT_EQ(dnncut_best(&table, kbps, rtt_us, permille), cut);
      ASSERT_EQ(dnncut_blob_best(&blob, kbps, rtt_us, permille), cut);
    }
  }
}

// At the table's own round trip and an idle server, both ways agree.
TEST(FirmwareBest, AgreesWithTheRows) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = LargeProblem(seed);
    problem.rtt_ns = problem.rtt_ns / 1000 * 1000;
    const CompiledTable compiled(problem, kSlowdown, 0);
    const dnncut_table& table = compiled.constants();
    for (const uint32_t kbps : Thresholds(table)) {
      ASSERT_EQ(dnncut_best(&table, kbps,
                            static_cast<uint32_t>(problem.rtt_ns / 1000), 1000),
                ReferenceCut(table, kbps))
          << kbps;
    }
  }
}

TEST(FirmwareStep, IsTheReferenceOnAnyWalk) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const int64_t dwell_ms = AnyNumber(&random) >> 12;
    const CompiledTable compiled(LargeProblem(seed), {}, dwell_ms);
    const dnncut_table& table = compiled.constants();
    const dnncut_blob blob = OpenBlob(compiled.blob());
    const std::set<uint32_t> set = Thresholds(table);
    const std::vector<uint32_t> thresholds(set.begin(), set.end());
    ReferenceStepper stepper(table);
    dnncut_state state = {};
    dnncut_state blob_state = {};
    int64_t now_ms = random.Next() >> 16;
    for (int i = 0; i < 5000; ++i) {
      now_ms += AnyNumber(&random) >> (1 + random.Below(20));
      uint32_t kbps = thresholds[random.Below(static_cast<int>(set.size()))];
      if (random.Chance(1, 8)) kbps = 0;
      const uint16_t cut = stepper.Step(kbps, now_ms);
      const auto clock = static_cast<uint32_t>(now_ms);
      ASSERT_EQ(dnncut_step(&table, &state, kbps, clock), cut) << i;
      ASSERT_EQ(dnncut_blob_step(&blob, &blob_state, kbps, clock), cut) << i;
    }
  }
}

}  // namespace
}  // namespace dnncut
