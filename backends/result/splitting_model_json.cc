// SPDX-License-Identifier: Apache-2.0
//
// Writes the graph of blocks, after all passes, as splitting_model.json, and
// reads it back.
//
// Both directions are in this file, so that a key that is added to one is not
// forgotten in the other. A file that is read may come from anybody: all
// numbers are checked on the way in, no list gets longer than the file itself,
// whatever ids it names, and at the end VerifyBlockGraph checks all that passes
// rely on. So what comes out can be solved like a graph that the compiler has
// made itself.
#include "backends/result/splitting_model_json.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "backends/result/link_json.h"
#include "compiler/files/json_file.h"
#include "compiler/files/json_text.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

constexpr int64_t kMaxBlock = std::numeric_limits<int>::max() - 1;

// The names of `ids`, looked up with `name_of`.
template <typename NameOf>
Json NamesOf(const std::vector<int>& ids, const NameOf& name_of) {
  Json names = Json::array();
  for (int id : ids) names.push_back(name_of(id));
  return names;
}

Json BlockJson(const Problem& problem, const Block& block) {
  Json json = {{"device_ns", block.cost.device.fixed},
               {"server_ns", block.cost.server.fixed},
               {"download_bytes", block.cost.server.bytes},
               {"layers", block.layers},
               {"names", NamesOf(block.layers, [&](int l) {
                  return problem.layers[l].name;
                })}};
  Json size_layers = Json::array();
  for (const LayerId layer : block.layers) {
    if (problem.layers[layer].sizes_only) size_layers.push_back(layer);
  }
  if (!size_layers.empty()) json["size_layers"] = size_layers;
  return json;
}

Json WireJson(const Problem& problem, const Wire& wire) {
  return {{"producer", wire.producer},
          {"readers", wire.readers},
          {"bytes", wire.cost.bytes},
          {"cross_ns", wire.cost.fixed},
          {"tensors", wire.tensors},
          {"names", NamesOf(wire.tensors,
                            [&](int t) { return problem.tensors[t].name; })}};
}

Json FeedJson(const Problem& problem, const Feed& feed) {
  return {{"holder", feed.holder},
          {"readers", feed.readers},
          {"bytes", feed.up.bytes},
          {"cross_ns", feed.up.fixed},
          {"download_bytes", feed.down.bytes},
          {"download_ns", feed.down.fixed},
          {"tensors", feed.tensors},
          {"names", NamesOf(feed.tensors,
                            [&](int t) { return problem.tensors[t].name; })}};
}

std::vector<int> GetIds(const JsonValue& object, std::string_view key) {
  std::vector<int> ids;
  for (int64_t id : GetInt64s(object, key, 0, kMaxBlock)) {
    ids.push_back(static_cast<int>(id));
  }
  return ids;
}

// Ids of layers or tensors and their names, which are two lists of equal length
// in the file.
struct NamedIds {
  std::vector<int> ids;
  std::vector<std::string> names;
};

NamedIds GetNamedIds(const JsonValue& object, std::string_view key) {
  NamedIds named{GetIds(object, key), GetStrings(object, "names")};
  if (named.ids.size() != named.names.size()) {
    FailAt(GetMember(object, "names"), "must have one name for each number");
  }
  return named;
}

// Every layer is in exactly one block, so there are as many names as ids. A
// large id in the file is an error and does not make the list long.
void StoreLayerNames(const std::vector<NamedIds>& blocks,
                     const JsonValue& where, std::vector<std::string>* names) {
  size_t count = 0;
  for (const NamedIds& block : blocks) count += block.ids.size();
  names->resize(count);
  for (const NamedIds& block : blocks) {
    for (size_t i = 0; i < block.ids.size(); ++i) {
      if (block.ids[i] >= static_cast<int64_t>(count)) {
        FailAt(where, "must hold every layer once, numbered from 0");
      }
      (*names)[block.ids[i]] = block.names[i];
    }
  }
}

// Of a block whose layers are `layers`: which of them only compute sizes.
// `sizes_only` has a place for each layer of the model.
void ReadSizeLayers(const JsonValue& block, const std::vector<int>& layers,
                    std::vector<bool>* sizes_only) {
  if (!FindMember(block, "size_layers")) return;
  for (const int layer : GetIds(block, "size_layers")) {
    if (std::ranges::find(layers, layer) == layers.end()) {
      FailAt(GetMember(block, "size_layers"), "must be layers of the block");
    }
    (*sizes_only)[layer] = true;
  }
}

void ReadBlocks(const JsonValue& root, SplittingModel* model) {
  std::vector<NamedIds> layers;
  const JsonValue blocks = GetMember(root, "blocks");
  for (const JsonValue& json : AsArray(blocks)) {
    Block block;
    block.cost.device.fixed = GetInt64(json, "device_ns");
    block.cost.server.fixed = GetInt64(json, "server_ns");
    block.cost.server.bytes = GetInt64(json, "download_bytes");
    layers.push_back(GetNamedIds(json, "layers"));
    block.layers = layers.back().ids;
    model->blocks.blocks.push_back(std::move(block));
  }
  StoreLayerNames(layers, blocks, &model->layer_names);
  model->sizes_only.resize(model->layer_names.size());
  size_t at = 0;
  for (const JsonValue& json : AsArray(blocks)) {
    ReadSizeLayers(json, layers[at++].ids, &model->sizes_only);
  }
}

// The tensors of a wire or a feed, whose names are noted.
std::vector<TensorId> ReadTensors(const JsonValue& json,
                                  SplittingModel* model) {
  const NamedIds tensors = GetNamedIds(json, "tensors");
  for (size_t i = 0; i < tensors.ids.size(); ++i) {
    model->tensor_names[tensors.ids[i]] = tensors.names[i];
  }
  return tensors.ids;
}

void ReadWires(const JsonValue& root, SplittingModel* model) {
  for (const JsonValue& json : GetArray(root, "wires")) {
    Wire wire;
    wire.producer = static_cast<int>(GetInt64(json, "producer", 0, kMaxBlock));
    wire.readers = GetIds(json, "readers");
    wire.cost.bytes = GetInt64(json, "bytes");
    wire.cost.fixed = GetInt64(json, "cross_ns");
    wire.tensors = ReadTensors(json, model);
    model->blocks.wires.push_back(std::move(wire));
  }
}

// Only models with inputs that need not lie on the device have any.
void ReadFeeds(const JsonValue& root, SplittingModel* model) {
  const auto feeds = FindMember(root, "feeds");
  if (!feeds) return;
  for (const JsonValue& json : AsArray(*feeds)) {
    Feed feed;
    feed.holder = static_cast<int>(GetInt64(json, "holder", 0, kMaxBlock));
    feed.readers = GetIds(json, "readers");
    feed.up = {GetInt64(json, "cross_ns"), GetInt64(json, "bytes")};
    feed.down = {GetInt64(json, "download_ns"),
                 GetInt64(json, "download_bytes")};
    feed.tensors = ReadTensors(json, model);
    model->blocks.feeds.push_back(std::move(feed));
  }
}

}  // namespace

std::string SplittingModelJson(const Problem& problem,
                               const BlockGraph& blocks) {
  JsonText text;
  text.Add("schema", "dnncut.splitting_model/1");
  text.Add("min_kbps", blocks.range.min_kbps);
  text.Add("max_kbps", blocks.range.max_kbps);
  text.Add("rtt_ns", problem.rtt_ns);
  text.Add("downlink", DownlinkName(problem.downlink));
  text.Add("result", SideName(problem.result));
  text.Add("has_server_anchor", blocks.has_server_anchor);
  text.AddList("blocks", blocks.blocks.size(),
               [&](size_t b) { return BlockJson(problem, blocks.blocks[b]); });
  text.AddList("wires", blocks.wires.size(),
               [&](size_t w) { return WireJson(problem, blocks.wires[w]); });
  if (!blocks.feeds.empty()) {
    text.AddList("feeds", blocks.feeds.size(),
                 [&](size_t f) { return FeedJson(problem, blocks.feeds[f]); });
  }
  return text.Finish();
}

SplittingModel ReadSplittingModel(const std::string& path) {
  const JsonValue root = ReadJsonFile(path);
  CheckSchema(root, "dnncut.splitting_model", 1);
  SplittingModel model;
  model.blocks.range = GetRange(root);
  model.rtt_ns = GetInt64(root, "rtt_ns");
  model.downlink = GetDownlink(root, "downlink");
  model.result = GetSide(root, "result");
  model.blocks.has_server_anchor = GetBool(root, "has_server_anchor");
  ReadBlocks(root, &model);
  ReadWires(root, &model);
  ReadFeeds(root, &model);
  try {
    VerifyBlockGraph(model.blocks);
  } catch (const std::logic_error& broken) {
    Fail(ExitCode::kBadInput, "E621",
         "{}: is no splitting model that dnncut has written: {}", path,
         broken.what());
  }
  return model;
}

}  // namespace dnncut
