// SPDX-License-Identifier: Apache-2.0
//
// A table as the compiler makes it of a problem, as constants and as a blob.
#pragma once

#include <string>
#include <vector>

#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"
#include "dnncut_lookup.h"

namespace dnncut {

struct FirmwareTable;
struct SlowdownRange;

class CompiledTable {
 public:
  // `problem` has a feasible cut. The cuts are those of the rows and, for any
  // server, of `slowdown`.
  CompiledTable(const Problem& problem, const SlowdownRange& slowdown,
                int64_t dwell_ms);
  CompiledTable(const CompiledTable&) = delete;

  const CutTable& table() const { return table_; }
  // What dnncut_table.h says.
  const dnncut_table& constants() const { return constants_; }
  // What dnncut_table.bin holds.
  const std::string& blob() const { return blob_; }

 private:
  void MakeConstants(const FirmwareTable& table);

  CutTable table_;
  std::vector<dnncut_row> rows_;
  std::vector<dnncut_cut> cuts_;
  dnncut_table constants_ = {};
  std::string blob_;
};

// The blob of `bytes`, opened. Throws std::logic_error if it is refused.
dnncut_blob OpenBlob(const std::string& bytes);

}  // namespace dnncut
