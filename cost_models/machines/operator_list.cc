// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/operator_list.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/files/json_file.h"

namespace dnncut {
namespace {

// A node of the function that it calls, not an operator.
bool IsFunction(const Operation& operation) {
  const bool has_bodies =
      operation.domain.empty() &&
      (operation.op_type == "If" || operation.op_type == "Loop" ||
       operation.op_type == "Scan");
  return !operation.bodies.empty() && !has_bodies;
}

bool ComputesNothing(const Operation& operation) {
  return operation.domain.empty() &&
         (operation.op_type == "Identity" || operation.op_type == "Dropout");
}

bool Has(const OperatorList& list, const std::string& name) {
  return list.operators.contains(name) != list.lacks;
}

const OperatorList* FindBuiltinList(std::string_view name) {
  for (const OperatorList& list : BuiltinOperatorLists()) {
    if (list.name == name) return &list;
  }
  return nullptr;
}

void RequireFile(std::string_view flag, const std::string& path) {
  std::error_code error;
  if (path.find('/') != std::string::npos || path.ends_with(".json") ||
      std::filesystem::exists(path, error)) {
    return;
  }
  std::vector<std::string> names;
  for (const OperatorList& list : BuiltinOperatorLists()) {
    names.push_back(list.name);
  }
  Fail(ExitCode::kUsage, "E146",
       "{} '{}' is neither a list of operators that ships ({}) nor a file{}",
       flag, path, fmt::join(names, ", "), DidYouMean(path, names));
}

}  // namespace

std::string OperatorName(const Operation& operation) {
  if (operation.domain.empty()) return operation.op_type;
  return fmt::format("{}:{}", operation.domain, operation.op_type);
}

std::optional<std::string> MissingOperator(const OperatorList& list,
                                           const Operation& operation) {
  if (!IsFunction(operation) && !ComputesNothing(operation)) {
    std::string name = OperatorName(operation);
    if (!Has(list, name)) return name;
  }
  for (const Operation::Body& body : operation.bodies) {
    for (const Operation& inside : body.operations) {
      auto missing = MissingOperator(list, inside);
      if (missing) return missing;
    }
  }
  return std::nullopt;
}

bool NamesOperatorList(std::string_view name_or_path) {
  return FindBuiltinList(name_or_path) != nullptr;
}

OperatorList ReadOperatorList(std::string_view flag,
                              const std::string& name_or_path) {
  if (const OperatorList* builtin = FindBuiltinList(name_or_path)) {
    return *builtin;
  }
  RequireFile(flag, name_or_path);
  const JsonValue root = ReadJsonFile(name_or_path, "a list of operators");
  CheckSchema(root, "dnncut.operators", 1);
  RefuseMisspeltKeys(root, {"description", "source", "has", "lacks"});
  OperatorList list;
  list.name = GetString(root, "name");
  list.description = FindString(root, "description").value_or("");
  list.source = FindString(root, "source").value_or("");
  const bool has = FindMember(root, "has").has_value();
  list.lacks = FindMember(root, "lacks").has_value();
  if (has == list.lacks) {
    FailAt(root, "must have either \"has\" or \"lacks\", a list of operators");
  }
  for (const std::string& name : GetStrings(root, has ? "has" : "lacks")) {
    list.operators.insert(name.starts_with("ai.onnx:") ? name.substr(8) : name);
  }
  return list;
}

}  // namespace dnncut
