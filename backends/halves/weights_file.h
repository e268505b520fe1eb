// SPDX-License-Identifier: Apache-2.0
//
// Writes weights.bin: the weights of all halves of one side, each once, as ONNX
// external data. They are copied from file to file, so no weight is in memory
// as a whole.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_descriptor.h"
#include "compiler/files/file_io.h"
#include "compiler/model/source_model.h"

namespace dnncut {

inline constexpr const char* kWeightsFile = "weights.bin";
// A multiple of the page size, so that a runtime can map each tensor into
// memory by itself.
inline constexpr int64_t kWeightAlignment = 4096;

// Reads weights where the source model says they lie. A few files stay open.
class WeightReader {
 public:
  explicit WeightReader(const SourceModel& model) : model_(model) {}

  // Appends the raw data of a weight to `file`. Throws Error E607 unless its
  // file was, to the end of the copy, as it was when the model was read.
  void Copy(const WeightData& data, OutputFile* file);
  void Copy(WeightId weight, OutputFile* file);

  // Hands out the raw data of a weight, piece by piece. Throws as Copy does.
  void Read(WeightId weight, const std::function<void(std::string_view)>& emit);

 private:
  int Open(const WeightData& data);
  void ReadRaw(const WeightData& data,
               const std::function<void(std::string_view)>& emit);
  void Stream(const WeightData& data,
              const std::function<void(std::string_view)>& emit);

  const SourceModel& model_;
  std::map<std::string, UniqueFd> files_;  // that are open, by location
};

// Where each weight stands in weights.bin, and what is copied there.
struct WeightsLayout {
  // All that is in the file, front to back. `data` is a weight, or several that
  // share bytes of a file.
  struct Piece {
    WeightData data;
    int64_t offset = 0;
  };

  std::vector<int64_t> offsets;  // by WeightId; -1: not in the file
  std::vector<Piece> pieces;
  int64_t bytes = 0;  // of the whole file
};

// Gives places to the weights with used[id], in the model's order; those that
// overlap in their file overlap here, and no byte is there twice. Two kinds
// get none and go into the .onnx file: weights of at most kInlineBytes (which
// were external data in the source), and those of sparse tensors, because
// programs that read models, such as onnx::checker, need to see their indices.
WeightsLayout PlanWeights(const SourceModel& model, std::vector<bool> used);

// The bytes that weights with used[id] take together in the model's files.
int64_t BytesInFiles(const SourceModel& model, const std::vector<bool>& used);

// `progress`, if given, is called with the number of bytes written since the
// last call.
using WriteProgress = std::function<void(int64_t bytes)>;
void WriteWeights(const WeightsLayout& layout, const std::string& path,
                  WeightReader* reader, const WriteProgress& progress);

}  // namespace dnncut
