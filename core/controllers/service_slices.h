// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/views/endpoints.h"
#include "core/api/views/pod.h"
#include "core/api/views/service.h"
#include "core/client/text_map.h"
#include "core/controllers/endpoint_pods.h"
#include "core/controllers/endpointslice_plan.h"
#include "core/doc/value.h"

namespace rockpool::controllers {

/// The writes that bring a Service's slices up to date.
struct SlicePlan {
  /// Whole objects without a name: to be created.
  std::vector<doc::Value> create;
  /// Whole objects with the resourceVersion they are based on.
  std::vector<doc::Value> update;
  /// Names.
  std::vector<std::string> remove;

  bool is_empty() const { return create.empty() && update.empty() && remove.empty(); }
};

/// An endpoint as a Pod gives it, and the slices it may be in.
struct WantedEndpoint {
  /// The ports of its slices.
  doc::Value ports;
  doc::Value endpoint;
};

/// What is known of one Service's slices, so that the change of one Pod costs no look at the
/// others.
///
/// The slices are those that the controller itself wrote last, or newer ones that others wrote: the
/// informer's cache may lag behind, and acting on it would make slices twice.
class ServiceSlices {
 public:
  /// Takes note of a slice as the API has it; older versions than the known one are ignored.
  /// Returns whether somebody else has changed it.
  bool observe(const doc::Value& slice);
  /// Takes note that a slice is gone; returns whether it was known.
  bool observe_removal(std::string_view name);

  /// Wants that Pod looked at in the next plan.
  void touch(std::string_view pod_name) { touched_.emplace(pod_name); }
  /// Wants everything looked at in the next plan.
  void touch_all() { all_touched_ = true; }
  bool is_all_touched() const { return all_touched_; }
  /// The Pods to be looked at: the touched ones, or, if all are, also those in slices.
  std::set<std::string> take_touched();

  /// Sets what a Pod should be in the slices of one family; empty: nothing.
  void want(const std::string& family, const std::string& pod_name,
            std::optional<WantedEndpoint> wanted);
  /// The writes that make it so. Forgets what was wanted; the plan must be applied and its results
  /// observed, or else everything touched again.
  SlicePlan plan(const api::Service& service, const std::set<std::string>& families,
                 const std::optional<sim::Time>& trigger, std::size_t max_endpoints);

  /// From now on an endpoint is the same with other hints: somebody else decides on them.
  void keep_hints(bool keep) { keeps_hints_ = keep; }
  /// The slices of a family that a plan leaves as they are, in order of their names.
  std::vector<doc::Value> unchanged(const SlicePlan& plan, const std::string& family) const;

  TriggerTimes trigger_times;

 private:
  // Slices that endpoints may be moved between: same family, same ports.
  using GroupKey = std::pair<std::string, std::string>;
  struct Slice {
    doc::Value object;
    GroupKey group;
    // The endpoints that the last plan gave it: as long as it has those, each is in its place.
    doc::Value planned;
  };
  struct Edit {
    // The endpoint that takes the place of the Pod's; null to remove it.
    doc::Value endpoint;
  };
  struct Group {
    doc::Value ports;
    std::vector<doc::Value> additions;
  };
  // By Pod.
  using Edits = std::map<std::string, Edit, std::less<>>;
  // Which slice each Pod's endpoint is in.
  using Places = client::TextMap<std::string>;

  static GroupKey group_of(const doc::Value& slice);
  const std::string& text_of(const doc::Value& ports);
  Places& places_of(std::string_view family);
  void move_places(const doc::Value& before, const doc::Value& after, const std::string& name);
  std::vector<SliceDraft> drafts_of(const GroupKey& key, const api::Service& service);
  SliceDraft draft(const std::string& name, Slice& slice);
  doc::Value make_slice(const api::Service& service, const GroupKey& key, const doc::Value& ports,
                        const std::optional<sim::Time>& trigger) const;
  void add_group(SlicePlan& plan, const GroupKey& key, const Group& group,
                 std::vector<SliceDraft> drafts, const api::Service& service,
                 const std::optional<sim::Time>& trigger);
  void add_placeholder(SlicePlan& plan, const std::string& family, const api::Service& service,
                       const std::optional<sim::Time>& trigger) const;
  void recycle(SlicePlan& plan) const;

  std::map<std::string, Slice, std::less<>> slices_;
  // By family.
  std::map<std::string, Places, std::less<>> places_;
  std::set<std::string> touched_;
  bool all_touched_ = true;
  bool keeps_hints_ = false;
  // By slice.
  std::map<std::string, Edits> edits_;
  std::map<GroupKey, Group> groups_;
  // The ports that were put into words last: mostly all Pods of a Service have the same.
  doc::Value ports_;
  std::string ports_text_;
};

}  // namespace rockpool::controllers
