// SPDX-License-Identifier: Apache-2.0
#include "compiler/make_problem.h"
