// SPDX-License-Identifier: Apache-2.0
//
// Writes a result: the halves of both sides with their weights, the JSON files,
// the report and the firmware.
//
// Everything goes into the temporary folder of ResultFolder, and Commit comes
// last: an error or a signal on the way leaves nothing behind.
#include "backends/result_writer.h"

#include <vector>

#include "backends/firmware/firmware_writer.h"
#include "backends/halves_writer.h"
#include "backends/report/report.h"
#include "backends/result/problem_json.h"
#include "backends/result/result_folder.h"
#include "backends/result/splitting_model_json.h"
#include "backends/result/table_json.h"
#include "compiler/base/error.h"
#include "compiler/files/file_io.h"
#include "compiler/model/source_model.h"

namespace dnncut {
namespace {

void WriteFiles(const Result& result, const ResultOptions& options,
                const std::string& folder) {
  WriteHalves(result, {options.inline_weights, options.progress}, folder);
  WriteFile(folder + "/problem.json",
            ProblemJson(*result.problem, *result.table, result.fitted));
  WriteFile(folder + "/splitting_model.json",
            SplittingModelJson(*result.problem, *result.blocks));
  WriteFile(folder + "/table.json", TableText(result));
  if (options.halves_only) return;
  WriteFile(folder + "/report.html", ReportHtml(result));
  MakeFolder(folder + "/firmware");
  WriteFirmware(result, folder + "/firmware");
}

}  // namespace

void WriteResult(const Result& result, const ResultOptions& options) {
  std::vector<std::string> inputs = FilesOf(*result.model);
  inputs.insert(inputs.end(), options.inputs.begin(), options.inputs.end());
  ResultFolder folder(options.out, options.force, inputs);
  try {
    WriteFiles(result, options, folder.path());
    folder.Commit();
  } catch (const Error& error) {
    folder.FailNamed(error);
  }
}

}  // namespace dnncut
