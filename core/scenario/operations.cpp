// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "core/api/object.h"
#include "core/cluster/fault.h"
#include "core/doc/ascii.h"
#include "core/doc/json.h"
#include "core/doc/json_path.h"
#include "core/scenario/drain.h"
#include "core/scenario/lookup.h"

namespace rockpool::scenario {
namespace {

using namespace doc::literals;

// Nothing, or what went wrong in one line.
using Outcome = std::expected<void, std::string>;

std::string_view verb_name(OperationKind kind) {
  switch (kind) {
    case OperationKind::apply:
      return "apply";
    case OperationKind::create:
      return "create";
    case OperationKind::update:
      return "update";
    case OperationKind::patch:
      return "patch";
    case OperationKind::assertion:
      return "assert";
    case OperationKind::error:
      return "error";
    case OperationKind::deletion:
      return "delete";
    case OperationKind::wait:
      return "wait";
    case OperationKind::sleep:
      return "advance";
    case OperationKind::resolve:
      return "resolve";
    case OperationKind::fault:
      return "fault";
    case OperationKind::drain:
      return "drain";
    case OperationKind::traffic:
      return "traffic";
  }
  return "";
}

std::string unknown_kind(std::string_view api_version, std::string_view kind) {
  return fmt::format("no matches for kind \"{}\" in version \"{}\"", kind, api_version);
}

std::string unknown_kind(const doc::Value& object) {
  return unknown_kind(api::api_version(object), api::kind(object));
}

// Tries until it succeeds, as Chainsaw does: what a test applies may need something that is still
// on its way, such as the service account of a new namespace.
Outcome keep_trying(World& world, sim::Duration timeout, const std::function<Outcome()>& attempt) {
  Outcome outcome;
  world.wait_until(timeout, [&] {
    outcome = attempt();
    return outcome.has_value();
  });
  return outcome;
}

Outcome apply(World& world, const std::vector<doc::Value>& objects, sim::Duration timeout) {
  if (objects.empty()) return {};
  std::vector<doc::Value> items;
  for (const doc::Value& object : objects) items.push_back(world.in_namespace(object));
  const std::string text = doc::to_json(doc::Value::map(
      {{"apiVersion", "v1"}, {"kind", "List"}, {"items", doc::Value::array(std::move(items))}}));
  return keep_trying(world, timeout, [&]() -> Outcome {
    const auto applied = world.cluster().apply(text);
    if (applied) return {};
    const ApplyError& error = applied.error();
    return std::unexpected{error.object.empty()
                               ? error.status.message
                               : fmt::format("{}: {}", error.object, error.status.message)};
  });
}

Outcome apply(World& world, const Operation& operation, const Timeouts& timeouts) {
  const sim::Duration timeout = operation.timeout.value_or(timeouts.apply);
  // Definitions go first: of what kinds the rest may be depends on them.
  std::vector<doc::Value> definitions;
  std::vector<doc::Value> rest;
  for (const doc::Value& object : operation.objects) {
    const bool defines = api::kind(object) == "CustomResourceDefinition";
    (defines ? definitions : rest).push_back(object);
  }
  const Outcome defined = apply(world, definitions, timeout);
  return defined ? apply(world, rest, timeout) : defined;
}

// PUT replaces what is there, whatever its version.
doc::Value with_version(World& world, const ObjectPlace& place, doc::Value object) {
  const std::vector<doc::Value> present = world.find(place);
  if (!present.empty()) {
    object.edit("metadata"_key)
        .set("resourceVersion"_key, present.front()["metadata"_key]["resourceVersion"_key]);
  }
  return object;
}

Outcome send(World& world, const Operation& operation, const Timeouts& timeouts) {
  for (const doc::Value& given : operation.objects) {
    const ObjectPlace place = world.place_of(given);
    if (place.resource == nullptr) return std::unexpected{unknown_kind(given)};
    const doc::Value object = world.in_namespace(given);
    const Outcome sent =
        keep_trying(world, operation.timeout.value_or(timeouts.apply), [&]() -> Outcome {
          switch (operation.kind) {
            case OperationKind::create:
              return world.send(
                  apiserver::make_request("POST", place.path(false), doc::to_json(object)));
            case OperationKind::update:
              return world.send(apiserver::make_request(
                  "PUT", place.path(true), doc::to_json(with_version(world, place, object))));
            default:
              return world.send(apiserver::make_request(
                  "PATCH", place.path(true), doc::to_json(object), "application/merge-patch+json"));
          }
        });
    if (!sent) return std::unexpected{fmt::format("{}: {}", place.to_string(), sent.error())};
  }
  return {};
}

// The object that comes closest to what is expected, and where it differs.
struct Closest {
  std::string object;
  std::vector<Mismatch> mismatches;

  bool matches() const { return !object.empty() && mismatches.empty(); }
};

Closest find_closest(World& world, const doc::Value& given) {
  // What is found at the place of a kind is of that kind.
  doc::Value expected = given;
  expected.erase("apiVersion"_key);
  expected.erase("kind"_key);
  ObjectPlace place = world.place_of(given);
  Closest best;
  for (const doc::Value& candidate : world.find(place)) {
    std::vector<Mismatch> mismatches = match(expected, candidate);
    if (!best.object.empty() && mismatches.size() >= best.mismatches.size()) continue;
    place.name = api::name(candidate);
    if (!place.namespace_.empty()) place.namespace_ = api::namespace_of(candidate);
    best = {place.to_string(), std::move(mismatches)};
    if (best.matches()) break;
  }
  return best;
}

void assert_present(World& world, const Operation& operation, const Timeouts& timeouts,
                    OperationResult& result) {
  const sim::Duration timeout = operation.timeout.value_or(timeouts.assertion);
  for (const doc::Value& expected : operation.objects) {
    const ObjectPlace place = world.place_of(expected);
    if (place.resource == nullptr) {
      result.problem = unknown_kind(expected);
      return;
    }
    Closest closest;
    const bool matched = world.wait_until(timeout, [&] {
      closest = find_closest(world, expected);
      return closest.matches();
    });
    if (matched) continue;
    result.problem = closest.object.empty()
                         ? fmt::format("{} not found within {}", place.to_string(),
                                       sim::format_duration(timeout))
                         : fmt::format("not as expected within {}", sim::format_duration(timeout));
    result.closest = std::move(closest.object);
    result.mismatches = std::move(closest.mismatches);
    return;
  }
}

Outcome assert_absent(World& world, const Operation& operation, const Timeouts& timeouts) {
  const sim::Duration timeout = operation.timeout.value_or(timeouts.error);
  for (const doc::Value& unwanted : operation.objects) {
    if (world.place_of(unwanted).resource == nullptr)
      return std::unexpected{unknown_kind(unwanted)};
    Closest closest;
    const bool gone = world.wait_until(timeout, [&] {
      closest = find_closest(world, unwanted);
      return !closest.matches();
    });
    if (gone) continue;
    return std::unexpected{
        fmt::format("{} still matches after {}", closest.object, sim::format_duration(timeout))};
  }
  return {};
}

Outcome remove(World& world, const Operation& operation, const Timeouts& timeouts) {
  std::vector<ObjectPlace> doomed;
  for (const doc::Value& object : operation.objects) {
    doomed.push_back(world.place_of(object));
    if (doomed.back().resource == nullptr) return std::unexpected{unknown_kind(object)};
  }
  if (operation.objects.empty()) {
    ObjectPlace place = world.place_of(operation.target);
    if (place.resource == nullptr) {
      return std::unexpected{unknown_kind(operation.target.api_version, operation.target.kind)};
    }
    for (const doc::Value& object : world.find(place, operation.target.selector)) {
      place.name = api::name(object);
      if (!place.namespace_.empty()) place.namespace_ = api::namespace_of(object);
      doomed.push_back(place);
    }
  }
  for (const ObjectPlace& place : doomed) {
    apiserver::Request request = apiserver::make_request("DELETE", place.path(true));
    if (!operation.propagation_policy.empty()) {
      request.query.emplace_back("propagationPolicy", operation.propagation_policy);
    }
    const Outcome sent = world.send(request);
    // It may be gone already.
    if (!sent && !world.find(place).empty()) return std::unexpected{sent.error()};
  }
  const sim::Duration timeout = operation.timeout.value_or(timeouts.deletion);
  const auto left = [&] {
    return std::ranges::find_if(
        doomed, [&](const ObjectPlace& place) { return !world.find(place).empty(); });
  };
  if (world.wait_until(timeout, [&] { return left() == doomed.end(); })) return {};
  return std::unexpected{fmt::format("{} is still there after {}", left()->to_string(),
                                     sim::format_duration(timeout))};
}

bool is_reached(const WaitFor& wanted, const doc::Value& object) {
  // kubectl compares the status of a condition without regard to case.
  if (wanted.kind == WaitFor::Kind::condition) {
    return doc::equal_ignoring_case(api::condition_status(object, wanted.name), wanted.value);
  }
  const auto found = doc::read_json_path(object, wanted.name);
  return found && (wanted.value.empty() || doc::plain_text(*found) == wanted.value);
}

Outcome wait(World& world, const Operation& operation, const Timeouts& timeouts) {
  const WaitFor& wanted = operation.wait_for;
  const ObjectPlace place = world.place_of(operation.target);
  const sim::Duration timeout = operation.timeout.value_or(timeouts.exec);
  std::string last = "no matching resources found";
  const bool done = world.wait_until(timeout, [&] {
    const std::vector<doc::Value> objects = world.find(place, operation.target.selector);
    if (wanted.kind == WaitFor::Kind::deletion) return objects.empty();
    const auto late = std::ranges::find_if_not(
        objects, [&](const doc::Value& object) { return is_reached(wanted, object); });
    if (late != objects.end())
      last = fmt::format("{} is not there yet", api::key_of(*late).to_string());
    return !objects.empty() && late == objects.end();
  });
  if (done) return {};
  if (wanted.kind == WaitFor::Kind::deletion) last = "it still exists";
  return std::unexpected{fmt::format("timed out waiting for the condition after {}: {}",
                                     sim::format_duration(timeout), last)};
}

// A target given by selector, `{selector: app=web, index: 1}`, becomes the Pod that it means, and
// `pod/name` the Pod of the test's namespace.
std::expected<doc::Value, std::string> find_target(World& world, const doc::Value& target) {
  if (!target.is_object()) {
    const Client named{.address = target.to_string(), .namespace_ = {}, .selector = {}};
    return target.is_string() ? doc::Value{*world.find_client(named)} : target;
  }
  const std::string selector = target["selector"_key].to_string();
  const std::vector<std::string> pods =
      world.find_pods(target["namespace"_key].to_string(), selector);
  const std::int64_t index = target["index"].as_int();
  if (index < 0 || static_cast<std::uint64_t>(index) >= pods.size()) {
    return std::unexpected{fmt::format("\"{}\" selects {} Pods, there is none of index {}",
                                       selector, pods.size(), index)};
  }
  return doc::Value{"pod/" + pods[static_cast<std::size_t>(index)]};
}

Outcome inject(World& world, const Operation& operation) {
  doc::Value document = operation.fault;
  for (const doc::Member& member : operation.fault.members()) {
    auto target = find_target(world, member.value);
    if (!target) return std::unexpected{fmt::format("{}: {}", member.key.text(), target.error())};
    document.set(member.key, std::move(*target));
  }
  const auto fault = cluster::Fault::parse(document);
  if (!fault) return std::unexpected{fault.error().message};
  const auto done = world.cluster().fault(*fault);
  return done ? Outcome{} : std::unexpected{done.error().message};
}

}  // namespace

std::string title_of(World& world, const Operation& operation) {
  if (!operation.description.empty()) return operation.description;
  const std::string_view verb = verb_name(operation.kind);
  switch (operation.kind) {
    case OperationKind::sleep:
      return fmt::format("{} {}", verb, sim::format_duration(operation.duration));
    case OperationKind::fault:
      return fmt::format("{} {}", verb, doc::to_json(operation.fault));
    case OperationKind::drain:
      return fmt::format("{} {}", verb, operation.node);
    case OperationKind::resolve:
      return fmt::format("{} {} from {}", verb, operation.lookup.name,
                         operation.lookup.from.label());
    case OperationKind::traffic: {
      const TrafficSpec& traffic = operation.traffic;
      return fmt::format("{} {} → {}, {}/s for {}", verb, traffic.from.label(), traffic.url,
                         traffic.rate, sim::format_duration(traffic.duration));
    }
    default:
      break;
  }
  if (operation.objects.empty()) {
    const std::string& selector = operation.target.selector;
    return fmt::format("{} {}{}{}", verb, world.place_of(operation.target).to_string(),
                       selector.empty() ? "" : " -l ", selector);
  }
  std::vector<std::string> names;
  for (const doc::Value& object : operation.objects)
    names.push_back(world.place_of(object).to_string());
  return fmt::format("{} {}", verb, fmt::join(names, ", "));
}

void perform(World& world, const Operation& operation, const Timeouts& timeouts,
             OperationResult& result) {
  Outcome outcome;
  switch (operation.kind) {
    case OperationKind::apply:
      outcome = apply(world, operation, timeouts);
      break;
    case OperationKind::create:
    case OperationKind::update:
    case OperationKind::patch:
      outcome = send(world, operation, timeouts);
      break;
    case OperationKind::assertion:
      assert_present(world, operation, timeouts, result);
      break;
    case OperationKind::error:
      outcome = assert_absent(world, operation, timeouts);
      break;
    case OperationKind::deletion:
      outcome = remove(world, operation, timeouts);
      break;
    case OperationKind::wait:
      outcome = wait(world, operation, timeouts);
      break;
    case OperationKind::sleep:
      world.timeline().run_for(operation.duration);
      break;
    case OperationKind::resolve:
      look_up(world, operation, timeouts, result);
      break;
    case OperationKind::fault:
      outcome = inject(world, operation);
      break;
    case OperationKind::drain:
      outcome = drain(world, operation);
      break;
    case OperationKind::traffic:
      break;
  }
  if (!outcome) result.problem = outcome.error();
}

}  // namespace rockpool::scenario
