// SPDX-License-Identifier: Apache-2.0
//
// What wrong_lemon/lemon/preflow.h does wrong.
#pragma once

namespace dnncut {

enum class WrongFlow { kNone, kValue, kTooLittle, kTooMuch };

inline WrongFlow wrong_flow = WrongFlow::kNone;

}  // namespace dnncut
