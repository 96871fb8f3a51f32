// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "core/api/object.h"
#include "core/doc/value.h"

namespace rockpool::api {

using namespace doc::literals;

/// A typed reading of a document. It copies nothing but holds its own reference, so it is safe to
/// keep; the string_views it hands out are valid as long as the document lives unchanged anywhere,
/// in this view at least.
class View {
 public:
  View() = default;
  explicit View(doc::Value value) : value_{std::move(value)} {}
  const doc::Value& value() const { return value_; }
  /// False if the document lacks this part.
  explicit operator bool() const { return !value_.is_null(); }

 protected:
  std::string_view text(doc::KnownKeyIndex key) const { return value_[key].as_string(); }
  std::int64_t number(doc::KnownKeyIndex key, std::int64_t fallback = 0) const {
    return value_[key].as_int(fallback);
  }
  bool flag(doc::KnownKeyIndex key, bool fallback = false) const {
    return value_[key].as_bool(fallback);
  }
  std::optional<sim::Time> time(doc::KnownKeyIndex key) const { return read_time(value_[key]); }

 private:
  doc::Value value_;
};

/// An array of a document read as views: `for (const Container container : spec.containers())`.
template <typename T>
class ViewList {
 public:
  ViewList() = default;
  explicit ViewList(doc::Value array) : array_{std::move(array)} {}

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = T;
    Iterator() = default;
    explicit Iterator(const doc::Value* item) : item_{item} {}
    T operator*() const { return T{*item_}; }
    Iterator& operator++() {
      ++item_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++item_;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const doc::Value* item_ = nullptr;
  };

  Iterator begin() const { return Iterator{array_.items().data()}; }
  Iterator end() const { return Iterator{array_.items().data() + array_.items().size()}; }
  std::size_t size() const { return array_.size(); }
  bool empty() const { return array_.size() == 0; }
  T operator[](std::size_t index) const { return T{array_.at(index)}; }
  const doc::Value& value() const { return array_; }

 private:
  doc::Value array_;
};

/// What all objects have in common, as a view.
class ObjectView : public View {
 public:
  using View::View;
  std::string_view name() const { return api::name(value()); }
  std::string_view namespace_name() const { return namespace_of(value()); }
  std::string_view uid() const { return api::uid(value()); }
  ObjectKey key() const { return key_of(value()); }
  const doc::Value& labels() const { return api::labels(value()); }
  const doc::Value& annotations() const { return api::annotations(value()); }
  std::uint64_t resource_version() const { return api::resource_version(value()); }
  std::int64_t generation() const { return api::generation(value()); }
  bool is_being_deleted() const { return api::is_being_deleted(value()); }

 protected:
  const doc::Value& spec_value() const { return value()["spec"_key]; }
  const doc::Value& status_value() const { return value()["status"_key]; }
};

}  // namespace rockpool::api
