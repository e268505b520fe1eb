// SPDX-License-Identifier: Apache-2.0
#include "compiler/approximate_table.h"
