// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/test_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>
#include <vector>

#include "core/api/resource.h"
#include "core/api/selector.h"
#include "core/doc/yaml.h"
#include "core/net/failure.h"
#include "core/net/proxy/mode.h"
#include "core/scenario/test_reader.h"
#include "core/scenario/traffic_statistics.h"

namespace rockpool::scenario {
namespace {

constexpr std::string_view kApiVersion = "chainsaw.kyverno.io/v1alpha1";

struct Verb {
  std::string_view name;
  OperationKind kind;
};
constexpr std::array kVerbs = {
    Verb{"apply", OperationKind::apply},      Verb{"create", OperationKind::create},
    Verb{"update", OperationKind::update},    Verb{"patch", OperationKind::patch},
    Verb{"assert", OperationKind::assertion}, Verb{"error", OperationKind::error},
    Verb{"delete", OperationKind::deletion},  Verb{"wait", OperationKind::wait},
    Verb{"sleep", OperationKind::sleep},      Verb{"advance", OperationKind::sleep},
    Verb{"resolve", OperationKind::resolve},  Verb{"fault", OperationKind::fault},
    Verb{"drain", OperationKind::drain},      Verb{"traffic", OperationKind::traffic},
};
// Operations of Chainsaw that need a shell or a kubectl.
constexpr std::string_view kLaterVerbs[] = {"script", "command", "describe", "events",
                                            "get",    "podLogs", "proxy",    "compiler"};

std::string verb_names() {
  std::vector<std::string_view> names;
  for (const Verb& verb : kVerbs) names.push_back(verb.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

// Whether a CustomResourceDefinition may add kinds of that group and version: groups of custom
// kinds have a dot, and are nobody else's.
bool may_be_custom(std::string_view api_version) {
  const std::string_view group = api_version.substr(0, api_version.find('/'));
  return api_version.find('/') != std::string_view::npos &&
         group.find('.') != std::string_view::npos &&
         std::ranges::find(api::all_resources(), group, &api::Resource::group) ==
             api::all_resources().end();
}

void read_target(Reader& reader, Target& target) {
  reader.required_text("apiVersion", target.api_version);
  reader.required_text("kind", target.kind);
  reader.text("namespace", target.namespace_);
  reader.text("name", target.name);
  if (api::find_kind(target.api_version, target.kind) == nullptr &&
      !may_be_custom(target.api_version)) {
    reader.fail(fmt::format("no matches for kind \"{}\" in version \"{}\"", target.kind,
                            target.api_version));
  }
}

// A label selector, which must be one.
void read_selector(Reader& reader, std::string_view name, std::string& selector) {
  reader.text(name, selector);
  if (const auto parsed = api::LabelSelector::parse(selector); !parsed)
    reader.fail_at(name, parsed.error().message);
}

void read_delete(Reader reader, Operation& operation) {
  if (reader.has("ref") == reader.has("file")) reader.fail("give either ref or file");
  if (reader.has("ref")) {
    Reader reference = reader.child("ref");
    read_target(reference, operation.target);
    reference.labels("labels", operation.target.selector);
    if (!operation.target.name.empty() && !operation.target.selector.empty()) {
      reference.fail("give either name or labels");
    }
    reference.finish();
  } else {
    reader.objects("file", "", operation.objects);
  }
  reader.one_of("deletionPropagationPolicy", {"Orphan", "Background", "Foreground"},
                operation.propagation_policy);
}

void read_wait(Reader reader, Operation& operation) {
  read_target(reader, operation.target);
  read_selector(reader, "selector", operation.target.selector);
  if (!operation.target.name.empty() && !operation.target.selector.empty()) {
    reader.fail("name cannot be provided when a selector is specified");
  }
  Reader condition = reader.required_child("for");
  if (condition.has("condition")) {
    Reader inner = condition.child("condition");
    operation.wait_for = {WaitFor::Kind::condition, {}, "True"};
    inner.required_text("name", operation.wait_for.name);
    inner.text("value", operation.wait_for.value);
    inner.finish();
  } else if (condition.has("jsonPath")) {
    Reader inner = condition.child("jsonPath");
    operation.wait_for = {WaitFor::Kind::json_path, {}, {}};
    inner.required_text("path", operation.wait_for.name);
    inner.text("value", operation.wait_for.value);
    inner.finish();
  } else if (condition.has("deletion")) {
    condition.child("deletion").finish();
    operation.wait_for.kind = WaitFor::Kind::deletion;
  } else {
    condition.fail("give one of condition, jsonPath, deletion");
  }
  condition.finish();
  reader.later({"format", "resource"});
}

void read_expectations(const Reader& reader, const std::string& prefix,
                       const std::vector<net::proxy::ModeKind>& modes,
                       std::vector<Expectation>& expectations) {
  for (const doc::Member& member : reader.value().members()) {
    const std::string name = prefix + std::string{member.key.text()};
    const Reader inner = reader.child(member.key.text());
    if (member.value.is_object()) {
      read_expectations(inner, name + ".", modes, expectations);
      continue;
    }
    auto comparison = Comparison::parse(member.value);
    if (!comparison) {
      inner.fail(comparison.error());
    } else if (!is_metric(name)) {
      inner.fail("unknown measure; there are " + metric_names());
    } else {
      expectations.push_back({name, std::move(*comparison), inner.line(), modes});
    }
  }
}

// `expectIn: {"iptables, nftables": {failed: 0}}`: what counts instead in some modes of the
// proxies.
void read_expectations_in_modes(const Reader& reader, std::vector<Expectation>& expectations) {
  for (const doc::Member& member : reader.value().members()) {
    const Reader inner = reader.child(member.key.text());
    std::vector<net::proxy::ModeKind> modes;
    for (const auto& part : std::views::split(member.key.text(), std::string_view{", "})) {
      const std::string_view name{part.begin(), part.end()};
      const auto mode = net::proxy::parse_mode_kind(name);
      if (!mode) {
        inner.fail(fmt::format("there is no proxy mode \"{}\"", name));
        return;
      }
      modes.push_back(*mode);
    }
    std::vector<Expectation> wanted;
    read_expectations(inner, "", modes, wanted);
    for (Expectation& expectation : wanted) {
      const bool is_said = std::ranges::any_of(expectations, [&](const Expectation& other) {
        return other.metric == expectation.metric &&
               std::ranges::find_first_of(other.modes, modes) != other.modes.end();
      });
      if (is_said) inner.fail(fmt::format("{} is given twice for a mode", expectation.metric));
      expectations.push_back(std::move(expectation));
    }
  }
}

// `from: pod/default/client` or `from: {selector: app=client, namespace: default}`.
void read_client(Reader& reader, Client& client) {
  if (!reader.value()["from"].is_object()) {
    reader.text("from", client.address);
    return;
  }
  Reader from = reader.child("from");
  client.address.clear();
  from.text("namespace", client.namespace_);
  read_selector(from, "selector", client.selector);
  if (client.selector.empty()) from.fail("selector is required");
  from.finish();
}

void read_lookup(Reader reader, NameLookup& lookup) {
  read_client(reader, lookup.from);
  reader.required_text("name", lookup.name);
  Reader expect = reader.required_child("expect");
  expect.texts("addresses", lookup.addresses);
  read_selector(expect, "pods", lookup.pods);
  expect.text("failure", lookup.failure);
  const int given =
      int{expect.has("addresses")} + int{expect.has("pods")} + int{expect.has("failure")};
  if (given != 1) expect.fail("give one of addresses, pods, failure");
  if (!lookup.failure.empty() &&
      net::parse_failure_kind(lookup.failure) == net::FailureKind::none) {
    expect.fail_at("failure", "no such reason");
  }
  expect.finish();
}

enum class Place { step, traffic };
Operation read_operation(const Reader& reader, Place place);

void read_traffic(Reader reader, Operation& operation) {
  TrafficSpec& traffic = operation.traffic;
  read_client(reader, traffic.from);
  reader.required_text("url", traffic.url);
  reader.text("method", traffic.method);
  reader.number("rate", traffic.rate);
  reader.duration("duration", traffic.duration);
  reader.duration("timeout", traffic.timeout);
  reader.boolean("insecure", traffic.insecure);
  if (!(traffic.rate > 0) || traffic.rate > kMaxRate) {
    reader.fail_at("rate", fmt::format("must be more than 0 and at most {}", kMaxRate));
  }
  if (traffic.rate * std::chrono::duration<double>{traffic.duration}.count() > kMaxRequests) {
    reader.fail_at("duration", fmt::format("at most {} requests are made", kMaxRequests));
  }
  sim::Duration latest{0};
  for (const Reader& item : reader.items("during")) {
    Operation inner = read_operation(item, Place::traffic);
    if (inner.kind == OperationKind::traffic) item.fail("traffic cannot start during traffic");
    if (inner.after < latest) item.fail_at("after", "earlier than the operation before");
    if (inner.after > traffic.duration) item.fail_at("after", "the traffic is over by then");
    latest = inner.after;
    operation.during.push_back(std::move(inner));
  }
  if (reader.has("expect")) read_expectations(reader.child("expect"), "", {}, traffic.expectations);
  if (reader.has("expectIn")) {
    read_expectations_in_modes(reader.child("expectIn"), traffic.expectations);
  }
}

void read_body(OperationKind kind, Reader reader, Operation& operation) {
  if (kind == OperationKind::fault) {
    operation.fault = reader.value();
    return;
  }
  if (kind != OperationKind::traffic && kind != OperationKind::sleep)
    reader.duration("timeout", operation.timeout);
  switch (kind) {
    case OperationKind::apply:
    case OperationKind::create:
    case OperationKind::update:
    case OperationKind::patch:
    case OperationKind::assertion:
    case OperationKind::error:
      reader.objects("file", "resource", operation.objects);
      if (kind == OperationKind::assertion || kind == OperationKind::error)
        reader.refuse_expressions(operation.objects);
      break;
    case OperationKind::deletion:
      read_delete(reader, operation);
      break;
    case OperationKind::wait:
      read_wait(reader, operation);
      break;
    case OperationKind::sleep:
      reader.required_duration("duration", operation.duration);
      break;
    case OperationKind::resolve:
      read_lookup(reader, operation.lookup);
      break;
    case OperationKind::fault:
      break;
    case OperationKind::drain:
      reader.required_text("node", operation.node);
      break;
    case OperationKind::traffic:
      read_traffic(reader, operation);
      break;
  }
  const bool has_expectations = kind == OperationKind::traffic || kind == OperationKind::resolve;
  if (!has_expectations) reader.later({"expect"});
  reader.later({"outputs", "template", "bindings", "cluster", "clusters", "dryRun"});
  reader.finish();
}

// In traffic, an operation says when it is to be done.
Operation read_operation(const Reader& given, Place place) {
  Reader reader = given;
  Operation operation;
  operation.line = reader.line();
  reader.text("description", operation.description);
  reader.boolean("continueOnError", operation.continue_on_error);
  if (place == Place::traffic) reader.duration("after", operation.after);
  reader.later(kLaterVerbs);
  int verbs = 0;
  for (const Verb& verb : kVerbs) {
    if (!reader.has(verb.name)) continue;
    ++verbs;
    operation.kind = verb.kind;
    // `advance: 10s` for short.
    if (verb.kind == OperationKind::sleep && !reader.value()[verb.name].is_object()) {
      reader.required_duration(verb.name, operation.duration);
    } else {
      read_body(verb.kind, reader.child(verb.name), operation);
    }
  }
  if (verbs != 1) {
    reader.fail("expected one operation: " + verb_names());
  }
  reader.finish();
  return operation;
}

std::vector<Operation> read_operations(Reader& reader, std::string_view name) {
  std::vector<Operation> operations;
  for (const Reader& item : reader.items(name))
    operations.push_back(read_operation(item, Place::step));
  return operations;
}

void read_timeouts(Reader reader, Timeouts& timeouts) {
  reader.duration("apply", timeouts.apply);
  reader.duration("assert", timeouts.assertion);
  reader.duration("cleanup", timeouts.cleanup);
  reader.duration("delete", timeouts.deletion);
  reader.duration("error", timeouts.error);
  reader.duration("exec", timeouts.exec);
  reader.finish();
}

Step read_step(Reader reader, const Timeouts& timeouts) {
  Step step;
  step.timeouts = timeouts;
  if (reader.has("timeouts")) read_timeouts(reader.child("timeouts"), step.timeouts);
  step.line = reader.line();
  reader.text("name", step.name);
  std::string description;
  reader.text("description", description);
  step.operations = read_operations(reader, "try");
  step.on_failure = read_operations(reader, "catch");
  step.finally = read_operations(reader, "finally");
  step.cleanup = read_operations(reader, "cleanup");
  if (step.operations.empty()) reader.fail("try: at least one operation is required");
  reader.accept({"skipDelete"});
  reader.later({"deletionPropagationPolicy", "cluster", "clusters", "template", "compiler",
                "bindings", "use"});
  reader.finish();
  return step;
}

void read_spec(Reader reader, TestFile& test) {
  reader.text("description", test.description);
  reader.text("namespace", test.namespace_);
  Timeouts timeouts;
  if (reader.has("timeouts")) read_timeouts(reader.child("timeouts"), timeouts);
  for (const Reader& item : reader.items("steps")) test.steps.push_back(read_step(item, timeouts));
  if (test.steps.empty()) reader.fail("steps: at least one step is required");
  // A cluster is made for each file, so files never run at once and nothing is left to be cleaned
  // up.
  reader.accept({"concurrent", "skipDelete"});
  reader.later({"failFast", "cluster", "clusters", "skip", "template", "compiler",
                "namespaceTemplate", "namespaceTemplateCompiler", "bindings",
                "deletionPropagationPolicy", "catch", "scenarios", "forceTerminationGracePeriod",
                "delayBeforeCleanup"});
  reader.finish();
}

bool is_test(const doc::Value& document) {
  return document["apiVersion"].as_string() == kApiVersion &&
         document["kind"].as_string() == "Test";
}

}  // namespace

std::expected<TestFile, FileError> parse_test_file(const std::string& file, std::string_view text,
                                                   const FileReader& read_file) {
  const auto documents = doc::parse_yaml(text);
  if (!documents) {
    const doc::ParseError& error = documents.error();
    return std::unexpected{
        FileError{file, error.position.line, error.position.column, error.message}};
  }
  if (documents->size() != 1 || !is_test(documents->front().value)) {
    return std::unexpected{FileError{
        file, 1, 1,
        fmt::format("expected one document of apiVersion {} and kind Test", kApiVersion)}};
  }
  TestFile test;
  test.file = file;
  ReadContext context{file, &documents->front(), &read_file, {}};
  Reader reader{context, documents->front().value, ""};
  reader.accept({"apiVersion", "kind"});
  Reader metadata = reader.required_child("metadata");
  metadata.required_text("name", test.name);
  metadata.accept({"labels", "annotations"});
  metadata.finish();
  read_spec(reader.required_child("spec"), test);
  reader.finish();
  if (context.error) return std::unexpected{*context.error};
  return test;
}

bool is_test_file(std::string_view text) {
  const auto documents = doc::parse_yaml(text);
  // What cannot be read may well have been meant as a test: let that be reported.
  if (!documents) return text.find(kApiVersion) != std::string_view::npos;
  return !documents->empty() && is_test(documents->front().value);
}

}  // namespace rockpool::scenario
