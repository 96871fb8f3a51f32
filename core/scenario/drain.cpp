// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/drain.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/api/object.h"
#include "core/doc/json.h"

namespace rockpool::scenario {
namespace {

using namespace doc::literals;

constexpr sim::Duration kLongest = std::chrono::minutes{5};
// How long kubectl waits before it asks again for a Pod that may not go.
constexpr sim::Duration kRetryInterval = std::chrono::seconds{5};
constexpr int kTooManyRequests = 429;
constexpr int kNotFound = 404;

// A Pod that has to go.
struct Doomed {
  api::ObjectKey key;
  std::string uid;
  bool is_let_go = false;
};

std::expected<void, std::string> cordon(World& world, const std::string& node) {
  return world.send(apiserver::make_request("PATCH", "/api/v1/nodes/" + node,
                                            R"({"spec":{"unschedulable":true}})",
                                            "application/merge-patch+json"));
}

// All Pods of the node but those that a DaemonSet would only make again.
std::vector<Doomed> pods_of(World& world, const std::string& node) {
  std::vector<Doomed> doomed;
  for (const auto& [key, pod] : world.cluster().informers().of(api::ResourceId::pods).objects()) {
    if (pod["spec"_key]["nodeName"_key].as_string() != node) continue;
    const auto controller = api::controller_of(pod);
    if (controller && controller->kind == "DaemonSet") continue;
    doomed.push_back({key, std::string{api::uid(pod)}});
  }
  return doomed;
}

// Whether the API lets the Pod go now; the error is any other than that a budget forbids it.
std::expected<bool, std::string> evict(World& world, const Doomed& pod) {
  const doc::Value eviction = doc::Value::map(
      {{"apiVersion", "policy/v1"},
       {"kind", "Eviction"},
       {"metadata", doc::Value::map({{"name", pod.key.name}, {"namespace", pod.key.namespace_}})}});
  const apiserver::Response response = world.cluster().request(apiserver::make_request(
      "POST",
      fmt::format("/api/v1/namespaces/{}/pods/{}/eviction", pod.key.namespace_, pod.key.name),
      doc::to_json(eviction)));
  if (response.status < 300 || response.status == kNotFound) return true;
  if (response.status == kTooManyRequests) return false;
  const auto status = doc::parse_json(response.body);
  return std::unexpected{status ? (*status)["message"_key].to_string() : response.body};
}

bool is_there(World& world, const Doomed& pod) {
  const doc::Value* present = world.cluster().informers().of(api::ResourceId::pods).find(pod.key);
  return present != nullptr && api::uid(*present) == pod.uid;
}

}  // namespace

std::expected<void, std::string> drain(World& world, const Operation& operation) {
  if (auto cordoned = cordon(world, operation.node); !cordoned) return cordoned;
  std::vector<Doomed> doomed = pods_of(world, operation.node);
  const sim::Time deadline = world.timeline().now() + operation.timeout.value_or(kLongest);
  for (;;) {
    for (Doomed& pod : doomed) {
      if (pod.is_let_go) continue;
      const auto done = evict(world, pod);
      if (!done) {
        return std::unexpected{fmt::format("{}: {}", pod.key.to_string(), done.error())};
      }
      pod.is_let_go = *done;
    }
    const sim::Duration left = deadline - world.timeline().now();
    const bool all_let_go = std::ranges::all_of(doomed, &Doomed::is_let_go);
    const bool gone = world.wait_until(all_let_go ? left : std::min(left, kRetryInterval), [&] {
      return std::ranges::none_of(doomed, [&](const Doomed& pod) { return is_there(world, pod); });
    });
    if (gone) return {};
    if (world.timeline().now() < deadline) continue;
    const auto last =
        std::ranges::find_if(doomed, [&](const Doomed& pod) { return is_there(world, pod); });
    return std::unexpected{
        fmt::format("{} {}", last->key.to_string(),
                    last->is_let_go ? "is still there"
                                    : "may not go: it would violate the Pod's disruption budget")};
  }
}

}  // namespace rockpool::scenario
