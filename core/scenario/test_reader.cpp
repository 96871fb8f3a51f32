// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/test_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/selector.h"

namespace rockpool::scenario {
namespace {

// Looks for `(expression)` in names and texts; returns the first.
std::optional<std::string> find_expression(const doc::Value& value) {
  const auto is_expression = [](std::string_view text) {
    return text.size() > 2 && text.front() == '(' && text.back() == ')';
  };
  if (is_expression(value.as_string())) return value.to_string();
  for (const doc::Value& item : value.items()) {
    if (auto found = find_expression(item)) return found;
  }
  for (const doc::Member& member : value.members()) {
    if (is_expression(member.key.text())) return std::string{member.key.text()};
    if (auto found = find_expression(member.value)) return found;
  }
  return {};
}

}  // namespace

std::string FileError::to_string() const {
  if (line == 0) return fmt::format("{}: {}", file, message);
  return fmt::format("{}:{}:{}: {}", file, line, column, message);
}

Reader::Reader(ReadContext& context, const doc::Value& value, std::string path)
    : context_{&context},
      value_{&value},
      path_{std::move(path)},
      taken_{std::make_shared<std::vector<std::string>>()} {
  if (value.is_array()) fail("expected an object, not a list");
}

int Reader::line() const {
  return context_->document->positions.key_position(path_).line;
}

void Reader::fail(std::string_view message) const {
  note(path_, message);
}

void Reader::fail_at(std::string_view name, std::string_view message) const {
  note(member_path(name), message);
}

void Reader::note(const std::string& path, std::string_view message) const {
  if (context_->error) return;
  const doc::Position position = context_->document->positions.key_position(path);
  context_->error =
      FileError{context_->file, position.line, position.column,
                path.empty() ? std::string{message} : fmt::format("{}: {}", path, message)};
}

Reader Reader::child(std::string_view name) const {
  taken_->emplace_back(name);
  return Reader{*context_, (*value_)[name], member_path(name)};
}

Reader Reader::required_child(std::string_view name) {
  if (!has(name)) fail(fmt::format("{} is required", name));
  return child(name);
}

std::vector<Reader> Reader::items(std::string_view name) {
  std::vector<Reader> readers;
  const doc::Value* found = take(name);
  if (found == nullptr) return readers;
  if (!found->is_array()) fail_at(name, "expected a list");
  for (std::size_t index = 0; index < found->size(); ++index) {
    readers.emplace_back(*context_, found->at(index),
                         fmt::format("{}[{}]", member_path(name), index));
  }
  return readers;
}

void Reader::text(std::string_view name, std::string& result) {
  const doc::Value* found = take(name);
  if (found == nullptr) return;
  if (!found->is_string())
    return fail_at(name, fmt::format("expected a string, not {}", kind_name(found->kind())));
  result = found->as_string();
}

void Reader::required_text(std::string_view name, std::string& result) {
  text(name, result);
  if (result.empty()) fail(fmt::format("{} is required", name));
}

void Reader::one_of(std::string_view name, std::initializer_list<std::string_view> allowed,
                    std::string& result) {
  text(name, result);
  if (!has(name) || std::ranges::find(allowed, result) != allowed.end()) return;
  fail_at(name, fmt::format("expected one of {}", fmt::join(allowed, ", ")));
}

void Reader::texts(std::string_view name, std::vector<std::string>& result) {
  for (const Reader& item : items(name)) {
    if (!item.value().is_string()) return item.fail("expected a string");
    result.push_back(item.value().to_string());
  }
}

void Reader::labels(std::string_view name, std::string& selector) {
  const doc::Value* found = take(name);
  if (found == nullptr) return;
  if (!found->is_object()) return fail_at(name, "expected an object of strings");
  selector = api::LabelSelector::from_labels(*found).to_string();
}

void Reader::boolean(std::string_view name, bool& result) {
  const doc::Value* found = take(name);
  if (found == nullptr) return;
  if (!found->is_boolean())
    return fail_at(name, fmt::format("expected true or false, not {}", kind_name(found->kind())));
  result = found->as_bool();
}

void Reader::number(std::string_view name, double& result) {
  const doc::Value* found = take(name);
  if (found == nullptr) return;
  if (!found->is_number())
    return fail_at(name, fmt::format("expected a number, not {}", kind_name(found->kind())));
  result = found->as_double();
}

void Reader::duration(std::string_view name, sim::Duration& result) {
  const doc::Value* found = take(name);
  if (found == nullptr) return;
  const auto span = sim::parse_duration(found->as_string());
  if (!span || *span < sim::Duration{0}) return fail_at(name, "expected a duration such as 10s");
  result = *span;
}

void Reader::duration(std::string_view name, std::optional<sim::Duration>& result) {
  if (!has(name)) return;
  sim::Duration span{0};
  duration(name, span);
  result = span;
}

void Reader::required_duration(std::string_view name, sim::Duration& result) {
  if (!has(name)) fail(fmt::format("{} is required", name));
  duration(name, result);
}

void Reader::objects(std::string_view file_name, std::string_view resource_name,
                     std::vector<doc::Value>& result) {
  std::string path;
  text(file_name, path);
  const doc::Value* inline_object = resource_name.empty() ? nullptr : take(resource_name);
  if (path.empty() == (inline_object == nullptr)) {
    return fail(resource_name.empty()
                    ? fmt::format("{} is required", file_name)
                    : fmt::format("give either {} or {}", file_name, resource_name));
  }
  if (inline_object != nullptr) {
    if (!inline_object->is_object()) return fail_at(resource_name, "expected an object");
    result.push_back(*inline_object);
    return;
  }
  const auto content = (*context_->read_file)(path);
  if (!content) return fail_at(file_name, content.error());
  const auto documents = doc::parse_yaml(*content);
  if (!documents) {
    const doc::ParseError& error = documents.error();
    if (!context_->error) {
      context_->error = FileError{path, error.position.line, error.position.column, error.message};
    }
    return;
  }
  for (const doc::YamlDocument& document : *documents) result.push_back(document.value);
  if (result.empty()) fail_at(file_name, "the file holds no object");
}

void Reader::accept(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) take(name);
}

void Reader::later(std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (has(name)) fail_at(name, "not supported yet");
  }
}

void Reader::refuse_expressions(const std::vector<doc::Value>& objects) const {
  for (const doc::Value& object : objects) {
    if (const auto expression = find_expression(object)) {
      fail(fmt::format("the expression {} is not supported yet", *expression));
    }
  }
}

void Reader::finish() {
  for (const doc::Member& member : value_->members()) {
    const std::string_view name = member.key.text();
    if (std::ranges::find(*taken_, name) == taken_->end()) fail_at(name, "unknown field");
  }
}

const doc::Value* Reader::take(std::string_view name) {
  taken_->emplace_back(name);
  return value_->find(name);
}

std::string Reader::member_path(std::string_view name) const {
  return path_.empty() ? std::string{name} : fmt::format("{}.{}", path_, name);
}

}  // namespace rockpool::scenario
