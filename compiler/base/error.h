// SPDX-License-Identifier: Apache-2.0
//
// Errors and warnings. Whatever is wrong with the input or its surroundings is
// thrown as Error; main() catches it, prints one line and returns its exit
// code. A mistake in dnncut itself is a std::logic_error.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dnncut {

// What the process returns. Documented in docs/errors.md; never renumbered.
enum class ExitCode {
  kOk = 0,
  kInternal = 1,
  kUsage = 2,
  kBadInput = 3,
  kCheckFailed = 4,
  kIo = 5,
  kNoRuntime = 6,
};

// `id` is stable ("E201"); docs/errors.md lists every id. The message is one
// line: what is wrong, where, and what to do about it.
class Error : public std::runtime_error {
 public:
  Error(ExitCode exit_code, std::string id, std::string_view message)
      : std::runtime_error(WithoutNul(message)),
        exit_code_(exit_code),
        id_(std::move(id)) {}

  ExitCode exit_code() const { return exit_code_; }
  const std::string& id() const { return id_; }

 private:
  // what() ends at the first NUL; messages quote what files hold.
  static std::string WithoutNul(std::string_view message) {
    std::string text;
    for (const char c : message) {
      if (c == '\0') {
        text += "\\x00";
      } else {
        text += c;
      }
    }
    return text;
  }

  ExitCode exit_code_;
  std::string id_;
};

// Throws Error with a formatted message:
//   Fail(ExitCode::kBadInput, "E214", "{}: tensor '{}' has ...", file, name);
template <typename... Args>
[[noreturn]] void Fail(ExitCode exit_code, std::string_view id,
                       fmt::format_string<Args...> format, Args&&... args) {
  throw Error(exit_code, std::string(id),
              fmt::format(format, std::forward<Args>(args)...));
}

// Something that the user should know but that does not stop the work.
struct Warning {
  std::string id;  // "W301": stable, listed in docs/errors.md
  std::string text;

  bool operator==(const Warning&) const = default;
};

// Functions that warn take a pointer to this list and append to it, so warnings
// are in the order in which they arose.
using Warnings = std::vector<Warning>;

template <typename... Args>
void Warn(Warnings* warnings, std::string_view id,
          fmt::format_string<Args...> format, Args&&... args) {
  warnings->push_back(
      {std::string(id), fmt::format(format, std::forward<Args>(args)...)});
}

}  // namespace dnncut
