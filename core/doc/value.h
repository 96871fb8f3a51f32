// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/doc/key.h"
#include "core/doc/rep.h"

namespace rockpool::doc {

/// What a Value holds. Integers and other numbers are told apart as Kubernetes does: an int32
/// field refuses 1.5.
enum class Kind : std::uint8_t { null, boolean, integer, number, string, array, object };

/// The name of a kind as JSON calls it: "null", "boolean", "integer", "number", "string", "array",
/// "object".
std::string_view kind_name(Kind kind);

/// An immutable JSON-like document that shares structure with the documents it was made from.
///
/// A Value is 16 bytes: a scalar or a string of up to 14 bytes in place, or a pointer to a
/// reference-counted string, array or object. Copying a Value copies a pointer. Changing one
/// (`set`, `edit`, `erase`, `push_back`) first copies whatever part of the path is shared with
/// others, so no other holder ever sees the change; an unshared path is changed in place.
///
/// Reading never fails: a missing member, an index out of range or a value of another kind reads
/// as null or as the given fallback. Code that must tell "absent" from "null" uses `find`.
///
/// Not for use by several threads at once: reference counts are plain integers.
class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : Value{Kind::boolean, value} {}
  template <typename T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool> &&
                                             !std::is_same_v<T, char>,
                                         int> = 0>
  Value(T value) : Value{Kind::integer, static_cast<std::int64_t>(value)} {}
  Value(double value) : Value{Kind::number, value} {}
  Value(std::string_view text);
  Value(const char* text) : Value{std::string_view{text}} {}
  Value(const std::string& text) : Value{std::string_view{text}} {}
  // A pointer would otherwise turn into `true` without a word.
  template <typename T>
  Value(const T*) = delete;

  Value(const Value& other) {
    std::memcpy(static_cast<void*>(this), &other, sizeof *this);
    retain();
  }
  Value(Value&& other) noexcept { swap(other); }
  Value& operator=(Value other) noexcept {
    swap(other);
    return *this;
  }
  ~Value() { release(); }
  void swap(Value& other) noexcept {
    char bytes[sizeof *this];
    std::memcpy(bytes, &other, sizeof bytes);
    std::memcpy(static_cast<void*>(&other), this, sizeof bytes);
    std::memcpy(static_cast<void*>(this), bytes, sizeof bytes);
  }

  /// An empty object, or one of the given members. A later member of the same name wins.
  static Value object(std::initializer_list<std::pair<KnownKeyIndex, Value>> members = {});
  /// An object with names found at run time: `Value::map({{"app", "web"}})`.
  static Value map(std::initializer_list<std::pair<std::string_view, Value>> members);
  /// An object of members with names found at run time. A later member of the same name wins.
  static Value object_of(std::vector<Member> members);
  /// The same, moving the members out of where they are.
  static Value object_from(std::span<Member> members);
  /// An array of the given items.
  static Value array(std::vector<Value> items = {}) { return array_from(items); }
  /// The same, moving the items out of where they are.
  static Value array_from(std::span<Value> items);
  /// An array of strings.
  static Value strings(std::initializer_list<std::string_view> items);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_boolean() const { return kind_ == Kind::boolean; }
  bool is_integer() const { return kind_ == Kind::integer; }
  /// True for integers and other numbers.
  bool is_number() const { return kind_ == Kind::integer || kind_ == Kind::number; }
  bool is_string() const { return kind_ == Kind::string; }
  bool is_array() const { return kind_ == Kind::array; }
  bool is_object() const { return kind_ == Kind::object; }

  /// The scalar, or `fallback` if this is of another kind. `as_double` reads integers too.
  bool as_bool(bool fallback = false) const { return is_boolean() ? payload<bool>() : fallback; }
  std::int64_t as_int(std::int64_t fallback = 0) const {
    return is_integer() ? payload<std::int64_t>() : fallback;
  }
  /// Any number, or `fallback`.
  double as_double(double fallback = 0) const;
  /// The text is valid as long as this Value is neither changed nor destroyed: a short string lives
  /// inside it.
  std::string_view as_string(std::string_view fallback = {}) const& {
    if (kind_ != Kind::string) return fallback;
    if (is_counted()) return part<StringRep>()->text();
    return {bytes_, size_};
  }
  std::string_view as_string(std::string_view fallback = {}) const&& = delete;
  /// A copy of the text, for values about to go away.
  std::string to_string(std::string_view fallback = {}) const {
    return std::string{static_cast<const Value&>(*this).as_string(fallback)};
  }

  /// The number of items or members; 0 for scalars.
  std::size_t size() const { return kind_ >= Kind::array ? part<Rep>()->size : std::size_t{0}; }
  /// True for null, "", [], {}, false and 0: what Go's `omitempty` leaves out.
  bool is_empty() const;

  /// The member of that name, or nullptr if this is no object or has none.
  const Value* find(const Key& key) const;
  const Value* find(std::string_view name) const;
  /// The member of that name, or null.
  const Value& operator[](KnownKeyIndex key) const {
    return kind_ == Kind::object ? known_member(key) : null_value();
  }
  const Value& operator[](const Key& key) const;
  const Value& operator[](std::string_view name) const;
  const Value& operator[](const char* name) const { return (*this)[std::string_view{name}]; }
  /// The item at that index, or null.
  const Value& at(std::size_t index) const {
    return kind_ == Kind::array && index < part<ArrayRep>()->size ? part<ArrayRep>()->items()[index]
                                                                  : null_value();
  }
  /// True if this object has that member (even if it is null).
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  bool contains(KnownKeyIndex key) const { return find(Key{key}) != nullptr; }

  /// The items of an array; empty for other kinds. Valid until this Value is changed or destroyed.
  std::span<const Value> items() const {
    if (kind_ != Kind::array) return {};
    return {part<ArrayRep>()->items(), part<ArrayRep>()->size};
  }
  /// The members of an object in order of their names; empty for other kinds. Valid as `items`.
  std::span<const Member> members() const;

  /// Sets a member. A null becomes an object first; requires null or an object.
  void set(KnownKeyIndex key, Value value) { set(Key{key}, std::move(value)); }
  void set(const Key& key, Value value);
  void set(std::string_view name, Value value) { set(Key{name}, std::move(value)); }
  /// The member of that name for changing, made null if absent. A null becomes an object first;
  /// requires null or an object. Valid until another member is added or removed.
  Value& edit(KnownKeyIndex key) { return edit(Key{key}); }
  Value& edit(const Key& key);
  Value& edit(std::string_view name) { return edit(Key{name}); }
  /// The item at that index for changing; requires an array with that index.
  Value& edit_at(std::size_t index);
  /// Removes a member; returns whether there was one.
  bool erase(KnownKeyIndex key) { return erase(Key{key}); }
  bool erase(const Key& key);
  bool erase(std::string_view name) { return erase(Key{name}); }
  /// Removes the item at that index; requires an array with that index.
  void erase_at(std::size_t index);
  /// Adds an item. A null becomes an array first; requires null or an array.
  void push_back(Value item);

  /// Deep equality; an integer equals a number of the same value. Shared parts compare by address.
  friend bool operator==(const Value& left, const Value& right);
  /// True if both are the same scalar, or share the same memory: equality in O(1), with false
  /// negatives.
  bool identical(const Value& other) const {
    return std::memcmp(static_cast<const void*>(this), &other, sizeof *this) == 0;
  }
  /// A hash of the content, equal for equal values, the same on every platform. Arrays and objects
  /// remember theirs, so hashing after a change costs only the changed path.
  std::uint64_t hash() const;

 private:
  static constexpr std::size_t kInlineCapacity = 14;
  // The size_ of whatever lives in a Rep instead of in bytes_.
  static constexpr std::uint8_t kCounted = 0xff;

  template <typename T>
    requires std::is_arithmetic_v<T>
  Value(Kind kind, T payload) : kind_{kind} {
    std::memcpy(bytes_, &payload, sizeof payload);
  }
  // Takes over one reference.
  Value(Kind kind, Rep* rep) : size_{kCounted}, kind_{kind} {
    std::memcpy(bytes_, &rep, sizeof rep);
  }
  template <typename T>
  T payload() const {
    T result;
    std::memcpy(&result, bytes_, sizeof result);
    return result;
  }

  bool is_counted() const { return size_ == kCounted; }
  // The shared part that this points to; requires is_counted().
  template <typename T>
  T* part() const {
    return static_cast<T*>(payload<Rep*>());
  }
  void retain() const {
    if (is_counted()) ++part<Rep>()->references;
  }
  void release() const {
    if (is_counted() && --part<Rep>()->references == 0) destroy_part();
  }
  void destroy_part() const;

  static const Value& null_value();
  // The member of that name of this object, or null.
  const Value& known_member(KnownKeyIndex key) const;
  std::uint64_t string_hash() const;
  // The parts for changing: this Value's own, with room for so many more.
  template <typename Part>
  Part* own_part(std::uint32_t room);
  Value& insert_member(std::size_t index, Key key, Value value);
  ObjectRep* own_object(std::uint32_t room = 0);
  ArrayRep* own_array(std::uint32_t room = 0);

  // A scalar, a part's address, or the text of a short string; zero behind it.
  alignas(8) char bytes_[kInlineCapacity] = {};
  // The length of a short string, or kCounted.
  std::uint8_t size_ = 0;
  Kind kind_ = Kind::null;
};

static_assert(sizeof(Value) == 16);

/// One member of an object.
struct Member {
  Key key;
  Value value;
};

inline std::span<const Member> Value::members() const {
  if (kind_ != Kind::object) return {};
  return {part<ObjectRep>()->members(), part<ObjectRep>()->size};
}

}  // namespace rockpool::doc
