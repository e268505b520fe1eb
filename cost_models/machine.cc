// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machine.h"
