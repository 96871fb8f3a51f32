// SPDX-License-Identifier: Apache-2.0
#include "core/doc/value.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <functional>
#include <iterator>
#include <memory>
#include <new>

#include "core/doc/text_hash.h"

namespace rockpool::doc {
namespace {

const Value kNull;

std::uint64_t combine(std::uint64_t seed, std::uint64_t hash) {
  return mix(seed * 0x9e3779b97f4a7c15u + hash + 1);
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

std::span<const Member>::iterator find_slot(std::span<const Member> members, const Key& key) {
  return std::lower_bound(
      members.begin(), members.end(), key,
      [](const Member& member, const Key& wanted) { return member.key < wanted; });
}

std::span<const Member>::iterator find_slot(std::span<const Member> members,
                                            std::string_view name) {
  return std::lower_bound(
      members.begin(), members.end(), name,
      [](const Member& member, std::string_view wanted) { return member.key.text() < wanted; });
}

// The member of a known name among many, or null. Inlined it would slow down the search among few.
[[gnu::noinline]] const Value& search(std::span<const Member> members, KnownKeyIndex index) {
  const Key key{index};
  const auto slot = find_slot(members, key);
  return slot != members.end() && slot->key == key ? slot->value : kNull;
}

// The elements behind the head of a part.
Value* elements(ArrayRep* rep) {
  return rep->items();
}
Member* elements(ObjectRep* rep) {
  return rep->members();
}

template <typename Part>
using Element = std::remove_pointer_t<decltype(elements(static_cast<Part*>(nullptr)))>;

// An empty part with room for so many elements.
template <typename Part>
Part* make_part(std::size_t capacity) {
  static_assert(sizeof(Part) % alignof(Element<Part>) == 0, "elements lie right behind the head");
  auto* rep = new (::operator new(sizeof(Part) + capacity * sizeof(Element<Part>))) Part;
  rep->capacity = static_cast<std::uint32_t>(capacity);
  return rep;
}

// Values and Keys may be moved as bytes: nothing points at them. The old ones are not destroyed.
template <typename T>
void relocate(T* from, std::size_t count, T* to) {
  if (count != 0) std::memmove(static_cast<void*>(to), from, count * sizeof(T));
}

// A part of the same elements with room for more, made by copying them.
template <typename Part>
Part* copy_part(Part* rep, std::size_t room) {
  auto* copy = make_part<Part>(rep->size + room);
  std::uninitialized_copy_n(elements(rep), rep->size, elements(copy));
  copy->size = rep->size;
  return copy;
}

// Room for more elements in a part that nobody else holds; returns where it is now.
template <typename Part>
Part* grow_part(Part* rep, std::size_t room) {
  if (rep->size + room <= rep->capacity) return rep;
  // Half as much again, so that adding one by one costs O(1) each.
  constexpr std::size_t kSmallest = 6;
  const std::size_t capacity =
      std::max({rep->size + room, std::size_t{rep->capacity} * 3 / 2, kSmallest});
  auto* grown = make_part<Part>(capacity);
  relocate(elements(rep), rep->size, elements(grown));
  grown->size = rep->size;
  ::operator delete(rep);
  return grown;
}

// Opens a gap of one element, for the caller to construct; requires room.
template <typename Part>
auto* open_gap(Part* rep, std::size_t index) {
  auto* place = elements(rep) + index;
  relocate(place, rep->size - index, place + 1);
  ++rep->size;
  return place;
}

// Puts a member into a part that has room for it. Of equal names the later wins.
void put_in_order(ObjectRep* rep, Member&& member) {
  Member* const all = rep->members();
  // Mostly they come in order already.
  std::size_t place = rep->size;
  while (place > 0 && member.key < all[place - 1].key) --place;
  if (place > 0 && all[place - 1].key == member.key) {
    all[place - 1].value = std::move(member.value);
  } else {
    new (open_gap(rep, place)) Member{std::move(member)};
  }
}

template <typename Part>
void remove_element(Part* rep, std::size_t index) {
  auto* place = elements(rep) + index;
  std::destroy_at(place);
  relocate(place + 1, rep->size - index - 1, place);
  --rep->size;
}

template <typename Part>
void destroy_elements(Part* rep) {
  std::destroy_n(elements(rep), rep->size);
  ::operator delete(rep);
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
    Rep* rep = StringRep::make(text);
    std::memcpy(bytes_, &rep, sizeof rep);
    size_ = kCounted;
  }
}

Value Value::object(std::initializer_list<std::pair<KnownKeyIndex, Value>> members) {
  auto* rep = make_part<ObjectRep>(members.size());
  Value result{Kind::object, rep};
  for (const auto& [key, value] : members) put_in_order(rep, {Key{key}, value});
  return result;
}

Value Value::map(std::initializer_list<std::pair<std::string_view, Value>> members) {
  std::vector<Member> result;
  result.reserve(members.size());
  for (const auto& [name, value] : members) result.push_back({Key{name}, value});
  return object_from(result);
}

Value Value::object_of(std::vector<Member> members) {
  return object_from(members);
}

Value Value::object_from(std::span<Member> members) {
  const auto before = [](const Member& left, const Member& right) { return left.key < right.key; };
  auto* rep = make_part<ObjectRep>(members.size());
  Value result{Kind::object, rep};
  if (std::ranges::adjacent_find(members, std::not_fn(before)) == members.end()) {
    std::ranges::uninitialized_move(members, std::span{rep->members(), members.size()});
    rep->size = static_cast<std::uint32_t>(members.size());
    return result;
  }
  // A few are put in order one by one; many in any order would take too long.
  constexpr std::size_t kMany = 32;
  if (members.size() > kMany) std::stable_sort(members.begin(), members.end(), before);
  for (Member& member : members) put_in_order(rep, std::move(member));
  return result;
}

Value Value::array_from(std::span<Value> items) {
  auto* rep = make_part<ArrayRep>(items.size());
  std::uninitialized_move(items.begin(), items.end(), rep->items());
  rep->size = static_cast<std::uint32_t>(items.size());
  return Value{Kind::array, rep};
}

Value Value::strings(std::initializer_list<std::string_view> items) {
  return array(std::vector<Value>(items.begin(), items.end()));
}

double Value::as_double(double fallback) const {
  if (kind_ == Kind::number) return payload<double>();
  if (kind_ == Kind::integer) return static_cast<double>(payload<std::int64_t>());
  return fallback;
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

const Value& Value::null_value() {
  return kNull;
}

// Of all functions the one that is called most.
const Value& Value::known_member(KnownKeyIndex index) const {
  const auto* rep = part<ObjectRep>();
  if (rep->size > kLinearSearchSize) return search({rep->members(), rep->size}, index);
  const Member* const end = rep->members() + rep->size;
  for (const Member* member = rep->members(); member != end; ++member) {
    if (member->key.is(Key{index})) return member->value;
  }
  return kNull;
}

const Value* Value::find(const Key& key) const {
  const auto all = members();
  if (key.is_known() && all.size() <= kLinearSearchSize) {
    for (const Member& member : all) {
      if (member.key.is(key)) return &member.value;
    }
    return nullptr;
  }
  const auto slot = find_slot(all, key);
  return slot != all.end() && slot->key == key ? &slot->value : nullptr;
}

const Value* Value::find(std::string_view name) const {
  const auto all = members();
  const auto slot = find_slot(all, name);
  return slot != all.end() && slot->key.text() == name ? &slot->value : nullptr;
}

const Value& Value::operator[](const Key& key) const {
  const Value* found = find(key);
  return found != nullptr ? *found : kNull;
}

const Value& Value::operator[](std::string_view name) const {
  const Value* found = find(name);
  return found != nullptr ? *found : kNull;
}

void Value::set(const Key& key, Value value) {
  const auto present = members();
  const auto slot = find_slot(present, key);
  const auto index = static_cast<std::size_t>(slot - present.begin());
  if (slot == present.end() || !(slot->key == key)) {
    insert_member(index, key, std::move(value));
  } else if (!slot->value.identical(value)) {
    // Writing what is there already must not unshare the path.
    own_object()->members()[index].value = std::move(value);
  }
}

Value& Value::edit(const Key& key) {
  const auto present = members();
  const auto slot = find_slot(present, key);
  const auto index = static_cast<std::size_t>(slot - present.begin());
  if (slot != present.end() && slot->key == key) return own_object()->members()[index].value;
  return insert_member(index, key, {});
}

// By value: the caller's key may lie in the very memory that moves to make room.
Value& Value::insert_member(std::size_t index, Key key, Value value) {
  ObjectRep* rep = own_object(1);
  return (new (open_gap(rep, index)) Member{std::move(key), std::move(value)})->value;
}

Value& Value::edit_at(std::size_t index) {
  assert(index < size());
  return own_array()->items()[index];
}

bool Value::erase(const Key& key) {
  const Value* found = find(key);
  if (found == nullptr) return false;
  const auto present = members();
  const auto index = static_cast<std::size_t>(find_slot(present, key) - present.begin());
  remove_element(own_object(), index);
  return true;
}

void Value::erase_at(std::size_t index) {
  assert(index < size());
  remove_element(own_array(), index);
}

void Value::push_back(Value item) {
  ArrayRep* rep = own_array(1);
  new (open_gap(rep, rep->size)) Value{std::move(item)};
}

template <typename Part>
Part* Value::own_part(std::uint32_t room) {
  auto* rep = part<Part>();
  if (rep->references > 1) {
    auto* copy = copy_part(rep, room);
    --rep->references;
    rep = copy;
  } else {
    rep = grow_part(rep, room);
  }
  Rep* head = rep;
  std::memcpy(bytes_, &head, sizeof head);
  rep->hash = 0;
  return rep;
}

ObjectRep* Value::own_object(std::uint32_t room) {
  if (kind_ == Kind::null) *this = Value{Kind::object, make_part<ObjectRep>(room)};
  assert(kind_ == Kind::object);
  return own_part<ObjectRep>(room);
}

ArrayRep* Value::own_array(std::uint32_t room) {
  if (kind_ == Kind::null) *this = Value{Kind::array, make_part<ArrayRep>(room)};
  assert(kind_ == Kind::array);
  return own_part<ArrayRep>(room);
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
      // A short string is never stored out of line, so only two long ones can be equal here.
      return left.is_counted() && right.is_counted() && left.as_string() == right.as_string();
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

std::uint64_t Value::string_hash() const {
  if (is_counted()) {
    auto* rep = part<StringRep>();
    if (rep->hash == 0) rep->hash = hash_text(rep->text());
    return rep->hash;
  }
  // As hash_text, but whole words are at hand, as the text has zeros behind it.
  TextHasher hasher{size_};
  if (size_ < sizeof(std::uint64_t)) return hasher.finish(read_word(bytes_));
  hasher.add(read_word(bytes_));
  return hasher.finish(
      read_word(bytes_ + sizeof(std::uint64_t), kInlineCapacity - sizeof(std::uint64_t)));
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
    case Kind::string:
      return string_hash();
    case Kind::array: {
      auto* rep = part<ArrayRep>();
      if (rep->hash == 0) {
        std::uint64_t hash = 4;
        for (const Value& item : items()) hash = combine(hash, item.hash());
        rep->hash = nonzero(hash);
      }
      return rep->hash;
    }
    case Kind::object: {
      auto* rep = part<ObjectRep>();
      if (rep->hash == 0) {
        std::uint64_t hash = 5;
        for (const Member& member : members()) {
          hash = combine(combine(hash, member.key.hash()), member.value.hash());
        }
        rep->hash = nonzero(hash);
      }
      return rep->hash;
    }
  }
  return 0;
}

void Value::destroy_part() const {
  switch (kind_) {
    case Kind::string:
      return StringRep::destroy(part<StringRep>());
    case Kind::array:
      return destroy_elements(part<ArrayRep>());
    case Kind::object:
      return destroy_elements(part<ObjectRep>());
    default:
      return;
  }
}

}  // namespace rockpool::doc
