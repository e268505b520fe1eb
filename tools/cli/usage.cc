// SPDX-License-Identifier: Apache-2.0
//
// Help is written from what the commands have declared to CLI11, so that it
// cannot miss a flag. CLI11 collects what it does not know; each such argument
// becomes an error with the nearest name that exists.
#include "tools/cli/usage.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"

namespace dnncut {
namespace {

constexpr size_t kLineWidth = 79;
constexpr size_t kHelpColumn = 29;

// "-o,--output OUT", "--force", "MODEL".
std::string Spelling(const CLI::Option& option) {
  if (option.nonpositional()) {
    std::string spelling;
    for (const std::string& name : option.get_snames()) {
      spelling += fmt::format("{}-{}", spelling.empty() ? "" : ", ", name);
    }
    for (const std::string& name : option.get_lnames()) {
      spelling += fmt::format("{}--{}", spelling.empty() ? "" : ", ", name);
    }
    if (option.get_expected_max() > 0) {
      spelling += fmt::format(" {}", option.get_type_name());
    }
    return spelling;
  }
  return option.get_name(true);
}

// `text` from column kHelpColumn on, broken at spaces.
std::string Entry(const std::string& spelling, const std::string& text) {
  std::string entry = fmt::format("  {:<{}}", spelling, kHelpColumn - 2);
  if (spelling.size() + 4 > kHelpColumn) {
    entry = fmt::format("  {}\n{:{}}", spelling, "", kHelpColumn);
  }
  size_t column = kHelpColumn;
  bool first = true;
  for (size_t from = 0; from < text.size();) {
    const size_t to = std::min(text.find(' ', from), text.size());
    const size_t length = to - from;
    if (!first && column + 1 + length > kLineWidth) {
      entry += fmt::format("\n{:{}}", "", kHelpColumn);
      column = kHelpColumn;
      first = true;
    }
    if (!first) {
      entry += ' ';
      ++column;
    }
    entry.append(text, from, length);
    column += length;
    first = false;
    from = to + 1;
  }
  return entry + "\n";
}

std::vector<std::string> FlagNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    names.push_back(command->get_name());
  }
  return names;
}

// What to do about a flag that `app` does not have: "; did you mean '--rtt'?",
// or "; it is a flag of explain".
std::string FlagHint(const CLI::App& app, const std::string& flag) {
  std::string hint = DidYouMean(flag, FlagNames(app));
  if (!hint.empty() || app.get_parent() == nullptr) return hint;
  for (const CLI::App* other : app.get_parent()->get_subcommands(nullptr)) {
    const std::vector<std::string> names = FlagNames(*other);
    if (std::find(names.begin(), names.end(), flag) == names.end()) continue;
    hint += fmt::format("{} {}", hint.empty() ? "; it is a flag of" : ",",
                        other->get_name());
  }
  return hint;
}

[[noreturn]] void FailUnknown(const CLI::App& app, bool is_command,
                              const std::string& argument) {
  const std::string where =
      is_command ? "dnncut " + app.get_name() : std::string("dnncut");
  if (argument.size() > 1 && argument[0] == '-') {
    const std::string flag = argument.substr(0, argument.find('='));
    Fail(ExitCode::kUsage, "E130", "{} has no flag '{}'{} (see {} --help)",
         where, flag, FlagHint(app, flag), where);
  }
  if (!is_command) {
    Fail(ExitCode::kUsage, "E131", "'{}' is no command{} (see dnncut --help)",
         argument, DidYouMean(argument, CommandNames(app)));
  }
  Fail(ExitCode::kUsage, "E132", "{} does not expect '{}' (see {} --help)",
       where, argument, where);
}

}  // namespace

std::string ProgramHelp(std::span<const Command> commands) {
  std::string help =
      "dnncut splits a neural network between a device and a server so that\n"
      "one inference is as fast as possible, for every bandwidth.\n"
      "\n"
      "usage: dnncut COMMAND [flags]\n"
      "\n"
      "commands:\n";
  for (const Command& command : commands) {
    help += Entry(std::string(command.name), std::string(command.summary));
  }
  help += "\nflags:\n";
  help += Entry("-h, --help", "this text; dnncut COMMAND --help for a command");
  help += Entry("--version", "versions of dnncut and the libraries it uses");
  help +=
      "\n"
      "exit codes: 0 done, 1 internal error, 2 wrong usage, 3 bad input,\n"
      "4 a check failed, 5 cannot read or write, 6 ONNX Runtime is missing\n"
      "\n"
      "examples:\n"
      "  dnncut example resnet50 -o resnet50.onnx\n"
      "  dnncut compile resnet50.onnx -o out\n"
      "  dnncut lookup out --bandwidth 5Mbps\n";
  return help;
}

std::string CommandHelp(const Command& command, const CLI::App& app) {
  std::string usage = fmt::format("usage: dnncut {}", command.name);
  std::string arguments;
  std::string flags;
  for (const CLI::Option* option : app.get_options()) {
    const std::string entry =
        Entry(Spelling(*option), option->get_description());
    if (option->nonpositional()) {
      flags += entry;
    } else {
      arguments += entry;
      usage += " " + option->get_name(true);
    }
  }
  std::string help = fmt::format("dnncut {}: {}\n\n{} [flags]\n", command.name,
                                 command.summary, usage);
  if (!arguments.empty()) help += "\n" + arguments;
  help += "\nflags:\n" + flags;
  help += fmt::format("\nexamples:\n{}", command.examples);
  return help;
}

void RejectUnknownArguments(const CLI::App& app) {
  // CLI11 keeps the "--" that ends the flags.
  const auto reject = [](const CLI::App& where, bool is_command) {
    for (const std::string& argument : where.remaining()) {
      if (argument != "--") FailUnknown(where, is_command, argument);
    }
  };
  // An unknown command makes everything behind it unknown: it comes first.
  reject(app, false);
  for (const CLI::App* command : app.get_subcommands()) reject(*command, true);
}

void FailParse(const CLI::App& app, const CLI::ParseError& error) {
  // The words of the message differ between releases of CLI11, but the flag is
  // always in it.
  const std::string message = error.what();
  const CLI::Option* found = nullptr;
  std::string command = "dnncut";
  for (const CLI::App* candidate : app.get_subcommands()) {
    for (const CLI::Option* option : candidate->get_options()) {
      const std::string name = option->get_name();
      const std::string bare = name.substr(name.find_first_not_of('-'));
      if (message.find(name) == std::string::npos &&
          !message.starts_with(bare + " ")) {
        continue;
      }
      if (found != nullptr && found->get_name().size() >= name.size()) continue;
      found = option;
      command = "dnncut " + candidate->get_name();
    }
  }
  if (found == nullptr) {
    Fail(ExitCode::kUsage, "E134", "{} (see {} --help)", message, command);
  }
  if (found->count() > 1) {
    Fail(ExitCode::kUsage, "E133", "{} is given {} times", found->get_name(),
         found->count());
  }
  Fail(ExitCode::kUsage, "E134", "{} {} (see {} --help)", found->get_name(),
       found->get_expected_max() > 0 ? "needs a value" : "takes no value",
       command);
}

}  // namespace dnncut
