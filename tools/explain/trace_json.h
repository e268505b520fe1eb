// SPDX-License-Identifier: Apache-2.0
//
// One inference as a timeline, in Chrome's trace event format, which
// chrome://tracing and Perfetto show.
#pragma once

#include <string>

#include "tools/explain/explain.h"

namespace dnncut {

// Three tracks at the point's bandwidth: the device's layers one after the
// other, then what is sent, the server's layers, what comes back. It ends at
// exactly the latency of the table, in nanoseconds. Where the round trip is
// paid, one half stands before what is sent and one before what comes back.
std::string TraceJson(const StoredResult& compiled,
                      const OperatingPoint& point);

}  // namespace dnncut
