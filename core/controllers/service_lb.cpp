// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/service_lb.h"

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/ip.h"
#include "core/api/views/service.h"
#include "core/client/event_recorder.h"
#include "core/client/work_queue.h"
#include "core/controllers/endpoint_pods.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

constexpr auto kServices = api::ResourceId::services;
constexpr std::string_view kFinalizer = "service.kubernetes.io/load-balancer-cleanup";

bool wants_load_balancer(const api::Service& service) {
  return service.type() == "LoadBalancer" &&
         service.value()["spec"_key]["loadBalancerClass"_key].is_null();
}

// Which of the ranges, with commas between them, is of that family.
std::optional<api::Cidr> range_of(std::string_view ranges, std::string_view family) {
  while (!ranges.empty()) {
    const std::size_t comma = std::min(ranges.find(','), ranges.size());
    const auto range = api::parse_cidr(ranges.substr(0, comma));
    if (range && api::ip_family_name(range->address.family) == family) return range;
    ranges.remove_prefix(std::min(comma + 1, ranges.size()));
  }
  return std::nullopt;
}

bool has_finalizer(const doc::Value& service) {
  doc::Value copy = service;
  return api::remove_finalizer(copy, kFinalizer);
}

class ServiceLoadBalancerController final : public Controller {
 public:
  explicit ServiceLoadBalancerController(const Context& context)
      : context_{context},
        services_{context.informers.of(kServices)},
        events_{context.loop, context.api, "service-controller"},
        queue_{context.loop, [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "service-lb-controller"; }

  void start() override {
    queue_.start();
    // What Services have is taken before anybody gets something new.
    for (const auto& [key, object] : services_.objects()) adopt(key, object);
    subscription_ = services_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_service(before, after); });
    for (const auto& [key, object] : services_.objects()) on_service(nullptr, &object);
  }

  void stop() override {
    subscription_ = {};
    queue_.stop();
    balancers_.clear();
    owners_.clear();
  }

 private:
  // A load balancer in the cloud, or in the making.
  struct Balancer {
    sim::Time ready_at;
    // One of each of the Service's families, in their order; none until it is ready.
    std::vector<api::IpAddress> addresses;
  };

  void adopt(const api::ObjectKey& key, const doc::Value& object);
  void on_service(const doc::Value* before, const doc::Value* after);
  Outcome reconcile(const api::ObjectKey& key);
  Outcome ensure(const api::ObjectKey& key, const doc::Value& object);
  Outcome provide(const api::ObjectKey& key, const doc::Value& object, Balancer& balancer);
  Outcome clean_up(const api::ObjectKey& key, const doc::Value& object);
  void give_back(const api::ObjectKey& key);
  std::expected<void, std::string> choose_addresses(const api::ObjectKey& key,
                                                    const api::Service& service,
                                                    Balancer& balancer);
  std::expected<api::IpAddress, std::string> choose_address(const api::ObjectKey& key,
                                                            std::string_view wish,
                                                            const api::Cidr& range) const;

  Context context_;
  client::Informer& services_;
  client::EventRecorder events_;
  client::WorkQueue<api::ObjectKey> queue_;
  std::map<api::ObjectKey, Balancer> balancers_;
  std::map<api::IpAddress, api::ObjectKey> owners_;
  client::Subscription subscription_;
};

void ServiceLoadBalancerController::adopt(const api::ObjectKey& key, const doc::Value& object) {
  const api::Service service{object};
  if (!has_finalizer(object)) return;
  for (const doc::Value& ingress : service.load_balancer_ingress().items()) {
    const auto address = api::parse_ip(ingress["ip"_key].as_string());
    if (!address) continue;
    Balancer& balancer = balancers_[key];
    balancer.ready_at = context_.loop.now();
    balancer.addresses.push_back(*address);
    owners_[*address] = key;
  }
}

void ServiceLoadBalancerController::on_service(const doc::Value* before, const doc::Value* after) {
  const doc::Value& newest = after != nullptr ? *after : *before;
  const api::ObjectKey key = api::key_of(newest);
  if (before != nullptr && after != nullptr) {
    const std::string_view old_type = api::Service{*before}.type();
    const std::string_view new_type = api::Service{*after}.type();
    if (wants_load_balancer(api::Service{*before}) != wants_load_balancer(api::Service{*after}) &&
        old_type != new_type) {
      events_.normal(*after, "Type", fmt::format("{} -> {}", old_type, new_type));
    }
  }
  const bool concerns_us = wants_load_balancer(api::Service{newest}) || has_finalizer(newest) ||
                           balancers_.contains(key);
  if (concerns_us) queue_.add(key);
}

Outcome ServiceLoadBalancerController::reconcile(const api::ObjectKey& key) {
  const doc::Value* found = services_.find(key);
  if (found == nullptr) {
    // It went without its finalizer: somebody took that away.
    give_back(key);
    return Outcome::done();
  }
  const doc::Value object = *found;
  const api::Service service{object};
  if (wants_load_balancer(service) && !service.is_being_deleted()) return ensure(key, object);
  if (has_finalizer(object)) return clean_up(key, object);
  give_back(key);
  return Outcome::done();
}

Outcome ServiceLoadBalancerController::ensure(const api::ObjectKey& key, const doc::Value& object) {
  if (!has_finalizer(object)) {
    events_.normal(object, "EnsuringLoadBalancer", "Ensuring load balancer");
    doc::Value marked = object;
    api::add_finalizer(marked, kFinalizer);
    const auto written = context_.api.update(kServices, std::move(marked));
    return written ? Outcome::done() : Outcome::retry();
  }
  const auto [found, is_new] = balancers_.try_emplace(key);
  Balancer& balancer = found->second;
  if (is_new) balancer.ready_at = context_.loop.now() + context_.options.load_balancer_delay;
  if (context_.loop.now() < balancer.ready_at) {
    return Outcome::again(balancer.ready_at - context_.loop.now());
  }
  return provide(key, object, balancer);
}

Outcome ServiceLoadBalancerController::provide(const api::ObjectKey& key, const doc::Value& object,
                                               Balancer& balancer) {
  if (const auto chosen = choose_addresses(key, api::Service{object}, balancer); !chosen) {
    events_.warning(object, "SyncLoadBalancerFailed",
                    fmt::format("Error syncing load balancer: failed to ensure load balancer: {}",
                                chosen.error()));
    return Outcome::retry();
  }
  doc::Value ingress = doc::Value::array();
  for (const api::IpAddress& address : balancer.addresses) {
    ingress.push_back(doc::Value::object({{"ip"_key, address.to_string()}, {"ipMode"_key, "VIP"}}));
  }
  if (api::Service{object}.load_balancer_ingress() == ingress) return Outcome::done();
  doc::Value status = object["status"_key];
  status.edit("loadBalancer"_key).set("ingress"_key, ingress);
  const auto written = write_status(context_.api, kServices, object, std::move(status));
  if (!written) return Outcome::retry();
  events_.normal(object, "EnsuredLoadBalancer", "Ensured load balancer");
  return Outcome::done();
}

Outcome ServiceLoadBalancerController::clean_up(const api::ObjectKey& key,
                                                const doc::Value& object) {
  events_.normal(object, "DeletingLoadBalancer", "Deleting load balancer");
  doc::Value newest = object;
  if (!api::Service{object}.load_balancer_ingress().is_null()) {
    doc::Value status = object["status"_key];
    status.set("loadBalancer"_key, doc::Value::object());
    const auto written = write_status(context_.api, kServices, object, std::move(status));
    if (!written) return Outcome::retry();
    newest = *written;
  }
  api::remove_finalizer(newest, kFinalizer);
  const auto written = context_.api.update(kServices, std::move(newest));
  if (!written && !is_not_found(written.error())) return Outcome::retry();
  give_back(key);
  events_.normal(object, "DeletedLoadBalancer", "Deleted load balancer");
  return Outcome::done();
}

void ServiceLoadBalancerController::give_back(const api::ObjectKey& key) {
  const auto found = balancers_.find(key);
  if (found == balancers_.end()) return;
  for (const api::IpAddress& address : found->second.addresses) owners_.erase(address);
  balancers_.erase(found);
}

// Gives the load balancer an address of each of the Service's families; one that it has already
// stays.
std::expected<void, std::string> ServiceLoadBalancerController::choose_addresses(
    const api::ObjectKey& key, const api::Service& service, Balancer& balancer) {
  const std::string wish = service.value()["spec"_key]["loadBalancerIP"_key].to_string();
  std::vector<api::IpAddress> chosen;
  for (const std::string& family : ip_families(service)) {
    const auto is_family = [&](const api::IpAddress& address) {
      return api::ip_family_name(address.family) == family;
    };
    const auto known = std::ranges::find_if(balancer.addresses, is_family);
    if (known != balancer.addresses.end()) {
      chosen.push_back(*known);
      continue;
    }
    const auto range = range_of(context_.options.load_balancer_cidr, family);
    if (!range) return std::unexpected{fmt::format("no {} addresses are to be had", family)};
    // What is asked for counts for its own family, or else for the first one, which it then fails.
    const auto wished = api::parse_ip(wish);
    const bool is_meant = !wish.empty() && (wished ? is_family(*wished) : chosen.empty());
    const auto address = choose_address(key, is_meant ? wish : std::string_view{}, *range);
    if (!address) return std::unexpected{address.error()};
    chosen.push_back(*address);
  }
  for (const api::IpAddress& address : balancer.addresses) owners_.erase(address);
  for (const api::IpAddress& address : chosen) owners_[address] = key;
  balancer.addresses = std::move(chosen);
  return {};
}

// The address asked for, or the lowest that is free. The range's own address and the next, which
// asks nodes for their health, are not given away, nor is the last one.
std::expected<api::IpAddress, std::string> ServiceLoadBalancerController::choose_address(
    const api::ObjectKey& key, std::string_view wish, const api::Cidr& range) const {
  if (!wish.empty()) {
    const auto address = api::parse_ip(wish);
    if (!address || !range.contains(*address)) {
      return std::unexpected{
          fmt::format("requested IP {} is not in the range {}", wish, range.to_string())};
    }
    const auto owner = owners_.find(*address);
    if (owner != owners_.end() && owner->second != key) {
      return std::unexpected{fmt::format("requested IP {} is in use by the service {}", wish,
                                         owner->second.to_string())};
    }
    return *address;
  }
  const auto size = static_cast<std::uint64_t>(range.size());
  for (std::uint64_t index = 2; index + 1 < size; ++index) {
    const api::IpAddress address = range.network().plus(index);
    if (!owners_.contains(address)) return address;
  }
  return std::unexpected{fmt::format("no address is left in {}", range.to_string())};
}

}  // namespace

std::unique_ptr<Controller> make_service_lb_controller(const Context& context) {
  return std::make_unique<ServiceLoadBalancerController>(context);
}

}  // namespace rockpool::controllers
