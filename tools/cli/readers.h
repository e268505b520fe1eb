// SPDX-License-Identifier: Apache-2.0
//
// Readers of the values that many flags take. An option may be a std::optional,
// which says whether the flag was given.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "tools/cli/flags.h"
#include "tools/text/units.h"

namespace dnncut {

// What `parse` makes of the flag and its text.
template <typename Option, typename Parser>
Reader Parsed(Option* option, Parser parse) {
  return [=](std::string_view flag, const std::string& text) {
    *option = static_cast<Option>(parse(flag, text));
  };
}

// The text as it is.
template <typename Option>
Reader Text(Option* option) {
  return [=](std::string_view, const std::string& text) { *option = text; };
}

// The same, but never empty; `what` is what the flag needs. Throws Error E134.
template <typename Option>
Reader NotEmpty(Option* option, std::string what) {
  return [option, what = std::move(what)](std::string_view flag,
                                          const std::string& text) {
    if (text.empty()) {
      Fail(ExitCode::kUsage, "E134", "{} needs {}",
           flag == "--output" ? "-o" : flag, what);
    }
    *option = text;
  };
}

// The texts of a flag that may stand several times.
inline Reader Texts(std::vector<std::string>* options) {
  return [=](std::string_view, const std::string& text) {
    options->push_back(text);
  };
}

// The name of what is written; `what` is "file" or "folder".
template <typename Option>
Reader OutputName(Option* option, std::string_view what) {
  return NotEmpty(option, fmt::format("the name of a {}", what));
}

template <typename Option>
Reader Kbps(Option* option) {
  return Parsed(option, ParseKbps);
}

// In nanoseconds.
template <typename Option>
Reader Duration(Option* option) {
  return Parsed(option, [](std::string_view flag, const std::string& text) {
    return ParseDurationNs(flag, text);
  });
}

// A whole number in min .. max.
template <typename Option>
Reader Count(Option* option, int64_t min, int64_t max) {
  return Parsed(option, [=](std::string_view flag, const std::string& text) {
    return ParseCount(flag, text, min, max);
  });
}

// Reads "NAME=VALUE", where the name ends at the last of `separators`, into the
// value of that name: tensor names may hold '=', values cannot.
template <typename Value, typename Parser>
Reader Named(std::map<std::string, Value>* values, const char* separators,
             std::string_view example, Parser parse) {
  return [=](std::string_view flag, const std::string& text) {
    const size_t end = text.find_last_of(separators);
    if (end == std::string::npos || end == 0) {
      Fail(ExitCode::kUsage, "E106",
           "{} '{}' has no name and value; write for example {} {}", flag, text,
           flag, example);
    }
    const std::string name = text.substr(0, end);
    if (!values->emplace(name, parse(flag, text.substr(end + 1))).second) {
      Fail(ExitCode::kUsage, "E108", "{} is given twice for '{}'", flag, name);
    }
  };
}

}  // namespace dnncut
