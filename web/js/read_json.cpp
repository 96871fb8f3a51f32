// SPDX-License-Identifier: Apache-2.0
#include "web/js/read_json.h"

#include <fmt/format.h>

#include "core/doc/json.h"

namespace rockpool::web {

std::unexpected<api::Status> expected(std::string_view name, std::string_view what) {
  return std::unexpected{api::bad_request(fmt::format("{}: expected {}", name, what))};
}

api::Result<doc::Value> read_object(std::string_view name, std::string_view text) {
  auto document = doc::parse_json(text);
  if (document && document->is_object()) return std::move(*document);
  return expected(name, "an object");
}

api::Result<sim::Duration> read_duration(std::string_view name, std::string_view text,
                                         sim::Duration least) {
  const auto span = sim::parse_duration(text);
  if (span && *span >= least) return *span;
  return expected(name, "a duration such as \"10s\"");
}

}  // namespace rockpool::web
