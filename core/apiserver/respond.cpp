// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/respond.h"

#include <fmt/format.h>

#include "core/apiserver/state.h"
#include "core/doc/json.h"
#include "core/doc/yaml_writer.h"

namespace rockpool::apiserver {
namespace {

constexpr int kPrettyIndent = 2;

Response respond(int code, std::string body, std::string_view type) {
  Response response;
  response.status = code;
  response.headers.add("Content-Type", type);
  response.body = std::move(body);
  return response;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  doc::append_json_string(out, name);
  out += ':';
  doc::append_json_string(out, value);
}

// An item of a list, which leaves its apiVersion and kind to the list.
void append_item(std::string& out, const doc::Value& item) {
  out += '{';
  bool first = true;
  for (const doc::Member& member : item.members()) {
    if (member.key == doc::Key{"apiVersion"_key} || member.key == doc::Key{"kind"_key}) continue;
    if (!first) out += ',';
    first = false;
    doc::append_json_string(out, member.key.text());
    out += ':';
    doc::append_json(out, member.value);
  }
  out += '}';
}

doc::Value list_document(const api::Resource& resource, const ListResult& list) {
  std::vector<doc::Value> items = list.items;
  for (doc::Value& item : items) {
    item.erase("apiVersion"_key);
    item.erase("kind"_key);
  }
  return doc::Value::object({{"kind"_key, resource.list_kind},
                             {"apiVersion"_key, resource.api_version},
                             {"metadata"_key, list_metadata(list)},
                             {"items"_key, doc::Value::array(std::move(items))}});
}

}  // namespace

doc::Value list_metadata(const ListResult& list) {
  doc::Value metadata =
      doc::Value::object({{"resourceVersion"_key, fmt::format("{}", list.resource_version)}});
  if (!list.continue_token.empty()) metadata.set("continue"_key, list.continue_token);
  if (list.remaining) metadata.set("remainingItemCount"_key, *list.remaining);
  return metadata;
}

Response respond_object(int code, const doc::Value& object, Format format) {
  if (format.yaml) return respond(code, doc::to_yaml(object), "application/yaml");
  if (format.pretty) {
    return respond(code, doc::to_json_pretty(object, kPrettyIndent), "application/json");
  }
  return respond(code, doc::to_json(object), "application/json");
}

Response respond_status(const api::Status& status, Format format) {
  Response response = respond_object(status.code, status.to_value(), format);
  if (status.details.retry_after_seconds > 0) {
    response.headers.add("Retry-After", fmt::format("{}", status.details.retry_after_seconds));
  }
  return response;
}

Response respond_success(int code, const api::Resource* resource, const doc::Value& object,
                         Format format) {
  doc::Value status = doc::Value::object({{"kind"_key, "Status"},
                                          {"apiVersion"_key, "v1"},
                                          {"metadata"_key, doc::Value::object()},
                                          {"status"_key, "Success"}});
  if (resource == nullptr) {
    status.set("code"_key, code);
    return respond_object(code, status, format);
  }
  doc::Value details = doc::Value::object({{"name"_key, name_of(object)},
                                           {"kind"_key, resource->plural},
                                           {"uid"_key, metadata_of(object)["uid"_key]}});
  if (!resource->group.empty()) details.set("group"_key, resource->group);
  status.set("details"_key, details);
  return respond_object(code, status, format);
}

Response respond_list(const api::Resource& resource, const ListResult& list, Format format) {
  if (format.yaml || format.pretty) {
    return respond_object(200, list_document(resource, list), format);
  }
  std::string body = "{";
  append_member(body, "kind", resource.list_kind);
  body += ',';
  append_member(body, "apiVersion", resource.api_version);
  body += ",\"metadata\":";
  doc::append_json(body, list_metadata(list));
  body += ",\"items\":[";
  for (std::size_t index = 0; index < list.items.size(); ++index) {
    if (index > 0) body += ',';
    append_item(body, list.items[index]);
  }
  body += "]}";
  return respond(200, std::move(body), "application/json");
}

Response respond_text(int code, std::string_view text) {
  Response response = respond(code, std::string{text}, "text/plain; charset=utf-8");
  return response;
}

void add_warnings(Response& response, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    std::string text = "299 - \"";
    for (const char c : warning) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    response.headers.add("Warning", text + '"');
  }
}

}  // namespace rockpool::apiserver
