// SPDX-License-Identifier: Apache-2.0
#include "native/serve/protobuf/decode.h"

#include <fmt/format.h>

#include <bit>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/doc/base64.h"
#include "core/doc/json.h"
#include "core/sim/time.h"
#include "native/serve/protobuf/reader.h"
#include "native/serve/protobuf/table.h"

namespace rockpool::native::protobuf {
namespace {

using doc::Value;

constexpr std::string_view kMagic{"k8s\0", 4};
// Deeper than any type but those that hold themselves.
constexpr int kMaxDepth = 64;

const Message* find_message(std::string_view name) {
  for (const Message& message : all_messages()) {
    if (message.name == name) return &message;
  }
  return nullptr;
}

const Field* find_field(const Message& message, std::uint32_t number) {
  for (const Field& field : message.fields()) {
    if (field.number == number) return &field;
  }
  return nullptr;
}

// The field of that number of a small message, the last one if there are several.
std::optional<WireField> pick(std::string_view message, std::uint32_t number) {
  Reader reader{message};
  std::optional<WireField> found;
  while (const auto field = reader.next()) {
    if (field->number == number) found = field;
  }
  return reader.is_damaged() ? std::nullopt : found;
}

std::int64_t signed_of(const std::optional<WireField>& field) {
  return field ? static_cast<std::int64_t>(field->value) : 0;
}

std::string_view bytes_of(const std::optional<WireField>& field) {
  return field ? field->bytes : std::string_view{};
}

// Seconds and nanoseconds since 1970; Go's zero time is null in JSON.
Value read_time(std::string_view message, bool micro) {
  constexpr std::int64_t kLastSecond = INT64_MAX / 1'000'000'000 - 1;
  const std::int64_t seconds = signed_of(pick(message, 1));
  const std::int64_t nanoseconds = signed_of(pick(message, 2));
  if (message.empty() || seconds < 0 || nanoseconds < 0 || nanoseconds >= 1'000'000'000 ||
      seconds > kLastSecond)
    return {};
  const sim::Time time{std::chrono::seconds{seconds} + std::chrono::nanoseconds{nanoseconds}};
  return micro ? sim::format_rfc3339_micro(time) : sim::format_rfc3339(time);
}

Value read_int_or_string(std::string_view message) {
  if (signed_of(pick(message, 1)) == 0) return signed_of(pick(message, 2));
  return bytes_of(pick(message, 3));
}

Value read_strings(std::string_view message) {
  Value list = Value::array();
  Reader reader{message};
  while (const auto field = reader.next()) list.push_back(field->bytes);
  return list;
}

class Decoder {
 public:
  // The message as an object's members, added to `object`; false if it is damaged.
  bool read_into(Value& object, const Message& message, std::string_view bytes);

 private:
  bool read_field(Value& object, const Field& field, const WireField& wire);
  bool read_entry(Value& object, const Field& field, std::string_view bytes);
  // The value of one field, item or map value; empty if it is damaged.
  std::optional<Value> read_value(const Field& field, const WireField& wire);

  int depth_ = 0;
};

std::optional<Value> Decoder::read_value(const Field& field, const WireField& wire) {
  switch (field.kind) {
    case Kind::boolean:
      return Value{wire.value != 0};
    case Kind::integer:
      return Value{static_cast<std::int64_t>(wire.value)};
    case Kind::number:
      return Value{std::bit_cast<double>(wire.value)};
    case Kind::string:
      return Value{wire.bytes};
    case Kind::bytes:
      return Value{doc::encode_base64(wire.bytes)};
    case Kind::message: {
      Value object = Value::object();
      if (!read_into(object, all_messages()[field.message], wire.bytes)) return std::nullopt;
      return object;
    }
    case Kind::quantity:
      return Value{bytes_of(pick(wire.bytes, 1))};
    case Kind::time:
      return read_time(wire.bytes, false);
    case Kind::micro_time:
      return read_time(wire.bytes, true);
    case Kind::int_or_string:
      return read_int_or_string(wire.bytes);
    case Kind::strings:
      return read_strings(wire.bytes);
    case Kind::json: {
      const std::string_view text = bytes_of(pick(wire.bytes, 1));
      if (text.empty()) return Value{};
      auto parsed = doc::parse_json(text);
      if (!parsed) return std::nullopt;
      return std::move(*parsed);
    }
    case Kind::skipped:
      return Value{};
  }
  return std::nullopt;
}

bool Decoder::read_entry(Value& object, const Field& field, std::string_view bytes) {
  const std::string key{bytes_of(pick(bytes, 1))};
  WireField none;
  const std::optional<Value> value = read_value(field, pick(bytes, 2).value_or(none));
  if (!value) return false;
  object.edit(field.name).set(key, *value);
  return true;
}

bool Decoder::read_field(Value& object, const Field& field, const WireField& wire) {
  if (field.shape == Shape::map) return read_entry(object, field, wire.bytes);
  if (field.shape == Shape::embedded) {
    return read_into(object, all_messages()[field.message], wire.bytes);
  }
  std::optional<Value> value = read_value(field, wire);
  if (!value) return false;
  if (field.shape == Shape::list) {
    object.edit(field.name).push_back(std::move(*value));
  } else if (field.shape == Shape::pointer || !value->is_empty()) {
    if (!value->is_null()) object.set(field.name, std::move(*value));
  }
  return true;
}

bool Decoder::read_into(Value& object, const Message& message, std::string_view bytes) {
  if (depth_ >= kMaxDepth) return false;
  ++depth_;
  Reader reader{bytes};
  bool ok = true;
  while (ok) {
    const auto wire = reader.next();
    if (!wire) break;
    const Field* field = find_field(message, wire->number);
    if (field != nullptr) ok = read_field(object, *field, *wire);
  }
  --depth_;
  return ok && !reader.is_damaged();
}

}  // namespace

std::expected<Value, DecodeError> decode_object(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) {
    return std::unexpected{
        DecodeError{false,
                    "provided data does not appear to be a protobuf message, expected prefix "
                    "[107 56 115 0]"}};
  }
  const std::string_view unknown = bytes.substr(kMagic.size());
  const std::string_view type = bytes_of(pick(unknown, 1));
  const std::string api_version{bytes_of(pick(type, 1))};
  const std::string kind{bytes_of(pick(type, 2))};
  const bool is_core = api_version.find('/') == std::string::npos;
  const Message* message =
      find_message(fmt::format("{}{}.{}", is_core ? "/" : "", api_version, kind));
  // Options come in the version of whatever they are for.
  if (message == nullptr) message = find_message(fmt::format("meta/v1.{}", kind));
  if (message == nullptr) {
    return std::unexpected{DecodeError{
        true, fmt::format("no kind \"{}\" is registered for version \"{}\"", kind, api_version)}};
  }
  Value object = Value::map({{"apiVersion", api_version}, {"kind", kind}});
  Decoder decoder;
  if (!decoder.read_into(object, *message, bytes_of(pick(unknown, 2)))) {
    return std::unexpected{DecodeError{false, "proto: the message is damaged"}};
  }
  return object;
}

}  // namespace rockpool::native::protobuf
