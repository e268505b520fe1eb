// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/problem.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "compiler/base/ascending.h"
#include "compiler/base/checked_math.h"
#include "compiler/base/require.h"

namespace dnncut {
namespace {

void VerifyPlaces(const Problem& problem, const ProblemTensor& tensor) {
  const bool is_input = tensor.producer == kModelInput;
  Require(is_input || (tensor.home == Side::kDevice && !tensor.state_of),
          "that only inputs have a home or are a state");
  Require(tensor.result || tensor.wanted == Wanted::kAsAll,
          "that only results are wanted somewhere");
  if (!tensor.state_of) return;
  const TensorId maker = *tensor.state_of;
  Require(maker >= 0 && maker < std::ssize(problem.tensors) &&
              problem.tensors[maker].result,
          "that a state comes from a result");
  Require(tensor.bytes.has_value(), "that a state has a size");
}

void VerifyTensor(const ProblemTensor& tensor, int layer_count) {
  Require(tensor.producer >= kModelInput && tensor.producer < layer_count,
          "that a producer is a layer or kModelInput");
  Require(!tensor.result || tensor.producer != kModelInput,
          "that a result is made by a layer");
  Require(!tensor.bytes || *tensor.bytes >= 0, "that sizes are >= 0");
  Require(tensor.cross_ns >= 0, "that times are >= 0");
  const auto& readers = tensor.readers;
  Require(IsAscending(readers), "that readers are ascending, each once");
  if (readers.empty()) return;
  Require(tensor.producer < readers.front() && readers.back() < layer_count,
          "that layers are in topological order");
}

}  // namespace

std::string DownlinkName(const Downlink& downlink) {
  switch (downlink.kind) {
    case Downlink::Kind::kSame:
      return "same";
    case Downlink::Kind::kFree:
      return "free";
    case Downlink::Kind::kFixed:
      return std::to_string(downlink.kbps);
  }
  throw std::logic_error("DownlinkName: unknown kind");
}

int CountLayers(const Problem& problem) {
  return static_cast<int>(std::count_if(
      problem.layers.begin(), problem.layers.end(),
      [](const ProblemLayer& layer) { return !layer.sizes_only; }));
}

std::string_view WantedName(Wanted wanted) {
  switch (wanted) {
    case Wanted::kAsAll:
      return "";
    case Wanted::kDevice:
      return "device";
    case Wanted::kServer:
      return "server";
    case Wanted::kNowhere:
      return "none";
  }
  throw std::logic_error("WantedName: unknown place");
}

std::optional<Side> WantedOn(const Problem& problem,
                             const ProblemTensor& tensor) {
  if (!tensor.result) return std::nullopt;
  switch (tensor.wanted) {
    case Wanted::kAsAll:
      return problem.result;
    case Wanted::kDevice:
      return Side::kDevice;
    case Wanted::kServer:
      return Side::kServer;
    case Wanted::kNowhere:
      return std::nullopt;
  }
  throw std::logic_error("WantedOn: unknown place");
}

bool IsFed(const ProblemTensor& tensor) {
  return tensor.producer == kModelInput &&
         (tensor.state_of || tensor.home == Side::kServer);
}

LayerId HolderOf(const Problem& problem, const ProblemTensor& tensor) {
  return tensor.state_of ? problem.tensors[*tensor.state_of].producer
                         : tensor.producer;
}

int64_t FixedDownloadNs(const Downlink& downlink, int64_t bytes) {
  if (downlink.kind != Downlink::Kind::kFixed) return 0;
  const Int128 scaled = static_cast<Int128>(kByteNsKbps) * bytes;
  const Int128 ns = (scaled + downlink.kbps - 1) / downlink.kbps;
  if (ns > std::numeric_limits<int64_t>::max()) {
    Fail(ExitCode::kBadInput, "E502",
         "downloading a result of {} bytes at {} kbit/s takes more than 292 "
         "years; raise --downlink or lower the sizes",
         bytes, downlink.kbps);
  }
  return static_cast<int64_t>(ns);
}

void VerifyProblem(const Problem& problem) {
  Require(1 <= problem.range.min_kbps &&
              problem.range.min_kbps <= problem.range.max_kbps &&
              problem.range.max_kbps <= kLimitKbps,
          "1 <= min_kbps <= max_kbps <= kLimitKbps");
  Require(problem.rtt_ns >= 0, "rtt_ns >= 0");
  Require(problem.downlink.kind != Downlink::Kind::kFixed ||
              problem.downlink.kbps >= 1,
          "that a fixed downlink has a bandwidth");
  Require(problem.objective.device >= 0 && problem.objective.link >= 0 &&
              problem.objective.server >= 0,
          "that weights are >= 0");
  for (const ProblemLayer& layer : problem.layers) {
    Require(layer.ns.device >= 0 && layer.ns.server >= 0,
            "that times are >= 0");
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    VerifyTensor(tensor, static_cast<int>(problem.layers.size()));
    VerifyPlaces(problem, tensor);
  }
}

}  // namespace dnncut
