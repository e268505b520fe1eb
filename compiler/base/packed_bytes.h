// SPDX-License-Identifier: Apache-2.0
//
// Values as bytes and back, between two processes of the same program on the
// same machine: numbers travel as they lie in memory. A type joins in with a
// function Pack(value, bytes) and a function Unpack(reader, value) of its own.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dnncut {

inline void Pack(int64_t number, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&number), sizeof number);
}

inline void Pack(double number, std::string* bytes) {
  Pack(std::bit_cast<int64_t>(number), bytes);
}

inline void Pack(const std::string& text, std::string* bytes) {
  Pack(static_cast<int64_t>(text.size()), bytes);
  *bytes += text;
}

template <typename T>
void Pack(const std::vector<T>& items, std::string* bytes) {
  Pack(static_cast<int64_t>(items.size()), bytes);
  for (const T& item : items) Pack(item, bytes);
}

template <typename T>
void Pack(const std::map<std::string, T>& items, std::string* bytes) {
  Pack(static_cast<int64_t>(items.size()), bytes);
  for (const auto& [name, item] : items) {
    Pack(name, bytes);
    Pack(item, bytes);
  }
}

// Throws std::logic_error when the bytes end before what is read.
class PackedReader {
 public:
  // `bytes` must outlive the reader.
  explicit PackedReader(std::string_view bytes) : bytes_(bytes) {}

  int64_t Int() {
    int64_t number = 0;
    std::memcpy(&number, Take(sizeof number).data(), sizeof number);
    return number;
  }

  // Of bytes, or of things that take a byte each at least.
  size_t Count() {
    const auto count = static_cast<size_t>(Int());
    if (count > bytes_.size()) CutShort();
    return count;
  }

  std::string_view Take(size_t size) {
    if (size > bytes_.size()) CutShort();
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

 private:
  [[noreturn]] static void CutShort() {
    throw std::logic_error("packed values are cut short");
  }

  std::string_view bytes_;
};

// The targets of Unpack are empty.
inline void Unpack(PackedReader* reader, int64_t* number) {
  *number = reader->Int();
}

inline void Unpack(PackedReader* reader, double* number) {
  *number = std::bit_cast<double>(reader->Int());
}

inline void Unpack(PackedReader* reader, std::string* text) {
  *text = reader->Take(reader->Count());
}

template <typename T>
void Unpack(PackedReader* reader, std::vector<T>* items) {
  const size_t count = reader->Count();
  for (size_t i = 0; i < count; ++i) Unpack(reader, &items->emplace_back());
}

template <typename T>
void Unpack(PackedReader* reader, std::map<std::string, T>* items) {
  const size_t count = reader->Count();
  for (size_t i = 0; i < count; ++i) {
    std::string name;
    Unpack(reader, &name);
    Unpack(reader, &(*items)[name]);
  }
}

}  // namespace dnncut
