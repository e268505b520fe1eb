// SPDX-License-Identifier: Apache-2.0
//
// It works in two rounds. The first only looks: it finds out which weights the
// halves of a side need, so that all of them share one weights.bin, and counts
// the bytes to write for the progress. The second writes, one half in memory at
// a time, weights copied from file to file.
//
// The weights of all halves of a side are those of one half that has the layers
// of all of them: what a layer needs does not depend on which others there are.
// So the first round walks the model once a side, however many cuts there are.
#include "backends/halves_writer.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "backends/halves/half_finder.h"
#include "backends/halves/halves.h"
#include "backends/halves/onnx_writer.h"
#include "backends/halves/weights_file.h"
#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "compiler/files/file_io.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

class HalvesWriter {
 public:
  HalvesWriter(const Result& result, const HalvesOptions& options,
               std::string folder)
      : result_(result),
        model_(*result.model),
        options_(options),
        folder_(std::move(folder)),
        maker_(*result.model, *result.graph),
        reader_(*result.model) {
    for (const Side side : kSides) layouts_[side] = Plan(side);
  }

  void WriteAll() {
    const std::vector<int> cuts = CutsWithHalves();
    CountBytes(cuts);
    for (const Side side : kSides) all_bytes_ += BytesOfPieces(layouts_[side]);
    for (const Side side : kSides) {
      const WeightsLayout& layout = layouts_[side];
      WriteSide(cuts, side);
      if (layout.bytes == 0) continue;
      MakeFolder(FolderOf(side));
      WriteWeights(layout, WeightsOf(side), &reader_, Reporter());
    }
  }

  void Add(const std::vector<int>& cuts) {
    for (const Side side : kSides) RequireWeights(side);
    CountBytes(cuts);
    for (const Side side : kSides) WriteSide(cuts, side);
  }

 private:
  const TableCut& CutOf(int cut) const { return result_.table->cuts[cut]; }
  int CutCount() const { return static_cast<int>(result_.table->cuts.size()); }

  std::vector<int> CutsWithHalves() const {
    std::vector<int> cuts;
    for (int cut = 0; cut < CutCount(); ++cut) {
      if (HasHalves(result_, cut)) cuts.push_back(cut);
    }
    return cuts;
  }

  // The layers of all halves of a side, those of cuts without written halves
  // too, unless one cut alone was asked for. nullopt: there is no such half.
  std::optional<Cut> LayersOfHalves(Side side) const {
    std::optional<Cut> layers;
    HalfFinder halves(*result_.graph);
    Cut last(result_.graph->layers.size(), Side::kServer);
    Cut last_with_half(last.size(), OtherSide(side));
    for (int id = 0; id < CutCount(); ++id) {
      ThrowIfInterrupted();
      if (result_.only_cut && *result_.only_cut != id) continue;
      const Cut& cut = CutOf(id).cut;
      ForEachMoved(last, cut, [&](LayerId l) { halves.Put(l, cut[l]); });
      last = cut;
      if (!halves.HasHalf(CutOf(id), side)) continue;
      if (!layers) layers.emplace(cut.size(), OtherSide(side));
      ForEachMoved(last_with_half, cut, [&](LayerId l) {
        if (cut[l] == side) (*layers)[l] = side;
      });
      last_with_half = cut;
    }
    return layers;
  }

  WeightsLayout Plan(Side side) const {
    std::vector<bool> used(model_.weights.size());
    const std::optional<Cut> layers = LayersOfHalves(side);
    if (layers && !options_.inline_weights) {
      maker_.ForEachTensorOfLayers(*layers, side, [&](const auto& tensor) {
        if (const auto weight = WeightOf(tensor)) used[*weight] = true;
      });
    }
    return PlanWeights(model_, std::move(used));
  }

  // The bytes of the weights that stand in these halves themselves.
  void CountBytes(const std::vector<int>& cuts) {
    for (const Side side : kSides) {
      for (const int cut : cuts) all_bytes_ += InlineBytes(cut, side);
    }
  }

  // Tensors that share bytes of a file have them each for itself here, so that
  // a small model could become a half of any size.
  int64_t InlineBytes(int cut, Side side) const {
    constexpr int64_t kMostTimes = 4;
    constexpr int64_t kAlwaysAllowed = int64_t{64} << 20;
    std::vector<bool> is_inline(model_.weights.size());
    int64_t bytes = 0;
    maker_.ForEachTensor(CutOf(cut).cut, side, [&](const auto& tensor) {
      const auto weight = WeightOf(tensor);
      if (!weight || layouts_[side].offsets[*weight] >= 0) return;
      is_inline[*weight] = true;
      bytes = CheckedAdd(bytes, model_.weights[*weight].bytes, "a half");
    });
    if (bytes <= kAlwaysAllowed) return bytes;
    const int64_t in_files = BytesInFiles(model_, is_inline);
    if (bytes / kMostTimes <= in_files) return bytes;
    Fail(ExitCode::kBadInput, "E610",
         "{}: would have {} bytes of weights in itself that are {} in the "
         "model's files, because many tensors share them; --weights external "
         "keeps them once, but those of sparse tensors",
         HalfName(cut, side), bytes, in_files);
  }

  void WriteSide(const std::vector<int>& cuts, Side side) {
    for (const int cut : cuts) {
      if (!HasHalf(*result_.graph, CutOf(cut).cut, side)) continue;
      ThrowIfInterrupted();
      MakeFolder(FolderOf(side));
      WriteOnnx(model_, maker_.Make(CutOf(cut), cut, side), layouts_[side],
                fmt::format("{}/{}", folder_, HalfName(cut, side)), &reader_,
                Reporter());
    }
  }

  // The halves there name places in weights.bin.
  void RequireWeights(Side side) const {
    std::error_code error;
    auto bytes = static_cast<int64_t>(
        std::filesystem::file_size(WeightsOf(side), error));
    if (error) bytes = 0;
    if (bytes == layouts_[side].bytes) return;
    Fail(ExitCode::kBadInput, "E727",
         "{} has {} bytes, but the weights of the halves of all cuts take {}; "
         "compile again",
         WeightsOf(side), bytes, layouts_[side].bytes);
  }

  static int64_t BytesOfPieces(const WeightsLayout& layout) {
    int64_t bytes = 0;
    for (const auto& piece : layout.pieces) bytes += piece.data.bytes;
    return bytes;
  }

  std::string FolderOf(Side side) const {
    return fmt::format("{}/{}", folder_, SideName(side));
  }

  std::string WeightsOf(Side side) const {
    return fmt::format("{}/{}", FolderOf(side), kWeightsFile);
  }

  WriteProgress Reporter() {
    return [this](int64_t bytes) {
      done_bytes_ += bytes;
      if (options_.progress) options_.progress(done_bytes_, all_bytes_);
    };
  }

  const Result& result_;
  const SourceModel& model_;
  const HalvesOptions& options_;
  std::string folder_;
  HalfMaker maker_;
  WeightReader reader_;
  PerSide<WeightsLayout> layouts_;
  int64_t done_bytes_ = 0;
  int64_t all_bytes_ = 0;
};

}  // namespace

void WriteHalves(const Result& result, const HalvesOptions& options,
                 const std::string& folder) {
  HalvesWriter(result, options, folder).WriteAll();
}

void AddHalves(const Result& result, const std::vector<int>& cuts,
               const HalvesOptions& options, const std::string& folder) {
  HalvesWriter(result, options, folder).Add(cuts);
}

}  // namespace dnncut
