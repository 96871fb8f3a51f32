// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/net/dns/exchange.h"
#include "core/net/dns/message.h"
#include "core/net/dns/responder.h"
#include "tests/core/node/node_world.h"

namespace rockpool::node::coredns {

using namespace std::chrono_literals;
using net::dns::Message;
using net::dns::RecordType;
using net::dns::ResponseCode;

/// A name server outside, with the names that a test gives it.
class Upstream : public net::DatagramHandler {
 public:
  Upstream(net::Network& network, const std::string& own_address)
      : host_{network.add_external("upstream " + own_address,
                                   {*net::IpAddress::parse(own_address)})} {
    open();
  }
  void open() { socket_ = std::move(*host_->bind(53, static_cast<net::DatagramHandler&>(*this))); }
  void close() { socket_ = net::DatagramSocket{}; }
  void receive(net::DatagramSocket& socket, net::Datagram datagram) override {
    const auto query = net::dns::accept_query(datagram.payload);
    if (!query) return;
    const net::dns::Question& question = query->questions[0];
    // What it is asked whether it lives counts apart.
    ++(question.name == "." ? checks : queries);
    if (is_silent) return;
    Message reply = net::dns::make_reply(*query, code);
    reply.recursion_available = true;
    if (code == ResponseCode::no_error && question.type == RecordType::a) {
      net::dns::Record record;
      record.name = question.name;
      record.ttl = ttl;
      record.data = *net::IpAddress::parse(address);
      reply.answers.push_back(record);
    }
    if (code == ResponseCode::name_error) {
      net::dns::Record record;
      record.name = ".";
      record.type = RecordType::soa;
      record.ttl = ttl;
      record.data = net::dns::SoaData{.primary = "a.", .mailbox = "b.", .minimum = ttl};
      reply.authorities.push_back(record);
    }
    socket.send(datagram.from, net::dns::finish_reply(*query, reply, net::dns::Transport::udp));
  }

  int queries = 0;
  int checks = 0;
  bool is_silent = false;
  ResponseCode code = ResponseCode::no_error;
  std::uint32_t ttl = 60;
  std::string address = "198.51.100.7";

 private:
  net::Ref<net::Host> host_;
  net::DatagramSocket socket_;
};

/// A node with one CoreDNS Pod `p` and its Corefile, the Service `web` and the headless `db`.
struct CorednsWorld : NodeWorld {
  explicit CorednsWorld(const std::string& corefile, bool starts = true) {
    create("apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n");
    create(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: 10.96.7.7, ports: "
        "[{name: http, port: 80}]}\n");
    create(
        "apiVersion: v1\nkind: Service\nmetadata: {name: db}\n"
        "spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}\n");
    create(
        "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\naddressType: IPv4\n"
        "metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}\n"
        "ports: [{name: sql, port: 5432}]\n"
        "endpoints: [{addresses: [10.244.3.1], targetRef: {kind: Pod, name: db-0}},\n"
        "  {addresses: [10.244.3.2], hostname: second},\n"
        "  {addresses: [10.244.3.3]}]\n");
    set_corefile(corefile);
    create_pod("p",
               "  dnsPolicy: Default\n"
               "  containers: [{name: c, image: 'registry.k8s.io/coredns/coredns:v1.12.0', args: "
               "[-conf, /etc/coredns/Corefile], volumeMounts: [{name: v, mountPath: "
               "/etc/coredns}]}]\n"
               "  volumes: [{name: v, configMap: {name: coredns}}]\n");
    run(30s);
    if (starts && !container("p").is_ready()) throw std::runtime_error(log("p", "c"));
  }

  /// Makes the ConfigMap, or puts another text into it. Further files go beside the Corefile.
  void set_corefile(const std::string& corefile,
                    const std::vector<std::pair<std::string, std::string>>& files = {}) {
    doc::Value data;
    data.set("Corefile", doc::Value{corefile});
    for (const auto& [name, text] : files) data.set(doc::Key{name}, doc::Value{text});
    if (const doc::Value* known = store.find(api::ResourceId::configmaps, "default", "coredns")) {
      doc::Value changed = *known;
      changed.set("data", data);
      if (!api.update(api::ResourceId::configmaps, changed)) throw std::runtime_error("");
      return;
    }
    doc::Value map;
    map.set("apiVersion", doc::Value{"v1"});
    map.set("kind", doc::Value{"ConfigMap"});
    map.edit("metadata").set("name", doc::Value{"coredns"});
    map.set("data", data);
    if (!api.create(api::ResourceId::configmaps, "default", map)) throw std::runtime_error("");
  }

  /// The answer to a query from the node; the test fails if there is none.
  Message ask(const std::string& name, RecordType type = RecordType::a, std::uint16_t port = 53,
              net::dns::Transport transport = net::dns::Transport::udp) {
    std::optional<Message> answer;
    sim::Process process{loop, ask_into({*net::IpAddress::parse("10.244.1.2"), port}, transport,
                                        net::dns::encode_query(7, name, type), answer)};
    for (int waited = 0; process.is_running() && waited < 100; ++waited) run(100ms);
    return answer.value_or(Message{});
  }
  /// `NXDOMAIN`, or `NOERROR; record; record` with the records in order.
  std::string answers(const std::string& name, RecordType type = RecordType::a,
                      std::uint16_t port = 53) {
    const Message message = ask(name, type, port);
    if (!message.is_response) return "none";
    std::vector<std::string> lines;
    for (const net::dns::Record& record : message.answers) lines.push_back(to_string(record));
    std::ranges::sort(lines);
    std::string text = net::dns::response_code_name(message.code);
    for (const std::string& line : lines) text += "; " + line;
    return text;
  }
  std::string log_text() { return log("p", "c"); }
  bool has_logged(std::string_view text) { return log_text().find(text) != std::string::npos; }

 private:
  sim::Task<void> ask_into(net::SocketAddress server, net::dns::Transport transport,
                           std::string query, std::optional<Message>& answer) {
    net::Ref<net::Host> host{&machine->host()};
    auto asking = net::dns::exchange(host, server, transport, query, 8s);
    const auto received = co_await asking;
    if (!received) co_return;
    if (const auto message = net::dns::decode(*received)) answer = *message;
  }
};

}  // namespace rockpool::node::coredns
