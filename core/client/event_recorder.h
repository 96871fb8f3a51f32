// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "core/apiserver/apiserver.h"
#include "core/doc/value.h"
#include "core/sim/loop.h"

namespace rockpool::client {

/// Writes core/v1 Events about objects for one component, as client-go's tools/record does: an
/// event that repeats within ten minutes (same object, reason, message and type) raises `count` and
/// `lastTimestamp` of the one that is there. Of one object a component records 25 events at once
/// and then one every five minutes; what is beyond that is lost, as upstream.
class EventRecorder {
 public:
  /// `component` and `host` become `source`; `host` is the node for a kubelet and empty for others.
  EventRecorder(sim::Loop& loop, apiserver::ApiServer& api, std::string component,
                std::string host = {});

  /// Records a Normal event about `object`.
  void normal(const doc::Value& object, std::string_view reason, std::string_view message) {
    record(object, {}, "Normal", reason, message);
  }
  /// Records a Warning event about `object`.
  void warning(const doc::Value& object, std::string_view reason, std::string_view message) {
    record(object, {}, "Warning", reason, message);
  }
  /// Records an event of `type` about a part of `object`; `field_path` is for example
  /// `spec.containers{nginx}`. Nothing is recorded in a namespace that is gone.
  void record(const doc::Value& object, std::string_view field_path, std::string_view type,
              std::string_view reason, std::string_view message);

 private:
  // Object uid, field path, type, reason, message.
  using Repeat = std::tuple<std::string, std::string, std::string, std::string, std::string>;
  struct Seen {
    std::string namespace_;
    std::string name;
    sim::Time last;
  };
  // How long a repetition counts as one (the correlator's default interval), and how many are
  // remembered.
  static constexpr sim::Duration kRepeatWindow = std::chrono::minutes{10};
  static constexpr std::size_t kMaxSeen = 4096;

  // How many events of one object may come at once, and how long it takes until one more may (the
  // correlator's spam filter).
  static constexpr std::int64_t kBurst = 25;
  static constexpr sim::Duration kRefillInterval = std::chrono::minutes{5};
  struct Allowance {
    std::int64_t left = kBurst;
    // When the part of an event that is accounted for began to come back.
    sim::Time since;
  };

  bool is_allowed(std::string_view object_uid);
  bool repeat(const Repeat& key);
  doc::Value make(const doc::Value& object, std::string_view field_path);

  sim::Loop& loop_;
  apiserver::ApiServer& api_;
  std::string component_;
  std::string host_;
  std::map<Repeat, Seen> seen_;
  // By object uid.
  std::map<std::string, Allowance, std::less<>> allowances_;
  // Sets the names of events of one moment apart.
  std::uint64_t recorded_ = 0;
};

}  // namespace rockpool::client
