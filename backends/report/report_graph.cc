// SPDX-License-Identifier: Apache-2.0
//
// Draws the groups of layers as an SVG, and lists them in a table.
//
// Edges come first, boxes over them, labels last, so that no line covers a
// text. Positions are integers, in tenths of a pixel, so the same result gives
// the same bytes. Names come from the model and pass through SvgName or
// HtmlName, which make them harmless. Groups and edges have ids, with which the
// page's script shows another cut without drawing anew.
#include "backends/report/report_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "backends/report/edge_labels.h"
#include "backends/report/layered_layout.h"
#include "backends/report/report_tables.h"
#include "backends/report/report_text.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

// In tenths of a pixel.
constexpr LayoutSizes kSizes = {2200, 760, 160, 560, 240};
constexpr int64_t kMargin = 120;
constexpr int64_t kLabelHeight = 140;
constexpr int64_t kLabelGap = 60;  // beside its edge
constexpr int64_t kNameCharacter = 60;
constexpr int64_t kLineHeight = 160;
constexpr size_t kMostNameCharacters = 34;

class GraphDrawing {
 public:
  GraphDrawing(const Problem& problem, const LayerGroups& groups, int cut)
      : problem_(problem), groups_(groups), cut_(static_cast<size_t>(cut)) {
    std::vector<std::pair<int, int>> edges;
    for (const GroupEdge& edge : groups.edges) {
      edges.emplace_back(edge.from, edge.to);
    }
    layout_ = MakeLayout(static_cast<int>(groups.groups.size()), edges, kSizes);
  }

  std::string Svg() {
    // Wide graphs keep their size and scroll.
    Add("<svg id=\"graph\" class=\"graph\" role=\"img\" "
        "aria-labelledby=\"graph-title graph-desc\" width=\"{0}\" "
        "height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n<title "
        "id=\"graph-title\">The graph around its cuts</title>\n<desc "
        "id=\"graph-desc\">Groups of layers, from the inputs at the top to the "
        "results at the bottom, and the tensors between them. The table of "
        "groups below has the same data.</desc>\n",
        Px(layout_.width + 2 * kMargin), Px(layout_.height + 2 * kMargin));
    for (size_t i = 0; i < groups_.edges.size(); ++i) AddEdge(i);
    for (size_t i = 0; i < groups_.groups.size(); ++i) AddNode(i);
    // Above everything else.
    EdgeLabels labels(layout_, {kLabelHeight, kLabelGap, kMargin});
    for (size_t i = 0; i < groups_.edges.size(); ++i) AddEdgeLabel(i, &labels);
    Add("</svg>\n");
    return std::move(svg_);
  }

 private:
  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(svg_), format,
                   std::forward<Args>(args)...);
  }

  static std::string Px2(const Point& point) {
    return fmt::format("{} {}", Px(point.x + kMargin), Px(point.y + kMargin));
  }

  bool Crosses(size_t edge) const { return groups_.edges[edge].crosses[cut_]; }

  void AddEdge(size_t i) {
    const std::vector<Point>& points = layout_.edges[i];
    Add("<path id=\"edge-{}\" class=\"edge{}\" d=\"M{}", i,
        Crosses(i) ? " crossing" : "", Px2(points[0]));
    for (size_t p = 1; p < points.size(); ++p) {
      const Point& from = points[p - 1];
      const Point& to = points[p];
      if (from.x == to.x) {
        Add("L{}", Px2(to));
        continue;
      }
      const int64_t middle = MiddleHeight(from, to);
      Add("C{} {} {}", Px2({from.x, middle}), Px2({to.x, middle}), Px2(to));
    }
    Add("\"><title>{}</title></path>\n", EdgeTitle(groups_.edges[i]));
  }

  std::string EdgeTitle(const GroupEdge& edge) const {
    const ProblemTensor& first = problem_.tensors[edge.tensors.front()];
    std::string title = SvgName(first.name, kMostNameCharacters);
    if (edge.tensors.size() > 1) {
      title += fmt::format(" and {} more", edge.tensors.size() - 1);
    }
    return title + ", " + BytesText(edge);
  }

  std::string BytesText(const GroupEdge& edge) const {
    int64_t bytes = 0;
    SizeBasis basis = SizeBasis::kExact;
    for (const TensorId t : edge.tensors) {
      const ProblemTensor& tensor = problem_.tensors[t];
      bytes += tensor.bytes.value_or(0);
      basis = std::max(basis, tensor.size_basis);
    }
    return FormatBytes(bytes, basis);
  }

  // Where an edge is alone: below the only one that a node has, else above the
  // node that reads it.
  void AddEdgeLabel(size_t i, EdgeLabels* labels) {
    const GroupEdge& edge = groups_.edges[i];
    const bool alone =
        std::ranges::count(groups_.edges, edge.from, &GroupEdge::from) == 1;
    const std::string text = BytesText(edge);
    const int64_t width = static_cast<int64_t>(text.size()) * kNameCharacter;
    const Point at = labels->Place(i, width, !alone);
    Add("<text id=\"edge-label-{}\" class=\"edge-label{}\" "
        "x=\"{}\" y=\"{}\">{}</text>\n",
        i, Crosses(i) ? " crossing" : "", Px(at.x + kMargin),
        Px(at.y + kMargin + 110), text);
  }

  // What stands in a box, line by line.
  std::vector<std::string> LinesOf(const LayerGroup& group,
                                   std::string_view side) const {
    const std::string side_text =
        fmt::format("<tspan class=\"side\">{}</tspan>", side);
    if (group.kind != LayerGroup::Kind::kLayers) {
      const bool is_input = group.kind == LayerGroup::Kind::kInputs;
      return {is_input ? "inputs of the model" : "results of the model",
              side_text};
    }
    std::vector<std::string> lines = {
        SvgName(problem_.layers[group.first].name, kMostNameCharacters)};
    if (group.layers > 1) {
      lines.push_back("to " + SvgName(problem_.layers[group.last].name,
                                      kMostNameCharacters - 3));
    }
    lines.push_back(side_text + ", " + FormatPlural(group.layers, "layer"));
    lines.push_back(fmt::format("device {}, server {}",
                                FormatDuration(group.ns.device),
                                FormatDuration(group.ns.server)));
    return lines;
  }

  void AddNode(size_t i) {
    const LayerGroup& group = groups_.groups[i];
    const Point& at = layout_.nodes[i];
    const int64_t x = at.x + kMargin;
    int64_t y = at.y + kMargin;
    const std::string_view side = GroupSide(group, cut_, problem_.result);
    Add("<g id=\"group-{}\" class=\"node {}\"><rect class=\"box\" x=\"{}\" "
        "y=\"{}\" width=\"{}\" height=\"{}\"/>",
        i, side, Px(x), Px(y), Px(kSizes.node_width), Px(kSizes.node_height));
    const std::vector<std::string> lines = LinesOf(group, side);
    y += (kSizes.node_height - std::ssize(lines) * kLineHeight) / 2;
    for (const std::string& line : lines) {
      Add("<text x=\"{}\" y=\"{}\">{}</text>", Px(x + 100), Px(y + 120), line);
      y += kLineHeight;
    }
    Add("</g>\n");
  }

  const Problem& problem_;
  const LayerGroups& groups_;
  size_t cut_ = 0;
  Layout layout_;
  std::string svg_;
};

// "0, 2 to 4, 6" of ascending numbers.
std::string NumbersText(const std::vector<size_t>& numbers) {
  std::string text;
  for (size_t i = 0; i < numbers.size();) {
    size_t end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) {
      ++end;
    }
    if (i > 0) text += ", ";
    text += fmt::format("{}", numbers[i]);
    if (end > i) {
      text += fmt::format("{}{}", end == i + 1 ? ", " : " to ", numbers[end]);
    }
    i = end + 1;
  }
  return text;
}

// "device in cuts 0, 2; server in cut 1".
std::string SidesText(const LayerGroup& group, Side result) {
  std::string text;
  for (const std::string_view side : {"device", "server", "both"}) {
    std::vector<size_t> cuts;
    for (size_t c = 0; c < group.on_device.size(); ++c) {
      if (GroupSide(group, c, result) == side) cuts.push_back(c);
    }
    if (cuts.empty()) continue;
    if (cuts.size() == group.on_device.size()) {
      return fmt::format("{} in every cut", side);
    }
    text += fmt::format("{}{} in cut{} {}", text.empty() ? "" : "; ", side,
                        cuts.size() == 1 ? "" : "s", NumbersText(cuts));
  }
  return text;
}

}  // namespace

std::string_view GroupSide(const LayerGroup& group, size_t cut, Side result) {
  switch (group.kind) {
    case LayerGroup::Kind::kInputs:
      return "device";
    case LayerGroup::Kind::kResults:
      return SideName(result);
    case LayerGroup::Kind::kLayers:
      break;
  }
  const int on_device = group.on_device[cut];
  return on_device == group.layers ? "device"
         : on_device == 0          ? "server"
                                   : "both";
}

std::string GroupGraph(const Problem& problem, const LayerGroups& groups,
                       int cut) {
  return GraphDrawing(problem, groups, cut).Svg();
}

std::string GroupsTable(const Problem& problem, const LayerGroups& groups) {
  HtmlTable table("groups", "Groups of layers",
                  {{"first layer"},
                   {"last layer"},
                   {"layers", true},
                   {"device ms", true},
                   {"server ms", true},
                   {"where"}});
  for (const LayerGroup& group : groups.groups) {
    if (group.kind != LayerGroup::Kind::kLayers) continue;
    table.AddRow({HtmlName(problem.layers[group.first].name),
                  HtmlName(problem.layers[group.last].name),
                  fmt::format("{}", group.layers), FormatMs(group.ns.device, 3),
                  FormatMs(group.ns.server, 3),
                  fmt::format("<span class=\"wrap\">{}</span>",
                              SidesText(group, problem.result))});
  }
  return table.Finish();
}

}  // namespace dnncut
