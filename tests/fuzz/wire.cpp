// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/http.h"
#include "core/net/dns/message.h"
#include "core/net/dns/zone.h"
#include "core/net/http.h"
#include "core/net/http_wire.h"
#include "tests/core/net/dns/zone_server.h"
#include "tests/fuzz/targets.h"

namespace rockpool::fuzz {

std::string check_dns_message(std::string_view bytes) {
  const net::dns::ClusterZone zone;
  const std::string answer = net::testing::respond(zone, bytes, net::dns::Transport::udp);
  if (!answer.empty() && !net::dns::decode(answer)) return "its answer cannot be read";
  const std::string query = net::dns::encode_query(0x1234, "a.", net::dns::RecordType::a);
  static_cast<void>(net::dns::decode_addresses(query, bytes));
  const auto message = net::dns::decode(bytes);
  if (!message) return message.error().empty() ? "an error without words" : "";
  for (const net::dns::Record& record : message->answers) {
    if (net::dns::to_string(record).empty()) return "a record without a text";
  }
  const std::string written = net::dns::encode(*message);
  const auto again = net::dns::decode(written);
  if (!again) return "cannot be read again: " + again.error();
  if (!again->truncated && !(*again == *message)) return "is another message when read again";
  if (net::dns::encode(*message, net::dns::kMaxPlainUdpSize).size() > net::dns::kMaxPlainUdpSize &&
      !message->edns_size()) {
    return "is longer than it may be";
  }
  return "";
}

std::string check_url(std::string_view bytes) {
  const apiserver::Request request = apiserver::make_request("GET", bytes);
  if (request.path.size() > bytes.size()) return "the path is longer than the text";
  net::HttpRequestReader reader;
  reader.put("GET ");
  reader.put(bytes);
  reader.put(" HTTP/1.1\r\nHost: a\r\n\r\n");
  for (auto read = reader.next(); read && *read;) read = reader.next();
  const auto url = net::Url::parse(bytes);
  if (!url) return url.error().empty() ? "an error without words" : "";
  if (url->target.empty() || url->host.empty()) return "a URL without host or target";
  const auto again = net::Url::parse(url->to_string());
  if (!again) return "cannot be read again: " + again.error();
  if (again->to_string() != url->to_string() || again->host != url->host ||
      again->port != url->port || again->target != url->target) {
    return "is another URL when read again";
  }
  return "";
}

}  // namespace rockpool::fuzz
