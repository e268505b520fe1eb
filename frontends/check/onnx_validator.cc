// SPDX-License-Identifier: Apache-2.0
#include "frontends/check/onnx_validator.h"

#include <string>
#include <unordered_set>
#include <vector>

#include "compiler/model/onnx_walk.h"
#include "frontends/check/accepted_oddities.h"
#include "frontends/check/function_validator.h"
#include "frontends/check/graph_validator.h"
#include "frontends/read/limits.h"
#include "frontends/read/onnx_text.h"
#include "frontends/read/value_validator.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::OperatorSetIdProto;

using OpsetList = google::protobuf::RepeatedPtrField<OperatorSetIdProto>;

void CheckNewest(std::string_view what, int64_t version, int64_t newest,
                 const LoadOptions& options, Warnings* warnings) {
  if (version <= newest) return;
  if (options.allow_newer) {
    Warn(warnings, "W207",
         "the model has {} {}, which is newer than {}, the newest that dnncut "
         "knows; it is read as if nothing had changed",
         what, version, newest);
    return;
  }
  Fail(ExitCode::kBadInput, "E208",
       "the model has {} {}, which is newer than supported ({}); --allow-newer "
       "tries it all the same",
       what, version, newest);
}

void CheckIrVersion(const ModelProto& model, const LoadOptions& options,
                    Warnings* warnings) {
  if (model.ir_version() < 1) {
    Fail(ExitCode::kBadInput, "E207",
         "the model has no valid ir_version ({}); save it again with a current "
         "version of onnx",
         model.ir_version());
  }
  CheckNewest("IR version", model.ir_version(), kNewestIrVersion, options,
              warnings);
}

Opsets CheckOpsets(const OpsetList& imports, const std::string& what,
                   const LoadOptions& options, Warnings* warnings) {
  Opsets opsets;
  std::unordered_set<std::string_view> spellings;
  for (const auto& import : imports) {
    CheckName(options.limits, import.domain(), what, "an opset_import");
    const std::string domain(NormalDomain(import.domain()));
    if (import.version() < 1) {
      Fail(ExitCode::kBadInput, "E209",
           "{} imports opset {} of the domain {}; versions start at 1", what,
           import.version(), Quote(domain));
    }
    const auto [known, is_new] = opsets.emplace(domain, import.version());
    if (!spellings.insert(import.domain()).second ||
        known->second != import.version()) {
      Fail(ExitCode::kBadInput, "E209",
           "{} imports the domain {} twice (opsets {} and {})", what,
           Quote(domain), known->second, import.version());
    }
    if (domain.empty() && is_new) {
      CheckNewest("opset", import.version(), kNewestOpset, options, warnings);
    }
    if (domain == "ai.onnx.ml" && is_new) {
      CheckNewest("ai.onnx.ml opset", import.version(), kNewestMlOpset, options,
                  warnings);
    }
  }
  return opsets;
}

void WarnOfInitializersThatAreNoInputs(const ModelProto& model,
                                       Warnings* warnings) {
  constexpr int64_t kInputsNeededUpTo = 3;
  if (model.ir_version() > kInputsNeededUpTo) return;
  std::unordered_set<std::string_view> inputs;
  for (const auto& input : model.graph().input()) inputs.insert(input.name());
  int count = 0;
  std::string first;
  for (const auto& tensor : model.graph().initializer()) {
    if (inputs.contains(tensor.name())) continue;
    if (count++ == 0) first = tensor.name();
  }
  if (count == 0) return;
  Warn(warnings, "W202",
       "IR version {} needs every initializer among the inputs, but {} are not "
       "(the first is {}); accepted, as runtimes do",
       model.ir_version(), count, Quote(first));
}

void WarnOfFindings(const GraphFindings& findings, Warnings* warnings) {
  if (!findings.sorted.empty()) {
    const size_t others = findings.sorted.size() - 1;
    Warn(warnings, "W201",
         "the nodes are not in topological order; they were sorted ({}{})",
         findings.sorted[0],
         others == 0 ? "" : fmt::format(", and {} more", others));
  }
  if (!findings.unknown_annotations.empty()) {
    Warn(
        warnings, "W204",
        "quantization_annotation names {} tensors that do not exist (the first "
        "is {})",
        findings.unknown_annotations.size(),
        Quote(findings.unknown_annotations[0]));
  }
}

}  // namespace

void ValidateModel(const LoadOptions& options, SourceModel* model,
                   Warnings* warnings) {
  ModelProto& proto = model->proto;
  CheckIrVersion(proto, options, warnings);
  if (proto.opset_import().empty()) {
    Fail(ExitCode::kBadInput, "E209",
         "the model has no opset_import, so it is not known which operators it "
         "means; save it again with a current version of onnx");
  }
  AcceptOddities(&proto, warnings);
  const Opsets opsets =
      CheckOpsets(proto.opset_import(), "the model", options, warnings);
  CheckFunctions(proto, options.limits);
  GraphFindings findings;
  CheckGraph(opsets, options.limits, proto.mutable_graph(), &findings);
  for (auto& function : *proto.mutable_functions()) {
    const Opsets imported =
        CheckOpsets(function.opset_import(),
                    "function " + Quote(function.name()), options, warnings);
    CheckFunction(imported, options.limits, &function, &findings);
  }
  WarnOfFindings(findings, warnings);
  WarnOfInitializersThatAreNoInputs(proto, warnings);
  if (proto.training_info_size() > 0) {
    Warn(warnings, "W203",
         "the model's training_info is left out: halves are for inference");
  }
}

}  // namespace dnncut
