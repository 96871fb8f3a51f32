// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/api/views/endpoints.h"
#include "core/client/informer.h"
#include "core/doc/value.h"
#include "core/net/address.h"
#include "core/net/dns/zone_options.h"

namespace rockpool::net::dns {

/// What a cluster's zone knows of the cluster (CoreDNS plugin/kubernetes/controller.go and
/// object/): the namespaces, Services and endpoints that exist for it by its options, by name and
/// by address. A change costs time proportional to what it changes.
class ZoneIndex {
 public:
  /// A Service and its EndpointSlices, in order of their names.
  struct Service {
    /// Null while only its slices exist.
    doc::Value object;
    std::map<std::string, doc::Value> slices;

    bool has_ready_endpoint() const;
  };

  /// The options must outlive the index.
  explicit ZoneIndex(const ZoneOptions& options) : options_{options} {}
  ZoneIndex(const ZoneIndex&) = delete;
  ZoneIndex& operator=(const ZoneIndex&) = delete;

  /// Follows what it needs of these informers, which must outlive their use here.
  void follow(client::Informers& informers);
  /// An object has changed: `before` is null for a new one, `after` for one that is gone. Pods
  /// count only for PodMode::verified.
  void on_namespace(const doc::Value* before, const doc::Value* after);
  void on_service(const doc::Value* before, const doc::Value* after);
  void on_endpoint_slice(const doc::Value* before, const doc::Value* after);
  void on_pod(const doc::Value* before, const doc::Value* after);

  /// Grows with every change, so that equal numbers mean equal answers.
  std::uint32_t serial() const { return serial_; }
  /// Whether names in that namespace are answered for.
  bool is_exposed(std::string_view namespace_) const;
  /// The first of the options' zones that is no reverse one.
  const std::string& cluster_domain() const;
  /// The label under which an endpoint's address stands below its Service's name.
  std::string endpoint_label(const api::Endpoint& endpoint, const IpAddress& address) const;
  /// By `name.namespace`; nullptr if there is no such Service. Valid until the next change, as all
  /// that follow.
  const Service* find_service(const std::string& place) const;
  /// The `name.namespace` of the Service with that cluster IP, or nullptr.
  const std::string* service_at(const IpAddress& address) const;
  /// The names of the ready endpoints with that address, as often as slices have them; nullptr if
  /// there are none.
  const std::multiset<std::string>* endpoints_at(const IpAddress& address) const;
  /// Whether a Pod of that namespace has the address.
  bool has_pod(const IpAddress& address, std::string_view namespace_) const;

 private:
  Service& ensure(std::string_view namespace_, std::string_view name);
  void forget_if_empty(std::string_view namespace_, std::string_view name);
  void index_reverse(const doc::Value* before, const doc::Value* after);

  const ZoneOptions& options_;
  std::uint32_t serial_ = 1;
  // Those that exist and whose labels are wanted.
  std::set<std::string, std::less<>> namespaces_;
  // By `name.namespace`, as queries have them.
  std::unordered_map<std::string, Service> services_;
  std::unordered_map<IpAddress, std::string, AddressHash> services_by_ip_;
  std::unordered_map<IpAddress, std::multiset<std::string>, AddressHash> endpoints_by_ip_;
  // The namespaces of the Pods with that address.
  std::unordered_map<IpAddress, std::multiset<std::string, std::less<>>, AddressHash> pods_by_ip_;
  std::vector<client::Subscription> subscriptions_;
};

}  // namespace rockpool::net::dns
