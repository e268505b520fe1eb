// SPDX-License-Identifier: Apache-2.0
//
// Files that are no model, those that are broken, and what protobuf's own
// vulnerabilities were about.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "tests/frontends/loading.h"
#include "tests/hostile/vector.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

using ONNX_NAMESPACE::ModelProto;

// m.onnx holds what `bytes` gives.
Vector File(const std::string& row, const std::string& name,
            const std::function<std::string()>& bytes,
            std::vector<std::string> lines, int exit_code = 3) {
  return {row, name, [=](const Site& site) { site.Save(bytes()); }, exit_code,
          std::move(lines)};
}

std::string Model() { return ReluModel().SerializeAsString(); }

// A tar archive of one file that wants to lie in the folder above.
std::string Tar() {
  std::string header(512, '\0');
  const auto put = [&](size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  put(0, "../secret");
  put(100, "0000644");
  put(124, "00000000000");
  put(257, "ustar");
  put(263, "00");
  return header + std::string(1024, '\0');
}

// A field whose tag has a byte more than it needs.
std::string Overlong(int field, const std::string& bytes) {
  std::string whole = WireBytes(field, bytes);
  whole[0] = static_cast<char>(whole[0] | 0x80);
  return whole.insert(1, 1, '\0');
}

// Of the graph, its node and that node's operator.
std::string OverlongTags() {
  ModelProto model = ReluModel();
  ONNX_NAMESPACE::GraphProto graph = model.graph();
  ONNX_NAMESPACE::NodeProto node = graph.node(0);
  model.clear_graph();
  graph.clear_node();
  node.clear_op_type();
  return model.SerializeAsString() +
         Overlong(7, graph.SerializeAsString() +
                         Overlong(1, node.SerializeAsString() +
                                         Overlong(4, "Relu")));
}

std::vector<Vector> OtherFiles() {
  const std::string hub = "CVE-2024-5187, CVE-2024-7776, CVE-2026-28500";
  const auto text = [](const std::string& content) {
    return [=] { return content; };
  };
  return {
      File(hub, "TarArchive", Tar,
           {"error[E202]: MODEL: is no ONNX model but a tar archive; unpack it "
            "first"}),
      File(hub, "GzipArchive", text(std::string("\x1f\x8b\x08\0\0\0\0\0", 8)),
           {"error[E202]: MODEL: is no ONNX model but compressed with gzip; "
            "unpack it first"}),
      File(hub, "ZipArchive", text(std::string("PK\x03\x04\x14\0\0\0", 8)),
           {"error[E202]: MODEL: is no ONNX model but a ZIP archive, as "
            "PyTorch (.pt, .pth), Keras and NumPy write them; export the model "
            "to ONNX or unpack it first"}),
      File(
          "empty file", "EmptyFile", text(""),
          {"error[E202]: MODEL: the file is empty; an ONNX model is expected"}),
      File("text", "Text", text("This is no model.\n"),
           {"error[E202]: MODEL: is no ONNX model but text; give the binary "
            ".onnx file"}),
      File("Git LFS pointer", "GitLfsPointer",
           text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
           {"error[E202]: MODEL: is no ONNX model but a Git LFS pointer, not "
            "the model itself; run 'git lfs pull'"}),
      File("HTML", "WebPage", text("<!DOCTYPE html><html></html>"),
           {"error[E202]: MODEL: is no ONNX model but a web page or XML, "
            "probably an error page instead of the download; download the "
            "model again"}),
      File("TFLite", "TensorFlowLite",
           text(std::string("\x1c\0\0\0TFL3", 8) + std::string(64, '\1')),
           {"error[E202]: MODEL: is no ONNX model but a TensorFlow Lite model; "
            "convert the original model to ONNX (tf2onnx)"}),
      File("truncated", "Truncated",
           [] { return Model().substr(0, Model().size() / 2); },
           {"error[E203]: MODEL: is cut off, or no ONNX model: at least 27 "
            "more bytes must follow its 33; copy or download it again"}),
      File("trailing garbage", "TrailingGarbage",
           [] { return Model() + "\xff\xff\xff\xff"; },
           {"error[E204]: MODEL: has garbage behind the model, from byte 66 "
            "on"}),
      File("trailing garbage", "TwoModels", [] { return Model() + Model(); },
           {"error[E204]: MODEL: is broken: a graph stands twice where ONNX "
            "allows one (byte 68); perhaps two models were joined"}),
      File("text", "Zeros", text(std::string(1 << 20, '\0')),
           {"error[E202]: MODEL: is no ONNX model: it is not even in its file "
            "format"}),
      File("text", "Ones", text(std::string(1 << 20, '\xff')),
           {"error[E202]: MODEL: is no ONNX model but text; give the binary "
            ".onnx file"}),
  };
}

std::vector<Vector> NoModelFiles() {
  const auto no_file = [](const std::string& name, const std::string& why,
                          const std::function<void(const Site&)>& build) {
    return Vector{"model: fifo, /dev/zero, directory",
                  name,
                  build,
                  5,
                  {"error[E201]: MODEL: cannot read the model: " + why}};
  };
  Vector zero =
      no_file("ModelIsDevZero", "it is a device file", [](const Site&) {});
  zero.model = "/dev/zero";
  Vector standard_input = no_file("ModelIsStandardInput", "it is a device file",
                                  [](const Site&) {});
  standard_input.model = "/dev/stdin";
  return {
      no_file("ModelIsAFifo", "it is a named pipe",
              [](const Site& site) {
                ASSERT_EQ(mkfifo(site.InModel("m.onnx").c_str(), 0600), 0);
              }),
      no_file("ModelIsAFolder", "it is a folder",
              [](const Site& site) {
                fs::create_directory(site.InModel("m.onnx"));
              }),
      no_file("ModelIsMissing", "No such file or directory",
              [](const Site&) {}),
      no_file("ModelIsALinkToItself", "Too many levels of symbolic links",
              [](const Site& site) {
                fs::create_symlink("m.onnx", site.InModel("m.onnx"));
              }),
      zero,
      standard_input,
      {"a file of 3 GiB",
       "ModelOf3GiB",
       [](const Site& site) {
         site.Save(Model());
         fs::resize_file(site.InModel("m.onnx"), uintmax_t{3} << 30);
       },
       3,
       {"error[E205]: MODEL: has 3221225472 bytes, but an ONNX file cannot "
        "have more than 2 GiB; store the weights as external data"}},
      {"a file of 2 GiB",
       "ModelOf2GiBOfZeros",
       [](const Site& site) {
         site.Save(Model());
         fs::resize_file(site.InModel("m.onnx"), (uintmax_t{2} << 30) - 1);
       },
       3,
       {"error[E204]: MODEL: has garbage behind the model, from byte 66 on"}},
  };
}

std::string Repeated(const std::string& bytes, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += bytes;
  return all;
}

// `depth` messages in each other, each in field `number` of the one around it.
std::string Nested(int number, int depth) {
  std::string inner;
  for (int i = 0; i < depth; ++i) inner = WireBytes(number, inner);
  return inner;
}

// Groups, which ONNX has none of, start and end with tags of their own.
std::string Groups(int depth) {
  return Repeated(WireVarint(15 << 3 | 3), depth) +
         Repeated(WireVarint(15 << 3 | 4), depth);
}

std::vector<Vector> Protobuf() {
  const std::string many = "CVE-2022-1941";
  const std::string deep = "CVE-2024-7254, CVE-2025-4565";
  const auto graph_field = [](const std::string& bytes) {
    return [=] {
      ModelProto model = ReluModel();
      std::string graph = model.graph().SerializeAsString() + bytes;
      model.clear_graph();
      return model.SerializeAsString() + WireBytes(7, graph);
    };
  };
  constexpr int kHundredThousand = 100'000;
  return {
      File("overlong tag", "OverlongTags", OverlongTags, {}, 0),
      File(many, "UnknownNumbers",
           graph_field(Repeated(WireNumber(99, 1), kHundredThousand)), {}, 0),
      File(many, "UnknownMessages",
           graph_field(Repeated(WireBytes(99, "x"), kHundredThousand)), {}, 0),
      File(
          many, "UnknownFieldsOfTheModel",
          [] { return Model() + Repeated(WireNumber(99, 1), 100'000); }, {}, 0),
      File(many, "ManyNumbers",
           [] {
             std::string bytes = Model();
             for (int i = 0; i < kHundredThousand; ++i) {
               bytes += WireNumber(1000 + i, 1);
             }
             return bytes;
           },
           {"error[E204]: MODEL: has garbage behind the model, from byte 66 "
            "on"}),
      // 10 MB, each entry of which would take 64 bytes.
      File(many, "EmptyExternalData",
           graph_field(WireBytes(5, Repeated(WireBytes(13, ""), 5'000'000))),
           {"error[E214]: MODEL: tensor 0 has the unknown key '' in its "
            "external data"}),
      File(
          many, "EmptyMetadata",
          [] { return Model() + Repeated(WireBytes(14, ""), 100'000); }, {}, 0),
      File(many, "EmptyNodes",
           graph_field(Repeated(WireBytes(1, ""), kHundredThousand)),
           {"error[E227]: MODEL: graph 'main', node 1 (): the node has no "
            "operator (op_type)"}),
      File(many, "EmptyInputs",
           graph_field(Repeated(WireBytes(11, ""), kHundredThousand)),
           {"error[E227]: MODEL: graph 'main': an input has no name"}),
      File(many, "EmptyAttributes",
           graph_field(
               WireBytes(1, Repeated(WireBytes(5, ""), kHundredThousand))),
           {"error[E227]: MODEL: graph 'main', node 1 (): the node has no "
            "operator (op_type)"}),
      File(
          deep, "UnknownMessagesInEachOther",
          [] { return Model() + Nested(99, 5000); }, {}, 0),
      File(deep, "GroupsInEachOther", [] { return Model() + Groups(100'000); },
           {"error[E204]: MODEL: has garbage behind the model, from byte 66 "
            "on"}),
      File(deep, "GroupsInAGraph", graph_field(Groups(100'000)),
           {"error[E204]: MODEL: is broken at byte 68; copy or download it "
            "again"}),
      File(deep, "GroupThatNeverEnds",
           [] { return Model() + WireVarint(15 << 3 | 3); },
           {"error[E204]: MODEL: has garbage behind the model, from byte 66 "
            "on"}),
      File(deep, "SequencesOfSequences",
           graph_field(WireBytes(
               13, WireBytes(1, "s") + WireBytes(2,
                                                 [] {
                                                   std::string type;
                                                   for (int i = 0; i < 5000;
                                                        ++i) {
                                                     type = WireBytes(
                                                         4, WireBytes(1, type));
                                                   }
                                                   return type;
                                                 }()))),
           {"error[E204]: MODEL: is broken inside, or nested far more deeply "
            "than the 100 levels of messages that ONNX's file format allows; "
            "copy or download it again"}),
      File(many, "LengthOf2To63",
           [] {
             return Model() + WireVarint(7 << 3 | 2) + WireVarint(1ULL << 63);
           },
           {"error[E204]: MODEL: has garbage behind the model, from byte 66 "
            "on"}),
      File(many, "VarintOf11Bytes",
           [] { return Model() + "\x08" + std::string(100, '\xff'); },
           {"error[E204]: MODEL: has garbage behind the model, from byte 66 "
            "on"}),
  };
}

}  // namespace

std::vector<Vector> FileVectors() {
  return Join({OtherFiles(), NoModelFiles(), Protobuf()});
}

}  // namespace dnncut
