// SPDX-License-Identifier: Apache-2.0
//
// Compiles a model of any bytes in process, as `dnncut compile` does, and
// checks the answer. For the fuzz targets that make models.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dnncut {

// Error is what a bad model deserves; any other exception is a finding, and so
// is a crash of the shape inference in its child process, unless libonnx itself
// has crashed. Nothing is written.
void CheckCompile(std::string_view model);

// The same, and the result is written. Then these must hold, or are findings:
// every cut is feasible and costs what the table says; the rows have the best
// cuts, of all that there are where these are few; what was written is right
// (result_check.h), which is looked at in one of four cases; the halves of
// every cut, and of some that are not in the table, make up the model
// (half_check.h). The options of the compile are chosen by the bytes.
void CheckResultOfCompile(std::string_view model);

}  // namespace dnncut
