// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/name_asker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/net/dns/name.h"
#include "core/net/failure.h"
#include "web/app/format.h"

namespace rockpool::app {
namespace {

using net::dns::RecordType;
using net::dns::ResponseCode;

struct TypedQuestion {
  std::string_view name;
  std::optional<RecordType> type;
};

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
    if (text.empty()) return words;
    words.push_back(text.substr(0, text.find_first_of(kSpace)));
    text.remove_prefix(words.back().size());
  }
}

std::expected<TypedQuestion, std::string> read_question(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  if (words.empty()) return std::unexpected{"There is no name to ask for."};
  if (words.size() > 2)
    return std::unexpected{"A question is a name and, if it is not for addresses, a type."};
  TypedQuestion question{.name = words[0], .type = std::nullopt};
  if (words.size() == 2) {
    question.type = net::dns::parse_record_type(words[1]);
    if (!question.type) return std::unexpected{fmt::format("{} is no type of record.", words[1])};
  }
  return question;
}

std::string failure_words(const net::Failure& failure) {
  std::string words{net::failure_kind_name(failure.kind)};
  std::ranges::replace(words, '_', ' ');
  return words;
}

// What came back, or in words why nothing did.
std::expected<net::dns::Message, std::string> read_reply(const DnsResult& result) {
  if (!result) return std::unexpected{failure_words(result.error())};
  return net::dns::decode(*result);
}

}  // namespace

std::expected<void, std::string> NameAsker::ask(Cluster& cluster, std::string client,
                                                const net::dns::ResolverConfig& config,
                                                RecordType usual, std::string_view question) {
  const auto typed = read_question(question);
  if (!typed) return std::unexpected{typed.error()};
  std::vector<std::string> names = net::dns::search_names(config, typed->name);
  std::erase_if(names, [](const std::string& name) { return !net::dns::is_valid_name(name); });
  if (names.empty()) return std::unexpected{fmt::format("{} is no name.", typed->name)};
  const std::uint16_t last_id = id_;
  clear();
  id_ = last_id;
  answer_.client = std::move(client);
  answer_.asked = question;
  names_ = std::move(names);
  type_ = typed->type.value_or(usual);
  auto sent = send(cluster, DnsTransport::udp);
  if (!sent) clear();
  return sent;
}

std::expected<void, std::string> NameAsker::send(Cluster& cluster, DnsTransport transport) {
  auto reply = std::make_shared<Reply>();
  const auto started = cluster.start_dns_query(answer_.client, transport,
                                               net::dns::encode_query(++id_, names_[next_], type_),
                                               [reply, &cluster](const DnsResult& result) {
                                                 reply->result = result;
                                                 reply->at = cluster.now();
                                               });
  if (!started) return std::unexpected{started.error().message};
  transport_ = transport;
  sent_ = cluster.now();
  reply_ = std::move(reply);
  answer_.waiting = true;
  return {};
}

void NameAsker::advance(Cluster& cluster) {
  while (reply_ != nullptr && reply_->result) {
    const std::shared_ptr<Reply> reply = std::exchange(reply_, nullptr);
    answer_.waiting = false;
    const Message message = read_reply(*reply->result);
    DnsTransport transport = DnsTransport::udp;
    if (message && message->truncated && transport_ == DnsTransport::udp) {
      // The rest does not fit into a datagram.
      transport = DnsTransport::tcp;
    } else if (take(message, reply->at - sent_) || ++next_ == names_.size()) {
      return;
    }
    if (const auto sent = send(cluster, transport); !sent) answer_.text += sent.error() + "\n";
  }
}

bool NameAsker::take(const Message& message, sim::Duration took) {
  const std::string asked =
      fmt::format(";{} IN {}\n;; ", names_[next_], net::dns::record_type_name(type_));
  if (!message) {
    answer_.text += asked + message.error() + "\n";
    return true;
  }
  const bool no_record = message->code == ResponseCode::no_error && message->answers.empty();
  answer_.text += fmt::format("{}{}{}, {}\n", asked, net::dns::response_code_name(message->code),
                              no_record ? ", no such record" : "",
                              latency_text(std::chrono::duration<double>(took).count()));
  for (const net::dns::Record& record : message->answers) answer_.text += to_string(record) + "\n";
  return !message->answers.empty();
}

}  // namespace rockpool::app
