// SPDX-License-Identifier: Apache-2.0
//
// A hash of all that a device and a server must agree on to work together,
// which both can compare: a table from one compile and a server half from
// another fit when the model and the hashes are the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// CRC-32 of the inputs and outputs of the server half of `cut`, its name, data
// type and shape of each, as one line of JSON (docs/formats.md). nullopt when
// the server has no part in it.
std::optional<uint32_t> InterfaceHash(const Graph& graph, const TableCut& cut);

// Of all cuts by number: CRC-32 of their hashes as text ("-" for none), with
// commas between.
uint32_t InterfaceHash(const std::vector<std::optional<uint32_t>>& cuts);

// Of each cut of a table, and of all of them.
std::vector<std::optional<uint32_t>> InterfaceHashes(const Graph& graph,
                                                     const CutTable& table);
uint32_t InterfaceHash(const Graph& graph, const CutTable& table);

// "0badcafe": eight digits, as files and messages spell a hash.
std::string HashText(uint32_t hash);

}  // namespace dnncut
