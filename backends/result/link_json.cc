// SPDX-License-Identifier: Apache-2.0
#include "backends/result/link_json.h"

#include <charconv>
#include <optional>
#include <string>

namespace dnncut {

Side GetSide(const JsonValue& object, std::string_view key) {
  const JsonValue member = GetMember(object, key);
  const std::string name = AsString(member);
  if (name == "device") return Side::kDevice;
  if (name == "server") return Side::kServer;
  FailAt(member, "must be \"device\" or \"server\"");
}

Wanted FindWanted(const JsonValue& object, std::string_view key) {
  const std::optional<std::string> name = FindString(object, key);
  if (!name) return Wanted::kAsAll;
  for (const Wanted wanted :
       {Wanted::kDevice, Wanted::kServer, Wanted::kNowhere}) {
    if (WantedName(wanted) == *name) return wanted;
  }
  FailAt(GetMember(object, key), "must be \"device\", \"server\" or \"none\"");
}

Downlink GetDownlink(const JsonValue& object, std::string_view key) {
  const JsonValue member = GetMember(object, key);
  const std::string name = AsString(member);
  if (name == "same") return {Downlink::Kind::kSame, 0};
  if (name == "free") return {Downlink::Kind::kFree, 0};
  int64_t kbps = 0;
  const char* end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data(), end, kbps);
  if (error != std::errc() || rest != end || kbps < 1 || kbps > kLimitKbps) {
    FailAt(member, "must be \"same\", \"free\" or kbit/s as digits");
  }
  return {Downlink::Kind::kFixed, kbps};
}

BandwidthRange GetRange(const JsonValue& object) {
  BandwidthRange range;
  range.min_kbps = GetInt64(object, "min_kbps", 1, kLimitKbps);
  range.max_kbps = GetInt64(object, "max_kbps", range.min_kbps, kLimitKbps);
  return range;
}

}  // namespace dnncut
