// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/cluster.h"
#include "core/doc/value.h"

// What the upstream tests' framework gives them: a cluster, its API, Pods that run and answer, and
// patience. Here the time that passes is virtual.
namespace rockpool::conformance {

using namespace std::chrono_literals;
using namespace doc::literals;

/// The image that nearly all upstream tests run.
inline constexpr std::string_view kAgnhost = "registry.k8s.io/e2e-test-images/agnhost:2.53";

/// What the API server has answered.
struct Answer {
  int status = 0;
  doc::Value body;
};

/// What a command in a container has printed, and its exit status.
struct Executed {
  std::string output;
  std::string errors;
  std::int64_t code = 0;
};

/// A cluster whose DNS answers, and everything the tests do to it.
class World {
 public:
  explicit World(const ClusterOptions& options = {});

  Cluster& cluster() { return cluster_; }

  /// One request to the API; time passes if the answer takes it.
  Answer request(std::string_view method, std::string_view target, std::string body = {},
                 std::string_view content_type = "application/json");
  /// The same; the test ends if it fails. Returns the object.
  doc::Value must(std::string_view method, std::string_view target, std::string body = {},
                  std::string_view content_type = "application/json");
  /// Reads an object; the test ends if there is none.
  doc::Value get(std::string_view target) { return must("GET", target); }
  /// Posts an object that is written in YAML; the test ends if it is refused.
  doc::Value create(std::string_view collection, std::string_view yaml);
  /// Applies YAML; the test ends if it is refused.
  void apply(std::string_view yaml);
  /// Merges YAML into an object; the test ends if it is refused.
  doc::Value patch(std::string_view target, std::string_view yaml);
  /// A Pod in `default` of one agnhost container. `fields` are lines of its spec, `ports` of its
  /// container, in YAML's flow style.
  void start_agnhost(std::string_view name, std::string_view labels, std::string_view arguments,
                     std::string_view ports = "[]", std::string_view fields = "{}");

  /// Lets time pass until it holds; false if it does not within `timeout`.
  bool wait_for(const std::function<bool()>& holds, sim::Duration timeout = 2min);
  /// Waits until these Pods in `default` are ready; the test ends if they are not.
  void wait_ready(const std::vector<std::string>& pods);
  /// A Pod's address.
  std::string pod_ip(const std::string& pod);

  /// Runs a command in the first container of a Pod in `default`.
  Executed exec(const std::string& pod, const std::vector<std::string>& command);
  /// The same, through its shell.
  Executed shell(const std::string& pod, const std::string& script) {
    return exec(pod, {"/bin/sh", "-c", script});
  }
  /// The body of the answer to an HTTP GET, or `failed: ` and why there is none. `from` as in
  /// FetchOptions; a plain name is a Pod in `default`.
  std::string fetch(const std::string& url, const std::string& from,
                    sim::Duration timeout = std::chrono::seconds{5});
  /// The different bodies that `count` requests get.
  std::set<std::string> fetch_all(const std::string& url, const std::string& from, int count);
  /// Whether requests to `url` come to be answered by exactly these bodies, and no other.
  bool is_served_by(const std::string& url, const std::string& from,
                    const std::set<std::string>& bodies, sim::Duration timeout = 2min);
  /// What comes back for one datagram from a Pod in `default`; "" if nothing does.
  std::string ask_udp(const std::string& pod, const std::string& host, int port,
                      std::string_view text);

 private:
  Cluster cluster_;
};

/// Where the objects of a Service are.
inline std::string service_path(std::string_view name) {
  return "/api/v1/namespaces/default/services/" + std::string{name};
}
/// The Endpoints of that Service.
inline std::string endpoints_path(std::string_view name) {
  return "/api/v1/namespaces/default/endpoints/" + std::string{name};
}
/// The EndpointSlices of that Service.
inline std::string slices_path(std::string_view service) {
  return "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector="
         "kubernetes.io/service-name%3D" +
         std::string{service};
}
/// A member's text, by a path such as {"metadata", "name"}.
std::string text_at(const doc::Value& value, std::initializer_list<std::string_view> path);

}  // namespace rockpool::conformance
