// SPDX-License-Identifier: Apache-2.0
//
// The tables of the report, as HTML.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/latency_parts.h"
#include "backends/result.h"

namespace dnncut {

// A <table> in a frame that scrolls where the page is narrow. `id` is that of
// its caption; rows of `body` are complete <tr> elements.
std::string HtmlTable(std::string_view id, std::string_view caption,
                      const std::vector<std::string>& headings,
                      const std::string& body);

// <tr> of a heading and cells; a cell that starts with a digit or '-' is a
// number, and all are HTML.
std::string HtmlRow(std::string_view heading,
                    const std::vector<std::string>& cells,
                    std::string_view attributes = "");

// What holds from where to where, and where its time goes.
std::string RowsTable(const Result& result, const std::vector<ShownRow>& rows);

// What each cut sends and stores, and its files.
std::string CutsTable(const Result& result, std::optional<int> only_cut);

// The tensors that cross in any cut.
std::string TensorsTable(const Result& result);

}  // namespace dnncut
