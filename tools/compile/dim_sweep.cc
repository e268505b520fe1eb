// SPDX-License-Identifier: Apache-2.0
//
// Everything is worked out before anything is written, so that a value for
// which the model makes no sense leaves no half of a sweep behind.
#include "tools/compile/dim_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "backends/result/result_folder.h"
#include "backends/result/verdict.h"
#include "compiler/base/did_you_mean.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/file_io.h"
#include "compiler/files/json_text.h"
#include "tools/text/hanging_text.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

// A name of a dim may hold anything; that of a folder should not.
std::string FolderOf(const std::string& dim, int64_t value) {
  std::string name = dim;
  for (char& c : name) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    if (!is_plain) c = '_';
  }
  return fmt::format("{}={}", name, value);
}

void CheckDim(const DimSweep& sweep, const CompileOptions& options) {
  if (options.import.dims.contains(sweep.dim)) {
    Fail(ExitCode::kUsage, "E129",
         "--dim-sweep {}: --dim gives this dimension one value; leave that out",
         sweep.dim);
  }
  if (options.only_cut) {
    Fail(ExitCode::kUsage, "E129",
         "--dim-sweep {}: --only-cut names a cut of one table; leave it out",
         sweep.dim);
  }
}

void RequireDim(const DimSweep& sweep, const SourceModel& model) {
  ONNX_NAMESPACE::GraphProto graph = model.proto.graph();
  const DimNames names(&graph);
  if (names.Contains(sweep.dim)) return;
  Fail(ExitCode::kUsage, "E129",
       "--dim-sweep {}: the model has no dimension of this name{}", sweep.dim,
       DidYouMean(sweep.dim, names.All()));
}

// Each warning once, though every value may draw it.
void AddNew(const Warnings& more, Warnings* warnings) {
  for (const Warning& warning : more) {
    if (std::find(warnings->begin(), warnings->end(), warning) ==
        warnings->end()) {
      warnings->push_back(warning);
    }
  }
}

CompileOptions OptionsFor(const CompileOptions& options, const DimSweep& sweep,
                          int64_t value) {
  CompileOptions one = options;
  one.import.dims[sweep.dim] = value;
  return one;
}

// Writes all tables into a folder that appears whole or not at all.
void WriteSweep(const CompileOptions& options, const DimSweep& sweep,
                std::vector<SweepTable>* tables, Progress* progress,
                Warnings* warnings) {
  std::vector<std::string> inputs = FilesToKeep(options);
  const std::vector<std::string> model = FilesOf(tables->front().result.model);
  inputs.insert(inputs.end(), model.begin(), model.end());
  ResultFolder folder(options.output, options.force, inputs);
  const std::string written = folder.path();
  try {
    for (SweepTable& table : *tables) {
      CompileOptions one = OptionsFor(options, sweep, table.value);
      one.output = written + "/" + table.folder;
      WriteCompiled(one, progress, &table.result, &table.run.warnings);
      AddNew(table.run.warnings, warnings);
    }
    WriteFile(fmt::format("{}/{}", written, kSweepFile),
              JsonLine(SweepJson(sweep, *tables)) + "\n");
    folder.Commit();
  } catch (const Error& error) {
    folder.FailNamed(error);
  }
}

}  // namespace

std::vector<SweepTable> CompileSweep(const CompileOptions& options,
                                     const DimSweep& sweep, Progress* progress,
                                     Warnings* warnings) {
  CheckDim(sweep, options);
  std::vector<SweepTable> tables;
  for (const int64_t value : sweep.values) {
    CompileOptions one = OptionsFor(options, sweep, value);
    one.output.clear();
    SweepTable table;
    table.value = value;
    table.folder = FolderOf(sweep.dim, value);
    try {
      table.result = Compile(one, progress, &table.run.warnings);
    } catch (const Error& error) {
      throw Error(
          error.exit_code(), error.id(),
          fmt::format("with {}={}: {}", sweep.dim, value, error.what()));
    }
    if (tables.empty()) RequireDim(sweep, table.result.model);
    AddNew(table.run.warnings, warnings);
    table.summary = Summarize(table.result);
    table.run.output = options.output + "/" + table.folder;
    tables.push_back(std::move(table));
  }
  WriteSweep(options, sweep, &tables, progress, warnings);
  progress->Finish();
  return tables;
}

std::string SweepText(const DimSweep& sweep,
                      const std::vector<SweepTable>& tables,
                      const RunInfo& run) {
  const Summary& first = tables.front().summary;
  std::string text = SummaryHeader(
      tables.front().result,
      fmt::format("{}  weights {}", FormatPlural(first.layers, "layer"),
                  FormatSize(first.weight_bytes)));
  std::string folders;
  for (const SweepTable& table : tables) {
    const CompileResult& result = table.result;
    text += fmt::format(
        "\n{}\n{}{}\n",
        Heading(Printable(fmt::format("{}={}", sweep.dim, table.value))),
        SummaryRows(result, table.summary),
        VerdictText(result.problem, result.table, result.exact));
    folders += fmt::format(", {}/", table.folder);
  }
  text += "\n";
  // They hardly depend on the size.
  for (const std::string& note : tables.back().summary.notes) {
    text += HangingText("note    ", note);
  }
  return text + fmt::format(
                    "output  {}: {}{}\n"
                    "done    {}, {:.2f} s\n",
                    Printable(run.output), kSweepFile, folders,
                    FormatPlural(std::ssize(run.warnings), "warning"),
                    run.seconds);
}

nlohmann::ordered_json SweepJson(const DimSweep& sweep,
                                 const std::vector<SweepTable>& tables) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const SweepTable& table : tables) {
    list.push_back({{"value", table.value}, {"folder", table.folder}});
  }
  return {{"schema", "dnncut.sweep/1"}, {"dim", sweep.dim}, {"tables", list}};
}

}  // namespace dnncut
