// SPDX-License-Identifier: Apache-2.0
//
// The part of SARIF 2.1.0 that GitHub's code scanning reads. Three things
// decide whether an alert stays the same one from run to run: the rule, the
// path of the file, and primaryLocationLineHash. The location has no line: the
// finding is about the whole file, and GitHub's upload action then leaves our
// fingerprint alone instead of computing one from a line's content, which would
// be the same for all items.
#include "tools/ci/sarif_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string_view>

#include "compiler/files/json_text.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

// GitHub refuses a file with more results in a run.
constexpr size_t kMostResults = 25'000;

// 64-bit FNV-1a: the same everywhere and in every release.
uint64_t Hash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

std::string Encode(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/";
  std::string uri;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c)
                 : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

// Relative to the current folder, which is the repository's in a pipeline. An
// absolute path that leads elsewhere stays one: "file:///tmp/out/table.json".
std::string UriOf(const std::string& file) {
  const fs::path path = fs::path(file).lexically_normal();
  if (!path.is_absolute()) return Encode(path.string());
  std::error_code error;
  const fs::path below = path.lexically_relative(fs::current_path(error));
  if (error || below.empty() || *below.begin() == "..") {
    return "file://" + Encode(path.string());
  }
  return Encode(below.string());
}

bool IsResult(const CheckItem& item) {
  return item.status == CheckStatus::kFailed ||
         item.status == CheckStatus::kError;
}

// GitHub demands all three texts.
Json RuleJson(const CheckItem& item) {
  return {{"id", item.rule},
          {"shortDescription", {{"text", item.rule_text}}},
          {"fullDescription", {{"text", item.rule_text + "."}}},
          {"help",
           {{"text",
             fmt::format("{}. The message says what was found, where, and what "
                         "would help.",
                         item.rule_text)}}},
          {"defaultConfiguration", {{"level", "error"}}}};
}

// Also of items that passed: rules do not come and go with what is found.
class Rules {
 public:
  explicit Rules(const CheckReport& report) {
    for (const CheckItem& item : report.items) {
      if (!index_.emplace(item.rule, json_.size()).second) continue;
      json_.push_back(RuleJson(item));
    }
  }

  const Json& json() const { return json_; }
  size_t IndexOf(const std::string& rule) const { return index_.at(rule); }

 private:
  Json json_ = Json::array();
  std::map<std::string, size_t> index_;
};

Json ResultJson(const CheckReport& report, const CheckItem& item,
                const std::string& uri, const Rules& rules) {
  const std::string& identity =
      item.identity.empty() ? item.name : item.identity;
  const uint64_t hash =
      Hash(fmt::format("{}\n{}\n{}", report.command, item.rule, identity));
  const Json location = {
      {"physicalLocation", {{"artifactLocation", {{"uri", uri}}}}}};
  return {{"ruleId", item.rule},
          {"ruleIndex", rules.IndexOf(item.rule)},
          {"level", "error"},
          {"message",
           {{"text", fmt::format("{}: {}", Printable(item.name),
                                 Printable(item.message))}}},
          {"locations", Json::array({location})},
          {"partialFingerprints",
           {{"primaryLocationLineHash", fmt::format("{:016x}:1", hash)}}}};
}

}  // namespace

std::string SarifText(const CheckReport& report) {
  const Rules rules(report);
  const std::string uri = UriOf(report.file);
  Json results = Json::array();
  for (const CheckItem& item : report.items) {
    if (!IsResult(item) || results.size() == kMostResults) continue;
    results.push_back(ResultJson(report, item, uri, rules));
  }
  const Json run = {{"tool",
                     {{"driver",
                       {{"name", "dnncut"},
                        {"semanticVersion", DNNCUT_VERSION},
                        {"rules", rules.json()}}}}},
                    {"results", results}};
  const Json sarif = {
      {"$schema",
       "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
       "sarif-schema-2.1.0.json"},
      {"version", "2.1.0"},
      {"runs", Json::array({run})}};
  return IndentedJson(sarif);
}

}  // namespace dnncut
