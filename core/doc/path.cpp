// SPDX-License-Identifier: Apache-2.0
#include "core/doc/path.h"

#include <charconv>
#include <iterator>
#include <utility>

namespace rockpool::doc {

// Out of line, and never throwing (running out of memory ends the program): checks make a great
// many paths, and each would otherwise cost its code and an unwinding path at every place.
Path::Path(std::string_view name) noexcept : Path{nullptr, {name, kNoIndex}} {}
Path::Path(Path&&) noexcept = default;
Path::~Path() = default;

Path Path::child(std::string_view name) const& noexcept {
  return {this, {name, kNoIndex}};
}
Path Path::child(std::string_view name) && noexcept {
  return std::move(*this).with({name, kNoIndex});
}
Path Path::index(std::size_t index) const& noexcept {
  return {this, {{}, as_index(index)}};
}
Path Path::index(std::size_t index) && noexcept {
  return std::move(*this).with({{}, as_index(index)});
}
Path Path::key(std::string_view name) const& noexcept {
  return {this, {name, kKey}};
}
Path Path::key(std::string_view name) && noexcept {
  return std::move(*this).with({name, kKey});
}

std::string Path::to_string() const {
  std::string out;
  append_to(out);
  return out;
}

Path Path::with(Step step) && {
  if (count_ == kStepsInPlace) {
    auto kept = std::make_unique<const Path>(std::move(*this));
    Path result{kept.get(), step};
    result.kept_parent_ = std::move(kept);
    return result;
  }
  steps_[count_++] = step;
  return std::move(*this);
}

void Path::append_to(std::string& out) const {
  if (parent_ != nullptr) parent_->append_to(out);
  for (std::size_t at = 0; at < count_; ++at) {
    const Step& step = steps_[at];
    if (step.index == kNoIndex) {
      if (!out.empty()) out += '.';
      out += step.name;
    } else if (step.index == kKey) {
      out += '[';
      out += step.name;
      out += ']';
    } else {
      char digits[24];
      const char* end = std::to_chars(std::begin(digits), std::end(digits), step.index).ptr;
      out += '[';
      out.append(static_cast<const char*>(digits), end);
      out += ']';
    }
  }
}

}  // namespace rockpool::doc
