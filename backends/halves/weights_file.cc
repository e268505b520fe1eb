// SPDX-License-Identifier: Apache-2.0
//
// Decides which weights go into weights.bin, and copies the data of weights out
// of the model's files.
//
// The plan gives each weight that a half of the side uses an aligned offset, in
// the order of the model, so that weights.bin is written from front to back.
// Small weights stay in the halves, and so do those of sparse tensors. A weight
// that lies in its file as it is needed is copied inside the kernel; any other
// is decoded as a stream, block by block, so a weight is never in memory as a
// whole. After each one the file must still be in the state in which the model
// was read: data of a changed file is an error, not a wrong half.
#include "backends/halves/weights_file.h"

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "backends/halves/typed_data.h"
#include "compiler/base/checked_math.h"
#include "compiler/base/errno_text.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/base/interrupt.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/weight_file.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::SparseTensorProto;
using ONNX_NAMESPACE::TensorProto;

constexpr int kReadBlockBytes = 1 << 20;

const std::string& FileOf(const SourceModel& model, const WeightData& data) {
  return data.location.empty() ? model.path : data.location;
}

[[noreturn]] void FailShort(const SourceModel& model, const WeightData& data) {
  Fail(ExitCode::kIo, "E607",
       "{}: the data of tensor '{}' ends early: the file has changed since the "
       "model was read; run again when nobody writes it",
       FileOf(model, data), data.tensor);
}

[[noreturn]] void FailToRead(const SourceModel& model, const WeightData& data,
                             int error_number) {
  Fail(ExitCode::kIo, "E607", "{}: cannot read the data of tensor '{}': {}",
       FileOf(model, data), data.tensor, ErrnoText(error_number));
}

void ClearUsed(const TensorProto& tensor, std::vector<bool>* used) {
  if (const auto weight = WeightOf(tensor)) used->at(*weight) = false;
}

void ClearUsed(const SparseTensorProto& sparse, std::vector<bool>* used) {
  ClearUsed(sparse.values(), used);
  ClearUsed(sparse.indices(), used);
}

void ClearSparse(const GraphProto& graph, std::vector<bool>* used) {
  for (const auto& sparse : graph.sparse_initializer()) ClearUsed(sparse, used);
}

void ClearSparse(const ModelProto& model, std::vector<bool>* used) {
  const auto clear_node = [&](const NodeProto& node) {
    for (const auto& attribute : node.attribute()) {
      ClearUsed(attribute.sparse_tensor(), used);
      for (const auto& sparse : attribute.sparse_tensors()) {
        ClearUsed(sparse, used);
      }
    }
    for (const GraphProto* body : Bodies(node)) ClearSparse(*body, used);
  };
  ClearSparse(model.graph(), used);
  ForEachNode(model.graph(), clear_node);
  for (const auto& function : model.functions()) {
    ForEachNode(function, clear_node);
  }
}

}  // namespace

void WeightReader::Copy(WeightId weight, OutputFile* file) {
  const WeightData& data = model_.weights.at(weight);
  if (data.encoding == WeightData::Encoding::kTensorProto) {
    Stream(data, [&](std::string_view bytes) { file->Append(bytes); });
  } else if (!file->AppendFrom(Open(data), data.offset, data.bytes)) {
    FailShort(model_, data);
  }
  CheckUnchanged(model_, data, Open(data));
}

void WeightReader::Read(WeightId weight,
                        const std::function<void(std::string_view)>& emit) {
  const WeightData& data = model_.weights.at(weight);
  if (data.encoding == WeightData::Encoding::kTensorProto) {
    Stream(data, emit);
  } else {
    ReadRaw(data, emit);
  }
  CheckUnchanged(model_, data, Open(data));
}

void WeightReader::ReadRaw(const WeightData& data,
                           const std::function<void(std::string_view)>& emit) {
  const int file = Open(data);
  std::string block;
  for (int64_t done = 0; done < data.bytes;) {
    block.resize(std::min<int64_t>(kReadBlockBytes, data.bytes - done));
    const ssize_t got =
        pread(file, block.data(), block.size(), data.offset + done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) FailToRead(model_, data, errno);
    if (got == 0) FailShort(model_, data);
    emit({block.data(), static_cast<size_t>(got)});
    done += got;
  }
}

int WeightReader::Open(const WeightData& data) {
  UniqueFd& file = files_[data.location];
  if (!file.is_open()) file = OpenWeightFile(model_, data);
  return file.get();
}

void WeightReader::Stream(const WeightData& data,
                          const std::function<void(std::string_view)>& emit) {
  const int file = Open(data);
  if (lseek(file, data.offset, SEEK_SET) < 0) FailShort(model_, data);
  google::protobuf::io::FileInputStream input(file, kReadBlockBytes);
  google::protobuf::io::LimitingInputStream message(&input, data.length);
  StreamTypedData(data, &message, emit);
}

WeightsLayout PlanWeights(const SourceModel& model, std::vector<bool> used) {
  ClearSparse(model.proto, &used);
  WeightsLayout layout;
  layout.offsets.assign(model.weights.size(), -1);
  for (size_t w = 0; w < model.weights.size(); ++w) {
    if (!used[w] || model.weights[w].bytes <= kInlineBytes) continue;
    const int64_t aligned =
        CheckedAdd(layout.bytes, kWeightAlignment - 1, "weights.bin") /
        kWeightAlignment * kWeightAlignment;
    layout.offsets[w] = aligned;
    layout.bytes = CheckedAdd(aligned, model.weights[w].bytes, "weights.bin");
  }
  return layout;
}

void WriteWeights(const SourceModel& model, const WeightsLayout& layout,
                  const std::string& path, WeightReader* reader,
                  const WriteProgress& progress) {
  OutputFile file(path);
  for (size_t w = 0; w < layout.offsets.size(); ++w) {
    if (layout.offsets[w] < 0) continue;
    ThrowIfInterrupted();
    file.SkipTo(layout.offsets[w]);
    reader->Copy(static_cast<WeightId>(w), &file);
    if (progress) progress(model.weights[w].bytes);
  }
}

}  // namespace dnncut
