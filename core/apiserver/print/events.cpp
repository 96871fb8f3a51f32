// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/api/views/cluster_objects.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"
#include "core/doc/ascii.h"
#include "core/doc/trim.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kEventColumns[] = {
    {"Last Seen", ColumnType::string, false, "How long ago it last happened."},
    {"Type", ColumnType::string, false, "Normal or Warning."},
    {"Reason", ColumnType::string, false, "What happened, in a word."},
    {"Object", ColumnType::string, false, "To which object."},
    {"Subobject", ColumnType::string, true, "To which part of it."},
    {"Source", ColumnType::string, true, "Which component says so."},
    {"Message", ColumnType::string, false, "What happened, in a sentence."},
    {"First Seen", ColumnType::string, true, "How long ago it first happened."},
    {"Count", ColumnType::integer, true, "How often it happened."},
    {"Name", ColumnType::string, true, "The Event's own name."},
};

std::string object_text(const doc::Value& reference) {
  const std::string text = doc::to_lower(reference["kind"_key].as_string());
  const std::string_view name = reference["name"_key].as_string();
  return name.empty() ? text : fmt::format("{}/{}", text, name);
}

std::string source_text(const doc::Value& object) {
  const doc::Value& source = object["source"_key];
  std::string_view component = source["component"_key].as_string();
  if (component.empty()) component = object["reportingComponent"_key].as_string();
  std::string_view host = source["host"_key].as_string();
  if (host.empty()) host = object["reportingInstance"_key].as_string();
  return host.empty() ? std::string{component} : fmt::format("{}, {}", component, host);
}

// Events of events.k8s.io have an eventTime and a series instead of first, last and count.
Cells event_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& series = object["series"_key];
  const doc::Value& first = object["firstTimestamp"_key];
  const std::string first_seen = age_since(first.is_empty() ? object["eventTime"_key] : first, now);
  const doc::Value& last = object["lastTimestamp"_key];
  std::string last_seen = last.is_empty() ? first_seen : age_since(last, now);
  std::int64_t count = object["count"_key].as_int();
  if (!series.is_null()) {
    last_seen = age_since(series["lastObservedTime"_key], now);
    count = series["count"_key].as_int();
  }
  const doc::Value& involved = object["involvedObject"_key];
  return {last_seen,
          object["type"_key].as_string(),
          object["reason"_key].as_string(),
          object_text(involved),
          involved["fieldPath"_key].as_string(),
          source_text(object),
          doc::trim(object["message"_key].as_string()),
          first_seen,
          std::max<std::int64_t>(count, 1),
          api::name(object)};
}

}  // namespace

constexpr Printer kEventPrinter{kEventColumns, event_cells};

}  // namespace rockpool::apiserver
