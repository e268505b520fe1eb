// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/precision_flag.h"

#include <string>
#include <string_view>

#include "compiler/base/choice.h"
#include "tools/cli/readers.h"

namespace dnncut {
namespace {

std::optional<Precision> ReadPrecision(std::string_view flag,
                                       const std::string& text) {
  return ParseChoice<Precision>(flag, text,
                                {{"fp32", Precision::kFp32},
                                 {"fp16", Precision::kFp16},
                                 {"int8", Precision::kInt8}});
}

}  // namespace

void AddPrecisionFlag(Flags* flags, std::optional<Precision>* precision) {
  flags->AddValue("--precision", "P", Parsed(precision, ReadPrecision),
                  "in what built-in machines compute: fp32, fp16 or int8; "
                  "default: as \"dnncut machines\" says of each");
}

}  // namespace dnncut
