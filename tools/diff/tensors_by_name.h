// SPDX-License-Identifier: Apache-2.0
//
// Looks up inputs and outputs of a model by their names.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "backends/result/table_file.h"

namespace dnncut {

using TensorsByName = std::map<std::string_view, const TableFile::ModelTensor*>;

// Of several with one name, the first. `tensors` must outlive the result.
inline TensorsByName ByName(
    const std::vector<TableFile::ModelTensor>& tensors) {
  TensorsByName by_name;
  for (const TableFile::ModelTensor& tensor : tensors) {
    by_name.emplace(tensor.name, &tensor);
  }
  return by_name;
}

}  // namespace dnncut
