// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/client/informer.h"
#include "core/net/observer.h"

namespace rockpool::cluster {

/// Shows every request to any number of observers, and keeps a fingerprint of what came of them.
class Observers : public net::Observer {
 public:
  /// Adds an observer for as long as the Subscription lives.
  client::Subscription add(std::shared_ptr<net::Observer> observer);
  /// Of every finished request in order: who, where to, when, and what came of it. The same on
  /// every platform.
  std::uint64_t digest() const { return digest_; }
  /// The number of requests that have finished.
  std::uint64_t finished() const { return finished_; }

  bool wants_trace(const net::Host& client, std::string_view host) override;
  void on_hop(const net::Host& client, const net::Trace& trace) override;
  void on_finished(const net::RequestSummary& request) override;

 private:
  // A subscription holds the pointer that holds the observer, so that the same observer may be
  // added twice.
  std::vector<std::weak_ptr<std::shared_ptr<net::Observer>>> observers_;
  std::uint64_t digest_ = 0;
  std::uint64_t finished_ = 0;
};

}  // namespace rockpool::cluster
