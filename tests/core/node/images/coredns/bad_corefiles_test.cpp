// SPDX-License-Identifier: Apache-2.0
// What CoreDNS says of Corefiles that it cannot use, and that its container then crashes.
#include <doctest/doctest.h>

#include "tests/core/node/images/coredns/coredns_world.h"

namespace rockpool::node::coredns {
namespace {

struct BadCorefile {
  // The lines within `. {` and `}`, the first of which is line 2.
  const char* lines;
  const char* error;
};

#define PARSING "/etc/coredns/Corefile:2 - Error during parsing: "
#define COUNT "Wrong argument count or unexpected line ending after "

constexpr BadCorefile kBadCorefiles[] = {
    {"banana", PARSING "Unknown directive 'banana'"},
    {"forward .", "plugin/forward: " PARSING COUNT "'.'"},
    {"forward . 10.0.0.300", "plugin/forward: not an IP address or file: \"10.0.0.300\""},
    {"forward . /etc/none", "plugin/forward: not an IP address or file: \"/etc/none\""},
    {"forward . 1.1.1.1 { \npolicy first\n}",
     "plugin/forward: /etc/coredns/Corefile:3 - Error during parsing: unknown policy 'first'"},
    {"forward . 1.1.1.1 {\nmax_fails many\n}",
     "plugin/forward: strconv.Atoi: parsing \"many\": invalid syntax"},
    {"forward . 1.1.1.1 {\nmax_concurrent -1\n}",
     "plugin/forward: max_concurrent can't be negative: -1"},
    {"forward . 1.1.1.1 {\nhealth_check 5\n}",
     "plugin/forward: time: missing unit in duration \"5\""},
    {"forward . 1.1.1.1 {\nexcept\n}",
     "plugin/forward: /etc/coredns/Corefile:3 - Error during parsing: " COUNT "'except'"},
    {"forward . 1.1.1.1 {\nfast\n}",
     "plugin/forward: /etc/coredns/Corefile:3 - Error during parsing: unknown property 'fast'"},
    {"forward . 1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 1.1.1.10 "
     "1.1.1.11 1.1.1.12 1.1.1.13 1.1.1.14 1.1.1.15 1.1.1.16",
     "plugin/forward: more than 15 TOs configured: 16"},
    {"kubernetes cluster.local {\npods maybe\n}",
     "plugin/kubernetes: wrong value for pods: maybe,  must be one of: disabled, verified, "
     "insecure"},
    {"kubernetes cluster.local {\nttl 4000\n}",
     "plugin/kubernetes: /etc/coredns/Corefile:3 - Error during parsing: ttl must be in range [0, "
     "3600]: 4000"},
    {"kubernetes cluster.local {\nspeed\n}",
     "plugin/kubernetes: /etc/coredns/Corefile:3 - Error during parsing: unknown property 'speed'"},
    {"kubernetes in-addr.arpa", "plugin/kubernetes: non-reverse zone name must be used"},
    {"kubernetes a\nkubernetes b",
     "plugin/kubernetes: this plugin can only be used once per Server Block"},
    {"kubernetes a {\nnamespaces x\nnamespace_labels y=z\n}",
     "plugin/kubernetes: /etc/coredns/Corefile:5 - Error during parsing: namespaces and "
     "namespace_labels cannot both be set"},
    {"cache 0", "plugin/cache: cache TTL can not be zero or negative: 0"},
    {"cache {\nsuccess\n}",
     "plugin/cache: /etc/coredns/Corefile:3 - Error during parsing: " COUNT "'success'"},
    {"cache {\nprefetch -1\n}", "plugin/cache: prefetch amount should be positive: -1"},
    {"cache {\nprefetch 1 1m 5%\n}", "plugin/cache: percentage should fall in range [10, 90]: 5"},
    {"cache {\nserve_stale 1h later\n}",
     "plugin/cache: invalid value for serve_stale refresh mode: later"},
    {"cache {\nservfail 6m\n}",
     "plugin/cache: caching SERVFAIL responses over 5 minutes is not permitted"},
    {"rewrite", "plugin/rewrite: no rule type specified for rewrite"},
    {"rewrite name a", "plugin/rewrite: too few arguments for a name rule"},
    {"rewrite color a b", "plugin/rewrite: invalid rule type \"color\""},
    {"rewrite name regex (a b", "plugin/rewrite: invalid regex matching pattern: (a"},
    {"rewrite name regex (a) {1}{2}",
     "plugin/rewrite: the rewrite regex pattern ({1}{2}.) uses more subexpressions than its "
     "corresponding matching regex pattern ((a))"},
    {"rewrite name middle a b",
     "plugin/rewrite: name rule supports only exact, prefix, suffix, substring, and regex name "
     "matching, received: middle"},
    {"rewrite type A", "plugin/rewrite: type rules must have exactly two arguments"},
    {"rewrite answer name a b", "plugin/rewrite: response rewrites must begin with a name rule"},
    {"errors stderr", "plugin/errors: " PARSING "invalid log file: stderr"},
    {"errors {\nconsolidate 5m\n}",
     "plugin/errors: /etc/coredns/Corefile:3 - Error during parsing: " COUNT "'5m'"},
    {"errors {\nconsolidate 5m a loud\n}",
     "plugin/errors: /etc/coredns/Corefile:3 - Error during parsing: unknown log level argument in "
     "consolidate: loud"},
    {"log . {\nclass some\n}", "plugin/log: invalid Class: some"},
    {"health 8080", "plugin/health: address 8080: missing port in address"},
    {"health {\nlameduck soon\n}",
     "plugin/health: unable to parse lameduck duration value: 'soon' : time: invalid duration "
     "\"soon\""},
    {"reload 1s", "plugin/reload: interval value must be greater or equal to 2s"},
    {"reload 30s 10ms", "plugin/reload: jitter value must be greater or equal to 1s"},
    {"loop here", "plugin/loop: " PARSING COUNT "'here'"},
    {"loadbalance fair", "plugin/loadbalance: unknown policy: fair"},
    {"hosts {\nttl 0\n}",
     "plugin/hosts: /etc/coredns/Corefile:3 - Error during parsing: ttl provided is invalid"},
    {"hosts {\nfallthrough\n1.2.3.4 a\n}",
     "plugin/hosts: /etc/coredns/Corefile:4 - Error during parsing: unknown property '1.2.3.4'"},
    {"debug on", "plugin/debug: " PARSING COUNT "'on'"},
    {"timeouts",
     "plugin/timeouts: plugin/timeouts: " PARSING "timeouts block with no timeouts specified"},
    {"timeouts {\nread 5\nwrite 25h\n}",
     "plugin/timeouts: /etc/coredns/Corefile:4 - Error during parsing: timeout provided '25h0m0s' "
     "needs to be between 1 second and 24 hours"},
    {"timeouts {\nidle soon\n}",
     "plugin/timeouts: /etc/coredns/Corefile:3 - Error during parsing: failed to parse duration "
     "'soon'"},
    {"timeouts {\nsleep 1s\n}",
     "plugin/timeouts: /etc/coredns/Corefile:3 - Error during parsing: unknown option: 'sleep'"},
    {"multisocket 0", "plugin/multisocket: num sockets can not be zero or negative: 0"},
    {"multisocket 2000", "plugin/multisocket: num sockets exceeds maximum (1024): 2000"},
    {"multisocket many",
     "plugin/multisocket: invalid num sockets: strconv.Atoi: parsing \"many\": invalid syntax"},
    {"cancel later", "plugin/cancel: invalid duration: \"later\""},
    {"cancel 0s", "plugin/cancel: invalid negative duration: \"0s\""},
    {"acl {\nrefuse\n}",
     "plugin/acl: /etc/coredns/Corefile:3 - Error during parsing: unexpected token \"refuse\"; "
     "expect 'allow', 'block', 'filter' or 'drop'"},
    {"acl {\nblock type\n}",
     "plugin/acl: /etc/coredns/Corefile:3 - Error during parsing: no token specified in \"type\" "
     "section"},
    {"acl {\nblock net 10.0.0.300\n}",
     "plugin/acl: /etc/coredns/Corefile:3 - Error during parsing: illegal CIDR notation "
     "\"10.0.0.300/32\""},
    {"acl {\nblock type FOO\n}",
     "plugin/acl: /etc/coredns/Corefile:3 - Error during parsing: unexpected token \"FOO\"; expect "
     "legal QTYPE"},
    {"autopath @kubernetes", "plugin/autopath: not simulated"},
    // The order is that of the plug-ins, not that of the lines.
    {"forward .\nerrors stderr",
     "plugin/errors: /etc/coredns/Corefile:3 - Error during parsing: "
     "invalid log file: stderr"},
};

#undef PARSING
#undef COUNT

TEST_CASE("a bad Corefile makes CoreDNS end with the reason") {
  CorednsWorld world{". {\n whoami\n}\n"};
  // Each in a Pod of its own, all at once.
  int number = 0;
  for (const BadCorefile& bad : kBadCorefiles) {
    const std::string name = "bad-" + std::to_string(number++);
    doc::Value map;
    map.set("apiVersion", doc::Value{"v1"});
    map.set("kind", doc::Value{"ConfigMap"});
    map.edit("metadata").set("name", doc::Value{name});
    map.edit("data").set("Corefile", doc::Value{". {\n" + std::string{bad.lines} + "\n}\n"});
    REQUIRE(world.api.create(api::ResourceId::configmaps, "default", map));
    world.create_pod(name,
                     "  containers: [{name: c, image: 'registry.k8s.io/coredns/coredns:v1.12.0', "
                     "args: [-conf, /etc/coredns/Corefile], volumeMounts: [{name: v, mountPath: "
                     "/etc/coredns}]}]\n  volumes: [{name: v, configMap: {name: " +
                         name + "}}]\n");
  }
  world.run(30s);
  number = 0;
  for (const BadCorefile& bad : kBadCorefiles) {
    const std::string name = "bad-" + std::to_string(number++);
    CAPTURE(bad.lines);
    CHECK(world.log(name, "c") == std::string{bad.error} + "\n");
    CHECK(world.container(name).restart_count() > 0);
    CHECK(world.container(name).last_state().terminated()["exitCode"].as_int() == 1);
  }
}

TEST_CASE("server blocks that cannot stand together, or keys that are none, are refused") {
  const auto refusal = [](const std::string& corefile) {
    CorednsWorld world{corefile, false};
    CHECK(world.container("p").restart_count() > 0);
    return world.log_text();
  };
  CHECK(refusal(". {\n whoami\n}\n. {\n log\n}\n") ==
        "cannot serve dns://.:53 - it is already defined\n");
  CHECK(refusal("example.org: {\n whoami\n}\n") ==
        "expecting data after last colon: \"example.org:\"\n");
  CHECK(refusal("a..b {\n whoami\n}\n") == "zone is not a valid domain name: a..b\n");
  CHECK(refusal(". {\n health\n}\nb.org {\n health\n}\n") ==
        "listen tcp :8080: bind: address already in use\n");
}

TEST_CASE("without the file that it was told to read CoreDNS ends") {
  NodeWorld world;
  world.create_pod("p",
                   "  containers: [{name: c, image: 'registry.k8s.io/coredns/coredns:v1.12.0', "
                   "args: [-conf, /etc/none]}]\n");
  world.run(20s);
  CHECK(world.log("p", "c") ==
        "loading Caddyfile via flag: open /etc/none: no such file or directory\n");
}

}  // namespace
}  // namespace rockpool::node::coredns
