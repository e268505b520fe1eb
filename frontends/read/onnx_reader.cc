// SPDX-License-Identifier: Apache-2.0
//
// One walk over the wire format copies the file's messages into a buffer,
// leaving out the data of weights, and protobuf parses the buffer. So every
// field that the walk does not know is kept as it is. The walk counts what it
// sees, so that a file of absurd size is refused before protobuf builds it up.
#include "frontends/read/onnx_reader.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <array>
#include <climits>
#include <deque>
#include <iterator>
#include <string>
#include <string_view>

#include "compiler/base/interrupt.h"
#include "frontends/read/model_counter.h"
#include "frontends/read/onnx_messages.h"
#include "frontends/read/onnx_recognizer.h"
#include "frontends/read/onnx_text.h"
#include "frontends/read/tensor_reader.h"
#include "frontends/read/wire.h"

namespace dnncut {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::NodeProto;
using Type = WireField::Type;

std::string_view KindText(MessageKind kind) {
  if (kind == MessageKind::kGraph) return "a graph";
  return kind == MessageKind::kTensor ? "a tensor" : "a sparse tensor";
}

// One of the messages that contain the place where the walk is.
struct Frame {
  Frame(MessageKind kind, const ModelFile& file, const WireRange& range,
        int index, size_t begin)
      : kind(kind),
        range(range),
        fields(file, range),
        index(index),
        begin(begin) {}

  MessageKind kind;
  WireRange range;
  WireMessage fields;  // those that are still to come
  int index;           // among its parent's children with this field number
  size_t begin;        // of its copy in the buffer
  std::array<int, std::size(kChildFields)> children = {};  // seen so far
  std::string text;  // for messages, once it was needed
};

// The length of the child is known only after it was copied, so five bytes are
// left free for it; a varint may have more bytes than it needs.
constexpr size_t kLengthBytes = 5;

class OnnxReader {
 public:
  OnnxReader(const ModelFile& file, const ModelLimits& limits,
             SourceModel* model)
      : file_(file), limits_(limits), model_(model), counter_(limits) {}

  void Read();
  bool names_basepath() const { return names_basepath_; }

 private:
  void CopyMessages();
  void CopyField(const WireField& field);
  void CopyTensor();
  void OpenChild(const ChildField& child, const WireField& field);
  void AppendTag(int number);
  void Close();
  bool IsInDefault() const;
  void CheckDepth() const;
  void Count(MessageKind parent, const WireField& field);
  void Parse();

  std::string Place();
  std::string FrameText(const Frame& frame) const;
  std::string BytesOfField(const Frame& frame, int number) const;
  void Copy(const WireRange& range) {
    CheckGraphBytes(limits_, std::ssize(out_) + range.size());
    file_.AppendTo(&out_, range.begin, range.size());
  }
  void Append(std::string_view bytes) {
    CheckGraphBytes(limits_, std::ssize(out_) + std::ssize(bytes));
    out_ += bytes;
  }

  const ModelFile& file_;
  const ModelLimits& limits_;
  SourceModel* model_;
  std::string out_;
  std::deque<Frame> frames_;  // outermost first
  ModelCounter counter_;
  OnnxRecognizer recognizer_;
  int64_t graphs_open_ = 0;  // among frames_
  bool names_basepath_ = false;
};

std::string OnnxReader::BytesOfField(const Frame& frame, int number) const {
  WireMessage message(file_, frame.range);
  WireField field;
  std::string bytes;
  try {
    while (message.Next(&field)) {
      if (!field.Is(number, Type::kBytes)) continue;
      // The last one counts. No valid name is longer, and messages show only a
      // part of a long name.
      bytes.clear();
      file_.AppendTo(&bytes, field.value.begin,
                     std::min(field.value.size(), limits_.name_bytes));
    }
  } catch (const WireError&) {
    // The rest of the message is broken: the text does without.
  }
  return bytes;
}

std::string OnnxReader::FrameText(const Frame& frame) const {
  switch (frame.kind) {
    case MessageKind::kGraph:
      // The name of a graph stands behind its nodes, so to find it much would
      // have to be read.
      return "";
    case MessageKind::kNode:
      return NodeText(frame.index,
                      BytesOfField(frame, NodeProto::kNameFieldNumber),
                      BytesOfField(frame, NodeProto::kOpTypeFieldNumber));
    case MessageKind::kAttribute:
      return "attribute " +
             Quote(BytesOfField(frame, AttributeProto::kNameFieldNumber));
    case MessageKind::kTensor:
      return fmt::format("tensor {}", frame.index);
    case MessageKind::kSparseTensor:
      return fmt::format("sparse tensor {}", frame.index);
    case MessageKind::kFunction:
      return "function " +
             Quote(BytesOfField(frame, FunctionProto::kNameFieldNumber));
    default:
      return fmt::format("training_info {}", frame.index);
  }
}

std::string OnnxReader::Place() {
  std::string place;
  for (size_t i = 1; i < frames_.size(); ++i) {
    Frame& frame = frames_[i];
    if (frame.text.empty()) frame.text = FrameText(frame);
    // The tensor of an attribute needs no number, and a graph is known by what
    // is around it.
    const bool is_only_tensor = frame.kind == MessageKind::kTensor &&
                                frame.index == 0 && i > 1 &&
                                frames_[i - 1].kind == MessageKind::kAttribute;
    if (frame.text.empty() || is_only_tensor) continue;
    if (!place.empty()) place += ", ";
    place += frame.text;
  }
  return place;
}

// Counts the parts that take much more memory than they take bytes in the file.
void OnnxReader::Count(MessageKind parent, const WireField& field) {
  const ChildField* child = FindChildField(parent, field);
  if (child == nullptr) {
    if (DeclaresTensor(parent, field)) counter_.CountTensor();
    if (parent == MessageKind::kNode &&
        field.Is(NodeProto::kInputFieldNumber, Type::kBytes)) {
      counter_.CountEdge();
    }
    return;
  }
  switch (child->kind) {
    case MessageKind::kNode:
    case MessageKind::kFunction:
    case MessageKind::kTrainingInfo:
      return counter_.CountNode();
    case MessageKind::kTensor:
      return counter_.CountTensor();
    case MessageKind::kAttribute:
      return counter_.CountAttribute();
    default:
      return;
  }
}

void OnnxReader::CopyTensor() {
  const WireRange range = frames_.back().range;
  const TensorReading reading =
      ReadTensor(file_, range, limits_, [this] { return Place(); });
  names_basepath_ = names_basepath_ || reading.names_basepath;
  if (!reading.weight) return Copy(range);
  if (IsInDefault()) {
    // protobuf keeps its bytes without parsing them, so nothing would ever put
    // a weight in place of a mark there.
    if (reading.weight->location.empty()) return Copy(range);
    Fail(ExitCode::kBadInput, "E214",
         "{}: the default of a function's attribute has external data, which "
         "dnncut does not follow; save the model with the data inside",
         Place());
  }
  ONNX_NAMESPACE::TensorProto mark;
  MarkWeight(static_cast<WeightId>(model_->weights.size()), &mark);
  model_->weights.push_back(*reading.weight);
  Append(reading.rest);
  Append(mark.SerializeAsString());
}

// Is the walk in the default of a function's attribute?
bool OnnxReader::IsInDefault() const {
  for (size_t i = 1; i < frames_.size(); ++i) {
    if (frames_[i - 1].kind == MessageKind::kFunction &&
        frames_[i].kind == MessageKind::kAttribute) {
      return true;
    }
  }
  return false;
}

void OnnxReader::CheckDepth() const {
  if (std::ssize(frames_) <= kMaxMessageDepth &&
      graphs_open_ - 1 <= limits_.nesting) {
    return;
  }
  Fail(ExitCode::kBadInput, "E206",
       "bodies (If, Loop, Scan) are nested too deeply: at most {} in each "
       "other are allowed; ONNX's file format has {} levels of messages",
       limits_.nesting, kMaxMessageDepth);
}

// Of a message. In the file it may have more bytes than it needs.
void OnnxReader::AppendTag(int number) {
  std::array<uint8_t, 5> bytes = {};
  const uint32_t tag = WireFormatLite::MakeTag(
      number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  const uint8_t* end =
      CodedOutputStream::WriteVarint32ToArray(tag, bytes.data());
  Append({reinterpret_cast<const char*>(bytes.data()),
          static_cast<size_t>(end - bytes.data())});
}

void OnnxReader::OpenChild(const ChildField& child, const WireField& field) {
  const int index = frames_.back().children[&child - kChildFields]++;
  if (child.is_single && index > 0) {
    Fail(ExitCode::kBadInput, "E204",
         "is broken: {} stands twice where ONNX allows one (byte {}); perhaps "
         "two models were joined",
         KindText(child.kind), field.whole.begin);
  }
  ThrowIfInterrupted();
  AppendTag(field.number);
  frames_.emplace_back(child.kind, file_, field.value, index, out_.size());
  if (child.kind == MessageKind::kGraph) ++graphs_open_;
  CheckDepth();
  Append(std::string(kLengthBytes, '\0'));
  if (child.kind == MessageKind::kTensor) {
    CopyTensor();
    Close();
  }
}

// Ends the innermost message, which is completely copied: fills in its length.
void OnnxReader::Close() {
  const Frame& frame = frames_.back();
  if (frames_.size() > 1) {
    size_t length = out_.size() - frame.begin - kLengthBytes;
    for (size_t i = 0; i < kLengthBytes; ++i) {
      const bool is_last = i + 1 == kLengthBytes;
      out_[frame.begin + i] =
          static_cast<char>((length & 0x7F) | (is_last ? 0x00 : 0x80));
      length >>= 7;
    }
  }
  if (frame.kind == MessageKind::kGraph) --graphs_open_;
  frames_.pop_back();
}

void OnnxReader::CopyField(const WireField& field) {
  const MessageKind kind = frames_.back().kind;
  if (kind == MessageKind::kModel) recognizer_.Note(field);
  Count(kind, field);
  if (const ChildField* child = FindChildField(kind, field)) {
    OpenChild(*child, field);
  } else {
    Copy(field.whole);
  }
}

// All messages, with those in them in place.
void OnnxReader::CopyMessages() {
  WireField field;
  while (!frames_.empty()) {
    if (frames_.back().fields.Next(&field)) {
      CopyField(field);
    } else {
      Close();
    }
  }
}

void OnnxReader::Parse() {
  if (out_.size() > INT_MAX) {
    Fail(ExitCode::kBadInput, "E205",
         "is too large even without its weights; an ONNX file cannot have more "
         "than 2 GiB");
  }
  const auto parse = [&](int depth) {
    CodedInputStream in(reinterpret_cast<const uint8_t*>(out_.data()),
                        static_cast<int>(out_.size()));
    in.SetRecursionLimit(depth);
    return model_->proto.ParseFromCodedStream(&in) &&
           in.ConsumedEntireMessage();
  };
  if (parse(kMaxMessageDepth)) return;
  // Finds out whether messages were nested too deeply, by parsing again with a
  // higher limit. The stack has room for that.
  const bool is_too_deep = parse(4 * kMaxMessageDepth);
  model_->proto.Clear();
  if (is_too_deep) {
    Fail(ExitCode::kBadInput, "E206",
         "is nested too deeply: ONNX's file format allows {} levels of "
         "messages",
         kMaxMessageDepth);
  }
  Fail(ExitCode::kBadInput, "E204",
       "is broken inside, or nested far more deeply than the {} levels of "
       "messages that ONNX's file format allows; copy or download it again",
       kMaxMessageDepth);
}

void OnnxReader::Read() {
  const WireRange whole = {0, file_.size()};
  frames_.emplace_back(MessageKind::kModel, file_, whole, 0, 0);
  try {
    CopyMessages();
  } catch (const WireError& error) {
    recognizer_.FailBroken(error, frames_.size() == 1, file_.size());
  }
  recognizer_.RequireModel();
  Parse();
}

}  // namespace

void ReadOnnx(const ModelFile& file, const ModelLimits& limits,
              SourceModel* model, Warnings* warnings) {
  OnnxReader reader(file, limits, model);
  reader.Read();
  if (reader.names_basepath()) {
    Warn(warnings, "W205",
         "the key 'basepath' of external data is ignored: files are looked for "
         "in the model's folder");
  }
}

}  // namespace dnncut
