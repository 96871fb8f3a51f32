// SPDX-License-Identifier: Apache-2.0
#include "tests/core/controllers/world.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/controllers/node_taints.h"
#include "core/doc/merge_patch.h"
#include "core/doc/yaml.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr auto kPods = api::ResourceId::pods;

doc::Value parse(std::string_view yaml) {
  auto documents = doc::parse_yaml(yaml);
  REQUIRE(documents);
  REQUIRE(documents->size() == 1);
  return documents->front().value;
}

std::string_view default_namespace(api::ResourceId resource) {
  return api::resource(resource).namespaced ? "default" : "";
}

}  // namespace

World::World(std::initializer_list<std::string_view> controllers, const Options& options) {
  api.bootstrap();
  const Context context{loop, api, informers, sim::Random{2}, options};
  for (const std::string_view name : controllers) {
    const auto all = all_controllers();
    const auto found = std::ranges::find(all, name, &Registration::name);
    REQUIRE(found != all.end());
    controllers_.push_back(found->make(context));
    REQUIRE(controllers_.back()->name() == name);
    controllers_.back()->start();
  }
  loop.run_for({});
}

World::~World() {
  for (const auto& controller : controllers_) controller->stop();
}

Controller& World::controller(std::string_view name) {
  const auto found = std::ranges::find_if(
      controllers_, [&](const auto& controller) { return controller->name() == name; });
  REQUIRE(found != controllers_.end());
  return **found;
}

void World::create(std::string_view yaml) {
  auto documents = doc::parse_yaml(yaml);
  REQUIRE(documents);
  for (const doc::YamlDocument& document : *documents) {
    const api::Resource* resource =
        api::find_kind(api::api_version(document.value), api::kind(document.value));
    REQUIRE(resource != nullptr);
    create(resource->id, document.value);
  }
}

doc::Value World::create(api::ResourceId resource, const doc::Value& object) {
  const std::string_view ns = api::namespace_of(object);
  apiserver::CreateOptions options;
  options.field_validation = apiserver::FieldValidation::strict;
  const auto created =
      api.create(resource, ns.empty() ? default_namespace(resource) : ns, object, options);
  if (!created) FAIL(created.error().message);
  return *created;
}

void World::run(sim::Duration span) {
  loop.run_for(span);
}

doc::Value World::get(api::ResourceId resource, std::string_view name) const {
  return get(resource, default_namespace(resource), name);
}

doc::Value World::get(api::ResourceId resource, std::string_view ns, std::string_view name) const {
  return api.get(resource, ns, name).value_or(doc::Value{});
}

std::vector<doc::Value> World::list(api::ResourceId resource,
                                    std::string_view label_selector) const {
  apiserver::ListOptions options;
  options.label_selector = label_selector;
  const auto found = api.list(resource, default_namespace(resource), options);
  REQUIRE(found);
  return found->items;
}

void World::patch(api::ResourceId resource, std::string_view name, std::string_view yaml) {
  apiserver::PatchOptions options;
  options.field_validation = apiserver::FieldValidation::strict;
  const auto patched =
      api.patch(resource, default_namespace(resource), name,
                {.type = apiserver::PatchType::merge, .body = parse(yaml)}, options);
  if (!patched) FAIL(patched.error().message);
}

void World::patch_status(api::ResourceId resource, std::string_view name, std::string_view yaml) {
  apiserver::PatchOptions options;
  options.part = apiserver::Part::status;
  const auto patched =
      api.patch(resource, default_namespace(resource), name,
                {.type = apiserver::PatchType::merge, .body = parse(yaml)}, options);
  if (!patched) FAIL(patched.error().message);
}

void World::remove(api::ResourceId resource, std::string_view name,
                   const apiserver::DeleteOptions& options) {
  const auto removed = api.remove(resource, default_namespace(resource), name, options);
  if (!removed) FAIL(removed.error().message);
}

void World::remove_now(api::ResourceId resource, std::string_view name) {
  remove_now(resource, default_namespace(resource), name);
}

void World::remove_now(api::ResourceId resource, std::string_view ns, std::string_view name) {
  apiserver::DeleteOptions now;
  now.grace_period_seconds = 0;
  const auto removed = api.remove(resource, ns, name, now);
  if (!removed) FAIL(removed.error().message);
}

std::vector<std::string> World::events(std::string_view reason) const {
  std::vector<std::tuple<std::int64_t, std::string>> found;
  const auto all = api.list(api::ResourceId::events, {});
  REQUIRE(all);
  for (const doc::Value& event : all->items) {
    if (event["reason"_key].as_string() != reason) continue;
    found.emplace_back(api::resource_version(event), event["message"_key].to_string());
  }
  std::ranges::sort(found);
  std::vector<std::string> messages;
  for (auto& [version, message] : found) messages.push_back(std::move(message));
  return messages;
}

void World::add_node(std::string_view name, std::string_view yaml_patch) {
  doc::Value node = parse(fmt::format(R"(
apiVersion: v1
kind: Node
metadata:
  name: {0}
  labels: {{kubernetes.io/hostname: {0}}}
status:
  allocatable: {{cpu: "8", memory: 16Gi, pods: "110"}}
  capacity: {{cpu: "8", memory: 16Gi, pods: "110"}}
  conditions:
  - {{type: Ready, status: "True", reason: KubeletReady, message: kubelet is posting ready status,
      lastHeartbeatTime: "2025-01-01T00:00:00Z", lastTransitionTime: "2025-01-01T00:00:00Z"}}
)",
                                      name));
  if (!yaml_patch.empty()) node = doc::apply_merge_patch(node, parse(yaml_patch));
  const doc::Value status = node["status"_key];
  // New nodes are kept free of Pods until somebody finds them ready.
  const doc::Value created =
      with_taints(create(api::ResourceId::nodes, node), {}, {{kNotReadyTaint, "NoSchedule"}}, {});
  auto updated = api.update(api::ResourceId::nodes, created);
  REQUIRE(updated);
  updated->set("status"_key, status);
  REQUIRE(api.update_status(api::ResourceId::nodes, *updated));
}

void World::run_pods(std::string_view node) {
  node_ = node;
  pods_ = informers.of(kPods).subscribe([this](const doc::Value*, const doc::Value* after) {
    if (after == nullptr) return;
    loop.post([this, key = api::key_of(*after)] { tend(key); });
  });
}

void World::tend(const api::ObjectKey& key) {
  auto found = api.get(kPods, key.namespace_, key.name);
  if (!found) return;
  const api::Pod pod{*found};
  if (pod.is_being_deleted()) {
    apiserver::DeleteOptions now;
    now.grace_period_seconds = 0;
    if (pods_end_) (void)api.remove(kPods, key.namespace_, key.name, now);
    return;
  }
  if (!pod.is_scheduled()) {
    (void)api.bind(key.namespace_, key.name, node_);
    return;
  }
  if (pod.phase() != "Pending") return;
  doc::Value changed = *found;
  const std::string ip = fmt::format("10.244.{}.{}", next_ip_ / 250, next_ip_ % 250 + 1);
  ++next_ip_;
  doc::Value& status = changed.edit("status"_key);
  status.set("phase"_key, "Running");
  status.set("podIP"_key, ip);
  status.set("podIPs"_key, doc::Value::array({doc::Value::object({{"ip"_key, ip}})}));
  status.set("startTime"_key, api::time_value(loop.now()));
  api::set_condition(changed, {.type = "Ready", .status = pods_become_ready_ ? "True" : "False"},
                     loop.now());
  (void)api.update_status(kPods, std::move(changed));
}

std::string deployment_yaml(int replicas, std::string_view more_spec) {
  std::string yaml = fmt::format(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - {{name: web, image: "nginx:1.27", ports: [{{name: http, containerPort: 80}}]}}
)",
                                 replicas);
  if (!more_spec.empty()) yaml += fmt::format("  {}\n", more_spec);
  return yaml;
}

}  // namespace rockpool::controllers
