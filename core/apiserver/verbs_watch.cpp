// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/apiserver/apiserver.h"
#include "core/apiserver/resource_version.h"
#include "core/apiserver/selection.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

// How often a watch that allows it is told that nothing was missed (cacher's bookmarkFrequency).
constexpr sim::Duration kBookmarkInterval = std::chrono::minutes{1};
constexpr std::string_view kInitialEventsEnd = "k8s.io/initial-events-end";

// Turns the store's changes into what one watch shows. Lives as long as the stream's source.
class Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(ServerState& state, const api::Resource& resource, std::string_view ns,
          Selection selection, const WatchOptions& options,
          const std::shared_ptr<WatchStream>& stream)
      : state_{state},
        resource_{resource},
        ns_{ns},
        selection_{std::move(selection)},
        options_{options},
        stream_{stream} {}

  void begin_with_present();
  api::Result<void> begin_after(std::int64_t revision);
  void set_timers();

 private:
  bool shows(const doc::Value& object) const {
    if (!ns_.empty() && namespace_name_of(object) != ns_) return false;
    if (!options_.name.empty() && name_of(object) != options_.name) return false;
    return selection_.matches(object);
  }
  void hand_over_present();
  void receive(const store::Change& change);
  void send(WatchEvent::Kind kind, const doc::Value& object, const doc::Value& previous);
  void send_bookmark(std::int64_t revision, bool initial_events_end);
  void schedule_bookmark();

  ServerState& state_;
  const api::Resource& resource_;
  std::string ns_;
  Selection selection_;
  WatchOptions options_;
  std::weak_ptr<WatchStream> stream_;
  // What was there when the watch began, until it has been sent.
  std::vector<doc::Value> present_;
  std::int64_t present_revision_ = 0;
  bool present_waits_ = false;
};

// The present objects come in an event of the loop, but before any change made from now on,
// whose delivery may be on its way already.
void Watcher::begin_with_present() {
  state_.store.visit(resource_.id, ns_, [this](const doc::Value& object) {
    if (shows(object)) present_.push_back(object);
    return true;
  });
  present_revision_ = state_.store.revision();
  present_waits_ = true;
  stream_.lock()->set_source(state_.store.subscribe(
      resource_.id, [self = shared_from_this()](const store::Change& change) {
        self->hand_over_present();
        self->receive(change);
      }));
  state_.loop.post([self = shared_from_this()] { self->hand_over_present(); });
}

void Watcher::hand_over_present() {
  if (!std::exchange(present_waits_, false)) return;
  for (const doc::Value& object : std::exchange(present_, {})) send(WatchEvent::added, object, {});
  if (options_.send_initial_events && options_.allow_bookmarks) {
    send_bookmark(present_revision_, true);
  }
}

api::Result<void> Watcher::begin_after(std::int64_t revision) {
  auto source = state_.store.subscribe_from(
      revision, resource_.id,
      [self = shared_from_this()](const store::Change& change) { self->receive(change); });
  const std::shared_ptr<WatchStream> stream = stream_.lock();
  if (source) {
    stream->set_source(std::move(*source));
    return {};
  }
  if (source.error() == store::Error::future) {
    return std::unexpected{too_large_resource_version(revision, state_.store.revision())};
  }
  // That it is too late is said inside the stream, as the watch cache does.
  const api::Status status =
      api::expired(fmt::format("too old resource version: {} ({})", revision,
                               state_.store.compacted_revision(resource_.id)));
  stream->push({WatchEvent::error, status.to_value(), {}});
  stream->finish();
  return {};
}

void Watcher::receive(const store::Change& change) {
  const bool is = change.kind != store::Change::deleted && shows(change.object);
  const bool was = change.kind != store::Change::added && shows(change.previous);
  if (is)
    return send(was ? WatchEvent::modified : WatchEvent::added, change.object, change.previous);
  if (!was) return;
  if (change.kind == store::Change::deleted) {
    return send(WatchEvent::deleted, change.object, change.previous);
  }
  // What is no longer selected is gone for this watcher, as it last saw it.
  doc::Value last = change.previous;
  last.edit("metadata"_key)
      .set("resourceVersion"_key, metadata_of(change.object)["resourceVersion"_key]);
  send(WatchEvent::deleted, last, change.previous);
}

void Watcher::send(WatchEvent::Kind kind, const doc::Value& object, const doc::Value& previous) {
  if (const auto stream = stream_.lock()) stream->push({kind, object, previous});
}

void Watcher::send_bookmark(std::int64_t revision, bool initial_events_end) {
  doc::Value metadata = doc::Value::object({{"resourceVersion"_key, fmt::format("{}", revision)}});
  if (initial_events_end) {
    metadata.set("annotations"_key, doc::Value::map({{kInitialEventsEnd, "true"}}));
  }
  send(WatchEvent::bookmark,
       doc::Value::object({{"kind"_key, resource_.kind},
                           {"apiVersion"_key, resource_.api_version},
                           {"metadata"_key, metadata}}),
       {});
}

void Watcher::set_timers() {
  const std::shared_ptr<WatchStream> stream = stream_.lock();
  if (stream->is_closed()) return;
  if (options_.allow_bookmarks) schedule_bookmark();
  if (options_.timeout_seconds <= 0) return;
  stream->set_deadline(state_.loop.schedule(std::chrono::seconds{options_.timeout_seconds},
                                            [self = shared_from_this()] {
                                              if (const auto open = self->stream_.lock())
                                                open->finish();
                                            }));
}

void Watcher::schedule_bookmark() {
  const std::shared_ptr<WatchStream> stream = stream_.lock();
  if (stream == nullptr || stream->is_closed()) return;
  stream->set_bookmark_timer(state_.loop.schedule(kBookmarkInterval, [self = shared_from_this()] {
    // Changes up to this revision are on their way by now; the bookmark goes after them.
    self->state_.loop.post([self, revision = self->state_.store.revision()] {
      self->send_bookmark(revision, false);
      self->schedule_bookmark();
    });
  }));
}

}  // namespace

api::Result<std::shared_ptr<WatchStream>> ApiServer::watch(api::ResourceId id, std::string_view ns,
                                                           const WatchOptions& options) {
  const api::Resource& resource = state_->resource(id);
  auto selection = Selection::parse(resource, options.label_selector, options.field_selector);
  if (!selection) return std::unexpected{std::move(selection.error())};
  const auto version = parse_resource_version(options.resource_version);
  if (!version) return std::unexpected{version.error()};
  auto stream = std::make_shared<WatchStream>(state_->loop);
  const auto watcher =
      std::make_shared<Watcher>(*state_, resource, ns, std::move(*selection), options, stream);
  if (*version == 0 || options.send_initial_events) {
    watcher->begin_with_present();
  } else if (auto begun = watcher->begin_after(*version); !begun) {
    return std::unexpected{std::move(begun.error())};
  }
  watcher->set_timers();
  state_->add_watch(stream);
  return stream;
}

}  // namespace rockpool::apiserver
