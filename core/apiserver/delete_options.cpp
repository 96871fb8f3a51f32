// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/delete_options.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "core/api/field_error.h"
#include "core/api/validation/validation.h"
#include "core/apiserver/body.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

api::Result<doc::Value> from_query(const Request& request) {
  doc::Value options = doc::Value::object();
  if (const std::string* text = request.find_query("gracePeriodSeconds")) {
    std::int64_t seconds = 0;
    const char* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, seconds);
    if (error != std::errc{} || rest != end) {
      return std::unexpected{
          api::bad_request(fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", *text))};
    }
    options.set("gracePeriodSeconds"_key, seconds);
  }
  if (const std::string* text = request.find_query("orphanDependents")) {
    options.set("orphanDependents"_key, *text == "true" || *text == "1");
  }
  if (const std::string* text = request.find_query("propagationPolicy")) {
    options.set("propagationPolicy"_key, *text);
  }
  for (const auto& [name, value] : request.query) {
    if (name == "dryRun") options.edit("dryRun"_key).push_back(value);
  }
  return options;
}

Propagation read_propagation(const doc::Value& options) {
  const doc::Value& orphan = options["orphanDependents"_key];
  if (orphan.is_boolean()) return orphan.as_bool() ? Propagation::orphan : Propagation::background;
  const std::string_view policy = options["propagationPolicy"_key].as_string();
  if (policy == "Orphan") return Propagation::orphan;
  if (policy == "Foreground") return Propagation::foreground;
  return policy == "Background" ? Propagation::background : Propagation::unset;
}

}  // namespace

api::Result<DeleteRequest> read_delete_options(const Request& request) {
  std::vector<std::string> warnings;
  auto value = request.body.empty() ? from_query(request)
                                    : read_other(request, "meta/v1", "v1", "DeleteOptions",
                                                 FieldValidation::ignore, warnings);
  if (!value) return std::unexpected{std::move(value.error())};
  if (api::FieldErrors errors = api::validate_delete_options(*value); !errors.empty()) {
    return std::unexpected{api::invalid({"meta.k8s.io", "DeleteOptions"}, "", errors)};
  }
  DeleteRequest result;
  DeleteOptions& options = result.options;
  options.dry_run = (*value)["dryRun"_key].size() != 0;
  const doc::Value& grace = (*value)["gracePeriodSeconds"_key];
  if (grace.is_integer()) options.grace_period_seconds = grace.as_int();
  options.propagation = read_propagation(*value);
  const doc::Value& orphan = (*value)["orphanDependents"_key];
  result.cascades =
      options.propagation == Propagation::foreground || (orphan.is_boolean() && !orphan.as_bool());
  const doc::Value& preconditions = (*value)["preconditions"_key];
  const doc::Value& uid = preconditions["uid"_key];
  if (uid.is_string()) options.preconditions.uid = uid.to_string();
  const doc::Value& version = preconditions["resourceVersion"_key];
  if (version.is_string()) options.preconditions.resource_version = version.to_string();
  return result;
}

}  // namespace rockpool::apiserver
