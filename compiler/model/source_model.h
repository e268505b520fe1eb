// SPDX-License-Identifier: Apache-2.0
//
// The ONNX model without its weights, made by the frontend. The protobuf
// messages are those of the file, unknown fields included, except that the data
// of every tensor larger than kInlineBytes has been taken out: such a
// TensorProto carries a *mark*, an index into SourceModel::weights, which says
// where its bytes lie.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/files/system_file.h"

namespace dnncut {

// Tensors of at most this many bytes stay in the messages.
inline constexpr int64_t kInlineBytes = 1024;

using WeightId = int;

// Where the data of one tensor lies. Reading `bytes` bytes of it the way
// `encoding` says gives exactly what ONNX calls raw_data.
struct WeightData {
  enum class Encoding {
    kRaw,          // `bytes` bytes at `offset` of the file
    kTensorProto,  // a serialised TensorProto of `length` bytes at `offset` of
                   // the model file, whose typed fields hold the values (packed
                   // or not); the writer streams and converts them
  };
  std::string tensor;    // its name, for messages; may be empty
  std::string location;  // external file, relative to the model's folder;
                         // empty: the model file itself
  Encoding encoding = Encoding::kRaw;
  int64_t offset = 0;
  int64_t length = 0;     // in the file; equals `bytes` for kRaw
  int64_t bytes = 0;      // as raw_data
  int32_t data_type = 0;  // TensorProto.DataType

  bool operator==(const WeightData&) const = default;
};

struct SourceModel {
  std::string path;    // as the user gave it
  std::string sha256;  // of the model file, lower-case hex
  ONNX_NAMESPACE::ModelProto proto;
  std::vector<WeightData> weights;
  // Inputs that were made constants, with their values as the user gave them.
  std::map<std::string, std::string> fixed_inputs;
  // Outputs that nobody wants, which were taken out with what only they need.
  std::vector<std::string> dropped_outputs;
  // By WeightData::location, as they were when the model was read: whoever
  // reads weights compares. Empty in a model that was not read from a file.
  std::map<std::string, FileState> files;
};

// The paths of the model file and of the files with its external data.
std::vector<std::string> FilesOf(const SourceModel& model);

// The mark of a tensor whose data was taken out; nullopt for any other.
std::optional<WeightId> WeightOf(const ONNX_NAMESPACE::TensorProto& tensor);

// Clears the numbers of `tensor`, however they are stored: what remains is the
// same for every way to store them.
void ClearNumbers(ONNX_NAMESPACE::TensorProto* tensor);

// Clears the numbers of `tensor` and marks it.
void MarkWeight(WeightId weight, ONNX_NAMESPACE::TensorProto* tensor);

}  // namespace dnncut
