// SPDX-License-Identifier: Apache-2.0
//
// Where the project and its build are on this machine. Only folders.cc is
// compiled with these paths, so that ccache knows all other tests in every
// clone.
#pragma once

#include <filesystem>

namespace dnncut {

std::filesystem::path SourceFolder();
std::filesystem::path BuildFolder();

// The program that was built.
std::filesystem::path BuiltProgram();

}  // namespace dnncut
