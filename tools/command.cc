// SPDX-License-Identifier: Apache-2.0
#include "tools/command.h"

#include "compiler/error.h"

namespace dnncut {

void AddValue(CLI::App* app, const std::string& flags, const std::string& type,
              std::string* value, const std::string& help) {
  app->add_option(flags, *value, help)->type_name(type);
}

void AddRepeatable(CLI::App* app, const std::string& flags,
                   const std::string& type, std::vector<std::string>* values,
                   const std::string& help) {
  // Without allow_extra_args a flag would take the positional arguments behind
  // it, too.
  app->add_option(flags, *values, help)
      ->type_name(type)
      ->allow_extra_args(false);
}

void RequireArgument(std::string_view command, std::string_view argument,
                     const std::string& value) {
  if (value.empty()) {
    Fail(ExitCode::kUsage, "E135", "dnncut {} needs {} (see dnncut {} --help)",
         command, argument, command);
  }
}

}  // namespace dnncut
