// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/negotiate.h"
#include "core/doc/trim.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kAcceptedTypes = "application/json, application/yaml";

// Takes what stands before the separator, or all.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = doc::trim(rest.substr(0, end), doc::kBlanks);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// One of the Accept header's alternatives: `application/json;as=Table;v=v1;g=meta.k8s.io`.
struct MediaType {
  std::string_view type;
  std::string_view as;
  std::string_view version;
  std::string_view group;
};

MediaType parse_media_type(std::string_view text) {
  MediaType result;
  result.type = take(text, ';');
  while (!text.empty()) {
    std::string_view value = take(text, ';');
    const std::string_view name = take(value, '=');
    if (name == "as") result.as = value;
    if (name == "v") result.version = value;
    if (name == "g") result.group = value;
  }
  return result;
}

bool accepts_form(const MediaType& media, Offer offer, Format& format) {
  if (media.as.empty()) return true;
  if (offer == Offer::discovery) {
    format.as = As::aggregated_discovery;
    return media.as == "APIGroupDiscoveryList" && media.group == "apidiscovery.k8s.io" &&
           media.version == "v2";
  }
  const bool known_version = media.version == "v1" || media.version == "v1beta1";
  if (offer != Offer::objects || media.group != "meta.k8s.io" || !known_version) return false;
  if (media.as == "Table") {
    format.as = As::table;
    return true;
  }
  format.as = As::partial_metadata;
  return media.as == "PartialObjectMetadata" || media.as == "PartialObjectMetadataList";
}

bool accepts(const MediaType& media, Offer offer, Format& format) {
  format.as = As::object;
  if (!accepts_form(media, offer, format)) return false;
  format.yaml = media.type == "application/yaml";
  return format.yaml || media.type == "application/json" || media.type == "application/*" ||
         media.type == "*/*";
}

// Whether JSON is indented: as `pretty` says, and else for browsers and the usual tools that show
// it as it comes (isPrettyPrint).
bool is_for_people(const Request& request) {
  if (const std::string* pretty = request.find_query("pretty"); pretty && !pretty->empty()) {
    constexpr std::string_view kTrue[] = {"1", "t", "T", "true", "TRUE", "True"};
    return std::ranges::find(kTrue, *pretty) != std::end(kTrue);
  }
  const std::string_view agent = request.headers.get("User-Agent");
  return agent.starts_with("curl") || agent.starts_with("Wget") || agent.starts_with("Mozilla/5.0");
}

api::Result<IncludeObject> read_include_object(const Request& request) {
  const std::string_view text = request.query_value("includeObject");
  if (text.empty() || text == "Metadata") return IncludeObject::metadata;
  if (text == "None") return IncludeObject::none;
  if (text == "Object") return IncludeObject::object;
  return std::unexpected{
      api::bad_request(fmt::format("unrecognized includeObject value: \"{}\"", text))};
}

}  // namespace

api::Result<Format> negotiate(const Request& request, Offer offer) {
  Format format;
  format.pretty = is_for_people(request);
  if (offer == Offer::objects) {
    const auto include = read_include_object(request);
    if (!include) return std::unexpected{include.error()};
    format.include_object = *include;
  }
  std::string_view rest = request.headers.get("Accept");
  if (doc::trim(rest, doc::kBlanks).empty()) return format;
  while (!rest.empty()) {
    if (accepts(parse_media_type(take(rest, ',')), offer, format)) return format;
  }
  return std::unexpected{api::not_acceptable(kAcceptedTypes)};
}

}  // namespace rockpool::apiserver
