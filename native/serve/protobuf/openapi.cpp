// SPDX-License-Identifier: Apache-2.0
#include "native/serve/protobuf/openapi.h"

#include <bit>
#include <cstdint>
#include <span>
#include <utility>

#include "core/doc/json.h"

namespace rockpool::native::protobuf {
namespace {

using doc::Value;

// How a member of a JSON object is written.
enum class Form : std::uint8_t {
  text,
  texts,
  truth,
  number,
  integer,
  // Any value, as text.
  any,
  anys,
  // A message, a list of them, a map of them as a list of names and messages.
  message,
  messages,
  named_messages,
  // Text that a message of its own holds: `type`.
  wrapped_text,
};

struct Message;

struct Field {
  std::string_view name;
  std::uint32_t number;
  Form form;
  const Message* message = nullptr;
};

// A message of gnostic's openapi_v2.
struct Message {
  std::span<const Field> fields;
  // Where members go whose name begins with `x-`; 0 if nowhere.
  std::uint32_t extensions = 0;
  // Where all the other members go, each as a name and such a message: `paths` and the like.
  std::uint32_t others = 0;
  const Message* other = nullptr;
  // Messages of which one holds the other, innermost first, as their fields' numbers: the arms of
  // `oneof`.
  std::span<const std::uint32_t> wraps = {};
};

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2 };

class Writer {
 public:
  void put_text(std::uint32_t number, std::string_view text) {
    put_tag(number, WireType::bytes);
    put_varint(text.size());
    out_ += text;
  }
  void put_integer(std::uint32_t number, std::uint64_t value) {
    put_tag(number, WireType::varint);
    put_varint(value);
  }
  void put_number(std::uint32_t number, double value) {
    put_tag(number, WireType::fixed64);
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) out_ += static_cast<char>(bits >> shift & 0xff);
  }
  std::string take() { return std::move(out_); }

 private:
  void put_tag(std::uint32_t number, WireType type) {
    put_varint(std::uint64_t{number} << 3 | static_cast<std::uint64_t>(type));
  }
  void put_varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>((value & 0x7f) | 0x80);
    out_ += static_cast<char>(value);
  }

  std::string out_;
};

extern const Message kSchema;

constexpr std::uint32_t kFirst[] = {1};
constexpr std::uint32_t kQueryWraps[] = {3, 2, 1};
constexpr std::uint32_t kPathWraps[] = {4, 2, 1};
constexpr std::uint32_t kBodyWraps[] = {1, 1};

// A schema or, of additionalProperties, whether there may be any at all.
constexpr Message kSchemaItem{};

constexpr Field kSchemaFields[] = {
    {"$ref", 1, Form::text},
    {"format", 2, Form::text},
    {"title", 3, Form::text},
    {"description", 4, Form::text},
    {"default", 5, Form::any},
    {"multipleOf", 6, Form::number},
    {"maximum", 7, Form::number},
    {"exclusiveMaximum", 8, Form::truth},
    {"minimum", 9, Form::number},
    {"exclusiveMinimum", 10, Form::truth},
    {"maxLength", 11, Form::integer},
    {"minLength", 12, Form::integer},
    {"pattern", 13, Form::text},
    {"maxItems", 14, Form::integer},
    {"minItems", 15, Form::integer},
    {"uniqueItems", 16, Form::truth},
    {"maxProperties", 17, Form::integer},
    {"minProperties", 18, Form::integer},
    {"required", 19, Form::texts},
    {"enum", 20, Form::anys},
    {"additionalProperties", 21, Form::message, &kSchemaItem},
    {"type", 22, Form::wrapped_text},
    {"items", 23, Form::message, &kSchemaItem},
    {"allOf", 24, Form::messages, &kSchema},
    {"properties", 25, Form::named_messages, &kSchema},
};
constexpr std::uint32_t kSchemaExtensions = 31;
constexpr Message kSchema{kSchemaFields, kSchemaExtensions};

constexpr Field kInfoFields[] = {{"title", 1, Form::text}, {"version", 2, Form::text}};
constexpr Message kInfo{kInfoFields};

constexpr Field kBodyFields[] = {{"description", 1, Form::text},
                                 {"name", 2, Form::text},
                                 {"in", 3, Form::text},
                                 {"required", 4, Form::truth},
                                 {"schema", 5, Form::message, &kSchema}};
constexpr Message kBodyParameter{kBodyFields, 6, 0, nullptr, kBodyWraps};

constexpr Field kQueryFields[] = {{"required", 1, Form::truth},    {"in", 2, Form::text},
                                  {"description", 3, Form::text},  {"name", 4, Form::text},
                                  {"type", 6, Form::text},         {"format", 7, Form::text},
                                  {"uniqueItems", 20, Form::truth}};
constexpr Message kQueryParameter{kQueryFields, 23, 0, nullptr, kQueryWraps};

constexpr Field kPathFields[] = {{"required", 1, Form::truth},    {"in", 2, Form::text},
                                 {"description", 3, Form::text},  {"name", 4, Form::text},
                                 {"type", 5, Form::text},         {"format", 6, Form::text},
                                 {"uniqueItems", 19, Form::truth}};
constexpr Message kPathParameter{kPathFields, 22, 0, nullptr, kPathWraps};

// Which of the three it is, its member `in` says.
constexpr Message kParameter{};

constexpr Field kResponseFields[] = {{"description", 1, Form::text},
                                     {"schema", 2, Form::message, &kSchemaItem}};
constexpr Message kResponse{kResponseFields, 5, 0, nullptr, kFirst};
constexpr Message kResponses{{}, 2, 1, &kResponse};

constexpr Field kOperationFields[] = {{"tags", 1, Form::texts},
                                      {"summary", 2, Form::text},
                                      {"description", 3, Form::text},
                                      {"operationId", 5, Form::text},
                                      {"produces", 6, Form::texts},
                                      {"consumes", 7, Form::texts},
                                      {"parameters", 8, Form::messages, &kParameter},
                                      {"responses", 9, Form::message, &kResponses},
                                      {"schemes", 10, Form::texts},
                                      {"deprecated", 11, Form::truth}};
constexpr Message kOperation{kOperationFields, 13};

constexpr Field kPathItemFields[] = {
    {"get", 2, Form::message, &kOperation},     {"put", 3, Form::message, &kOperation},
    {"post", 4, Form::message, &kOperation},    {"delete", 5, Form::message, &kOperation},
    {"options", 6, Form::message, &kOperation}, {"head", 7, Form::message, &kOperation},
    {"patch", 8, Form::message, &kOperation},   {"parameters", 9, Form::messages, &kParameter}};
constexpr Message kPathItem{kPathItemFields, 10};
constexpr Message kPaths{{}, 1, 2, &kPathItem};

constexpr Message kDefinitions{{}, 0, 1, &kSchema};

constexpr Field kDocumentFields[] = {{"swagger", 1, Form::text},
                                     {"info", 2, Form::message, &kInfo},
                                     {"paths", 8, Form::message, &kPaths},
                                     {"definitions", 9, Form::message, &kDefinitions}};
constexpr Message kDocument{kDocumentFields, 16};

std::string encode(const Value& object, const Message& message);

std::string encode_any(const Value& value) {
  Writer writer;
  writer.put_text(2, doc::to_json(value));
  return writer.take();
}

std::string encode_named(std::string_view name, std::string_view value) {
  Writer writer;
  writer.put_text(1, name);
  writer.put_text(2, value);
  return writer.take();
}

const Message& arm_of(const Value& object, const Message& message) {
  if (&message != &kParameter) return message;
  const std::string_view place = object["in"].as_string();
  return place == "body" ? kBodyParameter : place == "path" ? kPathParameter : kQueryParameter;
}

void put(Writer& writer, const Field& field, const Value& value) {
  switch (field.form) {
    case Form::text:
      return writer.put_text(field.number, value.as_string());
    case Form::texts:
      for (const Value& each : value.items()) writer.put_text(field.number, each.as_string());
      return;
    case Form::truth:
      return writer.put_integer(field.number, value.as_bool() ? 1 : 0);
    case Form::number:
      return writer.put_number(field.number, value.as_double());
    case Form::integer:
      return writer.put_integer(field.number, static_cast<std::uint64_t>(value.as_int()));
    case Form::any:
      return writer.put_text(field.number, encode_any(value));
    case Form::anys:
      for (const Value& each : value.items()) writer.put_text(field.number, encode_any(each));
      return;
    case Form::message:
      return writer.put_text(field.number, encode(value, *field.message));
    case Form::messages:
      for (const Value& each : value.items()) {
        writer.put_text(field.number, encode(each, *field.message));
      }
      return;
    case Form::named_messages: {
      Writer all;
      for (const doc::Member& member : value.members()) {
        all.put_text(1, encode_named(member.key.text(), encode(member.value, *field.message)));
      }
      return writer.put_text(field.number, all.take());
    }
    case Form::wrapped_text: {
      Writer type;
      type.put_text(1, value.as_string());
      return writer.put_text(field.number, type.take());
    }
  }
}

void put_member(Writer& writer, const Message& message, std::string_view name, const Value& value) {
  for (const Field& field : message.fields) {
    if (field.name == name) return put(writer, field, value);
  }
  if (name.starts_with("x-")) {
    if (message.extensions != 0) {
      writer.put_text(message.extensions, encode_named(name, encode_any(value)));
    }
  } else if (message.other != nullptr) {
    writer.put_text(message.others, encode_named(name, encode(value, *message.other)));
  }
}

std::string encode(const Value& object, const Message& declared) {
  const Message& message = arm_of(object, declared);
  Writer writer;
  if (&message == &kSchemaItem) {
    if (object.is_boolean()) {
      writer.put_integer(2, object.as_bool() ? 1 : 0);
    } else {
      writer.put_text(1, encode(object, kSchema));
    }
    return writer.take();
  }
  for (const doc::Member& member : object.members()) {
    put_member(writer, message, member.key.text(), member.value);
  }
  std::string bytes = writer.take();
  for (const std::uint32_t number : message.wraps) {
    Writer outer;
    outer.put_text(number, bytes);
    bytes = outer.take();
  }
  return bytes;
}

}  // namespace

std::string encode_openapi(const Value& document) {
  return encode(document, kDocument);
}

}  // namespace rockpool::native::protobuf
