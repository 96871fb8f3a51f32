// SPDX-License-Identifier: Apache-2.0
#include "core/api/other_versions.h"

#include <array>
#include <string_view>

#include "core/api/autoscaler_versions.h"
#include "core/api/type_table.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

using doc::Value;

// The same field under its two names.
struct Renamed {
  doc::KnownKeyIndex stored;
  doc::KnownKeyIndex other;
};

constexpr Renamed kEventFields[] = {
    {"involvedObject"_key, "regarding"_key},
    {"message"_key, "note"_key},
    {"reportingComponent"_key, "reportingController"_key},
    {"source"_key, "deprecatedSource"_key},
    {"firstTimestamp"_key, "deprecatedFirstTimestamp"_key},
    {"lastTimestamp"_key, "deprecatedLastTimestamp"_key},
    {"count"_key, "deprecatedCount"_key},
};

void rename(Value& object, doc::KnownKeyIndex from, doc::KnownKeyIndex to) {
  const Value value = object[from];
  if (value.is_null()) return;
  object.erase(from);
  object.set(to, value);
}

Value event_to_stored(const Value& object) {
  Value result = object;
  for (const Renamed& field : kEventFields) rename(result, field.other, field.stored);
  result.set("apiVersion"_key, "v1");
  return result;
}

Value event_from_stored(const Value& object) {
  Value result = object;
  for (const Renamed& field : kEventFields) rename(result, field.stored, field.other);
  result.set("apiVersion"_key, "events.k8s.io/v1");
  return result;
}

Resource row(ResourceId id, std::string_view group, std::string_view version,
             std::string_view api_version) {
  Resource result = resource(id);
  result.group = group;
  result.version = version;
  result.api_version = api_version;
  result.type = find_type(api_version, result.kind);
  return result;
}

using All = std::array<OtherVersion, 2>;

const All& all() {
  static const All versions = {{
      {row(ResourceId::horizontalpodautoscalers, "autoscaling", "v1", "autoscaling/v1"),
       autoscaler_from_v1, autoscaler_to_v1},
      {row(ResourceId::events, "events.k8s.io", "v1", "events.k8s.io/v1"), event_to_stored,
       event_from_stored},
  }};
  return versions;
}

}  // namespace

std::span<const OtherVersion> other_versions() {
  return all();
}

const OtherVersion* find_other_version(const Resource& resource) {
  for (const OtherVersion& version : all()) {
    if (version.resource.id == resource.id &&
        version.resource.api_version == resource.api_version) {
      return &version;
    }
  }
  return nullptr;
}

}  // namespace rockpool::api
