// SPDX-License-Identifier: Apache-2.0
//
// Compiles a model of any bytes in process, as `dnncut compile` does, and
// checks the answer. For the fuzz targets that make models.
#pragma once

#include <string_view>

namespace dnncut {

// Error is what a bad model deserves; any other exception is a finding, and so
// is a crash of the shape inference in its child process, unless libonnx itself
// has crashed. Else these must hold, or are findings: every cut is feasible and
// costs what the table says; the rows have the best cuts, of all that there are
// where these are few. The options of the compile are chosen by the bytes.
// Nothing is written.
void CheckCompile(std::string_view model);

// The same, and the halves are written, in one of four cases the whole result.
// These must hold, too: what was written of the result is right
// (result_check.h); the halves of every cut, and of some that are not in the
// table, make up the model (half_check.h).
void CheckResultOfCompile(std::string_view model);

}  // namespace dnncut
