// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/apiserver/http.h"
#include "core/apiserver/options.h"
#include "core/apiserver/pod_log_source.h"
#include "core/apiserver/watch.h"
#include "core/doc/value.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"
#include "core/store/store.h"

namespace rockpool::apiserver {

class MetricsSource;
class NodeServer;
class PodStreams;
class ProxyTransport;
struct NodePortProblem;
struct ServerState;

/// The version that the server claims to be (`/version`).
inline constexpr std::string_view kKubernetesVersion = "v1.33.0";

/// How a cluster's API server is set up.
struct Options {
  /// Where ClusterIPs come from: one range, or one of each family with a comma between them, of
  /// which the first is the default (--service-cluster-ip-range). kubeadm's default.
  std::string service_cidr = "10.96.0.0/12";
  /// Where NodePorts come from, both ends included.
  std::int32_t node_port_first = 30000;
  std::int32_t node_port_last = 32767;
  /// The address at which the API itself is reached: the endpoint of the `kubernetes` Service. Of
  /// the default family.
  std::string advertise_address = "192.168.49.2";
  std::int32_t secure_port = 6443;
  /// Whether requests over HTTP need the rights that RBAC gives them; all may do all otherwise.
  bool rbac = false;
  /// Seconds for which Pods tolerate a node that is not ready or unreachable, unless they say.
  std::int64_t default_toleration_seconds = 300;
};

/// The Kubernetes API: the one door through which everyone reads and changes the cluster.
///
/// Requests are answered at once, without virtual time passing. `handle` takes HTTP-shaped requests
/// and trusts nothing in them. The typed verbs do the same for components in the same process, with
/// the same defaults, admission and validation, but they take objects as well-formed unless told
/// otherwise (`FieldValidation`); apiVersion and kind may be left out.
///
/// In the typed verbs an empty namespace means none for cluster-scoped resources; for namespaced
/// ones it means the object's own metadata.namespace in writes and all namespaces in lists.
class ApiServer {
 public:
  /// The loop and the store must outlive the server.
  ApiServer(sim::Loop& loop, store::Store& store, sim::Random random, Options options = {});
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;
  ~ApiServer();

  /// Makes what a fresh cluster has before any controller runs: the namespaces default,
  /// kube-system, kube-public and kube-node-lease, the `kubernetes` Service with its endpoints, and
  /// the ServiceCIDR of that name.
  void bootstrap();
  /// Reads the allocations back from the store's objects, after the store was restored.
  void reload();

  /// One round of bringing the node ports that are taken in line with the Services
  /// (core/apiserver/node_port_repair.h). Returns what is wrong with Services, for who tells them.
  std::vector<NodePortProblem> repair_node_ports();
  /// The server's process stops: watches end as at any other end of a stream, and requests are
  /// answered with 503 until `start_serving`. Components in the process come by the typed verbs,
  /// which do not ask: whoever stops the server stops them too.
  void stop_serving();
  void start_serving();
  bool is_serving() const;

  /// Answers one request; a failure is a Status object in the body.
  Response handle(const Request& request);

  /// Makes an object. Fails with AlreadyExists, Invalid, Forbidden, NotFound (its namespace), …
  api::Result<doc::Value> create(api::ResourceId resource, std::string_view ns, doc::Value object,
                                 const CreateOptions& options = {});
  api::Result<doc::Value> get(api::ResourceId resource, std::string_view ns,
                              std::string_view name) const;
  /// `get` of the `scale` subresource: an autoscaling/v1 Scale.
  api::Result<doc::Value> get_scale(api::ResourceId resource, std::string_view ns,
                                    std::string_view name) const;
  api::Result<ListResult> list(api::ResourceId resource, std::string_view ns,
                               const ListOptions& options = {}) const;
  /// Begins a watch. Its first events come when the loop runs.
  api::Result<std::shared_ptr<WatchStream>> watch(api::ResourceId resource, std::string_view ns,
                                                  const WatchOptions& options = {});
  /// Replaces an object, or one part of it. Its metadata.resourceVersion, if there is one, must be
  /// the present one: otherwise Conflict. Returns the object as it is now; unchanged, with its old
  /// resourceVersion, if nothing changed.
  api::Result<doc::Value> update(api::ResourceId resource, doc::Value object,
                                 const UpdateOptions& options = {});
  api::Result<doc::Value> update_status(api::ResourceId resource, doc::Value object) {
    UpdateOptions options;
    options.part = Part::status;
    return update(resource, std::move(object), options);
  }
  /// Changes an object, or one part of it, by a patch. Errors: 400 and 422 for a patch that does
  /// not fit, and those of `update`.
  api::Result<doc::Value> patch(api::ResourceId resource, std::string_view ns,
                                std::string_view name, const Patch& patch,
                                const PatchOptions& options = {});
  /// Begins or completes an object's deletion.
  api::Result<Deletion> remove(api::ResourceId resource, std::string_view ns, std::string_view name,
                               const DeleteOptions& options = {});
  /// Removes each object that the list selects. Returns them as they are after that.
  api::Result<ListResult> remove_collection(api::ResourceId resource, std::string_view ns,
                                            const DeleteOptions& options = {},
                                            const ListOptions& selection = {});
  /// Assigns a Pod to a node (`pods/<name>/binding`), which also sets its condition PodScheduled.
  /// Fails with Conflict if it has a node already or is being deleted.
  api::Result<void> bind(std::string_view ns, std::string_view pod, std::string_view node,
                         const Preconditions& preconditions = {}, const WriteOptions& = {});

  /// The resource of that id as its objects are stored: built in, or defined by a
  /// CustomResourceDefinition of this server.
  const api::Resource& resource(api::ResourceId id) const;
  /// The served resource of that plural name, or nullptr.
  const api::Resource* find_resource(std::string_view group, std::string_view version,
                                     std::string_view plural) const;
  /// The served resource whose objects have that apiVersion and kind, or nullptr.
  const api::Resource* find_kind(std::string_view api_version, std::string_view kind) const;
  /// All resources that are served, each once, those that are built in first.
  std::vector<const api::Resource*> resources() const;
  /// The same, but each in all versions in which it is served.
  std::vector<const api::Resource*> served_versions() const;

  /// Where `pods/<name>/log` reads; must outlive its use here. None at first: logs are then
  /// answered with 503.
  void set_pod_log_source(PodLogSource* source);
  /// What was set, or nullptr.
  PodLogSource* pod_log_source() const;

  /// Where exec, attach and portforward lead, likewise.
  void set_pod_streams(PodStreams* streams);
  PodStreams* pod_streams() const;
  /// How proxied requests are sent, likewise.
  void set_proxy_transport(ProxyTransport* transport);
  ProxyTransport* proxy_transport() const;
  /// Who answers at the kubelets' port, likewise.
  void set_node_server(NodeServer* server);
  NodeServer* node_server() const;
  /// What metrics.k8s.io tells, likewise.
  void set_metrics_source(MetricsSource* source);
  MetricsSource* metrics_source() const;

  sim::Loop& loop() const;
  /// The store behind, for informers and for reading at full speed. Writes go through the verbs.
  store::Store& store() const;
  const Options& options() const;
  /// What the server signs service accounts' tokens with.
  std::uint64_t token_key() const;

 private:
  std::unique_ptr<ServerState> state_;
};

}  // namespace rockpool::apiserver
