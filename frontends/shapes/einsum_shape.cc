// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/einsum_shape.h"

#include <algorithm>
#include <map>
#include <string>

namespace dnncut {
namespace {

constexpr std::string_view kDots = "...";

// One operand: labels before and after the ellipsis.
struct Term {
  std::string before;
  std::string after;
  bool has_dots = false;
};

std::optional<Term> ParseTerm(std::string_view text) {
  Term term;
  const size_t dots = text.find(kDots);
  term.has_dots = dots != std::string_view::npos;
  term.before = text.substr(0, dots);
  if (term.has_dots) term.after = text.substr(dots + kDots.size());
  for (char label : term.before + term.after) {
    const bool letter =
        (label >= 'a' && label <= 'z') || (label >= 'A' && label <= 'Z');
    if (!letter) return std::nullopt;
  }
  return term;
}

std::vector<std::string_view> SplitTerms(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t start = 0;;) {
    const size_t comma = text.find(',', start);
    parts.push_back(text.substr(start, comma - start));
    if (comma == std::string_view::npos) return parts;
    start = comma + 1;
  }
}

// Broadcasts two dims: they must be equal, or one of them 1.
bool Combine(int64_t dim, int64_t* known) {
  if (dim == *known || dim == 1) return true;
  if (*known == 1) {
    *known = dim;
    return true;
  }
  if (dim != -1 && *known != -1) return false;
  *known = std::max(dim, *known);
  return true;
}

struct Dims {
  std::map<char, int64_t> labels;
  std::map<char, int> uses;
  std::vector<int64_t> dots;  // broadcast, aligned at the end
};

bool AddDots(const std::vector<int64_t>& dims, Dims* all) {
  if (dims.size() > all->dots.size()) {
    all->dots.insert(all->dots.begin(), dims.size() - all->dots.size(), 1);
  }
  const size_t skipped = all->dots.size() - dims.size();
  for (size_t i = 0; i < dims.size(); ++i) {
    if (!Combine(dims[i], &all->dots[skipped + i])) return false;
  }
  return true;
}

bool AddOperand(const Term& term, const std::vector<int64_t>& shape,
                Dims* all) {
  const std::string labels = term.before + term.after;
  if (shape.size() < labels.size() ||
      (!term.has_dots && shape.size() != labels.size())) {
    return false;
  }
  const size_t dots = shape.size() - labels.size();
  for (size_t i = 0; i < labels.size(); ++i) {
    const size_t at = i < term.before.size() ? i : i + dots;
    auto [known, added] = all->labels.emplace(labels[i], shape[at]);
    if (!added && !Combine(shape[at], &known->second)) return false;
    ++all->uses[labels[i]];
  }
  const auto first = shape.begin() + static_cast<int64_t>(term.before.size());
  return AddDots({first, first + static_cast<int64_t>(dots)}, all);
}

}  // namespace

std::optional<std::vector<int64_t>> EinsumShape(
    std::string_view equation,
    const std::vector<std::vector<int64_t>>& shapes) {
  std::string text(equation);
  std::erase(text, ' ');
  const size_t arrow = text.find("->");
  const std::string operands = text.substr(0, arrow);
  const auto terms = SplitTerms(operands);
  if (terms.size() != shapes.size()) return std::nullopt;
  Dims all;
  for (size_t i = 0; i < terms.size(); ++i) {
    auto term = ParseTerm(terms[i]);
    if (!term.has_value() || !AddOperand(*term, shapes[i], &all)) {
      return std::nullopt;
    }
  }
  Term result;
  if (arrow != std::string::npos) {
    auto given = ParseTerm(std::string_view(text).substr(arrow + 2));
    if (!given.has_value()) return std::nullopt;
    result = *given;
  } else {
    // Without an arrow: the labels that occur once, in alphabetical order.
    result.has_dots = true;
    for (const auto& [label, count] : all.uses) {
      if (count == 1) result.after += label;
    }
  }
  std::vector<int64_t> shape;
  auto add = [&](const std::string& labels) {
    for (char label : labels) {
      auto known = all.labels.find(label);
      if (known == all.labels.end()) return false;
      shape.push_back(known->second);
    }
    return true;
  };
  if (!add(result.before)) return std::nullopt;
  if (result.has_dots) {
    shape.insert(shape.end(), all.dots.begin(), all.dots.end());
  }
  if (!add(result.after)) return std::nullopt;
  return shape;
}

}  // namespace dnncut
