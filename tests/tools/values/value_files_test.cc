// SPDX-License-Identifier: Apache-2.0
//
// .npy and .pb in, plain bytes out. The .npy files are spelt out here as numpy
// writes them.
#include "tools/values/value_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx-data_pb.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/testing.h"
#include "tests/tools/transcript.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;
namespace onnx = ONNX_NAMESPACE;

using testing::ElementsAre;
using testing::HasSubstr;

std::string Npy(const std::string& descr, const std::string& order,
                const std::string& shape, const std::string& data,
                int version = 1) {
  std::string header = "{'descr': " + descr + ", 'fortran_order': " + order +
                       ", 'shape': " + shape + ", }";
  const size_t start = version == 1 ? 10 : 12;
  while ((start + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  for (size_t b = 0; b < start - 8; ++b) {
    bytes += static_cast<char>(header.size() >> (8 * b));
  }
  return bytes + header + data;
}

Value Read(const std::string& npy, const Declared& declared = {}) {
  return ParseNpy(npy, "x.npy", declared);
}

std::string NpyError(const std::string& npy, const Declared& declared = {}) {
  return ErrorOf([&] { Read(npy, declared); });
}

std::string PbError(const google::protobuf::Message& proto,
                    DeclaredKind kind = DeclaredKind::kTensor) {
  return ErrorOf([&] {
    ParsePb(proto.SerializeAsString(), "x.pb", {kind, DType::kUndefined});
  });
}

std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

TEST(NpyTest, EveryVersionAndOrderOfBytes) {
  const std::string two = Bytes({0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0});
  for (const int version : {1, 2, 3}) {
    const Value value = Read(Npy("'<f4'", "False", "(2,)", two, version));
    EXPECT_EQ(value.dtype, DType::kFloat32);
    EXPECT_THAT(value.shape, ElementsAre(2));
    EXPECT_EQ(value.data, two);
  }
  EXPECT_EQ(Read(Npy("'>f4'", "False", "(2,)",
                     Bytes({0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0})))
                .data,
            two);
  // Of complex numbers each part is turned round.
  EXPECT_EQ(
      Read(Npy("'>c8'", "False", "()", Bytes({1, 2, 3, 4, 5, 6, 7, 8}))).data,
      Bytes({4, 3, 2, 1, 8, 7, 6, 5}));
}

TEST(NpyTest, ColumnsFirst) {
  const Value value =
      Read(Npy("'|u1'", "True", "(2, 3)", Bytes({1, 4, 2, 5, 3, 6})));
  EXPECT_THAT(value.shape, ElementsAre(2, 3));
  EXPECT_EQ(value.data, Bytes({1, 2, 3, 4, 5, 6}));
  const Value deep =
      Read(Npy("'<i2'", "True", "(2, 1, 2)", Bytes({1, 0, 3, 0, 2, 0, 4, 0})));
  EXPECT_EQ(deep.data, Bytes({1, 0, 2, 0, 3, 0, 4, 0}));
}

TEST(NpyTest, TypesOfNumbers) {
  const std::pair<const char*, DType> kTypes[] = {
      {"'|b1'", DType::kBool},      {"'|i1'", DType::kInt8},
      {"'<i2'", DType::kInt16},     {"'<i4'", DType::kInt32},
      {"'<i8'", DType::kInt64},     {"'|u1'", DType::kUint8},
      {"'<u2'", DType::kUint16},    {"'<u4'", DType::kUint32},
      {"'<u8'", DType::kUint64},    {"'<f2'", DType::kFloat16},
      {"'<f4'", DType::kFloat32},   {"'<f8'", DType::kFloat64},
      {"'<c8'", DType::kComplex64}, {"'<c16'", DType::kComplex128},
  };
  for (const auto& [descr, dtype] : kTypes) {
    const std::string data(static_cast<size_t>(BitsOf(dtype) / 8), '\1');
    const Value value = Read(Npy(descr, "False", "()", data));
    EXPECT_EQ(value.dtype, dtype) << descr;
    EXPECT_TRUE(value.shape.empty());
    EXPECT_EQ(value.data, data) << descr;
  }
}

TEST(NpyTest, VoidIsWhatTheModelDeclares) {
  const std::string npy = Npy("'<V2'", "False", "(1,)", Bytes({0x80, 0x3f}));
  const Value value = Read(npy, {DeclaredKind::kTensor, DType::kBfloat16});
  EXPECT_EQ(value.dtype, DType::kBfloat16);
  EXPECT_EQ(value.data, Bytes({0x80, 0x3f}));
  EXPECT_THAT(NpyError(npy, {DeclaredKind::kTensor, DType::kFloat16}),
              HasSubstr("E725 x.npy: holds elements of numpy's type '<V2'"));
}

TEST(NpyTest, Strings) {
  const std::string umlaut = Bytes({'a', 0, 0, 0, 0xfc, 0, 0, 0, 0, 0, 0, 0}) +
                             Bytes({0, 0xf6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_THAT(Read(Npy("'<U3'", "False", "(2,)", umlaut)).strings,
              ElementsAre("a\xc3\xbc", "\xf0\x9f\x98\x80"));
  EXPECT_THAT(
      Read(Npy("'>U1'", "False", "(1,)", Bytes({0, 0, 0, 'b'}))).strings,
      ElementsAre("b"));
  const Value bytes =
      Read(Npy("'|S2'", "False", "(2,)", Bytes({'a', 'b', 'c', 0})));
  EXPECT_EQ(bytes.dtype, DType::kString);
  EXPECT_THAT(bytes.strings, ElementsAre("ab", "c"));
  EXPECT_THAT(NpyError(Npy("'<U1'", "False", "(1,)", Bytes({0, 0xd8, 0, 0}))),
              HasSubstr("E724 x.npy: 0xd800 is no Unicode character"));
}

TEST(NpyTest, WhatIsNoArrayOfNumbers) {
  EXPECT_THAT(NpyError(Npy("'|O'", "False", "(1,)", "x")), HasSubstr("E725"));
  EXPECT_THAT(NpyError(Npy("[('a', '<f4')]", "False", "(1,)", "x")),
              HasSubstr("E725 x.npy: holds an array of records"));
  EXPECT_THAT(NpyError(Npy("'<f16'", "False", "()", std::string(16, 'x'))),
              HasSubstr("E725"));
  EXPECT_THAT(NpyError(Npy("'<M8[s]'", "False", "()", std::string(8, 'x'))),
              HasSubstr("E725"));
  EXPECT_THAT(NpyError(Npy("'<f4'", "False", "()", "1234"),
                       {DeclaredKind::kSequence, DType::kUndefined}),
              HasSubstr("takes a sequence"));
}

TEST(NpyTest, BrokenAndHostileFiles) {
  const std::string good = Npy("'<f4'", "False", "(1,)", "1234");
  // Every beginning of a good file, and every byte of it changed.
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_THAT(NpyError(good.substr(0, size)), HasSubstr("E724")) << size;
  }
  for (size_t at = 0; at < good.size(); ++at) {
    for (const int mask : {1, 0x40, 0xff}) {
      std::string changed = good;
      changed[at] = static_cast<char>(changed[at] ^ mask);
      ErrorOf([&] { Read(changed); });  // Nothing but Error, or fine.
    }
  }
  EXPECT_THAT(NpyError(good + "5"), HasSubstr("has 5 bytes of elements"));
  EXPECT_THAT(NpyError("hello"), HasSubstr("is no .npy file of numpy"));
  EXPECT_THAT(NpyError(Npy("'<f4'", "False", "(-1,)", "")),
              HasSubstr("the header of this .npy is broken"));
  EXPECT_THAT(NpyError(Npy("'<f4'", "Maybe", "(1,)", "1234")),
              HasSubstr("the header of this .npy is broken"));
  EXPECT_THAT(NpyError(Npy("'<f4'", "False", "(9223372036854775807, 9)", "")),
              HasSubstr("E210"));
  EXPECT_THAT(NpyError(Npy("'<f4'", "False", "(4611686018427387904,)", "")),
              HasSubstr("E210"));
  EXPECT_THAT(NpyError(Npy("'<U0'", "False", "(1000000000000,)", "")),
              HasSubstr("1000000000000 empty elements"));
}

onnx::TensorProto Tensor(int32_t data_type, std::vector<int64_t> dims) {
  onnx::TensorProto proto;
  proto.set_data_type(data_type);
  for (const int64_t dim : dims) proto.add_dims(dim);
  return proto;
}

Value ReadTensor(const onnx::TensorProto& proto) {
  return ParsePb(proto.SerializeAsString(), "x.pb", {});
}

TEST(PbTest, TypedFieldsBecomeRawData) {
  onnx::TensorProto raw = Tensor(onnx::TensorProto::FLOAT, {1});
  raw.set_raw_data("1234");
  EXPECT_EQ(ReadTensor(raw).data, "1234");

  onnx::TensorProto floats = Tensor(onnx::TensorProto::FLOAT, {2});
  floats.add_float_data(1);
  floats.add_float_data(-2);
  EXPECT_EQ(ReadTensor(floats).data, Bytes({0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}));

  onnx::TensorProto half = Tensor(onnx::TensorProto::FLOAT16, {1});
  half.add_int32_data(0x3c00);
  EXPECT_EQ(ReadTensor(half).data, Bytes({0, 0x3c}));

  onnx::TensorProto small = Tensor(onnx::TensorProto::INT8, {2});
  small.add_int32_data(-1);
  small.add_int32_data(5);
  EXPECT_EQ(ReadTensor(small).data, Bytes({0xff, 5}));

  onnx::TensorProto wide = Tensor(onnx::TensorProto::INT64, {1});
  wide.add_int64_data(-2);
  EXPECT_EQ(ReadTensor(wide).data,
            Bytes({0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));

  onnx::TensorProto unsigned32 = Tensor(onnx::TensorProto::UINT32, {1});
  unsigned32.add_uint64_data(7);
  EXPECT_EQ(ReadTensor(unsigned32).data, Bytes({7, 0, 0, 0}));

  onnx::TensorProto strings = Tensor(onnx::TensorProto::STRING, {1, 2});
  strings.add_string_data("a");
  strings.add_string_data("");
  EXPECT_THAT(ReadTensor(strings).strings, ElementsAre("a", ""));
}

TEST(PbTest, SequencesAndOptionals) {
  onnx::SequenceProto sequence;
  for (const float number : {1.f, 2.f}) {
    onnx::TensorProto element = Tensor(onnx::TensorProto::FLOAT, {});
    element.add_float_data(number);
    *sequence.add_tensor_values() = element;
  }
  const Value list = ParsePb(sequence.SerializeAsString(), "x.pb",
                             {DeclaredKind::kSequence, DType::kUndefined});
  EXPECT_EQ(list.kind, Value::Kind::kSequence);
  ASSERT_EQ(list.elements.size(), 2u);
  EXPECT_EQ(list.elements[1].data, Bytes({0, 0, 0, 0x40}));

  onnx::OptionalProto optional;
  const Declared declared{DeclaredKind::kOptional, DType::kUndefined};
  EXPECT_EQ(ParsePb(optional.SerializeAsString(), "x.pb", declared).kind,
            Value::Kind::kNothing);
  *optional.mutable_sequence_value() = sequence;
  EXPECT_EQ(ParsePb(optional.SerializeAsString(), "x.pb", declared), list);
}

TEST(PbTest, BrokenAndHostileFiles) {
  EXPECT_THAT(ErrorOf([] { ParsePb("garbage", "x.pb", {}); }),
              HasSubstr("E724 x.pb: is no TensorProto"));
  EXPECT_THAT(PbError(onnx::TensorProto()),
              HasSubstr("of the unknown element type 0"));
  onnx::TensorProto tensor = Tensor(onnx::TensorProto::FLOAT, {3});
  tensor.set_raw_data("12345678");
  EXPECT_THAT(PbError(tensor),
              HasSubstr("has 8 bytes of elements, but its dims need 12"));
  tensor.add_float_data(1);
  EXPECT_THAT(PbError(tensor), HasSubstr("both in raw_data and beside it"));
  EXPECT_THAT(PbError(Tensor(onnx::TensorProto::FLOAT, {int64_t{1} << 62})),
              HasSubstr("E210"));
  EXPECT_THAT(PbError(Tensor(onnx::TensorProto::FLOAT, {-1})),
              HasSubstr("E211"));
  EXPECT_THAT(PbError(Tensor(onnx::TensorProto::STRING, {1000000000})),
              HasSubstr("has 0 strings, but its dims need 1000000000"));
  onnx::TensorProto external = Tensor(onnx::TensorProto::FLOAT, {1});
  external.set_data_location(onnx::TensorProto::EXTERNAL);
  EXPECT_THAT(PbError(external), HasSubstr("E725 x.pb: has its elements in"));
  onnx::SequenceProto maps;
  maps.add_map_values();
  EXPECT_THAT(PbError(maps, DeclaredKind::kSequence), HasSubstr("E725"));
}

TEST(ReadValueFileTest, OnlyRegularFilesOfTheTwoKinds) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "x.npy").string();
  EXPECT_THAT(ErrorOf([&] { ReadValueFile(path, {}); }),
              HasSubstr("E723 cannot read " + path));
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(ErrorOf([&] { ReadValueFile(path, {}); }),
              HasSubstr("it is a named pipe"));
  EXPECT_THAT(ErrorOf([&] { ReadValueFile("x.txt", {}); }),
              HasSubstr("E724 x.txt: is neither .npy"));
}

TEST(ReadValueFileTest, BoolsAreZeroOrOne) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "x.npy";
  WriteText(path, Npy("'|b1'", "False", "(3,)", Bytes({0, 1, 0x80})));
  EXPECT_EQ(ReadValueFile(path.string(), {}).data, Bytes({0, 1, 1}));
}

Value Numbers(const std::string& name, const std::string& bytes) {
  Value value;
  value.name = name;
  value.dtype = DType::kUint8;
  value.shape = {std::ssize(bytes)};
  value.data = bytes;
  return value;
}

TEST(SaveValuesTest, BytesAndAnIndex) {
  const TemporaryFolder temporary;
  const fs::path folder = temporary.path() / "sent";
  SaveValues(folder.string(), {Numbers("../evil", "ab"), Numbers("y", "c")});
  EXPECT_EQ(ReadText(folder / "0.bin"), "ab");
  EXPECT_EQ(ReadText(folder / "1.bin"), "c");
  const auto index = nlohmann::json::parse(ReadText(folder / "index.json"));
  EXPECT_EQ(index["schema"], "dnncut.values/1");
  EXPECT_EQ(index["values"][0], nlohmann::json({{"name", "../evil"},
                                                {"dtype", "uint8"},
                                                {"shape", {2}},
                                                {"bytes", 2},
                                                {"file", "0.bin"}}));
  // Again into the same folder: nothing of old is left, other things are.
  WriteText(folder / "notes.txt", "mine");
  SaveValues(folder.string(), {Numbers("z", "new")});
  EXPECT_EQ(ReadText(folder / "0.bin"), "new");
  EXPECT_FALSE(fs::exists(folder / "1.bin"));
  EXPECT_EQ(ReadText(folder / "notes.txt"), "mine");
}

TEST(SaveValuesTest, NeverOverOtherThings) {
  const TemporaryFolder folder;
  WriteText(folder.path() / "0.bin", "mine");
  EXPECT_THAT(
      ErrorOf([&] { SaveValues(folder.path().string(), {Numbers("x", "a")}); }),
      HasSubstr("E729"));
  EXPECT_EQ(ReadText(folder.path() / "0.bin"), "mine");
  Value strings;
  strings.name = "s";
  strings.dtype = DType::kString;
  const fs::path other = folder.path() / "other";
  EXPECT_THAT(ErrorOf([&] { SaveValues(other.string(), {strings}); }),
              HasSubstr("E725 's' (string[]) cannot be saved"));
  EXPECT_FALSE(fs::exists(other));
}

}  // namespace
}  // namespace dnncut
