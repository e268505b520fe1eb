// SPDX-License-Identifier: Apache-2.0
//
// Writes numbers with units, and types, for people. Nothing here depends on the
// locale, so all outputs write them the same way.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dnncut {

// Exact: "64 kbit/s", "5.628 Mbit/s", "10 Gbit/s".
std::string FormatKbps(int64_t kbps);

// "64 kbit/s to 5.628 Mbit/s".
std::string FormatKbpsRange(int64_t min_kbps, int64_t max_kbps);

// Exact, with separators: "602,112 B".
std::string FormatBytes(int64_t bytes);

// What is sent of a tensor, which has another size when it is `decoded`:
// "60,000 B", "60,000 B (602,112 B decoded)".
std::string FormatSentBytes(int64_t bytes,
                            const std::optional<int64_t>& decoded);

// For rough figures, in powers of ten: "313 B", "1.6 kB", "602 kB", "2.4 MB".
std::string FormatRoughBytes(int64_t bytes);

// Rounded to one decimal: "97.8 MiB", "512 B".
std::string FormatSize(int64_t bytes);

// value / unit, rounded half up to so many decimals, without zeros at the end:
// exact where `unit` is that power of ten. "80.000001", "1.2".
std::string FormatExact(int64_t value, int64_t unit, int decimals);

// Milliseconds with so many decimals, rounded half up: "412.0".
std::string FormatMs(int64_t ns, int decimals);

// A time for people, three digits or so: "5 ms", "200 us", "1.25 s".
std::string FormatDuration(int64_t ns);

// A unit for FormatWhole: its size, and what stands behind the number.
struct WholeUnit {
  int64_t size;
  std::string_view name;
};

// Exact, without decimals: in the first unit that divides the value, else in
// the last, which is 1.
std::string FormatWhole(int64_t value, std::initializer_list<WholeUnit> units);

// "1 layer", "2 layers"; `plural` where it is not the noun and an s.
std::string FormatPlural(int64_t count, std::string_view noun,
                         std::string_view plural = "");

// "25.6 M", "4.1 G": a count, rounded to one decimal.
std::string FormatCount(int64_t count);

// "float32[1,3,224,224]"; a dim that is not known (-1) is "?".
std::string FormatType(std::string_view dtype,
                       const std::vector<int64_t>& shape);

// "'b' float32[1,8]", a tensor with its type.
std::string FormatTensor(std::string_view name, std::string_view dtype,
                         const std::vector<int64_t>& shape);

}  // namespace dnncut
