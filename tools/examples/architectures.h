// SPDX-License-Identifier: Apache-2.0
//
// The architectures behind Examples(): one function each, as the papers and the
// reference implementations named in their .cc files have them. WriteExample
// calls them.
#pragma once

#include "tools/examples/examples.h"
#include "tools/examples/model_builder.h"

namespace dnncut {

// plain_nets.cc
ModelBuilder BuildAlexNet(const ExampleOptions& options);
ModelBuilder BuildVgg16(const ExampleOptions& options);
ModelBuilder BuildVgg19(const ExampleOptions& options);
ModelBuilder BuildSqueezeNet(const ExampleOptions& options);

// residual_nets.cc
ModelBuilder BuildMobileNetV2(const ExampleOptions& options);
ModelBuilder BuildResNet50(const ExampleOptions& options);
ModelBuilder BuildEarlyExitResNet(const ExampleOptions& options);

// branching_nets.cc
ModelBuilder BuildInceptionV1(const ExampleOptions& options);
ModelBuilder BuildDenseNet121(const ExampleOptions& options);
ModelBuilder BuildUNet(const ExampleOptions& options);

// detector.cc
ModelBuilder BuildYolo(const ExampleOptions& options);
ModelBuilder BuildYoloNms(const ExampleOptions& options);

// transformers.cc
ModelBuilder BuildBertBase(const ExampleOptions& options);
ModelBuilder BuildGpt2(const ExampleOptions& options);

}  // namespace dnncut
