// SPDX-License-Identifier: Apache-2.0
//
// Work whose growth growth_test.py measures.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace dnncut {

// Counts what `work` does, for the case `name`. `bytes` are those of its input.
void Measure(const std::string& name, size_t bytes,
             const std::function<void()>& work);

struct GrowthCase {
  std::string name;
  // Makes an input and gives it to Measure.
  std::function<void(const std::string& name, int size)> measure;
  int size;  // and twice as large
};

// Of models that are read from files, and of result folders.
std::vector<GrowthCase> FileCases();

}  // namespace dnncut
