// SPDX-License-Identifier: Apache-2.0
//
// Which operators a runtime has: what --device-ops and --server-ops name.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/model/graph.h"

namespace dnncut {

struct OperatorList {
  std::string name;
  std::string description;
  std::string source;
  // As OperatorName writes them: those that it has, or with `lacks` those that
  // it lacks.
  bool lacks = false;
  std::set<std::string> operators;
};

// "Conv", "com.microsoft:Gelu".
std::string OperatorName(const Operation& operation);

// The first operator of the operation that the list does not have, also of what
// runs inside: the bodies of an If, Loop or Scan and the nodes of a function,
// which is no operator itself. nullopt: it has them all. Identity and Dropout
// compute nothing in an inference, so nobody lacks them.
std::optional<std::string> MissingOperator(const OperatorList& list,
                                           const Operation& operation);

// Those that ship: of ncnn, tflite-micro and tensorrt.
const std::vector<OperatorList>& BuiltinOperatorLists();

// Is it one of these, whatever files there are?
bool NamesOperatorList(std::string_view name_or_path);

// That of a name, or of a "dnncut.operators/1" file. Throws Error E146 with a
// "did you mean" for a name without a '/' or .json that no file has, E400 to
// E403 when the file is not such a file.
OperatorList ReadOperatorList(std::string_view flag,
                              const std::string& name_or_path);

}  // namespace dnncut
