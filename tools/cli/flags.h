// SPDX-License-Identifier: Apache-2.0
//
// The arguments and flags of a command. Each is declared with a reader, which
// writes the text that was given straight into the option of the stage that
// takes it. CLI11 looks at the whole command line before any reader is called:
// --help and flags that do not exist come before values that cannot be read.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/cli_app.h"

namespace dnncut {

// Writes `text`, which was given to `flag`, into an option. Throws Error when
// it means nothing.
using Reader =
    std::function<void(std::string_view flag, const std::string& text)>;

class Flags {
 public:
  explicit Flags(CLI::App* app) : app_(app) {}

  // Positional arguments: one that the command cannot do without, one that it
  // can, and one or more.
  void AddArgument(const std::string& name, Reader reader,
                   const std::string& help);
  void AddOptionalArgument(const std::string& name, Reader reader,
                           const std::string& help);
  void AddArguments(const std::string& name, Reader reader,
                    const std::string& help);

  // A flag with one value, which may be empty text; `type` ("RATE") is what
  // --help calls it. The option stays as it is when the flag is not given.
  void AddValue(const std::string& names, const std::string& type,
                Reader reader, const std::string& help);
  // One that the command cannot do without.
  void AddRequired(const std::string& names, const std::string& type,
                   Reader reader, const std::string& help);
  // One that may stand several times; the reader is called for each.
  void AddRepeatable(const std::string& names, const std::string& type,
                     Reader reader, const std::string& help);
  // One with two values each time; the reader gets them with a space between.
  void AddRepeatablePair(const std::string& names, const std::string& type,
                         Reader reader, const std::string& help);
  // A flag without a value: not even --force=0 (CLI11 would take it).
  void AddSwitch(const std::string& names, bool* value,
                 const std::string& help);

  // Calls the readers of all that was given, in the order in which they were
  // added. Throws Error, E135 when something is missing.
  void Read() const;

  // For what depends on several flags; "--rtt", no switches.
  bool Given(std::string_view name) const;
  bool AnyGiven(std::span<const std::string_view> names) const;
  // Throws Error `id` when both are given: "--a and --b exclude each other; ",
  // and `advice`.
  void Exclude(std::string_view id, std::string_view a, std::string_view b,
               std::string_view advice) const;

 private:
  struct Entry {
    std::string name;  // "--output" of "-o,--output"
    Reader reader;
    bool required = false;
    size_t values = 1;  // that it takes each time
    std::vector<std::string> texts = {};
  };

  Entry* Add(const std::string& names, Reader reader);
  Entry* AddOne(const std::string& names, const std::string& type,
                Reader reader, const std::string& help);

  CLI::App* app_;
  std::vector<std::unique_ptr<Entry>> entries_;  // CLI11 writes into them
};

}  // namespace dnncut
