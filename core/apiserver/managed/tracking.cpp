// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/managed/tracking.h"

#include "core/apiserver/managed/managers.h"

namespace rockpool::apiserver::managed {
namespace {

std::string_view subresource_of(Part part) {
  switch (part) {
    case Part::status:
      return "status";
    case Part::scale:
      return "scale";
    case Part::finalize:
      return "finalize";
    case Part::approval:
      return "approval";
    case Part::ephemeral_containers:
      return "ephemeralcontainers";
    case Part::main:
      break;
  }
  return "";
}

Comparison strip(Comparison change, api::ResourceId resource) {
  // What an update changed of another part was the server's doing.
  change.added = strip(std::move(change.added), resource, Part::scale);
  change.modified = strip(std::move(change.modified), resource, Part::scale);
  change.removed = strip(std::move(change.removed), resource, Part::scale);
  return change;
}

void track(ServerState& state, const api::Resource& resource, const doc::Value& before,
           doc::Value& after, Part part, const WriteOptions& options) {
  Managers managers{metadata_of(after)["managedFields"_key]};
  const Writer writer{options.field_manager, Operation::update, std::string{resource.api_version},
                      std::string{subresource_of(part)}};
  managers.update(writer, strip(compare(Shape::of(resource), before, after), resource.id),
                  state.now_text());
  managers.write_to(after);
}

}  // namespace

void track_create(ServerState& state, const api::Resource& resource, doc::Value& object,
                  const WriteOptions& options) {
  if (options.field_manager.empty()) return;
  track(state, resource, {}, object, Part::main, options);
}

void track_update(ServerState& state, const api::Resource& resource, const doc::Value& before,
                  doc::Value& after, Part part, const WriteOptions& options) {
  if (options.field_manager.empty()) return;
  if (metadata_of(after)["managedFields"_key].size() == 0) return;
  track(state, resource, before, after, part, options);
}

}  // namespace rockpool::apiserver::managed
