// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/command.h"

#include <CLI/CLI.hpp>

#include "compiler/base/error.h"

namespace dnncut {

void AddArgument(CLI::App* app, const std::string& name,
                 std::optional<std::string>* value, const std::string& help) {
  AddValue(app, name, "", value, help);
}

void AddArguments(CLI::App* app, const std::string& name,
                  std::vector<std::string>* values, const std::string& help) {
  app->add_option(name, *values, help)->type_name("");
}

void AddValue(CLI::App* app, const std::string& flags, const std::string& type,
              std::optional<std::string>* value, const std::string& help) {
  // CLI11 itself takes an empty text for an optional as "not given".
  app->add_option_function<std::string>(
         flags, [value](const std::string& text) { *value = text; }, help)
      ->type_name(type);
}

void AddSwitch(CLI::App* app, const std::string& flags, bool* value,
               const std::string& help) {
  app->add_flag(flags, *value, help)->disable_flag_override();
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

const std::string& Require(std::string_view command, std::string_view argument,
                           const std::optional<std::string>& value) {
  if (!value) {
    Fail(ExitCode::kUsage, "E135", "dnncut {} needs {} (see dnncut {} --help)",
         command, argument, command);
  }
  return *value;
}

}  // namespace dnncut
