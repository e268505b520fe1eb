// SPDX-License-Identifier: Apache-2.0
#include "frontends/check/accepted_oddities.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/first_few.h"
#include "compiler/model/onnx_shapes.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/read/limits.h"
#include "frontends/read/onnx_text.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::OperatorSetIdProto;
using ONNX_NAMESPACE::TensorShapeProto;

using OpsetList = google::protobuf::RepeatedPtrField<OperatorSetIdProto>;
using Versions = std::map<std::string, int64_t, std::less<>>;  // by domain

bool IsNegative(const TensorShapeProto::Dimension& dim) {
  if (dim.has_dim_value()) return dim.dim_value() < 0;
  const std::string& name = dim.dim_param();
  return name.size() > 1 && name[0] == '-' &&
         name.find_first_not_of("0123456789", 1) == std::string::npos;
}

void FreeNegativeDims(ModelProto* model, Warnings* warnings) {
  int64_t count = 0;
  std::string first;
  const auto visit = [&](const std::string& name, TensorShapeProto* shape) {
    for (int i = 0; i < shape->dim_size(); ++i) {
      auto* dim = shape->mutable_dim(i);
      if (!IsNegative(*dim)) continue;
      if (count++ == 0) {
        first =
            fmt::format("{} of {}",
                        dim->has_dim_value() ? fmt::to_string(dim->dim_value())
                                             : dim->dim_param(),
                        Quote(name));
      }
      dim->clear_value();
    }
  };
  ForEachShape(model->mutable_graph(), visit);
  for (FunctionProto& function : *model->mutable_functions()) {
    ForEachShape(&function, visit);
  }
  if (count == 0) return;
  Warn(warnings, "W208",
       "the model declares negative dimensions ({}{}); runtimes take them as "
       "free, and so are they taken here and written into the halves",
       first, count == 1 ? "" : fmt::format(" and {} more", count - 1));
}

Versions VersionsOf(const OpsetList& imports) {
  Versions versions;
  for (const OperatorSetIdProto& import : imports) {
    versions[std::string(NormalDomain(import.domain()))] = import.version();
  }
  return versions;
}

// Adds what `nodes`, anything that ForEachNode takes, use and `imports` lack.
// `around` are the versions of the model that a function is in.
template <typename Nodes>
void AddImports(const Nodes& nodes, const Versions& around, OpsetList* imports,
                std::map<std::string, int64_t>* added) {
  Versions versions = VersionsOf(*imports);
  ForEachNode(nodes, [&](const NodeProto& node) {
    const std::string_view domain = NormalDomain(node.domain());
    if (domain.empty() || versions.contains(domain)) return;
    const auto outer = around.find(domain);
    const int64_t version = outer != around.end()    ? outer->second
                            : domain == "ai.onnx.ml" ? kNewestMlOpset
                                                     : 1;
    versions.emplace(domain, version);
    added->emplace(domain, version);
    OperatorSetIdProto* import = imports->Add();
    import->set_domain(std::string(domain));
    import->set_version(version);
  });
}

void AddMissingImports(ModelProto* model, Warnings* warnings) {
  std::map<std::string, int64_t> added;
  AddImports(model->graph(), {}, model->mutable_opset_import(), &added);
  const Versions versions = VersionsOf(model->opset_import());
  for (FunctionProto& function : *model->mutable_functions()) {
    AddImports(function, versions, function.mutable_opset_import(), &added);
  }
  if (added.empty()) return;
  const std::vector<std::pair<std::string, int64_t>> list(added.begin(),
                                                          added.end());
  Warn(warnings, "W209",
       "the model does not import the domain of some operators: {} is assumed, "
       "as runtimes do, and written into the halves",
       FirstFew(list.size(), 3, [&](size_t i) {
         return fmt::format("version {} of {}", list[i].second,
                            Quote(list[i].first));
       }));
}

}  // namespace

void AcceptOddities(ModelProto* model, Warnings* warnings) {
  FreeNegativeDims(model, warnings);
  AddMissingImports(model, warnings);
}

}  // namespace dnncut
