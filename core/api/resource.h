// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/api/status.h"

namespace rockpool::api {

class TypeTable;

/// A resource by a small index, for arrays with one entry per resource. The built-in ones come
/// first; resources that CustomResourceDefinitions add get the indexes from `builtin_count` on, so
/// no code may take this list for complete.
enum class ResourceId : std::uint16_t {
  namespaces,
  nodes,
  pods,
  services,
  endpoints,
  endpointslices,
  replicasets,
  deployments,
  configmaps,
  secrets,
  serviceaccounts,
  events,
  leases,
  persistentvolumes,
  persistentvolumeclaims,
  replicationcontrollers,
  resourcequotas,
  limitranges,
  podtemplates,
  statefulsets,
  daemonsets,
  controllerrevisions,
  jobs,
  cronjobs,
  horizontalpodautoscalers,
  poddisruptionbudgets,
  ingresses,
  ingressclasses,
  networkpolicies,
  ipaddresses,
  servicecidrs,
  storageclasses,
  csidrivers,
  csinodes,
  volumeattachments,
  csistoragecapacities,
  priorityclasses,
  runtimeclasses,
  roles,
  clusterroles,
  rolebindings,
  clusterrolebindings,
  certificatesigningrequests,
  validatingwebhookconfigurations,
  mutatingwebhookconfigurations,
  validatingadmissionpolicies,
  validatingadmissionpolicybindings,
  customresourcedefinitions,
  builtin_count,
};

/// The index as a number.
constexpr std::size_t index_of(ResourceId id) {
  return static_cast<std::size_t>(id);
}

/// What a resource offers beside the object itself.
enum class Subresource : std::uint16_t {
  status = 1 << 0,
  scale = 1 << 1,
  binding = 1 << 2,
  log = 1 << 3,
  exec = 1 << 4,
  attach = 1 << 5,
  portforward = 1 << 6,
  proxy = 1 << 7,
  eviction = 1 << 8,
  ephemeralcontainers = 1 << 9,
  resize = 1 << 10,
  finalize = 1 << 11,
  token = 1 << 12,
  approval = 1 << 13,
};

/// A set of subresources.
class SubresourceSet {
 public:
  constexpr SubresourceSet() = default;
  constexpr SubresourceSet(std::initializer_list<Subresource> members) {
    for (const Subresource member : members) bits_ |= static_cast<std::uint16_t>(member);
  }
  /// True if the resource offers this one.
  constexpr bool contains(Subresource member) const {
    return (bits_ & static_cast<std::uint16_t>(member)) != 0;
  }
  bool operator==(const SubresourceSet&) const = default;

 private:
  std::uint16_t bits_ = 0;
};

/// The name of a subresource in a path: "status".
std::string_view subresource_name(Subresource subresource);

/// What the API knows about one resource: the row of discovery. The built-in rows are constants;
/// whoever adds others keeps them and their strings alive.
struct Resource {
  ResourceId id;
  /// "" for the core group.
  std::string_view group;
  std::string_view version;
  /// What objects say: "apps/v1", "v1".
  std::string_view api_version;
  std::string_view kind;
  std::string_view list_kind;
  std::string_view plural;
  std::string_view singular;
  std::span<const std::string_view> short_names;
  std::span<const std::string_view> categories;
  bool namespaced;
  SubresourceSet subresources;
  /// The fields of its objects; nullptr for resources without a table.
  const TypeTable* type;
  /// The version's entry in its CustomResourceDefinition; nullptr for what is built in.
  const doc::Value* definition = nullptr;

  GroupResource group_resource() const { return {group, plural}; }
  GroupKind group_kind() const { return {group, kind}; }
};

/// The built-in resource of that id (less than `builtin_count`).
const Resource& resource(ResourceId id);
/// All built-in resources in the order of their ids.
std::span<const Resource> all_resources();
/// The built-in resource of that plural name, or nullptr.
const Resource* find_resource(std::string_view group, std::string_view version,
                              std::string_view plural);
/// The built-in resource whose objects have that apiVersion and kind, or nullptr.
const Resource* find_kind(std::string_view api_version, std::string_view kind);

}  // namespace rockpool::api
