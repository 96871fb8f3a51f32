// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json_patch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/doc/json.h"

namespace rockpool::doc {
namespace {

using Reason = JsonPatchError::Reason;
// Nothing, or why an operation does not apply.
using Complaint = std::optional<std::string>;

constexpr std::string_view kMissing = "missing value";
constexpr std::string_view kInvalidIndex = "invalid index referenced";

int height(const Value& value) {
  int deepest = 0;
  for (const Value& item : value.items()) deepest = std::max(deepest, height(item));
  for (const Member& member : value.members()) deepest = std::max(deepest, height(member.value));
  return value.is_array() || value.is_object() ? deepest + 1 : 0;
}

// A step of a JSON pointer: ~1 is a slash, ~0 a tilde.
std::string unescape(std::string_view step) {
  std::string result;
  for (std::size_t at = 0; at < step.size(); ++at) {
    if (step.substr(at).starts_with("~1")) {
      result += '/', ++at;
    } else if (step.substr(at).starts_with("~0")) {
      result += '~', ++at;
    } else {
      result += step[at];
    }
  }
  return result;
}

std::vector<std::string> split(std::string_view pointer) {
  std::vector<std::string> steps;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    steps.push_back(unescape(pointer.substr(0, end)));
    pointer.remove_prefix(end);
  }
  return steps;
}

// Go's strconv.Atoi.
std::expected<std::int64_t, std::string> parse_index(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  std::int64_t index = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, index);
  if (error == std::errc::result_out_of_range) {
    return std::unexpected{fmt::format("strconv.Atoi: parsing \"{}\": value out of range", text)};
  }
  if (digits.empty() || error != std::errc{} || stop != end) {
    return std::unexpected{fmt::format("strconv.Atoi: parsing \"{}\": invalid syntax", text)};
  }
  return index;
}

std::string invalid_index(std::int64_t index) {
  return fmt::format("Unable to access invalid index: {}: {}", index, kInvalidIndex);
}

// The index in an array of which `size` places may be named; negative ones count from its end.
std::expected<std::size_t, std::string> resolve_index(std::string_view key, std::size_t size) {
  const auto index = parse_index(key);
  if (!index) return std::unexpected{index.error()};
  const auto limit = static_cast<std::int64_t>(size);
  if (*index >= limit || *index < -limit) return std::unexpected{invalid_index(*index)};
  return static_cast<std::size_t>(*index < 0 ? *index + limit : *index);
}

// The place that a pointer names: a container and a key in it, which need not be there.
struct Place {
  // The steps to the container.
  std::vector<std::string> steps;
  std::string key;
};

class Patcher {
 public:
  explicit Patcher(Value document) : document_{std::move(document)} {}

  Complaint apply(const Value& operation) {
    const std::string kind = text_of(operation, "op").value_or("unknown");
    if (kind == "add") return add(operation);
    if (kind == "remove") return remove(operation);
    if (kind == "replace") return replace(operation);
    if (kind == "move") return move(operation);
    if (kind == "test") return test(operation);
    if (kind == "copy") return copy(operation);
    return fmt::format("Unexpected kind: {}", kind);
  }

  Value take() { return std::move(document_); }

 private:
  static std::optional<std::string> text_of(const Value& operation, std::string_view name) {
    const Value& text = operation[name];
    if (!text.is_string()) return std::nullopt;
    return text.to_string();
  }

  // What to complain if an operation lacks "path" or "from".
  static std::string undecodable(std::string_view kind, std::string_view name) {
    const std::string_view detail =
        name == "path" ? "operation missing path field" : "operation, missing from field";
    return fmt::format("{} operation failed to decode {}: {}: {}", kind, name, detail, kMissing);
  }

  // Nothing if the way to the container is not there.
  std::optional<Place> find(std::string_view pointer) const {
    if (!pointer.starts_with('/')) return std::nullopt;
    Place place{.steps = split(pointer), .key = {}};
    place.key = std::move(place.steps.back());
    place.steps.pop_back();
    const Value* at = &document_;
    for (const std::string& step : place.steps) {
      at = get(*at, step).value_or(nullptr);
      if (at == nullptr) return std::nullopt;
    }
    if (!at->is_array() && !at->is_object()) return std::nullopt;
    return place;
  }

  const Value& container(const Place& place) const {
    const Value* at = &document_;
    for (const std::string& step : place.steps) at = *get(*at, step);
    return *at;
  }

  Value& edit_container(const Place& place) {
    Value* at = &document_;
    for (const std::string& step : place.steps) {
      at = at->is_array() ? &at->edit_at(*resolve_index(step, at->size())) : &at->edit(step);
    }
    return *at;
  }

  // The value there; null if an object has no such member.
  static std::expected<const Value*, std::string> get(const Value& container,
                                                      std::string_view key) {
    if (!container.is_array()) return container.find(key);
    const auto index = resolve_index(key, container.size());
    if (!index) return std::unexpected{index.error()};
    return &container.at(*index);
  }

  Complaint insert(const Place& place, const Value& value) {
    const auto depth = static_cast<int>(place.steps.size()) + 1;
    if (depth + height(value) > kMaxDepth) {
      return fmt::format("exceeded max depth: values nest deeper than {}", kMaxDepth);
    }
    if (!container(place).is_array()) {
      edit_container(place).set(place.key, value);
      return std::nullopt;
    }
    const std::size_t size = container(place).size();
    std::size_t index = size;
    if (place.key != "-") {
      if (const auto parsed = parse_index(place.key); !parsed) {
        return fmt::format("value was not a proper array index: '{}': {}", place.key,
                           parsed.error());
      }
      const auto resolved = resolve_index(place.key, size + 1);
      if (!resolved) return resolved.error();
      index = *resolved;
    }
    Value& array = edit_container(place);
    array.push_back(value);
    for (std::size_t at = size; at > index; --at) array.edit_at(at).swap(array.edit_at(at - 1));
    return std::nullopt;
  }

  Complaint erase(const Place& place) {
    if (container(place).is_array()) {
      const auto index = resolve_index(place.key, container(place).size());
      if (!index) return index.error();
      edit_container(place).erase_at(*index);
    } else if (!container(place).contains(place.key)) {
      return fmt::format("Unable to remove nonexistent key: {}: {}", place.key, kMissing);
    } else {
      edit_container(place).erase(place.key);
    }
    return std::nullopt;
  }

  Complaint add(const Value& operation) {
    const auto path = text_of(operation, "path");
    if (!path) return fmt::format("add operation failed to decode path: {}", kMissing);
    const auto place = find(*path);
    if (!place) {
      return fmt::format("add operation does not apply: doc is missing path: \"{}\": {}", *path,
                         kMissing);
    }
    const auto complaint = insert(*place, operation["value"]);
    if (!complaint) return std::nullopt;
    return fmt::format("error in add for path: '{}': {}", *path, *complaint);
  }

  Complaint remove(const Value& operation) {
    const auto path = text_of(operation, "path");
    if (!path) return fmt::format("remove operation failed to decode path: {}", kMissing);
    const auto place = find(*path);
    if (!place) {
      return fmt::format("remove operation does not apply: doc is missing path: \"{}\": {}", *path,
                         kMissing);
    }
    const auto complaint = erase(*place);
    if (!complaint) return std::nullopt;
    return fmt::format("error in remove for path: '{}': {}", *path, *complaint);
  }

  Complaint replace(const Value& operation) {
    const auto path = text_of(operation, "path");
    if (!path) return undecodable("replace", "path");
    const Value& value = operation["value"];
    if (path->empty()) {
      if (!value.is_object() && !value.is_array()) {
        return "replace operation value must be object or array";
      }
      document_ = value;
      return std::nullopt;
    }
    const auto place = find(*path);
    if (!place) {
      return fmt::format("replace operation does not apply: doc is missing path: {}: {}", *path,
                         kMissing);
    }
    const Value& present = container(*place);
    if (!present.is_array()) return insert(*place, value);
    const auto index = resolve_index(place->key, present.size());
    if (!index) {
      return fmt::format("replace operation does not apply: doc is missing key: {}: {}", *path,
                         kMissing);
    }
    if (static_cast<int>(place->steps.size()) + 1 + height(value) > kMaxDepth) {
      return fmt::format("exceeded max depth: values nest deeper than {}", kMaxDepth);
    }
    edit_container(*place).edit_at(*index) = value;
    return std::nullopt;
  }

  Complaint move(const Value& operation) {
    const auto from = text_of(operation, "from");
    if (!from) return undecodable("move", "from");
    const auto source = find(*from);
    if (!source) {
      return fmt::format("move operation does not apply: doc is missing from path: {}: {}", *from,
                         kMissing);
    }
    const auto error = [&](std::string_view key, std::string_view complaint) {
      return fmt::format("error in move for path: '{}': {}", key, complaint);
    };
    const auto found = get(container(*source), source->key);
    if (!found) return error(source->key, found.error());
    const Value value = *found != nullptr ? **found : Value{};
    if (const auto complaint = erase(*source)) return error(source->key, *complaint);

    const auto path = text_of(operation, "path");
    if (!path) return undecodable("move", "path");
    const auto target = find(*path);
    if (!target) {
      return fmt::format("move operation does not apply: doc is missing destination path: {}: {}",
                         *path, kMissing);
    }
    if (const auto complaint = insert(*target, value)) return error(*path, *complaint);
    return std::nullopt;
  }

  Complaint test(const Value& operation) const {
    const auto path = text_of(operation, "path");
    if (!path) return undecodable("test", "path");
    const std::string failure = fmt::format("testing value {} failed: test failed", *path);
    const Value& wanted = operation["value"];
    if (path->empty()) return document_ == wanted ? Complaint{} : failure;
    const auto place = find(*path);
    if (!place) {
      return fmt::format("test operation does not apply: is missing path: {}: {}", *path, kMissing);
    }
    const auto found = get(container(*place), place->key);
    if (!found) return fmt::format("error in test for path: '{}': {}", *path, found.error());
    // What is not there equals null.
    const bool equal = *found == nullptr ? wanted.is_null() : **found == wanted;
    return equal ? Complaint{} : failure;
  }

  Complaint copy(const Value& operation) {
    const auto from = text_of(operation, "from");
    if (!from) return undecodable("copy", "from");
    const auto source = find(*from);
    if (!source) {
      return fmt::format("copy operation does not apply: doc is missing from path: {}: {}", *from,
                         kMissing);
    }
    const auto found = get(container(*source), source->key);
    if (!found) return fmt::format("error in copy for from: '{}': {}", *from, found.error());
    const Value value = *found != nullptr ? **found : Value{};

    const auto path = text_of(operation, "path");
    if (!path) return fmt::format("copy operation failed to decode path: {}", kMissing);
    const auto target = find(*path);
    if (!target) {
      return fmt::format("copy operation does not apply: doc is missing destination path: {}: {}",
                         *path, kMissing);
    }
    copied_bytes_ += static_cast<std::int64_t>(to_json(value).size());
    if (copied_bytes_ > kMaxJsonPatchCopyBytes) {
      return fmt::format(
          "Unable to complete the copy, the accumulated size increase of copy is {}, exceeding the "
          "limit {}",
          copied_bytes_, kMaxJsonPatchCopyBytes);
    }
    if (const auto complaint = insert(*target, value)) {
      return fmt::format("error while adding value during copy: {}", *complaint);
    }
    return std::nullopt;
  }

  Value document_;
  std::int64_t copied_bytes_ = 0;
};

// What Go says when it decodes something else into the list of operations.
std::optional<std::string> check_shape(const Value& patch) {
  const auto cannot = [](const Value& value, std::string_view type) {
    return fmt::format("json: cannot unmarshal {} into Go value of type {}",
                       value.is_boolean()  ? "bool"
                       : value.is_number() ? "number"
                                           : kind_name(value.kind()),
                       type);
  };
  if (!patch.is_array()) return cannot(patch, "jsonpatch.Patch");
  for (const Value& operation : patch.items()) {
    if (!operation.is_object() && !operation.is_null()) {
      return cannot(operation, "jsonpatch.Operation");
    }
  }
  return std::nullopt;
}

}  // namespace

std::expected<Value, JsonPatchError> apply_json_patch(const Value& document, const Value& patch) {
  if (auto complaint = check_shape(patch)) {
    return std::unexpected{JsonPatchError{Reason::malformed, std::move(*complaint)}};
  }
  if (patch.size() > kMaxJsonPatchOperations) {
    return std::unexpected{
        JsonPatchError{Reason::too_large,
                       fmt::format("The allowed maximum operations in a JSON patch is {}, got {}",
                                   kMaxJsonPatchOperations, patch.size())}};
  }
  Patcher patcher{document};
  for (const Value& operation : patch.items()) {
    if (auto complaint = patcher.apply(operation)) {
      return std::unexpected{JsonPatchError{Reason::not_applicable, std::move(*complaint)}};
    }
  }
  return patcher.take();
}

}  // namespace rockpool::doc
