// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/node_ipam.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/api/views/node.h"
#include "core/client/event_recorder.h"
#include "core/client/work_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {

using namespace doc::literals;

namespace {

constexpr int kMaxIndexBits = 31;

int bits_of(const api::IpAddress& address) {
  return address.family == api::IpFamily::ipv4 ? 32 : 128;
}

}  // namespace

CidrSet::CidrSet(const api::Cidr& cidr, int prefix_length)
    : cidr_{cidr},
      prefix_length_{prefix_length},
      size_{std::uint32_t{1} << std::min(prefix_length - cidr.prefix_length, kMaxIndexBits)} {}

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
  const api::IpAddress base = cidr_.network();
  return api::Cidr{base.plus(index, bits_of(base) - prefix_length_), prefix_length_}.to_string();
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
  // The number that the bits between the two prefixes make.
  std::uint64_t index = 0;
  for (int bit = cidr_.prefix_length; bit < prefix_length_; ++bit) {
    const std::uint8_t byte = parsed->address.bytes[static_cast<std::size_t>(bit / 8)];
    index = index << 1 | (byte >> (7 - bit % 8) & 1u);
  }
  if (index >= size_) return std::nullopt;
  return static_cast<std::uint32_t>(index);
}

namespace {

constexpr auto kNodes = api::ResourceId::nodes;

class NodeIpamController final : public Controller {
 public:
  explicit NodeIpamController(const Context& context)
      : context_{context},
        nodes_{context.informers.of(kNodes)},
        events_{context.loop, context.api, "cidrAllocator"},
        free_{fresh_sets()},
        queue_{context.loop, [this](const std::string& name) { return reconcile(name); }} {}

  std::string_view name() const override { return "node-ipam-controller"; }

  void start() override {
    queue_.start();
    free_ = fresh_sets();
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
  // One for each family, in the order of --cluster-cidr.
  std::vector<CidrSet> fresh_sets() const {
    std::vector<CidrSet> sets;
    std::string_view rest = context_.options.cluster_cidr;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (const auto cidr = api::parse_cidr(rest.substr(0, comma))) {
        sets.emplace_back(*cidr, cidr->address.family == api::IpFamily::ipv4
                                     ? context_.options.node_cidr_mask_size
                                     : context_.options.node_cidr_mask_size_ipv6);
      }
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return sets;
  }

  // Remembers what a node has. A network belongs to one set only.
  void note(const doc::Value& object) {
    const api::Node node{object};
    if (node.pod_cidr().empty() || taken_.contains(node.name())) return;
    doc::Value cidrs = node.pod_cidrs();
    if (cidrs.size() == 0) cidrs = doc::Value::strings({node.pod_cidr()});
    for (const doc::Value& cidr : cidrs.items()) {
      for (CidrSet& set : free_) set.occupy(cidr.as_string());
    }
    taken_.emplace(node.name(), std::move(cidrs));
  }

  void give_back(const doc::Value& cidrs) {
    for (const doc::Value& cidr : cidrs.items()) {
      for (CidrSet& set : free_) set.release(cidr.as_string());
    }
  }

  void forget(std::string_view name) {
    const auto found = taken_.find(name);
    if (found == taken_.end()) return;
    give_back(found->second);
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
      const auto cidrs = allocate();
      if (!cidrs) {
        events_.normal(*found, "CIDRNotAvailable",
                       "Node " + name + " status is now: CIDRNotAvailable");
        return client::Outcome::done();
      }
      taken = taken_.emplace(name, *cidrs).first;
    }
    doc::Value changed = *found;
    doc::Value& spec = changed.edit("spec"_key);
    spec.set("podCIDR"_key, doc::Value{taken->second.at(0)});
    spec.set("podCIDRs"_key, taken->second);
    const auto written = context_.api.update(kNodes, std::move(changed));
    return written || is_not_found(written.error()) ? client::Outcome::done()
                                                    : client::Outcome::retry();
  }

  // A network of each family; none if one of them has none left.
  std::optional<doc::Value> allocate() {
    doc::Value cidrs = doc::Value::array();
    for (CidrSet& set : free_) {
      const auto cidr = set.allocate();
      if (!cidr) {
        give_back(cidrs);
        return std::nullopt;
      }
      cidrs.push_back(*cidr);
    }
    return cidrs;
  }

  Context context_;
  client::Informer& nodes_;
  client::EventRecorder events_;
  std::vector<CidrSet> free_;
  // The networks' texts by node.
  std::map<std::string, doc::Value, std::less<>> taken_;
  client::WorkQueue<std::string> queue_;
  client::Subscription subscription_;
};

}  // namespace

std::unique_ptr<Controller> make_node_ipam_controller(const Context& context) {
  return std::make_unique<NodeIpamController>(context);
}

}  // namespace rockpool::controllers
