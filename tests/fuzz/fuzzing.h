// SPDX-License-Identifier: Apache-2.0
//
// What the fuzz targets of this folder share. A target is one file with
// LLVMFuzzerTestOneInput, FuzzSeeds and, where bytes alone lead nowhere,
// LLVMFuzzerCustomMutator. libFuzzer runs it (run.sh), and fuzz_smoke.cc does
// in every build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" {

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// Returns the new size of what is in `data`, which has room for `max_size`.
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed);

// Of libFuzzer, or of fuzz_smoke.cc: changes some bytes.
size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

}  // extern "C"

namespace dnncut {

// The inputs of a target to start from, the same on every run but for what
// Debian's libonnx-testdata adds where it is installed.
std::vector<std::string> FuzzSeeds();

// Ends the program: the input has found a fault of ours.
[[noreturn]] void Finding(std::string_view what);

// A folder in memory, the same for the whole run and gone when that ends well.
const std::string& FuzzFolder();

void WriteFuzzFile(const std::string& path, std::string_view content);

// Puts `text` where a mutator leaves its result; where there is no room, the
// `size` bytes there stay. Returns the size.
size_t StoreMutated(std::string_view text, uint8_t* data, size_t size,
                    size_t max_size);

// The same number for the same bytes, to choose the options of a run with.
uint64_t HashOf(std::string_view bytes);

}  // namespace dnncut
