// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "compiler/base/error.h"
#include "frontends/read/model_file.h"

namespace dnncut {
namespace {

struct Signature {
  size_t offset = 0;
  std::string_view bytes;
  std::string_view meaning;
};

using namespace std::string_view_literals;

constexpr std::array kSignatures = {
    Signature{0, "version https://git-lfs"sv,
              "a Git LFS pointer, not the model itself; run 'git lfs pull'"},
    Signature{4, "TFL3"sv,
              "a TensorFlow Lite model; convert the original model to ONNX "
              "(tf2onnx)"},
    Signature{4, "ORTM"sv,
              "a model in ONNX Runtime's own format (.ort); use the .onnx file "
              "that it was made from"},
    Signature{0, "PK\x03\x04"sv,
              "a ZIP archive, as PyTorch (.pt, .pth), Keras and NumPy write "
              "them; export the model to ONNX or unpack it first"},
    Signature{0, "\x89HDF"sv,
              "an HDF5 file, as Keras writes them; convert the model to ONNX "
              "(tf2onnx)"},
    Signature{0, "\x1f\x8b"sv, "compressed with gzip; unpack it first"},
    Signature{0, "\x28\xb5\x2f\xfd"sv, "compressed with zstd; unpack it first"},
    Signature{0,
              "\xfd"
              "7zXZ"sv,
              "compressed with xz; unpack it first"},
    Signature{0, "BZh"sv, "compressed with bzip2; unpack it first"},
    Signature{0, "7z\xbc\xaf"sv, "a 7-Zip archive; unpack it first"},
    Signature{257, "ustar"sv, "a tar archive; unpack it first"},
    Signature{0, "GGUF"sv, "a GGUF file of llama.cpp; dnncut reads ONNX"},
    Signature{0, "\x80\x02"sv,
              "a Python pickle, as PyTorch wrote them; export the model to "
              "ONNX"},
    Signature{0, "\x93NUMPY"sv, "a NumPy array, not a model"},
    Signature{8, "{\""sv,
              "a safetensors file, which has weights but no graph; export the "
              "model to ONNX"},
    Signature{0,
              "\x7f"
              "ELF"sv,
              "a program; give the .onnx file"},
};

bool IsText(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 512);
  return std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7f
                        : byte == '\n' || byte == '\r' || byte == '\t';
  });
}

std::string_view KindOfText(std::string_view bytes) {
  const size_t begin = bytes.find_first_not_of(" \r\n\t");
  const std::string_view text =
      begin == std::string_view::npos ? "" : bytes.substr(begin);
  if (text.starts_with('<') && !text.starts_with("<ir_version") &&
      !text.starts_with("< ")) {
    return "a web page or XML, probably an error page instead of the download; "
           "download the model again";
  }
  if (text.starts_with('{') || text.starts_with('[')) {
    return "JSON text; give the binary .onnx file";
  }
  return "text; give the binary .onnx file";
}

}  // namespace

void CheckLooksLikeOnnx(std::string_view bytes) {
  if (bytes.empty()) {
    Fail(ExitCode::kBadInput, "E202",
         "the file is empty; an ONNX model is expected");
  }
  for (const Signature& signature : kSignatures) {
    if (bytes.size() >= signature.offset &&
        bytes.substr(signature.offset).starts_with(signature.bytes)) {
      Fail(ExitCode::kBadInput, "E202", "is no ONNX model but {}",
           signature.meaning);
    }
  }
  if (IsText(bytes)) {
    Fail(ExitCode::kBadInput, "E202", "is no ONNX model but {}",
         KindOfText(bytes));
  }
}

}  // namespace dnncut
