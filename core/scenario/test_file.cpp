// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/test_file.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <utility>

#include "core/api/resource.h"
#include "core/doc/json.h"
#include "core/doc/yaml.h"
#include "core/scenario/test_reader.h"

namespace rockpool::scenario {
namespace {

constexpr std::string_view kApiVersion = "chainsaw.kyverno.io/v1alpha1";

struct Verb {
  std::string_view name;
  OperationKind kind;
};
constexpr std::array kVerbs = {
    Verb{"apply", OperationKind::apply},       Verb{"create", OperationKind::create},
    Verb{"update", OperationKind::update},     Verb{"patch", OperationKind::patch},
    Verb{"assert", OperationKind::assertion},  Verb{"error", OperationKind::error},
    Verb{"delete", OperationKind::deletion},   Verb{"wait", OperationKind::wait},
    Verb{"sleep", OperationKind::sleep},       Verb{"advance", OperationKind::sleep},
    Verb{"fault", OperationKind::fault},       Verb{"traffic", OperationKind::traffic},
};
// Operations of Chainsaw that need a shell or a kubectl.
constexpr std::string_view kLaterVerbs[] = {"script",  "command", "describe", "events", "get",
                                            "podLogs", "proxy",   "bindings", "outputs"};
constexpr std::string_view kVerbHints[] = {"apply", "create", "update",  "patch", "assert", "error",
                                           "delete", "wait",  "sleep", "advance", "fault", "traffic"};

void read_target(Reader reader, Target& target) {
  reader.text("apiVersion", target.api_version);
  reader.text("kind", target.kind);
  reader.text("namespace", target.namespace_);
  reader.text("name", target.name);
  reader.text("selector", target.selector);
}

void check_target(const Reader& reader, const Target& target) {
  if (api::find_kind(target.api_version, target.kind) == nullptr) {
    reader.fail(fmt::format("no matches for kind \"{}\" in version \"{}\"", target.kind, target.api_version));
  }
  if (target.name.empty() == target.selector.empty()) reader.fail("give either name or selector");
}

void read_delete(Reader reader, Operation& operation) {
  reader.duration("timeout", operation.timeout);
  if (reader.has("ref")) {
    Reader reference = reader.child("ref");
    read_target(reference, operation.target);
    reference.finish();
    check_target(reference, operation.target);
  } else {
    reader.objects("file", "resource", operation.objects);
  }
  reader.later({"deletionPropagationPolicy", "expect", "template", "bindings", "cluster"});
}

void read_wait(Reader reader, Operation& operation) {
  reader.duration("timeout", operation.timeout);
  read_target(reader, operation.target);
  check_target(reader, operation.target);
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
  reader.later({"format", "cluster"});
}

void read_expectations(const Reader& reader, const std::string& prefix, std::vector<Expectation>& expectations) {
  for (const doc::Member& member : reader.value().members()) {
    const std::string name = prefix + std::string{member.key.text()};
    const Reader inner = reader.child(member.key.text());
    if (member.value.is_object()) {
      read_expectations(inner, name + ".", expectations);
      continue;
    }
    auto comparison = Comparison::parse(member.value);
    if (!comparison) {
      inner.fail(comparison.error());
    } else if (!is_metric(name)) {
      inner.fail("unknown measure; there are " + metric_names());
    } else {
      expectations.push_back({name, std::move(*comparison), inner.line()});
    }
  }
}

void read_traffic_client(Reader reader, TrafficSpec& traffic) {
  if (!reader.value()["from"].is_object()) return reader.text("from", traffic.from);
  Reader from = reader.child("from");
  from.text("namespace", traffic.from_namespace);
  from.required_text("selector", traffic.from_selector);
  from.finish();
}

Operation read_operation(const Reader& reader);

void read_traffic(Reader reader, Operation& operation) {
  TrafficSpec& traffic = operation.traffic;
  traffic.from = "external";
  read_traffic_client(reader, traffic);
  reader.required_text("url", traffic.url);
  reader.text("method", traffic.method);
  reader.number("rate", traffic.rate);
  reader.duration("duration", traffic.duration);
  reader.duration("timeout", traffic.timeout);
  if (!(traffic.rate > 0) || traffic.rate > kMaxRate) {
    reader.child("rate").fail(fmt::format("must be more than 0 and at most {}", kMaxRate));
  }
  if (traffic.rate * std::chrono::duration<double>{traffic.duration}.count() > kMaxRequests) {
    reader.child("duration").fail(fmt::format("at most {} requests are made", kMaxRequests));
  }
  sim::Duration latest{0};
  for (const Reader& item : reader.items("during")) {
    Operation inner = read_operation(item);
    if (inner.kind == OperationKind::traffic) item.fail("traffic cannot start during traffic");
    if (inner.after < latest) item.child("after").fail("earlier than the operation before");
    if (inner.after > traffic.duration) item.child("after").fail("the traffic is over by then");
    latest = inner.after;
    operation.during.push_back(std::move(inner));
  }
  if (reader.has("expect")) read_expectations(reader.child("expect"), "", traffic.expectations);
}

void read_body(OperationKind kind, Reader reader, Operation& operation) {
  switch (kind) {
    case OperationKind::apply:
    case OperationKind::create:
    case OperationKind::update:
    case OperationKind::patch:
    case OperationKind::assertion:
    case OperationKind::error:
      reader.duration("timeout", operation.timeout);
      reader.objects("file", "resource", operation.objects);
      reader.later({"expect", "outputs", "template", "bindings", "cluster", "dryRun"});
      if (kind == OperationKind::assertion || kind == OperationKind::error) reader.refuse_expressions(operation.objects);
      break;
    case OperationKind::deletion: read_delete(reader, operation); break;
    case OperationKind::wait: read_wait(reader, operation); break;
    case OperationKind::sleep: reader.required_duration("duration", operation.duration); break;
    case OperationKind::fault: operation.fault = reader.value(); return;
    case OperationKind::traffic: read_traffic(reader, operation); break;
  }
  reader.finish();
}

Operation read_operation(const Reader& given) {
  Reader reader = given;
  Operation operation;
  operation.line = reader.line();
  reader.text("description", operation.description);
  reader.duration("after", operation.after);
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
    reader.fail(fmt::format("expected one operation: {}", fmt::join(kVerbHints, ", ")));
  }
  reader.finish();
  return operation;
}

std::vector<Operation> read_operations(Reader& reader, std::string_view name) {
  std::vector<Operation> operations;
  for (const Reader& item : reader.items(name)) operations.push_back(read_operation(item));
  return operations;
}

Step read_step(Reader reader) {
  Step step;
  step.line = reader.line();
  reader.text("name", step.name);
  std::string description;
  reader.text("description", description);
  step.operations = read_operations(reader, "try");
  step.on_failure = read_operations(reader, "catch");
  step.finally = read_operations(reader, "finally");
  for (Operation& operation : read_operations(reader, "cleanup")) step.finally.push_back(std::move(operation));
  if (step.operations.empty()) reader.fail("try: at least one operation is required");
  reader.later({"timeouts", "deletionPropagationPolicy", "cluster", "clusters", "skipDelete", "template", "compiler",
                "bindings", "use"});
  reader.finish();
  return step;
}

void read_timeouts(Reader reader, Timeouts& timeouts) {
  reader.duration("apply", timeouts.apply);
  reader.duration("assert", timeouts.assertion);
  reader.duration("cleanup", timeouts.cleanup);
  reader.duration("delete", timeouts.deletion);
  reader.duration("error", timeouts.error);
  reader.later({"exec"});
  reader.finish();
}

void read_spec(Reader reader, TestFile& test) {
  reader.text("description", test.description);
  reader.text("namespace", test.namespace_);
  if (reader.has("timeouts")) read_timeouts(reader.child("timeouts"), test.timeouts);
  for (const Reader& item : reader.items("steps")) test.steps.push_back(read_step(item));
  if (test.steps.empty()) reader.fail("steps: at least one step is required");
  // A cluster is made for each file, so files never run at once and nothing is left to be cleaned up.
  reader.accept({"concurrent", "skipDelete"});
  reader.later({"failFast", "cluster", "clusters", "skip", "template", "compiler", "namespaceTemplate",
                "namespaceTemplateCompiler", "bindings", "deletionPropagationPolicy", "catch", "error", "scenarios",
                "forceTerminationGracePeriod", "delayBeforeCleanup"});
  reader.finish();
}

bool is_test(const doc::Value& document) {
  return document["apiVersion"].as_string() == kApiVersion && document["kind"].as_string() == "Test";
}

}  // namespace

std::expected<TestFile, FileError> parse_test_file(const std::string& file, std::string_view text,
                                                   const FileReader& read_file) {
  const auto documents = doc::parse_yaml(text);
  if (!documents) {
    const doc::ParseError& error = documents.error();
    return std::unexpected{FileError{file, error.position.line, error.position.column, error.message}};
  }
  if (documents->size() != 1 || !is_test(documents->front().value)) {
    return std::unexpected{FileError{file, 1, 1, fmt::format("expected one document of apiVersion {} and kind Test",
                                                             kApiVersion)}};
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
  // What cannot be read may well have been meant as a test: let it be reported.
  return !documents || (!documents->empty() && is_test(documents->front().value));
}

}  // namespace rockpool::scenario
