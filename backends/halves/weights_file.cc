// SPDX-License-Identifier: Apache-2.0
//
// Decides which weights go into weights.bin, and copies the data of weights out
// of the model's files.
//
// The plan gives each weight that a half of the side uses an aligned offset, in
// the order of the model, so that weights.bin is written from front to back.
// Tensors may name the same bytes of a file, all of them or a part, so what
// overlaps is one range, which is copied once: weights.bin never has more than
// the model's files, but for what aligns it. Inside such a range weights keep
// their distances. Small weights stay in the halves, and so do those of sparse
// tensors. A weight
// that lies in its file as it is needed is copied inside the kernel; any other
// is decoded as a stream, block by block, so a weight is never in memory as a
// whole. After each one the file must still be in the state in which the model
// was read: data of a changed file is an error, not a wrong half.
#include "backends/halves/weights_file.h"

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <tuple>
#include <utility>

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

// Bytes of one file that weights share.
struct Range {
  WeightData data;     // all of it, as if it were one weight
  int64_t place = -1;  // in weights.bin
};

struct Ranges {
  std::vector<Range> ranges;
  std::vector<int> range_of;  // by weight; -1: in none
};

// Which file a weight lies in, whatever name it has for it.
using FileKey = std::tuple<dev_t, ino_t, std::string>;

FileKey KeyOf(const SourceModel& model, const WeightData& weight) {
  const auto file = model.files.find(weight.location);
  if (file == model.files.end()) return {0, 0, weight.location};
  return {file->second.device, file->second.inode, ""};
}

// The weights that stand in their files as they are needed, in order of the
// bytes that they start at.
std::map<FileKey, std::vector<WeightId>> RawWeights(
    const SourceModel& model, const std::vector<bool>& used) {
  std::map<FileKey, std::vector<WeightId>> by_file;
  for (size_t w = 0; w < used.size(); ++w) {
    const WeightData& weight = model.weights[w];
    if (!used[w] || weight.encoding != WeightData::Encoding::kRaw) continue;
    by_file[KeyOf(model, weight)].push_back(static_cast<WeightId>(w));
  }
  for (auto& [file, weights] : by_file) {
    std::ranges::stable_sort(weights, [&](WeightId a, WeightId b) {
      return model.weights[a].offset < model.weights[b].offset;
    });
  }
  return by_file;
}

Ranges FindRanges(const SourceModel& model, const std::vector<bool>& used) {
  Ranges found;
  found.range_of.assign(used.size(), -1);
  for (const auto& [file, weights] : RawWeights(model, used)) {
    int64_t end = 0;  // of the last range
    for (const WeightId w : weights) {
      const WeightData& weight = model.weights[w];
      const bool overlaps = w != weights.front() && weight.offset < end;
      if (!overlaps) found.ranges.push_back({weight});
      WeightData& range = found.ranges.back().data;
      end = overlaps ? std::max(end, weight.offset + weight.bytes)
                     : weight.offset + weight.bytes;
      range.bytes = range.length = end - range.offset;
      found.range_of[w] = static_cast<int>(found.ranges.size()) - 1;
    }
  }
  return found;
}

// Its place in weights.bin.
int64_t Append(const WeightData& data, WeightsLayout* layout) {
  const int64_t place =
      CheckedAdd(layout->bytes, kWeightAlignment - 1, "weights.bin") /
      kWeightAlignment * kWeightAlignment;
  layout->pieces.push_back({data, place});
  layout->bytes = CheckedAdd(place, data.bytes, "weights.bin");
  return place;
}

}  // namespace

void WeightReader::Copy(WeightId weight, OutputFile* file) {
  Copy(model_.weights.at(weight), file);
}

void WeightReader::Copy(const WeightData& data, OutputFile* file) {
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
    ThrowIfInterrupted();
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
  const auto open = files_.find(data.location);
  if (open != files_.end()) return open->second.get();
  // A model may name any number of files, a process may have a few hundred.
  constexpr size_t kMostOpen = 16;
  if (files_.size() >= kMostOpen) files_.clear();
  return (files_[data.location] = OpenWeightFile(model_, data)).get();
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
  for (size_t w = 0; w < used.size(); ++w) {
    if (model.weights[w].bytes <= kInlineBytes) used[w] = false;
  }
  Ranges ranges = FindRanges(model, used);
  WeightsLayout layout;
  layout.offsets.assign(model.weights.size(), -1);
  for (size_t w = 0; w < used.size(); ++w) {
    if (!used[w]) continue;
    const WeightData& weight = model.weights[w];
    if (ranges.range_of[w] < 0) {
      layout.offsets[w] = Append(weight, &layout);
      continue;
    }
    Range& range = ranges.ranges[ranges.range_of[w]];
    if (range.place < 0) range.place = Append(range.data, &layout);
    layout.offsets[w] = range.place + weight.offset - range.data.offset;
  }
  return layout;
}

int64_t BytesInFiles(const SourceModel& model, const std::vector<bool>& used) {
  const Ranges found = FindRanges(model, used);
  int64_t bytes = 0;
  for (const Range& range : found.ranges) bytes += range.data.bytes;
  for (size_t w = 0; w < used.size(); ++w) {
    if (used[w] && found.range_of[w] < 0) bytes += model.weights[w].bytes;
  }
  return bytes;
}

void WriteWeights(const WeightsLayout& layout, const std::string& path,
                  WeightReader* reader, const WriteProgress& progress) {
  OutputFile file(path);
  for (const WeightsLayout::Piece& piece : layout.pieces) {
    ThrowIfInterrupted();
    file.SkipTo(piece.offset);
    reader->Copy(piece.data, &file);
    if (progress) progress(piece.data.bytes);
  }
}

}  // namespace dnncut
