// SPDX-License-Identifier: Apache-2.0
//
// Can a device with one table talk to a server with the halves of another? It
// names a cut by its number and sends what its own table says.
#pragma once

#include <string>
#include <vector>

#include "backends/result/table_file.h"

namespace dnncut {

enum class Compatible { kYes, kNo, kUnknown };

// "yes", "no" or "unknown".
std::string_view CompatibleName(Compatible compatible);

struct ServerCompatibility {
  // A cut of the device's table with which it does not work, or nobody knows.
  struct Cut {
    int cut = 0;
    Compatible compatible = Compatible::kNo;
    std::string reason;
  };

  Compatible compatible = Compatible::kYes;
  std::string reason;     // one line, of the whole
  std::vector<Cut> cuts;  // by number
};

// With each cut of the device's table: is there a server half that takes what
// the device sends? kUnknown when a table is too old to say. Reads no half.
ServerCompatibility CheckServer(const TableFile& device,
                                const TableFile& server);

// What to roll out first. `forward` is the new table with the old server,
// `backward` the old table with the new server.
std::string RolloutAdvice(const ServerCompatibility& forward,
                          const ServerCompatibility& backward);

}  // namespace dnncut
