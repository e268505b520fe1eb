// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/child_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/defs/parser.h>
#include <onnx/shape_inference/implementation.h>  // IWYU pragma: keep, for InferShapes
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "compiler/base/address_sanitizer.h"
#include "compiler/base/error.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/base/interrupt.h"

namespace dnncut {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Error ErrorOf(const std::function<std::string()>& work,
              const ChildLimits& limits = {}) {
  try {
    RunInChild(work, limits, "the engine");
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(ExitCode::kOk, "", "");
}

TEST(ChildProcessTest, CtrlCKillsTheChildAndIsThrown) {
  const pid_t pid = getpid();
  std::thread presser([pid] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    kill(pid, SIGINT);
  });
  const auto start = std::chrono::steady_clock::now();
  int signal = 0;
  try {
    RunInChild(
        [] {
          std::this_thread::sleep_for(std::chrono::seconds(30));
          return std::string();
        },
        {}, "it");
  } catch (const Interrupted& interrupted) {
    signal = interrupted.signal;
  }
  presser.join();
  EXPECT_EQ(signal, SIGINT);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  // Outside of it the program dies of the signal, as any other.
  EXPECT_EXIT(kill(getpid(), SIGINT), testing::KilledBySignal(SIGINT), "");
}

TEST(ChildProcessTest, ReturnsWhatTheWorkReturns) {
  EXPECT_EQ(RunInChild([] { return std::string("an answer"); }, {}, "it"),
            "an answer");
  EXPECT_EQ(RunInChild([] { return std::string(); }, {}, "it"), "");
}

TEST(ChildProcessTest, ReturnsLargeResultsUnchanged) {
  std::string large(8 << 20, '\0');
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
  EXPECT_EQ(RunInChild([&] { return large; }, {}, "it"), large);
}

TEST(ChildProcessTest, PassesReportsOnInOrder) {
  std::vector<std::pair<int64_t, int64_t>> heard;
  const auto work = [](const ReportProgress& report) {
    for (int i = 1; i <= 1000; ++i) report(i, 1000);
    return std::string("P and more");
  };
  const auto hear = [&](int64_t done, int64_t all) {
    heard.emplace_back(done, all);
  };
  EXPECT_EQ(RunInChild(work, {}, "it", hear), "P and more");
  ASSERT_EQ(heard.size(), 1000u);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(heard[i], (std::pair<int64_t, int64_t>(i + 1, 1000)));
  }
  EXPECT_EQ(RunInChild(work, {}, "it", nullptr), "P and more");
}

TEST(ChildProcessTest, KeepsTheParentUnchanged) {
  int value = 1;
  RunInChild(
      [&] {
        value = 2;
        return std::string();
      },
      {}, "it");
  EXPECT_EQ(value, 1);
}

TEST(ChildProcessTest, PassesErrorsOn) {
  Error error = ErrorOf([]() -> std::string {
    Fail(ExitCode::kUsage, "E399", "no {}\nmore", "way");
  });
  EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  EXPECT_EQ(error.id(), "E399");
  EXPECT_STREQ(error.what(), "no way\nmore");
}

TEST(ChildProcessTest, TurnsOtherExceptionsIntoErrors) {
  Error error = ErrorOf(
      []() -> std::string { throw std::runtime_error("odd\nthing\n"); });
  EXPECT_EQ(error.id(), "E323");
  EXPECT_STREQ(error.what(), "the engine failed: odd thing");
}

TEST(ChildProcessTest, ReportsCrashesWithSignalAndLastWords) {
  Error error = ErrorOf([]() -> std::string {
    std::fputs("first\nlast \x1bwords\n", stderr);
    std::raise(SIGSEGV);
    return "";
  });
  EXPECT_EQ(error.id(), "E320");
  EXPECT_STREQ(error.what(),
               "the engine crashed (signal 11, SIGSEGV): last  words");
}

TEST(ChildProcessTest, ReportsAnAbort) {
  Error error = ErrorOf([]() -> std::string { std::abort(); });
  EXPECT_THAT(error.what(), StartsWith("the engine crashed (signal 6, SIG"));
}

TEST(ChildProcessTest, ReportsExitCodes) {
  Error error = ErrorOf([]() -> std::string { _exit(7); });
  EXPECT_EQ(error.id(), "E320");
  EXPECT_STREQ(error.what(), "the engine ended with exit code 7");
}

TEST(ChildProcessTest, TellsDeathsFromErrors) {
  const auto run = [](const std::function<std::string()>& work) {
    RunInChild(work, {}, "the engine");
  };
  EXPECT_THROW(run([]() -> std::string { std::abort(); }), ChildDied);
  EXPECT_THROW(run([]() -> std::string { _exit(7); }), ChildDied);
  EXPECT_THROW(run([]() -> std::string { throw std::bad_alloc(); }), ChildDied);
  const std::vector<std::function<std::string()>> alive = {
      []() -> std::string { Fail(ExitCode::kUsage, "E399", "no way"); },
      []() -> std::string { throw std::runtime_error("odd"); }};
  for (const auto& work : alive) {
    try {
      run(work);
      ADD_FAILURE() << "no error";
    } catch (const ChildDied& error) {
      ADD_FAILURE() << error.what();
    } catch (const Error&) {
    }
  }
}

TEST(ChildProcessTest, StopsABusyLoop) {
  auto start = std::chrono::steady_clock::now();
  Error error = ErrorOf(
      []() -> std::string {
        volatile bool forever = true;
        while (forever) {
        }
        return "";
      },
      {.seconds = 1});
  EXPECT_EQ(error.id(), "E321");
  EXPECT_STREQ(error.what(), "the engine took longer than 1 s");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(8));
}

TEST(ChildProcessTest, StopsAChildThatClosedItsStreams) {
  Error error = ErrorOf(
      []() -> std::string {
        close_range(0, ~0U, 0);
        for (;;) pause();
      },
      {.seconds = 1});
  EXPECT_EQ(error.id(), "E321");
}

// Output that is always there must not keep the clock from being looked at.
TEST(ChildProcessTest, StopsAChildThatPrintsForever) {
  auto start = std::chrono::steady_clock::now();
  Error error = ErrorOf(
      []() -> std::string {
        const std::string line(100'000, '.');
        while (std::fputs(line.c_str(), stdout) >= 0) {
        }
        return "";
      },
      {.seconds = 1});
  EXPECT_EQ(error.id(), "E321");
  EXPECT_STREQ(error.what(), "the engine took longer than 1 s");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(8));
}

TEST(ChildProcessTest, StopsAChildThatReportsForever) {
  int64_t heard = 0;
  std::string id;
  try {
    RunInChild(
        [](const ReportProgress& report) -> std::string {
          for (;;) report(1, 2);
        },
        {.seconds = 1}, "it", [&](int64_t, int64_t) { ++heard; });
  } catch (const Error& error) {
    id = error.id();
  }
  EXPECT_EQ(id, "E321");
  EXPECT_GT(heard, 0);
}

TEST(ChildProcessTest, StopsAChildThatSendsMoreThanItMayHold) {
  Error error = ErrorOf(
      []() -> std::string {
        constexpr int kResultFd = 3;
        const std::string part(100'000, 'R');
        while (write(kResultFd, part.data(), part.size()) > 0) {
        }
        return "";
      },
      {.memory_bytes = 64 << 20, .seconds = 60});
  EXPECT_EQ(error.id(), "E322");
  EXPECT_STREQ(error.what(), "the engine needs more than 64 MiB of memory");
  EXPECT_TRUE(IsOfDeadChild(error));
}

size_t OpenFiles() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(files), end(files)));
}

bool HasChildren() { return waitpid(-1, nullptr, WNOHANG) >= 0; }

TEST(ChildProcessTest, EndsTheChildWhenProgressThrows) {
  const size_t open_before = OpenFiles();
  EXPECT_THROW(RunInChild(
                   [](const ReportProgress& report) -> std::string {
                     report(1, 2);
                     for (;;) pause();
                   },
                   {}, "it",
                   [](int64_t, int64_t) { throw std::domain_error("enough"); }),
               std::domain_error);
  EXPECT_FALSE(HasChildren());
  EXPECT_EQ(OpenFiles(), open_before);
}

// There is room for the first pipe only.
TEST(ChildProcessTest, ClosesOnePipeWhenThereCannotBeTwo) {
  const size_t open_before = OpenFiles();
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  const UniqueFd next_free(open("/dev/null", O_RDONLY));
  rlimit few = old;
  few.rlim_cur = static_cast<rlim_t>(next_free.get() + 3);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  const Error error = ErrorOf([] { return std::string(); });
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_EQ(error.id(), "E324");
  EXPECT_STREQ(
      error.what(),
      "the engine: cannot start a process for it: Too many open files");
  EXPECT_EQ(OpenFiles(), open_before + 1);
}

TEST(ChildProcessTest, LimitsMemory) {
  if (kAddressSanitizer) {
    GTEST_SKIP() << "AddressSanitizer needs an unlimited address space";
  }
  Error error = ErrorOf(
      []() -> std::string {
        std::vector<std::vector<char>> blocks;
        for (;;) blocks.emplace_back(1 << 20, 'x');
      },
      {.memory_bytes = 64 << 20});
  EXPECT_EQ(error.id(), "E322");
  EXPECT_STREQ(error.what(), "the engine needs more than 64 MiB of memory");
  EXPECT_TRUE(IsOfDeadChild(error));
}

TEST(ChildProcessTest, WhatAChildSaysIsNotOfADeadChild) {
  EXPECT_FALSE(IsOfDeadChild(ErrorOf(
      []() -> std::string { throw std::runtime_error("no such rank"); })));
  EXPECT_TRUE(IsOfDeadChild(ErrorOf([]() -> std::string { std::abort(); })));
}

TEST(ChildProcessTest, SeesNoFilesOfTheParent) {
  int file = open("/dev/null", O_RDONLY);
  ASSERT_GE(file, 0);
  // The first free descriptors move when a file is closed; a high one stays.
  int high = fcntl(file, F_DUPFD, 100);
  std::string open_in_child = RunInChild(
      [&] { return std::to_string(fcntl(high, F_GETFD) >= 0); }, {}, "it");
  EXPECT_EQ(open_in_child, "0");
  EXPECT_GE(fcntl(high, F_GETFD), 0);
  close(high);
  close(file);
}

TEST(ChildProcessTest, WorksFromManyThreadsAtOnce) {
  std::vector<std::string> results(8);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([i, &results] {
      results[i] =
          RunInChild([i] { return std::string(100'000, 'a' + i); }, {}, "it");
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(results[i], std::string(100'000, 'a' + i));
  }
}

// The reason for all of this: libonnx 1.12 divides by a stride of zero.
TEST(ChildProcessTest, SurvivesLibonnxOnZeroStrides) {
  ONNX_NAMESPACE::ModelProto model;
  ONNX_NAMESPACE::OnnxParser parser(R"(
    <ir_version: 8, opset_import: ["" : 13]>
    g (float[1,1,8,8] x) => (float[1,1,4,4] y) {
      y = MaxPool <kernel_shape = [2, 2], strides = [0, 0]> (x)
    })");
  ASSERT_TRUE(parser.Parse(model).IsOK());
  std::string answer = "none";
  try {
    answer = RunInChild(
        [&]() -> std::string {
          ONNX_NAMESPACE::shape_inference::InferShapes(model);
          return "lived";
        },
        {}, "libonnx's shape inference");
  } catch (const Error& error) {
    answer = error.what();
  }
  // A libonnx that has been repaired lives or refuses.
  EXPECT_THAT(answer, ::testing::AnyOf(HasSubstr("SIGFPE"), HasSubstr("failed"),
                                       "lived"));
}

}  // namespace
}  // namespace dnncut
