// SPDX-License-Identifier: Apache-2.0
#include "core/api/decode.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/api/field_error.h"
#include "core/api/object.h"
#include "core/api/other_versions.h"
#include "core/api/quantity.h"
#include "core/doc/base64.h"
#include "core/doc/json.h"
#include "core/doc/path.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

// How many unknown and repeated fields one answer lists (sigs.k8s.io/json).
constexpr std::size_t kMaxStrictErrors = 100;

// How encoding/json names what it found where it expected something else.
std::string go_value_name(const doc::Value& value, bool expects_integer) {
  switch (value.kind()) {
    case doc::Kind::boolean:
      return "bool";
    case doc::Kind::integer:
    case doc::Kind::number:
      return expects_integer ? "number " + doc::to_json(value) : "number";
    default:
      return std::string{doc::kind_name(value.kind())};
  }
}

// `spec.containers[0].env[1].value` as encoding/json's errors have it: `spec.containers.env.value`.
std::string without_indexes(std::string_view path) {
  std::string out;
  int depth = 0;
  for (const char c : path) {
    if (c == '[') ++depth;
    if (depth == 0) out += c;
    if (c == ']') --depth;
  }
  return out;
}

std::optional<std::int64_t> exact_integer(const doc::Value& value) {
  if (value.is_integer()) return value.as_int();
  if (!value.is_number()) return std::nullopt;
  const double number = value.as_double();
  // Both bounds are exact as doubles; 2^63 itself does not fit.
  if (std::trunc(number) != number || number < -0x1p63 || number >= 0x1p63) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

bool fits_int32(std::int64_t number) {
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

// What omitempty leaves out.
bool is_zero(const doc::Value& value) {
  return value.is_empty();
}

// An object of a type whose members Go holds by value: those that are objects themselves are there
// even if nobody gave them.
doc::Value empty_object(const TypeTable& type) {
  doc::Value value = doc::Value::object();
  for (const Field& field : type.fields()) {
    if (field.type() == FieldType::object && !field.pointer()) {
      value.set(field.key_index(), empty_object(*field.object_type()));
    }
  }
  return value;
}

class Decoder {
 public:
  enum class Mode { check, trust };

  explicit Decoder(Mode mode) : mode_{mode} {}

  doc::Value decode_object(const TypeTable& type, const doc::Value& in, const doc::Path& path) {
    doc::Value out = in;
    const std::span<const Field> fields = type.fields();
    std::size_t next = 0;
    bool has_unknown = false;
    for (const doc::Member& member : in.members()) {
      while (next < fields.size() && fields[next].key() < member.key) {
        add_missing(out, fields[next++]);
      }
      if (next == fields.size() || !(fields[next].key() == member.key)) {
        note_unknown(member.key, path);
        has_unknown = true;
        continue;
      }
      const Field& field = fields[next++];
      if (stays(field, member.value)) continue;
      doc::Value value = decode_field(type, field, member.value, path.child(field.name()));
      if (value.is_null()) {
        out.erase(member.key);
        add_missing(out, field);
      } else if (!value.identical(member.value)) {
        out.set(member.key, std::move(value));
      }
    }
    while (next < fields.size()) add_missing(out, fields[next++]);
    return has_unknown ? only_known(type, out) : out;
  }

  struct Problem {
    std::string message;
    std::string field;
  };
  const std::vector<Problem>& type_problems() const { return type_problems_; }
  const std::vector<Problem>& strict_problems() const { return strict_problems_; }

 private:
  static void add_missing(doc::Value& out, const Field& field) {
    if (field.type() == FieldType::object && !field.pointer()) {
      out.set(field.key_index(), empty_object(*field.object_type()));
    }
  }

  // True of most plain values: they are what decoding makes of them.
  static bool stays(const Field& field, const doc::Value& in) {
    switch (field.type()) {
      case FieldType::string:
        return in.is_string() && !is_zero(in);
      case FieldType::int_or_string:
        return in.is_string();
      case FieldType::boolean:
        return in.as_bool();
      case FieldType::int64:
        return in.is_integer() && !is_zero(in);
      case FieldType::int32:
        return in.is_integer() && !is_zero(in) && fits_int32(in.as_int());
      default:
        return false;
    }
  }

  void note_unknown(const doc::Key& key, const doc::Path& path) {
    if (mode_ == Mode::trust || strict_problems_.size() >= kMaxStrictErrors) return;
    std::string field = path.child(key.text()).to_string();
    strict_problems_.push_back({"unknown field " + quote(field), std::move(field)});
  }

  // All unknown members go at once: taking each out for itself would move those after it each time,
  // and a hostile object may have very many.
  static doc::Value only_known(const TypeTable& type, const doc::Value& object) {
    std::vector<doc::Member> known;
    for (const Field& field : type.fields()) {
      if (const doc::Value* value = object.find(field.key()))
        known.push_back({field.key(), *value});
    }
    return doc::Value::object_of(std::move(known));
  }

  // Null means absent.
  doc::Value decode_field(const TypeTable& owner, const Field& field, const doc::Value& in,
                          const doc::Path& path) {
    if (in.is_null()) return {};
    doc::Value out;
    if (field.type() == FieldType::array) {
      out = decode_array(owner, field, in, path);
    } else if (field.type() == FieldType::map) {
      out = decode_map(owner, field, in, path);
    } else {
      return decode_plain(owner, field, in, path);
    }
    // Lists and maps are never held by pointer.
    if (is_zero(out) && !field.required()) return {};
    return out;
  }

  doc::Value decode_plain(const TypeTable& owner, const Field& field, const doc::Value& in,
                          const doc::Path& path) {
    doc::Value out = decode_element(owner, field, in, path);
    const bool may_be_zero = field.pointer() || field.required() ||
                             field.type() == FieldType::object ||
                             field.type() == FieldType::int_or_string;
    if (is_zero(out) && !may_be_zero) return {};
    return out;
  }

  doc::Value decode_array(const TypeTable& owner, const Field& field, const doc::Value& in,
                          const doc::Path& path) {
    if (!in.is_array()) return wrong_type(owner, field.go_type(), in, path, false);
    doc::Value out = in;
    for (std::size_t i = 0; i < in.size(); ++i) {
      doc::Value item = decode_element(owner, field, in.at(i), path.index(i));
      if (!item.identical(in.at(i))) out.edit_at(i) = std::move(item);
    }
    return out;
  }

  doc::Value decode_map(const TypeTable& owner, const Field& field, const doc::Value& in,
                        const doc::Path& path) {
    if (!in.is_object()) return wrong_type(owner, field.go_type(), in, path, false);
    doc::Value out = in;
    const bool of_texts = field.element_type() == FieldType::string;
    for (const doc::Member& member : in.members()) {
      if (of_texts && member.value.is_string()) continue;
      doc::Value value = decode_element(owner, field, member.value, path.key(member.key.text()));
      if (!value.identical(member.value)) out.set(member.key, std::move(value));
    }
    return out;
  }

  // A single value: a plain field, an item of an array or an entry of a map. Null is Go's zero
  // value.
  doc::Value decode_element(const TypeTable& owner, const Field& field, const doc::Value& in,
                            const doc::Path& path) {
    switch (field.element_type()) {
      case FieldType::object:
        if (in.is_null()) return empty_object(*field.object_type());
        if (!in.is_object()) return wrong_element(owner, field, in, path, false);
        return decode_object(*field.object_type(), in, path);
      case FieldType::string:
        if (in.is_null()) return "";
        return in.is_string() ? in : wrong_element(owner, field, in, path, false);
      case FieldType::boolean:
        if (in.is_null()) return false;
        return in.is_boolean() ? in : wrong_element(owner, field, in, path, false);
      case FieldType::int32:
        return decode_integer(owner, field, in, path, std::numeric_limits<std::int32_t>::min(),
                              std::numeric_limits<std::int32_t>::max());
      case FieldType::int64:
        return decode_integer(owner, field, in, path, std::numeric_limits<std::int64_t>::min(),
                              std::numeric_limits<std::int64_t>::max());
      case FieldType::number:
        return in.is_number() ? in : wrong_element(owner, field, in, path, false);
      case FieldType::int_or_string:
        if (in.is_string()) return in;
        return decode_integer(owner, field, in, path, std::numeric_limits<std::int32_t>::min(),
                              std::numeric_limits<std::int32_t>::max());
      case FieldType::quantity:
        return decode_quantity(in, path);
      case FieldType::time:
      case FieldType::micro_time:
        return decode_time(owner, field, in, path);
      case FieldType::bytes:
        return decode_bytes(owner, field, in, path);
      case FieldType::array:
        return decode_texts(owner, field, in, path);
      default:
        return in;
    }
  }

  // A list inside a list or map: always of texts.
  doc::Value decode_texts(const TypeTable& owner, const Field& field, const doc::Value& in,
                          const doc::Path& path) {
    if (in.is_null()) return {};
    if (!in.is_array()) return wrong_element(owner, field, in, path, false);
    doc::Value out = in;
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (in.at(i).is_string()) continue;
      out.edit_at(i) =
          in.at(i).is_null() ? "" : wrong_type(owner, "string", in.at(i), path.index(i), false);
    }
    return out;
  }

  doc::Value decode_integer(const TypeTable& owner, const Field& field, const doc::Value& in,
                            const doc::Path& path, std::int64_t low, std::int64_t high) {
    if (in.is_null()) return 0;
    const std::optional<std::int64_t> number = exact_integer(in);
    if (!number || *number < low || *number > high) {
      return wrong_element(owner, field, in, path, true);
    }
    return in.is_integer() ? in : doc::Value{*number};
  }

  doc::Value decode_quantity(const doc::Value& in, const doc::Path& path) {
    if (in.is_null()) return "0";
    const std::string text = in.is_string() ? in.to_string() : doc::to_json(in);
    const std::expected<Quantity, std::string> quantity = Quantity::parse(text);
    if (!quantity) return problem(quantity.error(), in, path);
    std::string canonical = quantity->to_string();
    return in.is_string() && canonical == text ? in : doc::Value{canonical};
  }

  doc::Value decode_time(const TypeTable& owner, const Field& field, const doc::Value& in,
                         const doc::Path& path) {
    if (in.is_null()) return {};
    if (!in.is_string()) return wrong_element(owner, field, in, path, false);
    const bool micro = field.element_type() == FieldType::micro_time;
    const std::optional<sim::Time> time = read_time(in);
    if (!time) {
      return problem(
          fmt::format(
              "parsing time {} as {}: cannot parse {} as \"2006\"", quote(in.as_string()),
              quote(micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"),
              quote(in.as_string())),
          in, path);
    }
    doc::Value canonical = micro ? micro_time_value(*time) : time_value(*time);
    return canonical == in ? in : canonical;
  }

  doc::Value decode_bytes(const TypeTable& owner, const Field& field, const doc::Value& in,
                          const doc::Path& path) {
    if (in.is_null()) return "";
    if (!in.is_string()) return wrong_element(owner, field, in, path, false);
    const std::expected<std::string, std::string> bytes = doc::decode_base64(in.as_string());
    if (!bytes) return problem(bytes.error(), in, path);
    doc::Value canonical{doc::encode_base64(*bytes)};
    return canonical == in ? in : canonical;
  }

  // A type as messages name it: that of one item or entry, not of the list around it.
  static std::string element_go_type(const Field& field) {
    std::string type = field.go_type();
    if (field.type() == FieldType::array) return type.substr(2);
    if (field.type() == FieldType::map && type.starts_with("map[string]")) {
      return type.substr(std::string_view{"map[string]"}.size());
    }
    return type;
  }

  doc::Value wrong_element(const TypeTable& owner, const Field& field, const doc::Value& in,
                           const doc::Path& path, bool expects_integer) {
    return wrong_type(owner, element_go_type(field), in, path, expects_integer);
  }

  doc::Value wrong_type(const TypeTable& owner, std::string_view go_type, const doc::Value& in,
                        const doc::Path& path, bool expects_integer) {
    if (mode_ == Mode::trust) return in;
    std::string field = path.to_string();
    type_problems_.push_back(
        {fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}",
                     go_value_name(in, expects_integer), owner.name(), without_indexes(field),
                     go_type),
         std::move(field)});
    return in;
  }

  doc::Value problem(std::string message, const doc::Value& in, const doc::Path& path) {
    if (mode_ == Mode::check) type_problems_.push_back({std::move(message), path.to_string()});
    return in;
  }

  Mode mode_;
  std::vector<Problem> type_problems_;
  std::vector<Problem> strict_problems_;
};

Status refusal(std::string_view api_version, std::string_view kind, std::string_view error,
               const std::vector<Decoder::Problem>& problems) {
  const std::string_view version = api_version.substr(api_version.find('/') + 1);
  Status status = bad_request(fmt::format("{} in version {} cannot be handled as a {}: {}", kind,
                                          quote(version), kind, error));
  for (const Decoder::Problem& problem : problems) {
    status.details.causes.push_back(
        {std::string{cause_reason(FieldErrorType::invalid)}, problem.message, problem.field});
  }
  return status;
}

std::vector<Decoder::Problem> duplicate_problems(const DecodeOptions& options) {
  std::vector<Decoder::Problem> problems;
  for (const std::string& field : options.duplicate_fields) {
    if (problems.size() < kMaxStrictErrors) {
      problems.push_back({"duplicate field " + quote(field), field});
    }
  }
  return problems;
}

}  // namespace

Result<Decoded> decode_as(const TypeTable& type, std::string_view api_version,
                          std::string_view kind, const doc::Value& document,
                          const DecodeOptions& options) {
  if (!document.is_object()) {
    return std::unexpected{refusal(api_version, kind,
                                   fmt::format("json: cannot unmarshal {} into Go value of type {}",
                                               go_value_name(document, false), type.go_name()),
                                   {})};
  }
  Decoder decoder{Decoder::Mode::check};
  Decoded decoded{decoder.decode_object(type, document, doc::Path{}), {}};
  if (const auto& problems = decoder.type_problems(); !problems.empty()) {
    // As encoding/json, which goes on after the first error but reports no other.
    return std::unexpected{refusal(api_version, kind, problems.front().message, problems)};
  }
  if (options.field_validation != FieldValidation::ignore) {
    std::vector<Decoder::Problem> problems = duplicate_problems(options);
    problems.insert(problems.end(), decoder.strict_problems().begin(),
                    decoder.strict_problems().end());
    for (const Decoder::Problem& problem : problems) decoded.warnings.push_back(problem.message);
    if (!problems.empty() && options.field_validation == FieldValidation::strict) {
      return std::unexpected{refusal(
          api_version, kind,
          fmt::format("strict decoding error: {}", fmt::join(decoded.warnings, ", ")), problems)};
    }
  }
  decoded.object.set("apiVersion"_key, api_version);
  decoded.object.set("kind"_key, kind);
  return decoded;
}

Result<Decoded> decode(const Resource& resource, const doc::Value& document,
                       const DecodeOptions& options) {
  auto decoded = decode_as(*resource.type, resource.api_version, resource.kind, document, options);
  const OtherVersion* other = find_other_version(resource);
  if (decoded && other != nullptr) decoded->object = other->to_stored(decoded->object);
  return decoded;
}

doc::Value canonicalize(const TypeTable& type, const doc::Value& object) {
  return Decoder{Decoder::Mode::trust}.decode_object(type, object, doc::Path{});
}

}  // namespace rockpool::api
