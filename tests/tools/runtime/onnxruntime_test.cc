// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/onnxruntime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "compiler/base/error.h"

namespace dnncut {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

// Runs FindOnnxRuntime, which must throw, and returns the error.
Error FailureOf(const std::string& choice) {
  try {
    FindOnnxRuntime(choice);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "'" << choice << "' was accepted";
  return Error(ExitCode::kInternal, "E100", "");
}

class FindOnnxRuntimeTest : public ::testing::Test {
 protected:
  void SetUp() override { unsetenv("DNNCUT_ONNXRUNTIME"); }
  void TearDown() override { unsetenv("DNNCUT_ONNXRUNTIME"); }
};

void ExpectUnusable(const Error& error, const std::string& text) {
  EXPECT_EQ(error.id(), "E701");
  EXPECT_EQ(error.exit_code(), ExitCode::kNoRuntime);
  EXPECT_THAT(error.what(), HasSubstr(text));
  EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
}

TEST_F(FindOnnxRuntimeTest, NamedFileMustExist) {
  ExpectUnusable(FailureOf("/no/such/lib.so"),
                 "--onnxruntime: there is no file /no/such/lib.so");
}

TEST_F(FindOnnxRuntimeTest, NamedFolderMustHoldIt) {
  fs::path folder = fs::path(::testing::TempDir()) / "no_onnxruntime_here";
  fs::create_directories(folder);
  ExpectUnusable(FailureOf(folder.string()), "there is no libonnxruntime.so.1");
}

TEST_F(FindOnnxRuntimeTest, NamedFileMustBeALibrary) {
  fs::path file = fs::path(::testing::TempDir()) / "not_a_library.so";
  std::ofstream(file) << "text";
  ExpectUnusable(FailureOf(file.string()), "cannot load ONNX Runtime");
}

TEST_F(FindOnnxRuntimeTest, OtherLibraryIsRefused) {
  ExpectUnusable(FailureOf(OTHER_LIBRARY), "is not ONNX Runtime");
}

TEST_F(FindOnnxRuntimeTest, OldReleaseIsRefused) {
  ExpectUnusable(FailureOf(OLD_LIBRARY), "is ONNX Runtime 1.9.0; dnncut can");
}

TEST_F(FindOnnxRuntimeTest, LibraryThatCrashesHarmsNobody) {
  ExpectUnusable(FailureOf(CRASHING_LIBRARY), "SIGABRT");
}

TEST_F(FindOnnxRuntimeTest, VariableIsNamedInItsError) {
  setenv("DNNCUT_ONNXRUNTIME", "/no/such/lib.so", 1);
  ExpectUnusable(FailureOf(""), "$DNNCUT_ONNXRUNTIME: there is no file");
  EXPECT_THAT(OnnxRuntimeDescription(""), HasSubstr("there is no file"));
}

TEST_F(FindOnnxRuntimeTest, OptionComesBeforeVariable) {
  setenv("DNNCUT_ONNXRUNTIME", "/no/such/lib.so", 1);
  EXPECT_EQ(FindOnnxRuntime("none"), std::nullopt);
}

TEST_F(FindOnnxRuntimeTest, NoneIsNone) {
  setenv("DNNCUT_ONNXRUNTIME", "none", 1);
  EXPECT_EQ(FindOnnxRuntime(""), std::nullopt);
  try {
    RequireOnnxRuntime("", "verify");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "E702");
    EXPECT_EQ(error.exit_code(), ExitCode::kNoRuntime);
    EXPECT_THAT(error.what(), HasSubstr("verify needs ONNX Runtime"));
  }
}

TEST_F(FindOnnxRuntimeTest, FoundLibraryIsFoundByNameToo) {
  std::optional<OnnxRuntime> found = FindOnnxRuntime("");
  if (!found) GTEST_SKIP() << "no ONNX Runtime on this machine";
  EXPECT_TRUE(fs::is_regular_file(found->path)) << found->path;
  EXPECT_TRUE(found->version.starts_with("1.")) << found->version;
  EXPECT_EQ(FindOnnxRuntime(found->path), found);
  EXPECT_EQ(FindOnnxRuntime(fs::path(found->path).parent_path().string()),
            found);
  EXPECT_THAT(OnnxRuntimeDescription(""), HasSubstr(found->version));
}

TEST_F(FindOnnxRuntimeTest, NameWithTheWholeReleaseIsFoundInAFolder) {
  fs::path folder = fs::path(::testing::TempDir()) / "onnxruntime_release";
  fs::create_directories(folder);
  fs::path library = folder / "libonnxruntime.so.1.9.0";
  fs::copy_file(OLD_LIBRARY, library, fs::copy_options::overwrite_existing);
  ExpectUnusable(FailureOf(folder.string()), library.string());
  fs::remove_all(folder);
}

// The cache is searched, and what does not load is passed over.
TEST_F(FindOnnxRuntimeTest, UselessLibraryInTheCacheIsPassedOver) {
  std::optional<OnnxRuntime> before = FindOnnxRuntime("");
  fs::path cache = fs::path(::testing::TempDir()) / "onnxruntime_cache";
  fs::path folder = cache / "dnncut" / "onnxruntime" / "lib";
  fs::create_directories(folder);
  const char* old_cache = std::getenv("XDG_CACHE_HOME");
  std::string old = old_cache != nullptr ? old_cache : "";
  setenv("XDG_CACHE_HOME", cache.c_str(), 1);
  fs::path library = folder / "libonnxruntime.so.1";
  fs::remove(library);
  if (before) {
    fs::copy_file(before->path, library);
    std::optional<OnnxRuntime> cached = FindOnnxRuntime("");
    ASSERT_TRUE(cached);
    EXPECT_EQ(cached->path, library.string());
    fs::remove(library);
  }
  fs::copy_file(CRASHING_LIBRARY, library);
  std::optional<OnnxRuntime> after = FindOnnxRuntime("");
  if (after) {
    EXPECT_NE(after->path, library.string());
  }
  if (old.empty()) {
    unsetenv("XDG_CACHE_HOME");
  } else {
    setenv("XDG_CACHE_HOME", old.c_str(), 1);
  }
  fs::remove_all(cache);
}

}  // namespace
}  // namespace dnncut
