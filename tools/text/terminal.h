// SPDX-License-Identifier: Apache-2.0
//
// What the commands say, and where: results on stdout, everything else on
// stderr. Colour and progress only on a terminal; NO_COLOR is honoured.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/error.h"

namespace dnncut {

// Characters that are not seen or turn the direction of text, control
// characters among them, and bytes that are no UTF-8, as \x1b: names come from
// files, and neither a terminal nor a reader must be misled by them. What is
// too long to be read, a name of 60 KB, is cut in the middle. The result is
// valid UTF-8.
std::string Printable(std::string_view text);

// Bold on a terminal that wants colour, else as it is.
std::string Heading(std::string_view text);

// A stream that the caller of the program has closed leads nowhere from now on.
// Otherwise the next file that is opened would take its number, and messages
// would be written into it.
void OpenStandardStreams();

// Writes to stderr. That nobody can read it is no failure: the exit code says
// what happened.
void PrintMessage(std::string_view text);

// Collects warnings, and prints each as "dnncut: warning[W301]: text" on stderr
// when it dies: also when the work failed, because they may say why.
class WarningPrinter {
 public:
  WarningPrinter() = default;
  ~WarningPrinter();
  WarningPrinter(const WarningPrinter&) = delete;
  WarningPrinter& operator=(const WarningPrinter&) = delete;

  Warnings* warnings() { return &warnings_; }

 private:
  Warnings warnings_;
};

// "dnncut: error[E201]: text" on stderr.
void PrintError(const Error& error);

// Writes to stdout. Throws Error E690 when that fails: a result that nobody
// gets is no success.
void PrintResult(std::string_view text);

// The same, indented by two spaces; characters that are not seen are escaped.
void PrintJson(const nlohmann::ordered_json& json);

// The stage that is being worked on, on stderr: with `verbose` its name and how
// long it took, a line that overwrites itself on a terminal, nothing otherwise.
class Progress {
 public:
  Progress(bool verbose, bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Stage(std::string_view text);
  // How far the stage is, in bytes; only on a terminal.
  void Part(std::string_view stage, int64_t done_bytes, int64_t all_bytes);
  // The same in things, "3 of 8 runs".
  void Count(std::string_view stage, int64_t done, int64_t all,
             std::string_view things);
  // A detail that only -v shows.
  void Detail(std::string_view text);
  // Ends the last stage and takes the overwriting line away, before anything
  // else is printed.
  void Finish();

 private:
  // False when as many hundredths of `all` were done before.
  bool HasMoved(int64_t done, int64_t all);
  void Show(const std::string& line);

  bool verbose_ = false;
  bool live_ = false;
  bool shown_ = false;
  std::optional<std::chrono::steady_clock::time_point> start_;  // of the stage
  int64_t percent_ = -1;                                        // that is shown
};

}  // namespace dnncut
