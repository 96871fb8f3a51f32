// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json.h"
#include "core/doc/yaml.h"
#include "core/doc/yaml_writer.h"
#include "tests/fuzz/targets.h"

namespace rockpool::fuzz {

std::string check_json(std::string_view bytes) {
  const auto lenient = doc::parse_json_leniently(bytes, {}, doc::Positions::record);
  const auto strict = doc::parse_json(bytes);
  if (!lenient) return strict ? "read strictly, but not leniently" : "";
  if (strict.has_value() != lenient->duplicate_fields.empty()) {
    return "repeated members do not decide whether it is read strictly";
  }
  const std::string written = doc::to_json(lenient->value);
  const auto again = doc::parse_json(written);
  if (!again) return "cannot be read again: " + again.error().message;
  if (!(*again == lenient->value)) return "is another value when read again";
  // A negative zero is written `-0`, as Go does, and reads as the integer 0.
  const bool has_zero = written.contains("-0");
  if (!has_zero && doc::to_json(*again) != written) return "is written differently the second time";
  const auto pretty = doc::parse_json(doc::to_json_pretty(lenient->value));
  if (!pretty || !(*pretty == *again)) return "is another value over several lines";
  return "";
}

std::string check_yaml(std::string_view bytes) {
  const auto documents = doc::parse_yaml(bytes);
  if (!documents) {
    return documents.error().position.line < 1 && bytes.size() < 1000 ? "an error without a line"
                                                                      : "";
  }
  for (const doc::YamlDocument& document : *documents) {
    const std::string written = doc::to_yaml(document.value);
    const auto again = doc::parse_yaml(written);
    if (!again) return "cannot be read again: " + doc::yaml_error_text(again.error());
    if (again->size() != 1) return "is not one document when read again";
    if (!(again->front().value == document.value)) return "is another value when read again";
    const auto as_json = doc::parse_json(doc::to_json(document.value));
    if (!as_json || !(*as_json == document.value)) return "is another value as JSON";
  }
  return "";
}

}  // namespace rockpool::fuzz
