// SPDX-License-Identifier: Apache-2.0
//
// Text that a shell takes as it stands, so that a hint in a message can
// be pasted whatever a model calls its tensors.
#pragma once

#include <string>
#include <string_view>

namespace dnncut {

// `text` as one word.
std::string ShellWord(const std::string& text);

// The name of a file, which may begin with a dash, as an argument.
std::string ShellFile(const std::string& name);

// "--dim batch=1": a flag and its value, which may begin with a dash.
std::string ShellFlag(std::string_view flag, const std::string& value);

}  // namespace dnncut
