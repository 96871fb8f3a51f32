// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <emscripten/val.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/apiserver/watch.h"
#include "web/js/cluster_holder.h"

namespace rockpool::web {

/// A cluster as rockpool.js sees it. Everything goes in and out as JSON text, and errors as
/// `{"error": {"status": <Status>, …}}`, because exceptions and 64-bit integers do not cross the
/// border well.
class ClusterBinding {
 public:
  explicit ClusterBinding(std::shared_ptr<ClusterHolder> holder) : holder_{std::move(holder)} {}

  /// A new cluster from `{"seed": "1", "nodes": 3, "dns": true, "proxyDelay": "200ms", …}`:
  /// `{"cluster": …}` or
  /// `{"error": …}`.
  static emscripten::val create(const std::string& options);
  /// A cluster from a snapshot, likewise.
  static emscripten::val restore(const std::string& snapshot);

  /// `{"applied": […]}` or an error with `line`, `column` and `applied`.
  std::string apply(const std::string& text);
  /// `{"method", "target", "headers", "body"}` to `{"status", "headers", "body"}`; not for watches.
  std::string request(const std::string& request);
  /// Begins a watch on a target; `on_line` gets each event as a line of JSON, then null when it
  /// ends.
  /// `{"id": …}`, or the response that refused it.
  std::string watch(const std::string& target, emscripten::val on_line);
  void stop_watch(int id);
  /// Begins a request; `done` gets its result as JSON. `{}` or an error.
  std::string start_fetch(const std::string& options, emscripten::val done);
  std::string fault(const std::string& document);
  /// What is wrong with the way of a request: `{"from": …, "url": …, "host": …}`; with `"failed"`,
  /// the result of such a request, what happened to that.
  std::string explain(const std::string& request);
  /// A node's rule set in its mode's own notation: `{"rules": …}`.
  std::string proxy_rules(const std::string& node);
  /// What a node's kernel tracks: `{"connections": […]}`.
  std::string connections(const std::string& node);
  /// The clients that a node's proxy remembers: `{"clients": […]}`.
  std::string affinities(const std::string& node);
  /// Starts all proxies anew in that mode, with that scheduler for ipvs.
  std::string set_proxy_mode(const std::string& mode, const std::string& scheduler);

  /// Lets virtual time pass, at most `event_limit` events: `{"reached": …}` or an error.
  std::string advance(const std::string& span, double event_limit);
  bool step();
  bool step_visible();
  /// RFC 3339 with nanoseconds.
  std::string now() const;
  /// Sixteen hexadecimal digits.
  std::string digest() const;
  std::string snapshot() const;

 private:
  Cluster& cluster() const { return *holder_->cluster; }

  std::shared_ptr<ClusterHolder> holder_;
  std::map<int, std::shared_ptr<apiserver::WatchStream>> watches_;
  int next_watch_ = 1;
};

}  // namespace rockpool::web
