// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

#include "compiler/base/first_few.h"
#include "compiler/base/shell_word.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/dtype.h"
#include "tools/compile/likely_states.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

// What a photograph takes as a JPEG of high quality (about 90), with its
// colours at half the resolution: 3.2 bits a pixel, of which the brightness
// alone takes 2.4. Headers are left out, so images with less than kLeastPixels
// have no estimate.
constexpr int64_t kColourBitsBy10 = 32;
constexpr int64_t kGreyBitsBy10 = 24;
constexpr int64_t kLeastPixels = int64_t{64} * 64;

struct Images {
  int64_t count = 1;
  int64_t channels = 1;
  int64_t pixels = 1;  // of one image
};

int64_t BitsBy10(const Images& images) {
  return images.channels == 1 ? kGreyBitsBy10 : kColourBitsBy10;
}

// A shape like [N,C,H,W], [N,H,W,C] or one of these without N, with 1 or 3
// channels; without N 3 only, because a matrix with one row is no image.
std::optional<Images> ImagesOf(const TensorType& type) {
  constexpr int64_t kLeastSide = 16;
  const auto rank = std::ssize(type.shape);
  if (!HasStaticSize(type) || rank < 3 || rank > 4) return std::nullopt;
  const int64_t count = rank == 4 ? type.shape[0] : 1;
  const int64_t* dims = type.shape.data() + (rank - 3);
  const auto is_channels = [rank](int64_t dim) {
    return dim == 3 || (dim == 1 && rank == 4);
  };
  const bool is_first = is_channels(dims[0]);
  if (!is_first && !is_channels(dims[2])) return std::nullopt;
  const int64_t* sides = dims + (is_first ? 1 : 0);
  if (count < 1 || std::min(sides[0], sides[1]) < kLeastSide) {
    return std::nullopt;
  }
  return Images{count, is_first ? dims[0] : dims[2], sides[0] * sides[1]};
}

std::optional<int64_t> JpegBytes(const Images& images) {
  if (images.pixels < kLeastPixels) return std::nullopt;
  return images.count * images.pixels * BitsBy10(images) / 80;
}

// The largest image that the device has and would send as 32-bit floats.
std::vector<std::string> NotesOnImages(const Graph& graph,
                                       const Problem& problem) {
  const Tensor* largest = nullptr;
  for (int i = 0; i < graph.input_count; ++i) {
    const Tensor& input = graph.tensors[i];
    if (input.type.dtype != DType::kFloat32 || input.readers.empty() ||
        !input.bytes || input.decoded_bytes || IsFed(problem.tensors[i]) ||
        !ImagesOf(input.type)) {
      continue;
    }
    if (largest == nullptr || *largest->bytes < *input.bytes) largest = &input;
  }
  if (largest == nullptr) return {};
  const Images images = ImagesOf(largest->type).value();
  const int64_t as_uint8 = *largest->bytes / 4;
  const std::optional<int64_t> as_jpeg = JpegBytes(images);
  std::string note =
      fmt::format("input '{}' is sent as float32, {}; as uint8 {}",
                  Printable(largest->name), FormatRoughBytes(*largest->bytes),
                  FormatRoughBytes(as_uint8));
  if (as_jpeg) {
    note += fmt::format(
        "; as a JPEG about {} (estimated: {} bits a pixel, as photographs take "
        "at quality 90)",
        FormatRoughBytes(*as_jpeg), FormatExact(BitsBy10(images), 10, 1));
  }
  std::string size = FormatRoughBytes(as_jpeg.value_or(as_uint8));
  std::erase(size, ' ');
  return {note +
          fmt::format("; say what it costs to send with {}",
                      ShellFlag("--input-bytes",
                                fmt::format("{}={}", largest->name, size)))};
}

// In one note, those that no --state names.
std::vector<std::string> NotesOnStates(const Graph& graph,
                                       const Problem& problem) {
  int64_t bytes = 0;
  std::vector<std::string> names;
  std::string flags;
  for (const LikelyStates& likely : FindLikelyStates(graph)) {
    bool is_new = false;
    for (const auto& [input, result] : likely.states) {
      if (IsFed(problem.tensors[input])) continue;
      is_new = true;
      bytes += *graph.tensors[input].bytes;
      names.push_back(fmt::format("'{}'", graph.tensors[input].name));
    }
    if (is_new) flags += fmt::format(" {}", likely.Flag());
  }
  if (names.empty()) return {};
  const bool is_one = names.size() == 1;
  return {fmt::format(
      "{}, {} in all, {} taken to be sent anew for each inference; if {} what "
      "outputs were in the one before, say so with{}",
      Printable(FirstFew(names.size(), 2, [&](size_t i) { return names[i]; })),
      FormatRoughBytes(bytes), is_one ? "is" : "are",
      is_one ? "it is" : "they are", flags)};
}

// "cut 2", "cuts 0, 1".
std::string CutsText(const std::set<int>& cuts) {
  return fmt::format("cut{} {}", cuts.size() == 1 ? "" : "s",
                     fmt::join(cuts, ", "));
}

// Where the tensor lies, by cut.
std::vector<Side> OriginsOf(const Problem& problem, const ProblemTensor& tensor,
                            const CutTable& table) {
  std::vector<Side> origins;
  for (const TableCut& cut : table.cuts) {
    origins.push_back(OriginOf(problem, tensor, cut.cut));
  }
  return origins;
}

// A state stays where its maker runs. Whoever changes between cuts that place a
// maker differently has to move the state, which no latency counts.
std::vector<std::string> NotesOnMovingStates(const Problem& problem,
                                             const CutTable& table) {
  int count = 0;
  int64_t bytes = 0;
  PerSide<std::set<int>> cuts;  // with one of them there
  for (const ProblemTensor& tensor : problem.tensors) {
    if (!tensor.state_of) continue;
    const std::vector<Side> origins = OriginsOf(problem, tensor, table);
    if (std::ranges::count(origins, origins[0]) == std::ssize(origins))
      continue;
    ++count;
    bytes += tensor.bytes.value_or(0);
    for (size_t c = 0; c < origins.size(); ++c) {
      cuts[origins[c]].insert(static_cast<int>(c));
    }
  }
  if (count == 0) return {};
  const bool is_one = count == 1;
  return {fmt::format(
      "{}, {} in all, {} on the device in {} and on the server in {}: when the "
      "cut changes between these, send {} over as well, or start anew; no time "
      "here counts that",
      FormatPlural(count, "state"), FormatRoughBytes(bytes),
      is_one ? "lies" : "lie", CutsText(cuts.device), CutsText(cuts.server),
      is_one ? "it" : "them")};
}

}  // namespace

std::vector<std::string> NotesOn(const Graph& graph, const Problem& problem,
                                 const CutTable& table) {
  std::vector<std::string> notes = NotesOnImages(graph, problem);
  for (std::string& note : NotesOnStates(graph, problem)) {
    notes.push_back(std::move(note));
  }
  for (std::string& note : NotesOnMovingStates(problem, table)) {
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace dnncut
