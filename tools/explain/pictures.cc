// SPDX-License-Identifier: Apache-2.0
#include "tools/explain/pictures.h"

#include "backends/result/middle_kbps.h"
#include "tools/explain/dot_text.h"
#include "tools/explain/trace_json.h"

namespace dnncut {

OperatingPoint PicturePoint(const StoredResult& compiled,
                            std::optional<int64_t> kbps) {
  if (kbps) return OperatingPointAt(compiled, *kbps);
  const std::vector<TableRow>& rows = compiled.table.rows;
  const TableRow& row = rows[rows.size() / 2];
  return OperatingPointAt(compiled, MiddleKbps(row.min_kbps, row.max_kbps));
}

std::vector<Picture> Draw(const StoredResult& compiled,
                          const PictureFiles& files,
                          const OperatingPoint& point) {
  std::vector<Picture> pictures;
  if (files.dot) {
    pictures.push_back(
        {*files.dot, DotText(compiled, point, files.dot_context)});
  }
  if (files.trace) {
    pictures.push_back({*files.trace, TraceJson(compiled, point)});
  }
  if (files.model_explorer) {
    pictures.push_back({*files.model_explorer,
                        ModelExplorerJson(compiled, point, files.overlay)});
  }
  return pictures;
}

}  // namespace dnncut
