// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/observers.h"

#include <string_view>

#include "core/net/host.h"

namespace rockpool::cluster {
namespace {

std::uint64_t combine(std::uint64_t seed, std::uint64_t value) {
  std::uint64_t mixed = (seed ^ value) * 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93u;
  return mixed ^ (mixed >> 32);
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

std::uint64_t count_of(sim::Time time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

client::Subscription Observers::add(std::shared_ptr<net::Observer> observer) {
  std::erase_if(observers_, [](const auto& known) { return known.expired(); });
  auto registration = std::make_shared<std::shared_ptr<net::Observer>>(std::move(observer));
  observers_.push_back(registration);
  return client::Subscription{std::move(registration)};
}

bool Observers::wants_trace(const net::Host& client, std::string_view host) {
  bool wanted = false;
  for (const auto& observer : observers_) {
    if (const auto known = observer.lock()) wanted |= (*known)->wants_trace(client, host);
  }
  return wanted;
}

void Observers::on_hop(const net::Host& client, const net::Trace& trace) {
  for (const auto& observer : observers_) {
    if (const auto known = observer.lock()) (*known)->on_hop(client, trace);
  }
}

void Observers::on_finished(const net::RequestSummary& request) {
  ++finished_;
  digest_ = combine(digest_, hash_text(request.client.name()));
  digest_ = combine(digest_, hash_text(request.host) + request.port);
  digest_ = combine(digest_, hash_text(request.server != nullptr ? request.server->name() : ""));
  digest_ = combine(digest_, (static_cast<std::uint64_t>(request.failure) << 32) +
                                 static_cast<std::uint64_t>(request.status));
  digest_ = combine(digest_, count_of(request.started));
  digest_ = combine(digest_, count_of(request.ended));
  for (const auto& observer : observers_) {
    if (const auto known = observer.lock()) (*known)->on_finished(request);
  }
}

}  // namespace rockpool::cluster
