// SPDX-License-Identifier: Apache-2.0
//
// A fuzz target without libFuzzer, so that every build runs it for a moment:
//
//   fuzz_smoke_NAME SECONDS    its seeds, then mutations of them, the same ones
//                              on every run, until the time is up
//   fuzz_smoke_NAME FILE...    these inputs, for example what libFuzzer found
//
// What is being run stands in fuzz_smoke_NAME.input in the current folder, and
// stays there when the program dies.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/fuzzing.h"
#include "tests/testing.h"

// Not every target has one.
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(
    uint8_t* data, size_t size, size_t max_size, unsigned int seed);

namespace dnncut {
namespace {

constexpr size_t kMaxInputBytes = 64 << 10;
// Of one pass; there are several, so that many seeds get their turn.
constexpr int kMutationsInARow = 3;

Random* MutationRandom() {
  static Random random(20261121);
  return &random;
}

void RunInput(const std::string& input, const std::string& note) {
  WriteFuzzFile(note, input);
  // An own allocation of that size: what lies behind it is out of bounds.
  const std::vector<uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::string Mutated(const std::string& input) {
  std::vector<uint8_t> data(input.begin(), input.end());
  data.resize(std::max(kMaxInputBytes, input.size()));
  const auto seed = static_cast<unsigned int>(MutationRandom()->Next());
  const size_t size =
      LLVMFuzzerCustomMutator != nullptr
          ? LLVMFuzzerCustomMutator(data.data(), input.size(), data.size(),
                                    seed)
          : LLVMFuzzerMutate(data.data(), input.size(), data.size());
  return {data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size)};
}

// Seeds and mutations in an order that does not depend on time: only where it
// ends does.
void RunFor(std::chrono::seconds time, const std::string& note) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + time;
  const std::vector<std::string> seeds = FuzzSeeds();
  // A step that has no divisor in common visits all of them, scattered.
  constexpr size_t kStep = 7919;
  int64_t runs = 0;
  for (size_t i = 0; Clock::now() < end; i += kStep) {
    std::string input = seeds[i % seeds.size()];
    RunInput(input, note);
    for (int n = 0; n < kMutationsInARow && Clock::now() < end; ++n) {
      input = Mutated(input);
      RunInput(input, note);
      ++runs;
    }
  }
  std::fprintf(stderr, "%zu seeds, %lld mutations\n", seeds.size(),
               static_cast<long long>(runs));
}

// The commands print; nobody reads it.
void DiscardOutput() {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDOUT_FILENO);
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s SECONDS|FILE...\n", argv[0]);
    return 2;
  }
  DiscardOutput();
  const std::string note = std::filesystem::absolute(
      std::filesystem::path(argv[0]).filename().string() + ".input");
  const long seconds = std::strtol(argv[1], nullptr, 10);
  if (seconds > 0) RunFor(std::chrono::seconds(seconds), note);
  for (int i = seconds > 0 ? 2 : 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    RunInput({std::istreambuf_iterator<char>(file), {}}, note);
  }
  std::filesystem::remove(note);
  return 0;
}

}  // namespace
}  // namespace dnncut

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size,
                                   size_t max_size) {
  using dnncut::MutationRandom;
  static const uint8_t kEdges[] = {0, 1, 0x7f, 0x80, 0xff, '"', '-', '9'};
  const size_t at = size == 0 ? 0 : MutationRandom()->Next() % size;
  const size_t count =
      std::min<size_t>(1 + MutationRandom()->Next() % 8, size - at);
  switch (MutationRandom()->Below(5)) {
    case 0:  // a bit
      if (size > 0) data[at] ^= 1u << MutationRandom()->Below(8);
      return size;
    case 1:  // a byte
      if (size > 0) data[at] = kEdges[MutationRandom()->Below(8)];
      return size;
    case 2:  // fewer bytes
      std::memmove(data + at, data + at + count, size - at - count);
      return size - count;
    case 3: {  // more bytes, of those that are there
      const size_t room = std::min(count, max_size - size);
      std::memmove(data + at + room, data + at, size - at);
      return size + room;
    }
    default:  // bytes from elsewhere
      if (size > count) {
        std::memmove(data + at,
                     data + MutationRandom()->Next() % (size - count), count);
      }
      return size;
  }
}

int main(int argc, char** argv) { return dnncut::Main(argc, argv); }
