// SPDX-License-Identifier: Apache-2.0
//
// The JSON files of a result, as whoever reads a result reads them: table.json,
// and by the "schema" that the input has also problem.json or
// splitting_model.json. Commands that answer from a result run on a folder with
// that file in it. What they answer may be anything but an internal error.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "tests/backends/temp_folder.h"
#include "tests/backends/test_models.h"
#include "tests/fuzz/command_lines.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/json_mutation.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using Json = nlohmann::ordered_json;

// Says of a seed which result it is from; readers do not mind.
constexpr const char* kResultKey = "of_result";

const std::vector<std::string>& FileNames() {
  static const std::vector<std::string> names = {"table.json", "problem.json",
                                                 "splitting_model.json"};
  return names;
}

struct SeedResult {
  std::string folder;
  std::map<std::string, std::string> files;  // the three, by name
};

CompileOptions Base() {
  CompileOptions options;
  options.machines.device = "cortex-m7";
  options.link.range = {1, kLimitKbps};
  options.link.rtt_ns = 100'000;
  return options;
}

std::vector<CompileOptions> AllOptions() {
  CompileOptions plain = Base();
  CompileOptions few = Base();
  few.max_cuts = 1;
  CompileOptions buckets = Base();
  buckets.bucket_kbps = {1, 1000};
  buckets.link.downlink = {Downlink::Kind::kFixed, 500};
  CompileOptions busy = Base();
  busy.firmware.slowdown = {1000, 8000};
  busy.link.result = Side::kServer;
  return {plain, few, buckets, busy};
}

const std::vector<SeedResult>& Results() {
  static const std::vector<SeedResult> results = [] {
    std::vector<SeedResult> made;
    const std::string model = ChainModel().SerializeAsString();
    for (const CompileOptions& options : AllOptions()) {
      SeedResult result;
      const std::string out = fmt::format("out{}", made.size());
      CompileForFuzzing(model, FuzzFolder(), out, options);
      result.folder = FuzzFolder() + "/" + out;
      for (const std::string& name : FileNames()) {
        result.files[name] = ReadAll(result.folder + "/" + name);
      }
      made.push_back(std::move(result));
    }
    return made;
  }();
  return results;
}

// The keys that only dnncut refine writes.
Json Refined(Json table) {
  table["refined"] = {
      {"device", true}, {"device_slowdown", 1.5}, {"server", false}};
  for (Json& cut : table["cuts"]) {
    cut["measured_device_ns"] = 1000;
    cut["measured_server_ns"] = 2000;
  }
  return table;
}

// What a table says does not depend on how the text is laid out.
void RequireSameAgain(const TableFile& table, const Json& json) {
  const std::string path = FuzzFolder() + "/again.json";
  WriteFuzzFile(path, json.dump(3, ' ', false, Json::error_handler_t::replace));
  if (!(ReadTableFile(path) == table)) Finding("the table reads differently");
}

void RequireRows(const TableFile& table) {
  for (const int64_t kbps : {table.range.min_kbps, table.range.max_kbps}) {
    const TableRow& row = FindRow(table, kbps);
    if (row.min_kbps > kbps || row.max_kbps < kbps) {
      Finding(fmt::format("the row for {} kbit/s does not hold it", kbps));
    }
  }
}

void CheckTable(const std::string& path, const Json& json) {
  std::string bandwidth = "5Mbps";
  try {
    const TableFile table = ReadTableFile(path);
    RequireRows(table);
    RequireSameAgain(table, json);
    bandwidth = fmt::format("{}kbps", table.range.max_kbps);
  } catch (const Error&) {
    // The commands have to live with it, too.
  }
  RunInProcess({"lookup", path, "-b", bandwidth});
}

// Two of the commands, by the bytes: all of them take as long as a hundred
// inputs that are refused.
void RunCommands(const std::string& folder, Random* random) {
  const std::string other =
      folder == Results()[0].folder ? Results()[1].folder : Results()[0].folder;
  const std::vector<std::vector<std::string>> commands = {
      {"check", folder, "--budget", "latency<=1ms", "--json"},
      {"diff", other, folder, "--max-regression", "5%"},
      {"diff", folder, other, "--json"},
      {"explain", folder},
      {"explain", folder, "--layer", "b", "--dot", "-"},
      {"explain", folder, "--bandwidth", "3Mbps", "--trace", "-"},
      {"solve", folder, "-b", "3Mbps", "--rtt", "1ms"},
      {"verify", folder, "--structural"}};
  for (int n = 0; n < 2; ++n) {
    RunInProcess(commands[random->Below(static_cast<int>(commands.size()))]);
  }
}

// Which file of which result the input is.
const SeedResult& ResultOf(const Json& json) {
  size_t index = 0;
  if (json.is_object() && json.contains(kResultKey) &&
      json[kResultKey].is_number_unsigned()) {
    index = json[kResultKey].get<size_t>();
  }
  return Results()[index % Results().size()];
}

std::string FileOf(const Json& json) {
  const std::string schema =
      json.is_object() && json.contains("schema") && json["schema"].is_string()
          ? json["schema"].get<std::string>()
          : "";
  for (const std::string& name : FileNames()) {
    const std::string stem = std::filesystem::path(name).stem().string();
    if (schema == fmt::format("dnncut.{}/1", stem)) return name;
  }
  return FileNames()[0];
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  std::vector<std::string> seeds;
  for (size_t r = 0; r < Results().size(); ++r) {
    for (const auto& [name, text] : Results()[r].files) {
      Json json = Json::parse(text);
      json[kResultKey] = r;
      seeds.push_back(json.dump());
      if (name == "table.json") seeds.push_back(Refined(json).dump());
    }
  }
  return seeds;
}

}  // namespace dnncut

extern "C" {

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace dnncut;
  const Json json = Json::parse(data, data + size, nullptr, false);
  const SeedResult& result = ResultOf(json);
  const std::string changed = FileOf(json);
  for (const auto& [name, original] : result.files) {
    WriteFuzzFile(result.folder + "/" + name, original);
  }
  const std::string path = result.folder + "/" + changed;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  WriteFuzzFile(path, text);
  if (changed == "table.json") CheckTable(path, json);
  Random random(HashOf(text));
  RunCommands(result.folder, &random);
  WriteFuzzFile(path, result.files.at(changed));
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed) {
  return dnncut::MutateJson(data, size, max_size, seed);
}

}  // extern "C"
