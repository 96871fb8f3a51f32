// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/managed/field_set.h"

#include <fmt/format.h>

#include <utility>

#include "core/doc/json.h"

namespace rockpool::apiserver::managed {
namespace {

constexpr std::string_view kSelf = ".";

bool is_element(std::string_view text) {
  return text.starts_with("f:") || text.starts_with("k:") || text.starts_with("v:");
}

// `f:spec` as `.spec`, `k:{"name":"web"}` as `[name="web"]`, `v:"x"` as `[="x"]`.
std::string path_text(std::string_view element) {
  const std::string_view rest = element.substr(2);
  if (element.starts_with("f:")) return fmt::format(".{}", rest);
  if (element.starts_with("v:")) return fmt::format("[={}]", rest);
  const doc::Value keys = doc::parse_json(rest).value_or(doc::Value{});
  std::string text;
  for (const doc::Member& key : keys.members()) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}={}", key.key.text(), doc::to_json(key.value));
  }
  return fmt::format("[{}]", text);
}

void append_paths(const FieldSet& set, const std::string& prefix, std::vector<std::string>& out) {
  if (set.member) out.push_back(prefix);
  for (const auto& [element, part] : set.children) {
    append_paths(part, prefix + path_text(element), out);
  }
}

}  // namespace

const FieldSet* FieldSet::find(std::string_view element) const {
  const auto found = children.find(element);
  return found == children.end() ? nullptr : &found->second;
}

void FieldSet::attach(std::string element, FieldSet part) {
  if (!part.empty()) children.insert_or_assign(std::move(element), std::move(part));
}

doc::Value FieldSet::to_value() const {
  doc::Value fields = doc::Value::object();
  if (member && !children.empty()) fields.set(kSelf, doc::Value::object());
  for (const auto& [element, part] : children) fields.set(element, part.to_value());
  return fields;
}

FieldSet FieldSet::from_value(const doc::Value& fields) {
  FieldSet set;
  set.member = fields.size() == 0 || fields.contains(kSelf);
  for (const doc::Member& each : fields.members()) {
    const std::string_view text = each.key.text();
    if (is_element(text)) set.attach(std::string{text}, from_value(each.value));
  }
  return set;
}

std::vector<std::string> FieldSet::paths() const {
  std::vector<std::string> all;
  append_paths(*this, "", all);
  return all;
}

FieldSet unite(const FieldSet& left, const FieldSet& right) {
  FieldSet result = left;
  result.member = left.member || right.member;
  for (const auto& [element, part] : right.children) {
    const FieldSet* other = left.find(element);
    result.attach(element, other == nullptr ? part : unite(*other, part));
  }
  return result;
}

FieldSet intersect(const FieldSet& left, const FieldSet& right) {
  FieldSet result;
  result.member = left.member && right.member;
  for (const auto& [element, part] : left.children) {
    const FieldSet* other = right.find(element);
    if (other != nullptr) result.attach(element, intersect(part, *other));
  }
  return result;
}

FieldSet subtract(const FieldSet& left, const FieldSet& right) {
  FieldSet result;
  result.member = left.member && !right.member;
  for (const auto& [element, part] : left.children) {
    const FieldSet* other = right.find(element);
    result.attach(element, other == nullptr ? part : subtract(part, *other));
  }
  return result;
}

std::string field_element(std::string_view name) {
  return fmt::format("f:{}", name);
}

}  // namespace rockpool::apiserver::managed
