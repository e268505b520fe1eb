// SPDX-License-Identifier: Apache-2.0
//
// Nodes are called by number (l3: layer, t5: tensor), so that only labels hold
// names. In a quoted string of DOT only '"' and '\' mean something; control
// characters and what is not UTF-8 never get there (Printable).
#include "tools/explain/dot_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "compiler/base/unit_text.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/side.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : Printable(text)) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// Steps from the cut to each layer along tensors, 1 for those that make or read
// what is sent; no step reaches a layer that nothing connects with the cut.
std::vector<int64_t> StepsFromCut(const Problem& problem,
                                  const CutCosts& costs) {
  constexpr int64_t kFar = std::numeric_limits<int64_t>::max();
  std::vector<std::vector<LayerId>> neighbours(problem.layers.size());
  for (const ProblemTensor& tensor : problem.tensors) {
    if (tensor.producer == kModelInput) continue;
    for (const LayerId reader : tensor.readers) {
      neighbours[tensor.producer].push_back(reader);
      neighbours[reader].push_back(tensor.producer);
    }
  }
  std::vector<int64_t> steps(problem.layers.size(), kFar);
  std::vector<LayerId> open;
  const auto reach = [&](LayerId layer, int64_t step) {
    if (steps[layer] != kFar) return;
    steps[layer] = step;
    open.push_back(layer);
  };
  for (const TensorId t : costs.uploaded) {
    const ProblemTensor& tensor = problem.tensors[t];
    if (tensor.producer != kModelInput) reach(tensor.producer, 1);
    for (const LayerId reader : tensor.readers) reach(reader, 1);
  }
  for (size_t at = 0; at < open.size(); ++at) {
    const int64_t step = steps[open[at]] + 1;
    for (const LayerId next : neighbours[open[at]]) reach(next, step);
  }
  return steps;
}

class DotPicture {
 public:
  DotPicture(const StoredResult& compiled, const OperatingPoint& point,
             std::optional<int64_t> context)
      : compiled_(compiled),
        problem_(compiled.problem()),
        chosen_(compiled.cuts()[point.row.cut]),
        point_(point),
        is_shown_(problem_.layers.size(), true) {
    if (!context) return;
    const std::vector<int64_t> steps = StepsFromCut(problem_, chosen_.costs);
    for (size_t l = 0; l < steps.size(); ++l) {
      is_shown_[l] = steps[l] <= *context;
    }
  }

  std::string Draw() {
    text_ = fmt::format(
        "digraph dnncut {{\n"
        "  label=\"{}: cut {} at {}, {}\";\n"
        "  labelloc=t;\n"
        "  fontname=\"Helvetica\";\n"
        "  node [fontname=\"Helvetica\", fontsize=11];\n"
        "  edge [color=\"#666666\"];\n",
        Escape(compiled_.table.model_file), point_.row.cut,
        FormatKbps(point_.kbps), FormatDuration(point_.parts.total_ns));
    DrawSide(Side::kDevice);
    DrawSide(Side::kServer);
    for (TensorId t = 0; t < static_cast<int>(problem_.tensors.size()); ++t) {
      DrawTensor(t);
    }
    return text_ + "}\n";
  }

 private:
  bool IsSent(TensorId t) const {
    return std::binary_search(chosen_.costs.uploaded.begin(),
                              chosen_.costs.uploaded.end(), t);
  }

  // The node of a layer, or of those that are not drawn on its side.
  std::string NodeOf(LayerId layer) const {
    if (is_shown_[layer]) return fmt::format("l{}", layer);
    return fmt::format("{}_rest", SideName(chosen_.cut[layer]));
  }

  void DrawSide(Side side) {
    const bool on_device = side == Side::kDevice;
    const TableFile& table = compiled_.table;
    text_ += fmt::format(
        "  subgraph cluster_{} {{\n"
        "    label=\"{}: {}, {}, {}\";\n"
        "    style=\"{}\";\n"
        "    color=\"{}\";\n"
        "    node [shape={}, style=filled, fillcolor=\"{}\"];\n",
        SideName(side), SideName(side), Escape(table.machines[side].name),
        FormatPlural(chosen_.costs.layers[side], "layer"),
        FormatDuration(point_.parts.ns[side]), on_device ? "solid" : "dashed",
        on_device ? "#3d85c6" : "#e69138", on_device ? "box" : "ellipse",
        on_device ? "#cfe2f3" : "#fce5cd");
    if (on_device) DrawInputs();
    DrawLayers(side);
    text_ += "  }\n";
  }

  void DrawInputs() {
    for (TensorId t = 0; t < static_cast<int>(problem_.tensors.size()); ++t) {
      const ProblemTensor& tensor = problem_.tensors[t];
      if (tensor.producer != kModelInput) continue;
      text_ +=
          fmt::format("    i{} [shape=parallelogram, label=\"{}\\ninput\"];\n",
                      t, Escape(tensor.name));
    }
  }

  void DrawLayers(Side side) {
    int64_t hidden = 0;
    int64_t hidden_ns = 0;
    for (LayerId l = 0; l < static_cast<int>(problem_.layers.size()); ++l) {
      if (chosen_.cut[l] != side) continue;
      const ProblemLayer& layer = problem_.layers[l];
      const int64_t ns = layer.ns[side];
      if (!is_shown_[l]) {
        ++hidden;
        hidden_ns += ns;
        continue;
      }
      text_ +=
          fmt::format("    l{} [label=\"{}\\n{}, {}\"{}];\n", l,
                      Escape(layer.name), Escape(layer.op), FormatDuration(ns),
                      layer.pinned ? ", peripheries=2" : "");
    }
    if (hidden == 0) return;
    text_ += fmt::format(
        "    {}_rest [style=\"filled,dashed\", label=\"{} not shown\\n{}\"];\n",
        SideName(side), FormatPlural(hidden, "layer"),
        FormatDuration(hidden_ns));
  }

  void DrawTensor(TensorId t) {
    const ProblemTensor& tensor = problem_.tensors[t];
    const bool is_input = tensor.producer == kModelInput;
    const std::string from =
        is_input ? fmt::format("i{}", t) : NodeOf(tensor.producer);
    std::string sent = from;
    const bool is_fetched =
        is_input && ComesDown(problem_, tensor, chosen_.cut);
    if (IsSent(t) || is_fetched) {
      sent = fmt::format("t{}", t);
      text_ += fmt::format(
          "  {} [shape=note, style=bold, color=\"#cc0000\", "
          "fontname=\"Helvetica-Bold\", label=\"{}\\n{}\"];\n",
          sent, Escape(tensor.name),
          FormatBytes(*tensor.bytes, tensor.size_basis));
      DrawBold(from, sent);
    }
    for (const LayerId reader : tensor.readers) {
      const bool crosses =
          chosen_.cut[reader] == Side::kServer ? IsSent(t) : is_fetched;
      if (crosses) {
        DrawBold(sent, NodeOf(reader));
      } else {
        DrawPlain(from, NodeOf(reader));
      }
    }
    if (tensor.result) DrawResult(t, GoesUp(t) ? sent : from);
  }

  // A result that is wanted on the server; one that only a layer there reads
  // stays where it is.
  bool GoesUp(TensorId t) const {
    return IsSent(t) &&
           WantedOn(problem_, problem_.tensors[t]) == Side::kServer;
  }

  void DrawResult(TensorId t, const std::string& from) {
    const ProblemTensor& tensor = problem_.tensors[t];
    const bool comes_back = ComesDown(problem_, tensor, chosen_.cut);
    const std::string size =
        comes_back ? fmt::format("\\n{} back",
                                 FormatBytes(*tensor.bytes, tensor.size_basis))
                   : "";
    text_ +=
        fmt::format("  r{} [shape=parallelogram{}, label=\"{}\\nresult{}\"];\n",
                    t, comes_back ? ", style=bold, color=\"#cc0000\"" : "",
                    Escape(tensor.name), size);
    const std::string node = fmt::format("r{}", t);
    if (comes_back || GoesUp(t)) {
      DrawBold(from, node);
    } else {
      DrawPlain(from, node);
    }
  }

  // Several tensors between nodes that stand for many layers are one edge.
  void DrawPlain(const std::string& from, const std::string& to) {
    const std::string edge = fmt::format("  {} -> {};\n", from, to);
    if (from == to) return;
    const bool stands_for_many =
        from.ends_with("_rest") || to.ends_with("_rest");
    if (stands_for_many && !drawn_.insert(edge).second) return;
    text_ += edge;
  }

  void DrawBold(const std::string& from, const std::string& to) {
    const std::string edge = fmt::format(
        "  {} -> {} [style=bold, penwidth=3, color=\"#cc0000\"];\n", from, to);
    if (to.ends_with("_rest") && !drawn_.insert(edge).second) return;
    text_ += edge;
  }

  const StoredResult& compiled_;
  const Problem& problem_;
  const TableCut& chosen_;
  const OperatingPoint& point_;
  std::vector<bool> is_shown_;
  std::set<std::string> drawn_;  // edges that stand for several
  std::string text_;
};

}  // namespace

std::string DotText(const StoredResult& compiled, const OperatingPoint& point,
                    std::optional<int64_t> context) {
  return DotPicture(compiled, point, context).Draw();
}

}  // namespace dnncut
