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
      {"a100", kInt8, 0.135, 0.0528, 0.4, 0.78, 0.599, 1.2},
      {"cortex-m7", kInt8, 0.49, 0.0876, 0.395, 0.47, 0.497, 1.2},
      {"jetson-nano", kFp32, 1.15, 0.05, 0.399, 0.229, 0.804, 1.27},
      {"jetson-nano", kFp16, 0.748, 0.05, 0.399, 0.566, 0.714, 1.2},
      {"jetson-orin-nano", kFp32, 5.57, 0.0767, 0.468, 1, 1, 1.2},
      {"jetson-orin-nano", kFp16, 0.994, 0.0491, 0.397, 0.855, 0.803, 1.2},
      {"jetson-orin-nano", kInt8, 0.844, 0.0492, 0.398, 0.672, 0.792, 1.2},
      {"laptop-cpu", kFp32, 0.639, 0.145, 0.506, 0.304, 0.871, 1.25},
      {"phone-high", kFp32, 1.17, 0.34, 0.567, 0.351, 0.368, 1.43},
      {"phone-high", kFp16, 1.6, 0.39, 0.56, 0.25, 0.325, 1.59},
      {"phone-high", kInt8, 0.342, 0.275, 0.504, 0.498, 0.79, 1.3},
      {"phone-mid", kFp32, 0.923, 0.276, 0.581, 0.114, 0.225, 1.64},
      {"phone-mid", kInt8, 0.603, 0.0137, 0.536, 0.037, 0.631, 1.58},
      {"raspberry-pi-3", kFp32, 0.391, 0.115, 0.531, 0.317, 0.968, 1.33},
      {"raspberry-pi-3", kInt8, 0.465, 0.252, 0.507, 0.0821, 0.64, 1.44},
      {"raspberry-pi-4", kFp32, 0.872, 0.164, 0.611, 0.122, 0.525, 1.46},
      {"raspberry-pi-4", kInt8, 1, 0.333, 0.646, 0.0292, 0.562, 1.64},
      {"raspberry-pi-5", kFp16, 0.477, 0.0476, 0.507, 0.674, 1, 1.59},
      {"server-cpu-16", kFp32, 0.639, 0.311, 0.514, 0.15, 0.669, 1.44},
      {"t4", kFp32, 0.714, 0.0429, 0.4, 0.531, 0.38, 1.2},
      {"t4", kFp16, 0.565, 0.00506, 0.418, 1, 0.308, 1.32},
      // end
  };
  return kFitted;
}

}  // namespace dnncut
