// SPDX-License-Identifier: Apache-2.0
#include "core/node/port_forwarder.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rockpool::node {
namespace {

using Kind = apiserver::SessionInput::Kind;

net::SocketAddress loopback(std::uint16_t port) {
  return {net::IpAddress::v4(127, 0, 0, 1), port};
}

}  // namespace

PortForwarder::PortForwarder(net::Ref<net::Host> pod, std::string pod_id,
                             std::shared_ptr<apiserver::Session> session)
    : pod_{std::move(pod)}, pod_id_{std::move(pod_id)}, session_{std::move(session)} {
  session_->on_input([this](const apiserver::SessionInput& input) { take_input(input); });
}

PortForwarder::~PortForwarder() {
  session_->on_input(nullptr);
  connections_.clear();
  session_->finish();
}

PortForwarder::Connection* PortForwarder::find(std::uint32_t channel) {
  const auto found = std::ranges::find(connections_, channel,
                                       [](const auto& connection) { return connection->channel; });
  return found == connections_.end() ? nullptr : found->get();
}

void PortForwarder::take_input(const apiserver::SessionInput& input) {
  if (input.kind == Kind::open) return open(input);
  if (input.kind == Kind::close) {
    for (const auto& connection : connections_) {
      connection->input.end();
      if (connection->is_raw) connection->socket.close();
    }
    return;
  }
  Connection* connection = find(input.channel);
  if (connection == nullptr || connection->is_over) return;
  if (input.kind == Kind::end) {
    connection->input.end();
    if (connection->is_raw) connection->socket.close();
  } else if (connection->is_raw) {
    connection->socket.send(input.data);
  } else {
    connection->input.put(input.data);
  }
}

void PortForwarder::open(const apiserver::SessionInput& input) {
  std::erase_if(connections_, [](const auto& connection) {
    return connection->is_over && !connection->process.is_running();
  });
  if (find(input.channel) != nullptr) return;
  auto connection = std::make_unique<Connection>();
  connection->channel = input.channel;
  if (input.port < 1 || input.port > 65535 || connections_.size() >= kMaxConnections) {
    session_->push(input.channel + 1,
                   fmt::format("error forwarding port {}: {}", input.port,
                               connections_.size() >= kMaxConnections ? "too many connections"
                                                                      : "invalid port"));
    session_->push_end(input.channel + 1);
    return session_->push_end(input.channel);
  }
  connection->port = static_cast<std::uint16_t>(input.port);
  connection->process = sim::Process{pod_->loop(), run(*connection)};
  connections_.push_back(std::move(connection));
}

sim::Task<void> PortForwarder::run(Connection& connection) {
  sim::Task<void> task =
      pod_->serves_http(connection.port) ? run_http(connection) : run_raw(connection);
  co_await task;
  connection.is_over = true;
  session_->push_end(connection.channel + 1);
  session_->push_end(connection.channel);
}

sim::Task<bool> PortForwarder::answer(Connection& connection, net::HttpClient& client,
                                      net::HttpRequestReader& reader) {
  for (;;) {
    std::expected<std::optional<net::HttpRequest>, std::string> request = reader.next();
    if (!request) {
      const net::HttpResponse refusal = net::HttpResponse::plain(400, request.error() + "\n");
      session_->push(connection.channel, net::write_http_response(refusal, "GET", false));
      co_return false;
    }
    if (!*request) co_return true;
    const std::string method = (*request)->method;
    net::Url url;
    url.host = "127.0.0.1";
    url.port = connection.port;
    sim::Task<net::FetchResult> fetch = client.fetch(std::move(url), std::move(**request));
    const net::FetchResult result = co_await fetch;
    if (!result.ok()) co_return false;
    const bool keeps_alive = !reader.wants_close();
    session_->push(connection.channel,
                   net::write_http_response(*result.outcome, method, keeps_alive));
    if (!keeps_alive) co_return false;
  }
}

sim::Task<void> PortForwarder::run_http(Connection& connection) {
  net::HttpClient client{pod_, {.keep_alive = true}};
  net::HttpRequestReader reader;
  for (;;) {
    sim::Task<std::string> reading = connection.input.read_some();
    const std::string bytes = co_await reading;
    if (bytes.empty()) co_return;
    reader.put(bytes);
    sim::Task<bool> answering = answer(connection, client, reader);
    const bool goes_on = co_await answering;
    if (!goes_on) co_return;
  }
}

sim::Task<void> PortForwarder::run_raw(Connection& connection) {
  sim::Task<std::expected<net::Socket, net::Failure>> connect =
      pod_->connect(loopback(connection.port));
  std::expected<net::Socket, net::Failure> socket = co_await connect;
  if (!socket) {
    fail(connection, net::go_message(socket.error()));
    co_return;
  }
  connection.socket = std::move(*socket);
  connection.is_raw = true;
  for (;;) {
    sim::Task<std::expected<std::string, net::Failure>> receive = connection.socket.receive();
    const std::expected<std::string, net::Failure> data = co_await receive;
    if (!data || data->empty()) co_return;
    session_->push(connection.channel, *data);
  }
}

void PortForwarder::fail(const Connection& connection, const std::string& why) {
  const std::string space = "/var/run/netns/cni-" + pod_id_;
  session_->push(
      connection.channel + 1,
      fmt::format("error forwarding port {0} to pod {1}, uid : failed to execute portforward in "
                  "network namespace \"{2}\": failed to connect to localhost:{0} inside namespace "
                  "\"{2}\", IPv4: {3} IPv6 dial tcp6: address localhost: no suitable address "
                  "found ",
                  connection.port, pod_id_, space, why));
}

}  // namespace rockpool::node
