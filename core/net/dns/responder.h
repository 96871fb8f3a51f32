// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/net/dns/message.h"

// What every DNS server does with messages before and after it finds an answer: which it takes
// (miekg/dns acceptfunc.go), and how the answer is made to fit its transport (CoreDNS
// request/request.go).
namespace rockpool::net::dns {

/// Reads a message as a server does. The error is what has to be sent back instead of an answer,
/// empty if the message deserves none: too short for a header, or itself an answer. Refused with
/// FORMERR: what cannot be read or has not exactly one question; with NOTIMP: operations other than
/// queries and notices; with BADVERS: other versions of EDNS than 0.
std::expected<Message, std::string> accept_query(std::string_view bytes);

/// An empty answer to a query.
Message make_reply(const Message& query, ResponseCode code = ResponseCode::no_error);

/// The bytes of an answer: with the OPT record that one in the query asks for, and cut to what the
/// client can take.
std::string finish_reply(const Message& query, Message reply, Transport transport);

/// The DO bit of a query's OPT record (RFC 3225).
bool wants_dnssec(const Message& query);

}  // namespace rockpool::net::dns
