// SPDX-License-Identifier: Apache-2.0
//
// Real architectures as ONNX files with made-up weights, to try dnncut on
// without a download. `dnncut example` and the tests write them. Always true of
// a file: it is valid ONNX (opset 17, IR version 8), its topology is the
// published one down to the number of parameters, its weights keep activations
// finite, and it has the same bytes on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dnncut {

struct ExampleInfo {
  std::string name;     // "resnet50"
  std::string summary;  // one line for people
};

// In the order in which to list them.
const std::vector<ExampleInfo>& Examples();

struct ExampleOptions {
  int depth = 12;  // transformer blocks, 1 .. 1000; only gpt2 reads it
  bool symbolic_batch = false;  // the inputs' first dim is "batch", not 1
  // Weights are ConstantOfShape nodes, as in ONNX's own light test models: a
  // file of some kilobytes, with constant weights.
  bool light = false;
  // Weights lie in a second file beside the model, its name plus ".data".
  // Needed beyond 2 GiB, where protobuf ends.
  bool external_data = false;
  bool overwrite = false;  // replace a file that is already there
};

struct WrittenExample {
  int64_t nodes = 0;
  int64_t parameters = 0;  // trained ones, as papers count them
  int64_t model_bytes = 0;
  int64_t data_bytes = 0;  // of the ".data" file, else 0

  bool operator==(const WrittenExample&) const = default;
};

// Writes the model to `path`, which appears whole or not at all; weights are
// made while writing, never held. Throws Error: E110 for a name that is none of
// Examples(), E111 for options that do not fit it, E112 when a file is in the
// way, E113 when it cannot be written, E114 when it needs external data.
WrittenExample WriteExample(const std::string& name,
                            const ExampleOptions& options,
                            const std::string& path);

}  // namespace dnncut
