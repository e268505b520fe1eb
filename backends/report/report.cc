// SPDX-License-Identifier: Apache-2.0
//
// Writes the report page, section by section in the order in which it is read:
// the answer, the latency, the cuts, the graph, warnings, how to reproduce it.
//
// The page is complete without its script, which only adds the picking of a
// bandwidth, a round trip and sizes of inputs. It loads nothing, and its
// content security policy allows only the one style sheet and the one script
// whose hashes it names. Names and texts that come from outside pass through
// Html or HtmlName. Nothing depends on the time, on the machine or on the order
// of a hash table, so the same result gives the same bytes.
#include "backends/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <vector>

#include "backends/report/layer_groups.h"
#include "backends/report/report_bars.h"
#include "backends/report/report_chart.h"
#include "backends/report/report_data.h"
#include "backends/report/report_graph.h"
#include "backends/report/report_tables.h"
#include "backends/report/report_text.h"
#include "backends/result/setting_text.h"
#include "backends/result/verdict.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/source_model.h"
#include "compiler/problem/cut_kind.h"

namespace dnncut {

// backends/report/, see dnncut_embed.
extern const std::string_view kReportCss;
extern const std::string_view kReportJs;

namespace {

// The page asks for the bytes of so many inputs; the others stay as they are.
constexpr size_t kMostInputFields = 4;

class Page {
 public:
  explicit Page(const Result& result)
      : result_(result),
        rows_(
            ShowRows(*result.table, result.problem->downlink, result.machines)),
        groups_(GroupLayers(*result.problem, *result.table)),
        model_(std::filesystem::path(result.model->path).filename().string()) {}

  std::string Html() {
    AddHead();
    AddAnswer();
    AddLatency();
    AddCuts();
    AddGraph();
    AddWarnings();
    AddReproduction();
    AddEnd();
    return std::move(html_);
  }

 private:
  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(html_), format,
                   std::forward<Args>(args)...);
  }

  void StartSection(std::string_view id, std::string_view heading) {
    Add("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n", id,
        heading);
  }

  void EndSection() { Add("</section>\n"); }

  // The policy forbids to load anything, and allows only the page's own script
  // and style.
  void AddHead() {
    Add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
        "'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; "
        "form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n"
        "<meta name=\"generator\" content=\"dnncut {}\">\n"
        "<title>{} - dnncut</title>\n"
        "<link rel=\"icon\" href=\"data:,\">\n"
        "<style>{}</style>\n</head>\n<body>\n",
        PolicyHash(kReportCss), PolicyHash(kReportJs),
        dnncut::Html(result_.version), dnncut::Html(model_), kReportCss);
    // The patterns of devices, networks and servers.
    Add("<svg class=\"patterns\" aria-hidden=\"true\" width=\"0\" "
        "height=\"0\"><defs>\n"
        "<pattern id=\"network-pattern\" class=\"network-pattern\" width=\"6\" "
        "height=\"6\" patternUnits=\"userSpaceOnUse\"><rect width=\"6\" "
        "height=\"6\"/><path d=\"M-1 1l2 -2M0 6l6 -6M5 7l2 -2\"/></pattern>\n"
        "<pattern id=\"server-pattern\" class=\"server-pattern\" width=\"6\" "
        "height=\"6\" patternUnits=\"userSpaceOnUse\"><rect width=\"6\" "
        "height=\"6\"/><circle cx=\"3\" cy=\"3\" r=\"1.2\"/></pattern>\n"
        "</defs></svg>\n");
  }

  static std::string Sentence(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 32;
    return text + ".";
  }

  void AddFact(std::string_view name, std::string_view html) {
    Add("<div><dt>{}</dt><dd>{}</dd></div>\n", name, html);
  }

  static std::string MachineFact(const MachineLabel& machine,
                                 const std::optional<double>& slowdown) {
    const std::string_view source = machine.source == "roofline"  ? "estimated"
                                    : machine.source == "profile" ? "measured"
                                    : machine.source == "regression"
                                        ? "predicted from profiles"
                                        : "refined: measured halves";
    std::string text = fmt::format("{} ({}", HtmlName(machine.name), source);
    if (machine.threads) {
      text += fmt::format(", {}", FormatPlural(*machine.threads, "thread"));
    }
    if (machine.band != 1) {
      text += fmt::format(", within a factor of {:.2g}", machine.band);
    }
    if (slowdown) text += SlowdownText(*slowdown);
    return text + ")";
  }

  std::string BandText() const {
    if (!result_.band) return "";
    return fmt::format(
        "<p>If the estimated times are off, as they may be: {}.</p>\n",
        AnswerBandText(*result_.band, Exact()));
  }

  const CutTable& Exact() const {
    return result_.exact == nullptr ? *result_.table : *result_.exact;
  }

  // The warnings stand at the end of the page, so this says at the top that
  // there are some.
  std::string WarnedText() const {
    if (result_.warnings.empty()) return "";
    return fmt::format("<p class=\"warned\"><a href=\"#warnings\">{}</a></p>\n",
                       FormatPlural(std::ssize(result_.warnings), "warning"));
  }

  void AddAnswer() {
    const CutTable& table = *result_.table;
    const Problem& problem = *result_.problem;
    Add("<header>\n<h1>Where to cut {}</h1>\n<p class=\"answer\">{}</p>\n{}{}"
        "</header>\n<main>\n",
        HtmlName(model_), Sentence(VerdictText(problem, table, Exact())),
        BandText(), WarnedText());
    StartSection("facts", "Key facts");
    Add("<dl>\n");
    AddFact("gain",
            GainText("device", GainOver(problem, table, Side::kDevice)) +
                "</dd>\n<dd>" +
                GainText("server", GainOver(problem, table, Side::kServer)));
    AddFact("device",
            MachineFact(result_.machines.device, result_.refined.device));
    AddFact("server",
            MachineFact(result_.machines.server, result_.refined.server));
    AddFact("link", LinkText(problem));
    AddFact("model",
            fmt::format("{} in {}, {} in the table",
                        FormatPlural(CountLayers(*result_.graph), "layer"),
                        FormatPlural(CountBlocks(*result_.blocks), "block"),
                        FormatPlural(std::ssize(table.rows), "row")));
    if (table.approximation) {
      AddFact("regret",
              fmt::format("at most {:.2f} % over the exact table, at {} "
                          "({})",
                          table.approximation->worst_regret * 100,
                          FormatKbps(table.approximation->worst_kbps),
                          dnncut::Html(CauseOf(*table.approximation))));
    }
    Add("</dl>\n");
    EndSection();
  }

  // It is hidden; the script shows it and fills it in.
  void AddPicker() {
    const BandwidthRange& range = result_.problem->range;
    Add("<form id=\"picker\" class=\"picker\" hidden>\n"
        "<label for=\"slider\">Bandwidth</label>\n"
        "<input id=\"slider\" type=\"range\" min=\"0\" max=\"1000\" step=\"1\" "
        "aria-describedby=\"picked\" autocomplete=\"off\">\n"
        "<label for=\"kbps\">kbit/s</label>\n"
        "<input id=\"kbps\" type=\"number\" min=\"{}\" max=\"{}\" "
        "step=\"1\" autocomplete=\"off\">\n"
        "<p id=\"picked\" class=\"picked\"></p>\n",
        range.min_kbps, range.max_kbps);
    AddWhatIf();
    Add("<p id=\"announced\" class=\"for-readers\" role=\"status\" "
        "aria-live=\"polite\"></p>\n</form>\n");
  }

  // What the script then computes anew: the network's round trip, and what the
  // inputs take when they are sent.
  void AddWhatIf() {
    Add("<details id=\"what-if\" class=\"what-if\">\n"
        "<summary>What if the network or an input is another?</summary>\n"
        "<label>Network <select id=\"network\" autocomplete=\"off\">\n"
        "<option value=\"\">as compiled</option>\n"
        "</select></label>\n"
        "<label>Round trip, ms <input id=\"rtt\" type=\"number\" min=\"0\" "
        "max=\"60000\" step=\"any\" autocomplete=\"off\"></label>\n");
    const std::vector<TensorId> inputs = SentInputs(result_);
    for (size_t i = 0; i < std::min(inputs.size(), kMostInputFields); ++i) {
      Add("<label>{} sent, B <input id=\"input-{}\" type=\"number\" "
          "min=\"0\" max=\"1000000000000\" step=\"1\" "
          "data-name=\"{}\" autocomplete=\"off\"></label>\n",
          HtmlName(result_.graph->tensors[inputs[i]].name), i,
          dnncut::Html(VisibleName(result_.graph->tensors[inputs[i]].name,
                                   kMostNameCharacters)));
    }
    Add("<p id=\"what-if-note\" class=\"picked\" hidden></p>\n</details>\n");
  }

  void AddLegend(
      const std::vector<std::pair<std::string, std::string>>& items) {
    Add("<ul class=\"legend\">\n");
    for (const auto& [kind, text] : items) {
      Add("<li><svg aria-hidden=\"true\" width=\"28\" height=\"12\">");
      if (kind.starts_with("part")) {
        Add("<rect class=\"{}\" width=\"28\" height=\"12\"/>", kind);
      } else if (kind == "measured") {
        Add("<path class=\"measured\" d=\"M14 1l5 5l-5 5l-5 -5z\"/>");
      } else {
        Add("<path class=\"{}\" d=\"M0 6H28\"/>", kind);
      }
      Add("</svg> {}</li>\n", text);
    }
    Add("</ul>\n");
  }

  bool HasMeasurements() const { return !result_.measured.empty(); }

  void AddLatency() {
    AddPicker();
    StartSection("latency", "Latency");
    Add("<figure>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
        "aria-labelledby=\"latency-caption\">\n{}</div>\n",
        LatencyChart(result_, rows_));
    std::vector<std::pair<std::string, std::string>> legend = {
        {"curve", "with the cut of the table"},
        {"baseline device", "everything on the device"},
        {"baseline server", "everything on the server"},
        {"threshold", "where the next cut takes over"}};
    if (result_.exact != nullptr) legend.emplace_back("exact", "exact table");
    if (HasMeasurements()) {
      legend.emplace_back("measured", "with halves as measured");
    }
    AddLegend(legend);
    Add("<figcaption id=\"latency-caption\">Latency of one inference against "
        "the bandwidth of the uplink</figcaption>\n</figure>\n");
    Add("<figure>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
        "aria-labelledby=\"bars-caption\">\n{}</div>\n",
        TimeBars(result_, rows_));
    AddLegend({{"part device", "device"},
               {"part network", "network"},
               {"part server", "server"}});
    Add("<figcaption id=\"bars-caption\">Where the time goes, in the middle of "
        "each row, all on one scale{}</figcaption>\n</figure>\n",
        HasMeasurements() ? "; the narrow bars show halves as measured" : "");
    html_ += RowsTable(result_, rows_);
    EndSection();
  }

  void AddCuts() {
    StartSection("what-crosses", "Cuts");
    html_ += CutsTable(result_);
    html_ += TensorsTable(result_);
    EndSection();
  }

  // The row whose cut the graph shows at first, and without the script always:
  // the middle one of the rows that split, or of all if none does.
  const ShownRow& MiddleRow() const {
    std::vector<const ShownRow*> splits;
    for (const ShownRow& row : rows_) {
      const CutCosts& costs = result_.table->cuts[row.row.cut].costs;
      if (KindOf(costs) == CutKind::kSplit) splits.push_back(&row);
    }
    return splits.empty() ? rows_[rows_.size() / 2]
                          : *splits[splits.size() / 2];
  }

  std::string_view GroupingText() const {
    switch (groups_.grouping) {
      case LayerGrouping::kConnected:
        return "Layers that every cut leaves together, and that are connected, "
               "are one box.";
      case LayerGrouping::kSameSides:
        return "Layers that every cut leaves together are one box, also where "
               "they are not connected: there would be too many boxes.";
      case LayerGrouping::kSimilar:
        break;
    }
    return "There are too many cuts to show each: layers that are on the "
           "device in about as many of them are one box.";
  }

  void AddGraph() {
    const int cut = MiddleRow().row.cut;
    StartSection("graph-heading", "Graph");
    Add("<p>{} A tensor that several boxes read is sent once.</p>\n",
        GroupingText());
    Add("<figure>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
        "aria-labelledby=\"graph-caption\">\n{}</div>\n",
        GroupGraph(*result_.problem, groups_, cut));
    Add("<figcaption id=\"graph-caption\">The graph around its cuts, with the "
        "sides of <span id=\"graph-cut\">cut {}</span>: round boxes are on the "
        "device, dotted ones on the server; thick lines cross</figcaption>\n"
        "</figure>\n",
        cut);
    html_ += GroupsTable(*result_.problem, groups_);
    EndSection();
  }

  void AddWarnings() {
    StartSection("warnings", "Warnings");
    if (result_.warnings.empty()) {
      Add("<p>None.</p>\n");
    } else {
      Add("<ul class=\"warnings\">\n");
      for (const Warning& warning : result_.warnings) {
        Add("<li><strong>{}</strong> {}</li>\n", dnncut::Html(warning.id),
            HtmlName(warning.text, 1000));
      }
      Add("</ul>\n");
    }
    EndSection();
  }

  void AddReproduction() {
    StartSection("reproduce", "How to reproduce");
    if (!result_.commands.empty()) {
      Add("<pre><code>");
      for (const std::string& command : result_.commands) {
        Add("{}\n", dnncut::Html(command));
      }
      Add("</code></pre>\n");
    }
    Add("<dl>\n");
    AddFact("version", "dnncut " + dnncut::Html(result_.version));
    AddFact("model", HtmlName(model_));
    AddFact("its SHA-256", fmt::format("<code>{}</code>",
                                       dnncut::Html(result_.model->sha256)));
    Add("</dl>\n");
    EndSection();
  }

  void AddEnd() {
    Json data = ReportData(result_, groups_, ShownDecimals(rows_));
    data["start"] = MiddleRow().shown_kbps;
    Add("</main>\n<script type=\"application/json\" id=\"data\">{}</script>\n"
        "<script>{}</script>\n</body>\n</html>\n",
        ScriptJson(data), kReportJs);
  }

  const Result& result_;
  std::vector<ShownRow> rows_;
  LayerGroups groups_;
  std::string model_;  // the file's name
  std::string html_;
};

}  // namespace

std::string ReportHtml(const Result& result) { return Page(result).Html(); }

}  // namespace dnncut
