// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/watch.h"

#include <utility>

#include "core/doc/json.h"

namespace rockpool::apiserver {

std::string_view watch_event_type(WatchEvent::Kind kind) {
  switch (kind) {
    case WatchEvent::added:
      return "ADDED";
    case WatchEvent::modified:
      return "MODIFIED";
    case WatchEvent::deleted:
      return "DELETED";
    case WatchEvent::bookmark:
      return "BOOKMARK";
    case WatchEvent::error:
      return "ERROR";
  }
  return "";
}

std::string to_json_line(const WatchEvent& event) {
  std::string line = R"({"type":")";
  line += watch_event_type(event.kind);
  line += R"(","object":)";
  doc::append_json(line, event.object);
  line += "}\n";
  return line;
}

WatchStream::~WatchStream() {
  release();
}

void WatchStream::on_event(EventHandler handler) {
  handler_ = std::move(handler);
  flush();
}

void WatchStream::on_close(CloseHandler handler) {
  close_handler_ = std::move(handler);
  if (finishing_ && backlog_.empty()) flush();
}

void WatchStream::close() {
  if (closed_) return;
  release();
  backlog_.clear();
  close_handler_ = nullptr;
}

void WatchStream::push(WatchEvent event) {
  if (closed_ || finishing_) return;
  if (backlog_.size() >= kMaxWatchBacklog) return finish();
  if (presenter_) event.object = presenter_(event);
  backlog_.push_back(std::move(event));
  flush();
}

void WatchStream::finish() {
  if (closed_ || finishing_) return;
  finishing_ = true;
  flush();
}

// Handlers may push, close and let go meanwhile, so this holds on to the stream and the handler.
void WatchStream::flush() {
  if (flushing_ || closed_ || !handler_) return;
  const std::shared_ptr<WatchStream> self = shared_from_this();
  const EventHandler handler = handler_;
  flushing_ = true;
  while (!backlog_.empty() && !closed_ && handler_) {
    const WatchEvent event = std::move(backlog_.front());
    backlog_.pop_front();
    handler(event);
  }
  flushing_ = false;
  if (!finishing_ || closed_ || !backlog_.empty()) return;
  const CloseHandler close_handler = std::exchange(close_handler_, nullptr);
  release();
  if (close_handler) close_handler();
}

void WatchStream::release() {
  closed_ = true;
  source_ = {};
  loop_.cancel(deadline_);
  loop_.cancel(bookmark_timer_);
}

}  // namespace rockpool::apiserver
