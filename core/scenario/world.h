// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/resource.h"
#include "core/apiserver/http.h"
#include "core/cluster/cluster.h"
#include "core/scenario/test_file.h"
#include "core/scenario/timeline.h"

namespace rockpool::scenario {

/// Where an object is in the API.
struct ObjectPlace {
  /// Null for an unknown kind.
  const api::Resource* resource = nullptr;
  /// Empty for cluster-scoped objects; `*` for all namespaces.
  std::string namespace_;
  /// Empty for all.
  std::string name;

  /// `Deployment default/web`, `Node node-1`, `Pod default/*`.
  std::string to_string() const;
  /// `/apis/apps/v1/namespaces/default/deployments`, and `/web` if asked to. Requires a known kind.
  std::string path(bool with_name) const;
};

/// The cluster of a test as its operations see it: with the namespace of the test.
class World {
 public:
  /// How often an operation that waits looks again, as Chainsaw does.
  static constexpr sim::Duration kPollInterval = std::chrono::milliseconds{50};

  /// Makes the test's namespace if there is none of that name. The cluster must outlive the World.
  World(Cluster& cluster, const TestFile& test);

  /// The cluster under test. Time is let pass by the timeline only.
  Cluster& cluster() { return cluster_; }
  /// Its time.
  Timeline& timeline() { return timeline_; }

  /// Where an object of the test file is. One without a namespace is in the test's.
  /// A kind that a CustomResourceDefinition adds is known from when that is there.
  ObjectPlace place_of(const doc::Value& object);
  ObjectPlace place_of(const Target& target);
  /// The object with the test's namespace filled in.
  doc::Value in_namespace(const doc::Value& object);

  /// The objects at a place that the label selector selects, in the order of their names.
  std::vector<doc::Value> find(const ObjectPlace& place, const std::string& selector = {});
  /// The Pods that a label selector selects, as `namespace/name` in order; an empty namespace is
  /// the test's.
  std::vector<std::string> find_pods(const std::string& namespace_, const std::string& selector);
  /// The client as `Cluster` knows it, `pod/namespace/name`; the error says that there is no such
  /// Pod.
  std::expected<std::string, std::string> find_client(const Client& client);
  /// Makes a request of the API. The error is the message of its Status.
  std::expected<void, std::string> send(const apiserver::Request& request);

  /// Lets time pass until `done` says so, at most as long; returns whether it did.
  bool wait_until(sim::Duration timeout, const std::function<bool()>& done);

 private:
  // The kind as discovery tells it, with the texts that its row points to.
  struct CustomKind {
    std::string api_version;
    std::string kind;
    std::string plural;
    api::Resource row;
  };

  const api::Resource* find_custom_kind(const std::string& api_version, const std::string& kind);
  std::vector<doc::Value> find_custom(const ObjectPlace& place, const std::string& selector);
  // The body of what a path answers, null for a failure.
  doc::Value read(apiserver::Request request);

  Cluster& cluster_;
  Timeline timeline_;
  std::string namespace_;
  // By apiVersion and kind. Places point to the rows.
  std::map<std::pair<std::string, std::string>, CustomKind> custom_kinds_;
};

}  // namespace rockpool::scenario
