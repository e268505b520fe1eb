// SPDX-License-Identifier: Apache-2.0
//
// Files that are no ONNX model, or not a whole one.
#include "frontends/read/model_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "compiler/base/file_descriptor.h"
#include "tests/backends/temp_folder.h"
#include "tests/frontends/loading.h"
#include "tests/testing.h"
#include "tests/without_root.h"

namespace dnncut {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::string_literals;

// Changes one byte in place; size and mtime stay as they were.
void ChangeUnseen(const std::string& path) {
  struct stat before = {};
  ASSERT_EQ(stat(path.c_str(), &before), 0);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-1, std::ios::end);
  file << '?';
  file.close();
  const timespec times[] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

TEST(ModelFile, MissingFolderAndPipeCannotBeRead) {
  const TempFolder folder;
  EXPECT_EQ(LoadFile(folder / "none.onnx").error,
            "E201 (5) cannot read the model: No such file or directory");
  EXPECT_EQ(LoadFile(folder.path()).error,
            "E201 (5) cannot read the model: it is a folder");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(LoadFile(folder / "pipe").error,
            "E201 (5) cannot read the model: it is a named pipe");
  EXPECT_EQ(LoadFile("/dev/zero").error,
            "E201 (5) cannot read the model: it is a device file");
}

TEST(ModelFile, UnreadableFile) {
  const TempFolder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  WriteAll(folder / "m.onnx", ReluModel().SerializeAsString());
  ASSERT_EQ(chmod((folder / "m.onnx").c_str(), 0), 0);
  const WithoutRoot without_root;
  EXPECT_EQ(LoadFile(folder / "m.onnx").error,
            "E201 (5) cannot read the model: permission denied");
}

TEST(ModelFile, LargerThanProtobufCanRead) {
  const TempFolder folder;
  WriteAll(folder / "m.onnx", ReluModel().SerializeAsString());
  ASSERT_EQ(truncate((folder / "m.onnx").c_str(), int64_t{1} << 31), 0);
  EXPECT_THAT(LoadFile(folder / "m.onnx").error,
              StartsWith("E205 (3) has 2147483648 bytes, but an ONNX file "
                         "cannot have more than 2 GiB; store the weights as "
                         "external data"));
}

TEST(ModelFile, SaysWhatOtherFilesAre) {
  const std::pair<std::string, const char*> kCases[] = {
      {"", "the file is empty"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs"},
      {"<!DOCTYPE html><html><body>404</body></html>", "web page"},
      {"\n  <html>", "web page"},
      {"{\"error\": \"not found\"}", "JSON"},
      {"Entry not found", "is no ONNX model but text"},
      {"\x1c\0\0\0TFL3\x14\0"s, "TensorFlow Lite"},
      {"\x1c\0\0\0ORTM\x14\0"s, ".ort"},
      {"PK\x03\x04\x14\0"s, "PyTorch"},
      {"\x89HDF\r\n\x1a\n", "HDF5"},
      {"\x1f\x8b\x08\0"s, "gzip"},
      {"\x40\0\0\0\0\0\0\0{\"__metadata__\":{}}"s, "safetensors"},
      {"GGUF\x03\0\0\0"s, "GGUF"},
      {"\n\x05\n\x01x\x12\0"s, "TensorFlow graph"},
      {WireNumber(1, 3) + WireNumber(2, 1) + WireBytes(9, "abcdefghijkl"),
       "a single ONNX tensor"},
      {WireNumber(1, 4) + WireBytes(2, "abc") + WireBytes(500, "net"),
       "Core ML"},
      {std::string(600, '\0'), "is no ONNX model"},
      {std::string(600, '\xff'), "is no ONNX model"},
  };
  for (const auto& [bytes, expected] : kCases) {
    const std::string error = LoadBytes(bytes).error;
    EXPECT_THAT(error, StartsWith("E202 (3) ")) << bytes;
    EXPECT_THAT(error, HasSubstr(expected)) << bytes;
  }
}

TEST(ModelFile, EveryTruncationIsAnError) {
  ONNX_NAMESPACE::ModelProto model = ReluModel();
  model.set_producer_name("test");
  const std::string bytes = model.SerializeAsString();
  ASSERT_EQ(Load(model).error, "");
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_NE(LoadBytes(bytes.substr(0, length)).error, "") << length;
  }
  EXPECT_THAT(LoadBytes(bytes.substr(0, bytes.size() - 20)).error,
              StartsWith("E203 (3) is cut off"));
}

TEST(ModelFile, TrailingGarbage) {
  const std::string bytes = ReluModel().SerializeAsString();
  for (const std::string& garbage : {"garbage\n"s, std::string(100, '\0'),
                                     "\xff\xff\xff"s, WireBytes(4711, "x")}) {
    EXPECT_THAT(LoadBytes(bytes + garbage).error,
                StartsWith(fmt::format("E204 (3) has garbage behind the model, "
                                       "from byte {} on",
                                       bytes.size())));
  }
  EXPECT_THAT(LoadBytes(bytes + bytes).error, HasSubstr("two models"));
}

TEST(ModelFile, BrokenInside) {
  std::string bytes = ReluModel().SerializeAsString();
  const size_t relu = bytes.find("Relu");
  bytes[relu - 1] = 0x7f;  // its length
  EXPECT_THAT(LoadBytes(bytes).error, StartsWith("E204 (3) is broken"));
}

TEST(ModelFile, NoByteFlipCrashes) {
  const std::string bytes = SmallModel(
                                "w = Constant<value = float[2] {1.0, 2.0}>()\n"
                                "y = Clip(x, , w)")
                                .SerializeAsString();
  int refused = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      if (!LoadBytes(changed).error.empty()) ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(ModelFile, ModelWithoutGraph) {
  EXPECT_EQ(LoadBytes(WireNumber(1, 8) + WireBytes(2, "test")).error,
            "E207 (3) is an ONNX model without a graph");
}

TEST(ModelFile, GroupsAreSkipped) {
  const auto tag = [](int field, int type) {
    return WireVarint(static_cast<uint64_t>(field) << 3 | type);
  };
  const std::string model = ReluModel().SerializeAsString();
  const std::string inner =
      tag(1, 3) + WireNumber(2, 7) + WireBytes(3, "text") + tag(1, 4);
  EXPECT_EQ(LoadBytes(model + tag(60, 3) + inner + tag(60, 4)).error, "");
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += tag(60, 3);
  for (const std::string& broken :
       {tag(60, 3), tag(60, 4), tag(60, 3) + tag(61, 4),
        tag(60, 3) + tag(61, 3) + tag(60, 4) + tag(61, 4), deep}) {
    EXPECT_THAT(LoadBytes(model + broken).error, StartsWith("E204 (3)"));
  }
}

TEST(ModelFile, ATruncatedFileIsAnErrorAndNoSignal) {
  const TempFolder folder;
  WriteAll(folder / "m.onnx", std::string(100'000, 'x'));
  const ModelFile file(folder / "m.onnx");
  EXPECT_EQ(file.View(0, 100).size(), 100u);
  ASSERT_EQ(truncate((folder / "m.onnx").c_str(), 50'000), 0);
  EXPECT_EQ(ErrorIdOf([&] { file.View(60'000, 100); }), "E607");
  EXPECT_EQ(ErrorIdOf([&] { file.Sha256(); }), "E607");
  EXPECT_EQ(ErrorIdOf([&] { file.CheckUnchanged(); }), "E607");
}

TEST(ModelFile, AChangeWhileItIsReadIsAnError) {
  const TempFolder folder;
  // As soon as it was written: in the same tick of the clock.
  for (int i = 0; i < 20; ++i) {
    WriteAll(folder / "m.onnx", "model");
    ModelFile file(folder / "m.onnx");
    ChangeUnseen(folder / "m.onnx");
    EXPECT_EQ(ErrorIdOf([&] { file.Finish(); }), "E607");
  }
  WriteAll(folder / "m.onnx", "model");
  ModelFile file(folder / "m.onnx");
  EXPECT_EQ(ErrorIdOf([&] { file.Finish(); }), "");
  // From then on.
  ChangeUnseen(folder / "m.onnx");
  EXPECT_EQ(ErrorIdOf([&] { file.CheckUnchanged(); }), "E607");
}

// Nobody gets a state that would hide the next write.
TEST(ModelFile, AFileThatIsWrittenWithoutEndNeverSettles) {
  const TempFolder folder;
  WriteAll(folder / "m.onnx", "model");
  const UniqueFd fd(open((folder / "m.onnx").c_str(), O_RDWR | O_CLOEXEC));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    while (!done) EXPECT_EQ(pwrite(fd.get(), "x", 1, 0), 1);
  });
  const auto state = SettledStateOf(fd.get());
  const int error = errno;
  done = true;
  writer.join();
  // A writer that is kept from the processor for a while lets it settle.
  if (!state) {
    EXPECT_EQ(error, EBUSY);
  } else {
    EXPECT_FALSE(IsFresh(*state));
  }
}

TEST(ModelFile, Sha256OfTheFile) {
  const TempFolder folder;
  const std::string bytes = ReluModel().SerializeAsString();
  WriteAll(folder / "m.onnx", bytes);
  const Loaded loaded = LoadFile(folder / "m.onnx");
  EXPECT_EQ(loaded.model.path, folder / "m.onnx");
  ASSERT_EQ(loaded.model.sha256.size(), 64u);
  const std::string sum = folder / "sum";
  ASSERT_EQ(
      system(
          ("sha256sum '" + (folder / "m.onnx") + "' > '" + sum + "'").c_str()),
      0);
  EXPECT_EQ(ReadAll(sum).substr(0, 64), loaded.model.sha256);
}

}  // namespace
}  // namespace dnncut
