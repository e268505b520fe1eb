// SPDX-License-Identifier: Apache-2.0
#include "compiler/cut_problem.h"
