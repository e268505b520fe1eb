// SPDX-License-Identifier: Apache-2.0
//
// Written by tests/cost_models/anchors/fit_machine_test.cc with
// DNNCUT_UPDATE_FITS=1, which fits them to the anchors; without, the test
// compares. Columns as in fitted_machines.h.
#include "cost_models/machines/fitted_machines.h"

namespace dnncut {

const std::vector<FittedMachine>& FittedMachines() {
  using enum Precision;
  static const std::vector<FittedMachine> kFitted = {
      // begin
      {"a100", kInt8, 0.264, 0.05, 0.4, 0.664, 2600, 1.2},
      {"cortex-m7", kInt8, 0.416, 0.136, 0.397, 0.446, 1000, 1.2},
      {"jetson-nano", kFp32, 0.929, 0.05, 0.4, 0.463, 30900, 1.27},
      {"jetson-nano", kFp16, 0.718, 0.05, 0.4, 0.637, 28300, 1.2},
      {"jetson-orin-nano", kFp32, 3.09, 0.0511, 0.402, 1, 9700, 1.5},
      {"jetson-orin-nano", kFp16, 0.695, 0.05, 0.4, 1, 10800, 1.56},
      {"jetson-orin-nano", kInt8, 0.633, 0.05, 0.4, 1, 9300, 1.27},
      {"laptop-cpu", kFp32, 0.531, 0.138, 0.5, 0.541, 6800, 1.2},
      {"phone-high", kFp32, 0.977, 0.273, 0.5, 0.44, 8500, 1.39},
      {"phone-high", kFp16, 1.19, 0.26, 0.5, 0.406, 11500, 1.67},
      {"phone-high", kInt8, 0.344, 0.254, 0.5, 0.784, 12400, 1.28},
      {"phone-mid", kFp32, 0.735, 0.122, 0.5, 0.212, 17700, 1.52},
      {"phone-mid", kInt8, 0.455, 0.0542, 0.5, 0.414, 16500, 1.78},
      {"raspberry-pi-3", kFp32, 0.342, 0.187, 0.5, 0.571, 68800, 1.37},
      {"raspberry-pi-3", kInt8, 0.355, 0.15, 0.5, 0.25, 64700, 1.47},
      {"raspberry-pi-4", kFp32, 0.687, 0.0758, 0.5, 0.281, 45800, 1.71},
      {"raspberry-pi-4", kInt8, 0.626, 0.157, 0.5, 0.152, 50800, 1.98},
      {"raspberry-pi-5", kFp16, 0.452, 0.197, 0.5, 0.506, 2600, 1.57},
      {"server-cpu-16", kFp32, 0.47, 0.242, 0.5, 0.637, 15900, 1.56},
      {"t4", kFp32, 0.58, 0.0482, 0.4, 0.716, 6000, 1.2},
      {"t4", kFp16, 0.614, 0.05, 0.4, 0.695, 2900, 1.53},
      // end
  };
  return kFitted;
}

}  // namespace dnncut
