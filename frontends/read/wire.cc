// SPDX-License-Identifier: Apache-2.0
#include "frontends/read/wire.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "frontends/read/limits.h"

namespace dnncut {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

void WireMessage::SkipBytes(int64_t count) {
  const int64_t left = range_.end - position_;
  if (count > left) throw WireError(position_, count - left);
  position_ += count;
}

int64_t WireMessage::MissingOfVarint(const WireField& field) const {
  // A tag and a varint have 15 bytes at most. So if they are not complete
  // within 15 bytes, the message is malformed; if its end comes first, it is
  // cut off.
  constexpr int64_t kLongest = 15;
  return range_.end - field.whole.begin < kLongest ? 1 : 0;
}

// Reads one field, but not the fields inside a group.
void WireMessage::ReadField(WireField* field) {
  constexpr int64_t kLongestHead = 20;  // two varints
  const int64_t begin = position_;
  const std::string_view head =
      file_.View(begin, std::min(kLongestHead, range_.end - begin));
  CodedInputStream in(reinterpret_cast<const uint8_t*>(head.data()),
                      static_cast<int>(head.size()));
  const uint32_t tag = in.ReadTag();
  field->whole.begin = begin;
  field->value = {};
  field->number = WireFormatLite::GetTagFieldNumber(tag);
  field->type =
      static_cast<WireField::Type>(WireFormatLite::GetTagWireType(tag));
  if (field->number == 0) throw WireError(begin, 0);
  uint64_t varint = 0;
  if ((field->type == WireField::Type::kVarint ||
       field->type == WireField::Type::kBytes) &&
      !in.ReadVarint64(&varint)) {
    throw WireError(begin, MissingOfVarint(*field));
  }
  position_ += in.CurrentPosition();
  switch (field->type) {
    case WireField::Type::kVarint:
      field->varint = varint;
      break;
    case WireField::Type::kFixed64:
      SkipBytes(8);
      break;
    case WireField::Type::kFixed32:
      SkipBytes(4);
      break;
    case WireField::Type::kBytes:
      if (varint > INT32_MAX) throw WireError(begin, 0);
      field->value.begin = position_;
      SkipBytes(static_cast<int64_t>(varint));
      field->value.end = position_;
      break;
    case WireField::Type::kGroup:
    case WireField::Type::kEndOfGroup:
      break;
    default:
      throw WireError(begin, 0);
  }
  field->whole.end = position_;
}

// ONNX has no groups, but protobuf accepts them among unknown fields, so they
// are skipped.
void WireMessage::SkipGroup(const WireField& group) {
  std::vector<int> open = {group.number};
  WireField field;
  while (!open.empty()) {
    if (position_ == range_.end || open.size() > kMaxMessageDepth) {
      throw WireError(group.whole.begin, 0);
    }
    ReadField(&field);
    if (field.type == WireField::Type::kGroup) open.push_back(field.number);
    if (field.type != WireField::Type::kEndOfGroup) continue;
    if (field.number != open.back()) throw WireError(group.whole.begin, 0);
    open.pop_back();
  }
}

bool WireMessage::Next(WireField* field) {
  if (position_ == range_.end) return false;
  ReadField(field);
  if (field->type == WireField::Type::kEndOfGroup) {
    throw WireError(field->whole.begin, 0);
  }
  if (field->type == WireField::Type::kGroup) {
    SkipGroup(*field);
    field->whole.end = position_;
  }
  return true;
}

}  // namespace dnncut
