// SPDX-License-Identifier: Apache-2.0
#include "frontends/read/wire.h"

#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "frontends/read/limits.h"

namespace dnncut {

using google::protobuf::internal::WireFormatLite;

namespace {

// As many bytes as protobuf's parser reads of each; they may be more than the
// number needs.
constexpr int64_t kLongestTag = 5;
constexpr int64_t kLongestLength = 5;
constexpr int64_t kLongestVarint = 10;
// protobuf adds to lengths, and takes none so large that it might overflow.
constexpr uint64_t kMostBytes = INT32_MAX - 16;

// Takes a varint from the front of `bytes`. Bits that have no room in 64 are
// dropped.
std::optional<uint64_t> TakeVarint(int64_t longest, std::string_view* bytes) {
  const int64_t end = std::min(longest, std::ssize(*bytes));
  uint64_t value = 0;
  for (int64_t i = 0; i < end; ++i) {
    const auto byte = static_cast<uint8_t>((*bytes)[i]);
    value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      bytes->remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

// The number behind the tag of a field that begins at `begin`.
uint64_t TakeNumber(int64_t longest, int64_t begin, std::string_view* bytes) {
  const int64_t given = std::ssize(*bytes);
  const std::optional<uint64_t> number = TakeVarint(longest, bytes);
  if (!number.has_value()) throw WireError(begin, given < longest ? 1 : 0);
  return *number;
}

}  // namespace

void WireMessage::SkipBytes(int64_t count) {
  const int64_t left = range_.end - position_;
  if (count > left) throw WireError(position_, count - left);
  position_ += count;
}

// Reads one field, but not the fields inside a group.
void WireMessage::ReadField(WireField* field) {
  constexpr int64_t kLongestHead = kLongestTag + kLongestVarint;
  const int64_t begin = position_;
  const std::string_view head =
      file_.View(begin, std::min(kLongestHead, range_.end - begin));
  std::string_view rest = head;
  // A tag that is cut off is more likely garbage.
  const auto tag =
      static_cast<uint32_t>(TakeVarint(kLongestTag, &rest).value_or(0));
  field->whole.begin = begin;
  field->value = {};
  field->number = WireFormatLite::GetTagFieldNumber(tag);
  field->type =
      static_cast<WireField::Type>(WireFormatLite::GetTagWireType(tag));
  if (field->number == 0) throw WireError(begin, 0);
  uint64_t length = 0;
  if (field->type == WireField::Type::kVarint) {
    field->varint = TakeNumber(kLongestVarint, begin, &rest);
  } else if (field->type == WireField::Type::kBytes) {
    length = TakeNumber(kLongestLength, begin, &rest);
  }
  position_ += std::ssize(head) - std::ssize(rest);
  switch (field->type) {
    case WireField::Type::kFixed64:
      SkipBytes(8);
      break;
    case WireField::Type::kFixed32:
      SkipBytes(4);
      break;
    case WireField::Type::kBytes:
      if (length > kMostBytes) throw WireError(begin, 0);
      field->value.begin = position_;
      SkipBytes(static_cast<int64_t>(length));
      field->value.end = position_;
      break;
    case WireField::Type::kVarint:
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
