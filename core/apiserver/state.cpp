// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/state.h"

#include <chrono>
#include <utility>

#include "core/api/object.h"

namespace rockpool::apiserver {
ServerState::ServerState(sim::Loop& the_loop, store::Store& the_store, const sim::Random& random,
                         Options the_options)
    : loop{the_loop},
      store{the_store},
      options{std::move(the_options)},
      uids{random.stream("uids")},
      names{random.stream("names")},
      cluster_ips{options.service_cidr, random, the_store},
      node_ports{options.node_port_first, options.node_port_last, random.stream("node-ports")},
      event_expiry{the_loop, the_store},
      token_key{random.stream("tokens").next()},
      token_volume{make_token_volume()},
      token_path{make_token_path()},
      default_tolerations{make_default_tolerations(options.default_toleration_seconds)} {}

const api::Resource& ServerState::resource(api::ResourceId id) const {
  return id < api::ResourceId::builtin_count ? api::resource(id) : definitions.stored(id);
}

void ServerState::note_written(const api::Resource& resource, const doc::Value& object) {
  if (resource.id == api::ResourceId::events) event_expiry.note_written(object);
  if (resource.id == api::ResourceId::customresourcedefinitions) definitions.set(object);
  if (resource.id == api::ResourceId::servicecidrs) cluster_ips.reload();
}

void ServerState::note_removed(const api::Resource& resource, const doc::Value& object) {
  if (resource.id == api::ResourceId::customresourcedefinitions) {
    definitions.remove(name_of(object));
  }
  if (resource.id == api::ResourceId::servicecidrs) cluster_ips.reload();
}

const doc::Value& ServerState::now_text() {
  const sim::Time now = loop.now();
  const std::int64_t second =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second != now_text_second_) {
    now_text_second_ = second;
    now_text_ = api::time_value(now);
  }
  return now_text_;
}

}  // namespace rockpool::apiserver
