// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"

namespace rockpool::api {

class FieldErrors;

/// One cause of a Status: for invalid objects one per field.
struct StatusCause {
  /// `FieldValueInvalid`, `FieldValueRequired`, …
  std::string reason;
  std::string message;
  /// `spec.ports[0].port`; empty if no single field is to blame.
  std::string field;

  bool operator==(const StatusCause&) const = default;
};

/// What a Status is about.
struct StatusDetails {
  std::string name;
  std::string group;
  /// The resource ("pods") or, for invalid objects, the kind ("Pod"), as upstream mixes them.
  std::string kind;
  std::string uid;
  std::vector<StatusCause> causes;
  /// 0 if the client need not wait.
  std::int32_t retry_after_seconds = 0;

  bool operator==(const StatusDetails&) const = default;
};

/// Why a request failed: one to one the API's Status object (metav1.Status). The factories below
/// are those of apimachinery's pkg/api/errors, with its words.
struct Status {
  /// The HTTP status code; 0 while nothing has failed.
  std::int32_t code = 0;
  /// Machine-readable: `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, …
  std::string reason;
  /// For people.
  std::string message;
  StatusDetails details;

  bool operator==(const Status&) const = default;

  /// The v1 Status object with `status: Failure`.
  doc::Value to_value() const;
  /// Reads a v1 Status object; members it lacks stay empty.
  static Status from_value(const doc::Value& value);
};

/// A result or the reason there is none.
template <typename T>
using Result = std::expected<T, Status>;

/// The names by which messages call a resource: `deployments.apps`, `pods`. The views must outlive
/// the call they are passed to.
struct GroupResource {
  /// Empty for the core group.
  std::string_view group;
  /// The plural name.
  std::string_view resource;

  /// `deployments.apps`; the bare resource for the core group.
  std::string to_string() const;
};

/// The names by which messages call a kind: `Deployment.apps`, `Pod`.
struct GroupKind {
  std::string_view group;
  std::string_view kind;

  /// `Deployment.apps`; the bare kind for the core group.
  std::string to_string() const;
};

/// Reasons that callers compare with (metav1.StatusReason).
namespace reason {
inline constexpr std::string_view kUnknown = "";
inline constexpr std::string_view kUnauthorized = "Unauthorized";
inline constexpr std::string_view kForbidden = "Forbidden";
inline constexpr std::string_view kNotFound = "NotFound";
inline constexpr std::string_view kAlreadyExists = "AlreadyExists";
inline constexpr std::string_view kConflict = "Conflict";
inline constexpr std::string_view kGone = "Gone";
inline constexpr std::string_view kExpired = "Expired";
inline constexpr std::string_view kInvalid = "Invalid";
inline constexpr std::string_view kServerTimeout = "ServerTimeout";
inline constexpr std::string_view kTimeout = "Timeout";
inline constexpr std::string_view kTooManyRequests = "TooManyRequests";
inline constexpr std::string_view kBadRequest = "BadRequest";
inline constexpr std::string_view kMethodNotAllowed = "MethodNotAllowed";
inline constexpr std::string_view kNotAcceptable = "NotAcceptable";
inline constexpr std::string_view kRequestEntityTooLarge = "RequestEntityTooLarge";
inline constexpr std::string_view kUnsupportedMediaType = "UnsupportedMediaType";
inline constexpr std::string_view kInternalError = "InternalError";
inline constexpr std::string_view kServiceUnavailable = "ServiceUnavailable";
}  // namespace reason

/// The text that a conflict over resourceVersion carries (registry.OptimisticLockErrorMsg).
inline constexpr std::string_view kOptimisticLockMessage =
    "the object has been modified; please apply your changes to the latest version and try again";

/// 404 `pods "x" not found`
Status not_found(GroupResource resource, std::string_view name);
/// 409 `pods "x" already exists`
Status already_exists(GroupResource resource, std::string_view name);
/// 409 `pods "x-abcde" already exists, the server was not able to generate a unique name for the
/// object`, to be retried after a second.
Status generate_name_conflict(GroupResource resource, std::string_view name);
/// 401
Status unauthorized(std::string_view message);
/// 403 `pods "x" is forbidden: <why>`; without a name `pods is forbidden: <why>`, without a
/// resource `forbidden: <why>`.
Status forbidden(GroupResource resource, std::string_view name, std::string_view why);
/// 409 `Operation cannot be fulfilled on pods "x": <why>`
Status conflict(GroupResource resource, std::string_view name, std::string_view why);
/// 409 of server-side apply: one cause per field in conflict.
Status apply_conflict(std::vector<StatusCause> causes, std::string_view message);
/// 410 Gone
Status gone(std::string_view message);
/// 410 Expired: a resourceVersion or continue token that is too old.
Status expired(std::string_view message);
/// 422 `Service "x" is invalid: [<error>, <error>]`, one cause per error.
Status invalid(GroupKind kind, std::string_view name, const FieldErrors& errors);
/// 400 with the message as it is.
Status bad_request(std::string_view message);
/// 429 with the message as it is.
Status too_many_requests(std::string_view message, std::int32_t retry_after_seconds);
/// 503
Status service_unavailable(std::string_view message);
/// 405 `<action> is not supported on resources of kind "pods"`
Status method_not_supported(GroupResource resource, std::string_view action);
/// 405 `the server does not allow this method on the requested resource`
Status method_not_allowed();
/// 404 `the server could not find the requested resource`: no such path.
Status resource_not_found();
/// 500 ServerTimeout `The <operation> operation against <resource> could not be completed at this
/// time, please try again.`
Status server_timeout(GroupResource resource, std::string_view operation,
                      std::int32_t retry_after_seconds);
/// 504 `Timeout: <message>`
Status timeout(std::string_view message, std::int32_t retry_after_seconds);
/// 500 `Internal error occurred: <message>`
Status internal_error(std::string_view message);
/// 413 `Request entity too large: <message>`
Status request_too_large(std::string_view message);
/// 415 `the body of the request was in an unknown format - accepted media types include: a, b`
Status unsupported_media_type(std::string_view accepted);
/// 406 `only the following media types are accepted: a, b`
Status not_acceptable(std::string_view accepted);

}  // namespace rockpool::api
