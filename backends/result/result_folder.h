// SPDX-License-Identifier: Apache-2.0
//
// An output folder that appears complete or not at all. Everything is written
// into a temporary folder beside it; Commit makes that durable and puts it in
// place in one step. Without Commit nothing is left behind, and an existing
// folder stays as it was.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/base/interrupt.h"

namespace dnncut {

// The index of a folder that holds a result folder for each size of a dim.
inline constexpr std::string_view kSweepFile = "sweep.json";

class ResultFolder {
 public:
  // `out` must not exist, or be empty, or with `force` be a folder of ours that
  // holds none of `inputs` (paths of files). Throws Error (E601 to E604) before
  // anything is written.
  ResultFolder(const std::string& out, bool force,
               const std::vector<std::string>& inputs);
  ~ResultFolder();
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;

  // The temporary folder, to write into.
  const std::string& path() const { return temporary_; }

  // Throws `error` again, with the folder's name in place of the temporary one.
  [[noreturn]] void FailNamed(const Error& error) const;

  // Throws Error E605 or E606, TimeIsUp (E142) or Interrupted; then the old
  // folder is still in place.
  void Commit();

 private:
  void Publish();
  void PublishInTwoSteps();

  InterruptGuard guard_;  // first, so that it ends when the folder is gone
  std::string out_;       // as the user gave it, for messages
  std::string target_;    // the same, absolute, links resolved
  std::string parent_;    // of target_
  bool replaces_ = false;
  std::string temporary_;
  UniqueFd lock_;  // on temporary_: says that its maker is alive
};

}  // namespace dnncut
