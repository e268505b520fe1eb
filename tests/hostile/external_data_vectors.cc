// SPDX-License-Identifier: Apache-2.0
//
// Weights in files of their own: where a model may not reach, and what is no
// file.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include <cstring>

#include "frontends/read/onnx_messages.h"
#include "tests/backends/temp_folder.h"
#include "tests/frontends/loading.h"
#include "tests/hostile/vector.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;
using Entries = std::vector<std::pair<std::string, std::string>>;

constexpr int64_t kElements = 1024;

TensorProto ExternalTensor(const std::string& name, const Entries& entries) {
  TensorProto tensor;
  tensor.set_name(name);
  tensor.add_dims(kElements);
  tensor.set_data_type(TensorProto::FLOAT);
  tensor.set_data_location(TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    auto* entry = tensor.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  return tensor;
}

ModelProto EmptyModel() {
  return ModelFromText(
      "<ir_version: 8, opset_import: [\"\" : 17]>\n"
      "main (float[1024] x) => (float[1024] y) { y = Relu(x) }");
}

// y = Add(x, w), where `entries` say where the 4096 bytes of w lie.
ModelProto ExternalModel(const Entries& entries) {
  ModelProto model = EmptyModel();
  model.mutable_graph()->clear_node();
  AddNode("Add", {"x", "w"}, {"y"}, model.mutable_graph());
  *model.mutable_graph()->add_initializer() = ExternalTensor("w", entries);
  return model;
}

using Build = std::function<void(const Site&)>;

void Nothing(const Site&) {}

// The file of weights that an honest model would have, all of one letter.
void SaveWeights(const Site& site, const std::string& name = "w.bin",
                 char letter = 'w') {
  WriteAll(site.InModel(name), std::string(4 * kElements, letter));
}

// A model whose w is described by `entries`, beside what `files` makes.
Vector External(const std::string& row, const std::string& name,
                const Entries& entries, const Build& files,
                std::vector<std::string> lines,
                ExitCode exit_code = ExitCode::kBadInput) {
  return {row, name,
          [=](const Site& site) {
            files(site);
            site.Save(ExternalModel(entries));
          },
          static_cast<int>(exit_code), std::move(lines)};
}

std::string Outside(const std::string& location, const std::string& why) {
  return "error[E215]: MODEL: tensor 'w' has its data in the file '" +
         location + "', " + why +
         "; a location must be a path relative to the model's folder that "
         "stays inside it";
}

Vector Location(const std::string& row, const std::string& name,
                const std::string& location, const std::string& why,
                const Build& files = Nothing) {
  return External(row, name, {{"location", location}}, files,
                  {Outside(location, why)});
}

std::vector<Vector> Paths() {
  const std::string up = "which leads upwards";
  return {
      Location("CVE-2022-25882", "ParentFolder", "../../../etc/passwd", up),
      Location(
          "CVE-2024-27318", "HarmlessFirstComponent", "junk/../../secret", up,
          [](const Site& site) { fs::create_directory(site.InModel("junk")); }),
      Location("CVE-2025-51480", "WritesThroughALocation", "../out.data", up,
               [](const Site& site) {
                 WriteAll(site.root / "out.data", "as it was");
               }),
      Location("ORT PR 26776", "AbsolutePath", "/etc/passwd",
               "which is an absolute path"),
      Location("GHSA-q56x-g2fj-4rj6", "WindowsAbsolutePath", "C:\\secret",
               "which has a backslash"),
      Location("ext: empty location", "EmptyLocation", "", "which is no name"),
      Location("ORT */_ORT_MEM_ADDR_/*", "AddressInMemory",
               "*/_ORT_MEM_ADDR_/*", "which is an address in memory"),
      Location("ext: /dev/zero", "DevZero", "/dev/zero",
               "which is an absolute path"),
      External("ext: no location", "NoLocation", {{"offset", "0"}}, Nothing,
               {"error[E214]: MODEL: tensor 'w' has external data without a "
                "location"}),
  };
}

Build LinkTo(const std::string& target, const std::string& link) {
  return
      [=](const Site& site) { fs::create_symlink(target, site.InModel(link)); };
}

std::vector<Vector> Links() {
  const auto outside = [](const std::string& location) {
    return std::vector<std::string>{
        "error[E215]: MODEL: tensor 'w' has its data in '" + location +
        "', a link that leads out of the model's folder; replace the link by "
        "the file"};
  };
  Vector hard = External(
      "CVE-2026-34446", "HardLink", {{"location", "w.bin"}},
      [](const Site& site) {
        fs::create_hard_link(site.root / "secret", site.InModel("w.bin"));
      },
      {"warning[W206]: 'w.bin', with the data of tensor 'w', has other names "
       "too (hard links); make sure that it is the file that you mean"},
      ExitCode::kOk);
  hard.takes_secret = true;
  return {
      External("CVE-2026-34447", "SymbolicLink", {{"location", "w.bin"}},
               LinkTo("../secret", "w.bin"), outside("w.bin")),
      External("CVE-2026-27489", "LinkAsFolder", {{"location", "sub/secret"}},
               LinkTo("..", "sub"), outside("sub/secret")),
      External(
          "CVE-2026-27489", "LinkToALink", {{"location", "w.bin"}},
          [](const Site& site) {
            LinkTo("b", "w.bin")(site);
            LinkTo("../secret", "b")(site);
          },
          outside("w.bin")),
      External("CVE-2026-27489", "LinkToItself", {{"location", "w.bin"}},
               LinkTo("w.bin", "w.bin"),
               {"error[E216]: MODEL: cannot read 'model/w.bin', the file with "
                "the data of tensor 'w': Too many levels of symbolic links; it "
                "belongs beside the model"},
               ExitCode::kIo),
      External("ext: /dev/zero", "LinkToDevZero", {{"location", "w.bin"}},
               LinkTo("/dev/zero", "w.bin"), outside("w.bin")),
      External("ORT PR 26776", "LinkThroughProc", {{"location", "w.bin"}},
               LinkTo("/proc/self/cwd/secret", "w.bin"), outside("w.bin")),
      External(
          "accept: link inside", "LinkThatStaysInside", {{"location", "w.bin"}},
          [](const Site& site) {
            SaveWeights(site, "real.bin");
            LinkTo("real.bin", "w.bin")(site);
          },
          {}, ExitCode::kOk),
      hard,
  };
}

Vector NoFile(const std::string& name, const std::string& what,
              const Build& files) {
  return External("ext: fifo, /dev/zero, directory", name,
                  {{"location", "w.bin"}}, files,
                  {"error[E216]: MODEL: 'w.bin', with the data of tensor 'w', "
                   "is " +
                   what},
                  ExitCode::kIo);
}

void MakeSocket(const Site& site) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = site.InModel("w.bin").string();
  if (path.size() >= sizeof address.sun_path) {
    GTEST_SKIP() << "the temporary folder's name is too long for a socket";
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(fd);
}

void MakeDevice(const Site& site) {
  constexpr int kMemory = 1;
  constexpr int kZero = 5;
  if (mknod(site.InModel("w.bin").c_str(), S_IFCHR | 0600,
            makedev(kMemory, kZero)) != 0) {
    GTEST_SKIP() << "only root makes devices";
  }
}

std::vector<Vector> NoFiles() {
  return {
      NoFile("Fifo", "a named pipe",
             [](const Site& site) {
               ASSERT_EQ(mkfifo(site.InModel("w.bin").c_str(), 0600), 0);
             }),
      NoFile("Device", "a device file", MakeDevice),
      NoFile("Socket", "a socket", MakeSocket),
      NoFile("Folder", "a folder",
             [](const Site& site) {
               fs::create_directory(site.InModel("w.bin"));
             }),
      External("ext: missing", "MissingFile", {{"location", "w.bin"}}, Nothing,
               {"error[E216]: MODEL: cannot read 'model/w.bin', the file with "
                "the data of tensor 'w': No such file or directory; it belongs "
                "beside the model"},
               ExitCode::kIo),
      External("accept: the model is its own data", "TheModelItself",
               {{"location", "m.onnx"}}, Nothing,
               {"error[E217]: MODEL: tensor 'w' has its data at bytes 0 to "
                "4096 of 'm.onnx', which has 100 bytes only; it is cut off or "
                "belongs to another model"}),
  };
}

std::vector<Vector> Keys() {
  const std::string row = "CVE-2026-34445";
  const auto with = [&](const std::string& name, const Entries& more,
                        const std::string& line) {
    Entries entries = {{"location", "w.bin"}};
    entries.insert(entries.end(), more.begin(), more.end());
    return External(row, name, entries,
                    [](const Site& site) { SaveWeights(site); },
                    {"error[" + line});
  };
  return {
      with("KeyClass", {{"__class__", "x"}},
           "E214]: MODEL: tensor 'w' has the unknown key '__class__' in its "
           "external data"),
      with("KeyDict", {{"__dict__", "x"}},
           "E214]: MODEL: tensor 'w' has the unknown key '__dict__' in its "
           "external data"),
      with("UnknownKey", {{"whatever", "1"}},
           "E214]: MODEL: tensor 'w' has the unknown key 'whatever' in its "
           "external data"),
      with("KeyTwice", {{"location", "w.bin"}},
           "E214]: MODEL: tensor 'w' has the key 'location' twice in its "
           "external data"),
      with("NegativeOffset", {{"offset", "-1"}},
           "E214]: MODEL: tensor 'w' has the offset '-1' in its external data; "
           "a whole number >= 0 is needed"),
      with("NegativeLength", {{"length", "-1"}},
           "E214]: MODEL: tensor 'w' has the length '-1' in its external data; "
           "a whole number >= 0 is needed"),
      with("PetabyteLength", {{"length", "9007199254740992"}},
           "E212]: MODEL: tensor 'w' has 9007199254740992 bytes of external "
           "data, but its dims and element type need 4096"),
      with("OffsetBeyondTheFile", {{"offset", "4096"}},
           "E217]: MODEL: tensor 'w' has its data at bytes 4096 to 8192 of "
           "'w.bin', which has 4096 bytes only; it is cut off or belongs to "
           "another model"),
      with("OffsetAndLengthOverflow", {{"offset", "9223372036854775807"}},
           "E210]: MODEL: external data of tensor 'w' is too large"),
      with("OffsetOf65Bits", {{"offset", "36893488147419103232"}},
           "E214]: MODEL: tensor 'w' has the offset '36893488147419103232' in "
           "its external data; a whole number >= 0 is needed"),
      with("OffsetInHex", {{"offset", "0x10"}},
           "E214]: MODEL: tensor 'w' has the offset '0x10' in its external "
           "data; a whole number >= 0 is needed"),
  };
}

// The key `checksum` is not looked at: that a model's own weights are as they
// were, only who made them can tell. `verify` says whether halves have the
// weights that are beside the model now.
std::vector<Vector> Swapped() {
  const std::string row = "Hironabe: weights swapped";
  const auto swapped = [&](const std::string& name, const Entries& more,
                           std::vector<std::string> lines, ExitCode code) {
    Entries entries = {{"location", "w.bin"}};
    entries.insert(entries.end(), more.begin(), more.end());
    return External(
        row, name, entries,
        [](const Site& site) { SaveWeights(site, "w.bin", 'v'); },
        std::move(lines), code);
  };
  return {
      swapped("SwappedWithoutChecksum", {}, {}, ExitCode::kOk),
      swapped("SwappedWithChecksum",
              {{"checksum", "0123456789012345678901234567890123456789"}}, {},
              ExitCode::kOk),
      swapped("ChecksumThatIsNone", {{"checksum", "whatever"}}, {},
              ExitCode::kOk),
  };
}

// Where ONNX Runtime has not looked.
std::vector<Vector> ElsewhereThanInInitializers() {
  const auto sparse = [](ONNX_NAMESPACE::SparseTensorProto* tensor) {
    tensor->add_dims(kElements);
    *tensor->mutable_values() =
        ExternalTensor("w", {{"location", "../secret"}});
    auto* indices = tensor->mutable_indices();
    indices->add_dims(kElements);
    indices->set_data_type(TensorProto::INT64);
    for (int64_t i = 0; i < kElements; ++i) indices->add_int64_data(i);
  };
  const auto vector = [](const std::string& row, const std::string& name,
                         const std::function<void(ModelProto*)>& change,
                         const std::string& line) {
    return Vector{row,
                  name,
                  [=](const Site& site) {
                    ModelProto model = EmptyModel();
                    change(&model);
                    site.Save(model);
                  },
                  3,
                  {line}};
  };
  const std::string poc = "ORT: sparse external data";
  return {
      vector(
          poc, "SparseInitializer",
          [=](ModelProto* model) {
            sparse(model->mutable_graph()->add_sparse_initializer());
          },
          Outside("../secret", "which leads upwards")),
      vector(
          poc, "ConstantSparseValue",
          [=](ModelProto* model) {
            auto* node = AddNode("Constant", {}, {"c"}, model->mutable_graph());
            sparse(AddAttribute("sparse_value", node)->mutable_sparse_tensor());
          },
          Outside("../secret", "which leads upwards")),
      vector(
          "ext: in a body", "ConstantInABody",
          [](ModelProto* model) {
            auto* node = AddNode("If", {"x"}, {"z"}, model->mutable_graph());
            auto* body = AddAttribute("then_branch", node)->mutable_g();
            *body->add_initializer() =
                ExternalTensor("w", {{"location", "../secret"}});
          },
          Outside("../secret", "which leads upwards")),
      vector(
          "ext: raw and external", "ExternalAndInline",
          [](ModelProto* model) {
            *model = ExternalModel({{"location", "w.bin"}});
            model->mutable_graph()->mutable_initializer(0)->set_raw_data(
                std::string(4 * kElements, 'r'));
          },
          "error[E213]: MODEL: tensor 'w' has external data and raw_data; only "
          "one "
          "may hold its data"),
      vector(
          "ext: in training_info", "TrainingInfo",
          [](ModelProto* model) {
            *model->add_training_info()
                 ->mutable_initialization()
                 ->add_initializer() =
                ExternalTensor("w", {{"location", "../secret"}});
          },
          Outside("../secret", "which leads upwards")),
  };
}

// EXTERNAL, and behind it a number that no parser knows, which protobuf keeps
// among the unknown fields: the tensor stays external.
std::string LocationTwice(uint64_t number) {
  constexpr int kDataLocation = TensorProto::kDataLocationFieldNumber;
  return ExternalTensor("w", {{"location", "../secret"}}).SerializeAsString() +
         WireNumber(kDataLocation, number);
}

std::vector<Vector> LocationsTwice() {
  constexpr uint64_t kOfManyBits = (uint64_t{1} << 32) + 1;
  const std::string row = "data_location twice";
  const auto vector = [&](const std::string& name,
                          const std::function<std::string()>& bytes) {
    return Vector{row,
                  name,
                  [=](const Site& site) { site.Save(bytes()); },
                  3,
                  {Outside("../secret", "which leads upwards")}};
  };
  const auto in_initializer = [](uint64_t number) {
    return [=] {
      constexpr int kInitializer =
          ONNX_NAMESPACE::GraphProto::kInitializerFieldNumber;
      ModelProto model = EmptyModel();
      const std::string graph = model.graph().SerializeAsString() +
                                WireBytes(kInitializer, LocationTwice(number));
      model.clear_graph();
      return model.SerializeAsString() +
             WireBytes(ModelProto::kGraphFieldNumber, graph);
    };
  };
  const auto in_default = [](uint64_t number) {
    return [=] {
      using ONNX_NAMESPACE::AttributeProto;
      ModelProto model = EmptyModel();
      AddFunction("f0", {}, &model);
      model.mutable_functions(0)->mutable_unknown_fields()->AddLengthDelimited(
          kAttributeDefaultsField,
          WireBytes(AttributeProto::kNameFieldNumber, "a") +
              WireBytes(AttributeProto::kTFieldNumber, LocationTwice(number)));
      return model.SerializeAsString();
    };
  };
  return {
      vector("LocationTwice", in_initializer(7)),
      vector("LocationTwiceOfManyBits", in_initializer(kOfManyBits)),
      vector("LocationTwiceInADefault", in_default(7)),
      vector("LocationTwiceOfManyBitsInADefault", in_default(kOfManyBits)),
  };
}

// 128 KiB that 300 tensors share: written once a side.
Vector SharedData() {
  return {
      "shared external data",
      "SharedByManyTensors",
      [](const Site& site) {
        constexpr int kTensors = 300;
        constexpr int64_t kMany = 1 << 15;
        ModelProto model = EmptyModel();
        auto* graph = model.mutable_graph();
        graph->clear_node();
        std::string last = "x";
        for (int i = 0; i < kTensors; ++i) {
          TensorProto tensor =
              ExternalTensor(Numbered("w", i), {{"location", "w.bin"}});
          tensor.set_dims(0, kMany);
          *graph->add_initializer() = tensor;
          const std::string next = i + 1 == kTensors ? "y" : Numbered("v", i);
          AddNode("Add", {last, tensor.name()}, {next}, graph);
          last = next;
        }
        for (auto* info : {graph->mutable_input(0), graph->mutable_output(0)}) {
          info->mutable_type()
              ->mutable_tensor_type()
              ->mutable_shape()
              ->mutable_dim(0)
              ->set_dim_value(kMany);
        }
        site.Save(model);
        WriteAll(site.InModel("w.bin"), std::string(4 * kMany, 'w'));
      },
      0,
      {}};
}

}  // namespace

std::vector<Vector> ExternalDataVectors() {
  return Join({Paths(),
               Links(),
               NoFiles(),
               Keys(),
               Swapped(),
               ElsewhereThanInInitializers(),
               LocationsTwice(),
               {SharedData()}});
}

}  // namespace dnncut
