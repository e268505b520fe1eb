// SPDX-License-Identifier: Apache-2.0
#include "frontends/values/value_ranges.h"

#include <initializer_list>

#include "compiler/base/checked_math.h"

namespace dnncut {
namespace {

// The range of `least` and `most` as int64, unless one of them is none.
Range Fitting(Int128 least, Int128 most) {
  if (least < INT64_MIN || most > INT64_MAX) return {};
  return {static_cast<int64_t>(least), static_cast<int64_t>(most)};
}

Range Spanning(std::initializer_list<Int128> ends) {
  return Fitting(std::min(ends), std::max(ends));
}

bool IsOpenBelow(const Range& range) { return range.least == INT64_MIN; }
bool IsOpenAbove(const Range& range) { return range.most == INT64_MAX; }

// `range` with ends that come from open ones open again.
Range Opened(Range range, bool below, bool above) {
  if (below) range.least = INT64_MIN;
  if (above) range.most = INT64_MAX;
  return range;
}

// A division cuts off towards 0, so its result is monotone in each operand.
Range DivideRanges(const Range& a, const Range& b) {
  if (b.least < 1) return {};
  return Opened(Spanning({a.least / b.least, a.least / b.most, a.most / b.least,
                          a.most / b.most}),
                IsOpenBelow(a), IsOpenAbove(a));
}

// The sign of the result is that of the divisor, or with fmod that of `a`.
Range ModuloRange(const Range& a, const Range& b) {
  if (a.least < 0 || b.least < 1) return {};
  return Opened({0, std::min(a.most, b.most - 1)}, false,
                IsOpenAbove(a) && IsOpenAbove(b));
}

Range TruthOf(bool surely, bool surely_not) {
  return {surely ? 1 : 0, surely_not ? 0 : 1};
}

Range CompareRanges(std::string_view op, const Range& a, const Range& b) {
  if (op == "Less") return TruthOf(a.most < b.least, a.least >= b.most);
  if (op == "LessOrEqual") return TruthOf(a.most <= b.least, a.least > b.most);
  if (op == "Greater") return TruthOf(a.least > b.most, a.most <= b.least);
  if (op == "GreaterOrEqual") {
    return TruthOf(a.least >= b.most, a.most < b.least);
  }
  if (op != "Equal") return {};
  return TruthOf(a.IsOne() && a == b, a.most < b.least || b.most < a.least);
}

}  // namespace

Range RangeOf(const KnownElement& element) {
  if (element.known) return {element.integer, element.integer};
  return {element.least, element.most};
}

KnownElement ElementIn(const Range& range) {
  if (range.IsOne()) return {true, range.least, 0};
  return {.least = range.least, .most = range.most};
}

Range AddRanges(const Range& a, const Range& b) {
  return Opened(Fitting(Int128{a.least} + b.least, Int128{a.most} + b.most),
                IsOpenBelow(a) || IsOpenBelow(b),
                IsOpenAbove(a) || IsOpenAbove(b));
}

Range SubtractRanges(const Range& a, const Range& b) {
  return Opened(Fitting(Int128{a.least} - b.most, Int128{a.most} - b.least),
                IsOpenBelow(a) || IsOpenAbove(b),
                IsOpenAbove(a) || IsOpenBelow(b));
}

Range MultiplyRanges(const Range& a, const Range& b) {
  const Range zero = {0, 0};
  if (a == zero || b == zero) return zero;
  const bool open =
      IsOpenBelow(a) || IsOpenAbove(a) || IsOpenBelow(b) || IsOpenAbove(b);
  const bool may_be_negative = a.least < 0 || b.least < 0;
  return Opened(Spanning({Int128{a.least} * b.least, Int128{a.least} * b.most,
                          Int128{a.most} * b.least, Int128{a.most} * b.most}),
                open && may_be_negative, open);
}

Range BinaryRange(std::string_view op, const Range& a, const Range& b) {
  if (op == "Add" || op == "Sum") return AddRanges(a, b);
  if (op == "Sub") return SubtractRanges(a, b);
  if (op == "Mul") return MultiplyRanges(a, b);
  if (op == "Div") return DivideRanges(a, b);
  if (op == "Mod") return ModuloRange(a, b);
  if (op == "Min") {
    return {std::min(a.least, b.least), std::min(a.most, b.most)};
  }
  if (op == "Max") {
    return {std::max(a.least, b.least), std::max(a.most, b.most)};
  }
  return CompareRanges(op, a, b);
}

}  // namespace dnncut
