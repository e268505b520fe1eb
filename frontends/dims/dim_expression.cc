// SPDX-License-Identifier: Apache-2.0
//
// A recursive descent over the text, which computes while it reads:
//
//   sum     = product { ("+" | "-") product }
//   product = factor { ("*" | "/" | "//" | "%") factor }
//   factor  = "-" factor | number | name | function "(" sum { "," sum } ")"
//           | "(" sum ")"
//
// Values are exact fractions, so "floor(a/2)*2" is what it says. One that does
// not fit 64 bits, or a division by zero, makes the whole no size; a name
// without a value makes it open. Either way the text is read to its end,
// because what cannot be read is just a name ("batch size", "x->y").
#include "frontends/dims/dim_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "compiler/base/checked_math.h"

namespace dnncut {
namespace {

constexpr int kMaxDepth = 32;

// In lowest terms, with a positive denominator.
struct Fraction {
  int64_t over = 0;
  int64_t under = 1;
};

enum class Sign { kPlus, kMinus, kTimes, kDivide, kFloorDivide, kModulo };

Int128 FloorDivide(Int128 a, Int128 b) {  // b > 0
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

class DimReader {
 public:
  DimReader(std::string_view text, const DimLookup& value_of)
      : text_(text), value_of_(value_of) {}

  ComputedDim Read() {
    ComputedDim dim;
    const Fraction value = Sum(0);
    SkipSpaces();
    if (!readable_ || at_ != text_.size() || is_plain_name_) return dim;
    dim.names = std::move(names_);
    if (open_) {
      dim.kind = ComputedDim::Kind::kOpen;
    } else if (!problem_.empty()) {
      dim.kind = ComputedDim::Kind::kNoSize;
      dim.value = problem_;
    } else if (value.under != 1 || value.over < 0) {
      dim.kind = ComputedDim::Kind::kNoSize;
      dim.value = value.under == 1
                      ? fmt::to_string(value.over)
                      : fmt::format("{}/{}", value.over, value.under);
    } else {
      dim.kind = ComputedDim::Kind::kSize;
      dim.size = value.over;
    }
    return dim;
  }

 private:
  void SkipSpaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool Take(std::string_view token) {
    SkipSpaces();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  Fraction Unreadable() {
    readable_ = false;
    return {};
  }

  Fraction Make(Int128 over, Int128 under) {
    if (under == 0) {
      problem_ = "a division by 0";
      return {};
    }
    if (under < 0) {
      over = -over;
      under = -under;
    }
    Int128 a = over < 0 ? -over : over;
    for (Int128 b = under; b != 0;) a = std::exchange(b, a % b);
    if (a > 1) {
      over /= a;
      under /= a;
    }
    if (over > INT64_MAX || over < -INT64_MAX || under > INT64_MAX) {
      problem_ = "too large";
      return {};
    }
    return {static_cast<int64_t>(over), static_cast<int64_t>(under)};
  }

  Fraction Floor(const Fraction& a) {
    return Make(FloorDivide(a.over, a.under), 1);
  }

  Fraction Apply(Sign sign, const Fraction& a, const Fraction& b) {
    const Int128 over = a.over, under = a.under;
    switch (sign) {
      case Sign::kPlus:
        return Plus(a, b);
      case Sign::kMinus:
        return Plus(a, {-b.over, b.under});
      case Sign::kTimes:
        return Make(over * b.over, under * b.under);
      case Sign::kDivide:
        return Make(over * b.under, under * b.over);
      case Sign::kFloorDivide:
        return Floor(Make(over * b.under, under * b.over));
      case Sign::kModulo:
        return Apply(Sign::kMinus, a,
                     Apply(Sign::kTimes, b, Apply(Sign::kFloorDivide, a, b)));
    }
    return {};
  }

  Fraction Plus(const Fraction& a, const Fraction& b) {
    // Each product is below 2^126.
    return Make(Int128{a.over} * b.under + Int128{b.over} * a.under,
                Int128{a.under} * b.under);
  }

  Fraction Sum(int depth) {
    Fraction value = Product(depth);
    while (readable_) {
      if (Take("+")) {
        value = Join(Sign::kPlus, value, Product(depth));
      } else if (Take("-")) {
        value = Join(Sign::kMinus, value, Product(depth));
      } else {
        break;
      }
    }
    return value;
  }

  Fraction Product(int depth) {
    Fraction value = Factor(depth);
    while (readable_) {
      if (Take("*")) {
        value = Join(Sign::kTimes, value, Factor(depth));
      } else if (Take("//")) {
        value = Join(Sign::kFloorDivide, value, Factor(depth));
      } else if (Take("/")) {
        value = Join(Sign::kDivide, value, Factor(depth));
      } else if (Take("%")) {
        value = Join(Sign::kModulo, value, Factor(depth));
      } else {
        break;
      }
    }
    return value;
  }

  Fraction Join(Sign sign, const Fraction& a, const Fraction& b) {
    is_plain_name_ = false;
    return readable_ && !open_ && problem_.empty() ? Apply(sign, a, b)
                                                   : Fraction();
  }

  Fraction Factor(int depth) {
    if (depth > kMaxDepth) return Unreadable();
    is_plain_name_ = false;
    if (Take("-")) return Join(Sign::kMinus, {}, Factor(depth + 1));
    if (Take("(")) {
      const Fraction value = Sum(depth + 1);
      is_plain_name_ = false;
      return Take(")") ? value : Unreadable();
    }
    const std::string_view word = Word();
    if (word.empty()) return Unreadable();
    if (word[0] >= '0' && word[0] <= '9') return Number(word);
    if (Take("(")) return Call(word, depth);
    return Name(std::string(word));
  }

  // The letters, digits and the like that follow.
  std::string_view Word() {
    SkipSpaces();
    const size_t begin = at_;
    const auto is_part = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
             (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == ':' ||
             static_cast<unsigned char>(c) >= 0x80;
    };
    while (at_ < text_.size() && is_part(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  Fraction Number(std::string_view word) {
    int64_t number = 0;
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    if (stop != end) return Unreadable();
    if (error != std::errc()) problem_ = "too large";
    return {number, 1};
  }

  Fraction Name(const std::string& name) {
    is_plain_name_ = true;
    names_.insert(name);
    const std::optional<int64_t> value = value_of_(name);
    if (!value.has_value()) open_ = true;
    return {value.value_or(0), 1};
  }

  Fraction Call(std::string_view function, int depth) {
    std::vector<Fraction> values;
    do {
      values.push_back(Sum(depth + 1));
    } while (readable_ && Take(","));
    is_plain_name_ = false;
    if (!Take(")")) return Unreadable();
    const auto less = [](const Fraction& a, const Fraction& b) {
      return Int128{a.over} * b.under < Int128{b.over} * a.under;
    };
    if (function == "min" || function == "Min") {
      return *std::min_element(values.begin(), values.end(), less);
    }
    if (function == "max" || function == "Max") {
      return *std::max_element(values.begin(), values.end(), less);
    }
    if (values.size() != 1) return Unreadable();
    if (function == "floor") return Floor(values[0]);
    if (function == "ceil" || function == "ceiling") {
      const Fraction down = Floor({-values[0].over, values[0].under});
      return {-down.over, 1};
    }
    return Unreadable();
  }

  std::string_view text_;
  const DimLookup& value_of_;
  size_t at_ = 0;
  bool readable_ = true;
  bool open_ = false;
  bool is_plain_name_ = false;  // all that was read is one name
  std::string problem_;
  std::set<std::string> names_;
};

}  // namespace

ComputedDim ComputeDim(std::string_view text, const DimLookup& value_of) {
  return DimReader(text, value_of).Read();
}

}  // namespace dnncut
