// SPDX-License-Identifier: Apache-2.0
#include "core/node/process_user.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/node/pod_worker.h"

namespace rockpool::node {
namespace {

using namespace doc::literals;
using doc::Value;

// The container's own word counts before the Pod's.
const Value& effective(const api::Pod& pod, const api::Container& container,
                       doc::KnownKeyIndex field) {
  const Value& own = container.value()["securityContext"_key][field];
  return own.is_null() ? pod.spec().value()["securityContext"_key][field] : own;
}

void add_group(std::int64_t group, std::vector<std::int64_t>& groups) {
  if (std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
}

}  // namespace

ProcessUser user_of(const api::Pod& pod, const api::Container& container,
                    const ImageConfig& image) {
  ProcessUser user{.id = image.user.id, .group = image.user.group, .name = image.user.name};
  const Value& id = effective(pod, container, "runAsUser"_key);
  if (id.is_integer() && id.as_int() != user.id) {
    // Its group would be in /etc/passwd, which knows it as little as its name.
    user = {.id = id.as_int(), .group = 0, .name = {}};
  }
  const Value& group = effective(pod, container, "runAsGroup"_key);
  if (group.is_integer()) user.group = group.as_int();
  const Value& context = pod.spec().value()["securityContext"_key];
  if (context["fsGroup"_key].is_integer()) {
    add_group(context["fsGroup"_key].as_int(), user.groups);
  }
  add_group(user.group, user.groups);
  for (const Value& more : context["supplementalGroups"_key].items()) {
    add_group(more.as_int(), user.groups);
  }
  std::ranges::sort(user.groups);
  return user;
}

std::optional<std::string> refuse_root(const api::Pod& pod, const api::Container& container,
                                       const Image& image, const ImageConfig& config) {
  if (!effective(pod, container, "runAsNonRoot"_key).as_bool()) return std::nullopt;
  const std::string where =
      fmt::format("(pod: \"{}\", container: {})", format_pod(pod.value()), container.name());
  const Value& id = effective(pod, container, "runAsUser"_key);
  if (id.is_integer()) {
    if (id.as_int() != 0) return std::nullopt;
    return fmt::format("container's runAsUser breaks non-root policy {}", where);
  }
  if (image.stands_for_unknown()) return std::nullopt;
  if (!config.user.name.empty()) {
    return fmt::format(
        "container has runAsNonRoot and image has non-numeric user ({}), cannot verify user is "
        "non-root {}",
        config.user.name, where);
  }
  if (config.user.id != 0) return std::nullopt;
  return fmt::format("container has runAsNonRoot and image will run as root {}", where);
}

RootAccess root_access_of(const api::Container& container, const ProcessUser& user) {
  const Value& context = container.value()["securityContext"_key];
  if (context["readOnlyRootFilesystem"_key].as_bool()) return RootAccess::none;
  return user.id == 0 ? RootAccess::all : RootAccess::temporary;
}

}  // namespace rockpool::node
