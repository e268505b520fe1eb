// SPDX-License-Identifier: Apache-2.0
//
// Reading takes memory for the graph, not for the weights.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "compiler/base/address_sanitizer.h"
#include "tests/backends/temp_folder.h"
#include "tests/frontends/loading.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;

// AddressSanitizer keeps what was freed.
constexpr bool kKeepsFreedMemory = kAddressSanitizer;

// Peak resident memory of this process since the last reset, in bytes.
int64_t PeakMemory() {
  std::istringstream status(ReadAll("/proc/self/status"));
  std::string line;
  while (std::getline(status, line)) {
    long long kib = 0;
    if (sscanf(line.c_str(), "VmHWM: %lld kB", &kib) == 1) return kib << 10;
  }
  ADD_FAILURE() << "no VmHWM";
  return 0;
}

// Sets the peak to what is in use, so that earlier tests do not hide growth.
void ResetPeakMemory() { WriteAll("/proc/self/clear_refs", "5"); }

// A file with `head`, then `hole_bytes` zeros that take no room on the disk,
// then `tail`.
void WriteSparse(const std::string& path, const std::string& head,
                 int64_t hole_bytes, const std::string& tail) {
  WriteAll(path, head);
  const int64_t size = static_cast<int64_t>(head.size()) + hole_bytes;
  ASSERT_EQ(truncate(path.c_str(), size), 0);
  std::ofstream(path, std::ios::binary | std::ios::app) << tail;
}

// Everything before the data of a model whose only initializer has
// `data_bytes` bytes of data in `field`.
std::string HugeHead(int field, int data_type, int64_t elements,
                     int64_t data_bytes) {
  const std::string inner = WireNumber(1, static_cast<uint64_t>(elements)) +
                            WireNumber(2, static_cast<uint64_t>(data_type)) +
                            WireBytes(8, "w") +
                            WireVarint(static_cast<uint64_t>(field) << 3 | 2) +
                            WireVarint(static_cast<uint64_t>(data_bytes));
  const uint64_t tensor = inner.size() + static_cast<uint64_t>(data_bytes);
  const std::string tensor_head = WireVarint(5 << 3 | 2) + WireVarint(tensor);
  const std::string io =
      WireBytes(11, WireBytes(1, "x")) + WireBytes(12, WireBytes(1, "x"));
  const uint64_t graph = io.size() + tensor_head.size() + tensor;
  return WireNumber(1, 8) + WireBytes(8, WireNumber(2, 17)) +
         WireVarint(7 << 3 | 2) + WireVarint(graph) + io + tensor_head + inner;
}

TEST(OnnxReader, MemoryDoesNotGrowWithWeights) {
  if (kKeepsFreedMemory) GTEST_SKIP() << "built with AddressSanitizer";
  constexpr int64_t kRawBytes = int64_t{3} << 29;  // 1.5 GiB
  constexpr int64_t kTypedBytes = int64_t{1} << 28;
  constexpr int64_t kMostGrowth = int64_t{50} << 20;
  const TempFolder folder;
  WriteSparse(folder / "raw.onnx",
              HugeHead(9, TensorProto::FLOAT, kRawBytes / 4, kRawBytes),
              kRawBytes, "");
  // Zeros are varints of one byte.
  WriteSparse(folder / "typed.onnx",
              HugeHead(7, TensorProto::INT64, kTypedBytes, kTypedBytes),
              kTypedBytes, "");
  ASSERT_EQ(Load(ReluModel()).error, "");
  ResetPeakMemory();
  const int64_t before = PeakMemory();
  const Loaded raw = LoadFile(folder / "raw.onnx");
  ASSERT_EQ(raw.error, "");
  EXPECT_EQ(raw.model.weights.at(0).bytes, kRawBytes);
  EXPECT_EQ(raw.model.weights.at(0).encoding, WeightData::Encoding::kRaw);
  const Loaded typed = LoadFile(folder / "typed.onnx");
  ASSERT_EQ(typed.error, "");
  EXPECT_EQ(typed.model.weights.at(0).bytes, 8 * kTypedBytes);
  EXPECT_LT(PeakMemory() - before, kMostGrowth);
}

TEST(OnnxReader, MemoryDoesNotGrowWithTheNumberOfWeights) {
  if (kKeepsFreedMemory) GTEST_SKIP() << "built with AddressSanitizer";
  // Weights in nameless Constant nodes, each touched at its head only.
  constexpr int kNodes = 20'000;
  constexpr int64_t kBytes = 16 << 10;
  constexpr int64_t kMostGrowth = int64_t{50} << 20;
  const std::string op = WireBytes(4, "Constant");
  const std::string attribute_name = WireBytes(1, "value");
  const std::string tensor_head = WireNumber(1, kBytes) + WireNumber(2, 2) +
                                  WireVarint(9 << 3 | 2) + WireVarint(kBytes);
  const auto open_message = [](int field, size_t bytes) {
    return WireVarint(static_cast<uint64_t>(field) << 3 | 2) +
           WireVarint(bytes);
  };
  const size_t tensor = tensor_head.size() + kBytes;
  const std::string attribute_head =
      attribute_name + open_message(5, tensor) + tensor_head;
  const std::string head =
      open_message(5, attribute_head.size() + kBytes) + attribute_head;
  const std::string io =
      WireBytes(11, WireBytes(1, "x")) + WireBytes(12, WireBytes(1, "x"));
  size_t graph = io.size();
  std::vector<std::string> heads;
  for (int i = 0; i < kNodes; ++i) {
    const std::string node = WireBytes(2, Numbered("c", i)) + op + head;
    heads.push_back(open_message(1, node.size() + kBytes) + node);
    graph += heads.back().size() + kBytes;
  }
  const TempFolder folder;
  const std::string path = folder / "m.onnx";
  const std::string start = WireNumber(1, 8) + WireBytes(8, WireNumber(2, 17)) +
                            open_message(7, graph) + io;
  WriteAll(path, start);
  const int fd = open(path.c_str(), O_WRONLY);
  auto offset = static_cast<off_t>(start.size());
  for (const std::string& bytes : heads) {
    ASSERT_EQ(pwrite(fd, bytes.data(), bytes.size(), offset),
              static_cast<ssize_t>(bytes.size()));
    offset += static_cast<off_t>(bytes.size()) + kBytes;
  }
  ASSERT_EQ(ftruncate(fd, offset), 0);
  close(fd);
  ResetPeakMemory();
  const int64_t before = PeakMemory();
  const Loaded loaded = LoadFile(path);
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.model.weights.size(), static_cast<size_t>(kNodes));
  EXPECT_EQ(loaded.model.weights.back().tensor,
            "node 19999 (Constant), attribute 'value'");
  EXPECT_LT(PeakMemory() - before, kMostGrowth);
}

}  // namespace
}  // namespace dnncut
