// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/node_ipam.h"

#include <map>
#include <string>

#include "core/api/views/node.h"
#include "core/client/event_recorder.h"
#include "core/client/work_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {

using namespace doc::literals;

CidrSet::CidrSet(const api::Cidr& cidr, int prefix_length)
    : cidr_{cidr},
      prefix_length_{prefix_length},
      size_{std::uint32_t{1} << (prefix_length - cidr.prefix_length)} {}

std::optional<std::string> CidrSet::allocate() {
  std::uint32_t index = 0;
  if (!released_.empty()) {
    index = *released_.begin();
    released_.erase(released_.begin());
  } else {
    while (occupied_.erase(next_) != 0) ++next_;
    if (next_ >= size_) return std::nullopt;
    index = next_++;
  }
  const std::uint32_t base = cidr_.network().ipv4();
  return api::Cidr{api::IpAddress::from_ipv4(base + (index << (32 - prefix_length_))),
                   prefix_length_}
      .to_string();
}

void CidrSet::occupy(std::string_view cidr) {
  const auto index = index_of(cidr);
  if (!index) return;
  if (*index < next_) {
    released_.erase(*index);
  } else {
    occupied_.insert(*index);
  }
}

void CidrSet::release(std::string_view cidr) {
  const auto index = index_of(cidr);
  if (!index) return;
  if (*index < next_) {
    released_.insert(*index);
  } else {
    occupied_.erase(*index);
  }
}

std::optional<std::uint32_t> CidrSet::index_of(std::string_view cidr) const {
  const auto parsed = api::parse_cidr(cidr);
  if (!parsed || parsed->prefix_length != prefix_length_ || !cidr_.contains(parsed->address)) {
    return std::nullopt;
  }
  return (parsed->address.ipv4() - cidr_.network().ipv4()) >> (32 - prefix_length_);
}

namespace {

constexpr auto kNodes = api::ResourceId::nodes;

class NodeIpamController final : public Controller {
 public:
  explicit NodeIpamController(const Context& context)
      : context_{context},
        nodes_{context.informers.of(kNodes)},
        events_{context.loop, context.api, "cidrAllocator"},
        free_{fresh_set()},
        queue_{context.loop, [this](const std::string& name) { return reconcile(name); }} {}

  std::string_view name() const override { return "node-ipam-controller"; }

  void start() override {
    queue_.start();
    free_ = fresh_set();
    // What nodes have is taken before anybody gets something new.
    for (const auto& [key, object] : nodes_.objects()) note(object);
    subscription_ = nodes_.subscribe([this](const doc::Value* before, const doc::Value* after) {
      if (after == nullptr) {
        forget(api::name(*before));
      } else {
        note(*after);
        queue_.add(std::string{api::name(*after)});
      }
    });
    for (const auto& [key, object] : nodes_.objects()) queue_.add(key.name);
  }

  void stop() override {
    subscription_ = {};
    queue_.stop();
    taken_.clear();
  }

 private:
  CidrSet fresh_set() const {
    const auto cidr = api::parse_cidr(context_.options.cluster_cidr);
    return CidrSet{cidr.value_or(api::Cidr{}), context_.options.node_cidr_mask_size};
  }

  // Remembers what a node has.
  void note(const doc::Value& object) {
    const api::Node node{object};
    if (node.pod_cidr().empty() || taken_.contains(node.name())) return;
    free_.occupy(node.pod_cidr());
    taken_.emplace(node.name(), node.pod_cidr());
  }

  void forget(std::string_view name) {
    const auto found = taken_.find(name);
    if (found == taken_.end()) return;
    free_.release(found->second);
    taken_.erase(found);
    // There is room again: whoever went without has another try.
    for (const auto& [key, object] : nodes_.objects()) {
      if (api::Node{object}.pod_cidr().empty()) queue_.add(key.name);
    }
  }

  client::Outcome reconcile(const std::string& name) {
    const doc::Value* found = nodes_.find({{}, name});
    if (found == nullptr || !api::Node{*found}.pod_cidr().empty()) return client::Outcome::done();
    auto taken = taken_.find(name);
    if (taken == taken_.end()) {
      const auto cidr = free_.allocate();
      if (!cidr) {
        events_.normal(*found, "CIDRNotAvailable",
                       "Node " + name + " status is now: CIDRNotAvailable");
        return client::Outcome::done();
      }
      taken = taken_.emplace(name, *cidr).first;
    }
    doc::Value changed = *found;
    doc::Value& spec = changed.edit("spec"_key);
    spec.set("podCIDR"_key, taken->second);
    spec.set("podCIDRs"_key, doc::Value::strings({taken->second}));
    const auto written = context_.api.update(kNodes, std::move(changed));
    return written || is_not_found(written.error()) ? client::Outcome::done()
                                                    : client::Outcome::retry();
  }

  Context context_;
  client::Informer& nodes_;
  client::EventRecorder events_;
  CidrSet free_;
  // By node.
  std::map<std::string, std::string, std::less<>> taken_;
  client::WorkQueue<std::string> queue_;
  client::Subscription subscription_;
};

}  // namespace

std::unique_ptr<Controller> make_node_ipam_controller(const Context& context) {
  return std::make_unique<NodeIpamController>(context);
}

}  // namespace rockpool::controllers
