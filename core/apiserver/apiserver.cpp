// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/apiserver.h"

#include <utility>

#include "core/api/other_versions.h"
#include "core/apiserver/node_port_repair.h"
#include "core/apiserver/service_allocation.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {

ApiServer::ApiServer(sim::Loop& loop, store::Store& store, sim::Random random, Options options)
    : state_{std::make_unique<ServerState>(loop, store, random, std::move(options))} {}

ApiServer::~ApiServer() = default;

void ApiServer::reload() {
  state_->cluster_ips.reload();
  state_->node_ports.clear();
  ServiceAllocation allocation{*state_};
  state_->store.visit(api::ResourceId::services, {}, [&](const doc::Value& service) {
    allocation.adopt(service);
    return true;
  });
  state_->store.visit(api::ResourceId::customresourcedefinitions, {},
                      [&](const doc::Value& definition) {
                        state_->definitions.set(definition);
                        return true;
                      });
  state_->event_expiry.reload();
}

std::vector<NodePortProblem> ApiServer::repair_node_ports() {
  std::vector<doc::Value> services;
  state_->store.visit(api::ResourceId::services, {}, [&](const doc::Value& service) {
    services.push_back(service);
    return true;
  });
  return state_->node_port_repair.run(state_->node_ports, services);
}

const api::Resource& ApiServer::resource(api::ResourceId id) const {
  return state_->resource(id);
}

const api::Resource* ApiServer::find_resource(std::string_view group, std::string_view version,
                                              std::string_view plural) const {
  const api::Resource* found = api::find_resource(group, version, plural);
  return found != nullptr ? found : state_->definitions.find(group, version, plural);
}

const api::Resource* ApiServer::find_kind(std::string_view api_version,
                                          std::string_view kind) const {
  const api::Resource* found = api::find_kind(api_version, kind);
  return found != nullptr ? found : state_->definitions.find_kind(api_version, kind);
}

std::vector<const api::Resource*> ApiServer::resources() const {
  std::vector<const api::Resource*> all;
  for (const api::Resource& resource : api::all_resources()) all.push_back(&resource);
  for (const api::Resource* resource : state_->definitions.resources()) all.push_back(resource);
  return all;
}

std::vector<const api::Resource*> ApiServer::served_versions() const {
  std::vector<const api::Resource*> all;
  for (const api::Resource& resource : api::all_resources()) all.push_back(&resource);
  for (const api::OtherVersion& other : api::other_versions()) all.push_back(&other.resource);
  for (const api::Resource* each : state_->definitions.served_versions()) all.push_back(each);
  return all;
}

void ApiServer::stop_serving() {
  state_->is_serving = false;
  for (const std::weak_ptr<WatchStream>& watch : std::exchange(state_->watches, {})) {
    if (const auto stream = watch.lock()) stream->finish();
  }
}

void ApiServer::start_serving() {
  state_->is_serving = true;
}

bool ApiServer::is_serving() const {
  return state_->is_serving;
}

void ServerState::add_watch(const std::shared_ptr<WatchStream>& stream) {
  if (watches.size() >= next_watch_sweep_) {
    std::erase_if(watches, [](const std::weak_ptr<WatchStream>& watch) {
      const auto present = watch.lock();
      return !present || present->is_closed();
    });
    next_watch_sweep_ = watches.size() * 2 + 64;
  }
  watches.push_back(stream);
}

void ApiServer::set_pod_log_source(PodLogSource* source) {
  state_->pod_log_source = source;
}
PodLogSource* ApiServer::pod_log_source() const {
  return state_->pod_log_source;
}
void ApiServer::set_pod_streams(PodStreams* streams) {
  state_->pod_streams = streams;
}
PodStreams* ApiServer::pod_streams() const {
  return state_->pod_streams;
}
void ApiServer::set_proxy_transport(ProxyTransport* transport) {
  state_->proxy_transport = transport;
}
ProxyTransport* ApiServer::proxy_transport() const {
  return state_->proxy_transport;
}
void ApiServer::set_node_server(NodeServer* server) {
  state_->node_server = server;
}
NodeServer* ApiServer::node_server() const {
  return state_->node_server;
}
void ApiServer::set_metrics_source(MetricsSource* source) {
  state_->metrics_source = source;
}
MetricsSource* ApiServer::metrics_source() const {
  return state_->metrics_source;
}
sim::Loop& ApiServer::loop() const {
  return state_->loop;
}
store::Store& ApiServer::store() const {
  return state_->store;
}
const Options& ApiServer::options() const {
  return state_->options;
}
std::uint64_t ApiServer::token_key() const {
  return state_->token_key;
}

}  // namespace rockpool::apiserver
