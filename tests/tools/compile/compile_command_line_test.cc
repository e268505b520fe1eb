// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/compile_command_line.h"

#include <gtest/gtest.h>

#include "tools/compile/memory_limits.h"
#include "tools/refine/refine_command_line.h"

namespace dnncut {
namespace {

TEST(Reproduce, SaysOnlyWhatIsNotTheDefault) {
  CompileOptions options;
  options.model_path = "some/folder/net.onnx";
  EXPECT_EQ(CompileCommandLine(options), "dnncut compile net.onnx");
  options.machines.device = "/home/me/board.json";
  options.fill = {true, "other/machine.json"};
  options.link.rtt_ns = 1'500'000;
  options.link.range = {1, 2'000'000};
  options.link.result = Side::kServer;
  options.pins.server = {"fc*", "head"};
  options.kept_private = {"2"};
  options.operators = {"lists/mine.json", "tensorrt"};
  options.memory = {512'000'000, kUnlimited};
  options.bucket_kbps = {100, 500};
  options.import.shapes = {{"x", {1, 3}}};
  options.import.input_bytes = {{"x", 60000}};
  options.import.input_values = {{"sr", "16000"}};
  options.only_cut = 0;
  EXPECT_EQ(CompileCommandLine(options),
            "dnncut compile net.onnx --device board.json --fill "
            "roofline:machine.json --min-bandwidth 1kbps --max-bandwidth 2Gbps "
            "--rtt 1500us --result server --pin-server 'fc*' --pin-server head "
            "--keep-private 2 --device-ops mine.json --server-ops tensorrt "
            "--device-memory 500000KiB --server-memory none "
            "--buckets 100,500 --shape x=1x3 --input-value sr=16000 "
            "--input-bytes x=60000 --only-cut 0");
}

TEST(Reproduce, SaysHowItWasRefined) {
  RefineOptions options;
  options.path = "/tmp/out";
  EXPECT_EQ(RefineCommandLine(options, "net.onnx"),
            "dnncut refine net.dnncut --in-place");
  options.as = PerSide<bool>{true, false};
  options.slowdown = 2.5;
  options.threads.device = 1;
  options.inputs.given = {"x=/data/x.npy"};
  options.inputs.test_data = "/data/set/";
  EXPECT_EQ(RefineCommandLine(options, "net.onnx"),
            "dnncut refine net.dnncut --as device --slowdown 2.5 "
            "--device-threads 1 --input x=x.npy --test-data set --in-place");
}

}  // namespace
}  // namespace dnncut
