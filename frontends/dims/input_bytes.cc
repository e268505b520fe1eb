// SPDX-License-Identifier: Apache-2.0
#include "frontends/dims/input_bytes.h"

#include <algorithm>
#include <string>
#include <vector>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"

namespace dnncut {

void SetInputBytes(const ImportOptions& options, Graph* graph) {
  const auto inputs_end = graph->tensors.begin() + graph->input_count;
  for (const auto& [name, bytes] : options.input_bytes) {
    const auto input =
        std::find_if(graph->tensors.begin(), inputs_end,
                     [&](const Tensor& tensor) { return tensor.name == name; });
    if (input == inputs_end) {
      std::vector<std::string> names;
      for (int i = 0; i < graph->input_count; ++i) {
        names.push_back(graph->tensors[i].name);
      }
      Fail(ExitCode::kUsage, "E305",
           "--input-bytes {}: the model has no input of this name{}", name,
           DidYouMean(name, names));
    }
    if (!input->bytes) {
      Fail(ExitCode::kUsage, "E305",
           "--input-bytes {}: the input {} and never crosses; leave the flag "
           "out",
           name, input->why_not);
    }
    input->decoded_bytes = input->bytes;
    input->bytes = bytes;
  }
}

}  // namespace dnncut
