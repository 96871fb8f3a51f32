// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/views/view.h"

namespace rockpool::api {

/// A Namespace.
class Namespace : public ObjectView {
 public:
  using ObjectView::ObjectView;
  /// "Active" or "Terminating".
  std::string_view phase() const { return status_value()["phase"_key].as_string("Active"); }
  /// An array of strings.
  const doc::Value& finalizers() const { return spec_value()["finalizers"_key]; }
};

/// A Lease.
class Lease : public ObjectView {
 public:
  using ObjectView::ObjectView;
  std::string_view holder_identity() const {
    return spec_value()["holderIdentity"_key].as_string();
  }
  std::optional<sim::Time> renew_time() const { return read_time(spec_value()["renewTime"_key]); }
};

/// An Event (core/v1).
class Event : public ObjectView {
 public:
  using ObjectView::ObjectView;
  /// An ObjectReference.
  const doc::Value& involved_object() const { return value()["involvedObject"_key]; }
  std::string_view reason() const { return text("reason"_key); }
  std::string_view message() const { return text("message"_key); }
  /// "Normal" or "Warning".
  std::string_view type() const { return text("type"_key); }
  std::int64_t count() const { return number("count"_key); }
  std::optional<sim::Time> last_timestamp() const { return time("lastTimestamp"_key); }
};

}  // namespace rockpool::api
