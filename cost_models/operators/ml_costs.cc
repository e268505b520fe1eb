// SPDX-License-Identifier: Apache-2.0
//
// Counts the operators of ai.onnx.ml. Their weights are attributes, so that
// their bytes are added to those of inputs and outputs.
//
// A tree is walked from its root to a leaf for every row: one comparison for
// each level, and one node read, of which hardly any is in a register or even
// in the nearest cache; that, not the comparison, is what a forest costs. A
// tree counts with its longest path.
#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

constexpr int kHash = 10;    // to look a label up
constexpr int kKernel = 10;  // a power or exponential of a support vector
// A node of a tree in memory: threshold, feature, two children, what it is.
constexpr int64_t kTreeNodeBytes = 32;

const std::vector<int64_t>& Ints(const Operation& operation,
                                 std::string_view name) {
  static const std::vector<int64_t> kNone;
  const auto it = operation.ints.find(std::string(name));
  return it == operation.ints.end() ? kNone : it->second;
}

int64_t FloatCount(const Operation& operation, std::string_view name) {
  const auto it = operation.floats.find(std::string(name));
  return it == operation.floats.end() ? 0 : std::ssize(it->second);
}

// The rows of a matrix; a vector is one.
int64_t Rows(const Operation& operation) {
  const TensorType& input = Input(operation, 0);
  return Rank(input) == 1 ? 1 : Dim(input, 0);
}

// `each`: operations for one element of the output.
OperationCost CountEach(const Operation& operation, int each) {
  return MakeCost(operation, OperatorClass::kElementwise,
                  ComputeType(Output(operation, 0)),
                  SaturatingMul(OutputElements(operation), each));
}

// A sequence of maps is made of the input, an entry for each number.
OperationCost CountMaps(const Operation& operation, int each) {
  const TensorType& input = Input(operation, 0);
  return MakeCost(operation, OperatorClass::kElementwise, ComputeType(input),
                  SaturatingMul(Elements(input), each));
}

OperationCost CountNorm(const Operation& operation, int each) {
  OperationCost cost = CountEach(operation, each);
  cost.operator_class = OperatorClass::kNormalization;
  return cost;
}

// Of every row, a product with `weights` floats.
OperationCost CountProducts(const Operation& operation, int64_t weights) {
  OperationCost cost =
      MakeCost(operation, OperatorClass::kMatrixProduct, DType::kFloat32,
               SaturatingMul(2, SaturatingMul(Rows(operation), weights)));
  cost.weight_bytes = SaturatingMul(4, weights);
  cost.bytes = SaturatingAdd(cost.bytes, cost.weight_bytes);
  return cost;
}

OperationCost CountLinear(const Operation& operation, int) {
  return CountProducts(operation, FloatCount(operation, "coefficients"));
}

// Every support vector with every row, each product put through the kernel,
// then weighed by the coefficients. Without support vectors it is linear.
OperationCost CountSupportVectors(const Operation& operation, int) {
  const int64_t numbers = FloatCount(operation, "support_vectors");
  OperationCost cost = CountProducts(
      operation, SaturatingAdd(numbers, FloatCount(operation, "coefficients")));
  int64_t vectors = CountAttribute(operation, "n_supports", 0);
  for (const int64_t count : Ints(operation, "vectors_per_class")) {
    vectors = SaturatingAdd(vectors, std::max<int64_t>(0, count));
  }
  const auto kernel = operation.strings.find("kernel_type");
  const bool linear =
      kernel == operation.strings.end() || kernel->second == "LINEAR";
  if (numbers == 0 || linear) return cost;
  cost.operations = SaturatingAdd(
      cost.operations,
      SaturatingMul(kKernel, SaturatingMul(Rows(operation), vectors)));
  return cost;
}

// Both children of each node, by its number; -1: a leaf, or no such node.
struct Tree {
  std::vector<int64_t> yes;
  std::vector<int64_t> no;
};

// The levels below each root, added up. Children follow their parents in no
// order, so a path is followed with a stack; a node that is met more often than
// once, which no tree has, is not followed again.
int64_t SumOfDepths(const Tree& tree, const std::vector<int64_t>& roots) {
  std::vector<bool> seen(tree.yes.size(), false);
  int64_t sum = 0;
  std::vector<std::pair<int64_t, int64_t>> pending;  // node, levels above
  for (const int64_t root : roots) {
    int64_t depth = 0;
    pending.emplace_back(root, 1);
    while (!pending.empty()) {
      const auto [node, level] = pending.back();
      pending.pop_back();
      if (node < 0 || node >= std::ssize(tree.yes) || seen[node]) continue;
      seen[node] = true;
      const bool leaf = tree.yes[node] < 0 && tree.no[node] < 0;
      depth = std::max(depth, leaf ? level - 1 : level);
      pending.emplace_back(tree.yes[node], level + 1);
      pending.emplace_back(tree.no[node], level + 1);
    }
    sum = SaturatingAdd(sum, depth);
  }
  return sum;
}

// Nodes are named by their tree and their number in it, and a leaf is its own
// child or that of the root: node 0 is never below another.
int64_t DepthsOfNamedNodes(const Operation& operation) {
  const std::vector<int64_t>& trees = Ints(operation, "nodes_treeids");
  const std::vector<int64_t>& nodes = Ints(operation, "nodes_nodeids");
  const std::vector<int64_t>& yes = Ints(operation, "nodes_truenodeids");
  const std::vector<int64_t>& no = Ints(operation, "nodes_falsenodeids");
  const size_t count =
      std::min({trees.size(), nodes.size(), yes.size(), no.size()});
  std::unordered_map<int64_t, std::unordered_map<int64_t, int64_t>> place;
  std::vector<int64_t> roots;
  for (size_t i = 0; i < count; ++i) {
    auto& tree = place[trees[i]];
    if (tree.empty()) roots.push_back(static_cast<int64_t>(i));
    tree.emplace(nodes[i], static_cast<int64_t>(i));
  }
  Tree tree{std::vector<int64_t>(count, -1), std::vector<int64_t>(count, -1)};
  for (size_t i = 0; i < count; ++i) {
    const auto& members = place[trees[i]];
    const auto child = [&](int64_t node) -> int64_t {
      const auto it = members.find(node);
      if (node == 0 || it == members.end()) return -1;
      return it->second == static_cast<int64_t>(i) ? -1 : it->second;
    };
    tree.yes[i] = child(yes[i]);
    tree.no[i] = child(no[i]);
  }
  return SumOfDepths(tree, roots);
}

// Version 5 has indices of inner nodes, or of leaves where a flag says so. A
// leaf here is no node: each inner node is a level.
int64_t DepthsOfIndexedNodes(const Operation& operation) {
  Tree tree{Ints(operation, "nodes_truenodeids"),
            Ints(operation, "nodes_falsenodeids")};
  const size_t count = std::min(tree.yes.size(), tree.no.size());
  const auto forget_leaves = [count](const std::vector<int64_t>& is_leaf,
                                     std::vector<int64_t>* children) {
    children->resize(count);
    for (size_t i = 0; i < std::min(count, is_leaf.size()); ++i) {
      if (is_leaf[i] != 0) (*children)[i] = -1;
    }
  };
  forget_leaves(Ints(operation, "nodes_trueleafs"), &tree.yes);
  forget_leaves(Ints(operation, "nodes_falseleafs"), &tree.no);
  // Here a node above two leaves is a level, too, so each gets one as a child.
  const int64_t leaf = static_cast<int64_t>(count);
  for (size_t i = 0; i < count; ++i) {
    if (tree.yes[i] < 0 && tree.no[i] < 0) tree.yes[i] = leaf;
  }
  return SumOfDepths(tree, Ints(operation, "tree_roots"));
}

OperationCost CountTrees(const Operation& operation, int) {
  const int64_t depths = operation.op_type == "TreeEnsemble"
                             ? DepthsOfIndexedNodes(operation)
                             : DepthsOfNamedNodes(operation);
  const int64_t steps = SaturatingMul(Rows(operation), depths);
  OperationCost cost = MakeCost(operation, OperatorClass::kElementwise,
                                ComputeType(Input(operation, 0)), steps);
  cost.bytes = SaturatingAdd(cost.bytes, SaturatingMul(kTreeNodeBytes, steps));
  return cost;
}

constexpr OperatorFamily kMlFamilies[] = {
    {"ArrayFeatureExtractor", CountEach, 0},
    {"Binarizer", CountEach, 1},
    {"CastMap", CountEach, kHash},
    {"CategoryMapper", CountEach, kHash},
    {"DictVectorizer", CountEach, kHash},
    {"FeatureVectorizer", CountEach, 0},
    {"Imputer", CountEach, 1},
    {"LabelEncoder", CountEach, kHash},
    {"LinearClassifier", CountLinear},
    {"LinearRegressor", CountLinear},
    {"Normalizer", CountNorm, 3},
    {"OneHotEncoder", CountEach, 1},
    {"SVMClassifier", CountSupportVectors},
    {"SVMRegressor", CountSupportVectors},
    {"Scaler", CountEach, 2},
    {"TreeEnsemble", CountTrees},
    {"TreeEnsembleClassifier", CountTrees},
    {"TreeEnsembleRegressor", CountTrees},
    {"ZipMap", CountMaps, kHash},
};

}  // namespace

std::span<const OperatorFamily> MlFamilies() { return kMlFamilies; }

}  // namespace dnncut
