// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/history.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "core/cluster/cluster_networks.h"
#include "core/doc/hash.h"
#include "core/doc/json.h"

namespace rockpool::cluster {
namespace {

// Raised whenever an older program could not replay what this one writes.
constexpr std::int64_t kFormatVersion = 6;

constexpr doc::Limits snapshot_limits() {
  doc::Limits limits;
  limits.max_bytes = 256u << 20;
  limits.max_nodes = 100'000'000;
  return limits;
}

doc::Value options_to_value(const ClusterOptions& options) {
  // The seed is text because JSON's readers keep only 53 bits of a number.
  return doc::Value::map(
      {{"seed", fmt::format("{}", options.seed)},
       {"nodes", options.nodes},
       {"ipFamilies", net::families_text(options.ip_families)},
       {"serviceCidr", options.service_cidr},
       {"podCidr", options.pod_cidr},
       {"start", options.start.time_since_epoch().count()},
       {"dns", options.dns},
       {"rbac", options.rbac},
       {"proxyDelay", options.proxy_delay.count()},
       {"proxyDelaySpread", options.proxy_delay_spread.count()},
       {"proxyMode", net::proxy::mode_kind_name(options.proxy_mode)},
       {"ipvsScheduler", net::proxy::ipvs_scheduler_name(options.ipvs_scheduler)}});
}

std::unexpected<api::Status> damaged(std::string_view what) {
  return std::unexpected{api::bad_request(fmt::format("snapshot: {}", what))};
}

template <typename Number>
std::optional<Number> read_number(std::string_view text, int base) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

// Of everything but the checksum itself. The digest would not notice a changed input that comes to
// the same, such as another header of a request.
std::string checksum_of(doc::Value snapshot) {
  snapshot.erase("checksum");
  return fmt::format("{:016x}", doc::fnv64a(doc::to_json(snapshot)));
}

api::Result<ClusterOptions> options_from_value(const doc::Value& value) {
  const auto seed = read_number<std::uint64_t>(value["seed"].as_string(), 10);
  if (!seed) return damaged("options.seed: expected a number as a string");
  for (const char* name : {"nodes", "start", "proxyDelay", "proxyDelaySpread"}) {
    if (!value[name].is_integer())
      return damaged(fmt::format("options.{}: expected an integer", name));
  }
  for (const char* name : {"dns", "rbac"}) {
    if (!value[name].is_boolean())
      return damaged(fmt::format("options.{}: expected true or false", name));
  }
  const std::int64_t nodes = value["nodes"].as_int();
  if (nodes < 0 || nodes > kMaxNodes) {
    return damaged(fmt::format("options.nodes: must be between 0 and {}, inclusive", kMaxNodes));
  }
  ClusterOptions options;
  options.seed = *seed;
  options.nodes = static_cast<int>(nodes);
  options.ip_families = net::parse_families(value["ipFamilies"].as_string());
  if (options.ip_families.empty()) return damaged("options.ipFamilies: not IP families");
  options.service_cidr = value["serviceCidr"].as_string();
  options.pod_cidr = value["podCidr"].as_string();
  if (const auto checked = check_networks(options); !checked) {
    return damaged(fmt::format("options: {}", checked.error()));
  }
  options.start = sim::Time{sim::Duration{value["start"].as_int()}};
  options.dns = value["dns"].as_bool();
  options.rbac = value["rbac"].as_bool();
  options.proxy_delay = sim::Duration{value["proxyDelay"].as_int()};
  options.proxy_delay_spread = sim::Duration{value["proxyDelaySpread"].as_int()};
  const auto mode = net::proxy::parse_mode_kind(value["proxyMode"].as_string());
  if (!mode) return damaged("options.proxyMode: not a mode");
  const auto scheduler = net::proxy::parse_ipvs_scheduler(value["ipvsScheduler"].as_string());
  if (!scheduler) return damaged("options.ipvsScheduler: not a scheduler");
  options.proxy_mode = *mode;
  options.ipvs_scheduler = *scheduler;
  return options;
}

api::Result<std::vector<Input>> inputs_from_value(const doc::Value& value, sim::Time start) {
  std::vector<Input> inputs;
  sim::Time latest = start;
  for (const doc::Value& item : value.items()) {
    if (!item["at"].is_integer() || item["do"].size() != 1) {
      return damaged(fmt::format("inputs[{}]: expected at and do", inputs.size()));
    }
    const sim::Time moment{sim::Duration{item["at"].as_int()}};
    if (moment < latest)
      return damaged(fmt::format("inputs[{}].at: earlier than the one before", inputs.size()));
    latest = moment;
    inputs.push_back({moment, item["do"]});
  }
  return inputs;
}

}  // namespace

std::string History::to_json(sim::Time now, std::uint64_t digest) const {
  std::vector<doc::Value> items;
  for (const Input& input : inputs) {
    items.push_back(
        doc::Value::map({{"at", input.moment.time_since_epoch().count()}, {"do", input.what}}));
  }
  doc::Value snapshot = doc::Value::map({{"rockpool", kFormatVersion},
                                         {"options", options_to_value(options)},
                                         {"inputs", doc::Value::array(std::move(items))},
                                         {"now", now.time_since_epoch().count()},
                                         {"digest", fmt::format("{:016x}", digest)}});
  const std::string checksum = checksum_of(snapshot);
  snapshot.set("checksum", checksum);
  return doc::to_json(snapshot);
}

api::Result<Replay> parse_history(std::string_view text) {
  const auto document = doc::parse_json(text, snapshot_limits());
  if (!document) {
    return damaged(fmt::format("line {}, column {}: {}", document.error().position.line,
                               document.error().position.column, document.error().message));
  }
  const doc::Value& version = (*document)["rockpool"];
  if (!version.is_integer()) return damaged("not a snapshot of Rockpool");
  if (version.as_int() != kFormatVersion) {
    return damaged(fmt::format("version {} cannot be read; this program reads version {}",
                               version.as_int(), kFormatVersion));
  }
  auto options = options_from_value((*document)["options"]);
  if (!options) return std::unexpected{options.error()};
  auto inputs = inputs_from_value((*document)["inputs"], options->start);
  if (!inputs) return std::unexpected{inputs.error()};
  const auto digest = read_number<std::uint64_t>((*document)["digest"].as_string(), 16);
  if (!digest) return damaged("digest: expected 16 hexadecimal digits");
  if (!(*document)["now"].is_integer()) return damaged("now: expected an integer");
  const sim::Time now{sim::Duration{(*document)["now"].as_int()}};
  if (now < options->start || (!inputs->empty() && now < inputs->back().moment)) {
    return damaged("now: earlier than the last input");
  }
  // Last, as all other complaints say more.
  const std::string checksum = checksum_of(*document);
  if ((*document)["checksum"].as_string() != checksum) {
    return damaged(fmt::format("its checksum is {}, but what it holds has {}: it was changed",
                               doc::to_json((*document)["checksum"]), checksum));
  }
  return Replay{{std::move(*options), std::move(*inputs)}, now, *digest};
}

}  // namespace rockpool::cluster
