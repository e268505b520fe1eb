// SPDX-License-Identifier: Apache-2.0
//
// Weights in files of their own: where a model may not reach, and what is no
// file.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include <cstring>

#include "compiler/base/error.h"
#include "tests/backends/temp_folder.h"
#include "tests/hostile/external_model.h"
#include "tests/hostile/vector.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;

using Build = std::function<void(const Site&)>;

void Nothing(const Site&) {}

// The file of weights that an honest model would have, all of one letter.
void SaveWeights(const Site& site, const std::string& name = "w.bin",
                 char letter = 'w') {
  WriteAll(site.InModel(name), std::string(4 * kElements, letter));
}

// A model whose w is described by `entries`, beside what `files` makes.
Vector External(const std::string& row, const std::string& name,
                const Entries& entries, const Build& files,
                std::vector<std::string> lines,
                ExitCode exit_code = ExitCode::kBadInput) {
  return {row, name,
          [=](const Site& site) {
            files(site);
            site.Save(ExternalModel(entries));
          },
          static_cast<int>(exit_code), std::move(lines)};
}

Vector Location(const std::string& row, const std::string& name,
                const std::string& location, const std::string& why,
                const Build& files = Nothing) {
  return External(row, name, {{"location", location}}, files,
                  {Outside(location, why)});
}

std::vector<Vector> Paths() {
  const std::string up = "which leads upwards";
  return {
      Location("CVE-2022-25882", "ParentFolder", "../../../etc/passwd", up),
      Location(
          "CVE-2024-27318", "HarmlessFirstComponent", "junk/../../secret", up,
          [](const Site& site) { fs::create_directory(site.InModel("junk")); }),
      Location("CVE-2025-51480", "WritesThroughALocation", "../out.data", up,
               [](const Site& site) {
                 WriteAll(site.root / "out.data", "as it was");
               }),
      Location("ORT PR 26776", "AbsolutePath", "/etc/passwd",
               "which is an absolute path"),
      Location("GHSA-q56x-g2fj-4rj6", "WindowsAbsolutePath", "C:\\secret",
               "which has a backslash"),
      Location("ext: empty location", "EmptyLocation", "", "which is no name"),
      Location("ORT */_ORT_MEM_ADDR_/*", "AddressInMemory",
               "*/_ORT_MEM_ADDR_/*", "which is an address in memory"),
      Location("ext: /dev/zero", "DevZero", "/dev/zero",
               "which is an absolute path"),
      External("ext: no location", "NoLocation", {{"offset", "0"}}, Nothing,
               {"error[E214]: MODEL: tensor 'w' has external data without a "
                "location"}),
  };
}

Build LinkTo(const std::string& target, const std::string& link) {
  return
      [=](const Site& site) { fs::create_symlink(target, site.InModel(link)); };
}

std::vector<Vector> Links() {
  const auto outside = [](const std::string& location) {
    return std::vector<std::string>{
        "error[E215]: MODEL: tensor 'w' has its data in '" + location +
        "', a link that leads out of the model's folder; replace the link by "
        "the file"};
  };
  Vector hard = External(
      "CVE-2026-34446", "HardLink", {{"location", "w.bin"}},
      [](const Site& site) {
        fs::create_hard_link(site.root / "secret", site.InModel("w.bin"));
      },
      {"warning[W206]: 'w.bin', with the data of tensor 'w', has other names "
       "too (hard links); make sure that it is the file that you mean"},
      ExitCode::kOk);
  hard.takes_secret = true;
  return {
      External("CVE-2026-34447", "SymbolicLink", {{"location", "w.bin"}},
               LinkTo("../secret", "w.bin"), outside("w.bin")),
      External("CVE-2026-27489", "LinkAsFolder", {{"location", "sub/secret"}},
               LinkTo("..", "sub"), outside("sub/secret")),
      External(
          "CVE-2026-27489", "LinkToALink", {{"location", "w.bin"}},
          [](const Site& site) {
            LinkTo("b", "w.bin")(site);
            LinkTo("../secret", "b")(site);
          },
          outside("w.bin")),
      External("CVE-2026-27489", "LinkToItself", {{"location", "w.bin"}},
               LinkTo("w.bin", "w.bin"),
               {"error[E216]: MODEL: cannot read 'model/w.bin', the file with "
                "the data of tensor 'w': Too many levels of symbolic links; it "
                "belongs beside the model"},
               ExitCode::kIo),
      External("ext: /dev/zero", "LinkToDevZero", {{"location", "w.bin"}},
               LinkTo("/dev/zero", "w.bin"), outside("w.bin")),
      External("ORT PR 26776", "LinkThroughProc", {{"location", "w.bin"}},
               LinkTo("/proc/self/cwd/secret", "w.bin"), outside("w.bin")),
      External(
          "accept: link inside", "LinkThatStaysInside", {{"location", "w.bin"}},
          [](const Site& site) {
            SaveWeights(site, "real.bin");
            LinkTo("real.bin", "w.bin")(site);
          },
          {}, ExitCode::kOk),
      hard,
  };
}

Vector NoFile(const std::string& name, const std::string& what,
              const Build& files) {
  return External("ext: fifo, /dev/zero, directory", name,
                  {{"location", "w.bin"}}, files,
                  {"error[E216]: MODEL: 'w.bin', with the data of tensor 'w', "
                   "is " +
                   what},
                  ExitCode::kIo);
}

void MakeSocket(const Site& site) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = site.InModel("w.bin").string();
  if (path.size() >= sizeof address.sun_path) {
    GTEST_SKIP() << "the temporary folder's name is too long for a socket";
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(fd);
}

void MakeDevice(const Site& site) {
  constexpr int kMemory = 1;
  constexpr int kZero = 5;
  if (mknod(site.InModel("w.bin").c_str(), S_IFCHR | 0600,
            makedev(kMemory, kZero)) != 0) {
    GTEST_SKIP() << "only root makes devices";
  }
}

std::vector<Vector> NoFiles() {
  return {
      NoFile("Fifo", "a named pipe",
             [](const Site& site) {
               ASSERT_EQ(mkfifo(site.InModel("w.bin").c_str(), 0600), 0);
             }),
      NoFile("Device", "a device file", MakeDevice),
      NoFile("Socket", "a socket", MakeSocket),
      NoFile("Folder", "a folder",
             [](const Site& site) {
               fs::create_directory(site.InModel("w.bin"));
             }),
      External("ext: missing", "MissingFile", {{"location", "w.bin"}}, Nothing,
               {"error[E216]: MODEL: cannot read 'model/w.bin', the file with "
                "the data of tensor 'w': No such file or directory; it belongs "
                "beside the model"},
               ExitCode::kIo),
      External("accept: the model is its own data", "TheModelItself",
               {{"location", "m.onnx"}}, Nothing,
               {"error[E217]: MODEL: tensor 'w' has its data at bytes 0 to "
                "4096 of 'm.onnx', which has 100 bytes only; it is cut off or "
                "belongs to another model"}),
  };
}

std::vector<Vector> Keys() {
  const std::string row = "CVE-2026-34445";
  const auto with = [&](const std::string& name, const Entries& more,
                        const std::string& line) {
    Entries entries = {{"location", "w.bin"}};
    entries.insert(entries.end(), more.begin(), more.end());
    return External(row, name, entries,
                    [](const Site& site) { SaveWeights(site); },
                    {"error[" + line});
  };
  return {
      with("KeyClass", {{"__class__", "x"}},
           "E214]: MODEL: tensor 'w' has the unknown key '__class__' in its "
           "external data"),
      with("KeyDict", {{"__dict__", "x"}},
           "E214]: MODEL: tensor 'w' has the unknown key '__dict__' in its "
           "external data"),
      with("UnknownKey", {{"whatever", "1"}},
           "E214]: MODEL: tensor 'w' has the unknown key 'whatever' in its "
           "external data"),
      with("KeyTwice", {{"location", "w.bin"}},
           "E214]: MODEL: tensor 'w' has the key 'location' twice in its "
           "external data"),
      with("NegativeOffset", {{"offset", "-1"}},
           "E214]: MODEL: tensor 'w' has the offset '-1' in its external data; "
           "a whole number >= 0 is needed"),
      with("NegativeLength", {{"length", "-1"}},
           "E214]: MODEL: tensor 'w' has the length '-1' in its external data; "
           "a whole number >= 0 is needed"),
      with("PetabyteLength", {{"length", "9007199254740992"}},
           "E212]: MODEL: tensor 'w' has 9007199254740992 bytes of external "
           "data, but its dims and element type need 4096"),
      with("OffsetBeyondTheFile", {{"offset", "4096"}},
           "E217]: MODEL: tensor 'w' has its data at bytes 4096 to 8192 of "
           "'w.bin', which has 4096 bytes only; it is cut off or belongs to "
           "another model"),
      with("OffsetAndLengthOverflow", {{"offset", "9223372036854775807"}},
           "E210]: MODEL: external data of tensor 'w' is too large"),
      with("OffsetOf65Bits", {{"offset", "36893488147419103232"}},
           "E214]: MODEL: tensor 'w' has the offset '36893488147419103232' in "
           "its external data; a whole number >= 0 is needed"),
      with("OffsetInHex", {{"offset", "0x10"}},
           "E214]: MODEL: tensor 'w' has the offset '0x10' in its external "
           "data; a whole number >= 0 is needed"),
  };
}

// The key `checksum` is not looked at: that a model's own weights are as they
// were, only who made them can tell. `verify` says whether halves have the
// weights that are beside the model now.
std::vector<Vector> Swapped() {
  const std::string row = "Hironabe: weights swapped";
  const auto swapped = [&](const std::string& name, const Entries& more,
                           std::vector<std::string> lines, ExitCode code) {
    Entries entries = {{"location", "w.bin"}};
    entries.insert(entries.end(), more.begin(), more.end());
    return External(
        row, name, entries,
        [](const Site& site) { SaveWeights(site, "w.bin", 'v'); },
        std::move(lines), code);
  };
  return {
      swapped("SwappedWithoutChecksum", {}, {}, ExitCode::kOk),
      swapped("SwappedWithChecksum",
              {{"checksum", "0123456789012345678901234567890123456789"}}, {},
              ExitCode::kOk),
      swapped("ChecksumThatIsNone", {{"checksum", "whatever"}}, {},
              ExitCode::kOk),
  };
}

}  // namespace

std::vector<Vector> ExternalDataVectors() {
  return Join({Paths(), Links(), NoFiles(), Keys(), Swapped()});
}

}  // namespace dnncut
