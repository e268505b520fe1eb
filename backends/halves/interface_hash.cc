// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/interface_hash.h"

#include <fmt/format.h>

#include "backends/halves/crc32.h"
#include "compiler/base/interrupt.h"
#include "compiler/files/json_text.h"
#include "compiler/model/dtype.h"
#include "compiler/model/graph.h"

namespace dnncut {
namespace {

// What is said of the tensors of a graph, each put into words once: with many
// cuts, most stand in many messages.
class Lines {
 public:
  explicit Lines(const Graph& graph)
      : graph_(graph), lines_(graph.tensors.size()) {}

  // "[["x", "float32", [1, 3]], ...]"
  std::string List(const std::vector<TensorId>& tensors) {
    std::string list = "[";
    for (const TensorId tensor : tensors) {
      if (list.size() > 1) list += ", ";
      list += Of(tensor);
    }
    return list + "]";
  }

 private:
  const std::string& Of(TensorId id) {
    std::string& line = lines_[id];
    if (!line.empty()) return line;
    const Tensor& tensor = graph_.tensors[id];
    return line = JsonLine(
               {tensor.name, std::string(DTypeName(tensor.type.dtype)),
                tensor.type.has_rank ? Json(ReliableShape(tensor)) : Json()});
  }

  const Graph& graph_;
  std::vector<std::string> lines_;  // by TensorId; empty: not asked for yet
};

bool IsMadeOnServer(const Graph& graph, const Cut& cut,
                    const ModelOutput& output) {
  if (output.source != ModelOutput::Source::kLayer) return false;
  return cut[graph.tensors[output.id].producer] == Side::kServer;
}

std::optional<uint32_t> HashOf(const Graph& graph, const TableCut& cut,
                               Lines* lines) {
  ThrowIfInterrupted();
  if (!NeedsNetwork(cut)) return std::nullopt;
  std::vector<TensorId> outputs;
  for (const ModelOutput& output : graph.outputs) {
    if (IsMadeOnServer(graph, cut.cut, output)) outputs.push_back(output.id);
  }
  std::string message =
      fmt::format(R"({{"inputs": {}, "outputs": {})",
                  lines->List(cut.costs.uploaded), lines->List(outputs));
  if (!cut.costs.fetched.empty()) {
    message +=
        fmt::format(R"(, "fetched": {})", lines->List(cut.costs.fetched));
  }
  return Crc32(message + "}");
}

}  // namespace

std::optional<uint32_t> InterfaceHash(const Graph& graph, const TableCut& cut) {
  Lines lines(graph);
  return HashOf(graph, cut, &lines);
}

std::vector<std::optional<uint32_t>> InterfaceHashes(const Graph& graph,
                                                     const CutTable& table) {
  Lines lines(graph);
  std::vector<std::optional<uint32_t>> hashes;
  for (const TableCut& cut : table.cuts) {
    hashes.push_back(HashOf(graph, cut, &lines));
  }
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
