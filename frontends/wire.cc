// SPDX-License-Identifier: Apache-2.0
#include "frontends/wire.h"

#include <google/protobuf/wire_format_lite.h>

namespace dnncut {

using google::protobuf::internal::WireFormatLite;

WireMessage::WireMessage(std::string_view file, WireRange range)
    : range_(range),
      in_(reinterpret_cast<const uint8_t*>(file.data()) + range.begin,
          static_cast<int>(range.size())) {}

void WireMessage::SkipBytes(int64_t count) {
  const int64_t left = range_.end - Position();
  if (count > left) throw WireError(Position(), count - left);
  in_.Skip(static_cast<int>(count));
}

int64_t WireMessage::MissingOfVarint(const WireField& field) const {
  // A tag and a varint have 15 bytes at most: closer to the end it is cut off,
  // elsewhere it is garbage.
  constexpr int64_t kLongest = 15;
  return range_.end - field.whole.begin < kLongest ? 1 : 0;
}

bool WireMessage::Next(WireField* field) {
  field->whole.begin = Position();
  if (field->whole.begin == range_.end) return false;
  const uint32_t tag = in_.ReadTag();
  if (tag == 0 || WireFormatLite::GetTagFieldNumber(tag) == 0) {
    throw WireError(field->whole.begin, 0);
  }
  field->number = WireFormatLite::GetTagFieldNumber(tag);
  field->type =
      static_cast<WireField::Type>(WireFormatLite::GetTagWireType(tag));
  field->value = {};
  switch (field->type) {
    case WireField::Type::kVarint:
      if (!in_.ReadVarint64(&field->varint)) {
        throw WireError(field->whole.begin, MissingOfVarint(*field));
      }
      break;
    case WireField::Type::kFixed64:
      SkipBytes(8);
      break;
    case WireField::Type::kFixed32:
      SkipBytes(4);
      break;
    case WireField::Type::kBytes: {
      uint64_t length = 0;
      if (!in_.ReadVarint64(&length)) {
        throw WireError(field->whole.begin, MissingOfVarint(*field));
      }
      if (length > INT32_MAX) throw WireError(field->whole.begin, 0);
      field->value.begin = Position();
      SkipBytes(static_cast<int64_t>(length));
      field->value.end = Position();
      break;
    }
    case WireField::Type::kGroup:
      if (!WireFormatLite::SkipField(&in_, tag)) {
        throw WireError(field->whole.begin, 0);
      }
      break;
    default:
      throw WireError(field->whole.begin, 0);
  }
  field->whole.end = Position();
  return true;
}

}  // namespace dnncut
