// SPDX-License-Identifier: Apache-2.0
#include "core/doc/value.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "core/doc/rep.h"

namespace rockpool::doc {
namespace {

const Value kNull;

std::uint64_t mix(std::uint64_t hash) {
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
  return hash ^ (hash >> 31);
}

std::uint64_t combine(std::uint64_t seed, std::uint64_t hash) {
  return mix(seed * 0x9e3779b97f4a7c15u + hash + 1);
}

// Eight bytes as a number, the first one lowest, whatever the machine's own order.
std::uint64_t read_word(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return std::endian::native == std::endian::big ? std::byteswap(word) : word;
}

std::uint64_t hash_text(std::string_view text) {
  constexpr std::uint64_t kMultiplier = 0x9fb21c651e98df25u;
  std::uint64_t hash = 0xcbf29ce484222325u ^ text.size();
  for (; text.size() >= sizeof hash; text.remove_prefix(sizeof hash)) {
    hash = (hash ^ read_word(text.data())) * kMultiplier;
    hash ^= hash >> 32;
  }
  char rest[sizeof hash] = {};
  if (!text.empty()) std::memcpy(rest, text.data(), text.size());
  return mix((hash ^ read_word(rest)) * kMultiplier);
}

// Objects of up to so many members are searched for known names from end to end, comparing numbers.
constexpr std::size_t kLinearSearchSize = 24;

// An integral number hashes as the integer that it equals.
std::uint64_t hash_number(double number) {
  constexpr double kLimit = 9.2e18;
  if (number > -kLimit && number < kLimit) {
    const auto integer = static_cast<std::int64_t>(number);
    if (static_cast<double>(integer) == number)
      return combine(2, static_cast<std::uint64_t>(integer));
  }
  return combine(3, std::bit_cast<std::uint64_t>(number));
}

// 0 means "not computed yet".
std::uint64_t nonzero(std::uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

template <typename Members>
auto find_slot(Members& members, const Key& key) {
  return std::lower_bound(
      members.begin(), members.end(), key,
      [](const Member& member, const Key& wanted) { return member.key < wanted; });
}

template <typename Members>
auto find_slot(Members& members, std::string_view name) {
  return std::lower_bound(
      members.begin(), members.end(), name,
      [](const Member& member, std::string_view wanted) { return member.key.text() < wanted; });
}

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "boolean";
    case Kind::integer:
      return "integer";
    case Kind::number:
      return "number";
    case Kind::string:
      return "string";
    case Kind::array:
      return "array";
    case Kind::object:
      return "object";
  }
  return "null";
}

Value::Value(std::string_view text) : kind_{Kind::string} {
  if (text.size() <= kInlineCapacity) {
    if (!text.empty()) std::memcpy(bytes_, text.data(), text.size());
    size_ = static_cast<std::uint8_t>(text.size());
  } else {
    auto* rep = StringRep::make(text);
    std::memcpy(bytes_, &rep, sizeof rep);
    size_ = kOutOfLine;
  }
}

Value Value::object(std::initializer_list<std::pair<KnownKeyIndex, Value>> members) {
  std::vector<Member> result;
  result.reserve(members.size());
  for (const auto& [key, value] : members) result.push_back({Key{key}, value});
  return object_of(std::move(result));
}

Value Value::map(std::initializer_list<std::pair<std::string_view, Value>> members) {
  std::vector<Member> result;
  result.reserve(members.size());
  for (const auto& [name, value] : members) result.push_back({Key{name}, value});
  return object_of(std::move(result));
}

Value Value::object_of(std::vector<Member> members) {
  const auto before = [](const Member& left, const Member& right) { return left.key < right.key; };
  if (!std::is_sorted(members.begin(), members.end(), before)) {
    std::stable_sort(members.begin(), members.end(), before);
  }
  // Of equal names, keep the last.
  std::size_t kept = 0;
  for (std::size_t index = 0; index < members.size(); ++index) {
    if (kept > 0 && members[kept - 1].key == members[index].key) {
      members[kept - 1].value.swap(members[index].value);
    } else {
      if (kept != index) std::swap(members[kept], members[index]);
      ++kept;
    }
  }
  members.erase(members.begin() + static_cast<std::ptrdiff_t>(kept), members.end());
  return Value{Kind::object, new ObjectRep{.members = std::move(members)}};
}

Value Value::array(std::vector<Value> items) {
  return Value{Kind::array, new ArrayRep{.items = std::move(items)}};
}

Value Value::strings(std::initializer_list<std::string_view> items) {
  return array(std::vector<Value>(items.begin(), items.end()));
}

double Value::as_double(double fallback) const {
  if (kind_ == Kind::number) return payload<double>();
  if (kind_ == Kind::integer) return static_cast<double>(payload<std::int64_t>());
  return fallback;
}

std::string_view Value::as_string(std::string_view fallback) const& {
  if (kind_ != Kind::string) return fallback;
  if (size_ != kOutOfLine) return {bytes_, size_};
  return payload<StringRep*>()->text();
}

std::size_t Value::size() const {
  if (kind_ == Kind::array) return payload<ArrayRep*>()->items.size();
  if (kind_ == Kind::object) return payload<ObjectRep*>()->members.size();
  return 0;
}

bool Value::is_empty() const {
  switch (kind_) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return !payload<bool>();
    case Kind::integer:
      return payload<std::int64_t>() == 0;
    case Kind::number:
      return payload<double>() == 0;
    case Kind::string:
      return as_string().empty();
    case Kind::array:
    case Kind::object:
      return size() == 0;
  }
  return true;
}

const Value* Value::find(const Key& key) const {
  if (kind_ != Kind::object) return nullptr;
  const auto& members = payload<ObjectRep*>()->members;
  if (key.is_known() && members.size() <= kLinearSearchSize) {
    for (const Member& member : members) {
      if (member.key == key) return &member.value;
    }
    return nullptr;
  }
  const auto slot = find_slot(members, key);
  return slot != members.end() && slot->key == key ? &slot->value : nullptr;
}

const Value* Value::find(std::string_view name) const {
  if (kind_ != Kind::object) return nullptr;
  const auto& members = payload<ObjectRep*>()->members;
  const auto slot = find_slot(members, name);
  return slot != members.end() && slot->key.text() == name ? &slot->value : nullptr;
}

const Value& Value::operator[](KnownKeyIndex key) const {
  return (*this)[Key{key}];
}

const Value& Value::operator[](const Key& key) const {
  const Value* found = find(key);
  return found != nullptr ? *found : kNull;
}

const Value& Value::operator[](std::string_view name) const {
  const Value* found = find(name);
  return found != nullptr ? *found : kNull;
}

const Value& Value::at(std::size_t index) const {
  const auto all = items();
  return index < all.size() ? all[index] : kNull;
}

std::span<const Value> Value::items() const {
  if (kind_ != Kind::array) return {};
  return payload<ArrayRep*>()->items;
}

std::span<const Member> Value::members() const {
  if (kind_ != Kind::object) return {};
  return payload<ObjectRep*>()->members;
}

void Value::set(const Key& key, Value value) {
  // Writing what is there already must not unshare the path.
  if (const Value* present = find(key); present != nullptr && present->identical(value)) return;
  edit(key) = std::move(value);
}

Value& Value::edit(const Key& key) {
  auto& members = own_object().members;
  auto slot = find_slot(members, key);
  if (slot == members.end() || !(slot->key == key)) slot = members.insert(slot, {key, Value{}});
  return slot->value;
}

Value& Value::edit_at(std::size_t index) {
  assert(index < size());
  return own_array().items[index];
}

bool Value::erase(const Key& key) {
  if (find(key) == nullptr) return false;
  auto& members = own_object().members;
  members.erase(find_slot(members, key));
  return true;
}

void Value::erase_at(std::size_t index) {
  assert(index < size());
  auto& items = own_array().items;
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(index));
}

void Value::push_back(Value item) {
  own_array().items.push_back(std::move(item));
}

ObjectRep& Value::own_object() {
  if (kind_ == Kind::null) *this = object();
  assert(kind_ == Kind::object);
  auto* rep = payload<ObjectRep*>();
  if (rep->references > 1) {
    *this = Value{Kind::object, new ObjectRep{.members = rep->members}};
    rep = payload<ObjectRep*>();
  }
  rep->hash = 0;
  return *rep;
}

ArrayRep& Value::own_array() {
  if (kind_ == Kind::null) *this = array();
  assert(kind_ == Kind::array);
  auto* rep = payload<ArrayRep*>();
  if (rep->references > 1) {
    *this = Value{Kind::array, new ArrayRep{.items = rep->items}};
    rep = payload<ArrayRep*>();
  }
  rep->hash = 0;
  return *rep;
}

bool operator==(const Value& left, const Value& right) {
  if (left.identical(right)) return true;
  if (left.kind_ != right.kind_) {
    return left.is_number() && right.is_number() && left.as_double() == right.as_double();
  }
  switch (left.kind_) {
    case Kind::null:
      return true;
    case Kind::boolean:
    case Kind::integer:
      return false;
    case Kind::number:
      return left.as_double() == right.as_double();
    case Kind::string:
      return left.as_string() == right.as_string();
    case Kind::array:
      return std::ranges::equal(left.items(), right.items());
    case Kind::object:
      return std::ranges::equal(left.members(), right.members(),
                                [](const Member& one, const Member& other) {
                                  return one.key == other.key && one.value == other.value;
                                });
  }
  return false;
}

bool Value::identical(const Value& other) const {
  return kind_ == other.kind_ && size_ == other.size_ &&
         std::memcmp(bytes_, other.bytes_, sizeof bytes_) == 0;
}

std::uint64_t Value::hash() const {
  switch (kind_) {
    case Kind::null:
      return 0x6e756c6c;
    case Kind::boolean:
      return payload<bool>() ? 0x74727565 : 0x66616c73;
    case Kind::integer:
      return combine(2, static_cast<std::uint64_t>(payload<std::int64_t>()));
    case Kind::number:
      return hash_number(payload<double>());
    case Kind::string: {
      if (size_ != kOutOfLine) return hash_text(as_string());
      auto* rep = payload<StringRep*>();
      if (rep->hash == 0) rep->hash = nonzero(hash_text(rep->text()));
      return rep->hash;
    }
    case Kind::array: {
      auto* rep = payload<ArrayRep*>();
      if (rep->hash == 0) {
        std::uint64_t hash = 4;
        for (const Value& item : rep->items) hash = combine(hash, item.hash());
        rep->hash = nonzero(hash);
      }
      return rep->hash;
    }
    case Kind::object: {
      auto* rep = payload<ObjectRep*>();
      if (rep->hash == 0) {
        std::uint64_t hash = 5;
        for (const Member& member : rep->members) {
          hash = combine(combine(hash, hash_text(member.key.text())), member.value.hash());
        }
        rep->hash = nonzero(hash);
      }
      return rep->hash;
    }
  }
  return 0;
}

void Value::retain_rep() const {
  switch (kind_) {
    case Kind::string:
      ++payload<StringRep*>()->references;
      break;
    case Kind::array:
      ++payload<ArrayRep*>()->references;
      break;
    case Kind::object:
      ++payload<ObjectRep*>()->references;
      break;
    default:
      break;
  }
}

void Value::release_rep() const {
  const auto drop = [](auto* rep) {
    if (--rep->references == 0) delete rep;
  };
  switch (kind_) {
    case Kind::string:
      if (auto* rep = payload<StringRep*>(); --rep->references == 0) StringRep::destroy(rep);
      break;
    case Kind::array:
      drop(payload<ArrayRep*>());
      break;
    case Kind::object:
      drop(payload<ObjectRep*>());
      break;
    default:
      break;
  }
}

}  // namespace rockpool::doc
