// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/dns/message.h"
#include "core/net/dns/zone_index.h"
#include "core/net/dns/zone_options.h"

namespace rockpool::net::dns {

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
///   name or its dashed address; `1-2-3-4.namespace.pod`.
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

  /// What it knows of the cluster, to be told of changes.
  ZoneIndex& index() { return index_; }
  /// The longest of its zones that a name is in, which is in lower case; empty if there is none.
  std::string_view zone_of(std::string_view name) const;
  /// What it has for a question about a name in that zone of its own.
  ZoneAnswer look_up(const Question& question, std::string_view zone) const;
  /// The record that goes with negative answers.
  Record soa(std::string_view zone) const;
  const ZoneOptions& options() const { return options_; }
  /// Grows with every change, so that equal numbers mean equal answers.
  std::uint32_t serial() const { return index_.serial(); }

 private:
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
  Finding find(std::string_view name, std::string_view zone) const;
  Finding find_name_servers(std::string_view zone) const;
  Finding find_pod(const Request& request, std::string_view name) const;
  Finding find_service(const Request& request, std::string_view zone) const;
  void find_endpoints(const Request& request, const ZoneIndex::Service& service,
                      std::string_view zone, Finding& finding) const;
  bool answer_about_zone(const Lookup& lookup, const std::string& name) const;
  void answer_reverse(const Lookup& lookup, const IpAddress& address) const;
  void add_addresses(const Lookup& lookup, const Finding& finding, int depth) const;
  void add_services(const Lookup& lookup, const Finding& finding) const;
  Record make_record(std::string name, RecordType type) const;

  ZoneOptions options_;
  ZoneIndex index_;
};

}  // namespace rockpool::net::dns
