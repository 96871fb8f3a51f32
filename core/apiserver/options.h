// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/api/resource.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// What is done about fields of an object that its type does not have, or that are given twice
/// (the query parameter fieldValidation).
enum class FieldValidation : std::uint8_t {
  /// The object was built by our own code or comes from the API: it is not decoded at all.
  trusted,
  /// They are dropped.
  ignore,
  /// They are dropped and each makes a warning. The default over HTTP.
  warn,
  /// They are refused. What kubectl asks for.
  strict,
};

/// What all writes have in common.
struct WriteOptions {
  /// Do everything but write (dryRun=All).
  bool dry_run = false;
  FieldValidation field_validation = FieldValidation::trusted;
  /// Who writes, for metadata.managedFields (fieldManager); empty: the write is not tracked.
  std::string field_manager = {};
  /// The object's managedFields are what they are to be.
  bool managers_are_set = false;
  /// Receives the warnings for the client, if given.
  std::vector<std::string>* warnings = nullptr;
};

/// How an object is made.
struct CreateOptions : WriteOptions {};

/// The part of an object that a write is about.
enum class Part : std::uint8_t {
  /// Everything but what belongs to a subresource.
  main,
  /// `/status`
  status,
  /// `/scale`
  scale,
  /// `/finalize` of a namespace
  finalize,
  /// `/approval` of a CertificateSigningRequest
  approval,
  /// `/ephemeralcontainers` of a Pod
  ephemeral_containers,
};

/// How an object is replaced.
struct UpdateOptions : WriteOptions {
  Part part = Part::main;
};

/// The formats of patches: RFC 6902, RFC 7386, and Kubernetes' own two: the strategic merge patch,
/// and the configuration of server-side apply.
enum class PatchType : std::uint8_t { json, merge, strategic, apply };

/// A change to an object.
struct Patch {
  PatchType type = PatchType::merge;
  /// An array of operations for `json`, an object otherwise.
  doc::Value body;
};

/// How an object is patched.
struct PatchOptions : WriteOptions {
  Part part = Part::main;
  /// Server-side apply takes fields from other managers.
  bool force = false;
};

/// What happens to the objects that an object owns.
enum class Propagation : std::uint8_t {
  /// Whatever the resource does by default: background, for all that is served.
  unset,
  background,
  foreground,
  orphan,
};

/// What an object must be like for a deletion or binding to happen.
struct Preconditions {
  std::optional<std::string> uid = {};
  std::optional<std::string> resource_version = {};
};

/// How an object is deleted.
struct DeleteOptions {
  bool dry_run = false;
  /// Seconds; empty: the object's own grace period (Pods), or none.
  std::optional<std::int64_t> grace_period_seconds = {};
  Propagation propagation = Propagation::unset;
  Preconditions preconditions;
};

/// What a deletion led to.
struct Deletion {
  /// True if the object is gone; false if it remains for its grace period or finalizers.
  bool gone = false;
  /// The object as it is, or as it last was.
  doc::Value object;
};

/// How a list's resourceVersion is meant (resourceVersionMatch).
enum class VersionMatch : std::uint8_t { unset, not_older_than, exact };

/// Which objects a list shows, of which moment.
struct ListOptions {
  /// Label and field selectors in their text form; empty selects all.
  std::string label_selector = {};
  std::string field_selector = {};
  /// At most so many objects; 0: all.
  std::int64_t limit = 0;
  /// Where an earlier, limited list stopped.
  std::string continue_token = {};
  /// As the client gives it: "", "0" or a revision.
  std::string resource_version = {};
  VersionMatch resource_version_match = VersionMatch::unset;
};

/// A list, or a page of one.
struct ListResult {
  std::vector<doc::Value> items = {};
  /// The revision that the list shows.
  std::int64_t resource_version = 0;
  /// Set if `limit` cut the list.
  std::string continue_token = {};
  /// How many objects are left after it; empty if there are selectors, or if none are left.
  std::optional<std::int64_t> remaining = {};
};

/// What a watch shows.
struct WatchOptions {
  std::string label_selector = {};
  std::string field_selector = {};
  /// "" and "0": the present objects as ADDED first; otherwise the changes after that revision.
  std::string resource_version = {};
  bool allow_bookmarks = false;
  /// Present objects first, then a bookmark that says so (sendInitialEvents).
  bool send_initial_events = false;
  /// Seconds after which the server ends the watch; 0: never.
  std::int64_t timeout_seconds = 0;
  /// Only the object of that name; empty: all.
  std::string name = {};
};

}  // namespace rockpool::apiserver
