// SPDX-License-Identifier: Apache-2.0
//
// Runs code that may crash, hang or use up memory on an odd model (libonnx,
// ONNX Runtime) in a child process with limits, where it does no harm.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/base/error.h"

namespace dnncut {

// Thrown when a child had to be killed because its time was up.
class ChildTookTooLong : public Error {
 public:
  using Error::Error;
};

// Thrown when a child crashed, ended without a result or needed more memory
// than its limit.
class ChildDied : public Error {
 public:
  ChildDied(std::string id, std::string_view message, bool lacked_memory)
      : Error(ExitCode::kBadInput, std::move(id), message),
        lacked_memory_(lacked_memory) {}

  // Did it, or may it, have died because the machine or the user's limits
  // (ulimit) gave it too little memory? Then it says nothing about its input.
  bool lacked_memory() const { return lacked_memory_; }

 private:
  bool lacked_memory_;
};

// Is `error` of a child that died or took too long, whatever text was added to
// it since? Then it may be due to the machine, not to what the child was given.
bool IsOfDeadChild(const Error& error);

struct ChildLimits {
  // Address space beyond what the process uses already. Not enforced in builds
  // with AddressSanitizer, which reserves terabytes. The result may not be
  // larger either, in any build.
  int64_t memory_bytes = int64_t{8} << 30;
  int seconds = 60;  // of real time, not of CPU time
};

// What `work` returns when run in a forked copy of this process; whatever else
// it changes is lost. It finds no open files but the standard streams (its
// output to them is captured), and only the calling thread exists in it.
//
// An Error that `work` throws is thrown here, as a plain Error. Another
// exception, a crash, a non-zero exit or a broken limit becomes an Error that
// starts with `what` ("libonnx's shape inference") and ends with the last line
// that the child wrote to its standard error, if any: ChildTookTooLong when the
// time is up, ChildDied for all but exceptions otherwise. Ctrl-C kills the
// child and becomes Interrupted.
std::string RunInChild(const std::function<std::string()>& work,
                       const ChildLimits& limits, const std::string& what);

// How much of some work is done.
using ReportProgress = std::function<void(int64_t done, int64_t all)>;

// The same for work that reports its progress: for each report of the child,
// `progress` is called in this process, in the same order. It may be null. What
// it throws kills the child and is thrown here.
std::string RunInChild(
    const std::function<std::string(const ReportProgress&)>& work,
    const ChildLimits& limits, const std::string& what,
    const ReportProgress& progress);

}  // namespace dnncut
