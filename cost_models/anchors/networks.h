// SPDX-License-Identifier: Apache-2.0
//
// The networks that anchors are times of, from their papers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/model/graph.h"

namespace dnncut {

// As a source states what it measured; `size` 0: the network's own.
struct NetworkSpec {
  std::string name;  // one of KnownNetworks()
  int64_t size = 0;  // height and width of the images
  int64_t batch = 1;
  double width = 1;  // of the layers: MobileNet's alpha
  int64_t classes = 1000;

  bool operator==(const NetworkSpec&) const = default;
};

// "alexnet", "efficientnet-b0", ...: ascending.
std::vector<std::string> KnownNetworks();

// "resnet18 at 256x256, batch 4", for people.
std::string NetworkText(const NetworkSpec& spec);

// Throws std::logic_error for a name that is not known.
Graph MakeNetwork(const NetworkSpec& spec);

}  // namespace dnncut
