// SPDX-License-Identifier: Apache-2.0
//
// Opens the files that hold a model's weights. Their names stand in the model,
// which may come from anybody, so no name may lead out of the model's folder:
//
// First the text of the location is checked: it must be relative, without "..".
// Then all symbolic links are resolved, and the result must lie below the
// model's folder (the one that the user named, or the one that the model really
// lies in when its path is a link). Last, the file is opened from that folder
// by its path without links, and the kernel is told to follow none: whoever
// swaps in a link between the check and the opening gets an error, not another
// file.
#include "compiler/model/weight_file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>  // IWYU pragma: keep, iwyu prefers <syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/files/system_file.h"

namespace dnncut {
namespace {

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// For messages about locations that are refused: short, and on one line.
std::string Printable(std::string location) {
  constexpr size_t kLongest = 200;
  if (location.size() > kLongest)
    location.replace(kLongest, location.npos, "...");
  std::replace_if(location.begin(), location.end(), IsControl, '?');
  return location;
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The path with every symbolic link resolved; nullopt sets errno.
std::optional<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&free)> real(
      realpath(path.c_str(), nullptr), &free);
  if (real == nullptr) return std::nullopt;
  return std::string(real.get());
}

// `path` relative to `folder`, both without links; nullopt when it is not
// inside.
std::optional<std::string> Below(const std::string& folder,
                                 const std::string& path) {
  const std::string prefix = folder == "/" ? folder : folder + "/";
  if (!path.starts_with(prefix) || path == prefix) return std::nullopt;
  return path.substr(prefix.size());
}

std::vector<std::string> SplitPath(const std::string& path) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= path.size()) {
    size_t end = path.find('/', begin);
    if (end == std::string::npos) end = path.size();
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// For kernels before 5.6, and sandboxes that refuse openat2: one component
// after the other, none of which may be a link.
UniqueFd OpenStepByStep(int folder, const std::string& path, int flags) {
  const std::vector<std::string> parts = SplitPath(path);
  UniqueFd at(fcntl(folder, F_DUPFD_CLOEXEC, 0));
  for (size_t i = 0; i + 1 < parts.size() && at.is_open(); ++i) {
    at = UniqueFd(openat(at.get(), parts[i].c_str(),
                         O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  if (!at.is_open()) return at;
  return UniqueFd(openat(at.get(), parts.back().c_str(), flags | O_NOFOLLOW));
}

// `path` has no links and lies below `folder`; the kernel makes sure that this
// is still true when it opens the file.
UniqueFd OpenBelow(int folder, const std::string& path, int flags) {
  struct open_how how = {};
  how.flags = static_cast<uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  UniqueFd fd(static_cast<int>(
      syscall(SYS_openat2, folder, path.c_str(), &how, sizeof(how))));
  if (fd.is_open() || (errno != ENOSYS && errno != EPERM)) return fd;
  return OpenStepByStep(folder, path, flags);
}

[[noreturn]] void FailToOpen(const std::string& path, const std::string& tensor,
                             int error_number) {
  Fail(ExitCode::kIo, "E216",
       "cannot read '{}', the file with the data of tensor '{}': {}; it "
       "belongs beside the model",
       path, tensor, ErrnoText(error_number));
}

UniqueFd OpenExternal(const std::string& model_path,
                      const std::string& location, const std::string& tensor,
                      int flags) {
  CheckLocation(location, tensor);
  const std::string folder = FolderOf(model_path);
  const std::string path =
      folder == "." ? location
                    : (folder == "/" ? "/" : folder + "/") + location;
  const auto real = RealPath(path);
  if (!real) FailToOpen(path, tensor, errno);
  const auto real_model = RealPath(model_path);
  if (!real_model) FailToOpen(model_path, tensor, errno);
  const auto real_folder = RealPath(folder);
  if (!real_folder) FailToOpen(folder, tensor, errno);
  for (const std::string& root : {*real_folder, FolderOf(*real_model)}) {
    const auto relative = Below(root, *real);
    if (!relative) continue;
    const UniqueFd root_fd(
        open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root_fd.is_open()) FailToOpen(root, tensor, errno);
    UniqueFd fd = OpenBelow(root_fd.get(), *relative, flags);
    if (!fd.is_open()) FailToOpen(path, tensor, errno);
    return fd;
  }
  Fail(ExitCode::kBadInput, "E215",
       "tensor '{}' has its data in '{}', a link that leads out of the model's "
       "folder; replace the link by the file",
       tensor, location);
}

[[noreturn]] void FailChanged(const std::string& path) {
  Fail(ExitCode::kIo, "E607",
       "{}: the file has changed since the model was read; run again when "
       "nobody writes it",
       path);
}

struct stat StatusOf(int fd, const std::string& path,
                     const std::string& tensor) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) FailToOpen(path, tensor, errno);
  if (const std::string why = WhyNotRegular(status.st_mode); !why.empty()) {
    Fail(ExitCode::kIo, "E216", "'{}', with the data of tensor '{}', {}", path,
         tensor, why);
  }
  return status;
}

}  // namespace

void CheckLocation(const std::string& location, const std::string& tensor) {
  const auto refuse = [&](std::string_view why) {
    Fail(ExitCode::kBadInput, "E215",
         "tensor '{}' has its data in the file '{}', {}; a location must be a "
         "path relative to the model's folder that stays inside it",
         tensor, Printable(location), why);
  };
  if (location.empty()) refuse("which is no name");
  if (std::any_of(location.begin(), location.end(), IsControl)) {
    refuse("which has control characters");
  }
  if (location.front() == '/') refuse("which is an absolute path");
  if (location.find('\\') != std::string::npos) refuse("which has a backslash");
  if (location.back() == '/') refuse("which is a folder");
  if (location.size() >= PATH_MAX) refuse("which is too long");
  // ONNX Runtime's spelling of "at this address in memory".
  if (location.find("_ORT_MEM_ADDR_") != std::string::npos) {
    refuse("which is an address in memory");
  }
  for (const std::string& part : SplitPath(location)) {
    if (part == "..") refuse("which leads upwards");
  }
}

WeightFileStatus StatWeightFile(const std::string& model_path,
                                const std::string& location,
                                const std::string& tensor) {
  const UniqueFd fd =
      OpenExternal(model_path, location, tensor, O_PATH | O_CLOEXEC);
  const struct stat status = StatusOf(fd.get(), location, tensor);
  // Kernels before 5.8 do not support this question and fail otherwise; opening
  // the file will then tell.
  if (faccessat(fd.get(), "", R_OK, AT_EMPTY_PATH | AT_EACCESS) != 0 &&
      errno == EACCES) {
    FailToOpen(location, tensor, errno);
  }
  const auto state = SettledStateOf(fd.get());
  if (!state && errno == EBUSY) FailChanged(location);
  if (!state) FailToOpen(location, tensor, errno);
  return {*state, status.st_nlink > 1};
}

UniqueFd OpenWeightFile(const SourceModel& model, const WeightData& weight) {
  constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
  UniqueFd fd;
  if (weight.location.empty()) {
    fd = UniqueFd(open(model.path.c_str(), kFlags));
    if (!fd.is_open()) FailToOpen(model.path, weight.tensor, errno);
    StatusOf(fd.get(), model.path, weight.tensor);
  } else {
    fd = OpenExternal(model.path, weight.location, weight.tensor, kFlags);
    StatusOf(fd.get(), weight.location, weight.tensor);
  }
  CheckUnchanged(model, weight, fd.get());
  return fd;
}

void CheckUnchanged(const SourceModel& model, const WeightData& weight,
                    int fd) {
  const auto before = model.files.find(weight.location);
  if (before == model.files.end() || StateOf(fd) == before->second) return;
  FailChanged(weight.location.empty() ? model.path : weight.location);
}

}  // namespace dnncut
