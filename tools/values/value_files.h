// SPDX-License-Identifier: Apache-2.0
//
// Values in files: numpy's .npy and ONNX's .pb in, plain bytes out. The files
// come from anywhere, so a broken or hostile one gives an Error, and memory
// grows with the file only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/model/dtype.h"
#include "tools/values/value.h"

namespace dnncut {

// Larger files are refused; ONNX's format ends there, too.
inline constexpr int64_t kMaxValueFileBytes = INT32_MAX;

// What a model declares a value to be. A .pb does not say what it holds.
enum class DeclaredKind : uint8_t { kTensor, kSequence, kOptional, kOther };

struct Declared {
  DeclaredKind kind = DeclaredKind::kTensor;
  // Of a tensor; tells what numpy's void types (bfloat16, ...) stand for, and
  // that a uint16 holds the bits of a bfloat16, which numpy does not have.
  DType dtype = DType::kUndefined;
};

// Reads a .npy or .pb by its ending. The value has no name. Throws Error: E723
// (cannot be read; exit code kIo), E724 (broken, or another format), E725
// (something in it that a model cannot be given).
Value ReadValueFile(const std::string& path, const Declared& declared);

// The same of the content of a file; `path` is for messages.
Value ParseNpy(std::string_view bytes, const std::string& path,
               const Declared& declared);
Value ParsePb(std::string_view bytes, const std::string& path,
              const Declared& declared);

// Throws Error E729 unless SaveValues may write there: the folder must not
// exist, be empty, or hold what SaveValues wrote before. For asking before long
// work.
void CheckSaveFolder(const std::string& folder);

// Writes tensors of numbers as plain little-endian bytes, 0.bin, 1.bin, ...,
// and index.json, which says what they are. Throws Error: E729, E605, E725 (no
// tensor of numbers).
void SaveValues(const std::string& folder, const std::vector<Value>& values);

}  // namespace dnncut
