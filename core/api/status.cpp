// SPDX-License-Identifier: Apache-2.0
#include "core/api/status.h"

#include <fmt/format.h>

#include <utility>

#include "core/api/field_error.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

std::string qualified(std::string_view name, std::string_view group) {
  if (group.empty()) return std::string{name};
  return fmt::format("{}.{}", name, group);
}

Status make(std::int32_t code, std::string_view why, std::string message) {
  Status status;
  status.code = code;
  status.reason = why;
  status.message = std::move(message);
  return status;
}

Status about(std::int32_t code, std::string_view why, GroupResource resource, std::string_view name,
             std::string message) {
  Status status = make(code, why, std::move(message));
  status.details.group = resource.group;
  status.details.kind = resource.resource;
  status.details.name = name;
  return status;
}

// Members that Go's omitempty would leave out are left out.
void set_text(doc::Value& object, doc::KnownKeyIndex key, const std::string& text) {
  if (!text.empty()) object.set(key, text);
}

doc::Value details_value(const StatusDetails& details) {
  doc::Value value = doc::Value::object();
  set_text(value, "name"_key, details.name);
  set_text(value, "group"_key, details.group);
  set_text(value, "kind"_key, details.kind);
  set_text(value, "uid"_key, details.uid);
  for (const StatusCause& cause : details.causes) {
    doc::Value entry = doc::Value::object();
    set_text(entry, "reason"_key, cause.reason);
    set_text(entry, "message"_key, cause.message);
    set_text(entry, "field"_key, cause.field);
    value.edit("causes"_key).push_back(std::move(entry));
  }
  if (details.retry_after_seconds != 0) {
    value.set("retryAfterSeconds"_key, details.retry_after_seconds);
  }
  return value;
}

}  // namespace

std::string GroupResource::to_string() const {
  return qualified(resource, group);
}

std::string GroupKind::to_string() const {
  return qualified(kind, group);
}

doc::Value Status::to_value() const {
  doc::Value value = doc::Value::object({{"apiVersion"_key, "v1"},
                                         {"kind"_key, "Status"},
                                         {"metadata"_key, doc::Value::object()},
                                         {"status"_key, "Failure"}});
  set_text(value, "message"_key, message);
  set_text(value, "reason"_key, reason);
  doc::Value about_what = details_value(details);
  if (about_what.size() != 0) value.set("details"_key, std::move(about_what));
  value.set("code"_key, code);
  return value;
}

Status Status::from_value(const doc::Value& value) {
  Status status;
  status.code = static_cast<std::int32_t>(value["code"_key].as_int());
  status.reason = value["reason"_key].as_string();
  status.message = value["message"_key].as_string();
  const doc::Value& about_what = value["details"_key];
  status.details.name = about_what["name"_key].as_string();
  status.details.group = about_what["group"_key].as_string();
  status.details.kind = about_what["kind"_key].as_string();
  status.details.uid = about_what["uid"_key].as_string();
  for (const doc::Value& cause : about_what["causes"_key].items()) {
    status.details.causes.push_back({cause["reason"_key].to_string(),
                                     cause["message"_key].to_string(),
                                     cause["field"_key].to_string()});
  }
  status.details.retry_after_seconds =
      static_cast<std::int32_t>(about_what["retryAfterSeconds"_key].as_int());
  return status;
}

Status not_found(GroupResource resource, std::string_view name) {
  return about(404, reason::kNotFound, resource, name,
               fmt::format("{} {} not found", resource.to_string(), quote(name)));
}

Status already_exists(GroupResource resource, std::string_view name) {
  return about(409, reason::kAlreadyExists, resource, name,
               fmt::format("{} {} already exists", resource.to_string(), quote(name)));
}

Status generate_name_conflict(GroupResource resource, std::string_view name) {
  Status status = about(409, reason::kAlreadyExists, resource, name,
                        fmt::format("{} {} already exists, the server was not able to generate a "
                                    "unique name for the object",
                                    resource.to_string(), quote(name)));
  status.details.retry_after_seconds = 1;
  return status;
}

Status unauthorized(std::string_view message) {
  return make(401, reason::kUnauthorized,
              std::string{message.empty() ? "not authorized" : message});
}

Status forbidden(GroupResource resource, std::string_view name, std::string_view why) {
  std::string message;
  if (resource.resource.empty()) {
    message = fmt::format("forbidden: {}", why);
  } else if (name.empty()) {
    message = fmt::format("{} is forbidden: {}", resource.to_string(), why);
  } else {
    message = fmt::format("{} {} is forbidden: {}", resource.to_string(), quote(name), why);
  }
  return about(403, reason::kForbidden, resource, name, std::move(message));
}

Status conflict(GroupResource resource, std::string_view name, std::string_view why) {
  return about(409, reason::kConflict, resource, name,
               fmt::format("Operation cannot be fulfilled on {} {}: {}", resource.to_string(),
                           quote(name), why));
}

Status apply_conflict(std::vector<StatusCause> causes, std::string_view message) {
  Status status = make(409, reason::kConflict, std::string{message});
  status.details.causes = std::move(causes);
  return status;
}

Status gone(std::string_view message) {
  return make(410, reason::kGone, std::string{message});
}

Status expired(std::string_view message) {
  return make(410, reason::kExpired, std::string{message});
}

Status invalid(GroupKind kind, std::string_view name, const FieldErrors& errors) {
  Status status =
      make(422, reason::kInvalid, fmt::format("{} {} is invalid", kind.to_string(), quote(name)));
  if (!errors.empty()) status.message += ": " + errors.aggregate();
  status.details.group = kind.group;
  status.details.kind = kind.kind;
  status.details.name = name;
  for (const FieldError& error : errors) {
    status.details.causes.push_back(
        {std::string{cause_reason(error.type)}, error.body(), error.field});
  }
  return status;
}

Status bad_request(std::string_view message) {
  return make(400, reason::kBadRequest, std::string{message});
}

Status too_many_requests(std::string_view message, std::int32_t retry_after_seconds) {
  Status status = make(429, reason::kTooManyRequests, std::string{message});
  status.details.retry_after_seconds = retry_after_seconds;
  return status;
}

Status service_unavailable(std::string_view message) {
  return make(503, reason::kServiceUnavailable, std::string{message});
}

Status method_not_supported(GroupResource resource, std::string_view action) {
  Status status = make(405, reason::kMethodNotAllowed,
                       fmt::format("{} is not supported on resources of kind {}", action,
                                   quote(resource.to_string())));
  status.details.group = resource.group;
  status.details.kind = resource.resource;
  return status;
}

Status method_not_allowed() {
  return make(405, reason::kMethodNotAllowed,
              "the server does not allow this method on the requested resource");
}

Status resource_not_found() {
  return make(404, reason::kNotFound, "the server could not find the requested resource");
}

Status server_timeout(GroupResource resource, std::string_view operation,
                      std::int32_t retry_after_seconds) {
  Status status = make(500, reason::kServerTimeout,
                       fmt::format("The {} operation against {} could not be completed at this "
                                   "time, please try again.",
                                   operation, resource.to_string()));
  status.details.group = resource.group;
  status.details.kind = resource.resource;
  status.details.name = operation;
  status.details.retry_after_seconds = retry_after_seconds;
  return status;
}

Status timeout(std::string_view message, std::int32_t retry_after_seconds) {
  Status status = make(504, reason::kTimeout, fmt::format("Timeout: {}", message));
  status.details.retry_after_seconds = retry_after_seconds;
  return status;
}

Status internal_error(std::string_view message) {
  Status status =
      make(500, reason::kInternalError, fmt::format("Internal error occurred: {}", message));
  status.details.causes.push_back({{}, std::string{message}, {}});
  return status;
}

Status request_too_large(std::string_view message) {
  return make(413, reason::kRequestEntityTooLarge,
              fmt::format("Request entity too large: {}", message));
}

Status unsupported_media_type(std::string_view accepted) {
  return make(415, reason::kUnsupportedMediaType,
              fmt::format("the body of the request was in an unknown format - accepted media types "
                          "include: {}",
                          accepted));
}

Status not_acceptable(std::string_view accepted) {
  return make(406, reason::kNotAcceptable,
              fmt::format("only the following media types are accepted: {}", accepted));
}

}  // namespace rockpool::api
