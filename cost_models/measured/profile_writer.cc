// SPDX-License-Identifier: Apache-2.0
#include "cost_models/measured/profile_writer.h"

#include <nlohmann/json.hpp>

namespace dnncut {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
void PutIfAny(const char* key, const std::optional<T>& value, Json* object) {
  if (value) (*object)[key] = *value;
}

void PutIfAny(const char* key, const std::string& value, Json* object) {
  if (!value.empty()) (*object)[key] = value;
}

Json RuntimeJson(const Profile& profile) {
  Json runtime = Json::object();
  PutIfAny("name", profile.runtime_name, &runtime);
  PutIfAny("version", profile.runtime_version, &runtime);
  PutIfAny("threads", profile.threads, &runtime);
  PutIfAny("optimization", profile.optimization, &runtime);
  return runtime;
}

Json ModelJson(const Profile& profile) {
  Json model = Json::object();
  PutIfAny("file", profile.model_file, &model);
  model["sha256"] = profile.model_sha256;
  for (const ProfileInput& input : profile.model_inputs) {
    model["inputs"].push_back({{"name", input.name},
                               {"dtype", DTypeName(input.dtype)},
                               {"shape", input.shape}});
  }
  return model;
}

Json RowJson(const ProfileRow& row) {
  Json json = {{"output", row.output}};
  PutIfAny("op", row.op, &json);
  json["ns"] = row.ns;
  PutIfAny("spread_ns", row.spread_ns, &json);
  PutIfAny("class", row.operator_class, &json);
  PutIfAny("operations", row.operations, &json);
  PutIfAny("bytes", row.bytes, &json);
  PutIfAny("output_bytes", row.output_bytes, &json);
  PutIfAny("kernel", row.kernel, &json);
  PutIfAny("calls", row.calls, &json);
  return json;
}

}  // namespace

nlohmann::ordered_json ProfileJson(const Profile& profile) {
  Json json = {{"schema", "dnncut.profile/1"}, {"machine", profile.machine}};
  if (const Json runtime = RuntimeJson(profile); !runtime.empty()) {
    json["runtime"] = runtime;
  }
  json["model"] = ModelJson(profile);
  PutIfAny("whole_ns", profile.whole_ns, &json);
  PutIfAny("runs", profile.runs, &json);
  PutIfAny("cv", profile.cv, &json);
  PutIfAny("profiler_ratio", profile.profiler_ratio, &json);
  json["layers"] = Json::array();
  for (const ProfileRow& row : profile.layers) {
    json["layers"].push_back(RowJson(row));
  }
  if (!profile.groups.empty()) json["groups"] = profile.groups;
  if (!profile.cross_ns.empty()) json["cross_ns"] = profile.cross_ns;
  return json;
}

}  // namespace dnncut
