// SPDX-License-Identifier: Apache-2.0
//
// Reads table.json.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backends/result/firmware_options.h"
#include "backends/result/labels.h"
#include "compiler/model/graph.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// table.json as a reader sees it. Its rows keep the promises of CutTable: they
// are sorted, touch each other, and name cuts that exist.
struct TableFile {
  // An input or output of the model.
  struct ModelTensor {
    std::string name;
    std::string dtype;
    std::string kind;  // "sequence", "optional", "other"; empty: a tensor
    std::optional<std::vector<int64_t>> shape;  // -1: only the data decides
    std::optional<int64_t> bytes;               // that are sent
    Wanted wanted = Wanted::kAsAll;             // of an output
    Side home = Side::kDevice;                  // of an input, unless it is
    std::optional<std::string> state_of;        // the state of this output
    std::optional<int64_t> decoded_bytes;       // as Tensor::decoded_bytes

    bool operator==(const ModelTensor&) const = default;
  };
  struct CrossingTensor {
    std::string name;
    std::string dtype;
    std::vector<int64_t> shape;  // -1: only the data decides
    int64_t bytes = 0;
    std::optional<int64_t> decoded_bytes;  // as Tensor::decoded_bytes
    bool result = false;
    SizeBasis size_basis = SizeBasis::kExact;  // of `bytes`

    bool operator==(const CrossingTensor&) const = default;
  };
  struct Cut {
    CutCosts costs;  // its lists stay empty: see `tensors` and `fetched`
    std::vector<CrossingTensor> tensors;
    std::vector<CrossingTensor> fetched;  // inputs that come down
    PerSide<int64_t> weight_bytes;
    PerSide<std::optional<std::string>> models;  // files of halves
    std::optional<std::string> interface;        // see interface_hash.h
    MeasuredTimes measured;                      // of a refined table
    std::optional<PerSide<MemoryUse>> memory;    // older tables have none
    bool has_halves = true;                      // false: they were not written

    bool operator==(const Cut&) const = default;
  };

  // What the file says of firmware with hysteresis. It should follow from the
  // rest of the table (hysteresis.h), but ReadTableFile does not check that.
  struct StatedHysteresis {
    std::vector<BandwidthRange> stay;    // by row
    std::optional<double> worst_regret;  // nullopt: infinite
    int64_t worst_kbps = 0;

    bool operator==(const StatedHysteresis&) const = default;
  };

  std::string model_file;
  std::string model_sha256;
  std::vector<std::string> commands;                // Result::commands
  std::map<std::string, std::string> fixed_inputs;  // SourceModel's
  std::vector<std::string> dropped_outputs;         // SourceModel's
  StatedSizes stated;                               // Graph's
  std::vector<ModelTensor> inputs;
  std::vector<ModelTensor> outputs;
  PerSide<MachineLabel> machines;
  BandwidthRange range;
  int64_t rtt_ns = 0;
  Downlink downlink;
  Side result = Side::kDevice;
  std::optional<std::string> interface;  // of all cuts; older tables have none
  int layers = 0;
  int size_layers = 0;  // beside those, see Layer::sizes_only
  int blocks = 0;
  std::vector<Cut> cuts;
  std::vector<TableRow> rows;
  std::optional<Approximation> approximation;
  PerSide<std::optional<int64_t>> memory_limit;  // nullopt: none
  RefinedSides refined;
  FirmwareOptions firmware;
  std::optional<StatedHysteresis> hysteresis;  // older tables have none
  std::optional<int> only_cut;  // --only-cut: no other has weights, either

  bool operator==(const TableFile&) const = default;
};

// See cut_kind.h.
inline bool NeedsNetwork(const TableFile::Cut& cut) {
  return NeedsNetwork(cut.costs.AllLayers(Side::kServer),
                      cut.tensors.size() + cut.fetched.size());
}

// Need it not lie on the device? Then a server half may read it although no cut
// sends it.
inline bool IsFed(const TableFile::ModelTensor& input) {
  return input.state_of || input.home == Side::kServer;
}

// `path` is the file, or the result folder that holds it. Throws Error.
TableFile ReadTableFile(const std::string& path);

// The file itself: `path`, or table.json in that folder.
std::string FileOfTable(const std::string& path);

// The folder that the paths of the table are relative to; `path` as for
// ReadTableFile.
std::string FolderOfTable(const std::string& path);

// What to do about a cut without halves in the result folder `folder`.
std::string HalvesAdvice(const TableFile& table, int cut,
                         const std::string& folder);

// The row that holds `kbps`. Throws Error E620 when it is outside the range.
const TableRow& FindRow(const TableFile& table, int64_t kbps);

}  // namespace dnncut
