// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "backends/result/problem_json.h"
#include "backends/result/splitting_model_json.h"
#include "backends/result/table_file.h"
#include "backends/result/table_json.h"
#include "compiler/base/error.h"
#include "compiler/files/json_text.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Keys(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

// Runs `read` on `text` as a file; what the Error says, "" for none.
template <typename Read>
std::string ErrorOf(const std::string& text, const Read& read) {
  TempFolder temp;
  WriteAll(temp / "file.json", text);
  try {
    read(temp / "file.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(TableJson, HasEveryKeyOfTheDesignInItsOrder) {
  TempFolder temp;
  SplitModel split = MakeSplitModel(ChainModel(), temp, Side::kServer);
  split.table.approximation = Approximation{"buckets", 0.25, 77};
  const Json table = TableJson(split.AsResult());
  EXPECT_THAT(Keys(table),
              ElementsAre("schema", "tool", "model", "device", "server",
                          "objective", "link", "approximation", "firmware",
                          "interface", "layers", "blocks", "cuts", "rows"));
  EXPECT_EQ(table["schema"], "dnncut.table/1");
  EXPECT_EQ(table["tool"].dump(), R"({"name":"dnncut","version":"0.0.0"})");
  EXPECT_THAT(Keys(table["model"]),
              ElementsAre("file", "sha256", "inputs", "outputs"));
  EXPECT_EQ(table["model"]["file"], "model.onnx");
  EXPECT_EQ(table["model"]["inputs"].dump(),
            R"([{"name":"x","dtype":"float32","shape":[1,512],"bytes":2048}])");
  EXPECT_EQ(table["device"].dump(), R"({"name":"tiny","source":"roofline"})");
  EXPECT_EQ(table["link"].dump(),
            R"({"min_kbps":64,"max_kbps":10000000,"rtt_ns":5000000,)"
            R"("downlink":"same","result":"server"})");
  EXPECT_EQ(table["approximation"].dump(),
            R"({"kind":"buckets","worst_regret":0.25,"worst_kbps":77})");
  EXPECT_THAT(Keys(table["cuts"][0]),
              ElementsAre("id", "device_layers", "server_layers", "device_ns",
                          "server_ns", "cross_ns", "upload_bytes",
                          "download_bytes", "download_ns", "tensors",
                          "device_weight_bytes", "server_weight_bytes",
                          "device_model", "server_model", "interface"));
  EXPECT_THAT(Keys(table["rows"][0]),
              ElementsAre("min_kbps", "max_kbps", "cut", "latency_ns_at_min",
                          "latency_ns_at_max", "down_kbps", "up_kbps"));
  // All layers on the device: both results are uploaded, nothing else.
  const Json& last = table["cuts"].back();
  EXPECT_EQ(last["server_layers"], 0);
  EXPECT_EQ(last["server_model"], nullptr);
  EXPECT_EQ(last["tensors"].size(), 2u);
  for (const Json& tensor : last["tensors"]) EXPECT_EQ(tensor["result"], true);
}

TEST(TableJson, MarksUploadedResultsWhereverTheyAreWanted) {
  TempFolder temp;
  ONNX_NAMESPACE::ModelProto model = ChainModel();
  auto* output = model.mutable_graph()->add_output();
  *output = model.graph().output(0);
  output->set_name("c");
  const SplitModel split = MakeSplitModel(model, temp);
  const Json table = TableJson(split.AsResult());
  int marked = 0;
  for (const Json& cut : table["cuts"]) {
    for (const Json& tensor : cut["tensors"]) {
      const bool is_result = tensor["name"] == "c";
      EXPECT_EQ(tensor.value("result", false), is_result);
      marked += is_result ? 1 : 0;
    }
  }
  EXPECT_GT(marked, 0);
}

TEST(TableFile, ReadsWhatWasWritten) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  WriteAll(temp / "table.json", TableText(TableJson(split.AsResult())));
  const TableFile table = ReadTableFile(temp.path());
  EXPECT_EQ(table.rows, split.table.rows);
  EXPECT_EQ(table.range, split.problem.range);
  EXPECT_EQ(table.downlink, split.problem.downlink);
  EXPECT_EQ(table.machines.server.source, "profile");
  ASSERT_EQ(table.cuts.size(), split.table.cuts.size());
  for (size_t c = 0; c < table.cuts.size(); ++c) {
    CutCosts costs = split.table.cuts[c].costs;
    EXPECT_EQ(table.cuts[c].tensors.size(), costs.uploaded.size());
    costs.uploaded.clear();
    EXPECT_EQ(table.cuts[c].costs, costs);
  }
  for (const TableRow& row : table.rows) {
    EXPECT_EQ(FindRow(table, row.min_kbps), row);
    EXPECT_EQ(FindRow(table, row.max_kbps), row);
  }
  EXPECT_THROW(FindRow(table, 63), Error);
  EXPECT_THROW(FindRow(table, 10'000'001), Error);
}

TEST(TableFile, IsNamedByItsFolderOrItself) {
  TempFolder temp;
  EXPECT_EQ(FolderOfTable(temp.path()), temp.path());
  WriteAll(temp / "table.json", "");
  EXPECT_EQ(FolderOfTable(temp / "table.json"), temp.path());
  // Where there is nothing, a folder is missing.
  EXPECT_EQ(FolderOfTable(temp / "out"), temp / "out");
}

TEST(TableFile, RefusesBrokenOnes) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  const Json good = TableJson(split.AsResult());
  const auto error = [](const Json& json) {
    return ErrorOf(json.dump(), ReadTableFile);
  };
  EXPECT_EQ(error(good), "");
  Json bad = good;
  bad["rows"].erase(1);
  EXPECT_THAT(error(bad), HasSubstr("rows[1].min_kbps"));
  bad = good;
  bad["rows"].erase(bad["rows"].size() - 1);
  EXPECT_THAT(error(bad), HasSubstr("rows"));
  bad = good;
  bad["rows"][0]["cut"] = good["cuts"].size();
  EXPECT_THAT(error(bad), HasSubstr("rows[0].cut"));
  for (const char* key : {"latency_ns_at_min", "latency_ns_at_max"}) {
    bad = good;
    bad["rows"][1][key] = good["rows"][1][key].get<int64_t>() + 1;
    EXPECT_THAT(error(bad), HasSubstr(fmt::format("rows[1].{}", key)));
  }
  bad = good;
  bad["cuts"][1]["id"] = 0;
  EXPECT_THAT(error(bad), HasSubstr("cuts[1].id"));
  bad = good;
  bad["cuts"] = Json::array();
  EXPECT_NE(error(bad), "");
  for (const auto& [key, value] : good.items()) {
    if (key == "objective" || key == "tool") continue;
    bad = good;
    bad.erase(key);
    EXPECT_EQ(error(bad).empty(), key == "interface" || key == "firmware")
        << key;
    bad[key] = -1;
    EXPECT_NE(error(bad), "") << key;
  }
}

TEST(ProblemJson, SaysTheWholeProblem) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = RandomFeasibleProblem(seed, 8);
    CutTable table;
    table.cuts = AllCuts(problem);
    const Json json = Json::parse(ProblemJson(problem, table));
    EXPECT_THAT(Keys(json), ElementsAre("schema", "rtt_ns", "result",
                                        "downlink", "layers", "tensors"));
    EXPECT_EQ(json["downlink"], DownlinkName(problem.downlink));
    ASSERT_EQ(json["layers"].size(), problem.layers.size());
    for (size_t l = 0; l < problem.layers.size(); ++l) {
      const ProblemLayer& layer = problem.layers[l];
      std::string sides;
      for (const TableCut& cut : table.cuts) {
        sides += cut.cut[l] == Side::kDevice ? "D" : "S";
      }
      const Json pinned =
          !layer.pinned
              ? Json()
              : Json(*layer.pinned == Side::kDevice ? "device" : "server");
      EXPECT_EQ(json["layers"][l],
                Json({{"name", layer.name},
                      {"op", layer.op},
                      {"device_ns", layer.ns.device},
                      {"server_ns", layer.ns.server},
                      {"pinned", pinned},
                      {"group", layer.group ? Json(*layer.group) : Json()},
                      {"side_of_cut", sides}}));
    }
    ASSERT_EQ(json["tensors"].size(), problem.tensors.size());
    for (size_t t = 0; t < problem.tensors.size(); ++t) {
      const ProblemTensor& tensor = problem.tensors[t];
      Json expected = {{"name", tensor.name},
                       {"producer", tensor.producer},
                       {"readers", tensor.readers},
                       {"bytes", tensor.bytes ? Json(*tensor.bytes) : Json()},
                       {"cross_ns", tensor.cross_ns},
                       {"result", tensor.result}};
      if (tensor.wanted == Wanted::kDevice) expected["wanted"] = "device";
      if (tensor.wanted == Wanted::kServer) expected["wanted"] = "server";
      if (tensor.wanted == Wanted::kNowhere) expected["wanted"] = "none";
      if (tensor.home == Side::kServer) expected["home"] = "server";
      if (tensor.state_of) expected["state_of"] = *tensor.state_of;
      EXPECT_EQ(json["tensors"][t], expected);
    }
  }
}

TEST(SplittingModel, ComesBackTheSame) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = RandomFeasibleProblem(seed);
    for (size_t l = 0; l < problem.layers.size(); ++l) {
      problem.layers[l].sizes_only = (seed + l) % 3 == 0;
    }
    const BlockGraph blocks = MakeBlockGraph(problem);
    TempFolder temp;
    WriteAll(temp / "model.json", SplittingModelJson(problem, blocks));
    const SplittingModel model = ReadSplittingModel(temp / "model.json");
    EXPECT_EQ(model.blocks, blocks);
    EXPECT_EQ(model.rtt_ns, problem.rtt_ns);
    EXPECT_EQ(model.result, problem.result);
    EXPECT_EQ(model.downlink, problem.downlink);
    ASSERT_EQ(model.layer_names.size(), problem.layers.size());
    for (size_t l = 0; l < problem.layers.size(); ++l) {
      EXPECT_EQ(model.layer_names[l], problem.layers[l].name);
      EXPECT_EQ(model.sizes_only[l], problem.layers[l].sizes_only);
    }
    for (const auto& [tensor, name] : model.tensor_names) {
      EXPECT_EQ(name, problem.tensors[tensor].name);
    }
  }
}

// Every number and every list of a good file, made wrong: an Error or a block
// graph that keeps its promises, nothing else.
TEST(SplittingModel, DamagedFilesNeverPass) {
  const Problem problem = RandomFeasibleProblem(3, 6);
  const Json good =
      Json::parse(SplittingModelJson(problem, MakeBlockGraph(problem)));
  int refused = 0;
  const Json flat = good.flatten();
  for (const auto& [path, value] : flat.items()) {
    for (const Json& damage : {Json(-1), Json(1), Json(2147483647), Json("x"),
                               Json(), Json::array({7})}) {
      Json bad = good;
      bad[Json::json_pointer(path)] = damage;
      const std::string error = ErrorOf(bad.dump(), [](const auto& file) {
        VerifyBlockGraph(ReadSplittingModel(file).blocks);
      });
      refused += !error.empty();
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace dnncut
