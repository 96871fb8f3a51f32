// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/doc/value.h"
#include "tests/core/apiserver/samples.h"

// Objects with every field set, generated from the tables of core/api/tables.
namespace rockpool::apiserver::full_objects {

/// Valid objects of a kind that together set every field of its table. What excludes each other,
/// as the sources of a volume, is in different items of a list, or else in different objects. What
/// makes the values valid is in full_object_hints.h. Nothing has a status.
std::vector<Value> objects(const samples::Sample& sample);

/// The same for the `status` of a kind that has one; each is the status alone.
std::vector<Value> statuses(const samples::Sample& sample);

/// What `pods/ephemeralcontainers` takes: no Pod is created with these.
Value ephemeral_containers();

/// The paths of the fields of a kind's table below `part` ("", "status"): `spec/ports/0/name`.
/// An item of a list is `0` and a value of a map `*`, whichever it is; types that are inside of
/// themselves, as JSON schemas, are listed once. `part` "" leaves the status out.
std::set<std::string> fields(const api::Resource& resource, std::string_view part);

/// Which of the paths a value of that part sets.
std::set<std::string> fields_set(const api::Resource& resource, std::string_view part,
                                 const Value& value);

}  // namespace rockpool::apiserver::full_objects
