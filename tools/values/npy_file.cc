// SPDX-License-Identifier: Apache-2.0
//
// numpy's .npy: a magic number, a header that is a Python dict, the elements.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/base/utf8.h"
#include "compiler/model/tensor_data.h"
#include "tools/values/value_files.h"

namespace dnncut {
namespace {

constexpr size_t kMaxRank = 64;  // numpy's own
// Elements that take no bytes ('<U0') cost memory all the same.
constexpr int64_t kMaxEmptyElements = 1'000'000;

struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

// The part of Python's literals that stands in a header.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& path)
      : text_(text), path_(path) {}

  NpyHeader Parse() {
    NpyHeader header;
    bool has_descr = false;
    bool has_order = false;
    bool has_shape = false;
    Expect('{');
    while (!TryTake('}')) {
      const std::string key = String();
      Expect(':');
      if (key == "descr" && !std::exchange(has_descr, true)) {
        header.descr = Descr();
      } else if (key == "fortran_order" && !std::exchange(has_order, true)) {
        header.fortran_order = Bool();
      } else if (key == "shape" && !std::exchange(has_shape, true)) {
        header.shape = Shape();
      } else {
        Broken();
      }
      if (!TryTake(',')) {
        Expect('}');
        break;
      }
    }
    SkipSpace();
    if (!text_.empty() || !has_descr || !has_order || !has_shape) Broken();
    return header;
  }

 private:
  [[noreturn]] void Broken() const {
    Fail(ExitCode::kBadInput, "E724", "{}: the header of this .npy is broken",
         path_);
  }

  void SkipSpace() {
    const size_t end = text_.find_first_not_of(" \n\t");
    text_.remove_prefix(std::min(end, text_.size()));
  }

  bool TryTake(char wanted) {
    SkipSpace();
    if (text_.empty() || text_[0] != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }

  void Expect(char wanted) {
    if (!TryTake(wanted)) Broken();
  }

  bool TryTakeWord(std::string_view word) {
    SkipSpace();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  std::string String() {
    SkipSpace();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) Broken();
    const size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) Broken();
    std::string string(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return string;
  }

  std::string Descr() {
    SkipSpace();
    if (text_.starts_with('[')) {
      Fail(ExitCode::kBadInput, "E725",
           "{}: holds an array of records; a model takes numbers and strings",
           path_);
    }
    return String();
  }

  bool Bool() {
    if (TryTakeWord("True")) return true;
    if (!TryTakeWord("False")) Broken();
    return false;
  }

  std::vector<int64_t> Shape() {
    std::vector<int64_t> shape;
    Expect('(');
    while (!TryTake(')')) {
      SkipSpace();
      int64_t dim = -1;
      const char* end = text_.data() + text_.size();
      const auto [stop, error] = std::from_chars(text_.data(), end, dim);
      if (error != std::errc() || dim < 0 || shape.size() == kMaxRank) {
        Broken();
      }
      shape.push_back(dim);
      text_.remove_prefix(static_cast<size_t>(stop - text_.data()));
      TryTakeWord("L");  // as Python 2 wrote it
      if (!TryTake(',')) {
        Expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  const std::string& path_;
};

struct ElementType {
  DType dtype = DType::kUndefined;
  char kind = 0;           // numpy's letter
  int64_t bytes = 0;       // of an element
  int64_t swap_bytes = 0;  // of what is stored big-endian; 0: nothing is
};

// "f4" to float32; nullopt for types that numpy has and ONNX has not.
std::optional<DType> DTypeOf(char kind, int64_t size, DType declared) {
  const std::string code = fmt::format("{}{}", kind, size);
  constexpr std::pair<std::string_view, DType> kTypes[] = {
      {"b1", DType::kBool},      {"i1", DType::kInt8},
      {"i2", DType::kInt16},     {"i4", DType::kInt32},
      {"i8", DType::kInt64},     {"u1", DType::kUint8},
      {"u2", DType::kUint16},    {"u4", DType::kUint32},
      {"u8", DType::kUint64},    {"f2", DType::kFloat16},
      {"f4", DType::kFloat32},   {"f8", DType::kFloat64},
      {"c8", DType::kComplex64}, {"c16", DType::kComplex128},
  };
  for (const auto& [name, dtype] : kTypes) {
    if (name == code) return dtype;
  }
  if (kind == 'U' || kind == 'S') return DType::kString;
  // What numpy itself does not know, it saves as void of the same size.
  const bool is_foreign = declared == DType::kBfloat16 ||
                          (declared >= DType::kFloat8E4M3FN &&
                           declared <= DType::kFloat8E5M2FNUZ) ||
                          declared == DType::kFloat8E8M0;
  if (kind == 'V' && is_foreign && size == BitsOf(declared) / 8) {
    return declared;
  }
  return std::nullopt;
}

ElementType ElementTypeOf(const std::string& descr, const std::string& path,
                          DType declared) {
  std::string_view code = descr;
  char order = '|';
  if (!code.empty() &&
      std::string_view("<>|=").find(code[0]) != std::string_view::npos) {
    order = code[0];
    code.remove_prefix(1);
  }
  ElementType type;
  if (!code.empty()) {
    type.kind = code[0];
    code.remove_prefix(1);
  }
  int64_t size = 0;
  const auto [stop, error] =
      std::from_chars(code.data(), code.data() + code.size(), size);
  const bool is_read =
      error == std::errc() && stop == code.data() + code.size() && size >= 0;
  const std::optional<DType> dtype =
      is_read ? DTypeOf(type.kind, size, declared) : std::nullopt;
  if (!dtype) {
    Fail(ExitCode::kBadInput, "E725",
         "{}: holds elements of numpy's type '{}', which a model cannot be "
         "given; save them as .pb (onnx.numpy_helper.from_array)",
         path, descr);
  }
  type.dtype = *dtype;
  // Code points take four bytes.
  const int64_t unit = type.kind == 'U' ? 4 : 1;
  type.bytes = CheckedMul(size, unit, path);
  if (order == '>') {
    type.swap_bytes = type.kind == 'U'   ? 4
                      : type.kind == 'S' ? 0
                      : type.kind == 'c' ? size / 2
                                         : size;
  }
  return type;
}

// From the order in which the first index runs fastest to C's.
std::string FromFortranOrder(std::string_view data,
                             const std::vector<int64_t>& shape,
                             size_t element_bytes) {
  std::vector<size_t> strides(shape.size());
  size_t stride = element_bytes;
  for (size_t i = 0; i < shape.size(); ++i) {
    strides[i] = stride;
    stride *= static_cast<size_t>(shape[i]);
  }
  std::string ordered;
  ordered.reserve(data.size());
  std::vector<int64_t> index(shape.size());
  size_t offset = 0;
  while (ordered.size() < data.size()) {
    ordered.append(data.substr(offset, element_bytes));
    for (size_t i = shape.size(); i-- > 0;) {
      offset += strides[i];
      if (++index[i] < shape[i]) break;
      offset -= strides[i] * static_cast<size_t>(shape[i]);
      index[i] = 0;
    }
  }
  return ordered;
}

// Without the zeros that fill an element up.
std::string StringOf(std::string_view element, char kind,
                     const std::string& path) {
  if (kind == 'S') {
    return std::string(element.substr(0, element.find_last_not_of('\0') + 1));
  }
  std::string text;
  std::string zeros;
  for (size_t i = 0; i < element.size() / sizeof(uint32_t); ++i) {
    const auto code = ElementAt<uint32_t>(element, i);
    if (code == 0) {
      zeros += '\0';
      continue;
    }
    text += std::exchange(zeros, "");
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      Fail(ExitCode::kBadInput, "E724", "{}: {:#x} is no Unicode character",
           path, code);
    }
    AppendUtf8(code, &text);
  }
  return text;
}

NpyHeader ReadHeader(std::string_view* bytes, const std::string& path) {
  const auto fail = [&](std::string_view why) {
    Fail(ExitCode::kBadInput, "E724", "{}: {}", path, why);
  };
  if (!bytes->starts_with("\x93NUMPY")) fail("is no .npy file of numpy");
  if (bytes->size() < 8) fail("ends in the middle of its header");
  const int version = static_cast<unsigned char>((*bytes)[6]);
  if (version < 1 || version > 3) fail("is a .npy of an unknown version");
  const size_t width = version == 1 ? 2 : 4;
  if (bytes->size() < 8 + width) fail("ends in the middle of its header");
  bytes->remove_prefix(8);
  const size_t length = width == 2 ? ElementAt<uint16_t>(*bytes, 0)
                                   : ElementAt<uint32_t>(*bytes, 0);
  bytes->remove_prefix(width);
  if (bytes->size() < length) fail("ends in the middle of its header");
  NpyHeader header = HeaderParser(bytes->substr(0, length), path).Parse();
  bytes->remove_prefix(length);
  return header;
}

}  // namespace

Value ParseNpy(std::string_view bytes, const std::string& path,
               const Declared& declared) {
  if (declared.kind == DeclaredKind::kSequence) {
    Fail(ExitCode::kBadInput, "E725",
         "{}: holds one array, but the model takes a sequence; give it as .pb "
         "(ONNX's SequenceProto)",
         path);
  }
  const NpyHeader header = ReadHeader(&bytes, path);
  const ElementType type = ElementTypeOf(header.descr, path, declared.dtype);
  const int64_t count = ElementCount(header.shape, path);
  const int64_t size = CheckedMul(count, type.bytes, path);
  if (size != static_cast<int64_t>(bytes.size())) {
    Fail(ExitCode::kBadInput, "E724",
         "{}: has {} bytes of elements, but its shape needs {}", path,
         bytes.size(), size);
  }
  if (type.bytes == 0 && count > kMaxEmptyElements) {
    Fail(ExitCode::kBadInput, "E724", "{}: has {} empty elements", path, count);
  }
  const auto element_bytes = static_cast<size_t>(type.bytes);
  Value value;
  value.dtype = type.dtype;
  value.shape = header.shape;
  std::string data = header.fortran_order
                         ? FromFortranOrder(bytes, header.shape, element_bytes)
                         : std::string(bytes);
  if (const auto swap = static_cast<size_t>(type.swap_bytes); swap > 1) {
    for (size_t i = 0; i < data.size(); i += swap) {
      std::reverse(data.begin() + static_cast<ptrdiff_t>(i),
                   data.begin() + static_cast<ptrdiff_t>(i + swap));
    }
  }
  if (type.dtype != DType::kString) {
    value.data = std::move(data);
    return value;
  }
  for (int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<size_t>(i) * element_bytes;
    value.strings.push_back(StringOf(
        std::string_view(data).substr(at, element_bytes), type.kind, path));
  }
  return value;
}

}  // namespace dnncut
