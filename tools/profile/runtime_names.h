// SPDX-License-Identifier: Apache-2.0
//
// What ONNX Runtime calls the nodes of a model that it has optimised.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/model/graph.h"
#include "tools/profile/layer_times.h"

namespace dnncut {

// What the name of a node in a trace says.
struct NameMeaning {
  enum class Kind {
    kLayer,     // is made of a layer, and maybe of others
    kConstant,  // stands for no layer
    kHelper,    // the runtime's own: changes a layout, a type or a shape
    kNew,       // the runtime's own, for layers that the name does not tell
    kStranger,  // somebody gave it the name, but not in this model
  };
  Kind kind = Kind::kStranger;
  LayerId layer = -1;           // for kLayer; for a helper that casts what one
                                // layer makes or alone reads, that one
  bool is_last_layer = false;   // `layer` is the last of the node's, or was
                                // before it took in an addition
  bool has_taken_bias = false;  // a matrix product with the addition behind it
};

class NodeNames {
 public:
  // Refers to the graph.
  NodeNames(const Graph& graph, const ONNX_NAMESPACE::GraphProto& source);

  NameMeaning Read(const NodeTime& node) const;

 private:
  using LayerOrNone = std::optional<LayerId>;

  std::optional<NameMeaning> ReadUserName(std::string_view name) const;
  std::optional<NameMeaning> ReadChangedName(std::string_view name) const;
  NameMeaning ReadHelper(std::string_view name) const;

  const Graph& graph_;
  // nullopt for a node that is no layer.
  std::map<std::string, LayerOrNone, std::less<>> by_name_;
  std::map<std::string, LayerId, std::less<>> nameless_;
  std::map<std::string_view, LayerId> by_tensor_;
  // What is read and not made by layers; nullopt when several read it.
  std::map<std::string_view, LayerOrNone> reader_;
};

}  // namespace dnncut
