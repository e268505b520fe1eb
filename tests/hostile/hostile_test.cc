// SPDX-License-Identifier: Apache-2.0
//
// Hands every vector to the program that was built and checks its answer to the
// letter, its time and memory, and that it touches nothing that it must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <optional>

#include "compiler/base/address_sanitizer.h"
#include "compiler/base/utf8.h"
#include "tests/backends/temp_folder.h"
#include "tests/hostile/run_program.h"
#include "tests/hostile/vector.h"

namespace dnncut {

void Site::Save(const std::string& bytes) const {
  WriteAll(InModel("m.onnx"), bytes);
}

void Site::Save(const ONNX_NAMESPACE::ModelProto& model) const {
  Save(model.SerializeAsString());
}

// `tensors` are names in quotes, all of them.
std::string NotInferred(const std::string& tensors, const std::string& why) {
  // The others follow from the first.
  const std::string first = tensors.substr(0, tensors.find('\'', 1));
  return "error[E311]: the size of " + tensors + " cannot be inferred (" + why +
         "); state the shape: --tensor-shape " + first + "=<library>]'";
}

std::vector<Vector> Join(const std::vector<std::vector<Vector>>& parts) {
  std::vector<Vector> all;
  for (const auto& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.row; }

namespace {

namespace fs = std::filesystem;

#ifdef NDEBUG
constexpr bool kIsSlow = kAddressSanitizer;
#else
constexpr bool kIsSlow = true;
#endif

constexpr double kMostSeconds = kIsSlow ? 15 : 1;
constexpr long kMostBytes = 256L << 20;

std::string Secret() {
  std::string secret;
  while (secret.size() < 4096) secret += kSecret;
  secret.resize(4096);
  return secret;
}

// Kind and size of everything below `folder` but what the runner writes. Links
// are not followed; pipes and devices are looked at, never opened.
std::map<std::string, std::string> Listing(const fs::path& folder) {
  std::map<std::string, std::string> listing;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (path.ends_with("/stdout") || path.ends_with("/stderr")) continue;
    const fs::file_status status = fs::symlink_status(path);
    listing[path] = std::to_string(static_cast<int>(status.type()));
    if (fs::is_regular_file(status)) {
      listing[path] += " " + std::to_string(fs::file_size(path));
    }
    if (fs::is_directory(status)) listing.merge(Listing(path));
  }
  return listing;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string Replace(std::string text, std::string_view from,
                    std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
       at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Lines as a vector states them, for a line that dnncut has printed.
testing::Matcher<std::string> IsLine(const Vector& vector,
                                     const std::string& line) {
  const std::string all = "dnncut: " + Replace(line, "MODEL", vector.model);
  size_t at = all.find(kLibraryText);
  if (at == std::string::npos) return all;
  std::vector<testing::Matcher<std::string>> pieces = {
      testing::StartsWith(all.substr(0, at))};
  for (;;) {
    at += kLibraryText.size();
    const size_t next = all.find(kLibraryText, at);
    if (next == std::string::npos) break;
    pieces.push_back(testing::HasSubstr(all.substr(at, next - at)));
    at = next;
  }
  pieces.push_back(testing::EndsWith(all.substr(at)));
  return testing::AllOfArray(pieces);
}

class Hostile : public testing::TestWithParam<Vector> {
 protected:
  Hostile() {
    fs::create_directory(root() / "model");
    fs::create_directory(root() / "tmp");
    WriteAll(folder_ / "secret", Secret());
  }

  fs::path root() const { return folder_.path(); }
  static std::vector<std::string> With(std::vector<std::string> command) {
    const auto& flags = GetParam().flags;
    command.insert(command.end(), flags.begin(), flags.end());
    return WithLimit(std::move(command));
  }
  static std::vector<std::string> WithLimit(std::vector<std::string> command) {
    const auto& limit = GetParam().limit;
    if (!limit.empty()) command.insert(command.end(), {"--limit", limit});
    return command;
  }

  // A busy machine may be slow once, hardly three times.
  Answer RunInTime(const std::vector<std::string>& command,
                   bool with_onnxruntime = false) {
    Answer answer;
    for (int i = 0; i < 3; ++i) {
      fs::remove_all(root() / "out");
      answer = RunProgram(command, root(), with_onnxruntime);
      if (!answer.in_time || answer.seconds < kMostSeconds) break;
    }
    EXPECT_TRUE(answer.in_time);
    return answer;
  }

  // What is said of sizes and costs that are not known is tested elsewhere.
  static void ExpectLines(std::vector<std::string> printed,
                          const std::vector<std::string>& expected) {
    std::erase_if(printed, [](const std::string& line) {
      return line.starts_with("dnncut: warning[W305]") ||
             line.starts_with("dnncut: warning[W306]") ||
             line.starts_with("dnncut: warning[W307]") ||
             line.starts_with("dnncut: warning[W308]") ||
             line.starts_with("dnncut: warning[W423]");
    });
    std::vector<testing::Matcher<std::string>> lines;
    for (const auto& line : expected) {
      lines.push_back(IsLine(GetParam(), line));
    }
    EXPECT_THAT(printed, testing::ElementsAreArray(lines));
  }

  static void ExpectFrugal(const Answer& answer) {
    EXPECT_LT(answer.seconds, kMostSeconds);
    if (!kIsSlow) {
      EXPECT_LT(answer.peak_bytes, kMostBytes);
    }
  }

  // For a terminal: nothing in it that is not seen, and no line that fills it.
  // JSON is for programs, so lines of it may be long.
  static void ExpectReadable(const std::string& text) {
    constexpr size_t kLongestLine = 16'000;
    for (size_t at = 0; at < text.size();) {
      const size_t start = at;
      const std::optional<char32_t> c = TakeCharacter(text, &at);
      ASSERT_TRUE(c == '\n' || (c && !IsHidden(*c))) << "byte " << start;
    }
    const bool is_json = text.starts_with('{');
    for (const std::string& line : Lines(text)) {
      if (!is_json) {
        EXPECT_LT(line.size(), kLongestLine);
      }
    }
  }

  static void ExpectAnswer(const Answer& answer) {
    ExpectReadable(answer.out);
    ExpectReadable(answer.err);
    ExpectLines(Lines(answer.err), GetParam().lines);
    EXPECT_EQ(answer.exit_code, GetParam().exit_code);
    ExpectFrugal(answer);
  }

  // Both halves of every cut are there, can be read and make up the model.
  void ExpectGoodResult() {
    const Answer verify = RunProgram(WithLimit({"verify", "out", "--structural",
                                                "--model", GetParam().model}),
                                     root(), /*with_onnxruntime=*/false);
    EXPECT_EQ(verify.exit_code, 0) << verify.err;
  }

  void ExpectNoSecret() {
    for (const auto& entry : fs::recursive_directory_iterator(root() / "out")) {
      if (!entry.is_regular_file()) continue;
      EXPECT_EQ(ReadAll(entry.path()).find(kSecret), std::string::npos)
          << entry.path();
    }
  }

  TempFolder folder_;
};

TEST_P(Hostile, HasOneAnswer) {
  const Vector& vector = GetParam();
  vector.build({root()});
  if (IsSkipped()) return;
  const auto before = Listing(root());

  ExpectAnswer(RunInTime(With({"inspect", vector.model})));
  EXPECT_EQ(Listing(root()), before);

  std::vector<std::string> compile = {"compile", vector.model, "-o", "out",
                                      "-q"};
  compile.insert(compile.end(), vector.compile_flags.begin(),
                 vector.compile_flags.end());
  ExpectAnswer(RunInTime(With(compile)));
  EXPECT_EQ(fs::exists(root() / "out"), vector.exit_code == 0);
  if (fs::exists(root() / "out")) {
    ExpectGoodResult();
    if (!vector.takes_secret) ExpectNoSecret();
    fs::remove_all(root() / "out");
  }
  EXPECT_EQ(Listing(root()), before);
  EXPECT_EQ(ReadAll(folder_ / "secret"), Secret());
}

// ONNX Runtime may refuse the model or die on it, in a process of its own: then
// a warning says so and all else is as without it.
class HostileToRuntime : public Hostile {
 protected:
  // Asked once for all vectors: the runtime takes long to load.
  bool HasRuntime() const {
    static const bool has =
        RunProgram({"--version"}, root(), /*with_onnxruntime=*/true)
            .out.find("ONNX Runtime: not found") == std::string::npos;
    return has;
  }
};

TEST_P(HostileToRuntime, HasTheSameAnswer) {
  const Vector& vector = GetParam();
  if (!HasRuntime()) GTEST_SKIP() << "no ONNX Runtime";
  vector.build({root()});
  const Answer answer =
      RunInTime(With({"compile", vector.model, "-o", "out", "-q"}), true);
  std::vector<std::string> lines = Lines(answer.err);
  std::erase_if(lines, [](const std::string& line) {
    return line.starts_with("dnncut: warning[W312]: ");
  });
  ExpectLines(lines,
              vector.runtime_knows ? std::vector<std::string>() : vector.lines);
  EXPECT_EQ(answer.exit_code, vector.runtime_knows ? 0 : vector.exit_code);
  ExpectFrugal(answer);
}

std::string NameOf(const testing::TestParamInfo<Vector>& info) {
  return info.param.name;
}

#define DNNCUT_VECTORS(theme)              \
  INSTANTIATE_TEST_SUITE_P(theme, Hostile, \
                           testing::ValuesIn(theme##Vectors()), NameOf)
DNNCUT_VECTORS(Cost);
DNNCUT_VECTORS(ExternalData);
DNNCUT_VECTORS(ExternalTensor);
DNNCUT_VECTORS(File);
DNNCUT_VECTORS(Function);
DNNCUT_VECTORS(Graph);
DNNCUT_VECTORS(Inference);
DNNCUT_VECTORS(Node);
DNNCUT_VECTORS(Tensor);
DNNCUT_VECTORS(Text);

INSTANTIATE_TEST_SUITE_P(Inference, HostileToRuntime,
                         testing::ValuesIn(InferenceVectors()), NameOf);
INSTANTIATE_TEST_SUITE_P(Node, HostileToRuntime,
                         testing::ValuesIn(NodeVectors()), NameOf);

}  // namespace
}  // namespace dnncut
