// SPDX-License-Identifier: Apache-2.0
//
// A message is taken apart into its fields, down to the one that is changed;
// the others keep the bytes that they have, so that mutations add up.
#include "tests/fuzz/wire_mutation.h"

#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace dnncut {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

enum Type { kVarint = 0, kFixed64 = 1, kBytes = 2, kGroup = 3, kFixed32 = 5 };

// As in protobuf, but `spare` bytes longer than it need be.
std::string Varint(uint64_t value, int spare = 0) {
  std::string bytes;
  while (value >= 0x80 || spare > 0) {
    if (value < 0x80) --spare;
    bytes += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  return bytes + static_cast<char>(value);
}

bool TakeVarint(std::string_view* bytes, uint64_t* value) {
  *value = 0;
  for (int i = 0; i < 10 && !bytes->empty(); ++i) {
    const auto byte = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    *value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) return true;
  }
  return false;
}

struct Field {
  int number = 0;
  int type = kVarint;
  uint64_t varint = 0;
  std::string content;  // of kBytes; of fixed ones their bytes
  std::string raw;      // the whole field as it is written
};

// Writes the field from its parts, seldom not in the shortest way, and very
// seldom so long that nobody reads it.
void Encode(Random* random, Field* field) {
  const auto spare = [&] {
    if (!random->Chance(1, 12)) return 0;
    return 1 + random->Below(random->Chance(1, 12) ? 9 : 2);
  };
  const auto tag = static_cast<uint64_t>(field->number) << 3 | field->type;
  field->raw = Varint(tag, spare());
  if (field->type == kVarint) field->raw += Varint(field->varint, spare());
  if (field->type == kBytes) {
    field->raw += Varint(field->content.size(), spare());
  }
  if (field->type != kVarint) field->raw += field->content;
}

// False where the message is broken, or a group begins.
bool TakeField(std::string_view* bytes, Field* field) {
  const std::string_view before = *bytes;
  uint64_t tag = 0;
  if (!TakeVarint(bytes, &tag)) return false;
  field->number = static_cast<int>(tag >> 3 & 0x1FFFFFFF);
  field->type = static_cast<int>(tag & 7);
  uint64_t size = 0;
  if (field->type == kVarint) {
    if (!TakeVarint(bytes, &field->varint)) return false;
  } else if (field->type == kBytes) {
    if (!TakeVarint(bytes, &size)) return false;
  } else if (field->type == kFixed64 || field->type == kFixed32) {
    size = field->type == kFixed64 ? 8 : 4;
  } else {
    return false;
  }
  if (size > bytes->size()) return false;
  field->content = bytes->substr(0, size);
  bytes->remove_prefix(size);
  field->raw = before.substr(0, before.size() - bytes->size());
  return true;
}

uint64_t AnyNumber(Random* random) {
  constexpr uint64_t kFourGiB = uint64_t{1} << 32;
  static const uint64_t kNumbers[] = {
      0,           1, 2, 7, kFourGiB / 2, kFourGiB, kFourGiB + 1, kFourGiB + 7,
      ~uint64_t{0}};
  return random->Chance(1, 2) ? static_cast<uint64_t>(random->Below(30))
                              : kNumbers[random->Below(std::size(kNumbers))];
}

class Mutation {
 public:
  explicit Mutation(Random* random) : random_(random) {}

  std::string Run(std::string_view message, const Descriptor& type) {
    std::vector<Field> fields;
    std::string_view rest = message;
    Field field;
    while (!rest.empty()) {
      const std::string_view before = rest;
      if (!TakeField(&rest, &field)) {
        rest = before;
        break;
      }
      fields.push_back(field);
    }
    if (!RunInside(type, &fields)) Change(type, &fields);
    std::string changed;
    for (const Field& each : fields) changed += each.raw;
    return changed + std::string(rest);
  }

 private:
  static const Descriptor* MessageIn(const Descriptor& type,
                                     const Field& field) {
    const FieldDescriptor* known = type.FindFieldByNumber(field.number);
    return known == nullptr || field.type != kBytes ? nullptr
                                                    : known->message_type();
  }

  // Of the messages in this one, mostly; false when it is this one itself.
  bool RunInside(const Descriptor& type, std::vector<Field>* fields) {
    std::vector<Field*> inner;
    for (Field& field : *fields) {
      if (MessageIn(type, field) != nullptr) inner.push_back(&field);
    }
    if (inner.empty() || random_->Chance(1, 4)) return false;
    Field& field = *inner[random_->Below(static_cast<int>(inner.size()))];
    field.content = Run(field.content, *MessageIn(type, field));
    Encode(random_, &field);
    return true;
  }

  void Change(const Descriptor& type, std::vector<Field>* fields) {
    const int count = static_cast<int>(fields->size());
    if (count == 0 || random_->Chance(1, 6)) return Add(type, fields);
    const int at = random_->Below(count);
    Field& field = (*fields)[at];
    switch (random_->Below(8)) {
      case 0:
        fields->erase(fields->begin() + at);
        return;
      case 1:
        return std::swap(field, (*fields)[random_->Below(count)]);
      case 2: {  // again, perhaps with another value
        Field copy = field;
        if (copy.type == kVarint && random_->Chance(2, 3)) {
          copy.varint = AnyNumber(random_);
          Encode(random_, &copy);
        }
        // Mostly the last one counts.
        const int to = random_->Chance(1, 2) ? count : random_->Below(count);
        fields->insert(fields->begin() + to, copy);
        return;
      }
      case 3:
        field.varint = AnyNumber(random_);
        break;
      case 4:
        return Split(at, fields);
      case 5:
        Retype(&field);
        break;
      case 6:
        if (field.type == kBytes && !field.content.empty()) {
          field.content.resize(
              random_->Below(static_cast<int>(field.content.size())));
        }
        break;
      default:  // only written in another way
        break;
    }
    Encode(random_, &field);
  }

  // A message, or a packed list, in two pieces, which protobuf joins.
  void Split(int at, std::vector<Field>* fields) {
    Field second = (*fields)[at];
    if (second.type != kBytes || second.content.empty()) return;
    std::string_view rest = second.content;
    Field skipped;
    const int begin = random_->Below(4);
    for (int i = 0; i < begin && !rest.empty(); ++i) {
      std::string_view before = rest;
      if (TakeField(&rest, &skipped)) continue;
      uint64_t ignored = 0;
      rest = before;
      if (!TakeVarint(&rest, &ignored)) break;
    }
    Field& first = (*fields)[at];
    first.content.resize(first.content.size() - rest.size());
    second.content = rest;
    Encode(random_, &first);
    Encode(random_, &second);
    fields->insert(fields->begin() + at + 1, second);
  }

  // A number becomes a packed list of itself, and the like.
  void Retype(Field* field) {
    static const int kTypes[] = {kVarint, kFixed64, kBytes, kFixed32};
    const int old = std::exchange(field->type, kTypes[random_->Below(4)]);
    if (field->type == kBytes && old == kVarint) {
      field->content = Varint(field->varint);
    } else if (field->type == kFixed64 || field->type == kFixed32) {
      field->content.resize(field->type == kFixed64 ? 8 : 4);
    } else if (field->type == kVarint && old == kBytes) {
      std::string_view content = field->content;
      TakeVarint(&content, &field->varint);
    }
  }

  void Add(const Descriptor& type, std::vector<Field>* fields) {
    Field field;
    if (random_->Chance(1, 8)) {  // a group, which ONNX does not have
      const auto number = static_cast<uint64_t>(1 + random_->Below(30));
      field.raw = Varint(number << 3 | kGroup) + Varint(number << 3 | 4);
    } else {
      const bool is_known = type.field_count() > 0 && random_->Chance(7, 8);
      field.number =
          is_known ? type.field(random_->Below(type.field_count()))->number()
                   : 1 + random_->Below(30);
      field.type = random_->Chance(1, 2) ? kVarint : kBytes;
      field.varint = AnyNumber(random_);
      field.content = std::string(static_cast<size_t>(random_->Below(4)), 'w');
      Encode(random_, &field);
    }
    const int at = random_->Below(static_cast<int>(fields->size()) + 1);
    fields->insert(fields->begin() + at, field);
  }

  Random* random_;
};

}  // namespace

std::string MutateWire(std::string_view message, const Descriptor& type,
                       Random* random) {
  return Mutation(random).Run(message, type);
}

}  // namespace dnncut
