// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx_frontend.h"
