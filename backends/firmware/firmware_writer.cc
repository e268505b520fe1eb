// SPDX-License-Identifier: Apache-2.0
#include "backends/firmware/firmware_writer.h"

#include <fmt/format.h>

#include <string_view>

#include "backends/firmware/firmware_files.h"
#include "backends/firmware/firmware_header.h"
#include "backends/firmware/firmware_table.h"
#include "compiler/files/file_io.h"

namespace dnncut {

// The build embeds the files in the program.
extern const std::string_view kFirmwareLookup;
extern const std::string_view kFirmwareBandwidth;

void WriteFirmware(const Result& result, const std::string& folder) {
  const FirmwareTable table = MakeFirmwareTable(result);
  const std::string& prefix = result.firmware.prefix;
  const auto write = [&folder](std::string_view file, const std::string& text) {
    WriteFile(fmt::format("{}/{}", folder, file), text);
  };
  write(kFirmwareLookupFile, WithPrefix(kFirmwareLookup, prefix));
  write(kFirmwareBandwidthFile, WithPrefix(kFirmwareBandwidth, prefix));
  write(kFirmwareHeaderFile,
        FirmwareHeader(table, prefix, MakeFirmwareComments(table, result)));
  write(kFirmwareBlobFile, FirmwareBlob(table));
}

}  // namespace dnncut
