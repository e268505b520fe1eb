// SPDX-License-Identifier: Apache-2.0
#include "tools/value_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "compiler/error.h"
#include "compiler/system_file.h"

namespace dnncut {
namespace {

[[noreturn]] void FailToRead(const std::string& path, std::string_view why) {
  Fail(ExitCode::kIo, "E723", "cannot read {}: {}", path, why);
}

std::string ReadWhole(const std::string& path) {
  // Never blocks, whatever stands under the name.
  const UniqueFd file(
      open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!file.is_open()) FailToRead(path, SystemErrorText(errno));
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) {
    FailToRead(path, SystemErrorText(errno));
  }
  if (const std::string why = WhyNotRegular(status.st_mode); !why.empty()) {
    FailToRead(path, "it " + why);
  }
  if (status.st_size > kMaxValueFileBytes) {
    Fail(ExitCode::kBadInput, "E724",
         "{}: has {} bytes; a value may have at most {}", path,
         static_cast<int64_t>(status.st_size), kMaxValueFileBytes);
  }
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        read(file.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) FailToRead(path, SystemErrorText(errno));
    if (count == 0) FailToRead(path, "it became shorter while it was read");
    done += static_cast<size_t>(count);
  }
  return bytes;
}

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
  const std::string bytes = ReadWhole(path);
  Value value =
      is_npy ? ParseNpy(bytes, path, declared) : ParsePb(bytes, path, declared);
  NormalizeBools(&value);
  if (value.dtype == DType::kUint16 && declared.dtype == DType::kBfloat16) {
    value.dtype = DType::kBfloat16;
  }
  return value;
}

}  // namespace dnncut
