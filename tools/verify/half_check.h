// SPDX-License-Identifier: Apache-2.0
//
// Looks at the halves of a cut without running them: the layers of both
// together are the model's, each once and unchanged, so are their weights, and
// what crosses is what the table says. Uses nothing of the code that made the
// halves but the reader of models.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "backends/result/table_file.h"
#include "compiler/model/source_model.h"
#include "frontends/read/limits.h"
#include "tools/verify/same_content.h"

namespace dnncut {

class HalfChecker {
 public:
  // `out` is the result folder, `limits` those of a half. Keeps references to
  // the first three.
  HalfChecker(const SourceModel& model, const TableFile& table,
              const std::string& out, const ModelLimits& limits = {});

  // Has the model a node that gives another result every time?
  bool IsRandom() const { return is_random_; }

  // What is wrong with the halves of that cut, one line each; empty when
  // nothing is.
  std::vector<std::string> Check(int cut);
  // Could all halves of the cut that was checked last be read? Others need not
  // be run.
  bool CouldRead() const { return all_read_; }

 private:
  using Graph = ONNX_NAMESPACE::GraphProto;
  using Names = std::unordered_set<std::string>;

  // A half, and what is wrong with it.
  struct Half {
    SourceModel model;
    std::string shown;       // "device/cut1.onnx"
    std::vector<int> nodes;  // of the model, that it has
    Names inputs;            // without initializers
    Names outputs;
    std::vector<std::string>* faults = nullptr;

    void Fault(const std::string& text) const;
  };

  void FindLayers();
  void CheckCounts(const PerSide<Half>& halves,
                   std::vector<std::string>* faults) const;
  void CheckHalf(Half* half);
  int IndexOf(const Half& half, const ONNX_NAMESPACE::NodeProto& node,
              int last);
  void CheckNodes(Half* half);
  void CheckInitializers(const Half& half);
  void CheckFunctions(const Half& half);
  void CheckVersions(const Half& half) const;
  void CheckBoundary(const TableFile::Cut& cut, const Half* device,
                     const Half* server,
                     std::vector<std::string>* faults) const;

  const SourceModel& model_;
  const TableFile& table_;
  const std::string& out_;
  const ModelLimits limits_;
  ContentComparer comparer_;
  bool all_read_ = true;
  bool is_random_ = false;
  std::vector<bool> is_layer_;  // by node
  int layer_count_ = 0;
  std::unordered_map<std::string, int> makers_;  // tensor to node
  std::unordered_map<std::string, const ONNX_NAMESPACE::TensorProto*>
      initializers_;
  std::unordered_map<std::string, const ONNX_NAMESPACE::SparseTensorProto*>
      sparse_initializers_;
  Names inputs_;  // of the model, without initializers
};

// "layer 'conv1' (Conv)"; a nameless one has its first output's name.
std::string DescribeNode(const ONNX_NAMESPACE::NodeProto& node);

}  // namespace dnncut
