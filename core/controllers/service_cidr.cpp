// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/service_cidr.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/apiserver/cluster_ip_allocator.h"
#include "core/apiserver/ip_address_object.h"
#include "core/client/event_recorder.h"
#include "core/client/work_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr std::string_view kName = "service-cidr-controller";
constexpr std::string_view kFinalizer = "networking.k8s.io/service-cidr-finalizer";
constexpr auto kServiceCidrs = api::ResourceId::servicecidrs;
// For how long a network that nothing needs any more is kept, so that no allocator still gives an
// address of it.
constexpr sim::Duration kDeletionGrace = std::chrono::seconds{10};

// What the condition Ready is to say.
struct Readiness {
  std::string_view status;
  std::string_view reason;
  std::string_view message;
};
constexpr Readiness kReady{"True", "", "Kubernetes Service CIDR is ready"};
constexpr Readiness kTerminating{
    "False", "Terminating",
    "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new "
    "ServiceCIDR"};

std::vector<api::Cidr> networks_of(const doc::Value& service_cidr) {
  std::vector<api::Cidr> networks;
  for (const doc::Value& text : service_cidr["spec"_key]["cidrs"_key].items()) {
    if (const auto network = api::parse_cidr(text.as_string())) networks.push_back(*network);
  }
  return networks;
}

bool is_within(const api::Cidr& inner, const api::Cidr& outer) {
  return outer.prefix_length <= inner.prefix_length && outer.contains(inner.address);
}

class ServiceCidrController final : public Controller {
 public:
  explicit ServiceCidrController(const Context& context)
      : context_{context},
        service_cidrs_{context.informers.of(kServiceCidrs)},
        ip_addresses_{context.informers.of(api::ResourceId::ipaddresses)},
        recorder_{context.loop, context.api, std::string{kName}},
        queue_{context.loop, [this](const std::string& key) { return reconcile(key); }} {}

  std::string_view name() const override { return kName; }

  void start() override {
    queue_.start();
    subscriptions_.push_back(service_cidrs_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { note(before, after); }));
    subscriptions_.push_back(
        ip_addresses_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          // Only whether a network may go depends on the addresses.
          if (before == nullptr || after == nullptr) wake_terminating();
        }));
    for (const auto& [key, object] : service_cidrs_.objects()) note(nullptr, &object);
  }

  void stop() override {
    subscriptions_.clear();
    queue_.stop();
    blockers_.clear();
  }

 private:
  void note(const doc::Value* before, const doc::Value* after) {
    const std::string key{api::name(after != nullptr ? *after : *before)};
    if (after != nullptr && api::is_being_deleted(*after)) {
      blockers_.try_emplace(key);
    } else {
      blockers_.erase(key);
    }
    queue_.add(key);
    // A new network may hold what another one is waiting for.
    if (before == nullptr) wake_terminating();
  }

  void wake_terminating() {
    for (const auto& [key, blocker] : blockers_) queue_.add(key);
  }

  client::Outcome reconcile(const std::string& key) {
    const doc::Value* const found = service_cidrs_.find({{}, key});
    if (found == nullptr) return client::Outcome::done();
    if (!api::is_being_deleted(*found)) return protect(*found);
    if (is_needed(*found)) return say(*found, kTerminating);
    const sim::Time due = *api::deletion_timestamp(*found) + kDeletionGrace;
    if (due > context_.loop.now()) return client::Outcome::again(due - context_.loop.now());
    if (!api::has_finalizer(*found, kFinalizer)) return client::Outcome::done();
    doc::Value freed = *found;
    api::remove_finalizer(freed, kFinalizer);
    return outcome_of(context_.api.update(kServiceCidrs, std::move(freed)));
  }

  client::Outcome protect(const doc::Value& service_cidr) {
    doc::Value present = service_cidr;
    if (!api::has_finalizer(present, kFinalizer)) {
      doc::Value wanted = present;
      api::add_finalizer(wanted, kFinalizer);
      auto written = context_.api.update(kServiceCidrs, std::move(wanted));
      if (!written) return outcome_of(written);
      present = std::move(*written);
    }
    const client::Outcome outcome = say(present, kReady);
    if (outcome.failed) {
      recorder_.warning(present, "KubernetesServiceCIDRError",
                        "The ServiceCIDR Status can not be set to Ready=True");
    }
    return outcome;
  }

  static client::Outcome outcome_of(const api::Result<doc::Value>& written) {
    return written || is_not_found(written.error()) ? client::Outcome::done()
                                                    : client::Outcome::retry();
  }

  // Sets the condition Ready, leaving other ones alone.
  client::Outcome say(const doc::Value& service_cidr, const Readiness& readiness) {
    std::vector<doc::Value> conditions;
    for (const doc::Value& condition : service_cidr["status"_key]["conditions"_key].items()) {
      if (condition["type"_key].as_string() != "Ready") {
        conditions.push_back(condition);
      } else if (condition["status"_key].as_string() == readiness.status &&
                 condition["reason"_key].as_string() == readiness.reason &&
                 condition["message"_key].as_string() == readiness.message) {
        return client::Outcome::done();
      }
    }
    conditions.push_back(
        doc::Value::object({{"type"_key, "Ready"},
                            {"status"_key, readiness.status},
                            {"lastTransitionTime"_key, api::time_value(context_.loop.now())},
                            {"reason"_key, readiness.reason},
                            {"message"_key, readiness.message}}));
    doc::Value status = service_cidr["status"_key];
    status.set("conditions"_key, doc::Value::array(std::move(conditions)));
    return outcome_of(write_status(context_.api, kServiceCidrs, service_cidr, std::move(status)));
  }

  // True if an address would be of no network any more without this one (canDeleteCIDR).
  bool is_needed(const doc::Value& service_cidr) {
    const std::vector<api::Cidr> networks = networks_of(service_cidr);
    const bool has_parents = std::ranges::all_of(networks, [&](const api::Cidr& network) {
      return is_held_by_other(service_cidr,
                              [&](const api::Cidr& other) { return is_within(network, other); });
    });
    if (has_parents) return false;
    // The one that stood in the way last time does so again, most of the time.
    std::string& blocker = blockers_[std::string{api::name(service_cidr)}];
    const doc::Value* const last = ip_addresses_.find({{}, blocker});
    if (last != nullptr && is_only_of(service_cidr, networks, *last)) return true;
    for (const auto& [key, ip_address] : ip_addresses_.objects()) {
      if (!is_only_of(service_cidr, networks, ip_address)) continue;
      blocker = key.name;
      return true;
    }
    return false;
  }

  bool is_only_of(const doc::Value& service_cidr, const std::vector<api::Cidr>& networks,
                  const doc::Value& ip_address) const {
    if (!apiserver::is_service_ip_address(ip_address)) return false;
    const auto address = api::parse_ip(api::name(ip_address));
    if (!address) return false;
    const auto has_it = [&](const api::Cidr& network) {
      return apiserver::ClusterIpRange{network}.contains(*address);
    };
    return std::ranges::any_of(networks, has_it) && !is_held_by_other(service_cidr, has_it);
  }

  template <typename Predicate>
  bool is_held_by_other(const doc::Value& service_cidr, Predicate holds) const {
    for (const auto& [key, other] : service_cidrs_.objects()) {
      if (key.name == api::name(service_cidr)) continue;
      if (std::ranges::any_of(networks_of(other), holds)) return true;
    }
    return false;
  }

  Context context_;
  client::Informer& service_cidrs_;
  client::Informer& ip_addresses_;
  client::EventRecorder recorder_;
  client::WorkQueue<std::string> queue_;
  std::vector<client::Subscription> subscriptions_;
  // The ServiceCIDRs that are being deleted, with an IPAddress that needed each, if any.
  std::map<std::string, std::string> blockers_;
};

}  // namespace

std::unique_ptr<Controller> make_service_cidr_controller(const Context& context) {
  return std::make_unique<ServiceCidrController>(context);
}

}  // namespace rockpool::controllers
