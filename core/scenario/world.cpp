// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/api/object.h"
#include "core/api/selector.h"
#include "core/doc/json.h"

namespace rockpool::scenario {

using namespace doc::literals;

std::string ObjectPlace::to_string() const {
  if (resource == nullptr) return name;
  const std::string_view shown = name.empty() ? "*" : std::string_view{name};
  return resource->namespaced ? fmt::format("{} {}/{}", resource->kind, namespace_, shown)
                              : fmt::format("{} {}", resource->kind, shown);
}

std::string ObjectPlace::path(bool with_name) const {
  std::string result = resource->group.empty()
                           ? fmt::format("/api/{}", resource->version)
                           : fmt::format("/apis/{}/{}", resource->group, resource->version);
  if (resource->namespaced && namespace_ != "*") result += "/namespaces/" + namespace_;
  result += fmt::format("/{}", resource->plural);
  if (with_name) result += "/" + name;
  return result;
}

World::World(Cluster& cluster, const TestFile& test)
    : cluster_{cluster}, timeline_{cluster}, namespace_{test.namespace_} {
  doc::Value metadata = namespace_.empty() ? doc::Value::map({{"generateName", "chainsaw-"}})
                                           : doc::Value::map({{"name", namespace_}});
  const doc::Value object = doc::Value::map(
      {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", std::move(metadata)}});
  const auto answer =
      cluster_.request(apiserver::make_request("POST", "/api/v1/namespaces", doc::to_json(object)));
  // A namespace that is there already is as good.
  if (!namespace_.empty() || answer.status != 201) return;
  namespace_ =
      doc::parse_json(answer.body).value_or(doc::Value{})["metadata"_key]["name"_key].to_string();
}

ObjectPlace World::place_of(const doc::Value& object) {
  Target target;
  target.api_version = api::api_version(object);
  target.kind = api::kind(object);
  target.namespace_ = api::namespace_of(object);
  target.name = api::name(object);
  return place_of(target);
}

ObjectPlace World::place_of(const Target& target) {
  ObjectPlace place{api::find_kind(target.api_version, target.kind), {}, target.name};
  if (place.resource == nullptr) {
    place.resource = find_custom_kind(target.api_version, target.kind);
  }
  if (place.resource == nullptr || !place.resource->namespaced) return place;
  place.namespace_ = target.namespace_.empty() ? namespace_ : target.namespace_;
  return place;
}

doc::Value World::read(apiserver::Request request) {
  const apiserver::Response response = cluster_.request(std::move(request));
  if (response.status != 200) return {};
  return doc::parse_json(response.body).value_or(doc::Value{});
}

const api::Resource* World::find_custom_kind(const std::string& api_version,
                                             const std::string& kind) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string::npos || kind.empty()) return nullptr;
  const doc::Value found = read(apiserver::make_request("GET", "/apis/" + api_version));
  for (const doc::Value& each : found["resources"_key].items()) {
    const std::string_view plural = each["name"_key].as_string();
    if (each["kind"_key].as_string() != kind || plural.find('/') != std::string_view::npos) {
      continue;
    }
    CustomKind& custom = custom_kinds_[{api_version, kind}];
    custom.api_version = api_version;
    custom.kind = kind;
    custom.plural = plural;
    const std::string_view version = custom.api_version;
    custom.row = {.id = api::ResourceId::builtin_count,
                  .group = version.substr(0, slash),
                  .version = version.substr(slash + 1),
                  .api_version = version,
                  .kind = custom.kind,
                  .list_kind = {},
                  .plural = custom.plural,
                  .singular = {},
                  .short_names = {},
                  .categories = {},
                  .namespaced = each["namespaced"_key].as_bool(),
                  .subresources = {},
                  .type = nullptr};
    return &custom.row;
  }
  return nullptr;
}

std::vector<doc::Value> World::find_custom(const ObjectPlace& place, const std::string& selector) {
  apiserver::Request request = apiserver::make_request("GET", place.path(!place.name.empty()));
  if (!place.name.empty()) {
    const doc::Value object = read(std::move(request));
    return object.is_null() ? std::vector<doc::Value>{} : std::vector{object};
  }
  if (!selector.empty()) request.query.emplace_back("labelSelector", selector);
  const doc::Value list = read(std::move(request));
  return {list["items"_key].items().begin(), list["items"_key].items().end()};
}

doc::Value World::in_namespace(const doc::Value& object) {
  const ObjectPlace place = place_of(object);
  if (place.namespace_.empty() || !api::namespace_of(object).empty()) return object;
  doc::Value result = object;
  result.edit("metadata"_key).set("namespace"_key, place.namespace_);
  return result;
}

std::vector<doc::Value> World::find(const ObjectPlace& place, const std::string& selector) {
  if (place.resource == nullptr) return {};
  if (place.resource->id == api::ResourceId::builtin_count) return find_custom(place, selector);
  const client::Informer& informer = cluster_.informers().of(place.resource->id);
  if (!place.name.empty()) {
    const doc::Value* object = informer.find({place.namespace_, place.name});
    return object != nullptr ? std::vector{*object} : std::vector<doc::Value>{};
  }
  const auto labels = api::LabelSelector::parse(selector);
  if (!labels) return {};
  const bool everywhere = place.namespace_ == "*";
  const auto& objects = informer.objects();
  auto entry = everywhere ? objects.begin() : objects.lower_bound({place.namespace_, {}});
  std::vector<doc::Value> found;
  for (; entry != objects.end() && (everywhere || entry->first.namespace_ == place.namespace_);
       ++entry) {
    if (labels->matches(api::labels(entry->second))) found.push_back(entry->second);
  }
  return found;
}

std::vector<std::string> World::find_pods(const std::string& namespace_of_pods,
                                          const std::string& selector) {
  const Target target{.api_version = "v1",
                      .kind = "Pod",
                      .namespace_ = namespace_of_pods,
                      .name = {},
                      .selector = {}};
  std::vector<std::string> names;
  for (const doc::Value& pod : find(place_of(target), selector))
    names.push_back(api::key_of(pod).to_string());
  return names;
}

std::expected<std::string, std::string> World::find_client(const Client& client) {
  if (!client.selector.empty()) {
    const std::vector<std::string> pods = find_pods(client.namespace_, client.selector);
    if (pods.empty())
      return std::unexpected{fmt::format("no Pod is selected by \"{}\"", client.selector)};
    return "pod/" + pods.front();
  }
  const bool is_short =
      client.address.starts_with("pod/") && client.address.find('/', 4) == std::string::npos;
  return is_short ? fmt::format("pod/{}/{}", namespace_, client.address.substr(4)) : client.address;
}

std::expected<void, std::string> World::send(const apiserver::Request& request) {
  const apiserver::Response response = cluster_.request(request);
  if (response.status < 400) return {};
  const auto status = doc::parse_json(response.body);
  return std::unexpected{status ? (*status)["message"_key].to_string(response.body)
                                : response.body};
}

bool World::wait_until(sim::Duration timeout, const std::function<bool()>& done) {
  const sim::Time deadline = timeline_.now() + timeout;
  // What has been done at this moment must have reached the caches.
  timeline_.run_until(timeline_.now());
  while (!done()) {
    if (timeline_.now() >= deadline || timeline_.is_exhausted()) return false;
    timeline_.run_until(std::min(deadline, timeline_.now() + kPollInterval));
  }
  return true;
}

}  // namespace rockpool::scenario
