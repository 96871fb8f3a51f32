// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/body.h"

#include <fmt/format.h>

#include <utility>

#include "core/api/decode.h"
#include "core/api/type_table.h"
#include "core/apiserver/custom/objects.h"
#include "core/apiserver/state.h"
#include "core/doc/ascii.h"
#include "core/doc/json.h"
#include "core/doc/yaml.h"

namespace rockpool::apiserver {
namespace {

// How much of a body that cannot be read the message shows (summarizeData).
constexpr std::size_t kSummaryLength = 30;

std::string summarize(std::string_view body) {
  if (body.empty()) return "<empty>";
  const std::string_view start = body.substr(0, kSummaryLength);
  std::string summary;
  if (body.front() == '{') {
    summary = start;
  } else {
    for (const char c : start) summary += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return body.size() > kSummaryLength ? summary + " ..." : summary;
}

api::Status syntax_error(const doc::ParseError& error, std::string_view prefix,
                         std::string_view message, std::string_view body) {
  api::Status status = api::bad_request(fmt::format("{}{} ({})", prefix, message, summarize(body)));
  status.details.causes.push_back({"SyntaxError",
                                   fmt::format("line {}, column {}: {}", error.position.line,
                                               error.position.column, error.message),
                                   ""});
  return status;
}

bool is_type(std::string_view type, std::string_view wanted) {
  return doc::equal_ignoring_case(type, wanted);
}

api::Result<void> check_size(const Request& request) {
  if (static_cast<std::int64_t>(request.body.size()) <= doc::kMaxDocumentBytes) return {};
  return std::unexpected{
      api::request_too_large(fmt::format("limit is {}", doc::kMaxDocumentBytes))};
}

api::FieldValidation decode_validation(FieldValidation validation) {
  switch (validation) {
    case FieldValidation::ignore:
      return api::FieldValidation::ignore;
    case FieldValidation::warn:
      return api::FieldValidation::warn;
    case FieldValidation::trusted:
    case FieldValidation::strict:
      break;
  }
  return api::FieldValidation::strict;
}

api::Result<doc::Value> take_decoded(api::Result<api::Decoded> decoded,
                                     std::vector<std::string>& warnings) {
  if (!decoded) return std::unexpected{std::move(decoded.error())};
  for (std::string& warning : decoded->warnings) warnings.push_back(std::move(warning));
  return std::move(decoded->object);
}

}  // namespace

api::Result<void> check_kind(const doc::Value& document, const api::Resource& resource) {
  const std::string_view version = document["apiVersion"_key].as_string(resource.api_version);
  const std::string_view kind = document["kind"_key].as_string(resource.kind);
  if (kind == resource.kind && version == resource.api_version) return {};
  if (kind == resource.kind) {
    return std::unexpected{api::bad_request(
        fmt::format("the API version in the data ({}) does not match the expected API version ({})",
                    version, resource.api_version))};
  }
  const std::string_view short_version = version.substr(version.rfind('/') + 1);
  if (api::find_kind(version, kind) != nullptr) {
    return std::unexpected{api::bad_request(fmt::format(
        "{} in version \"{}\" cannot be handled as a {}: converting ({}.{}) to ({}.{}): unknown "
        "conversion",
        kind, short_version, resource.kind, short_version, kind,
        resource.group.empty() ? "core" : resource.group, resource.kind))};
  }
  return std::unexpected{api::bad_request(fmt::format(
      "{} in version \"{}\" cannot be handled as a {}: no kind \"{}\" is registered for "
      "version \"{}\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
      kind, short_version, resource.kind, kind, version))};
}

std::string_view media_type_of(const Request& request) {
  std::string_view text = request.headers.get("Content-Type");
  text = text.substr(0, text.find(';'));
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

api::Result<Body> read_body(const Request& request, std::string_view kind) {
  if (auto checked = check_size(request); !checked) return std::unexpected{checked.error()};
  const std::string_view type = media_type_of(request);
  if (type.empty() || is_type(type, "application/json")) {
    auto parsed = doc::parse_json_leniently(request.body);
    if (parsed) return Body{std::move(parsed->value), std::move(parsed->duplicate_fields)};
    const std::string message =
        fmt::format("couldn't get version/kind; json parse error: {}", parsed.error().message);
    return std::unexpected{syntax_error(
        parsed.error(),
        fmt::format("the object provided is unrecognized (must be of type {}): ", kind), message,
        request.body)};
  }
  if (!is_type(type, "application/yaml")) {
    return std::unexpected{api::unsupported_media_type(kObjectMediaTypes)};
  }
  auto parsed = doc::parse_yaml(request.body);
  if (!parsed) {
    return std::unexpected{syntax_error(
        parsed.error(),
        fmt::format("the object provided is unrecognized (must be of type {}): ", kind),
        fmt::format("couldn't get version/kind; json parse error: {}",
                    doc::yaml_error_text(parsed.error())),
        request.body)};
  }
  if (parsed->size() == 1) return Body{std::move(parsed->front().value), {}};
  return std::unexpected{api::bad_request(fmt::format(
      "the object provided is unrecognized (must be of type {}): one document expected, found {}",
      kind, parsed->size()))};
}

namespace {

// The configuration of server-side apply, which is one YAML document.
api::Result<Patch> read_configuration(const Request& request) {
  auto documents = doc::parse_yaml(request.body);
  if (!documents) {
    return std::unexpected{syntax_error(documents.error(), "error decoding YAML: ",
                                        doc::yaml_error_text(documents.error()), request.body)};
  }
  if (documents->size() != 1) {
    return std::unexpected{api::bad_request(
        fmt::format("error decoding YAML: one document expected, found {}", documents->size()))};
  }
  return Patch{.type = PatchType::apply, .body = std::move(documents->front().value)};
}

}  // namespace

api::Result<Patch> read_patch(const Request& request) {
  if (auto checked = check_size(request); !checked) return std::unexpected{checked.error()};
  const std::string_view type = media_type_of(request);
  Patch patch;
  if (is_type(type, "application/json-patch+json")) {
    patch.type = PatchType::json;
  } else if (is_type(type, "application/merge-patch+json")) {
    patch.type = PatchType::merge;
  } else if (is_type(type, "application/strategic-merge-patch+json")) {
    patch.type = PatchType::strategic;
  } else if (is_type(type, "application/apply-patch+yaml")) {
    return read_configuration(request);
  } else {
    return std::unexpected{api::unsupported_media_type(kPatchMediaTypes)};
  }
  auto body = doc::parse_json(request.body);
  if (!body) {
    return std::unexpected{
        syntax_error(body.error(), "error decoding patch: ", body.error().message, request.body)};
  }
  patch.body = std::move(*body);
  return patch;
}

api::Result<doc::Value> read_object(const Request& request, const api::Resource& resource,
                                    FieldValidation validation,
                                    std::vector<std::string>& warnings) {
  auto body = read_body(request, resource.kind);
  if (!body) return std::unexpected{std::move(body.error())};
  if (auto checked = check_kind(body->document, resource); !checked) {
    return std::unexpected{std::move(checked.error())};
  }
  return take_decoded(custom::decode(resource, body->document,
                                     {.field_validation = decode_validation(validation),
                                      .duplicate_fields = body->duplicate_fields}),
                      warnings);
}

api::Result<doc::Value> read_other(const Request& request, std::string_view package,
                                   std::string_view api_version, std::string_view kind,
                                   FieldValidation validation, std::vector<std::string>& warnings) {
  auto body = read_body(request, kind);
  if (!body) return std::unexpected{std::move(body.error())};
  const api::TypeTable* type = api::find_type(package, kind);
  if (type == nullptr) return std::unexpected{api::resource_not_found()};
  return take_decoded(api::decode_as(*type, api_version, kind, body->document,
                                     {.field_validation = decode_validation(validation),
                                      .duplicate_fields = body->duplicate_fields}),
                      warnings);
}

}  // namespace rockpool::apiserver
