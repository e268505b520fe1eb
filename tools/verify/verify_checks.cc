// SPDX-License-Identifier: Apache-2.0
#include "tools/verify/verify_checks.h"

#include <fmt/format.h>

#include "compiler/base/first_few.h"
#include "compiler/base/unit_text.h"

namespace dnncut {
namespace {

CheckItem Passing(std::string_view rule, std::string_view rule_text,
                  const std::string& name, const std::string& message) {
  CheckItem item;
  item.rule = rule;
  item.rule_text = rule_text;
  item.name = name;
  item.message = message;
  return item;
}

void SetFailed(const std::string& message, CheckItem* item) {
  item->status = CheckStatus::kFailed;
  item->message = message;
}

// The outputs that are not as they should be.
std::string NamesText(const std::vector<const OutputCheck*>& outputs) {
  constexpr size_t kShown = 3;
  return FirstFew(outputs.size(), kShown, [&](size_t i) {
    return fmt::format("'{}'", outputs[i]->output);
  });
}

std::vector<const OutputCheck*> Bad(const std::vector<OutputCheck>& checks,
                                    bool Comparison::*is_good) {
  std::vector<const OutputCheck*> bad;
  for (const OutputCheck& check : checks) {
    if (!(check.comparison.*is_good)) bad.push_back(&check);
  }
  return bad;
}

CheckItem StructureItem(const CutReport& cut) {
  CheckItem item =
      Passing("verify-structure",
              "Halves are made of the layers and weights of the "
              "model",
              fmt::format("cut {} structure", cut.cut),
              fmt::format("{} on the device, {} on the server",
                          FormatPlural(cut.layers.device, "layer"),
                          FormatPlural(cut.layers.server, "layer")));
  if (cut.faults.empty()) return item;
  std::string message = cut.faults.front();
  if (cut.faults.size() > 1) {
    message += fmt::format("; and {} more", cut.faults.size() - 1);
  }
  SetFailed(message, &item);
  return item;
}

CheckItem BitsItem(const CutReport& cut) {
  CheckItem item =
      Passing("verify-bits",
              "Without optimisation, halves give the same bits as the model",
              fmt::format("cut {} bits", cut.cut),
              cut.second.empty() ? "0 ULP" : "0 ULP, at a second batch, too");
  auto bad = Bad(cut.exact, &Comparison::same_bits);
  const auto more = Bad(cut.second, &Comparison::same_bits);
  bad.insert(bad.end(), more.begin(), more.end());
  if (!cut.run_error.empty()) {
    SetFailed(cut.run_error, &item);
  } else if (!cut.second_error.empty()) {
    SetFailed(fmt::format("at the second batch: {}", cut.second_error), &item);
  } else if (!bad.empty()) {
    SetFailed(fmt::format("other bits in {}", NamesText(bad)), &item);
    if (!cut.first_difference.empty()) {
      item.message += fmt::format("; the first tensor that differs: {}",
                                  cut.first_difference);
    }
  }
  return item;
}

CheckItem ToleranceItem(const CutReport& cut, OptimizationLevel level) {
  const std::string at = fmt::format("at level {}", OptimizationName(level));
  CheckItem item =
      Passing("verify-tolerance",
              "With optimisation, halves give what the model gives, "
              "within the tolerance",
              fmt::format("cut {} {}", cut.cut, at), "within the tolerance");
  const auto bad = Bad(cut.optimized, &Comparison::within);
  if (!bad.empty()) {
    SetFailed(fmt::format("outside the tolerance: {}", NamesText(bad)), &item);
  }
  return item;
}

CheckItem ExpectedItem(const std::vector<OutputCheck>& expected) {
  CheckItem item =
      Passing("verify-expected", "The model gives what the test data expects",
              "expected outputs", "within the tolerance");
  const auto bad = Bad(expected, &Comparison::within);
  if (!bad.empty()) {
    SetFailed(fmt::format("outside the tolerance: {}", NamesText(bad)), &item);
  }
  return item;
}

}  // namespace

CheckReport UnansweredChecks(const std::string& out, const Error& error) {
  CheckReport checks;
  checks.command = "verify";
  checks.title = out;
  checks.file = out + "/table.json";
  CheckItem item = Passing(
      "verify-structure",
      "Halves are made of the layers and weights of the model", "halves", "");
  SetError(error, CheckStatus::kError, &item);
  checks.items.push_back(item);
  return checks;
}

CheckReport VerifyChecks(const VerifyReport& report) {
  CheckReport checks;
  checks.command = "verify";
  checks.title = fmt::format("{} against {}", report.out, report.model_file);
  checks.file = report.out + "/table.json";
  for (const CutReport& cut : report.cuts) {
    checks.items.push_back(StructureItem(cut));
    checks.items.back().cut = cut.cut;
    if (!cut.exact.empty() || !cut.run_error.empty()) {
      checks.items.push_back(BitsItem(cut));
      checks.items.back().cut = cut.cut;
    }
    if (!cut.optimized.empty()) {
      checks.items.push_back(ToleranceItem(cut, report.optimization));
      checks.items.back().cut = cut.cut;
    }
  }
  if (!report.expected.empty()) {
    checks.items.push_back(ExpectedItem(report.expected));
  }
  return checks;
}

}  // namespace dnncut
