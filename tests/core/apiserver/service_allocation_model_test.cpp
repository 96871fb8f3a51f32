// SPDX-License-Identifier: Apache-2.0
// Cluster IPs, node ports and health check node ports through a long random history: a model of the
// Services that exist says what must be free and what must be taken.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/api/ip.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

constexpr int kOperations = 100'000;
constexpr int kOperationsBetweenProbes = 2'500;
constexpr int kOperationsBetweenLooks = 10;
constexpr int kNames = 24;
// Small, so that both run full now and then, and every leak is soon felt.
constexpr std::int32_t kFirstPort = 30'000;
constexpr std::int32_t kLastPort = 30'039;
constexpr std::uint32_t kFirstAddress = 1;
constexpr std::uint32_t kLastAddress = 30;

Options small_ranges() {
  Options options;
  options.service_cidr = "10.96.0.0/27";
  options.node_port_first = kFirstPort;
  options.node_port_last = kLastPort;
  return options;
}

std::string address(std::uint64_t last) {
  return "10.96.0." + std::to_string(last);
}

// What one Service holds.
struct Held {
  std::string cluster_ip;
  std::set<std::int64_t> ports;
};

Held held_by(const Value& service) {
  Held held;
  const Value& spec = service["spec"_key];
  if (api::parse_ip(spec["clusterIP"_key].as_string())) {
    held.cluster_ip = spec["clusterIP"_key].to_string();
  }
  for (const Value& port : spec["ports"_key].items()) {
    if (port["nodePort"_key].as_int() != 0) held.ports.insert(port["nodePort"_key].as_int());
  }
  if (spec["healthCheckNodePort"_key].as_int() != 0) {
    held.ports.insert(spec["healthCheckNodePort"_key].as_int());
  }
  return held;
}

class History {
 public:
  History() { held_["kubernetes"] = held_by(cluster_.expect(200, "GET", path("kubernetes"))); }

  void run() {
    for (int i = 0; i < kOperations; ++i) {
      one_operation();
      if (i % kOperationsBetweenLooks == 0) compare_ip_addresses();
      if (i % kOperationsBetweenProbes == 0) probe();
    }
    probe();
    // With all gone, everything can be had again.
    for (int i = 0; i < kNames; ++i) remove("s" + std::to_string(i), false);
    CHECK(held_.size() == 1);
    compare_ip_addresses();
    probe();
    CHECK(made_ > kOperations / 10);
    CHECK(refused_ > kOperations / 20);
  }

 private:
  static std::string path(const std::string& name) { return fmt::format("{}/{}", kServices, name); }

  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  bool one_in(std::uint64_t count) { return below(count) == 0; }

  void one_operation() {
    const std::string name = "s" + std::to_string(below(kNames));
    const bool is_dry_run = one_in(5);
    switch (below(8)) {
      case 0:
      case 1:
        remove(name, is_dry_run);
        break;
      case 2:
      case 3:
      case 4:
        write("POST", std::string{kServices}, name, is_dry_run);
        break;
      default:
        write("PUT", path(name), name, is_dry_run);
    }
  }

  void remove(const std::string& name, bool is_dry_run) {
    const Response response =
        cluster_.send("DELETE", path(name) + (is_dry_run ? "?dryRun=All" : ""));
    CHECK(response.status == (held_.contains(name) ? 200 : 404));
    if (response.status == 200 && !is_dry_run) held_.erase(name);
  }

  std::string any_ports() {
    const auto node_port = [&] {
      return one_in(4) ? fmt::format(R"(,"nodePort":{})", port_in_or_out_of_range())
                       : std::string{};
    };
    switch (below(4)) {
      case 0:
        return fmt::format(R"([{{"name":"a","port":80{}}}])", node_port());
      case 1:
        return fmt::format(R"([{{"name":"a","port":80{}}},{{"name":"b","port":443{}}}])",
                           node_port(), node_port());
      case 2:
        return fmt::format(
            R"([{{"name":"a","port":53{}}},{{"name":"b","port":53,"protocol":"UDP"{}}}])",
            node_port(), node_port());
      default:
        // Not valid: the names are the same.
        return R"([{"name":"a","port":1},{"name":"a","port":2}])";
    }
  }

  std::int64_t port_in_or_out_of_range() {
    return kFirstPort - 1 + static_cast<std::int64_t>(below(kLastPort - kFirstPort + 3));
  }

  std::string any_spec() {
    const std::string cluster_ip =
        one_in(4) ? fmt::format(R"("clusterIP":"{}",)", address(below(kLastAddress + 3)))
                  : std::string{};
    switch (below(7)) {
      case 0:
        return R"({"type":"ExternalName","externalName":"example.com"})";
      case 1:
        return R"({"clusterIP":"None","ports":[{"port":80}]})";
      case 2:
        return fmt::format(R"({{{}"ports":[{{"port":80}}]}})", cluster_ip);
      case 3:
        return fmt::format(R"({{{}"type":"LoadBalancer","ports":{}}})", cluster_ip, any_ports());
      case 4: {
        const std::string health =
            one_in(3) ? fmt::format(R"("healthCheckNodePort":{},)", port_in_or_out_of_range())
                      : std::string{};
        return fmt::format(
            R"({{{}{}"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":{}}})",
            cluster_ip, health, any_ports());
      }
      default:
        return fmt::format(R"({{{}"type":"NodePort","ports":{}}})", cluster_ip, any_ports());
    }
  }

  void write(const char* method, std::string target, const std::string& name, bool is_dry_run) {
    // An old version conflicts, after everything was allocated.
    const std::string version =
        method == std::string_view{"PUT"} && one_in(6) ? R"(,"resourceVersion":"1")" : "";
    if (is_dry_run) target += "?dryRun=All";
    const Response response = cluster_.send(
        method, target,
        fmt::format(R"({{"metadata":{{"name":"{}"{}}},"spec":{}}})", name, version, any_spec()));
    if (response.status != 200 && response.status != 201) {
      ++refused_;
      return;
    }
    const Held held = held_by(json(response.body));
    // A dry run takes nothing, and what it names may be somebody's.
    if (is_dry_run) return;
    check_is_free(name, held);
    ++made_;
    held_[name] = held;
  }

  // Nothing of it belongs to another Service.
  void check_is_free(const std::string& name, const Held& held) {
    for (const auto& [other, theirs] : held_) {
      if (other == name) continue;
      const bool shares_ip = !held.cluster_ip.empty() && held.cluster_ip == theirs.cluster_ip;
      CHECK_FALSE_MESSAGE(shares_ip, name, " and ", other, " share ", held.cluster_ip);
      for (const std::int64_t port : held.ports) {
        CHECK_FALSE_MESSAGE(theirs.ports.contains(port), name, " and ", other, " share ", port);
      }
    }
  }

  // Each address of a Service has its IPAddress, and there are no others.
  void compare_ip_addresses() {
    std::map<std::string, std::string> wanted;
    for (const auto& [name, held] : held_) {
      if (!held.cluster_ip.empty()) wanted[held.cluster_ip] = name;
    }
    std::map<std::string, std::string> found;
    cluster_.store.visit(api::ResourceId::ipaddresses, {}, [&](const Value& ip_address) {
      found[ip_address["metadata"_key]["name"_key].to_string()] =
          ip_address["spec"_key]["parentRef"_key]["name"_key].to_string();
      return true;
    });
    CHECK(found == wanted);
  }

  // Asks for every address and every port: exactly those that nobody has can be had.
  void probe() {
    std::set<std::string> taken_ips;
    std::set<std::int64_t> taken_ports;
    for (const auto& [name, held] : held_) {
      if (!held.cluster_ip.empty()) taken_ips.insert(held.cluster_ip);
      taken_ports.insert(held.ports.begin(), held.ports.end());
    }
    const auto can_have = [&](const std::string& spec) {
      const Response made = cluster_.send(
          "POST", kServices, fmt::format(R"({{"metadata":{{"name":"probe"}},"spec":{}}})", spec));
      if (made.status != 201) return false;
      cluster_.expect(200, "DELETE", path("probe"));
      return true;
    };
    for (std::uint32_t last = kFirstAddress; last <= kLastAddress; ++last) {
      const std::string ip = address(last);
      CHECK_MESSAGE(can_have(fmt::format(R"({{"clusterIP":"{}","ports":[{{"port":80}}]}})", ip)) ==
                        !taken_ips.contains(ip),
                    ip);
    }
    // A port is for a Service, which needs an address too.
    if (taken_ips.size() == kLastAddress) return;
    for (std::int64_t port = kFirstPort; port <= kLastPort; ++port) {
      CHECK_MESSAGE(
          can_have(fmt::format(R"({{"type":"NodePort","ports":[{{"port":80,"nodePort":{}}}]}})",
                               port)) == !taken_ports.contains(port),
          port);
    }
  }

  Cluster cluster_{small_ranges()};
  sim::Random random_{7};
  std::map<std::string, Held> held_;
  int made_ = 0;
  int refused_ = 0;
};

TEST_CASE("the allocators of Services leak nothing over a long random history") {
  History{}.run();
}

}  // namespace
}  // namespace rockpool::apiserver
