// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/choose_container.h"

#include <fmt/format.h>

#include <vector>

#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

std::vector<std::string> container_names(const doc::Value& pod, doc::KnownKeyIndex list) {
  std::vector<std::string> names;
  for (const doc::Value& container : pod["spec"_key][list].items()) {
    names.push_back(container["name"_key].to_string());
  }
  return names;
}

std::string join(const std::vector<std::string>& names) {
  return fmt::format("[{}]", fmt::join(names, " "));
}

}  // namespace

api::Result<std::string> choose_container(const doc::Value& pod, std::string_view asked) {
  const std::vector<std::string> main = container_names(pod, "containers"_key);
  const std::vector<std::string> init = container_names(pod, "initContainers"_key);
  const std::vector<std::string> ephemeral = container_names(pod, "ephemeralContainers"_key);
  if (!asked.empty()) {
    for (const auto* names : {&main, &init, &ephemeral}) {
      for (const std::string& name : *names) {
        if (name == asked) return name;
      }
    }
    return std::unexpected{
        api::bad_request(fmt::format("container {} is not valid for pod {}", asked, name_of(pod)))};
  }
  if (main.size() == 1) return main.front();
  std::string message = fmt::format(
      "a container name must be specified for pod {}, choose one of: {}", name_of(pod), join(main));
  if (!init.empty()) message += fmt::format(" or one of the init containers: {}", join(init));
  if (!ephemeral.empty()) {
    message += fmt::format(" or one of the ephemeral containers: {}", join(ephemeral));
  }
  return std::unexpected{api::bad_request(message)};
}

}  // namespace rockpool::apiserver
