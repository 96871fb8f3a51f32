// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "core/api/field_error.h"
#include "core/api/object.h"
#include "core/apiserver/choose_container.h"
#include "core/apiserver/routes.h"
#include "core/apiserver/state.h"

// pods/<name>/log (pkg/registry/core/pod/rest/log.go and strategy.go's LogLocation).
namespace rockpool::apiserver {
namespace {

std::optional<std::int64_t> read_number(const Request& request, std::string_view name,
                                        api::FieldErrors& errors) {
  const std::string* text = request.find_query(name);
  if (text == nullptr || text->empty()) return std::nullopt;
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc{} && rest == end) return number;
  errors.invalid(doc::Path{name}, *text, "must be an integer");
  return std::nullopt;
}

bool read_flag(const Request& request, std::string_view name) {
  const std::string_view text = request.query_value(name);
  return text == "true" || text == "1";
}

// What the query asks for (ValidatePodLogOptions).
api::Result<PodLogOptions> read_options(const Request& request, sim::Time now) {
  PodLogOptions options;
  api::FieldErrors errors;
  options.previous = read_flag(request, "previous");
  options.timestamps = read_flag(request, "timestamps");
  options.tail_lines = read_number(request, "tailLines", errors);
  if (options.tail_lines.value_or(0) < 0) {
    errors.invalid(doc::Path{"tailLines"}, *options.tail_lines,
                   "must be greater than or equal to 0");
  }
  options.limit_bytes = read_number(request, "limitBytes", errors);
  if (options.limit_bytes.value_or(1) < 1) {
    errors.invalid(doc::Path{"limitBytes"}, *options.limit_bytes, "must be greater than 0");
  }
  const auto since_seconds = read_number(request, "sinceSeconds", errors);
  const std::string* since_time = request.find_query("sinceTime");
  if (since_seconds && since_time != nullptr) {
    errors.forbidden(doc::Path{""},
                     "at most one of `sinceTime` or `sinceSeconds` may be specified");
  } else if (since_seconds) {
    if (*since_seconds < 1) {
      errors.invalid(doc::Path{"sinceSeconds"}, *since_seconds, "must be greater than 0");
    } else {
      options.since = now - std::chrono::seconds{*since_seconds};
    }
  } else if (since_time != nullptr) {
    options.since = sim::parse_rfc3339(*since_time);
    if (!options.since) {
      return std::unexpected{api::bad_request(fmt::format(
          "parsing time \"{0}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{0}\" as \"2006\"",
          *since_time))};
    }
  }
  if (errors.empty()) return options;
  return std::unexpected{api::invalid({"", "PodLogOptions"}, "", errors)};
}

}  // namespace

Response serve_pod_log(const Route& route) {
  if (route.request.method != "GET") {
    return respond_status(api::method_not_allowed(), route.format);
  }
  const auto pod = route.server.get(route.resource->id, route.path.ns, route.path.name);
  if (!pod) return respond_status(pod.error(), route.format);
  auto options = read_options(route.request, route.server.loop().now());
  if (!options) return respond_status(options.error(), route.format);
  auto container = choose_container(*pod, route.request.query_value("container"));
  if (!container) return respond_status(container.error(), route.format);
  options->container = std::move(*container);
  // A Pod that no node has yet has no log.
  if ((*pod)["spec"_key]["nodeName"_key].is_empty()) return respond_text(200, "");
  PodLogSource* source = route.server.pod_log_source();
  if (source == nullptr) {
    return respond_status(api::service_unavailable("no kubelet serves logs"), route.format);
  }
  if (read_flag(route.request, "follow")) {
    Response response = respond_text(200, "");
    response.stream = std::make_shared<ByteStream>();
    const auto followed = source->follow_log(*pod, *options, response.stream);
    if (!followed) return respond_status(followed.error(), route.format);
    return response;
  }
  const auto text = source->read_log(*pod, *options);
  if (!text) return respond_status(text.error(), route.format);
  return respond_text(200, *text);
}

}  // namespace rockpool::apiserver
