// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/cut_table.h"

#include <algorithm>
#include <stdexcept>

#include "compiler/base/error.h"
#include "compiler/problem/cost_counter.h"
#include "compiler/problem/objective.h"
#include "compiler/problem/sections.h"
#include "compiler/table/block_table.h"

namespace dnncut {
namespace {

// Makes cuts of the layers of cuts of the blocks, one after the other. Only
// what is on another side than in the cut before is looked at.
class CutMaker {
 public:
  CutMaker(const Problem& problem, const BlockGraph& blocks,
           const Sections& sections)
      : problem_(problem),
        blocks_(blocks),
        sections_(sections),
        counter_(problem) {
    Put(0, Side::kDevice);
  }

  TableCut Make(const SectionCut& best) {
    // Outside of both cuts' sections, blocks before are on the device in both
    // and blocks behind on the server.
    const BlockId first =
        std::min(sections_.First(section_), sections_.First(best.section));
    const BlockId end =
        std::max(sections_.End(section_), sections_.End(best.section));
    for (BlockId block = first; block < end; ++block) {
      const bool on_device =
          sections_.IsOnDevice(best.section, best.on_device, block);
      Put(block, on_device ? Side::kDevice : Side::kServer);
    }
    section_ = best.section;
    TableCut cut = {counter_.cut(), counter_.Costs()};
    // The check that the blocks and the problem agree on the cost.
    if (CostOf(cut.costs, problem_) != best.cost) {
      throw std::logic_error("the cost of a cut is not the cost of its layers");
    }
    return cut;
  }

 private:
  void Put(BlockId block, Side side) {
    for (const LayerId layer : blocks_.blocks[block].layers) {
      counter_.Put(layer, side);
    }
  }

  const Problem& problem_;
  const BlockGraph& blocks_;
  const Sections& sections_;
  CostCounter counter_;
  int section_ = 0;  // of the last cut
};

// A table holds the side of each layer in each cut, and so does problem.json.
void RequireFewSides(size_t cuts, size_t layers) {
  if (layers == 0 || cuts <= kMostSides / layers) return;
  Fail(ExitCode::kBadInput, "E614",
       "the table has {} cuts of {} layers, but at most {} sides of layers are "
       "kept; narrow the bandwidths: --min-bandwidth, --max-bandwidth",
       cuts, layers, kMostSides);
}

// The device-only cut, to which firmware falls back, unless the table has it
// already.
void AppendDeviceOnly(const Problem& problem, CutTable* table) {
  const bool present =
      std::ranges::any_of(table->cuts, [](const TableCut& cut) {
        return cut.costs.AllLayers(Side::kServer) == 0;
      });
  const Cut device_only(problem.layers.size(), Side::kDevice);
  if (present || !IsFeasible(problem, device_only)) return;
  table->cuts.push_back({device_only, CountCosts(problem, device_only)});
}

}  // namespace

CutTable BuildCutTable(const Problem& problem, const BlockGraph& blocks) {
  if (problem.range.min_kbps < blocks.range.min_kbps ||
      problem.range.max_kbps > blocks.range.max_kbps) {
    throw std::logic_error("BuildCutTable: blocks of a smaller range");
  }
  const Sections sections(blocks);
  const BlockTable best =
      MakeBlockTable(sections, RoundTripPrice(problem).fixed, problem.range);
  RequireFewSides(best.rows.size(), problem.layers.size());
  CutMaker maker(problem, blocks, sections);
  CutTable table;
  for (const BlockTable::Row& row : best.rows) {
    const int cut = static_cast<int>(table.cuts.size());
    table.rows.push_back({row.range.min_kbps, row.range.max_kbps, cut});
    table.cuts.push_back(maker.Make(row.cut));
  }
  AppendDeviceOnly(problem, &table);
  return table;
}

bool HasSplit(const CutTable& table) {
  return std::ranges::any_of(table.rows, [&](const TableRow& row) {
    return KindOf(table.cuts[row.cut].costs) == CutKind::kSplit;
  });
}

const TableRow& FindRow(const CutTable& table, int64_t kbps) {
  const auto row = std::lower_bound(
      table.rows.begin(), table.rows.end(), kbps,
      [](const TableRow& r, int64_t value) { return r.max_kbps < value; });
  if (row == table.rows.end() || kbps < row->min_kbps) {
    throw std::logic_error("FindRow: a bandwidth outside the table");
  }
  return *row;
}

}  // namespace dnncut
