// SPDX-License-Identifier: Apache-2.0
#include "compiler/block_graph.h"
