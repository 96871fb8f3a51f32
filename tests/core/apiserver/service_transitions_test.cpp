// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/ip.h"
#include "core/apiserver/service_allocation.h"
#include "tests/core/apiserver/fixture.h"

// What a Service keeps, gets and gives back when its type or its IP families change: every shape
// into every other, with ranges so small that everything in them can be counted.
namespace rockpool::apiserver {
namespace {

constexpr std::string_view kIpv4Range = "10.96.0.0/28";
constexpr std::string_view kIpv6Range = "fd00:10:96::/124";
constexpr int kFirstNodePort = 30000;
constexpr int kNodePorts = 8;

Options small_ranges(std::string_view service_cidr) {
  Options options;
  options.service_cidr = service_cidr;
  options.node_port_first = kFirstNodePort;
  options.node_port_last = kFirstNodePort + kNodePorts - 1;
  return options;
}

std::string path(std::string_view name) {
  return fmt::format("{}/{}", kServices, name);
}

bool has_port_list(std::string_view shape) {
  return shape != "ExternalName";
}

// What a client sends to make a Service of that shape.
std::string shape_spec(std::string_view shape) {
  const std::string_view ports = R"("ports":[{"name":"a","port":80},{"name":"b","port":81}])";
  const std::string_view base = R"("selector":{"app":"web"},"externalName":null)";
  if (shape == "ExternalName") return R"({"type":"ExternalName","externalName":"example.com"})";
  if (shape == "headless") {
    return fmt::format(R"({{"type":"ClusterIP","clusterIP":"None",{},{}}})", base, ports);
  }
  std::string_view extra;
  std::string_view type = shape;
  if (shape == "LoadBalancer/Local") {
    type = "LoadBalancer";
    extra = R"(,"externalTrafficPolicy":"Local")";
  } else if (shape == "LoadBalancer/bare") {
    type = "LoadBalancer";
    extra = R"(,"allocateLoadBalancerNodePorts":false)";
  }
  return fmt::format(R"({{"type":"{}",{},{}{}}})", type, base, ports, extra);
}

constexpr std::array<std::string_view, 7> kShapes{
    "ClusterIP",    "headless",           "NodePort",         "LoadBalancer",
    "ExternalName", "LoadBalancer/Local", "LoadBalancer/bare"};

struct Families {
  std::string_view policy;
  std::string_view list;
  std::vector<std::string_view> names;
};

const std::vector<Families>& all_families() {
  static const std::vector<Families> kAll{
      {"SingleStack", R"(["IPv4"])", {"IPv4"}},
      {"SingleStack", R"(["IPv6"])", {"IPv6"}},
      {"PreferDualStack", R"(["IPv4","IPv6"])", {"IPv4", "IPv6"}},
      {"RequireDualStack", R"(["IPv6","IPv4"])", {"IPv6", "IPv4"}},
  };
  return kAll;
}

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> result;
  for (const Value& item : list.items()) result.push_back(item.to_string());
  return result;
}

std::vector<std::int64_t> node_ports(const Value& service) {
  std::vector<std::int64_t> ports;
  for (const Value& port : service["spec"_key]["ports"_key].items()) {
    if (const std::int64_t number = port["nodePort"_key].as_int(); number != 0) {
      ports.push_back(number);
    }
  }
  return ports;
}

std::int64_t health_port(const Value& service) {
  return service["spec"_key]["healthCheckNodePort"_key].as_int();
}

class World : public Cluster {
 public:
  explicit World(std::string_view service_cidr) : Cluster{small_ranges(service_cidr)} {}

  // True if a Service could be made that asks for this.
  bool is_free(const std::string& spec) {
    const Response response =
        send("POST", fmt::format("{}?dryRun=All", kServices),
             fmt::format(R"({{"metadata":{{"name":"probe"}},"spec":{}}})", spec));
    return response.status == 201;
  }
  bool is_ip_free(const std::string& ip) {
    return store.find(api::ResourceId::ipaddresses, {}, ip) == nullptr;
  }
  bool is_node_port_free(std::int64_t port) {
    return is_free(
        fmt::format(R"({{"type":"NodePort","ports":[{{"port":1,"nodePort":{}}}]}})", port));
  }
  // All that is taken: by `kubernetes`, and by the Services under test.
  std::set<std::string> taken() {
    std::set<std::string> all;
    for (const std::string_view range : {kIpv4Range, kIpv6Range}) {
      const api::IpAddress base = api::parse_cidr(range)->network();
      // The ends of an IPv4 range are nobody's.
      const std::uint64_t last = base.family == api::IpFamily::ipv4 ? 14 : 15;
      for (std::uint64_t i = 1; i <= last; ++i) {
        const std::string ip = base.plus(i).to_string();
        if (server.options().service_cidr.find(range) == std::string::npos) continue;
        if (!is_ip_free(ip)) all.insert(ip);
      }
    }
    for (int port = kFirstNodePort; port < kFirstNodePort + kNodePorts; ++port) {
      if (!is_node_port_free(port)) all.insert(std::to_string(port));
    }
    return all;
  }
  // What is to be taken while there is only that Service.
  static std::set<std::string> used(const Value& service) {
    std::set<std::string> all{"10.96.0.1"};
    for (const std::string& ip : texts(service["spec"_key]["clusterIPs"_key])) {
      if (ip != "None") all.insert(ip);
    }
    for (const std::int64_t port : node_ports(service)) all.insert(std::to_string(port));
    if (health_port(service) != 0) all.insert(std::to_string(health_port(service)));
    return all;
  }

  Value make(std::string_view shape, const Families& families) {
    std::string spec = shape_spec(shape);
    if (shape != "ExternalName") {
      spec.pop_back();
      spec += fmt::format(R"(,"ipFamilyPolicy":"{}","ipFamilies":{}}})", families.policy,
                          families.list);
    }
    return expect(201, "POST", kServices,
                  fmt::format(R"({{"metadata":{{"name":"web"}},"spec":{}}})", spec));
  }
  Response change(std::string_view spec) {
    return send("PATCH", path("web"), fmt::format(R"({{"spec":{}}})", spec),
                "application/merge-patch+json");
  }
};

// Upstream's words for a change that is refused; empty for one that is not.
std::string refusal_of(std::string_view from, std::string_view to, const Value& before) {
  const bool had_address = from != "headless" && from != "ExternalName";
  if (to == "headless" && had_address) {
    const std::size_t count = before["spec"_key]["clusterIPs"_key].size();
    // None alone is too short for two families; the policy comes first then.
    if (count == 2) {
      return fmt::format(
          "spec.ipFamilyPolicy: Invalid value: \"{}\": must be 'SingleStack' to release the "
          "secondary cluster IP",
          before["spec"_key]["ipFamilyPolicy"_key].as_string());
    }
    return "spec.clusterIPs[0]: Invalid value: [\"None\"]: may not change once set";
  }
  if (from == "headless" && to != "headless" && to != "ClusterIP" && to != "ExternalName") {
    const std::string_view type = to.substr(0, to.find('/'));
    return fmt::format(
        "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for {} services",
        type);
  }
  return {};
}

bool has_node_ports(std::string_view shape) {
  return shape == "NodePort" || shape.starts_with("LoadBalancer");
}

// Checks what a change that went through has made of the Service.
void check_change(std::string_view from, std::string_view to, const Value& before,
                  const Value& after) {
  const Value& old_spec = before["spec"_key];
  const Value& spec = after["spec"_key];
  if (to == "ExternalName") {
    CHECK(spec["clusterIP"_key].is_null());
    CHECK(spec["clusterIPs"_key].is_null());
    CHECK(spec["ipFamilies"_key].is_null());
    CHECK(spec["ipFamilyPolicy"_key].is_null());
  } else if (from == "ExternalName") {
    const bool is_headless = to == "headless";
    CHECK((spec["clusterIP"_key].as_string() == "None") == is_headless);
    CHECK(spec["clusterIPs"_key].at(0) == spec["clusterIP"_key]);
    CHECK(texts(spec["ipFamilies"_key]) == std::vector<std::string>{"IPv4"});
    CHECK(spec["ipFamilyPolicy"_key].as_string() == "SingleStack");
  } else {
    CHECK(spec["clusterIPs"_key] == old_spec["clusterIPs"_key]);
    CHECK(spec["ipFamilies"_key] == old_spec["ipFamilies"_key]);
    CHECK(spec["ipFamilyPolicy"_key] == old_spec["ipFamilyPolicy"_key]);
  }
  const std::vector<std::int64_t> old_ports = node_ports(before);
  const std::vector<std::int64_t> new_ports = node_ports(after);
  if (!has_node_ports(to)) {
    CHECK(new_ports.empty());
  } else if (!old_ports.empty()) {
    CHECK(new_ports == old_ports);
  } else {
    // What says that none are wanted stays with the type.
    const bool is_bare = to == "LoadBalancer/bare" ||
                         (from == "LoadBalancer/bare" && to.starts_with("LoadBalancer"));
    CHECK(new_ports.size() == (is_bare ? 0 : 2));
  }
  const bool has_health_port = to == "LoadBalancer/Local" ||
                               (from == "LoadBalancer/Local" && to.starts_with("LoadBalancer"));
  CHECK((health_port(after) != 0) == has_health_port);
  if (has_health_port && health_port(before) != 0) CHECK(health_port(after) == health_port(before));
  CHECK(spec.contains("externalTrafficPolicy"_key) == has_node_ports(to));
  CHECK(spec.contains("allocateLoadBalancerNodePorts"_key) == to.starts_with("LoadBalancer"));
  CHECK((spec["ports"_key].size() != 0) == (has_port_list(to) || has_port_list(from)));
}

TEST_CASE("every change of a Service's type keeps, gets and gives back what upstream's does") {
  const std::string both = fmt::format("{},{}", kIpv4Range, kIpv6Range);
  int refused = 0;
  for (const Families& families : all_families()) {
    for (const std::string_view from : kShapes) {
      for (const std::string_view to : kShapes) {
        CAPTURE(from);
        CAPTURE(to);
        CAPTURE(families.list);
        World world{both};
        const Value before = world.make(from, families);
        REQUIRE(World::used(before) == world.taken());
        // Not to change anything yet must not take anything either.
        const Response rehearsal = world.send("PATCH", path("web") + "?dryRun=All",
                                              fmt::format(R"({{"spec":{}}})", shape_spec(to)),
                                              "application/merge-patch+json");
        CHECK(world.taken() == World::used(before));
        const Response response = world.change(shape_spec(to));
        CHECK(rehearsal.status == response.status);
        const std::string refusal = refusal_of(from, to, before);
        const Value now = world.expect(200, "GET", path("web"));
        if (refusal.empty()) {
          REQUIRE_MESSAGE(response.status == 200, response.body);
          check_change(from, to, before, now);
        } else {
          ++refused;
          CHECK(response.status == 422);
          CHECK(json(response.body)["message"_key].as_string() ==
                "Service \"web\" is invalid: " + refusal);
          CHECK(now == before);
        }
        CHECK(world.taken() == World::used(now));
        world.expect(200, "DELETE", path("web"));
        CHECK(world.taken() == std::set<std::string>{"10.96.0.1"});
      }
    }
  }
  // headless into three kinds of LoadBalancer and NodePort, and five into headless.
  CHECK(refused == 4 * (4 + 5));
}

// A change of the families, and what comes of it: the families after it, or a refusal.
struct FamilyChange {
  std::string_view from_policy;
  std::string_view from;
  std::string_view change;
  std::string_view policy;
  std::vector<std::string> families;
  std::string_view refusal;
};

const std::vector<FamilyChange>& family_changes() {
  static const std::vector<FamilyChange> kAll{
      // Upgrades.
      {"SingleStack",
       R"(["IPv4"])",
       R"({"ipFamilyPolicy":"PreferDualStack"})",
       "PreferDualStack",
       {"IPv4", "IPv6"},
       ""},
      {"SingleStack",
       R"(["IPv6"])",
       R"({"ipFamilyPolicy":"RequireDualStack"})",
       "RequireDualStack",
       {"IPv6", "IPv4"},
       ""},
      {"SingleStack",
       R"(["IPv4"])",
       R"({"ipFamilyPolicy":"PreferDualStack","ipFamilies":["IPv4","IPv6"]})",
       "PreferDualStack",
       {"IPv4", "IPv6"},
       ""},
      {"SingleStack",
       R"(["IPv4"])",
       R"({"ipFamilies":["IPv4","IPv6"]})",
       "",
       {},
       "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or "
       "'PreferDualStack' when multiple IP families are specified"},
      // Downgrades.
      {"RequireDualStack",
       R"(["IPv4","IPv6"])",
       R"({"ipFamilyPolicy":"SingleStack"})",
       "SingleStack",
       {"IPv4"},
       ""},
      {"PreferDualStack",
       R"(["IPv6","IPv4"])",
       R"({"ipFamilyPolicy":"SingleStack"})",
       "SingleStack",
       {"IPv6"},
       ""},
      {"PreferDualStack",
       R"(["IPv4","IPv6"])",
       R"({"ipFamilyPolicy":"SingleStack","ipFamilies":["IPv4"]})",
       "SingleStack",
       {"IPv4"},
       ""},
      {"PreferDualStack",
       R"(["IPv4","IPv6"])",
       R"({"ipFamilies":["IPv4"]})",
       "",
       {},
       "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be 'SingleStack' to release "
       "the secondary IP family"},
      {"PreferDualStack",
       R"(["IPv4","IPv6"])",
       R"({"ipFamilyPolicy":"RequireDualStack"})",
       "RequireDualStack",
       {"IPv4", "IPv6"},
       ""},
      // The first family stays what it is.
      {"SingleStack",
       R"(["IPv4"])",
       R"({"ipFamilies":["IPv7"]})",
       "",
       {},
       "spec.ipFamilies[0]: Unsupported value: \"IPv7\": supported values: \"IPv4\", \"IPv6\""},
  };
  return kAll;
}

TEST_CASE("a Service gets a second family and gives it back when its policy says so") {
  const std::string both = fmt::format("{},{}", kIpv4Range, kIpv6Range);
  for (const std::string_view shape : {"ClusterIP", "NodePort", "LoadBalancer", "headless"}) {
    for (const FamilyChange& each : family_changes()) {
      CAPTURE(shape);
      CAPTURE(each.from);
      CAPTURE(each.change);
      World world{both};
      const Value before = world.make(shape, {each.from_policy, each.from, {}});
      const Response response = world.change(each.change);
      const Value now = world.expect(200, "GET", path("web"));
      if (each.refusal.empty()) {
        REQUIRE_MESSAGE(response.status == 200, response.body);
        CHECK(now["spec"_key]["ipFamilyPolicy"_key].as_string() == each.policy);
        CHECK(texts(now["spec"_key]["ipFamilies"_key]) == each.families);
        const Value& ips = now["spec"_key]["clusterIPs"_key];
        CHECK(ips.at(0) == before["spec"_key]["clusterIPs"_key].at(0));
        CHECK(ips.size() == (shape == std::string_view{"headless"} ? 1 : each.families.size()));
        CHECK(node_ports(now) == node_ports(before));
      } else {
        CHECK(response.status == 422);
        CHECK(json(response.body)["message"_key].as_string() ==
              fmt::format("Service \"web\" is invalid: {}", each.refusal));
        CHECK(now == before);
      }
      CHECK(world.taken() == World::used(now));
    }
  }
}

TEST_CASE("addresses may be asked for, and the one that is in use is not given away") {
  World world{fmt::format("{},{}", kIpv4Range, kIpv6Range)};
  const Value made =
      world.expect(201, "POST", kServices,
                   R"({"metadata":{"name":"web"},"spec":{"clusterIP":"fd00:10:96::7",)"
                   R"("clusterIPs":["fd00:10:96::7","10.96.0.7"],)"
                   R"("ipFamilyPolicy":"RequireDualStack","ports":[{"port":80}]}})");
  CHECK(made["spec"_key]["clusterIP"_key].as_string() == "fd00:10:96::7");
  CHECK(texts(made["spec"_key]["ipFamilies"_key]) == std::vector<std::string>{"IPv6", "IPv4"});
  // The first one can be had and the second cannot: neither is.
  CHECK(world.refusal(422, "POST", kServices,
                      R"({"metadata":{"name":"two"},"spec":{"clusterIP":"fd00:10:96::8",)"
                      R"("clusterIPs":["fd00:10:96::8","10.96.0.7"],)"
                      R"("ipFamilyPolicy":"RequireDualStack","ports":[{"port":80}]}})") ==
        "Service \"two\" is invalid: spec.clusterIPs: Invalid value: "
        "[\"fd00:10:96::8\",\"10.96.0.7\"]: failed to allocate IP 10.96.0.7: provided IP is "
        "already allocated");
  CHECK(world.is_ip_free("fd00:10:96::8"));
  CHECK(world.refusal(422, "POST", kServices,
                      R"({"metadata":{"name":"two"},"spec":{"clusterIP":"10.96.0.8",)"
                      R"("clusterIPs":["10.96.0.8","fd00:10:96::8"],)"
                      R"("ports":[{"port":80}]}})") ==
        "Service \"two\" is invalid: spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be "
        "'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
}

TEST_CASE("a cluster of one family gives what it has, and says what it has not") {
  World ipv4{kIpv4Range};
  const auto make = [](World& world, std::string_view name, std::string_view spec) {
    return world.expect(201, "POST", kServices,
                        fmt::format(R"({{"metadata":{{"name":"{}"}},"spec":{}}})", name, spec));
  };
  const Value preferred =
      make(ipv4, "a", R"({"ipFamilyPolicy":"PreferDualStack","ports":[{"port":80}]})");
  CHECK(preferred["spec"_key]["clusterIPs"_key].size() == 1);
  CHECK(preferred["spec"_key]["ipFamilyPolicy"_key].as_string() == "PreferDualStack");
  CHECK(ipv4.refusal(422, "POST", kServices,
                     R"({"metadata":{"name":"b"},"spec":{"clusterIP":"fd00:10:96::7",)"
                     R"("ports":[{"port":80}]}})") ==
        "Service \"b\" is invalid: spec.clusterIPs[0]: Invalid value: [\"fd00:10:96::7\"]: IPv6 is "
        "not configured on this cluster");
  World ipv6{kIpv6Range};
  const Value first = make(ipv6, "a", R"({"ports":[{"port":80}]})");
  CHECK(texts(first["spec"_key]["ipFamilies"_key]) == std::vector<std::string>{"IPv6"});
  CHECK(first["spec"_key]["clusterIP"_key].as_string().starts_with("fd00:10:96::"));
  CHECK(ipv6.refusal(422, "POST", kServices,
                     R"({"metadata":{"name":"b"},"spec":{"ipFamilies":["IPv4"],)"
                     R"("ports":[{"port":80}]}})") ==
        "Service \"b\" is invalid: spec.ipFamilies[0]: Invalid value: \"IPv4\": not configured on "
        "this cluster");
}

TEST_CASE("what cannot be allocated is what a client is told of first") {
  World world{kIpv4Range};
  CHECK(world.refusal(422, "POST", kServices,
                      R"({"metadata":{"name":"web"},"spec":{"type":"NodePort",)"
                      R"("ports":[{"name":"UP","port":80,"nodePort":99}]}})") ==
        "Service \"web\" is invalid: spec.ports[0].nodePort: Invalid value: 99: provided port is "
        "not in the valid range. The range of valid ports is 30000-30007");
  CHECK(world.taken() == std::set<std::string>{"10.96.0.1"});
  world.make("NodePort", all_families().front());
  const std::set<std::string> taken = world.taken();
  int free = kFirstNodePort;
  while (taken.contains(std::to_string(free))) ++free;
  const std::string twice =
      fmt::format(R"({{"ports":[{{"name":"a","port":80,"nodePort":{0}}},{{"name":"b","port":81,)"
                  R"("nodePort":{0}}}]}})",
                  free);
  CHECK(json(world.change(twice).body)["message"_key].as_string() ==
        fmt::format("duplicate nodePort: {{TCP {}}}", free));
  CHECK(world.taken() == taken);
}

}  // namespace
}  // namespace rockpool::apiserver
