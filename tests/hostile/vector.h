// SPDX-License-Identifier: Apache-2.0
//
// A vector is one file, or a few, that somebody hostile could hand to dnncut,
// and what dnncut answers. Every published vulnerability of the field's parsers
// and every input that one of them crashes or hangs on has one or more.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dnncut {

// What stands in the file that no model may reach, more than once.
inline constexpr std::string_view kSecret = "canary-7f3a;";

// Where a vector builds its files:
//   ROOT/model/m.onnx  the model; what belongs to it stands beside it
//   ROOT/secret        4096 bytes of kSecret
struct Site {
  std::filesystem::path root;

  std::filesystem::path InModel(const std::string& name) const {
    return root / "model" / name;
  }
  void Save(const std::string& bytes) const;
  void Save(const ONNX_NAMESPACE::ModelProto& model) const;
};

struct Vector {
  std::string row;   // the CVE, GHSA or input that it stands for
  std::string name;  // of the test
  std::function<void(const Site&)> build;
  int exit_code = 0;
  // What both `compile` and `inspect` print on standard error, line by line,
  // without "dnncut: ". MODEL is the model's path. What stands between the
  // pieces around kLibraryText is a library's own.
  std::vector<std::string> lines;
  std::vector<std::string> flags = {};  // of both
  std::vector<std::string> compile_flags = {};
  // --limit NAME=VALUE, of them and of `verify`; "" for none.
  std::string limit = {};
  // ONNX Runtime knows the size that libonnx does not, and all is well.
  bool runtime_knows = false;
  // A hard link cannot be told from the file itself.
  bool takes_secret = false;
  // Not the model that `build` saved.
  std::string model = "model/m.onnx";
};

inline Vector KnownToRuntime(Vector vector) {
  vector.runtime_knows = true;
  return vector;
}

// One list of several.
std::vector<Vector> Join(const std::vector<std::vector<Vector>>& parts);

inline constexpr std::string_view kLibraryText = "<library>";

// The line of tensors whose sizes are not known, because `why`.
std::string NotInferred(const std::string& tensors, const std::string& why);

// So that a test's name is its vector's.
void PrintTo(const Vector& vector, std::ostream* out);

std::vector<Vector> CostVectors();
std::vector<Vector> ExternalDataVectors();
std::vector<Vector> ExternalTensorVectors();
std::vector<Vector> FileVectors();
std::vector<Vector> FunctionVectors();
std::vector<Vector> GraphVectors();
std::vector<Vector> InferenceVectors();
std::vector<Vector> NodeVectors();
std::vector<Vector> TensorVectors();
std::vector<Vector> TextVectors();

}  // namespace dnncut
