// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/ci/check_report.h"

namespace dnncut {

// JUnit's XML, as far as all of its readers agree: one suite, one test case for
// each item, no times. Always well-formed.
std::string JUnitText(const CheckReport& report);

}  // namespace dnncut
