// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "compiler/base/error.h"

namespace dnncut {

Flags::Entry* Flags::Add(const std::string& names, Reader reader) {
  // The last of the names is the long one, and "PROFILE..." is a PROFILE.
  std::string name = names.substr(names.rfind(',') + 1);
  if (name.ends_with("...")) name.resize(name.size() - 3);
  entries_.push_back(
      std::make_unique<Entry>(Entry{std::move(name), std::move(reader)}));
  return entries_.back().get();
}

Flags::Entry* Flags::AddOne(const std::string& names, const std::string& type,
                            Reader reader, const std::string& help) {
  Entry* entry = Add(names, std::move(reader));
  app_->add_option_function<std::string>(
          names, [entry](const std::string& text) { entry->texts = {text}; },
          help)
      ->type_name(type);
  return entry;
}

void Flags::AddArgument(const std::string& name, Reader reader,
                        const std::string& help) {
  AddRequired(name, "", std::move(reader), help);
}

void Flags::AddOptionalArgument(const std::string& name, Reader reader,
                                const std::string& help) {
  AddOne(name, "", std::move(reader), help);
}

void Flags::AddArguments(const std::string& name, Reader reader,
                         const std::string& help) {
  Entry* entry = Add(name, std::move(reader));
  entry->required = true;
  app_->add_option(name, entry->texts, help)->type_name("");
}

void Flags::AddValue(const std::string& names, const std::string& type,
                     Reader reader, const std::string& help) {
  AddOne(names, type, std::move(reader), help);
}

void Flags::AddRequired(const std::string& names, const std::string& type,
                        Reader reader, const std::string& help) {
  AddOne(names, type, std::move(reader), help)->required = true;
}

void Flags::AddRepeatable(const std::string& names, const std::string& type,
                          Reader reader, const std::string& help) {
  // Without allow_extra_args a flag would take the positional arguments behind
  // it, too.
  app_->add_option(names, Add(names, std::move(reader))->texts, help)
      ->type_name(type)
      ->allow_extra_args(false);
}

void Flags::AddRepeatablePair(const std::string& names, const std::string& type,
                              Reader reader, const std::string& help) {
  Entry* entry = Add(names, std::move(reader));
  entry->values = 2;
  app_->add_option(names, entry->texts, help)
      ->type_size(2)
      ->type_name(type)
      ->allow_extra_args(false);
}

void Flags::AddSwitch(const std::string& names, bool* value,
                      const std::string& help) {
  app_->add_flag(names, *value, help)->disable_flag_override();
}

void Flags::Read() const {
  for (const auto& entry : entries_) {
    if (!entry->required || !entry->texts.empty()) continue;
    Fail(ExitCode::kUsage, "E135", "dnncut {} needs {} (see dnncut {} --help)",
         app_->get_name(), entry->name, app_->get_name());
  }
  for (const auto& entry : entries_) {
    const std::vector<std::string>& texts = entry->texts;
    for (size_t i = 0; i + entry->values <= texts.size(); i += entry->values) {
      entry->reader(entry->name, entry->values == 1
                                     ? texts[i]
                                     : texts[i] + " " + texts[i + 1]);
    }
  }
}

bool Flags::Given(std::string_view name) const {
  for (const auto& entry : entries_) {
    if (entry->name == name) return !entry->texts.empty();
  }
  throw std::logic_error("a flag that was not added: " + std::string(name));
}

bool Flags::AnyGiven(std::span<const std::string_view> names) const {
  return std::ranges::any_of(
      names, [this](std::string_view name) { return Given(name); });
}

void Flags::Exclude(std::string_view id, std::string_view a, std::string_view b,
                    std::string_view advice) const {
  if (!Given(a) || !Given(b)) return;
  Fail(ExitCode::kUsage, id, "{} and {} exclude each other; {}", a, b, advice);
}

}  // namespace dnncut
