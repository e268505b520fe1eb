// SPDX-License-Identifier: Apache-2.0
#include "frontends/model_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <stdexcept>
#include <vector>

#include "compiler/error.h"

namespace dnncut {
namespace {

[[noreturn]] void FailToRead(std::string_view why) {
  Fail(ExitCode::kIo, "E201", "cannot read the model: {}", why);
}

}  // namespace

ModelFile::ModelFile(const std::string& path)
    : fd_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)) {
  if (!fd_.is_open()) FailToRead(SystemErrorText(errno));
  struct stat status = {};
  if (fstat(fd_.get(), &status) != 0) FailToRead(SystemErrorText(errno));
  if (const std::string why = WhyNotRegular(status.st_mode); !why.empty()) {
    FailToRead("it " + why);
  }
  if (status.st_size > INT_MAX) {
    Fail(ExitCode::kBadInput, "E205",
         "has {} bytes, but an ONNX file cannot have more than 2 GiB; store "
         "the weights as external data",
         static_cast<int64_t>(status.st_size));
  }
  size_ = static_cast<size_t>(status.st_size);
  if (size_ == 0) return;
  void* map = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_.get(), 0);
  if (map == MAP_FAILED) FailToRead(SystemErrorText(errno));
  data_ = static_cast<const char*>(map);
}

ModelFile::~ModelFile() {
  if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
}

void ModelFile::Release(int64_t offset) const {
  constexpr int64_t kStep = int64_t{16} << 20;  // a multiple of any page size
  const int64_t end = offset / kStep * kStep;
  if (end <= released_) return;
  // The pages come back from the file if somebody looks again.
  madvise(const_cast<char*>(data_) + released_,
          static_cast<size_t>(end - released_), MADV_DONTNEED);
  released_ = end;
}

std::string ModelFile::Sha256() const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (context == nullptr ||
      EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
    throw std::logic_error("OpenSSL has no SHA-256");
  }
  // Not through the map: its pages would stay.
  std::vector<char> buffer(1 << 20);
  size_t offset = 0;
  while (offset < size_) {
    const ssize_t count = pread(fd_.get(), buffer.data(), buffer.size(),
                                static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) FailToRead(SystemErrorText(errno));
    if (count == 0) FailToRead("it became shorter while it was read");
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<size_t>(count));
    offset += static_cast<size_t>(count);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned length = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &length);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    fmt::format_to(std::back_inserter(hex), "{:02x}", digest[i]);
  }
  return hex;
}

}  // namespace dnncut
