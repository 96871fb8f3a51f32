// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/client/informer.h"
#include "core/doc/value.h"
#include "core/net/address.h"
#include "core/net/dns/message.h"
#include "core/sim/random.h"

namespace rockpool::net::dns {

/// What the Corefile would say.
struct ZoneOptions {
  /// The cluster domain.
  std::string zone = "cluster.local.";
  /// The TTL of records, in seconds; kubeadm's Corefile says 30.
  std::uint32_t ttl = 30;
};

/// What a CoreDNS with kubeadm's Corefile answers: the `kubernetes` plug-in for the cluster domain,
/// with `pods insecure`, `loadbalance` for the order of addresses, and a list of names for the
/// world outside in place of `forward` (DNS specification 1.1.0; plugin/kubernetes/kubernetes.go
/// and parse.go).
///
/// - A and AAAA: cluster IPs; ready endpoints of headless Services, together and each by its host
/// name or
///   its dashed address; `1-2-3-4.namespace.pod`.
/// - SRV: each port of a Service, all or by `_port._protocol`, with the targets' addresses.
/// - CNAME for ExternalName Services, followed if the target is known.
/// - TXT for `dns-version`, SOA and NS at the apex, PTR for cluster IPs and endpoints.
///
/// Every look-up takes time proportional to the answer. One zone may serve any number of server
/// Pods.
class ClusterZone {
 public:
  explicit ClusterZone(sim::Random random, ZoneOptions options = {});
  ClusterZone(const ClusterZone&) = delete;
  ClusterZone& operator=(const ClusterZone&) = delete;

  /// Follows the Services and EndpointSlices of these informers, which must outlive their use here.
  void follow(client::Informer& services, client::Informer& slices);
  /// A Service or an EndpointSlice has changed: `before` is null for a new one, `after` for one
  /// that is gone.
  void on_service(const doc::Value* before, const doc::Value* after);
  void on_endpoint_slice(const doc::Value* before, const doc::Value* after);

  /// Gives a name outside the cluster domain its addresses; none takes it away. Names without any
  /// do not exist.
  void set_external_name(std::string_view name, std::vector<IpAddress> addresses);

  /// The answer to a query with one question.
  Message answer(const Message& query);
  /// The answer to whatever came in, as bytes; empty if it deserves none: too short for a header,
  /// or itself an answer.
  std::string respond(std::string_view bytes, Transport transport);

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

  static bool parse_request(std::string_view base, Request& request);
  Finding find(std::string_view name) const;
  Finding find_pod(const Request& request, std::string_view name) const;
  Finding find_service(const Request& request) const;
  void find_endpoints(const Request& request, const ServiceEntry& entry, Finding& finding) const;
  bool answer_about_zone(const Question& question, const std::string& name, Message& response);
  void answer_zone(const Question& question, const std::string& name, Message& response);
  void answer_reverse(const Question& question, const std::string& name, Message& response);
  void answer_external(const Question& question, const std::string& name, Message& response);
  void add_addresses(const Question& question, const Finding& finding, Message& response,
                     int depth);
  void add_services(const Question& question, const Finding& finding, Message& response) const;
  void shuffle_addresses(std::vector<Record>& records);
  Record make_record(std::string name, RecordType type) const;
  Record soa() const;
  ServiceEntry& ensure(std::string_view namespace_, std::string_view name);
  void forget_if_empty(std::string_view namespace_, std::string_view name);
  void index_reverse(const doc::Value* before, const doc::Value* after);

  std::string compute_response(std::string_view bytes, Transport transport, bool& is_fixed);

  sim::Random random_;
  ZoneOptions options_;
  std::uint32_t serial_ = 1;
  // Responses to UDP queries, both without their ids, while nothing changes. Only those in which
  // nothing is drawn at random.
  struct BytesHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  static constexpr std::size_t kMaxRemembered = 4096;
  std::unordered_map<std::string, std::string, BytesHash, std::equal_to<>> remembered_;
  std::uint32_t remembered_serial_ = 0;
  // By `name.namespace`, as queries have them.
  std::unordered_map<std::string, ServiceEntry> services_;
  // The `name.namespace` of the Service with that cluster IP.
  std::unordered_map<IpAddress, std::string, AddressHash> services_by_ip_;
  // The names of the ready endpoints with that address, as often as slices have them.
  std::unordered_map<IpAddress, std::multiset<std::string>, AddressHash> endpoints_by_ip_;
  std::map<std::string, std::vector<IpAddress>, std::less<>> external_names_;
  client::Subscription service_subscription_;
  client::Subscription slice_subscription_;
};

}  // namespace rockpool::net::dns
