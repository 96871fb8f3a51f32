// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/apiserver/http.h"
#include "core/cluster/cluster.h"
#include "core/scenario/runner.h"
#include "core/scenario/test_file.h"

namespace rockpool::scenario {

/// The cluster of a test as its operations see it: with the test's namespace and time-outs.
class World {
 public:
  /// How often an operation that waits looks again.
  static constexpr sim::Duration kPollInterval = std::chrono::milliseconds{100};

  /// Makes the test's namespace if there is none of that name. Both must outlive the World.
  World(Cluster& cluster, const TestFile& test);

  /// What an operation does, in a few words: `assert Deployment default/web`.
  std::string title(const Operation& operation) const;
  /// Does anything but traffic; sets `problem` and what explains it.
  void perform(const Operation& operation, OperationResult& result);
  /// The Pods that a label selector selects, as `namespace/name` in order; an empty namespace is the test's.
  std::expected<std::vector<std::string>, std::string> find_pods(const std::string& namespace_,
                                                                 const std::string& selector);

 private:
  // An object as the test gives it, with what is needed to find it in the API.
  struct Address {
    const api::Resource* resource = nullptr;
    std::string namespace_;
    std::string name;
  };

  Address address_of(const doc::Value& object) const;
  Address address_of(const Target& target) const;
  std::string path_of(const Address& address, bool with_name) const;
  // The objects that an address or a label selector means.
  std::expected<std::vector<doc::Value>, std::string> find(const Address& address, const std::string& selector);
  // Lets time pass until `done`, at most as long; returns whether it came true.
  bool wait_until(sim::Duration timeout, const std::function<bool()>& done);

  std::string apply(const Operation& operation);
  std::string send(std::string_view method, const Operation& operation);
  void assert_present(const Operation& operation, OperationResult& result);
  std::string assert_absent(const Operation& operation);
  std::string remove(const Operation& operation);
  std::string wait(const Operation& operation);
  std::string inject(const Operation& operation);
  std::vector<Mismatch> closest(const doc::Value& expected);

  Cluster& cluster_;
  std::string namespace_;
  Timeouts timeouts_;
};

}  // namespace rockpool::scenario
