// SPDX-License-Identifier: Apache-2.0
//
// Models that are made and changed as ONNX messages, control flow and functions
// included, compiled into a folder; the result and its halves are checked.
#include <onnx/onnx_pb.h>

#include "tests/fuzz/compile_check.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/graph_mutation.h"
#include "tests/fuzz/message_mutation.h"
#include "tests/fuzz/model_seeds.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;

// Parses what is no model as an empty one: mutations add to that, too.
ModelProto Parse(const uint8_t* data, size_t size) {
  ModelProto model;
  model.ParseFromArray(data, static_cast<int>(size));
  return model;
}

size_t Store(const ModelProto& model, uint8_t* data, size_t size,
             size_t max_size) {
  return StoreMutated(model.SerializeAsString(), data, size, max_size);
}

}  // namespace

std::vector<std::string> FuzzSeeds() { return ModelSeeds(); }

}  // namespace dnncut

extern "C" {

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dnncut::CheckResultOfCompile({reinterpret_cast<const char*>(data), size});
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed) {
  dnncut::Random random(seed);
  auto model = dnncut::Parse(data, size);
  for (int n = 1 + random.Below(3); n > 0; --n) {
    if (random.Chance(3, 4)) {
      dnncut::MutateGraph(&random, &model);
    } else {
      dnncut::MutateMessage(model, &random, &model);
    }
  }
  return dnncut::Store(model, data, size, max_size);
}

// Takes messages of the second model into the first.
size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                 const uint8_t* data2, size_t size2,
                                 uint8_t* out, size_t max_out_size,
                                 unsigned int seed) {
  dnncut::Random random(seed);
  auto model = dnncut::Parse(data1, size1);
  const auto other = dnncut::Parse(data2, size2);
  for (int n = 1 + random.Below(4); n > 0; --n) {
    dnncut::MutateMessage(other, &random, &model);
  }
  return dnncut::Store(model, out, 0, max_out_size);
}

}  // extern "C"
