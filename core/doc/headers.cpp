// SPDX-License-Identifier: Apache-2.0
#include "core/doc/headers.h"

#include <algorithm>

#include "core/doc/ascii.h"

namespace rockpool::doc {
namespace {

// Whether a field has a name.
auto named(std::string_view name) {
  return [name](const Headers::Field& field) { return equal_ignoring_case(field.first, name); };
}

}  // namespace

const std::string* Headers::find(std::string_view name) const {
  const auto found = std::ranges::find_if(fields_, named(name));
  return found == fields_.end() ? nullptr : &found->second;
}

std::string_view Headers::get(std::string_view name, std::string_view fallback) const {
  const std::string* const found = find(name);
  return found == nullptr ? fallback : std::string_view{*found};
}

void Headers::set(std::string_view name, std::string_view value) {
  const auto first = std::ranges::find_if(fields_, named(name));
  if (first == fields_.end()) return add(name, value);
  first->second = value;
  fields_.erase(std::remove_if(first + 1, fields_.end(), named(name)), fields_.end());
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, named(name));
}

}  // namespace rockpool::doc
