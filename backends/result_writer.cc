// SPDX-License-Identifier: Apache-2.0
#include "backends/result_writer.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "backends/file_io.h"
#include "backends/halves.h"
#include "backends/onnx_writer.h"
#include "backends/problem_json.h"
#include "backends/result_folder.h"
#include "backends/splitting_model_json.h"
#include "backends/table_json.h"
#include "backends/weights_file.h"
#include "compiler/error.h"
#include "compiler/onnx_walk.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;

struct Half {
  std::string file;  // below the result folder
  ModelProto model;
};

void CheckOnlyCut(const CutTable& table, std::optional<int> only_cut) {
  const int cuts = static_cast<int>(table.cuts.size());
  if (!only_cut || (*only_cut >= 0 && *only_cut < cuts)) return;
  Fail(ExitCode::kUsage, "E609",
       "--only-cut {}: there is no such cut; the table has cuts 0 to {}",
       *only_cut, cuts - 1);
}

// The model and every file that holds some of its weights.
std::vector<std::string> InputFiles(const SourceModel& model) {
  const std::filesystem::path folder =
      std::filesystem::path(model.path).parent_path();
  std::set<std::string> files = {model.path};
  for (const WeightData& weight : model.weights) {
    if (!weight.location.empty()) {
      files.insert((folder / weight.location).string());
    }
  }
  return {files.begin(), files.end()};
}

std::vector<Half> MakeHalves(const Result& result, const HalfMaker& maker,
                             Side side, std::optional<int> only_cut) {
  std::vector<Half> halves;
  for (size_t c = 0; c < result.table->cuts.size(); ++c) {
    const int id = static_cast<int>(c);
    const auto file = HalfFile(result, id, side, only_cut);
    if (file) {
      halves.push_back({*file, maker.Make(result.table->cuts[c], id, side)});
    }
  }
  return halves;
}

void MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directory(path, error);
  if (error) {
    Fail(ExitCode::kIo, "E605", "cannot write '{}': {}", path,
         ErrnoText(error.value()));
  }
}

class HalvesWriter {
 public:
  HalvesWriter(const SourceModel& model, const ResultOptions& options,
               std::string folder)
      : model_(model),
        options_(options),
        folder_(std::move(folder)),
        reader_(model) {}

  // `sides`: the halves of the device, then those of the server.
  void Write(std::array<std::vector<Half>, 2> sides) {
    for (const auto& halves : sides) CountWeights(halves);
    for (const Side side : {Side::kDevice, Side::kServer}) {
      auto& halves = sides[static_cast<int>(side)];
      if (halves.empty()) continue;
      const std::string folder = folder_ + "/" + std::string(SideName(side));
      MakeFolder(folder);
      WriteSide(std::move(halves), folder);
    }
  }

 private:
  WeightsLayout Plan(const std::vector<Half>& halves) const {
    std::vector<bool> used(model_.weights.size());
    if (!options_.inline_weights) {
      for (const Half& half : halves) AddExternalWeights(half.model, &used);
    }
    return PlanWeights(model_, used);
  }

  // Of weights.bin and of what is inline.
  void CountWeights(const std::vector<Half>& halves) {
    const WeightsLayout layout = Plan(halves);
    for (size_t w = 0; w < layout.offsets.size(); ++w) {
      if (layout.offsets[w] >= 0) all_bytes_ += model_.weights[w].bytes;
    }
    for (const Half& half : halves) {
      ForEachTensor(half.model, [&](const TensorProto& tensor) {
        const auto weight = WeightOf(tensor);
        if (weight && layout.offsets[*weight] < 0) {
          all_bytes_ += model_.weights[*weight].bytes;
        }
      });
    }
  }

  void WriteSide(std::vector<Half> halves, const std::string& folder) {
    const WeightsLayout layout = Plan(halves);
    const WriteProgress report = [&](int64_t bytes) { Report(bytes); };
    for (Half& half : halves) {
      WriteOnnx(model_, std::move(half.model), layout,
                folder_ + "/" + half.file, &reader_, report);
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

  const SourceModel& model_;
  const ResultOptions& options_;
  std::string folder_;
  WeightReader reader_;
  int64_t done_bytes_ = 0;
  int64_t all_bytes_ = 0;
};

void WriteFiles(const Result& result, const ResultOptions& options,
                const std::string& folder) {
  const HalfMaker maker(*result.model, *result.graph);
  HalvesWriter(*result.model, options, folder)
      .Write({MakeHalves(result, maker, Side::kDevice, options.only_cut),
              MakeHalves(result, maker, Side::kServer, options.only_cut)});
  WriteFile(folder + "/problem.json",
            ProblemJson(*result.problem, *result.table));
  WriteFile(folder + "/splitting_model.json",
            SplittingModelJson(*result.problem, *result.blocks));
  WriteFile(folder + "/table.json", TableJson(result, options.only_cut));
}

// Messages are about the folder that the user has named, not about the
// temporary one.
std::string Replace(std::string text, const std::string& temporary,
                    const std::string& named) {
  const size_t at = text.find(temporary);
  if (at != std::string::npos) text.replace(at, temporary.size(), named);
  return text;
}

}  // namespace

std::optional<std::string> HalfFile(const Result& result, int cut, Side side,
                                    std::optional<int> only_cut) {
  if (only_cut && *only_cut != cut) return std::nullopt;
  if (!HasHalf(*result.graph, result.table->cuts[cut].cut, side)) {
    return std::nullopt;
  }
  return fmt::format("{}/cut{}.onnx", SideName(side), cut);
}

void WriteResult(const Result& result, const ResultOptions& options) {
  CheckOnlyCut(*result.table, options.only_cut);
  ResultFolder folder(options.out, options.force, InputFiles(*result.model));
  try {
    WriteFiles(result, options, folder.path());
    folder.Commit();
  } catch (const Error& error) {
    throw Error(error.exit_code(), error.id(),
                Replace(error.what(), folder.path(), options.out));
  }
}

}  // namespace dnncut
