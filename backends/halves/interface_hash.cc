// SPDX-License-Identifier: Apache-2.0
//
// A table may have as many cuts as layers, and each message names all outputs
// of the server. So no message is written down: the checksum of a list is put
// together from those of its lines, and that of the outputs is kept as a tree,
// in which an output that goes to another side changes the nodes above it.
#include "backends/halves/interface_hash.h"

#include <fmt/format.h>

#include <bit>

#include "backends/halves/crc32.h"
#include "compiler/base/interrupt.h"
#include "compiler/files/json_text.h"
#include "compiler/model/dtype.h"
#include "compiler/model/graph.h"

namespace dnncut {
namespace {

// "a, b, c" of which a part may be: nothing, when it has no lines.
using Lines = std::optional<Checksum>;

Lines Join(const Lines& a, const Lines& b) {
  static const Checksum kComma = ChecksumOf(", ");
  if (!a || !b) return a ? a : b;
  return *a + kComma + *b;
}

// The lines of the outputs that the server makes.
class Outputs {
 public:
  explicit Outputs(size_t count) : tree_(2 * std::bit_ceil(count + 1)) {}

  void Set(size_t output, const Lines& line) {
    size_t node = tree_.size() / 2 + output;
    tree_[node] = line;
    while (node > 1) {
      node /= 2;
      tree_[node] = Join(tree_[2 * node], tree_[2 * node + 1]);
    }
  }
  const Lines& All() const { return tree_[1]; }

 private:
  std::vector<Lines> tree_;  // node n is made of nodes 2n and 2n + 1
};

// Of one cut after the other.
class Hasher {
 public:
  explicit Hasher(const Graph& graph)
      : graph_(graph),
        lines_(graph.tensors.size()),
        outputs_(graph.outputs.size()),
        outputs_of_(graph.layers.size()),
        cut_(graph.layers.size(), Side::kDevice) {
    for (size_t output = 0; output < graph.outputs.size(); ++output) {
      const ModelOutput& model_output = graph.outputs[output];
      if (model_output.source != ModelOutput::Source::kLayer) continue;
      outputs_of_[graph.tensors[model_output.id].producer].push_back(output);
    }
  }

  std::optional<uint32_t> HashOf(const TableCut& cut) {
    ThrowIfInterrupted();
    ForEachMoved(cut_, cut.cut, [&](LayerId layer) {
      for (const size_t output : outputs_of_[layer]) {
        const bool is_made = cut.cut[layer] == Side::kServer;
        outputs_.Set(output, is_made ? Of(graph_.outputs[output].id) : Lines());
      }
    });
    cut_ = cut.cut;
    if (!NeedsNetwork(cut)) return std::nullopt;
    Checksum message =
        ChecksumOf(R"({"inputs": [)") + ListOf(cut.costs.uploaded) +
        ChecksumOf(R"(], "outputs": [)") + outputs_.All().value_or(Checksum());
    if (!cut.costs.fetched.empty()) {
      message = message + ChecksumOf(R"(], "fetched": [)") +
                ListOf(cut.costs.fetched);
    }
    return (message + ChecksumOf("]}")).crc;
  }

 private:
  // "["x", "float32", [1, 3]]"
  const Lines& Of(TensorId id) {
    Lines& line = lines_[id];
    if (line) return line;
    const Tensor& tensor = graph_.tensors[id];
    line = ChecksumOf(JsonLine(
        {tensor.name, std::string(DTypeName(tensor.type.dtype)),
         tensor.type.has_rank ? Json(ReliableShape(tensor)) : Json()}));
    return line;
  }

  Checksum ListOf(const std::vector<TensorId>& tensors) {
    Lines list;
    for (const TensorId tensor : tensors) list = Join(list, Of(tensor));
    return list.value_or(Checksum());
  }

  const Graph& graph_;
  std::vector<Lines> lines_;  // by TensorId; nothing: not asked for yet
  Outputs outputs_;
  std::vector<std::vector<size_t>> outputs_of_;  // by layer
  Cut cut_;                                      // the last one
};

}  // namespace

std::optional<uint32_t> InterfaceHash(const Graph& graph, const TableCut& cut) {
  return Hasher(graph).HashOf(cut);
}

std::vector<std::optional<uint32_t>> InterfaceHashes(const Graph& graph,
                                                     const CutTable& table) {
  Hasher hasher(graph);
  std::vector<std::optional<uint32_t>> hashes;
  for (const TableCut& cut : table.cuts) hashes.push_back(hasher.HashOf(cut));
  return hashes;
}

uint32_t InterfaceHash(const std::vector<std::optional<uint32_t>>& cuts) {
  std::string text;
  for (const std::optional<uint32_t>& cut : cuts) {
    if (!text.empty()) text += ',';
    text += cut ? HashText(*cut) : "-";
  }
  return Crc32(text);
}

uint32_t InterfaceHash(const Graph& graph, const CutTable& table) {
  return InterfaceHash(InterfaceHashes(graph, table));
}

std::string HashText(uint32_t hash) { return fmt::format("{:08x}", hash); }

}  // namespace dnncut
