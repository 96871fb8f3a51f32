// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "core/doc/value.h"
#include "core/sim/loop.h"
#include "core/store/store.h"

namespace rockpool::apiserver {

/// One event of a watch.
struct WatchEvent {
  /// What happened.
  enum Kind : std::uint8_t { added, modified, deleted, bookmark, error };

  Kind kind = added;
  /// The object; of a bookmark one of the watched kind with nothing but a resourceVersion; of an
  /// error the Status.
  doc::Value object;
  /// Of a modification or deletion the object as it was before, for watchers in process; otherwise
  /// null.
  doc::Value previous;
};

/// "ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR".
std::string_view watch_event_type(WatchEvent::Kind kind);
/// The event as the server streams it: `{"type":"ADDED","object":{…}}` and a newline.
std::string to_json_line(const WatchEvent& event);

/// How many events wait for a watcher that does not take them, before the watch is closed.
inline constexpr std::size_t kMaxWatchBacklog = 100'000;

/// The reader's end of a watch. Events come as events of the loop, in order, through the handler;
/// those before there is one wait. The watch ends when either side closes it, or when the last
/// owner lets it go.
///
/// Handlers may write to the API, close this stream and let it go.
class WatchStream : public std::enable_shared_from_this<WatchStream> {
 public:
  using EventHandler = std::function<void(const WatchEvent&)>;
  using CloseHandler = std::function<void()>;
  /// Makes what a reader sees of an event's object.
  using Presenter = std::function<doc::Value(const WatchEvent&)>;

  explicit WatchStream(sim::Loop& loop) : loop_{loop} {}
  WatchStream(const WatchStream&) = delete;
  WatchStream& operator=(const WatchStream&) = delete;
  ~WatchStream();

  /// Sets who receives the events. Null: they wait from now on, until somebody is set.
  void on_event(EventHandler handler);
  /// Sets who is told when the server ends the stream (time-out, error, too slow a reader).
  void on_close(CloseHandler handler);
  /// Ends the watch from the reader's side; no handler is called any more.
  void close();
  bool is_closed() const { return closed_; }

  // The rest is for the server's side.

  /// Hands an event over: to the handler at once if there is one, and nothing waits before it.
  void push(WatchEvent event);
  /// Ends the stream after what was pushed.
  void finish();
  /// What feeds the stream; goes when it closes.
  void set_source(store::Subscription source) { source_ = std::move(source); }
  /// Shows the objects of events pushed from now on in another form.
  void set_presenter(Presenter presenter) { presenter_ = std::move(presenter); }
  void set_deadline(sim::TimerId timer) { deadline_ = timer; }
  void set_bookmark_timer(sim::TimerId timer) { bookmark_timer_ = timer; }

 private:
  void flush();
  void release();

  sim::Loop& loop_;
  store::Subscription source_;
  sim::TimerId deadline_;
  sim::TimerId bookmark_timer_;
  EventHandler handler_;
  CloseHandler close_handler_;
  Presenter presenter_;
  std::deque<WatchEvent> backlog_;
  bool flushing_ = false;
  bool finishing_ = false;
  bool closed_ = false;
};

}  // namespace rockpool::apiserver
