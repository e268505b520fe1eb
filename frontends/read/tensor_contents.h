// SPDX-License-Identifier: Apache-2.0
//
// What the file says about one tensor, without its data. ReadTensorContents
// makes it without judging it: it holds also what is wrong or contradictory.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "frontends/read/limits.h"
#include "frontends/read/model_file.h"
#include "frontends/read/wire.h"

namespace dnncut {

// One more than ONNX has keys: whoever looks at them finds one unknown or
// twice.
inline constexpr size_t kMostExternalEntries = 6;

struct TensorContents {
  std::string name;
  std::vector<int64_t> dims;  // at most kMaxRank + 1 are kept
  int32_t data_type = 0;
  bool has_segment = false;
  bool is_external = false;
  // Keys and values; of the first kMostExternalEntries entries.
  std::vector<std::pair<std::string, std::string>> external_data;
  std::string rest;  // all fields but those of the data, serialised

  int data_field = 0;        // the one that holds the data; 0: none
  int other_data_field = 0;  // one that holds data as well; 0: as it should be
  int64_t elements = 0;      // in the typed field; for raw_data, its bytes
  int64_t chunks = 0;        // occurrences of the field
  WireRange last_chunk;      // of a length-delimited occurrence
  int64_t wire_bytes = 0;    // of all occurrences
};

// Goes once over the message at `range`. Throws WireError, and Error E229 when
// it is too large without its data.
TensorContents ReadTensorContents(const ModelFile& file, WireRange range,
                                  const ModelLimits& limits);

// "raw_data", for a field that holds data.
const std::string& FieldName(int number);

}  // namespace dnncut
