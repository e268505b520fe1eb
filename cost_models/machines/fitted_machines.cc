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
      {"a100", kInt8, 0.0991, 0.0483, 0.4, 1, 5300, 1.2},
      {"cortex-m7", kInt8, 0.485, 0.0841, 0.381, 0.5, 1000, 1.2},
      {"jetson-nano", kFp32, 0.578, 0.05, 0.4, 0.689, 28700, 1.2},
      {"jetson-nano", kFp16, 0.481, 0.05, 0.4, 0.613, 33000, 1.2},
      {"jetson-orin-nano", kFp32, 2.54, 0.0513, 0.389, 1, 21200, 1.2},
      {"jetson-orin-nano", kFp16, 0.526, 0.0492, 0.396, 1, 25200, 1.2},
      {"jetson-orin-nano", kInt8, 0.461, 0.0496, 0.399, 1, 21300, 1.2},
      {"laptop-cpu", kFp32, 0.395, 0.0621, 0.5, 0.339, 13000, 1.25},
      {"phone-high", kFp32, 0.716, 0.269, 0.5, 0.373, 31000, 1.41},
      {"phone-high", kFp16, 0.851, 0.249, 0.5, 0.354, 31500, 1.54},
      {"phone-high", kInt8, 0.27, 0.172, 0.5, 0.303, 14300, 1.51},
      {"phone-mid", kFp32, 0.527, 0.0743, 0.5, 0.219, 59000, 1.47},
      {"phone-mid", kInt8, 0.369, 0.0255, 0.5, 0.498, 29900, 1.51},
      {"raspberry-pi-3", kFp32, 0.248, 0.0404, 0.5, 1, 230700, 1.7},
      {"raspberry-pi-3", kInt8, 0.294, 0.15, 0.5, 0.108, 128300, 1.5},
      {"raspberry-pi-4", kFp32, 0.458, 0.0386, 0.5, 0.599, 154000, 1.53},
      {"raspberry-pi-4", kInt8, 0.47, 0.224, 0.5, 0.219, 153500, 1.88},
      {"raspberry-pi-5", kFp16, 0.341, 0.044, 0.5, 0.348, 1800, 1.68},
      {"server-cpu-16", kFp32, 0.341, 0.261, 0.5, 0.765, 34800, 1.37},
      {"t4", kFp32, 0.423, 0.05, 0.4, 0.325, 8300, 1.2},
      {"t4", kFp16, 1.02, 0.05, 0.568, 0.317, 3900, 1.32},
      // end
  };
  return kFitted;
}

}  // namespace dnncut
