// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/resource_version.h"

#include <fmt/format.h>

#include <charconv>

namespace rockpool::apiserver {

api::Result<std::int64_t> parse_resource_version(std::string_view text) {
  if (text.empty()) return 0;
  std::int64_t version = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, version);
  if (error == std::errc{} && rest == end && text.front() != '-') return version;
  const std::string_view why =
      error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax";
  return std::unexpected{api::bad_request(fmt::format(
      "resourceVersion: Invalid value: \"{0}\": strconv.ParseUint: parsing \"{0}\": {1}", text,
      why))};
}

api::Status too_large_resource_version(std::int64_t wanted, std::int64_t present) {
  api::Status status =
      api::timeout(fmt::format("Too large resource version: {}, current: {}", wanted, present), 1);
  status.details.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  return status;
}

}  // namespace rockpool::apiserver
