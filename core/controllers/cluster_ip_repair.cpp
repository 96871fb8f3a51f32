// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/cluster_ip_repair.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/service.h"
#include "core/apiserver/ip_address_object.h"
#include "core/client/event_recorder.h"
#include "core/client/work_queue.h"
#include "core/controllers/cluster_ip_repair_plan.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr std::string_view kName = "ipallocator-repair-controller";
constexpr auto kIpAddresses = api::ResourceId::ipaddresses;
// RepairServicesInterval.
constexpr sim::Duration kInterval = std::chrono::minutes{3};

// What is there is asked of the store, not of the caches: of two objects that were written together
// the news of one comes before that of the other, and nothing would be wrong with them.
class ClusterIpRepair final : public Controller {
 public:
  explicit ClusterIpRepair(const Context& context)
      : loop_{context.loop},
        api_{context.api},
        services_{context.informers.of(api::ResourceId::services)},
        ip_addresses_{context.informers.of(kIpAddresses)},
        service_cidrs_{context.informers.of(api::ResourceId::servicecidrs)},
        recorder_{context.loop, context.api, std::string{kName}},
        service_queue_{context.loop,
                       [this](const api::ObjectKey& key) { return repair_service(key); }},
        ip_queue_{context.loop,
                  [this](const std::string& name) { return repair_ip_address(name); }} {}
  ~ClusterIpRepair() override { stop(); }

  std::string_view name() const override { return kName; }

  void start() override {
    service_queue_.start();
    ip_queue_.start();
    subscriptions_.push_back(
        service_cidrs_.subscribe([this](const doc::Value*, const doc::Value*) { read_ranges(); }));
    subscriptions_.push_back(
        services_.subscribe([this](const doc::Value*, const doc::Value* after) {
          if (after != nullptr) look_at_service(*after);
        }));
    subscriptions_.push_back(
        ip_addresses_.subscribe([this](const doc::Value*, const doc::Value* after) {
          if (after != nullptr) look_at_ip_address(*after);
        }));
    read_ranges();
    look_at_all();
  }

  void stop() override {
    loop_.cancel(timer_);
    subscriptions_.clear();
    service_queue_.stop();
    ip_queue_.stop();
  }

 private:
  void read_ranges() {
    ranges_.clear();
    for (const auto& [key, object] : service_cidrs_.objects()) {
      for (const doc::Value& text : object["spec"_key]["cidrs"_key].items()) {
        if (const auto network = api::parse_cidr(text.as_string())) ranges_.emplace_back(*network);
      }
    }
  }

  void look_at_all() {
    for (const auto& [key, service] : services_.objects()) look_at_service(service);
    for (const auto& [key, ip_address] : ip_addresses_.objects()) look_at_ip_address(ip_address);
    timer_ = loop_.schedule(kInterval, [this] { look_at_all(); });
  }

  // Most objects are as they should be, which is found out at once.
  void look_at_service(const doc::Value& service) {
    if (!api::Service{service}.has_cluster_ip()) return;
    for (const doc::Value& ip : api::Service{service}.cluster_ips().items()) {
      if (check_cluster_ip(api_.store(), ranges_, service, ip.as_string())) {
        return service_queue_.add(api::key_of(service));
      }
    }
  }
  void look_at_ip_address(const doc::Value& ip_address) {
    if (check_ip_address(api_.store(), ip_address, loop_.now())) {
      ip_queue_.add(std::string{api::name(ip_address)});
    }
  }

  client::Outcome repair_service(const api::ObjectKey& key) {
    const auto service = api_.get(api::ResourceId::services, key.namespace_, key.name);
    if (!service || !api::Service{*service}.has_cluster_ip()) return client::Outcome::done();
    for (const doc::Value& ip : api::Service{*service}.cluster_ips().items()) {
      const auto problem = check_cluster_ip(api_.store(), ranges_, *service, ip.as_string());
      if (!problem) continue;
      if (!problem->reason.empty()) recorder_.warning(*service, problem->reason, problem->message);
      if (!repair(*problem, *service, ip.as_string())) return client::Outcome::retry();
    }
    return client::Outcome::done();
  }

  bool repair(const IpProblem& problem, const doc::Value& service, std::string_view cluster_ip) {
    if (problem.repair != IpRepair::create && problem.repair != IpRepair::replace) return true;
    const auto address = api::parse_ip(cluster_ip);
    if (problem.repair == IpRepair::replace && !remove(address->to_string())) return false;
    return api_.create(kIpAddresses, {}, apiserver::make_ip_address(*address, service)).has_value();
  }

  client::Outcome repair_ip_address(const std::string& name) {
    const auto ip_address = api_.get(kIpAddresses, {}, name);
    if (!ip_address) return client::Outcome::done();
    const auto problem = check_ip_address(api_.store(), *ip_address, loop_.now());
    if (!problem) return client::Outcome::done();
    if (problem->repair == IpRepair::wait) return client::Outcome::again(problem->again_after);
    recorder_.warning(*ip_address, problem->reason, problem->message);
    return remove(name) ? client::Outcome::done() : client::Outcome::retry();
  }

  bool remove(const std::string& name) {
    const auto removed = api_.remove(kIpAddresses, {}, name);
    return removed || is_not_found(removed.error());
  }

  sim::Loop& loop_;
  apiserver::ApiServer& api_;
  client::Informer& services_;
  client::Informer& ip_addresses_;
  client::Informer& service_cidrs_;
  client::EventRecorder recorder_;
  client::WorkQueue<api::ObjectKey> service_queue_;
  client::WorkQueue<std::string> ip_queue_;
  std::vector<client::Subscription> subscriptions_;
  std::vector<apiserver::ClusterIpRange> ranges_;
  sim::TimerId timer_;
};

}  // namespace

std::unique_ptr<Controller> make_cluster_ip_repair(const Context& context) {
  return std::make_unique<ClusterIpRepair>(context);
}

}  // namespace rockpool::controllers
