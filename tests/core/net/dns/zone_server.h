// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/net/dns/name.h"
#include "core/net/dns/responder.h"
#include "core/net/dns/zone.h"

namespace rockpool::net::testing {

/// What a name server answers that has a zone and nothing else.
inline dns::Message answer(const dns::ClusterZone& zone, const dns::Message& query) {
  const dns::Question& question = query.questions[0];
  const std::string_view own = zone.zone_of(dns::lower_name(question.name));
  dns::Message reply = dns::make_reply(query);
  if (own.empty()) {
    reply.code = dns::ResponseCode::name_error;
    return reply;
  }
  dns::ZoneAnswer found = zone.look_up(question, own);
  reply.authoritative = true;
  if (!found.exists) reply.code = dns::ResponseCode::name_error;
  if (found.answers.empty()) reply.authorities.push_back(zone.soa(own));
  reply.answers = std::move(found.answers);
  reply.additionals = std::move(found.additionals);
  return reply;
}

/// The same, on the wire.
inline std::string respond(const dns::ClusterZone& zone, std::string_view bytes,
                           dns::Transport transport) {
  auto query = dns::accept_query(bytes);
  if (!query) return std::move(query.error());
  return dns::finish_reply(*query, answer(zone, *query), transport);
}

/// The namespace "default" for a zone to know.
inline void add_default_namespace(dns::ClusterZone& zone) {
  doc::Value object;
  object.edit("metadata").set("name", doc::Value{"default"});
  zone.index().on_namespace(nullptr, &object);
}

}  // namespace rockpool::net::testing
