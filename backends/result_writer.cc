// SPDX-License-Identifier: Apache-2.0
//
// Writes a result: the halves of both sides with their weights, the JSON files,
// the report and the firmware.
//
// It works in two rounds. The first only looks: it finds out which weights the
// halves of a side need, so that all of them share one weights.bin, and counts
// the bytes to write for the progress. The second writes, one half in memory at
// a time, weights copied from file to file. Everything goes into the temporary
// folder of ResultFolder, and Commit comes last: an error or a signal on the
// way leaves nothing behind.
#include "backends/result_writer.h"

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>  // IWYU pragma: keep
#include <utility>
#include <vector>

#include "backends/firmware/firmware_writer.h"
#include "backends/halves/halves.h"
#include "backends/halves/onnx_writer.h"
#include "backends/halves/weights_file.h"
#include "backends/report/report.h"
#include "backends/result/problem_json.h"
#include "backends/result/result_folder.h"
#include "backends/result/splitting_model_json.h"
#include "backends/result/table_json.h"
#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/files/file_io.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

void CheckOnlyCut(const CutTable& table, std::optional<int> only_cut) {
  const int cuts = static_cast<int>(table.cuts.size());
  if (!only_cut || (*only_cut >= 0 && *only_cut < cuts)) return;
  Fail(ExitCode::kUsage, "E609",
       "--only-cut {}: there is no such cut; the table has cuts 0 to {}",
       *only_cut, cuts - 1);
}

void MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directory(path, error);
  if (error) {
    Fail(ExitCode::kIo, "E605", "cannot write '{}': {}", path,
         ErrnoText(error.value()));
  }
}

// Writes the halves. One half at a time is in memory, without its weights.
class HalvesWriter {
 public:
  HalvesWriter(const Result& result, const ResultOptions& options,
               std::string folder)
      : result_(result),
        model_(*result.model),
        options_(options),
        folder_(std::move(folder)),
        maker_(*result.model, *result.graph),
        reader_(*result.model) {}

  void Write() {
    const WeightsLayout device = Plan(Side::kDevice);
    const WeightsLayout server = Plan(Side::kServer);
    all_bytes_ =
        CountBytes(Side::kDevice, device) + CountBytes(Side::kServer, server);
    WriteSide(Side::kDevice, device);
    WriteSide(Side::kServer, server);
  }

 private:
  std::optional<std::string> FileOf(int cut, Side side) const {
    return HalfFile(result_, cut, side, options_.only_cut);
  }

  const TableCut& CutOf(int cut) const { return result_.table->cuts[cut]; }
  int CutCount() const { return static_cast<int>(result_.table->cuts.size()); }

  // Calls `visit` on the weights of each half of a side.
  void ForEachWeight(Side side,
                     const std::function<void(WeightId)>& visit) const {
    for (int cut = 0; cut < CutCount(); ++cut) {
      if (!FileOf(cut, side)) continue;
      maker_.ForEachTensor(CutOf(cut).cut, side, [&](const auto& tensor) {
        if (const auto weight = WeightOf(tensor)) visit(*weight);
      });
    }
  }

  WeightsLayout Plan(Side side) const {
    std::vector<bool> used(model_.weights.size());
    if (!options_.inline_weights) {
      ForEachWeight(side, [&](WeightId weight) { used[weight] = true; });
    }
    return PlanWeights(model_, std::move(used));
  }

  // The bytes of weights.bin and of the weights that are inline.
  int64_t CountBytes(Side side, const WeightsLayout& layout) const {
    int64_t bytes = 0;
    for (size_t w = 0; w < layout.offsets.size(); ++w) {
      if (layout.offsets[w] >= 0) bytes += model_.weights[w].bytes;
    }
    ForEachWeight(side, [&](WeightId weight) {
      if (layout.offsets[weight] < 0) bytes += model_.weights[weight].bytes;
    });
    return bytes;
  }

  void WriteSide(Side side, const WeightsLayout& layout) {
    const std::string folder = folder_ + "/" + std::string(SideName(side));
    const WriteProgress report = [&](int64_t bytes) { Report(bytes); };
    bool has_halves = false;
    for (int cut = 0; cut < CutCount(); ++cut) {
      const auto file = FileOf(cut, side);
      if (!file) continue;
      if (!std::exchange(has_halves, true)) MakeFolder(folder);
      WriteOnnx(model_, maker_.Make(CutOf(cut), cut, side), layout,
                folder_ + "/" + *file, &reader_, report);
    }
    if (layout.bytes > 0) {
      WriteWeights(model_, layout, folder + "/" + kWeightsFile, &reader_,
                   report);
    }
  }

  void Report(int64_t bytes) {
    done_bytes_ += bytes;
    if (options_.progress) options_.progress(done_bytes_, all_bytes_);
  }

  const Result& result_;
  const SourceModel& model_;
  const ResultOptions& options_;
  std::string folder_;
  HalfMaker maker_;
  WeightReader reader_;
  int64_t done_bytes_ = 0;
  int64_t all_bytes_ = 0;
};

void WriteFiles(const Result& result, const ResultOptions& options,
                const std::string& folder) {
  HalvesWriter(result, options, folder).Write();
  WriteFile(folder + "/problem.json",
            ProblemJson(*result.problem, *result.table, result.fitted));
  WriteFile(folder + "/splitting_model.json",
            SplittingModelJson(*result.problem, *result.blocks));
  WriteFile(folder + "/table.json",
            TableText(TableJson(result, options.only_cut)));
  if (options.halves_only) return;
  WriteFile(folder + "/report.html", ReportHtml(result, options.only_cut));
  MakeFolder(folder + "/firmware");
  WriteFirmware(result, folder + "/firmware");
}

}  // namespace

void WriteResult(const Result& result, const ResultOptions& options) {
  CheckOnlyCut(*result.table, options.only_cut);
  std::vector<std::string> inputs = FilesOf(*result.model);
  inputs.insert(inputs.end(), options.inputs.begin(), options.inputs.end());
  ResultFolder folder(options.out, options.force, inputs);
  try {
    WriteFiles(result, options, folder.path());
    folder.Commit();
  } catch (const Error& error) {
    folder.FailNamed(error);
  }
}

}  // namespace dnncut
