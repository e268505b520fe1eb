// SPDX-License-Identifier: Apache-2.0
//
// CLI11's classes by name, for all that only hands them on: its header takes
// seconds to compile.
#pragma once

namespace CLI {
class App;
class ParseError;
}  // namespace CLI
