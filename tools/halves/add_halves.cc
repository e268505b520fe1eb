// SPDX-License-Identifier: Apache-2.0
//
// The halves are made from the model again, as refine does; the hash of the
// interface says whether they are those of the compile. They need weights.bin
// as it is, because it has the weights of all cuts. The new folder is the old
// one with two files more and another table.json, and takes its place in one
// step, so that whoever reads it never sees a table without its files.
#include "tools/halves/add_halves.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "backends/halves/halves.h"
#include "backends/halves/interface_hash.h"
#include "backends/halves_writer.h"
#include "backends/result/result_folder.h"
#include "backends/result/table_json.h"
#include "compiler/base/error.h"
#include "compiler/files/file_io.h"
#include "compiler/files/json_file.h"
#include "compiler/files/link_tree.h"
#include "compiler/files/read_file.h"
#include "compiler/files/system_file.h"
#include "tools/result/result_files.h"
#include "tools/result/stored_result.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

void RequireCut(const TableFile& table, int cut, const std::string& folder) {
  const auto cuts = std::ssize(table.cuts);
  if (cut >= cuts) {
    Fail(ExitCode::kUsage, "E734",
         "--cut {}: there is no such cut; {} has cuts 0 to {}", cut, folder,
         cuts - 1);
  }
  if (table.only_cut && !table.cuts[cut].has_halves) {
    Fail(ExitCode::kUsage, "E734",
         "--cut {}: {} has the weights of another cut alone; {}", cut, folder,
         HalvesAdvice(table, cut, folder));
  }
}

// What crosses must be what the table says.
void RequireInterface(const StoredResult& stored, int cut) {
  const auto& stated = stored.table.cuts[cut].interface;
  const auto hash = InterfaceHash(stored.graph, stored.cuts()[cut]);
  const auto now = hash ? std::optional(HashText(*hash)) : std::nullopt;
  if (!stated || stated == now) return;
  Fail(ExitCode::kBadInput, "E740",
       "the halves of cut {} would not be those of {}/table.json: other types "
       "cross; compile again",
       cut, stored.folder);
}

// table.json with the halves of that cut.
std::string TableWith(const std::string& path, const Result& result, int cut) {
  nlohmann::ordered_json table = nlohmann::ordered_json::parse(ReadFile(
      path, {.name = "JSON", .max_bytes = kMaxJsonBytes, .too_large = "E401"}));
  nlohmann::ordered_json& json = table["cuts"].at(cut);
  json.erase("has_halves");
  for (const Side side : kSides) {
    const auto file = HalfFile(result, cut, side);
    if (file) json[fmt::format("{}_model", SideName(side))] = *file;
  }
  return TableText(table);
}

// If it cannot be removed, whoever creates the new file says so.
void Remove(const std::string& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

void FillFolder(const StoredResult& stored, const Result& result, int cut,
                const std::string& folder) {
  LinkTree(stored.folder, folder);
  for (const Side side : kSides) {
    // What stands there is in no table.
    Remove(fmt::format("{}/{}", folder, HalfName(cut, side)));
  }
  HalvesOptions options;
  options.inline_weights = !HasWeightsFile(stored.folder);
  AddHalves(result, {cut}, options, folder);
  const std::string table = folder + "/table.json";
  const std::string text = TableWith(table, result, cut);
  Remove(table);
  WriteFile(table, text);
}

// Its files must all be of one compile.
void RequireSameFolder(const std::string& folder,
                       const std::optional<FileIdentity>& before) {
  if (IdentityOf(folder) == before) return;
  Fail(ExitCode::kIo, "E606",
       "{}: was replaced while it was read; run again when nobody writes it",
       folder);
}

std::vector<std::string> FilesOfCut(const StoredResult& stored,
                                    const Result& result, int cut) {
  std::vector<std::string> files;
  for (const Side side : kSides) {
    const auto file = HalfFile(result, cut, side);
    if (file) files.push_back((fs::path(stored.folder) / *file).string());
  }
  return files;
}

}  // namespace

AddedHalves AddHalvesOfCut(const AddHalvesOptions& options,
                           Progress* progress) {
  progress->Stage(fmt::format("reading {}", options.path));
  const auto before = IdentityOf(FolderOfTable(options.path));
  const StoredResult stored =
      LoadWithModel(options.path, options.model, options.limits);
  const int cut = options.cut;
  RequireCut(stored.table, cut, stored.folder);
  RequireInterface(stored, cut);
  CutTable table;
  table.cuts = stored.cuts();
  Result result;
  result.model = &stored.model;
  result.graph = &stored.graph;
  result.table = &table;
  AddedHalves added;
  added.files = FilesOfCut(stored, result, cut);
  added.were_there = stored.table.cuts[cut].has_halves;
  if (added.were_there) return added;
  progress->Stage(fmt::format("writing {}", stored.folder));
  ResultFolder folder(stored.folder, /*force=*/true, {});
  try {
    FillFolder(stored, result, cut, folder.path());
    RequireSameFolder(stored.folder, before);
    folder.Commit();
  } catch (const Error& error) {
    folder.FailNamed(error);
  }
  progress->Finish();
  return added;
}

}  // namespace dnncut
