// SPDX-License-Identifier: Apache-2.0
//
// Weights in files of their own: what a model may say about them, and which
// files it may reach.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>  // IWYU pragma: keep, iwyu prefers <syscall.h>
#include <unistd.h>

#include <filesystem>

#include "compiler/base/file_descriptor.h"
#include "compiler/model/weight_file.h"
#include "tests/backends/temp_folder.h"
#include "tests/frontends/loading.h"
#include "tests/no_system_call.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using Entries = std::vector<std::pair<std::string, std::string>>;

// The initializer w, float[4], lies where `entries` say.
ModelProto ExternalModel(const Entries& entries) {
  ModelProto model = SmallModel("y = Add(x, w)");
  TensorProto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name("w");
  tensor->add_dims(4);
  tensor->set_data_type(TensorProto::FLOAT);
  tensor->set_data_location(TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    auto* entry = tensor->add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  return model;
}

class ExternalData : public testing::Test {
 protected:
  ExternalData() {
    std::filesystem::create_directory(folder_ / "model");
    WriteAll(folder_ / "model/w.bin", "0123456789abcdef");
    WriteAll(folder_ / "secret", "secret secret secret");
  }

  void Save(const ModelProto& model) {
    WriteAll(folder_ / "model/m.onnx", model.SerializeAsString());
  }
  Loaded LoadSaved(const Entries& entries) {
    Save(ExternalModel(entries));
    return LoadFile(folder_ / "model/m.onnx");
  }
  // What OpenWeightFile gives to read.
  std::string ReadWeight(const SourceModel& model) {
    const WeightData& weight = model.weights.at(0);
    const UniqueFd fd = OpenWeightFile(model, weight);
    std::string bytes(static_cast<size_t>(weight.length), '\0');
    EXPECT_EQ(pread(fd.get(), bytes.data(), bytes.size(), weight.offset),
              static_cast<ssize_t>(bytes.size()));
    return bytes;
  }

  TempFolder folder_;
};

TEST_F(ExternalData, IsReadWhereItLies) {
  const Loaded loaded = LoadSaved({{"location", "w.bin"}});
  ASSERT_EQ(loaded.error, "");
  EXPECT_TRUE(loaded.warnings.empty());
  const WeightData& weight = loaded.model.weights.at(0);
  EXPECT_EQ(weight.location, "w.bin");
  EXPECT_EQ(weight.bytes, 16);
  EXPECT_EQ(weight.offset, 0);
  EXPECT_EQ(WeightOf(loaded.model.proto.graph().initializer(0)), 0);
  EXPECT_EQ(ReadWeight(loaded.model), "0123456789abcdef");
}

TEST_F(ExternalData, OffsetLengthAndChecksum) {
  WriteAll(folder_ / "model/w.bin", "---0123456789abcdef---");
  const Loaded loaded = LoadSaved({{"location", "./w.bin"},
                                   {"offset", "3"},
                                   {"length", "16"},
                                   {"checksum", "0"}});
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(ReadWeight(loaded.model), "0123456789abcdef");
}

TEST_F(ExternalData, RelativeModelPath) {
  Save(ExternalModel({{"location", "w.bin"}}));
  const auto old = std::filesystem::current_path();
  std::filesystem::current_path(folder_ / "model");
  const Loaded loaded = LoadFile("m.onnx");
  EXPECT_EQ(loaded.error, "");
  EXPECT_EQ(ReadWeight(loaded.model), "0123456789abcdef");
  std::filesystem::current_path(old);
}

TEST_F(ExternalData, BadEntries) {
  const std::pair<Entries, const char*> kCases[] = {
      {{}, "E214 (3) tensor 'w' has external data without a location"},
      {{{"location", "w.bin"}, {"location", "w.bin"}},
       "E214 (3) tensor 'w' has the key 'location' twice"},
      {{{"location", "w.bin"}, {"__class__", "x"}},
       "E214 (3) tensor 'w' has the unknown key '__class__'"},
      {{{"dnncut weight", "0"}},
       "E214 (3) tensor 'w' has the unknown key 'dnncut weight'"},
      {{{"location", "w.bin"}, {"offset", "-1"}},
       "E214 (3) tensor 'w' has the offset '-1'"},
      {{{"location", "w.bin"}, {"length", "1e3"}},
       "E214 (3) tensor 'w' has the length '1e3'"},
      {{{"location", "w.bin"}, {"offset", " 0"}}, "E214 (3)"},
      {{{"location", "w.bin"}, {"offset", "9223372036854775808"}}, "E214 (3)"},
      {{{"location", "w.bin"}, {"length", "15"}},
       "E212 (3) tensor 'w' has 15 bytes of external data, but its dims and "
       "element type need 16"},
      {{{"location", "w.bin"}, {"offset", "9223372036854775800"}}, "E210 (3)"},
      {{{"location", "w.bin"}, {"offset", "1"}},
       "E217 (3) tensor 'w' has its data at bytes 1 to 17 of 'w.bin', which "
       "has 16 bytes only"},
  };
  for (const auto& [entries, expected] : kCases) {
    EXPECT_THAT(LoadSaved(entries).error, StartsWith(expected));
  }
}

TEST_F(ExternalData, AForgedMarkIsRefusedWhateverTheDataLocation) {
  ModelProto model = ExternalModel({{"dnncut weight", "0"}});
  auto* tensor = model.mutable_graph()->mutable_initializer(0);
  tensor->set_data_location(TensorProto::DEFAULT);
  tensor->set_raw_data("0123456789abcdef");
  EXPECT_THAT(Load(model).error, StartsWith("E214 (3)"));
}

// A file whose initializer says first that its data is external, then something
// that protobuf does not know or reads as the same.
TEST_F(ExternalData, WhatProtobufTakesForExternalIsChecked) {
  const std::string entry = WireBytes(1, "location") + WireBytes(2, "../w.bin");
  const std::string tensor = WireNumber(1, 4) + WireNumber(2, 1) +
                             WireBytes(8, "w") + WireBytes(13, entry);
  constexpr uint64_t kFourGiB = uint64_t{1} << 32;
  for (const std::vector<uint64_t>& locations :
       std::vector<std::vector<uint64_t>>{
           {1}, {1, 7}, {0, 1, 2}, {kFourGiB + 1}, {1, kFourGiB + 7}}) {
    std::string external = tensor;
    for (const uint64_t location : locations) {
      external += WireNumber(14, location);
    }
    const std::string file =
        WireNumber(1, 8) + WireBytes(8, WireNumber(2, 17)) +
        WireBytes(7, WireBytes(5, external) + WireBytes(11, WireBytes(1, "x")) +
                         WireBytes(12, WireBytes(1, "x")));
    ModelProto parsed;
    ASSERT_TRUE(parsed.ParseFromString(file));
    EXPECT_EQ(parsed.graph().initializer(0).data_location(),
              TensorProto::EXTERNAL);
    EXPECT_THAT(LoadBytes(file).error, StartsWith("E215 (3)"));
  }
}

// libonnx 1.12 keeps defaults of functions' attributes as unknown fields.
TEST_F(ExternalData, IsRefusedInDefaultsOfFunctions) {
  const auto file = [](const TensorProto& tensor) {
    const std::string attribute = WireBytes(1, "value") +
                                  WireBytes(5, tensor.SerializeAsString()) +
                                  WireNumber(20, 4);
    const std::string function =
        WireBytes(1, "f") + WireBytes(10, "local") + WireBytes(11, attribute);
    return SmallModel("y = Relu(x)").SerializeAsString() +
           WireBytes(25, function);
  };
  TensorProto tensor =
      ExternalModel({{"location", "/etc/passwd"}}).graph().initializer(0);
  EXPECT_THAT(LoadBytes(file(tensor)).error, StartsWith("E215 (3)"));
  tensor = ExternalModel({{"location", "w.bin"}}).graph().initializer(0);
  EXPECT_THAT(LoadBytes(file(tensor)).error, StartsWith("E214 (3)"));
  tensor.clear_external_data();
  tensor.clear_data_location();
  tensor.set_raw_data("0123456789abcdef");
  EXPECT_EQ(LoadBytes(file(tensor)).error, "");
}

TEST_F(ExternalData, ExternalAndInlineData) {
  ModelProto model = ExternalModel({{"location", "w.bin"}});
  model.mutable_graph()->mutable_initializer(0)->set_raw_data(
      "0123456789abcde"
      "f");
  EXPECT_THAT(Load(model).error,
              StartsWith("E213 (3) tensor 'w' has external data and raw_data"));
}

TEST_F(ExternalData, LocationsOutsideTheFolder) {
  for (const char* location :
       {"../secret", "/etc/passwd", "a/../../secret", "junk/../../secret", "..",
        "model\\..\\secret", "C:\\secret", "", "w.bin/", "*/_ORT_MEM_ADDR_/*",
        "a/.."}) {
    EXPECT_THAT(LoadSaved({{"location", location}}).error,
                StartsWith("E215 (3) tensor 'w' has its data in the file"))
        << location;
  }
  EXPECT_THAT(LoadSaved({{"location", std::string("w\0.bin", 6)}}).error,
              StartsWith("E215 (3)"));
  EXPECT_THAT(LoadSaved({{"location", std::string(100'000, 'a')}}).error,
              StartsWith("E215 (3)"));
}

TEST_F(ExternalData, MissingFilesAndThingsThatAreNoFiles) {
  EXPECT_THAT(LoadSaved({{"location", "none.bin"}}).error,
              AllOf(StartsWith("E216 (5) cannot read '"),
                    HasSubstr("tensor 'w': No such file or directory")));
  std::filesystem::create_directory(folder_ / "model/dir");
  EXPECT_EQ(LoadSaved({{"location", "dir"}}).error,
            "E216 (5) 'dir', with the data of tensor 'w', is a folder");
  ASSERT_EQ(mkfifo((folder_ / "model/pipe").c_str(), 0600), 0);
  EXPECT_EQ(LoadSaved({{"location", "pipe"}}).error,
            "E216 (5) 'pipe', with the data of tensor 'w', is a named pipe");
}

TEST_F(ExternalData, LinksThatLeadOutside) {
  std::filesystem::create_symlink("../secret", folder_ / "model/link");
  std::filesystem::create_directory(folder_ / "other");
  WriteAll(folder_ / "other/w.bin", "secret secret secret");
  std::filesystem::create_symlink("../other", folder_ / "model/dirlink");
  std::filesystem::create_symlink("/dev/zero", folder_ / "model/zero");
  for (const char* location : {"link", "dirlink/w.bin", "zero"}) {
    EXPECT_THAT(
        LoadSaved({{"location", location}}).error,
        AllOf(StartsWith("E215 (3)"), HasSubstr("a link that leads out")))
        << location;
  }
}

TEST_F(ExternalData, LinksThatStayInside) {
  std::filesystem::create_directory(folder_ / "model/sub");
  WriteAll(folder_ / "model/sub/real.bin", "fedcba9876543210");
  std::filesystem::create_symlink("sub/real.bin", folder_ / "model/link");
  const Loaded loaded = LoadSaved({{"location", "link"}});
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(ReadWeight(loaded.model), "fedcba9876543210");
}

TEST_F(ExternalData, DownloadCache) {
  // snapshots/rev/m.onnx -> ../../blobs/1, w.bin -> ../../blobs/2.
  std::filesystem::create_directory(folder_ / "blobs");
  std::filesystem::create_directories(folder_ / "snapshots/rev");
  WriteAll(folder_ / "blobs/1",
           ExternalModel({{"location", "w.bin"}}).SerializeAsString());
  WriteAll(folder_ / "blobs/2", "0123456789abcdef");
  std::filesystem::create_symlink("../../blobs/1",
                                  folder_ / "snapshots/rev/m.onnx");
  std::filesystem::create_symlink("../../blobs/2",
                                  folder_ / "snapshots/rev/w.bin");
  const Loaded loaded = LoadFile(folder_ / "snapshots/rev/m.onnx");
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(ReadWeight(loaded.model), "0123456789abcdef");

  // Elsewhere than where the model is: refused.
  std::filesystem::remove(folder_ / "snapshots/rev/w.bin");
  std::filesystem::create_symlink("../../secret",
                                  folder_ / "snapshots/rev/w.bin");
  EXPECT_THAT(LoadFile(folder_ / "snapshots/rev/m.onnx").error,
              StartsWith("E215 (3)"));
}

TEST_F(ExternalData, ALinkThatAppearsLaterIsNotFollowed) {
  const Loaded loaded = LoadSaved({{"location", "w.bin"}});
  ASSERT_EQ(loaded.error, "");
  std::filesystem::remove(folder_ / "model/w.bin");
  std::filesystem::create_symlink("../secret", folder_ / "model/w.bin");
  EXPECT_THROW(OpenWeightFile(loaded.model, loaded.model.weights[0]), Error);
  std::filesystem::remove(folder_ / "model/w.bin");
  ASSERT_EQ(mkfifo((folder_ / "model/w.bin").c_str(), 0600), 0);
  EXPECT_THROW(OpenWeightFile(loaded.model, loaded.model.weights[0]), Error);
}

// On kernels before 5.6 each part of the path is opened on its own.
TEST_F(ExternalData, WorksWithoutOpenat2) {
  std::filesystem::create_directories(folder_ / "model/a/b");
  WriteAll(folder_ / "model/a/b/w.bin", "fedcba9876543210");
  std::filesystem::create_symlink("../secret", folder_ / "model/link");
  ExpectWithoutSystemCall(SYS_openat2, [&] {
    const Loaded loaded = LoadSaved({{"location", "a/b/w.bin"}});
    if (!loaded.error.empty()) return 1;
    if (ReadWeight(loaded.model) != "fedcba9876543210") return 2;
    const Loaded link = LoadSaved({{"location", "link"}});
    return link.error.starts_with("E215 (3)") ? 0 : 3;
  });
}

TEST_F(ExternalData, AFileThatChangesLaterIsNotRead) {
  const Loaded loaded = LoadSaved({{"location", "w.bin"}});
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(ReadWeight(loaded.model), "0123456789abcdef");
  WriteAll(folder_ / "model/new", "fedcba9876543210");
  std::filesystem::rename(folder_ / "model/new", folder_ / "model/w.bin");
  EXPECT_EQ(
      ErrorIdOf([&] { OpenWeightFile(loaded.model, loaded.model.weights[0]); }),
      "E607");
}

TEST_F(ExternalData, HardLinksAndBasepathWarn) {
  std::filesystem::create_hard_link(folder_ / "secret",
                                    folder_ / "model/hard.bin");
  const Loaded loaded =
      LoadSaved({{"location", "hard.bin"}, {"basepath", "/tmp"}});
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(Ids(loaded.warnings), ElementsAre("W205", "W206"));
}

TEST_F(ExternalData, InSparseValuesAndAttributes) {
  ModelProto model = SmallModel("c = Constant()\ny = Relu(x)");
  auto* sparse =
      AddAttribute("sparse_value", model.mutable_graph()->mutable_node(0))
          ->mutable_sparse_tensor();
  *sparse->mutable_values() =
      ExternalModel({{"location", "../secret"}}).graph().initializer(0);
  EXPECT_THAT(Load(model).error, StartsWith("E215 (3)"));
}

}  // namespace
}  // namespace dnncut
