// SPDX-License-Identifier: Apache-2.0
//
// Devices and servers are not updated at the same moment, and a device names a
// cut by its number. So cut by cut: has the server's table a cut of that
// number, does it expect the very tensors in the order in which the device
// sends them, and does it give back what the device expects? The last is
// compared by the hash of the interface, and is unknown for tables that do not
// have it.
#include "tools/diff/server_compatibility.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/base/first_few.h"
#include "compiler/base/unit_text.h"

namespace dnncut {
namespace {

using Tensors = std::vector<TableFile::CrossingTensor>;

// More tensors than these are counted, not listed.
constexpr size_t kMissingTensors = 3;

bool IsSame(const TableFile::CrossingTensor& a,
            const TableFile::CrossingTensor& b) {
  return a.name == b.name && a.dtype == b.dtype && a.shape == b.shape;
}

bool IsSame(const Tensors& a, const Tensors& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return IsSame(x, y); });
}

// "'b' float32[1,8], 'c' int64[1]", of those that `others` has not.
std::string OnlyIn(const Tensors& tensors, const Tensors& others) {
  const auto key = [](const TableFile::CrossingTensor& tensor) {
    return std::tie(tensor.name, tensor.dtype, tensor.shape);
  };
  using Key = decltype(key(tensors.front()));
  std::set<Key> in_others;
  for (const auto& other : others) in_others.insert(key(other));
  std::vector<const TableFile::CrossingTensor*> only;
  for (const TableFile::CrossingTensor& tensor : tensors) {
    if (!in_others.contains(key(tensor))) only.push_back(&tensor);
  }
  return FirstFew(only.size(), kMissingTensors, [&](size_t i) {
    return FormatTensor(only[i]->name, only[i]->dtype, only[i]->shape);
  });
}

std::string TensorsReason(const Tensors& sent, const Tensors& expected) {
  const std::string only_sent = OnlyIn(sent, expected);
  const std::string only_expected = OnlyIn(expected, sent);
  if (only_sent.empty() && only_expected.empty()) {
    return "sends the tensors in another order than the server expects";
  }
  if (only_sent.empty()) {
    return fmt::format("does not send {}, which the server expects",
                       only_expected);
  }
  if (only_expected.empty()) {
    return fmt::format("sends {}, which the server does not expect", only_sent);
  }
  return fmt::format("sends {} where the server expects {}", only_sent,
                     only_expected);
}

// The first cut of a table with each interface.
using CutsByInterface = std::map<std::string_view, int>;

CutsByInterface ByInterface(const TableFile& table) {
  CutsByInterface cuts;
  for (int id = 0; id < std::ssize(table.cuts); ++id) {
    const auto& interface = table.cuts[id].interface;
    if (interface) cuts.emplace(*interface, id);
  }
  return cuts;
}

// "; the server has it as cut 2", where the same messages have another number.
std::string ElsewhereText(const TableFile::Cut& cut,
                          const CutsByInterface& of_server) {
  if (!cut.interface) return "";
  const auto found = of_server.find(*cut.interface);
  if (found == of_server.end()) return "";
  return fmt::format("; the server has it as cut {}", found->second);
}

// Of one cut, whatever the model; nullopt when it works.
std::optional<ServerCompatibility::Cut> CheckCut(
    const TableFile& device, const TableFile& server,
    const CutsByInterface& of_server, int id) {
  const TableFile::Cut& cut = device.cuts[id];
  const auto no = [&](const std::string& reason) {
    return ServerCompatibility::Cut{id, Compatible::kNo,
                                    reason + ElsewhereText(cut, of_server)};
  };
  if (!NeedsNetwork(cut)) return std::nullopt;
  if (id >= std::ssize(server.cuts)) {
    return no("is not among the cuts of the server");
  }
  const TableFile::Cut& other = server.cuts[id];
  if (!NeedsNetwork(other)) {
    return no("needs the server, where this cut is all on the device");
  }
  if (!other.has_halves) {
    return ServerCompatibility::Cut{
        id, Compatible::kNo,
        server.only_cut
            ? "has no half there, which was compiled with --only-cut"
            : fmt::format("has no half there, which `dnncut halves OUT --cut "
                          "{}` writes",
                          id)};
  }
  if (!IsSame(cut.tensors, other.tensors)) {
    return no(TensorsReason(cut.tensors, other.tensors));
  }
  if (!cut.interface || !other.interface) {
    return ServerCompatibility::Cut{
        id, Compatible::kUnknown,
        "sends what the server expects, but a table of an older dnncut does "
        "not say what comes back"};
  }
  if (cut.interface != other.interface) {
    return no("expects other results than the server gives");
  }
  return std::nullopt;
}

std::string Reason(const ServerCompatibility& result) {
  const auto worst = std::find_if(
      result.cuts.begin(), result.cuts.end(),
      [&](const auto& cut) { return cut.compatible == result.compatible; });
  if (worst != result.cuts.end()) {
    const auto more = std::ssize(result.cuts) - 1;
    const std::string others =
        more == 0 ? ""
                  : fmt::format(" (and {} more)", FormatPlural(more, "cut"));
    return fmt::format("cut {} {}{}", worst->cut, worst->reason, others);
  }
  if (result.compatible == Compatible::kYes) {
    return "the same model, and the same messages for every cut";
  }
  return "the messages fit, but the models differ: halves of two models do not "
         "belong together";
}

}  // namespace

std::string_view CompatibleName(Compatible compatible) {
  switch (compatible) {
    case Compatible::kYes:
      return "yes";
    case Compatible::kNo:
      return "no";
    case Compatible::kUnknown:
      break;
  }
  return "unknown";
}

ServerCompatibility CheckServer(const TableFile& device,
                                const TableFile& server) {
  ServerCompatibility result;
  bool needs_server = false;
  const CutsByInterface of_server = ByInterface(server);
  for (int id = 0; id < std::ssize(device.cuts); ++id) {
    needs_server = needs_server || NeedsNetwork(device.cuts[id]);
    if (auto cut = CheckCut(device, server, of_server, id)) {
      result.cuts.push_back(std::move(*cut));
    }
  }
  if (!needs_server) {
    result.reason = "no cut of the table needs a server";
    return result;
  }
  if (device.model_sha256 != server.model_sha256) {
    result.compatible = Compatible::kNo;
  }
  for (const ServerCompatibility::Cut& cut : result.cuts) {
    if (cut.compatible == Compatible::kNo) result.compatible = Compatible::kNo;
    if (result.compatible == Compatible::kYes) {
      result.compatible = Compatible::kUnknown;
    }
  }
  result.reason = Reason(result);
  return result;
}

std::string RolloutAdvice(const ServerCompatibility& forward,
                          const ServerCompatibility& backward) {
  const bool devices_first = forward.compatible == Compatible::kYes;
  const bool server_first = backward.compatible == Compatible::kYes;
  if (devices_first && server_first) {
    return "update devices and server in any order";
  }
  if (server_first) {
    return "update the server first: it serves devices with the old table, too";
  }
  if (devices_first) {
    return "update the devices first: the old server serves the new table, too";
  }
  return "put the new server beside the old one, under an address or version "
         "of its own, and let each device move there with its table";
}

}  // namespace dnncut
