// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/cost_models/files.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::HasSubstr;

constexpr char kGood[] = R"({
  "schema": "dnncut.machine/1", "name": "board", "source": "a sheet",
  "peak_gflops": {"float32": 10, "int8": 40.5},
  "memory_gb_per_s": 2.5, "memory_efficiency": 0.75,
  "layer_ns": 20000, "memory_bytes": 1000000,
  "efficiency": {"convolution": 0.6}, "future": 1})";

std::string LoadError(const std::string& text) {
  const std::string path = TemporaryFile("machine.json", text);
  const std::string error = ErrorOf([&] { MachineOf(ReadCostSource(path)); });
  EXPECT_THAT(error, HasSubstr(path));
  return error;
}

TEST(BuiltinMachines, AreComplete) {
  std::set<std::string> names;
  for (const Machine& machine : BuiltinMachines()) {
    SCOPED_TRACE(machine.name);
    EXPECT_TRUE(names.insert(machine.name).second);
    EXPECT_FALSE(machine.description.empty());
    EXPECT_FALSE(machine.source.empty());
    EXPECT_EQ(machine.source.find('\n'), std::string::npos);
    EXPECT_TRUE(machine.peak_gflops.contains(DType::kFloat32));
    EXPECT_TRUE(machine.peak_gflops.contains(DType::kInt8));
    for (const auto& [dtype, peak] : machine.peak_gflops) EXPECT_GT(peak, 0);
    EXPECT_GT(machine.memory_gb_per_s, 0);
    EXPECT_GT(machine.layer_ns, 0);
    EXPECT_GT(machine.memory_bytes, 0);
    EXPECT_GT(machine.memory_efficiency, 0);
    EXPECT_LE(machine.memory_efficiency, 1);
    for (OperatorClass c : kOperatorClasses) {
      ASSERT_TRUE(machine.efficiency.contains(c));
      EXPECT_GT(machine.efficiency.at(c), 0);
      EXPECT_LE(machine.efficiency.at(c), kMaxEfficiency);
    }
  }
  for (const char* name :
       {"raspberry-pi-4", "raspberry-pi-5", "cortex-m7", "phone-mid",
        "phone-high", "jetson-nano", "jetson-orin-nano", "server-cpu-16", "t4",
        "a10", "h100"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(MachineOf, FindsBuiltinsWithoutCase) {
  EXPECT_EQ(MachineOf(ReadCostSource("t4")).name, "t4");
  EXPECT_EQ(MachineOf(ReadCostSource("Raspberry-Pi-4")).name, "raspberry-pi-4");
  EXPECT_EQ(ReadCostSource("H100").kind, CostSource::Kind::kBuiltin);
}

TEST(MachineOf, SuggestsNames) {
  EXPECT_EQ(ErrorOf([] { MachineOf(ReadCostSource("raspbery-pi-4")); }),
            "E410 there is no machine and no file 'raspbery-pi-4'; did you "
            "mean 'raspberry-pi-4'?; \"dnncut machines\" lists the built-in "
            "ones");
  EXPECT_EQ(ErrorOf([] { MachineOf(ReadCostSource("abacus")); }),
            "E410 there is no machine and no file 'abacus'; \"dnncut "
            "machines\" lists the built-in ones");
  EXPECT_THAT(ErrorOf([] { MachineOf(ReadCostSource("./t4")); }),
              HasSubstr("E400"));
  EXPECT_THAT(ErrorOf([] { MachineOf(ReadCostSource("t4.json")); }),
              HasSubstr("E400"));
  EXPECT_THAT(ErrorOf([] { MachineOf(ReadCostSource("")); }),
              HasSubstr("E410"));
}

TEST(MachineOf, ReadsFiles) {
  const std::string path = TemporaryFile("machine.json", kGood);
  EXPECT_EQ(ReadCostSource(path).kind, CostSource::Kind::kMachineFile);
  const Machine machine = MachineOf(ReadCostSource(path));
  EXPECT_EQ(machine.name, "board");
  EXPECT_EQ(machine.source, "a sheet");
  EXPECT_EQ(PeakGflops(machine, DType::kFloat32), 10);
  EXPECT_EQ(PeakGflops(machine, DType::kInt8), 40.5);
  EXPECT_EQ(machine.memory_gb_per_s, 2.5);
  EXPECT_EQ(machine.memory_efficiency, 0.75);
  EXPECT_EQ(machine.layer_ns, 20000);
  EXPECT_EQ(machine.memory_bytes, 1000000);
  EXPECT_EQ(Efficiency(machine, OperatorClass::kConvolution), 0.6);
  EXPECT_EQ(Efficiency(machine, OperatorClass::kPooling), kDefaultEfficiency);
}

TEST(MachineOf, TellsProfilesFromMachines) {
  const std::string profile =
      TemporaryFile("profile.json", R"({"schema": "dnncut.profile/1"})");
  EXPECT_EQ(ReadCostSource(profile).kind, CostSource::Kind::kProfileFile);
  EXPECT_THAT(ErrorOf([&] { MachineOf(ReadCostSource(profile)); }),
              HasSubstr("E402"));
  const std::string table =
      TemporaryFile("table.json", R"({"schema": "dnncut.table/1"})");
  EXPECT_EQ(ErrorOf([&] { ReadCostSource(table); }),
            "E402 " + table +
                ": is neither a machine nor a profile; expected \"schema\": "
                "\"dnncut.machine/1\", \"dnncut.profile/1\" or "
                "\"dnncut.regression/1\"");
}

TEST(MachineOf, RefusesBadFiles) {
  const std::string good = kGood;
  EXPECT_THAT(LoadError(Replaced(good, "machine/1", "machine/2")),
              HasSubstr("use the dnncut that wrote it or a newer one"));
  EXPECT_THAT(LoadError(Replaced(good, "\"float32\"", "\"flaot32\"")),
              HasSubstr("\"peak_gflops.flaot32\" is not named after a data "
                        "type; did you mean 'float32'?"));
  EXPECT_THAT(LoadError(Replaced(good, "\"float32\": 10, ", "")),
              HasSubstr("\"peak_gflops\" lacks the key \"float32\""));
  EXPECT_THAT(LoadError(Replaced(good, "\"int8\"", "\"string\"")),
              HasSubstr("is not named after a data type"));
  EXPECT_THAT(LoadError(Replaced(good, "\"float32\": 10", "\"float32\": 0")),
              HasSubstr("\"peak_gflops.float32\" is 0, which is not between"));
  EXPECT_THAT(LoadError(Replaced(good, "\"float32\": 10", "\"float32\": -1")),
              HasSubstr("is -1, which is not between"));
  EXPECT_THAT(LoadError(Replaced(good, ": 2.5", ": 0")),
              HasSubstr("\"memory_gb_per_s\" is 0"));
  EXPECT_THAT(LoadError(Replaced(good, ": 2.5", ": 1e200")),
              HasSubstr("\"memory_gb_per_s\" is 1e+200"));
  EXPECT_THAT(LoadError(Replaced(good, "0.75", "1.01")),
              HasSubstr("\"memory_efficiency\" is 1.01"));
  EXPECT_THAT(LoadError(Replaced(good, "20000", "-1")),
              HasSubstr("\"layer_ns\" is -1, which is less than 0"));
  EXPECT_THAT(LoadError(Replaced(good, "20000", "2.5")),
              HasSubstr("\"layer_ns\" must be an integer"));
  EXPECT_THAT(LoadError(Replaced(good, "1000000", "0")),
              HasSubstr("\"memory_bytes\" is 0, which is less than 1"));
  EXPECT_THAT(LoadError(Replaced(good, "\"convolution\"", "\"convolutions\"")),
              HasSubstr("\"efficiency.convolutions\" is not named after an "
                        "operator class; did you mean 'convolution'?; there "
                        "are convolution, "));
  EXPECT_THAT(LoadError(Replaced(good, "0.6", "0")),
              HasSubstr("\"efficiency.convolution\" is 0"));
  EXPECT_THAT(LoadError(Replaced(good, "\"efficiency\"", "\"efficency\"")),
              HasSubstr("did you mean 'efficiency'?"));
  EXPECT_THAT(
      LoadError(Replaced(good, "\"name\": \"board\"", "\"name\": \"\"")),
      HasSubstr("\"name\" is empty"));
  EXPECT_THAT(LoadError(Replaced(good, "\"layer_ns\": 20000, ", "")),
              HasSubstr("the file lacks the key \"layer_ns\""));
  EXPECT_THAT(LoadError("not json"), HasSubstr("is not JSON"));
}

TEST(PeakGflops, FallsBackToTheTypeItIsComputedIn) {
  Machine machine;
  machine.peak_gflops = {{DType::kFloat32, 1}};
  EXPECT_EQ(PeakGflops(machine, DType::kUint8), 1);
  EXPECT_EQ(PeakGflops(machine, DType::kFloat8E5M2), 1);
  machine.peak_gflops[DType::kInt8] = 4;
  machine.peak_gflops[DType::kFloat16] = 2;
  EXPECT_EQ(PeakGflops(machine, DType::kUint8), 4);
  EXPECT_EQ(PeakGflops(machine, DType::kInt4), 4);
  EXPECT_EQ(PeakGflops(machine, DType::kBfloat16), 2);
  EXPECT_EQ(PeakGflops(machine, DType::kFloat8E5M2), 2);
  EXPECT_EQ(PeakGflops(machine, DType::kInt64), 1);
}

}  // namespace
}  // namespace dnncut
