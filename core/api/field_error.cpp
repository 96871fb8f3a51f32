// SPDX-License-Identifier: Apache-2.0
#include "core/api/field_error.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/doc/json.h"

namespace rockpool::api {

namespace {

bool shows_value(FieldErrorType type) noexcept {
  switch (type) {
    case FieldErrorType::required:
    case FieldErrorType::forbidden:
    case FieldErrorType::too_long:
    case FieldErrorType::internal:
    case FieldErrorType::type_invalid:
      return false;
    default:
      return true;
  }
}

std::string supported_values(std::span<const std::string_view> supported) {
  std::string text = "supported values: ";
  bool first = true;
  for (const std::string_view value : supported) {
    if (!first) text += ", ";
    first = false;
    text += quote(value);
  }
  return text;
}

// The length of a well-formed UTF-8 sequence at the start of the text, or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  const std::size_t length = byte >= 0xf0 && byte < 0xf5   ? 4
                             : byte >= 0xe0 && byte < 0xf0 ? 3
                             : byte >= 0xc2 && byte < 0xe0 ? 2
                                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

void append_quoted_ascii(std::string& out, char c) noexcept {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\a':
      out += "\\a";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\v':
      out += "\\v";
      return;
    default:
      break;
  }
  if (c < 0x20 || c == 0x7f) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  } else {
    out += c;
  }
}

}  // namespace

std::string_view describe(FieldErrorType type) {
  switch (type) {
    case FieldErrorType::not_found:
      return "Not found";
    case FieldErrorType::required:
      return "Required value";
    case FieldErrorType::duplicate:
      return "Duplicate value";
    case FieldErrorType::invalid:
    case FieldErrorType::type_invalid:
      return "Invalid value";
    case FieldErrorType::not_supported:
      return "Unsupported value";
    case FieldErrorType::forbidden:
      return "Forbidden";
    case FieldErrorType::too_long:
      return "Too long";
    case FieldErrorType::too_many:
      return "Too many";
    case FieldErrorType::internal:
      return "Internal error";
  }
  return "";
}

std::string_view cause_reason(FieldErrorType type) {
  switch (type) {
    case FieldErrorType::not_found:
      return "FieldValueNotFound";
    case FieldErrorType::required:
      return "FieldValueRequired";
    case FieldErrorType::duplicate:
      return "FieldValueDuplicate";
    case FieldErrorType::invalid:
      return "FieldValueInvalid";
    case FieldErrorType::not_supported:
      return "FieldValueNotSupported";
    case FieldErrorType::forbidden:
      return "FieldValueForbidden";
    case FieldErrorType::too_long:
      return "FieldValueTooLong";
    case FieldErrorType::too_many:
      return "FieldValueTooMany";
    case FieldErrorType::internal:
      return "InternalError";
    case FieldErrorType::type_invalid:
      return "FieldValueTypeInvalid";
  }
  return "";
}

std::string FieldError::body() const {
  std::string text{describe(type)};
  if (shows_value(type)) {
    text += ": ";
    text += value;
  }
  if (!detail.empty()) {
    text += ": ";
    text += detail;
  }
  return text;
}

std::string FieldError::message() const {
  return field + ": " + body();
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_quoted_ascii(out, text[0]);
      text.remove_prefix(1);
    } else if (const std::size_t length = utf8_length(text); length != 0) {
      out += text.substr(0, length);
      text.remove_prefix(length);
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
    }
  }
  out += '"';
  return out;
}

std::string render_value(const doc::Value& value) {
  if (value.is_null()) return "\"null\"";
  if (value.is_string()) return quote(value.as_string());
  return doc::to_json(value);
}

void FieldErrors::required(const FieldPath& path, std::string_view detail) noexcept {
  add({FieldErrorType::required, path.to_string(), {}, std::string{detail}});
}

void FieldErrors::invalid(const FieldPath& path, const doc::Value& value,
                          std::string_view detail) noexcept {
  invalid_rendered(path, render_value(value), detail);
}

void FieldErrors::invalid_rendered(const FieldPath& path, std::string rendered,
                                   std::string_view detail) noexcept {
  add({FieldErrorType::invalid, path.to_string(), std::move(rendered), std::string{detail}});
}

void FieldErrors::duplicate(const FieldPath& path, const doc::Value& value) noexcept {
  duplicate_rendered(path, render_value(value));
}

void FieldErrors::duplicate_rendered(const FieldPath& path, std::string rendered,
                                     std::string_view detail) noexcept {
  add({FieldErrorType::duplicate, path.to_string(), std::move(rendered), std::string{detail}});
}

void FieldErrors::not_found(const FieldPath& path, const doc::Value& value,
                            std::string_view detail) noexcept {
  add({FieldErrorType::not_found, path.to_string(), render_value(value), std::string{detail}});
}

void FieldErrors::forbidden(const FieldPath& path, std::string_view detail) noexcept {
  add({FieldErrorType::forbidden, path.to_string(), {}, std::string{detail}});
}

void FieldErrors::invalid_each(const FieldPath& path, const doc::Value& value,
                               const std::vector<std::string>& problems) noexcept {
  for (const std::string& problem : problems) invalid(path, value, problem);
}

void FieldErrors::not_supported(const FieldPath& path, const doc::Value& value,
                                std::span<const std::string_view> supported) noexcept {
  add({FieldErrorType::not_supported, path.to_string(), render_value(value),
       supported_values(supported)});
}

void FieldErrors::too_long(const FieldPath& path, std::int64_t max) noexcept {
  add({FieldErrorType::too_long,
       path.to_string(),
       {},
       fmt::format("may not be more than {} bytes", max)});
}

void FieldErrors::too_many(const FieldPath& path, std::int64_t actual, std::int64_t max) noexcept {
  add({FieldErrorType::too_many, path.to_string(), std::to_string(actual),
       fmt::format("must have at most {} item{}", max, max == 1 ? "" : "s")});
}

void FieldErrors::internal(const FieldPath& path, std::string_view detail) noexcept {
  add({FieldErrorType::internal, path.to_string(), {}, std::string{detail}});
}

void FieldErrors::type_invalid(const FieldPath& path, const doc::Value& value,
                               std::string_view detail) noexcept {
  add({FieldErrorType::type_invalid, path.to_string(), render_value(value), std::string{detail}});
}

std::string FieldErrors::aggregate() const {
  std::vector<std::string> messages;
  for (const FieldError& error : errors_) {
    std::string message = error.message();
    if (std::find(messages.begin(), messages.end(), message) == messages.end()) {
      messages.push_back(std::move(message));
    }
  }
  if (messages.empty()) return {};
  if (messages.size() == 1) return messages[0];
  return fmt::format("[{}]", fmt::join(messages, ", "));
}

}  // namespace rockpool::api
