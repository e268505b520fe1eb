// SPDX-License-Identifier: Apache-2.0
//
// All that is printed goes through here. Text from files is made printable:
// what is no valid or no visible character is written as \x.., so that a name
// cannot control a terminal. Results go to standard output and a failed write
// is an error; messages go to standard error, where a failed write is nobody's
// loss.
#include "tools/text/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "compiler/base/errno_text.h"
#include "compiler/base/unit_text.h"
#include "compiler/base/utf8.h"
#include "compiler/files/json_text.h"

namespace dnncut {
namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kReset = "\x1b[0m";

bool WantsColour(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return isatty(descriptor) != 0;
}

// Names in files may have any length. What is longer than these is cut in the
// middle, where names that come from one place differ least.
constexpr size_t kLongestWord = 400;
constexpr size_t kLongestLine = 8000;
constexpr size_t kOmission = 40;  // "[...12345 bytes...]"

// Of valid UTF-8, the first two thirds and the last of what may stay.
std::string CutInTheMiddle(std::string_view text, size_t longest) {
  if (text.size() <= longest) return std::string(text);
  const auto goes_on = [&](size_t at) { return (text[at] & 0xc0) == 0x80; };
  const size_t third = (longest - kOmission) / 3;
  size_t head = 2 * third;
  while (head > 0 && goes_on(head)) --head;
  size_t tail = text.size() - third;
  while (tail < text.size() && goes_on(tail)) ++tail;
  return fmt::format("{}[...{} bytes...]{}", text.substr(0, head), tail - head,
                     text.substr(tail));
}

std::string WithoutLongWords(std::string_view text) {
  std::string shortened;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    shortened += CutInTheMiddle(text.substr(at, end - at), kLongestWord);
    if (end < text.size()) shortened += ' ';
    at = end + 1;
  }
  return shortened;
}

std::string Coloured(int descriptor, std::string_view colour,
                     std::string_view text) {
  if (!WantsColour(descriptor)) return std::string(text);
  return fmt::format("{}{}{}", colour, text, kReset);
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const std::optional<char32_t> c = TakeCharacter(text, &at);
    const std::string_view bytes = text.substr(start, at - start);
    if (c && !IsHidden(*c)) {
      printable += bytes;
      continue;
    }
    for (const char byte : bytes) {
      printable += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  if (printable.size() <= kLongestWord) return printable;
  return CutInTheMiddle(WithoutLongWords(printable), kLongestLine);
}

std::string Heading(std::string_view text) {
  return Coloured(STDOUT_FILENO, kBold, text);
}

void OpenStandardStreams() {
  // Read only: who prints a result must hear that nobody gets it.
  constexpr std::array<int, 3> kModes = {O_RDONLY, O_RDONLY, O_WRONLY};
  for (int stream = 0; stream < 3; ++stream) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest number that is free: this one.
    [[maybe_unused]] const int fd = open("/dev/null", kModes[stream]);
  }
}

void PrintMessage(std::string_view text) {
  [[maybe_unused]] const size_t written =
      std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

WarningPrinter::~WarningPrinter() {
  for (const Warning& warning : warnings_) {
    PrintMessage(fmt::format("dnncut: {}: {}\n",
                             Coloured(STDERR_FILENO, kYellow,
                                      fmt::format("warning[{}]", warning.id)),
                             Printable(warning.text)));
  }
}

void PrintError(const Error& error) {
  PrintMessage(fmt::format(
      "dnncut: {}: {}\n",
      Coloured(STDERR_FILENO, kRed, fmt::format("error[{}]", error.id())),
      Printable(error.what())));
}

void PrintResult(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
      std::fflush(stdout) != 0) {
    Fail(ExitCode::kIo, "E690", "cannot write to standard output: {}",
         ErrnoText(errno));
  }
}

void PrintJson(const nlohmann::ordered_json& json) {
  PrintResult(IndentedJson(json));
}

Progress::Progress(bool verbose, bool quiet)
    : verbose_(verbose && !quiet),
      live_(!verbose && !quiet && isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() { Finish(); }

void Progress::Stage(std::string_view text) {
  Finish();
  start_ = std::chrono::steady_clock::now();
  if (verbose_) PrintMessage(fmt::format("dnncut: {}\n", Printable(text)));
  percent_ = -1;
  Show(fmt::format("{} ...", text));
}

void Progress::Part(std::string_view stage, int64_t done_bytes,
                    int64_t all_bytes) {
  if (!HasMoved(done_bytes, all_bytes)) return;
  Show(fmt::format("{} ... {} of {}", stage, FormatSize(done_bytes),
                   FormatSize(all_bytes)));
}

void Progress::Count(std::string_view stage, int64_t done, int64_t all,
                     std::string_view things) {
  if (!HasMoved(done, all)) return;
  Show(fmt::format("{} ... {} of {} {}", stage, done, all, things));
}

bool Progress::HasMoved(int64_t done, int64_t all) {
  const int64_t percent = all == 0 ? 100 : done / (all / 100 + 1);
  if (percent == percent_) return false;
  percent_ = percent;
  return true;
}

void Progress::Show(const std::string& line) {
  if (!live_) return;
  PrintMessage(fmt::format("\r\x1b[K{}", Printable(line)));
  shown_ = true;
}

void Progress::Detail(std::string_view text) {
  if (verbose_) PrintMessage(fmt::format("dnncut:   {}\n", Printable(text)));
}

void Progress::Finish() {
  if (start_) {
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - *start_;
    Detail(fmt::format("done in {:.3f} ms", taken.count()));
    start_.reset();
  }
  if (shown_) {
    PrintMessage("\r\x1b[K");
    shown_ = false;
  }
}

}  // namespace dnncut
