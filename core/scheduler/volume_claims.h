// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/pod.h"
#include "core/client/informer.h"

namespace rockpool::scheduler {

/// Judges the PersistentVolumeClaims of one Pod, as the filter plugin VolumeBinding does. Nobody
/// here binds claims or provisions volumes: a claim counts as bound when somebody else has bound
/// it.
class VolumeClaims {
 public:
  /// Of a Pod without claims nothing is looked up.
  VolumeClaims(const api::Pod& pod, client::Informers& informers);

  /// True if the Pod names claims.
  static bool has_claims(const api::Pod& pod);
  /// Why no node at all can take the Pod, in upstream's words; empty if some may.
  const std::string& hopeless() const { return hopeless_; }
  /// Why this node cannot, in upstream's words; empty if it can.
  std::string_view objection(const doc::Value& node) const;

 private:
  void add(const doc::Value& claim, client::Informers& informers);

  std::string hopeless_;
  /// Claims that wait for their first Pod, whose volumes nobody will make.
  bool waits_for_volumes_ = false;
  bool lacks_volume_ = false;
  /// Of the volumes that are bound those that say where they can be reached.
  std::vector<doc::Value> selectors_;
};

}  // namespace rockpool::scheduler
