// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/operations.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/object.h"
#include "core/api/selector.h"
#include "core/cluster/fault.h"
#include "core/doc/json.h"
#include "core/scenario/json_path.h"

namespace rockpool::scenario {
namespace {

using namespace doc::literals;

// What an answer of the API says went wrong, or nothing.
std::string problem_of(const apiserver::Response& response) {
  if (response.status < 400) return {};
  const auto status = doc::parse_json(response.body);
  return status ? (*status)["message"_key].to_string(response.body) : response.body;
}

std::string describe(const api::Resource* resource, const std::string& namespace_, const std::string& name) {
  const std::string_view kind = resource != nullptr ? resource->kind : "?";
  const bool namespaced = resource != nullptr && resource->namespaced;
  if (name.empty()) return std::string{kind};
  return namespaced ? fmt::format("{} {}/{}", kind, namespace_, name) : fmt::format("{} {}", kind, name);
}

std::string_view verb_name(OperationKind kind) {
  switch (kind) {
    case OperationKind::apply: return "apply";
    case OperationKind::create: return "create";
    case OperationKind::update: return "update";
    case OperationKind::patch: return "patch";
    case OperationKind::assertion: return "assert";
    case OperationKind::error: return "error";
    case OperationKind::deletion: return "delete";
    case OperationKind::wait: return "wait";
    case OperationKind::sleep: return "advance";
    case OperationKind::fault: return "fault";
    case OperationKind::traffic: return "traffic";
  }
  return "";
}

}  // namespace

World::World(Cluster& cluster, const TestFile& test)
    : cluster_{cluster}, namespace_{test.namespace_}, timeouts_{test.timeouts} {
  doc::Value metadata = namespace_.empty() ? doc::Value::map({{"generateName", "chainsaw-"}})
                                           : doc::Value::map({{"name", namespace_}});
  const doc::Value object = doc::Value::map(
      {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", std::move(metadata)}});
  const auto answer = cluster_.request(
      apiserver::make_request("POST", "/api/v1/namespaces", doc::to_json(object)));
  // A namespace that is there already is as good.
  if (!namespace_.empty() || answer.status != 201) return;
  namespace_ = doc::parse_json(answer.body).value_or(doc::Value{})["metadata"_key]["name"_key].to_string();
}

std::string World::title(const Operation& operation) const {
  if (!operation.description.empty()) return operation.description;
  const std::string_view verb = verb_name(operation.kind);
  if (operation.kind == OperationKind::sleep) return fmt::format("{} {}", verb, sim::format_duration(operation.duration));
  if (operation.kind == OperationKind::fault) return fmt::format("{} {}", verb, doc::to_json(operation.fault));
  if (operation.kind == OperationKind::traffic) {
    const TrafficSpec& traffic = operation.traffic;
    return fmt::format("{} {} → {} {}/s for {}", verb,
                       traffic.from.empty() ? traffic.from_selector : traffic.from, traffic.url, traffic.rate,
                       sim::format_duration(traffic.duration));
  }
  std::string names;
  const auto add = [&](const Address& address) {
    names += (names.empty() ? "" : ", ") + describe(address.resource, address.namespace_, address.name);
  };
  for (const doc::Value& object : operation.objects) add(address_of(object));
  if (operation.objects.empty()) add(address_of(operation.target));
  return fmt::format("{} {}", verb, names);
}

void World::perform(const Operation& operation, OperationResult& result) {
  switch (operation.kind) {
    case OperationKind::apply: result.problem = apply(operation); break;
    case OperationKind::create: result.problem = send("POST", operation); break;
    case OperationKind::update: result.problem = send("PUT", operation); break;
    case OperationKind::patch: result.problem = send("PATCH", operation); break;
    case OperationKind::assertion: assert_present(operation, result); break;
    case OperationKind::error: result.problem = assert_absent(operation); break;
    case OperationKind::deletion: result.problem = remove(operation); break;
    case OperationKind::wait: result.problem = wait(operation); break;
    case OperationKind::sleep: cluster_.run_for(operation.duration); break;
    case OperationKind::fault: result.problem = inject(operation); break;
    case OperationKind::traffic: break;
  }
}

std::expected<std::vector<std::string>, std::string> World::find_pods(const std::string& namespace_,
                                                                      const std::string& selector) {
  Target target{.api_version = "v1", .kind = "Pod", .namespace_ = namespace_, .name = {}, .selector = selector};
  const auto pods = find(address_of(target), selector);
  if (!pods) return std::unexpected{pods.error()};
  std::vector<std::string> names;
  for (const doc::Value& pod : *pods) names.push_back(api::key_of(pod).to_string());
  std::ranges::sort(names);
  return names;
}

World::Address World::address_of(const doc::Value& object) const {
  Address address;
  address.resource = api::find_kind(api::api_version(object), api::kind(object));
  address.name = api::name(object);
  address.namespace_ = api::namespace_of(object);
  if (address.namespace_.empty()) address.namespace_ = namespace_;
  return address;
}

World::Address World::address_of(const Target& target) const {
  return {api::find_kind(target.api_version, target.kind),
          target.namespace_.empty() ? namespace_ : target.namespace_, target.name};
}

std::string World::path_of(const Address& address, bool with_name) const {
  const api::Resource& resource = *address.resource;
  std::string path = resource.group.empty() ? fmt::format("/api/{}", resource.version)
                                            : fmt::format("/apis/{}/{}", resource.group, resource.version);
  if (resource.namespaced) path += "/namespaces/" + address.namespace_;
  path += fmt::format("/{}", resource.plural);
  if (with_name) path += "/" + address.name;
  return path;
}

std::expected<std::vector<doc::Value>, std::string> World::find(const Address& address, const std::string& selector) {
  if (address.resource == nullptr) return std::unexpected{std::string{"no such kind"}};
  const bool by_name = !address.name.empty();
  apiserver::Request request = apiserver::make_request("GET", path_of(address, by_name));
  if (!selector.empty()) request.query.emplace_back("labelSelector", selector);
  const apiserver::Response response = cluster_.request(request);
  if (by_name && response.status == 404) return std::vector<doc::Value>{};
  if (std::string problem = problem_of(response); !problem.empty()) return std::unexpected{std::move(problem)};
  auto answer = doc::parse_json(response.body, doc::Limits{.max_bytes = std::int64_t{1} << 30,
                                                           .max_depth = doc::kMaxDepth,
                                                           .max_nodes = std::int64_t{1} << 30,
                                                           .max_documents = 1});
  if (!answer) return std::unexpected{answer.error().message};
  if (by_name) return std::vector<doc::Value>{std::move(*answer)};
  std::vector<doc::Value> items;
  for (const doc::Value& item : (*answer)["items"_key].items()) {
    // Items of a list leave out what the list says of all of them.
    items.push_back(item);
    items.back().set("apiVersion"_key, address.resource->api_version);
    items.back().set("kind"_key, address.resource->kind);
  }
  return items;
}

bool World::wait_until(sim::Duration timeout, const std::function<bool()>& done) {
  const sim::Time deadline = cluster_.now() + timeout;
  cluster_.run_for(sim::Duration{0});
  while (!done()) {
    if (cluster_.now() >= deadline) return false;
    cluster_.run_until(std::min(deadline, cluster_.now() + kPollInterval));
  }
  return true;
}

std::string World::apply(const Operation& operation) {
  std::vector<doc::Value> items;
  for (doc::Value object : operation.objects) {
    const Address address = address_of(object);
    const bool namespaced = address.resource != nullptr && address.resource->namespaced;
    if (namespaced && api::namespace_of(object).empty()) object.edit("metadata"_key).set("namespace"_key, namespace_);
    items.push_back(std::move(object));
  }
  const doc::Value list = doc::Value::map(
      {{"apiVersion", "v1"}, {"kind", "List"}, {"items", doc::Value::array(std::move(items))}});
  const auto applied = cluster_.apply(doc::to_json(list));
  return applied ? std::string{} : applied.error().status.message;
}

std::string World::send(std::string_view method, const Operation& operation) {
  for (const doc::Value& object : operation.objects) {
    const Address address = address_of(object);
    if (address.resource == nullptr) {
      return fmt::format("no matches for kind \"{}\" in version \"{}\"", api::kind(object), api::api_version(object));
    }
    const std::string_view type = method == "PATCH" ? "application/merge-patch+json" : "application/json";
    const auto response = cluster_.request(
        apiserver::make_request(method, path_of(address, method != "POST"), doc::to_json(object), type));
    if (std::string problem = problem_of(response); !problem.empty()) return problem;
  }
  return {};
}

// Where the object that comes closest differs; empty if one is as expected.
std::vector<Mismatch> World::closest(const doc::Value& expected) {
  const auto candidates = find(address_of(expected), {});
  if (!candidates) return {{"", expected, {}, candidates.error()}};
  std::optional<std::vector<Mismatch>> best;
  for (const doc::Value& candidate : *candidates) {
    std::vector<Mismatch> mismatches = match(expected, candidate);
    if (mismatches.empty()) return {};
    if (!best || mismatches.size() < best->size()) best = std::move(mismatches);
  }
  if (best) return *best;
  const Address address = address_of(expected);
  return {{"", expected, {}, fmt::format("{} not found", describe(address.resource, address.namespace_, address.name))}};
}

void World::assert_present(const Operation& operation, OperationResult& result) {
  const sim::Duration timeout = operation.timeout.value_or(timeouts_.assertion);
  for (const doc::Value& expected : operation.objects) {
    std::vector<Mismatch> mismatches;
    const bool matched = wait_until(timeout, [&] {
      mismatches = closest(expected);
      return mismatches.empty();
    });
    if (matched) continue;
    result.problem = fmt::format("not as expected within {}", sim::format_duration(timeout));
    result.mismatches = std::move(mismatches);
    return;
  }
}

std::string World::assert_absent(const Operation& operation) {
  const sim::Duration timeout = operation.timeout.value_or(timeouts_.error);
  for (const doc::Value& unwanted : operation.objects) {
    if (wait_until(timeout, [&] { return !closest(unwanted).empty(); })) continue;
    return fmt::format("an object is still as it should not be after {}", sim::format_duration(timeout));
  }
  return {};
}

std::string World::remove(const Operation& operation) {
  std::vector<Address> doomed;
  for (const doc::Value& object : operation.objects) doomed.push_back(address_of(object));
  if (operation.objects.empty()) {
    const auto found = find(address_of(operation.target), operation.target.selector);
    if (!found) return found.error();
    for (const doc::Value& object : *found) doomed.push_back(address_of(object));
  }
  for (const Address& address : doomed) {
    if (address.resource == nullptr) return "no such kind";
    const auto response = cluster_.request(apiserver::make_request("DELETE", path_of(address, true)));
    if (response.status != 404 && response.status >= 400) return problem_of(response);
  }
  const sim::Duration timeout = operation.timeout.value_or(timeouts_.deletion);
  const bool gone = wait_until(timeout, [&] {
    return std::ranges::all_of(doomed, [&](const Address& address) {
      const auto left = find(address, {});
      return left && left->empty();
    });
  });
  return gone ? std::string{} : fmt::format("not gone within {}", sim::format_duration(timeout));
}

std::string World::wait(const Operation& operation) {
  const WaitFor& wanted = operation.wait_for;
  const auto is_done = [&](const doc::Value& object) {
    if (wanted.kind == WaitFor::Kind::condition) {
      return api::condition_status(object, wanted.name) == wanted.value;
    }
    const auto found = read_json_path(object, wanted.name);
    if (!found) return false;
    return wanted.value.empty() || plain_text(*found) == wanted.value;
  };
  const sim::Duration timeout = operation.timeout.value_or(timeouts_.assertion);
  std::string problem;
  const bool done = wait_until(timeout, [&] {
    const auto objects = find(address_of(operation.target), operation.target.selector);
    problem = objects ? "" : objects.error();
    if (!objects) return false;
    if (wanted.kind == WaitFor::Kind::deletion) return objects->empty();
    return !objects->empty() && std::ranges::all_of(*objects, is_done);
  });
  if (done) return {};
  return problem.empty() ? fmt::format("timed out waiting for the condition after {}", sim::format_duration(timeout))
                         : problem;
}

// Replaces a target given by selector, `{selector: app=web, index: 1}`, by the Pod that it means.
std::string World::inject(const Operation& operation) {
  doc::Value document = operation.fault;
  for (const doc::Member& member : operation.fault.members()) {
    if (!member.value.is_object()) continue;
    const auto pods = find_pods(member.value["namespace"_key].to_string(), member.value["selector"_key].to_string());
    if (!pods) return pods.error();
    const std::int64_t index = member.value["index"].as_int();
    if (index < 0 || static_cast<std::size_t>(index) >= pods->size()) {
      return fmt::format("{}: the selector \"{}\" selects {} Pods, there is none of index {}", member.key.text(),
                         member.value["selector"_key].as_string(), pods->size(), index);
    }
    document.set(member.key, "pod/" + (*pods)[static_cast<std::size_t>(index)]);
  }
  const auto fault = cluster::Fault::parse(document);
  if (!fault) return fault.error().message;
  const auto done = cluster_.fault(*fault);
  return done ? std::string{} : done.error().message;
}

}  // namespace rockpool::scenario
