// SPDX-License-Identifier: Apache-2.0
//
// Walks over protobuf's wire format field by field, without reading the content
// of fields that are skipped. It takes what protobuf's parser takes, and reads
// the same in it.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "frontends/read/model_file.h"

namespace dnncut {

// Where the wire format is broken; the reader turns it into an Error.
struct WireError : std::runtime_error {
  WireError(int64_t offset, int64_t missing_bytes)
      : std::runtime_error("broken wire format"),
        offset(offset),
        missing_bytes(missing_bytes) {}
  int64_t offset = 0;
  int64_t missing_bytes = 0;  // how much is cut off; 0: another fault
};

// Offsets are into the file.
struct WireRange {
  int64_t begin = 0;
  int64_t end = 0;

  int64_t size() const { return end - begin; }
};

struct WireField {
  enum class Type {
    kVarint = 0,
    kFixed64 = 1,
    kBytes = 2,
    kGroup = 3,
    kEndOfGroup = 4,
    kFixed32 = 5
  };
  int number = 0;
  Type type = Type::kVarint;
  uint64_t varint = 0;  // of kVarint
  WireRange whole;      // with its tag
  WireRange value;      // of kBytes, without its length

  bool Is(int wanted, Type wanted_type) const {
    return number == wanted && type == wanted_type;
  }
};

// The fields of one message.
class WireMessage {
 public:
  WireMessage(const ModelFile& file, WireRange range)
      : file_(file), range_(range), position_(range.begin) {}

  // False at the end. Throws WireError.
  bool Next(WireField* field);

 private:
  void ReadField(WireField* field);
  void SkipGroup(const WireField& group);
  void SkipBytes(int64_t count);

  const ModelFile& file_;
  WireRange range_;
  int64_t position_ = 0;
};

}  // namespace dnncut
