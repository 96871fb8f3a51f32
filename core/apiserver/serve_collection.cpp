// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>

#include "core/api/field_error.h"
#include "core/apiserver/body.h"
#include "core/apiserver/delete_options.h"
#include "core/apiserver/object_routes.h"
#include "core/apiserver/present.h"
#include "core/apiserver/routes.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

// The value of a query parameter that is a number (strconv.ParseInt's words). Empty reads as 0.
api::Result<std::int64_t> read_number(const Request& request, std::string_view name) {
  const std::string_view text = request.query_value(name);
  if (text.empty()) return 0;
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && rest == end) return number;
  return std::unexpected{api::bad_request(fmt::format(
      "strconv.ParseInt: parsing \"{}\": {}", text,
      error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax"))};
}

// As strconv.ParseBool; anything else reads as false for `watch` and its like.
bool read_flag(const Request& request, std::string_view name) {
  const std::string* text = request.find_query(name);
  return text != nullptr && (*text == "1" || *text == "t" || *text == "T" || *text == "true" ||
                             *text == "True" || *text == "TRUE" || text->empty());
}

api::Result<VersionMatch> read_version_match(const Request& request) {
  const std::string_view text = request.query_value("resourceVersionMatch");
  if (text.empty()) return VersionMatch::unset;
  if (text == "NotOlderThan") return VersionMatch::not_older_than;
  if (text == "Exact") return VersionMatch::exact;
  api::FieldErrors errors;
  errors.not_supported(doc::Path{"resourceVersionMatch"}, text, {"", "Exact", "NotOlderThan"});
  return std::unexpected{api::invalid({"meta.k8s.io", "ListOptions"}, "", errors)};
}

api::Result<ListOptions> read_list_options(const Request& request) {
  ListOptions options;
  options.label_selector = request.query_value("labelSelector");
  options.field_selector = request.query_value("fieldSelector");
  options.continue_token = request.query_value("continue");
  options.resource_version = request.query_value("resourceVersion");
  const auto limit = read_number(request, "limit");
  if (!limit) return std::unexpected{limit.error()};
  options.limit = *limit;
  const auto match = read_version_match(request);
  if (!match) return std::unexpected{match.error()};
  options.resource_version_match = *match;
  return options;
}

Response serve_list(const Route& route) {
  const auto options = read_list_options(route.request);
  if (!options) return respond_status(options.error(), route.format);
  const auto list = route.server.list(route.resource->id, route.path.ns, *options);
  if (!list) return respond_status(list.error(), route.format);
  return present_list(route, *list);
}

Response serve_create(const Route& route) {
  std::vector<std::string> warnings;
  const auto write = read_write_options(route.request, "CreateOptions", warnings);
  if (!write) return respond_status(write.error(), route.format);
  auto object = read_object(route.request, *route.resource, write->field_validation, warnings);
  if (!object) return respond_status(object.error(), route.format);
  CreateOptions options;
  options.dry_run = write->dry_run;
  options.field_manager = write->field_manager;
  options.warnings = &warnings;
  const auto created =
      route.server.create(route.resource->id, route.path.ns, std::move(*object), options);
  Response response = created ? present_object(route, 201, *created)
                              : respond_status(created.error(), route.format);
  add_warnings(response, warnings);
  return response;
}

Response serve_delete_collection(const Route& route) {
  const auto options = read_delete_options(route.request);
  if (!options) return respond_status(options.error(), route.format);
  const auto selection = read_list_options(route.request);
  if (!selection) return respond_status(selection.error(), route.format);
  const auto removed = route.server.remove_collection(route.resource->id, route.path.ns,
                                                      options->options, *selection);
  if (!removed) return respond_status(removed.error(), route.format);
  return present_list(route, *removed);
}

}  // namespace

Response serve_watch(const Route& route) {
  WatchOptions options;
  options.label_selector = route.request.query_value("labelSelector");
  options.field_selector = route.request.query_value("fieldSelector");
  options.resource_version = route.request.query_value("resourceVersion");
  options.allow_bookmarks = read_flag(route.request, "allowWatchBookmarks");
  options.send_initial_events = read_flag(route.request, "sendInitialEvents");
  options.name = route.path.name;
  const auto match = read_version_match(route.request);
  if (!match) return respond_status(match.error(), route.format);
  if (*match != VersionMatch::unset && route.request.find_query("sendInitialEvents") == nullptr) {
    api::FieldErrors errors;
    errors.forbidden(doc::Path{"resourceVersionMatch"},
                     "resourceVersionMatch is forbidden for watch unless sendInitialEvents is "
                     "provided");
    return respond_status(api::invalid({"meta.k8s.io", "ListOptions"}, "", errors), route.format);
  }
  const auto timeout = read_number(route.request, "timeoutSeconds");
  if (!timeout) return respond_status(timeout.error(), route.format);
  options.timeout_seconds = *timeout;
  auto stream = route.server.watch(route.resource->id, route.path.ns, options);
  if (!stream) return respond_status(stream.error(), route.format);
  present_watch(route, **stream);
  Response response;
  response.headers.add("Content-Type", "application/json");
  response.watch = std::move(*stream);
  return response;
}

Response serve_collection(const Route& route) {
  const std::string& method = route.request.method;
  // Namespaced objects are made and removed in one namespace at a time.
  const bool writable = !route.resource->namespaced || !route.path.ns.empty();
  if (method == "GET") {
    return read_flag(route.request, "watch") ? serve_watch(route) : serve_list(route);
  }
  if (method == "POST" && writable) return serve_create(route);
  if (method == "DELETE" && writable && route.resource->id != api::ResourceId::namespaces) {
    return serve_delete_collection(route);
  }
  return respond_status(api::method_not_allowed(), route.format);
}

bool wants_watch(const Request& request) {
  return read_flag(request, "watch");
}

}  // namespace rockpool::apiserver
