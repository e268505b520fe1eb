// SPDX-License-Identifier: Apache-2.0
//
// The tables of the report, as HTML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/result/latency_parts.h"
#include "backends/result/result.h"

namespace dnncut {

struct HtmlColumn {
  std::string heading;
  bool is_number = false;
};

// A <table> in a frame that scrolls where the page is narrow.
class HtmlTable {
 public:
  // `id` is that of the caption.
  HtmlTable(std::string_view id, std::string_view caption,
            std::vector<HtmlColumn> columns);

  // The cells are HTML, the first is the row's heading.
  void AddRow(const std::vector<std::string>& cells);
  // For a row about a cut: the script marks the rows of the cut that it shows.
  void AddCutRow(int cut, const std::vector<std::string>& cells);

  // The HTML of the table. No row may be added after this.
  std::string Finish();

 private:
  void AddCells(const std::vector<std::string>& cells);

  std::vector<HtmlColumn> columns_;
  std::string html_;
};

// Which cut is used from which bandwidth to which, and the parts of its time.
std::string RowsTable(const Result& result, const std::vector<ShownRow>& rows);

// What each cut sends and stores, and its files.
std::string CutsTable(const Result& result);

// The tensors that cross in any cut.
std::string TensorsTable(const Result& result);

}  // namespace dnncut
