// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

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
  // What makes one event the repetition of another.
  struct Content {
    const doc::Value& object_uid;
    doc::Value field_path;
    doc::Value type;
    doc::Value reason;
    doc::Value message;

    std::uint64_t hash() const;
    bool is_of(const doc::Value& event) const;
  };
  struct Seen {
    // The Event's metadata as it was created, for its namespace and name.
    doc::Value metadata;
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
  struct ValueHash {
    std::size_t operator()(const doc::Value& value) const {
      return static_cast<std::size_t>(value.hash());
    }
  };

  bool is_allowed(const doc::Value& object_uid);
  bool repeat(std::uint64_t hash, const Content& content);
  doc::Value make(const doc::Value& object, const Content& content);

  sim::Loop& loop_;
  apiserver::ApiServer& api_;
  std::string component_;
  std::string host_;
  // The `source` and the reporter of every event, shared by all.
  doc::Value source_;
  doc::Value reporting_component_;
  doc::Value reporting_instance_;
  // By the hash of their content. Of two contents with one hash the later is remembered. Neither
  // this map nor the next is ever iterated over.
  std::unordered_map<std::uint64_t, Seen> seen_;
  // By object uid.
  std::unordered_map<doc::Value, Allowance, ValueHash> allowances_;
  // Sets the names of events of one moment apart.
  std::uint64_t recorded_ = 0;
};

}  // namespace rockpool::client
