// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "core/scenario/traffic_spec.h"
#include "core/sim/time.h"

namespace rockpool::scenario {

/// A mistake in a test file.
struct FileError {
  std::string file;
  int line = 0;
  int column = 0;
  std::string message;

  /// `web.yaml:12:5: spec.steps[0].try[1].asert: unknown field`
  std::string to_string() const;
};

/// Gives the text of a file named in a test, relative to the test's folder, or says why not.
using FileReader = std::function<std::expected<std::string, std::string>(const std::string& path)>;

/// How long Chainsaw waits for each kind of operation unless a test says otherwise
/// (chainsaw.kyverno.io Configuration, spec.timeouts).
struct Timeouts {
  sim::Duration apply = std::chrono::seconds{5};
  sim::Duration assertion = std::chrono::seconds{30};
  sim::Duration cleanup = std::chrono::seconds{30};
  sim::Duration deletion = std::chrono::seconds{15};
  sim::Duration error = std::chrono::seconds{30};
  /// For `wait`, which in Chainsaw runs kubectl.
  sim::Duration exec = std::chrono::seconds{5};
};

/// What an operation does.
enum class OperationKind {
  apply,
  create,
  update,
  patch,
  assertion,
  error,
  deletion,
  wait,
  sleep,
  resolve,
  fault,
  drain,
  traffic,
};

/// Which objects an operation is about: Chainsaw's ActionObject and ObjectReference.
struct Target {
  std::string api_version;
  std::string kind;
  /// Empty: the test's; `*`: all.
  std::string namespace_;
  /// Empty: all that the selector selects.
  std::string name;
  /// A label selector; empty: everything.
  std::string selector;
};

/// What `wait` waits for.
struct WaitFor {
  /// What it is that has to come about.
  enum class Kind { condition, deletion, json_path };
  Kind kind = Kind::condition;
  /// The type of the condition, or the path.
  std::string name;
  /// The status of the condition, or the value at the path.
  std::string value;
};

/// A look-up of a name in DNS, and what must come of it.
struct NameLookup {
  /// As in TrafficSpec.
  Client from;
  std::string name;
  /// The addresses that must be found, in any order; empty: not compared.
  std::vector<std::string> addresses;
  /// The addresses must be those of the Pods that this selects; empty: not compared.
  std::string pods;
  /// How it must fail: `no_such_host`, …; empty: it must not.
  std::string failure;
};

/// One thing that a test does or checks.
struct Operation {
  OperationKind kind = OperationKind::apply;
  /// Where it stands in the test file.
  int line = 0;
  std::string description;
  /// The objects given inline or by a file, for apply, create, update, patch, assertion, error,
  /// deletion.
  std::vector<doc::Value> objects;
  std::optional<sim::Duration> timeout;
  /// The steps go on if this fails; the test has failed all the same.
  bool continue_on_error = false;
  /// For deletion: Orphan, Background, Foreground; empty: the API's default.
  std::string propagation_policy;
  /// For deletion by reference and wait.
  Target target;
  WaitFor wait_for;
  NameLookup lookup;
  /// For sleep.
  sim::Duration duration{0};
  /// For fault: the document of core/cluster/fault.h, whose target may be `{namespace, selector,
  /// index}`.
  doc::Value fault;
  /// For drain: the node.
  std::string node;
  TrafficSpec traffic;
  /// For traffic: what happens while it flows, each at its `after`.
  std::vector<Operation> during;
  /// In `during`: how long after the beginning of the traffic.
  sim::Duration after{0};
};

/// A named group of operations.
struct Step {
  std::string name;
  int line = 0;
  /// The test's, where the step has none of its own.
  Timeouts timeouts;
  std::vector<Operation> operations;
  /// Run only if they did not go well.
  std::vector<Operation> on_failure;
  /// Run after them whether they went well or not.
  std::vector<Operation> finally;
  /// Run at the end of the test, those of the last step first.
  std::vector<Operation> cleanup;
};

/// One test: Chainsaw's kind Test, apiVersion chainsaw.kyverno.io/v1alpha1.
struct TestFile {
  std::string file;
  std::string name;
  std::string description;
  /// Empty: a fresh namespace of its own.
  std::string namespace_;
  std::vector<Step> steps;
};

/// Reads a test. Fields that Chainsaw has and we do not act on are refused as "not supported yet",
/// others as unknown.
std::expected<TestFile, FileError> parse_test_file(const std::string& file, std::string_view text,
                                                   const FileReader& read_file);
/// True if a YAML text holds such a test, rather than manifests that tests refer to.
bool is_test_file(std::string_view text);

}  // namespace rockpool::scenario
