// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/line_prices.h"

#include <string_view>

#include "compiler/problem/cut_kind.h"
#include "compiler/problem/objective.h"

namespace dnncut {
namespace {

constexpr std::string_view kPrice = "a price";

int64_t Product(int64_t a, int64_t b) { return CheckedMul(a, b, kPrice); }

bool MayComeDown(const Problem& problem, const ProblemTensor& tensor) {
  return WantedOn(problem, tensor) == Side::kDevice || IsFed(tensor);
}

// Receiving takes time on the link, or a fixed one, or nothing is counted.
CostLine ReceivingPrice(const Problem& problem, int64_t bytes,
                        const PowerPrices& power) {
  CostLine price;
  if (problem.downlink.kind == Downlink::Kind::kFree) return price;
  price.fixed = CheckedAdd(
      Product(power.received_byte, bytes),
      Product(power.receiving, FixedDownloadNs(problem.downlink, bytes)),
      kPrice);
  if (problem.downlink.kind == Downlink::Kind::kSame) {
    price.bytes = Product(power.receiving, bytes);
  }
  return price;
}

}  // namespace

LinePrices ObjectivePrices(const Problem& problem) {
  LinePrices prices;
  for (const ProblemLayer& layer : problem.layers) {
    prices.layers.push_back(LayerPrice(problem, layer));
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    prices.uploads.push_back(UploadPrice(problem, tensor));
    CostLine& down = prices.downloads.emplace_back();
    if (!tensor.bytes || !MayComeDown(problem, tensor)) continue;
    down = DownloadPrice(problem, *tensor.bytes);
  }
  prices.round_trip = RoundTripPrice(problem);
  return prices;
}

LinePrices PricesOfPower(const Problem& problem, const PowerPrices& power) {
  LinePrices prices;
  for (const ProblemLayer& layer : problem.layers) {
    PerSide<CostLine>& price = prices.layers.emplace_back();
    for (const Side side : kSides) {
      price[side].fixed = Product(power.compute[side], layer.ns[side]);
    }
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    CostLine& up = prices.uploads.emplace_back();
    CostLine& down = prices.downloads.emplace_back();
    if (!tensor.bytes) continue;
    const int64_t bytes = *tensor.bytes;
    up.fixed = CheckedAdd(Product(power.crossing, tensor.cross_ns),
                          Product(power.sent_byte, bytes), kPrice);
    up.bytes = Product(power.sending, bytes);
    if (MayComeDown(problem, tensor)) {
      down = ReceivingPrice(problem, bytes, power);
    }
  }
  prices.round_trip.fixed = Product(power.waiting, problem.rtt_ns);
  return prices;
}

CostLine CostOf(const Problem& problem, const LinePrices& prices,
                const Cut& cut) {
  const CutCosts costs = CountCosts(problem, cut);
  CostLine sum;
  const auto add = [&sum](const CostLine& price) {
    sum = CheckedAdd(sum, price, "sum of the prices of a cut");
  };
  for (size_t l = 0; l < cut.size(); ++l) add(prices.layers[l][cut[l]]);
  for (const TensorId t : costs.uploaded) add(prices.uploads[t]);
  for (TensorId t = 0; t < std::ssize(problem.tensors); ++t) {
    if (ComesDown(problem, problem.tensors[t], cut)) add(prices.downloads[t]);
  }
  if (NeedsNetwork(costs.AllLayers(Side::kServer),
                   costs.uploaded.size() + costs.fetched.size())) {
    add(prices.round_trip);
  }
  return sum;
}

}  // namespace dnncut
