// SPDX-License-Identifier: Apache-2.0
//
// Whether the client's name servers can be asked, and what they know of.
#include <fmt/format.h>
#include "core/net/dns/message.h"

#include "core/api/object.h"
#include "core/cluster/why/inquiry.h"
#include "core/net/dns/resolver.h"

namespace rockpool::cluster {
namespace {

const doc::Value* find_dns_service(client::Informers& informers, const net::IpAddress& server) {
  const std::string text = server.to_string();
  for (const auto& [key, object] : informers.of(api::ResourceId::services).objects()) {
    for (const doc::Value& address : api::Service{object}.cluster_ips().items()) {
      if (address.as_string() == text) return &object;
    }
  }
  return nullptr;
}

}  // namespace

// glibc asks the first name server, and the next one if that does not answer. `is_of_cluster` tells
// whether the one that answers knows the Services.
bool Inquiry::ask_dns(bool& is_of_cluster) {
  std::optional<Explanation> first_failure;
  const Explanation before = explanation_;
  for (const net::IpAddress& server : resolver().nameservers) {
    if (ask_name_server(server)) {
      is_of_cluster = find_dns_service(sources_.informers, server) != nullptr;
      return true;
    }
    if (!first_failure) first_failure = explanation_;
    explanation_ = before;
  }
  explanation_ = *std::move(first_failure);
  return false;
}

bool Inquiry::ask_name_server(const net::IpAddress& server) {
  WhyTarget question;
  question.url.host = server.to_string();
  question.url.port = net::dns::kDnsPort;
  question.protocol = net::Protocol::udp;
  Inquiry way{sources_, client_, question};
  way.is_for_names_ = true;
  Explanation found = way.run();
  if (found.cause == Cause::none) return true;
  const bool is_on_the_way = found.cause == Cause::policy_drops ||
                             found.cause == Cause::network_is_cut ||
                             found.cause == Cause::proxy_lags;
  const doc::Value* const service = find_dns_service(sources_.informers, server);
  note(service != nullptr
           ? fmt::format("{} is looked up at the DNS Service {}, {}.", host_,
                         api::key_of(*service).to_string(), server.to_string())
           : fmt::format("{} is looked up at the name server {}.", host_, server.to_string()));
  if (service == nullptr && found.cause == Cause::no_such_address) {
    return blame(Cause::dns_is_down,
                 fmt::format("Nobody can say what {} is: the client asks the name server {}, and "
                             "nobody has that address.",
                             host_, server.to_string()),
                 "The cluster's DNS is the Service kube-dns in kube-system: is it there, and is "
                 "this its address?");
  }
  return blame(is_on_the_way ? found.cause : Cause::dns_is_down,
               fmt::format("Nobody can say what {} is. {}", host_, found.summary),
               std::move(found.advice));
}

}  // namespace rockpool::cluster
