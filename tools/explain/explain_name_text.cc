// SPDX-License-Identifier: Apache-2.0
//
// What `dnncut explain` says of one layer or one tensor.
#include <fmt/format.h>

#include "compiler/base/first_few.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/side.h"
#include "tools/explain/explain_text.h"
#include "tools/explain/explain_words.h"
#include "tools/text/layer_words.h"
#include "tools/text/terminal.h"
#include "tools/text/time_difference.h"

namespace dnncut {
namespace {

// More names than these are counted, not listed.
constexpr size_t kShownNames = 4;

std::string SizeText(const ProblemTensor& tensor) {
  return tensor.bytes ? FormatBytes(*tensor.bytes, tensor.size_basis)
                      : "never crosses";
}

std::string TensorsLine(const Problem& problem, std::string_view label,
                        const std::vector<TensorId>& tensors) {
  if (tensors.empty()) return "";
  std::string text;
  for (size_t i = 0; i < tensors.size() && i < kShownNames; ++i) {
    const ProblemTensor& tensor = problem.tensors[tensors[i]];
    text += fmt::format("{}{} {}", i == 0 ? "" : "; ", Quoted(tensor.name),
                        SizeText(tensor));
  }
  if (tensors.size() > kShownNames) {
    text += fmt::format("; {} more", tensors.size() - kShownNames);
  }
  return Labelled(label, text);
}

std::string OperatingPointHeading(const OperatingPoint& point,
                                  std::string_view what) {
  const std::string heading = fmt::format(
      "{}: {}, cut {}", OperatingPointText(point), what, point.row.cut);
  return fmt::format("\n{}\n{}", Heading(heading),
                     Labelled("time", PartsText(point.parts, point.band)));
}

// What moving the layer to a side takes with it.
std::string FollowLine(const Problem& problem, Side side,
                       const std::vector<LayerId>& layers) {
  if (layers.empty()) return "";
  return Labelled("", fmt::format("on the {} only together with {}",
                                  SideName(side), LayerNames(problem, layers)));
}

std::string HeldText(const Problem& problem, const LayerExplanation& layer) {
  const std::optional<WhyHeld>& why = layer.WhyOnOneSide();
  if (!why) {
    std::string text =
        Labelled("held", "by nothing but cost: it may be on either side");
    for (const Side side : kSides) {
      text += FollowLine(problem, side, layer.with_it_on[side]);
    }
    return text;
  }
  return Labelled("held", fmt::format("on the {} at every bandwidth",
                                      SideName(OtherSide(why->side)))) +
         Labelled("", WhyHeldText(problem, *why));
}

std::string LayerAtText(const StoredResult& compiled,
                        const LayerExplanation::At& at) {
  std::string text = OperatingPointHeading(
      at.point, fmt::format("on the {}", SideName(at.side)));
  if (!at.other) return text;
  text += Labelled("else", fmt::format("on the {} at best {}, {}",
                                       SideName(OtherSide(at.side)),
                                       FormatDuration(at.other->parts.total_ns),
                                       FormatMore(at.other->more.total_ns,
                                                  at.point.parts.total_ns)));
  return text + DifferenceLines(compiled, at.point, *at.other);
}

std::string MakerText(const Problem& problem, const ProblemTensor& tensor) {
  if (tensor.producer != kModelInput) {
    return Quoted(problem.layers[tensor.producer].name);
  }
  if (!tensor.state_of) {
    return fmt::format("nobody: an input of the model, on the {}",
                       SideName(tensor.home));
  }
  const ProblemTensor& before = problem.tensors[*tensor.state_of];
  return fmt::format("{}: it is what {} was in the inference before",
                     Quoted(problem.layers[before.producer].name),
                     Quoted(before.name));
}

std::string ReadersText(const Problem& problem, const ProblemTensor& tensor) {
  std::string text = FirstFew(
      tensor.readers.size(), kShownNames,
      [&](size_t i) { return Quoted(problem.layers[tensor.readers[i]].name); });
  if (const std::optional<Side> wanted = WantedOn(problem, tensor)) {
    text += fmt::format("{}the {}, as a result", text.empty() ? "" : ", ",
                        SideName(*wanted));
  }
  return text.empty() ? "nobody" : text;
}

std::string NeverText(const Problem& problem,
                      const TensorExplanation& explanation) {
  const ProblemTensor& tensor = problem.tensors[explanation.tensor];
  if (explanation.can_be_sent) return "";
  if (!tensor.bytes) {
    return Labelled("never sent",
                    "its size is not known or it is no plain tensor: who makes "
                    "it and who reads it share a side");
  }
  if (IsFed(tensor) && !tensor.state_of) {
    return Labelled("never sent", "it lies on the server");
  }
  if (explanation.why_never) {
    return Labelled("never sent", WhyHeldText(problem, *explanation.why_never));
  }
  return Labelled("never sent", "no layer reads it");
}

std::string TensorAtText(const StoredResult& compiled,
                         const TensorExplanation::At& at) {
  const OperatingPoint& point = at.point;
  if (at.is_sent || at.comes_back) {
    return OperatingPointHeading(point, at.is_sent ? "sent" : "comes back") +
           Labelled("link", fmt::format("{} of {}", FormatDuration(at.cost_ns),
                                        FormatDuration(point.parts.total_ns)));
  }
  std::string text = OperatingPointHeading(point, "not sent");
  if (!at.sent) return text;
  text += Labelled("else", fmt::format("sent, at best {}, {}; {} on the link",
                                       FormatDuration(at.sent->parts.total_ns),
                                       FormatMore(at.sent->more.total_ns,
                                                  point.parts.total_ns),
                                       FormatDuration(at.cost_ns)));
  return text + DifferenceLines(compiled, point, *at.sent);
}

}  // namespace

std::string LayerText(const StoredResult& compiled,
                      const LayerExplanation& explanation) {
  const Problem& problem = compiled.problem();
  const ProblemLayer& layer = problem.layers[explanation.layer];
  std::string text = fmt::format(
      "layer {} ({}): {} on the device, {} on the server\n",
      Heading(Quoted(layer.name)), Printable(layer.op),
      FormatDuration(layer.ns.device), FormatDuration(layer.ns.server));
  text += TensorsLine(problem, "reads", explanation.reads);
  text += TensorsLine(problem, "makes", explanation.makes);
  text += HeldText(problem, explanation);
  for (const LayerExplanation::At& at : explanation.at) {
    text += LayerAtText(compiled, at);
  }
  return text;
}

std::string TensorText(const StoredResult& compiled,
                       const TensorExplanation& explanation) {
  const Problem& problem = compiled.problem();
  const ProblemTensor& tensor = problem.tensors[explanation.tensor];
  std::string text = fmt::format("tensor {}: {}", Heading(Quoted(tensor.name)),
                                 SizeText(tensor));
  if (tensor.cross_ns > 0) {
    text += fmt::format(", {} for crossing besides its bytes",
                        FormatDuration(tensor.cross_ns));
  }
  text += "\n";
  text += Labelled("made by", MakerText(problem, tensor));
  text += Labelled("read by", ReadersText(problem, tensor));
  text += NeverText(problem, explanation);
  for (const TensorExplanation::At& at : explanation.at) {
    text += TensorAtText(compiled, at);
  }
  return text;
}

}  // namespace dnncut
