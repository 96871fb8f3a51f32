// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/apiserver.h"

#include <utility>

#include "core/apiserver/service_allocation.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {

ApiServer::ApiServer(sim::Loop& loop, store::Store& store, sim::Random random, Options options)
    : state_{std::make_unique<ServerState>(loop, store, random, std::move(options))} {}

ApiServer::~ApiServer() = default;

void ApiServer::reload() {
  state_->cluster_ips.clear();
  state_->node_ports.clear();
  ServiceAllocation allocation{state_->cluster_ips, state_->node_ports};
  state_->store.visit(api::ResourceId::services, {}, [&](const doc::Value& service) {
    allocation.adopt(service);
    return true;
  });
  state_->event_expiry.reload();
}

void ApiServer::set_pod_log_source(PodLogSource* source) {
  state_->pod_log_source = source;
}
PodLogSource* ApiServer::pod_log_source() const {
  return state_->pod_log_source;
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
