// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/api/selector.h"
#include "core/api/views/endpoints.h"
#include "core/client/informer.h"
#include "core/doc/value.h"
#include "core/net/address.h"
#include "core/net/dns/message.h"

namespace rockpool::net::dns {

/// Which names of Pods exist: `10-244-1-7.default.pod.cluster.local.`
enum class PodMode : std::uint8_t {
  /// None.
  disabled,
  /// Whatever looks like an address, in any namespace that exists.
  insecure,
  /// Those of Pods that run in that namespace.
  verified,
};

/// What the Corefile says in its `kubernetes` stanza.
struct ZoneOptions {
  /// The zones that are answered for, in lower case with a final dot. The first that is no reverse
  /// one is the cluster domain.
  std::vector<std::string> zones = {"cluster.local.", "in-addr.arpa.", "ip6.arpa."};
  /// The TTL of records, in seconds; kubeadm's Corefile says 30.
  std::uint32_t ttl = 30;
  PodMode pods = PodMode::insecure;
  /// Endpoints without a host name are named after their Pods instead of their addresses.
  bool endpoint_pod_names = false;
  /// False: no endpoint is known (`noendpoints`).
  bool has_endpoints = true;
  /// A Service without a ready endpoint does not exist (`ignore empty_service`).
  bool ignores_empty_services = false;
  /// If not empty, only these namespaces exist.
  std::set<std::string, std::less<>> namespaces = {};
  /// Only Services with these labels exist, and only namespaces with those.
  std::optional<api::LabelSelector> labels = {};
  std::optional<api::LabelSelector> namespace_labels = {};
  /// Those of the machine that serves the zone. The Services that have an endpoint there are the
  /// zone's name servers.
  std::vector<IpAddress> own_addresses = {};
};

/// What a zone has for one question.
struct ZoneAnswer {
  /// False: there is no such name.
  bool exists = false;
  std::vector<Record> answers;
  std::vector<Record> additionals;
  /// Where the aliases in `answers` lead if that is outside the zone: whoever asks has to find its
  /// records elsewhere. Empty if there is no such alias.
  std::string unresolved;
  /// True if the records come in an order of their own, so that every answer to the same question
  /// is the same while the zone is.
  bool is_fixed() const { return answers.size() + additionals.size() < 2; }
};

/// What CoreDNS's `kubernetes` plug-in knows and answers (DNS specification 1.1.0;
/// plugin/kubernetes/kubernetes.go and parse.go, plugin/backend_lookup.go).
///
/// - A and AAAA: cluster IPs; ready endpoints of headless Services, together and each by its host
/// name or
///   its dashed address; `1-2-3-4.namespace.pod`.
/// - SRV: each port of a Service, all or by `_port._protocol`, with the targets' addresses.
/// - CNAME for ExternalName Services, followed if the target is known.
/// - TXT for `dns-version`, SOA and NS at the apex, PTR for cluster IPs and endpoints.
///
/// Every look-up takes time proportional to the answer.
class ClusterZone {
 public:
  explicit ClusterZone(ZoneOptions options = {});
  ClusterZone(const ClusterZone&) = delete;
  ClusterZone& operator=(const ClusterZone&) = delete;

  /// Follows what it needs of these informers, which must outlive their use here.
  void follow(client::Informers& informers);
  /// An object has changed: `before` is null for a new one, `after` for one that is gone. Pods
  /// count only for PodMode::verified.
  void on_namespace(const doc::Value* before, const doc::Value* after);
  void on_service(const doc::Value* before, const doc::Value* after);
  void on_endpoint_slice(const doc::Value* before, const doc::Value* after);
  void on_pod(const doc::Value* before, const doc::Value* after);

  /// The longest of its zones that a name is in, which is in lower case; empty if there is none.
  std::string_view zone_of(std::string_view name) const;
  /// What it has for a question about a name in that zone of its own.
  ZoneAnswer look_up(const Question& question, std::string_view zone) const;
  /// The record that goes with negative answers.
  Record soa(std::string_view zone) const;
  const ZoneOptions& options() const { return options_; }
  /// Grows with every change, so that equal numbers mean equal answers.
  std::uint32_t serial() const { return serial_; }

 private:
  struct ServiceEntry {
    // Null while the Service does not exist.
    doc::Value service;
    std::map<std::string, doc::Value> slices;
  };
  // What stands for the cluster-domain part of a name; CoreDNS's recordRequest.
  struct Request {
    std::string_view port;
    std::string_view protocol;
    std::string_view endpoint;
    std::string_view service;
    std::string_view namespace_;
    std::string_view kind;
  };
  // One address or alias found for a request; CoreDNS's msg.Service.
  struct Found {
    // The name of the record that holds the address.
    std::string name;
    IpAddress address;
    // Set for aliases instead of an address.
    std::string alias;
    // -1 for an endpoint without ports.
    std::int64_t port = -1;
  };
  struct Finding {
    bool exists = false;
    std::vector<Found> found;
  };

  // A question on its way through aliases.
  struct Lookup {
    const Question& question;
    std::string_view zone;
    ZoneAnswer& answer;
  };

  static bool parse_request(std::string_view base, Request& request);
  bool is_exposed(std::string_view namespace_) const;
  const std::string& cluster_domain() const;
  std::string endpoint_label(const api::Endpoint& endpoint, const IpAddress& address) const;
  Finding find(std::string_view name, std::string_view zone) const;
  Finding find_name_servers(std::string_view zone) const;
  Finding find_pod(const Request& request, std::string_view name) const;
  Finding find_service(const Request& request, std::string_view zone) const;
  void find_endpoints(const Request& request, const ServiceEntry& entry, std::string_view zone,
                      Finding& finding) const;
  static bool has_ready_endpoint(const ServiceEntry& entry);
  bool answer_about_zone(const Lookup& lookup, const std::string& name) const;
  void answer_reverse(const Lookup& lookup, const IpAddress& address) const;
  void add_addresses(const Lookup& lookup, const Finding& finding, int depth) const;
  void add_services(const Lookup& lookup, const Finding& finding) const;
  Record make_record(std::string name, RecordType type) const;
  ServiceEntry& ensure(std::string_view namespace_, std::string_view name);
  void forget_if_empty(std::string_view namespace_, std::string_view name);
  void index_reverse(const doc::Value* before, const doc::Value* after);

  ZoneOptions options_;
  std::uint32_t serial_ = 1;
  // Those that exist and whose labels are wanted.
  std::set<std::string, std::less<>> namespaces_;
  // By `name.namespace`, as queries have them.
  std::unordered_map<std::string, ServiceEntry> services_;
  // The `name.namespace` of the Service with that cluster IP.
  std::unordered_map<IpAddress, std::string, AddressHash> services_by_ip_;
  // The names of the ready endpoints with that address, as often as slices have them.
  std::unordered_map<IpAddress, std::multiset<std::string>, AddressHash> endpoints_by_ip_;
  // The namespaces of the Pods with that address.
  std::unordered_map<IpAddress, std::multiset<std::string, std::less<>>, AddressHash> pods_by_ip_;
  std::vector<client::Subscription> subscriptions_;
};

}  // namespace rockpool::net::dns
