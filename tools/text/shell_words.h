// SPDX-License-Identifier: Apache-2.0
//
// Command lines that a shell takes as they stand: what a report says about
// where a result comes from.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/shell_word.h"

namespace dnncut {

// "dnncut compile net.onnx --rtt 20ms", built flag by flag.
class ShellCommand {
 public:
  ShellCommand(std::string_view command, const std::string& argument)
      : text_(fmt::format("dnncut {} {}", command, ShellFile(argument))) {}

  void Switch(bool given, std::string_view flag) {
    if (given) text_ += fmt::format(" {}", flag);
  }
  void Value(bool given, std::string_view flag, const std::string& value) {
    if (given) text_ += fmt::format(" {}", ShellFlag(flag, value));
  }
  template <typename T>
  void Number(std::string_view flag, const T& value, const T& standard) {
    if (value != standard) text_ += fmt::format(" {} {}", flag, value);
  }
  template <typename T>
  void Number(std::string_view flag, const std::optional<T>& value) {
    if (value) text_ += fmt::format(" {} {}", flag, *value);
  }
  void Values(std::string_view flag, const std::vector<std::string>& values) {
    for (const std::string& value : values) Value(true, flag, value);
  }

  std::string Finish() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace dnncut
