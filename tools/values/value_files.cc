// SPDX-License-Identifier: Apache-2.0
#include "tools/values/value_files.h"

#include "compiler/base/error.h"
#include "compiler/files/read_file.h"

namespace dnncut {
namespace {

constexpr FileKind kValueFile = {.name = "a value",
                                 .max_bytes = kMaxValueFileBytes,
                                 .unreadable = "E723",
                                 .too_large = "E724"};

// Any byte but 0 means true in a file; a program may trust that it is 1.
void NormalizeBools(Value* value) {
  for (Value& element : value->elements) NormalizeBools(&element);
  if (value->dtype != DType::kBool) return;
  for (char& byte : value->data) byte = byte != 0 ? 1 : 0;
}

}  // namespace

Value ReadValueFile(const std::string& path, const Declared& declared) {
  if (declared.kind == DeclaredKind::kOther) {
    Fail(ExitCode::kBadInput, "E725",
         "{}: maps and sparse tensors cannot be given", path);
  }
  const bool is_npy = path.ends_with(".npy");
  if (!is_npy && !path.ends_with(".pb")) {
    Fail(ExitCode::kBadInput, "E724",
         "{}: is neither .npy (numpy) nor .pb (ONNX), which are the files that "
         "values are read from",
         path);
  }
  const std::string bytes = ReadFile(path, kValueFile);
  Value value =
      is_npy ? ParseNpy(bytes, path, declared) : ParsePb(bytes, path, declared);
  NormalizeBools(&value);
  if (value.dtype == DType::kUint16 && declared.dtype == DType::kBfloat16) {
    value.dtype = DType::kBfloat16;
  }
  return value;
}

}  // namespace dnncut
