// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <ctime>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "backends/report/report.h"
#include "backends/report/report_text.h"
#include "compiler/base/address_sanitizer.h"
#include "compiler/problem/block_graph.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tests/testing.h"

namespace dnncut {

extern const std::string_view kReportCss;
extern const std::string_view kReportJs;

namespace {

using testing::HasSubstr;
using testing::Not;

// A result without a model file behind it.
struct MadeResult : SplitModel {
  Result AsResult() const {
    Result result = SplitModel::AsResult();
    result.machines.device = {"board", "profile"};
    result.machines.server = {"rack", "roofline"};
    result.version = "1.2.3";
    return result;
  }
};

MadeResult MakeResult(Problem problem) {
  MadeResult made;
  made.problem = std::move(problem);
  made.blocks = MakeBlockGraph(made.problem);
  made.table = BuildCutTable(made.problem, made.blocks);
  made.model.path = "some/folder/net.onnx";
  made.model.sha256 = "abc";
  for (const ProblemLayer& problem_layer : made.problem.layers) {
    Layer layer;
    layer.name = problem_layer.name;
    layer.node = made.model.proto.graph().node_size();
    made.model.proto.mutable_graph()->add_node()->set_name(layer.name);
    made.graph.layers.push_back(std::move(layer));
  }
  for (size_t t = 0; t < made.problem.tensors.size(); ++t) {
    const ProblemTensor& problem_tensor = made.problem.tensors[t];
    Tensor tensor;
    tensor.name = problem_tensor.name;
    tensor.type.dtype = DType::kFloat32;
    tensor.bytes = problem_tensor.bytes;
    tensor.producer = problem_tensor.producer;
    tensor.readers = problem_tensor.readers;
    tensor.is_result = problem_tensor.result;
    if (tensor.producer == kModelInput) ++made.graph.input_count;
    const auto id = static_cast<TensorId>(t);
    if (tensor.producer != kModelInput) {
      made.graph.layers[tensor.producer].outputs.push_back(id);
    }
    for (const LayerId reader : tensor.readers) {
      made.graph.layers[reader].inputs.push_back(id);
    }
    made.graph.tensors.push_back(std::move(tensor));
  }
  return made;
}

// Without what stands in <style> and <script>. By hand, as all of this:
// std::regex recurses for each character.
std::string WithoutRawText(std::string html) {
  for (const std::string name : {"style", "script"}) {
    for (size_t at = html.find("<" + name); at != std::string::npos;
         at = html.find("<" + name, at + 1)) {
      const size_t start = html.find('>', at) + 1;
      html.erase(start, html.find("</" + name, start) - start);
    }
  }
  return html;
}

struct Tag {
  bool closes = false;
  bool is_closed = false;  // <path/>
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
};

// What stands between '<' and '>'; an empty name when it is no tag.
Tag ParseTag(std::string text) {
  Tag tag;
  tag.closes = text.starts_with('/');
  if (tag.closes) text.erase(0, 1);
  tag.is_closed = text.ends_with('/');
  if (tag.is_closed) text.pop_back();
  constexpr const char* kSpace = " \n";
  const size_t end = std::min(text.find_first_of(kSpace), text.size());
  for (size_t at = text.find_first_not_of(kSpace, end);
       at != std::string::npos;) {
    const size_t stop = std::min(text.find_first_of(" \n=", at), text.size());
    const std::string key = text.substr(at, stop - at);
    std::string value;
    size_t next = stop;
    if (text.compare(stop, 2, "=\"") == 0) {
      const size_t quote = text.find('"', stop + 2);
      if (quote == std::string::npos) return {};
      value = text.substr(stop + 2, quote - stop - 2);
      next = quote + 1;
    }
    tag.attributes.emplace_back(key, value);
    at = text.find_first_not_of(kSpace, next);
    if (at == next) return {};  // no space between two
  }
  tag.name = text.substr(0, end);
  return tag;
}

// Every element is closed, in the order in which they were opened; ids stand
// once; what refers to an id finds it.
void ExpectWellFormed(const std::string& html) {
  const std::set<std::string> empty = {"meta", "link", "input"};
  std::vector<std::string> open;
  std::set<std::string> ids;
  std::vector<std::string> referred;
  const std::string page = WithoutRawText(html.substr(html.find("<html")));
  for (size_t at = page.find('<'); at != std::string::npos;
       at = page.find('<', at + 1)) {
    const size_t end = page.find_first_of("<>", at + 1);
    ASSERT_TRUE(end != std::string::npos && page[end] == '>')
        << page.substr(at, 80);
    const Tag tag = ParseTag(page.substr(at + 1, end - at - 1));
    ASSERT_FALSE(tag.name.empty()) << page.substr(at, 80);
    for (const auto& [key, value] : tag.attributes) {
      if (key == "id") {
        EXPECT_TRUE(ids.insert(value).second) << value;
      }
      if (key == "aria-labelledby" || key == "for" ||
          key == "aria-describedby") {
        std::istringstream names(value);
        for (std::string id; names >> id;) referred.push_back(id);
      }
    }
    if (tag.closes) {
      ASSERT_FALSE(open.empty()) << tag.name;
      ASSERT_EQ(open.back(), tag.name);
      open.pop_back();
    } else if (!tag.is_closed && !empty.contains(tag.name)) {
      open.push_back(tag.name);
    }
  }
  EXPECT_TRUE(open.empty());
  for (const std::string& id : referred) {
    EXPECT_TRUE(ids.contains(id)) << id;
  }
}

TEST(Report, IsWellFormedForEveryProblem) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Problem problem = RandomFeasibleProblem(seed, 12);
    if (seed % 5 == 0) problem.range = {7, 7};
    const MadeResult made = MakeResult(std::move(problem));
    ExpectWellFormed(ReportHtml(made.AsResult()));
  }
}

TEST(Report, ShowsRealModels) {
  for (const TestModel& model : AllTestModels()) {
    SCOPED_TRACE(model.name);
    TempFolder temp;
    const SplitModel split = MakeSplitModel(model.proto, temp);
    const std::string html = ReportHtml(split.AsResult());
    ExpectWellFormed(html);
    EXPECT_THAT(html, Not(HasSubstr(temp / "")));
  }
}

TEST(Report, LoadsNothingAndRunsNothingButItsOwn) {
  const MadeResult made = MakeResult(InceptionLikeProblem(40));
  const std::string html = ReportHtml(made.AsResult());
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, HasSubstr("style-src " + PolicyHash(kReportCss) + ";"));
  EXPECT_THAT(html, HasSubstr("script-src " + PolicyHash(kReportJs) + ";"));
  EXPECT_THAT(html, HasSubstr("<style>" + std::string(kReportCss) + "<"));
  EXPECT_THAT(html, HasSubstr("<script>" + std::string(kReportJs) + "<"));
  // Attributes that the policy would refuse, and addresses.
  EXPECT_THAT(html, Not(HasSubstr(" style=")));
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, Not(HasSubstr("http:")));
  EXPECT_THAT(html, Not(HasSubstr("https:")));
}

TEST(Report, NamesOfAModelAreOnlyText) {
  const std::string evil =
      "</script><script>alert(1)</script><!-- \" onload='x' \u202e\xff";
  Problem problem = InceptionLikeProblem(30);
  for (ProblemLayer& layer : problem.layers) layer.name = evil;
  for (ProblemTensor& tensor : problem.tensors) tensor.name = evil;
  MadeResult made = MakeResult(std::move(problem));
  made.model.path = "folder/" + std::string("<b>.onnx");
  Result result = made.AsResult();
  result.machines.device.name = evil;
  result.warnings = {{"W1", evil}};
  result.commands = {evil};
  const std::string html = ReportHtml(result);
  ExpectWellFormed(html);
  EXPECT_THAT(html, Not(HasSubstr("alert(1)</")));
  EXPECT_THAT(html, Not(HasSubstr("<!-- ")));
  EXPECT_THAT(html, Not(HasSubstr("\u202e")));
  EXPECT_THAT(html, Not(HasSubstr("\xff")));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
}

TEST(Report, SaysWhatWasMeasuredAndWarned) {
  const MadeResult made = MakeResult(InceptionLikeProblem(30));
  Result result = made.AsResult();
  result.measured.resize(made.table.cuts.size());
  result.measured[0] = {123'456'789, std::nullopt};
  result.warnings = {{"W740", "some halves were not measured"}};
  result.commands = {"dnncut compile net.onnx", "dnncut refine net.dnncut"};
  const std::string html = ReportHtml(result);
  ExpectWellFormed(html);
  EXPECT_THAT(html, HasSubstr(">not measured<"));
  EXPECT_THAT(html, HasSubstr("123.4"));
  EXPECT_THAT(html, HasSubstr("W740"));
  EXPECT_THAT(html, HasSubstr("<a href=\"#warnings\">1 warning</a>"));
  EXPECT_THAT(html, HasSubstr("dnncut refine net.dnncut\n"));
  EXPECT_THAT(html, HasSubstr("net.onnx"));
  EXPECT_THAT(html, Not(HasSubstr("some/folder")));
}

TEST(Report, LeavesOutWhatWouldTakeForever) {
  Problem problem = InceptionLikeProblem(30);
  problem.range = {1, 1000};
  problem.tensors[0].bytes = 2'000'000'000'000;
  for (ProblemLayer& layer : problem.layers) layer.ns.server = 0;
  const MadeResult made = MakeResult(std::move(problem));
  const std::string html = ReportHtml(made.AsResult());
  ExpectWellFormed(html);
  EXPECT_THAT(html, HasSubstr("polyline class=\"baseline device\""));
  EXPECT_THAT(html, Not(HasSubstr("polyline class=\"baseline server\"")));
}

TEST(Report, OfFiveThousandLayersIsSmallAndQuick) {
  for (Problem problem :
       {DenseNetLikeProblem(5000), InceptionLikeProblem(5000)}) {
    const std::string long_name(3000, 'n');
    for (ProblemLayer& layer : problem.layers) layer.name += long_name;
    for (ProblemTensor& tensor : problem.tensors) tensor.name += long_name;
    const MadeResult made = MakeResult(std::move(problem));
    ASSERT_GE(made.problem.layers.size(), 5000u);
    // Of the processor: other programs may run, too.
    const std::clock_t start = std::clock();
    const std::string html = ReportHtml(made.AsResult());
    const double seconds =
        static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_LT(html.size(), 2'000'000u);
#if defined(NDEBUG)
    if (!kAddressSanitizer) {
      EXPECT_LT(seconds, 1);
    }
#endif
    RecordProperty("bytes", static_cast<int>(html.size()));
    RecordProperty("ms", static_cast<int>(seconds * 1000));
  }
}

// "--name: #rrggbb" of the first block at or after `from`.
std::map<std::string, std::string> ColoursAfter(std::string_view from) {
  const std::string css(kReportCss);
  const size_t start = css.find(from);
  const size_t root = css.find(":root {", start);
  const std::string block = css.substr(root, css.find('}', root) - root);
  std::map<std::string, std::string> colours;
  const std::regex colour("--([a-z-]+): (#[0-9a-f]{6});");
  for (auto match = std::sregex_iterator(block.begin(), block.end(), colour);
       match != std::sregex_iterator(); ++match) {
    colours[(*match)[1]] = (*match)[2];
  }
  return colours;
}

// WCAG 2.2, relative luminance.
double Luminance(const std::string& colour) {
  const std::array<double, 3> weights = {0.2126, 0.7152, 0.0722};
  double sum = 0;
  for (size_t i = 0; i < 3; ++i) {
    const double part =
        std::stoi(colour.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    sum +=
        weights[i] * (part <= 0.04045 ? part / 12.92
                                      : std::pow((part + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double Contrast(const std::string& a, const std::string& b) {
  const double light = std::max(Luminance(a), Luminance(b));
  const double dark = std::min(Luminance(a), Luminance(b));
  return (light + 0.05) / (dark + 0.05);
}

TEST(Report, ColoursHaveContrastInBothThemes) {
  for (const std::string_view theme :
       {"color-scheme", "prefers-color-scheme: dark"}) {
    SCOPED_TRACE(theme);
    std::map<std::string, std::string> colours =
        ColoursAfter(theme == "color-scheme" ? "/* A test" : theme);
    ASSERT_EQ(colours.size(), 14u);
    const auto expect = [&](const std::string& a, const std::string& b,
                            double least) {
      EXPECT_GE(Contrast(colours.at(a), colours.at(b)), least)
          << a << " on " << b;
    };
    for (const std::string back :
         {"page", "panel", "device-soft", "server-soft", "both-soft"}) {
      expect("text", back, 4.5);
    }
    expect("muted", "page", 4.5);
    expect("warn", "page", 4.5);
    // What is no text.
    for (const std::string mark :
         {"accent", "curve", "device", "server", "network", "muted"}) {
      expect(mark, "page", 3);
    }
    expect("accent", "panel", 3);
    expect("device", "device-soft", 3);
    expect("server", "server-soft", 3);
  }
}

}  // namespace
}  // namespace dnncut
