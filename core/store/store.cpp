// SPDX-License-Identifier: Apache-2.0
#include "core/store/store.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace rockpool::store {
namespace {

using namespace doc::literals;

std::string_view namespace_of(const doc::Value& object) {
  return object["metadata"_key]["namespace"_key].as_string();
}

std::string_view name_of(const doc::Value& object) {
  return object["metadata"_key]["name"_key].as_string();
}

doc::Value revision_text(std::int64_t revision) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, revision).ptr;
  return std::string_view{digits, static_cast<std::size_t>(end - digits)};
}

void set_revision(doc::Value& object, std::int64_t revision) {
  object.edit("metadata"_key).set("resourceVersion"_key, revision_text(revision));
}

std::uint64_t mix(std::uint64_t digest, std::uint64_t part) {
  digest = (digest ^ part) * 0x9e3779b97f4a7c15u;
  digest = (digest ^ (digest >> 32)) * 0xd6e8feb86659fd93u;
  return digest ^ (digest >> 32);
}

}  // namespace

// "a-b/" sorts before "a/", because '-' and '.' do before '/'.
bool Store::NamespaceOrder::operator()(std::string_view left, std::string_view right) const {
  const auto [at_left, at_right] = std::ranges::mismatch(left, right);
  if (at_left == left.end()) return at_right != right.end() && '/' < *at_right;
  if (at_right == right.end()) return *at_left < '/';
  return *at_left < *at_right;
}

Store::Store(sim::Loop& loop, Options options) : loop_{loop}, options_{options} {}

Store::~Store() {
  loop_.cancel(delivery_);
}

Store::Table& Store::table(api::ResourceId resource) {
  const std::size_t index = api::index_of(resource);
  if (index >= tables_.size()) tables_.resize(index + 1);
  if (tables_[index] == nullptr) {
    tables_[index] = std::make_unique<Table>();
    tables_[index]->history.compact(forgotten_);
  }
  return *tables_[index];
}

const Store::Table* Store::find_table(api::ResourceId resource) const {
  const std::size_t index = api::index_of(resource);
  return index < tables_.size() ? tables_[index].get() : nullptr;
}

OrderedTable& Store::namespace_table(Table& table, std::string_view ns) {
  if (table.latest != nullptr && table.latest_namespace == ns) return *table.latest;
  auto found = table.namespaces.find(ns);
  if (found == table.namespaces.end()) {
    found = table.namespaces.try_emplace(std::string{ns}).first;
  }
  table.latest = &found->second;
  table.latest_namespace = ns;
  return found->second;
}

OrderedTable::Entry* Store::find_entry(Table& table, std::string_view ns, std::string_view name) {
  if (table.latest != nullptr && table.latest_namespace == ns) return table.latest->find(name);
  const auto found = table.namespaces.find(ns);
  if (found == table.namespaces.end()) return nullptr;
  table.latest = &found->second;
  table.latest_namespace = ns;
  return found->second.find(name);
}

const doc::Value* Store::find(api::ResourceId resource, std::string_view ns,
                              std::string_view name) const {
  const Table* found = find_table(resource);
  if (found == nullptr) return nullptr;
  const OrderedTable* objects = nullptr;
  if (found->latest != nullptr && found->latest_namespace == ns) {
    objects = found->latest;
  } else if (const auto place = found->namespaces.find(ns); place != found->namespaces.end()) {
    objects = &place->second;
  }
  const OrderedTable::Entry* entry = objects != nullptr ? objects->find(name) : nullptr;
  return entry != nullptr ? &entry->object : nullptr;
}

std::size_t Store::count(api::ResourceId resource, std::string_view ns) const {
  const Table* found = find_table(resource);
  if (found == nullptr) return 0;
  if (ns.empty()) return found->count;
  const auto place = found->namespaces.find(ns);
  return place != found->namespaces.end() ? place->second.size() : 0;
}

std::int64_t Store::compacted_revision(api::ResourceId resource) const {
  const Table* found = find_table(resource);
  return found != nullptr ? found->history.compacted_revision() : forgotten_;
}

void Store::compact(std::int64_t revision) {
  forgotten_ = std::max(forgotten_, std::min(revision, revision_));
  for (const auto& each : tables_) {
    if (each != nullptr) each->history.compact(forgotten_);
  }
}

std::expected<doc::Value, Error> Store::create(api::ResourceId resource, doc::Value object) {
  Table& into = table(resource);
  OrderedTable& objects = namespace_table(into, namespace_of(object));
  if (objects.find(name_of(object)) != nullptr) return std::unexpected{Error::exists};
  set_revision(object, ++revision_);
  objects.insert({object["metadata"_key]["name"_key], object, revision_});
  ++into.count;
  commit(into, {Change::added, resource, revision_, object, {}});
  return object;
}

std::expected<doc::Value, Error> Store::update(api::ResourceId resource, doc::Value object,
                                               std::int64_t expected_revision) {
  Table& into = table(resource);
  OrderedTable::Entry* entry = find_entry(into, namespace_of(object), name_of(object));
  if (entry == nullptr) return std::unexpected{Error::not_found};
  if (expected_revision != kAnyRevision && expected_revision != entry->revision) {
    return std::unexpected{Error::conflict};
  }
  set_revision(object, ++revision_);
  doc::Value previous = std::exchange(entry->object, object);
  entry->revision = revision_;
  commit(into, {Change::modified, resource, revision_, object, std::move(previous)});
  return object;
}

std::expected<doc::Value, Error> Store::remove(api::ResourceId resource, std::string_view ns,
                                               std::string_view name,
                                               std::int64_t expected_revision) {
  const doc::Value* present = find(resource, ns, name);
  if (present == nullptr) return std::unexpected{Error::not_found};
  return remove_as(resource, *present, expected_revision);
}

std::expected<doc::Value, Error> Store::remove_as(api::ResourceId resource, doc::Value last,
                                                  std::int64_t expected_revision) {
  Table& from = table(resource);
  OrderedTable::Entry* entry = find_entry(from, namespace_of(last), name_of(last));
  if (entry == nullptr) return std::unexpected{Error::not_found};
  if (expected_revision != kAnyRevision && expected_revision != entry->revision) {
    return std::unexpected{Error::conflict};
  }
  doc::Value previous = entry->object;
  from.latest->erase(name_of(last));
  --from.count;
  if (from.latest->size() == 0) {
    from.namespaces.erase(from.namespaces.find(from.latest_namespace));
    from.latest = nullptr;
  }
  set_revision(last, ++revision_);
  commit(from, {Change::deleted, resource, revision_, last, std::move(previous)});
  return last;
}

// Takes a change that has just been made into the digest and the history, and on its way to the
// subscribers.
void Store::commit(Table& table, Change change) {
  digest_ = mix(digest_, static_cast<std::uint64_t>(change.revision));
  digest_ = mix(digest_, std::uint64_t{change.kind} << 16 | api::index_of(change.resource));
  digest_ = mix(digest_, change.object.hash());
  table.history.append(change, loop_.now(), options_.history_changes, options_.history_age);
  if (table.subscriptions.empty()) return;
  pending_.push_back(std::move(change));
  request_delivery();
}

std::expected<void, Error> Store::visit_at(
    std::int64_t revision, api::ResourceId resource, std::string_view ns, const Position& after,
    const std::function<bool(const doc::Value& object)>& visitor) const {
  if (revision > revision_) return std::unexpected{Error::future};
  if (revision < compacted_revision(resource)) return std::unexpected{Error::expired};
  // What objects that have changed since were then: null if they were not there.
  struct PlaceOrder {
    bool operator()(const Position& left, const Position& right) const {
      if (left.ns != right.ns) return NamespaceOrder{}(left.ns, right.ns);
      return left.name < right.name;
    }
  };
  std::map<Position, doc::Value, PlaceOrder> changed;
  if (const Table* found = find_table(resource); found != nullptr) {
    found->history.visit_after(revision, [&](const Change& change) {
      const std::string_view place = namespace_of(change.object);
      if (!ns.empty() && place != ns) return;
      changed.try_emplace(Position{std::string{place}, std::string{name_of(change.object)}},
                          change.previous);
    });
  }
  auto past = changed.upper_bound(after);
  bool stopped = false;
  const auto visit_past_before = [&](const Position* present) {
    for (; !stopped && past != changed.end(); ++past) {
      if (present != nullptr && !PlaceOrder{}(past->first, *present)) return;
      if (!past->second.is_null()) stopped = !visitor(past->second);
    }
  };
  visit(resource, ns, after, [&](const doc::Value& object) {
    const Position place{std::string{namespace_of(object)}, std::string{name_of(object)}};
    visit_past_before(&place);
    if (stopped) return false;
    if (past != changed.end() && !PlaceOrder{}(place, past->first)) {
      if (!past->second.is_null()) stopped = !visitor(past->second);
      ++past;
    } else {
      stopped = !visitor(object);
    }
    return !stopped;
  });
  if (!stopped) visit_past_before(nullptr);
  return {};
}

Subscription Store::subscribe(api::ResourceId resource, Subscriber subscriber) {
  auto state = std::make_shared<internal::Subscription>();
  state->subscriber = std::move(subscriber);
  state->since = revision_;
  Table& source = table(resource);
  source.subscriptions.push_back(state);
  if (source.subscriptions.size() % kSweepThreshold == 0) {
    // While it is being gone through, the list must stay.
    if (delivering_)
      source.wants_sweep = true;
    else
      sweep(source);
  }
  return Subscription{std::move(state)};
}

std::expected<Subscription, Error> Store::subscribe_from(std::int64_t revision,
                                                         api::ResourceId resource,
                                                         Subscriber subscriber) {
  if (revision > revision_) return std::unexpected{Error::future};
  if (revision < compacted_revision(resource)) return std::unexpected{Error::expired};
  Subscription subscription = subscribe(resource, std::move(subscriber));
  table(resource).history.visit_after(
      revision, [&](const Change& change) { subscription.state_->backlog.push_back(change); });
  if (!subscription.state_->backlog.empty()) {
    backlogged_.push_back(subscription.state_);
    request_delivery();
  }
  return subscription;
}

void Store::request_delivery() {
  if (!loop_.is_pending(delivery_)) delivery_ = loop_.post([this] { deliver(); });
}

// Subscribers may do anything to the store meanwhile: what they write, and whoever they subscribe,
// waits for the next delivery.
void Store::deliver() {
  delivering_ = true;
  deliver_backlogs();
  const std::vector<Change> batch = std::exchange(pending_, {});
  for (const Change& change : batch) {
    Table& source = *tables_[api::index_of(change.resource)];
    const std::size_t count = source.subscriptions.size();
    for (std::size_t index = 0; index < count; ++index) {
      // Stays where it is until the sweep, even if the list grows meanwhile.
      internal::Subscription& each = *source.subscriptions[index];
      if (each.active && each.since < change.revision) each.subscriber(change);
      if (!each.active) source.wants_sweep = true;
    }
  }
  delivering_ = false;
  for (const auto& each : tables_) {
    if (each != nullptr && std::exchange(each->wants_sweep, false)) sweep(*each);
  }
}

void Store::sweep(Table& table) {
  std::erase_if(table.subscriptions, [](const auto& state) { return !state->active; });
}

void Store::deliver_backlogs() {
  for (const auto& waiting : std::exchange(backlogged_, {})) {
    const std::shared_ptr<internal::Subscription> state = waiting.lock();
    if (state == nullptr) continue;
    for (const Change& change : std::exchange(state->backlog, {})) {
      if (!state->active) break;
      state->subscriber(change);
    }
  }
}

Store::Snapshot Store::snapshot() const {
  Snapshot result{revision_, digest_, {}};
  for (std::size_t index = 0; index < tables_.size(); ++index) {
    const auto resource = static_cast<api::ResourceId>(index);
    visit(resource, {}, [&](const doc::Value& object) {
      result.objects.emplace_back(resource, object);
      return true;
    });
  }
  return result;
}

void Store::restore(const Snapshot& snapshot) {
  loop_.cancel(delivery_);
  pending_.clear();
  backlogged_.clear();
  revision_ = snapshot.revision;
  digest_ = snapshot.digest;
  forgotten_ = snapshot.revision;
  for (const auto& each : tables_) {
    if (each == nullptr) continue;
    each->namespaces.clear();
    each->latest = nullptr;
    each->count = 0;
    each->history = {};
    each->history.compact(forgotten_);
  }
  for (const auto& [resource, object] : snapshot.objects) {
    Table& into = table(resource);
    std::int64_t revision = 0;
    const std::string_view text = object["metadata"_key]["resourceVersion"_key].as_string();
    std::from_chars(text.data(), text.data() + text.size(), revision);
    namespace_table(into, namespace_of(object))
        .insert({object["metadata"_key]["name"_key], object, revision});
    ++into.count;
  }
}

}  // namespace rockpool::store
