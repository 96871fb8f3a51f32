// SPDX-License-Identifier: Apache-2.0
#include "core/net/socket.h"

#include "core/net/connection.h"
#include "core/net/datagram_port.h"

namespace rockpool::net {

HttpExchange::HttpExchange(Ref<Connection> connection) : connection_{std::move(connection)} {}

HttpExchange::~HttpExchange() {
  close();
}

const HttpRequest& HttpExchange::request() const {
  return connection_->request();
}

SocketAddress HttpExchange::peer() const {
  return connection_->server_peer();
}

SocketAddress HttpExchange::local() const {
  return connection_->server_local();
}

bool HttpExchange::is_secure() const {
  return connection_->is_secure();
}

bool HttpExchange::is_open() const {
  return connection_ && connection_->is_server_open();
}

void HttpExchange::respond(HttpResponse response) {
  if (connection_) connection_->respond(std::move(response));
  connection_.reset();
}

void HttpExchange::close() {
  if (connection_ && connection_->is_active()) connection_->close_server();
  connection_.reset();
}

void HttpExchange::reset() {
  if (connection_ && connection_->is_active()) connection_->reset_server();
  connection_.reset();
}

Socket::Socket(Ref<Connection> connection, bool is_server)
    : connection_{std::move(connection)}, is_server_{is_server} {}

bool Socket::is_open() const {
  return connection_ && connection_->is_open(is_server_);
}

SocketAddress Socket::local() const {
  if (!connection_) return {};
  return is_server_ ? connection_->server_local() : connection_->client_address();
}

SocketAddress Socket::peer() const {
  if (!connection_) return {};
  return is_server_ ? connection_->server_peer() : connection_->destination();
}

void Socket::send(std::string data) {
  if (connection_) connection_->send(is_server_, std::move(data));
}

sim::Task<std::expected<std::string, Failure>> Socket::receive(
    std::optional<sim::Duration> timeout) {
  return connection_->receive(is_server_, timeout);
}

void Socket::close() {
  if (connection_) connection_->close(is_server_);
  connection_.reset();
}

void Socket::reset() {
  if (connection_) connection_->reset(is_server_);
  connection_.reset();
}

Listener::Listener(Ref<ListeningPort> port) : port_{std::move(port)} {}

Listener::~Listener() {
  if (port_) port_->abort();
}

void Listener::measure(sim::RecentSum& work, std::int64_t amount) {
  if (port_) port_->measure(work, amount);
}

bool Listener::is_listening() const {
  return port_ && port_->is_open();
}

std::uint16_t Listener::port() const {
  return port_ ? port_->number() : std::uint16_t{0};
}

int Listener::open_connections() const {
  return port_ ? port_->open_connections() : 0;
}

int Listener::active_connections() const {
  return port_ ? port_->active_connections() : 0;
}

void Listener::drain() {
  if (port_) port_->drain();
}

void Listener::stop_listening() {
  if (port_) port_->close();
}

DatagramSocket::DatagramSocket(Ref<DatagramPort> port, Ownership ownership)
    : port_{std::move(port)}, ownership_{ownership} {}

DatagramSocket::~DatagramSocket() {
  if (port_ && ownership_ == Ownership::owner) port_->close();
}

bool DatagramSocket::is_open() const {
  return port_ && port_->is_open();
}

SocketAddress DatagramSocket::local() const {
  return port_ ? port_->local() : SocketAddress{};
}

void DatagramSocket::send(SocketAddress to, std::string payload) {
  if (port_) port_->send({}, to, std::move(payload));
}

void DatagramSocket::send_from(IpAddress from, SocketAddress to, std::string payload) {
  if (port_) port_->send(from, to, std::move(payload));
}

sim::Task<std::expected<Datagram, Failure>> DatagramSocket::receive(
    std::optional<sim::Duration> timeout) {
  return port_->receive(timeout);
}

void DatagramSocket::set_trace(Ref<Trace> trace) {
  if (port_) port_->set_trace(std::move(trace));
}

}  // namespace rockpool::net
