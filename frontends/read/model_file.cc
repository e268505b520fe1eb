// SPDX-License-Identifier: Apache-2.0
#include "frontends/read/model_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <stdexcept>

#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"

namespace dnncut {
namespace {

[[noreturn]] void FailToRead(std::string_view why) {
  Fail(ExitCode::kIo, "E201", "cannot read the model: {}", why);
}

[[noreturn]] void FailChanged() {
  Fail(ExitCode::kIo, "E607",
       "the file has changed while it was being read; run again when nobody "
       "writes it");
}

}  // namespace

ModelFile::ModelFile(const std::string& path)
    : fd_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)) {
  if (!fd_.is_open()) FailToRead(ErrnoText(errno));
  const auto state = StateOf(fd_.get());
  if (!state) FailToRead(ErrnoText(errno));
  state_ = *state;
  if (const std::string why = WhyNotRegular(state_.mode); !why.empty()) {
    FailToRead("it " + why);
  }
  if (size() > INT_MAX) {
    Fail(ExitCode::kBadInput, "E205",
         "has {} bytes, but an ONNX file cannot have more than 2 GiB; store "
         "the weights as external data",
         size());
  }
  block_.resize(kBlockBytes);
  if (IsFresh(state_)) first_sha256_ = Sha256();
}

int64_t ModelFile::ReadAt(int64_t offset, std::vector<char>* buffer) const {
  const int64_t wanted =
      std::min(static_cast<int64_t>(buffer->size()), size() - offset);
  int64_t done = 0;
  while (done < wanted) {
    const ssize_t count =
        pread(fd_.get(), buffer->data() + done,
              static_cast<size_t>(wanted - done), offset + done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) FailToRead(ErrnoText(errno));
    if (count == 0) FailChanged();
    done += count;
  }
  return wanted;
}

std::string_view ModelFile::View(int64_t offset, int64_t bytes) const {
  if (offset < 0 || bytes < 0 || bytes > kBlockBytes ||
      offset > size() - bytes) {
    throw std::logic_error("reads outside the model file");
  }
  if (offset < block_begin_ || offset + bytes > block_end_) {
    block_end_ = 0;  // the block is empty if reading fails
    block_begin_ = offset;
    block_end_ = offset + ReadAt(offset, &block_);
  }
  return {block_.data() + (offset - block_begin_), static_cast<size_t>(bytes)};
}

void ModelFile::AppendTo(std::string* text, int64_t offset,
                         int64_t bytes) const {
  for (int64_t done = 0; done < bytes;) {
    const int64_t step = std::min(kBlockBytes, bytes - done);
    *text += View(offset + done, step);
    done += step;
  }
}

std::string ModelFile::Sha256() const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (context == nullptr ||
      EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
    throw std::logic_error("OpenSSL has no SHA-256");
  }
  std::vector<char> buffer(
      static_cast<size_t>(std::min<int64_t>(size(), 1 << 20)));
  for (int64_t offset = 0; offset < size();) {
    const int64_t count = ReadAt(offset, &buffer);
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<size_t>(count));
    offset += count;
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

void ModelFile::CheckUnchanged() const {
  if (StateOf(fd_.get()) != state_) FailChanged();
}

std::string ModelFile::Finish() {
  CheckUnchanged();
  if (!first_sha256_.empty()) {
    const auto settled = SettledStateOf(fd_.get());
    if (!settled && errno == EBUSY) FailChanged();
    if (!settled) FailToRead(ErrnoText(errno));
    state_ = *settled;
  }
  std::string sha256 = Sha256();
  // A write in the same tick of the clock in which the file was opened would
  // not show in its state.
  if (!first_sha256_.empty() && sha256 != first_sha256_) FailChanged();
  CheckUnchanged();
  return sha256;
}

}  // namespace dnncut
