// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/api/resource.h"
#include "core/doc/value.h"

// What objects of single kinds begin with, and what their updates may not touch; for strategy.cpp.
namespace rockpool::apiserver {

/// The status of an object that is about to be created: what Go prints of a struct that nobody
/// filled in, and the phase of kinds that have one. `object` has its creation time.
doc::Value first_status(const api::Resource& resource, const doc::Value& object);

/// What a client is to know about the object that it is making (WarningsOnCreate), and what this
/// server stores without heeding it.
void add_create_warnings(const api::Resource& resource, const doc::Value& object,
                         std::vector<std::string>& warnings);

/// Labels the template and selects those labels, unless the Job says that it selects by itself
/// (generateSelector of pkg/registry/batch/job).
void prepare_new_job(doc::Value& job);

/// The number of the template, which apps/v1 still shows as an annotation.
void prepare_new_daemon_set(doc::Value& daemon_set);
void prepare_daemon_set_update(doc::Value& daemon_set, const doc::Value& old_daemon_set);

/// Notes who asks for the certificate, whatever the client says of it.
void prepare_new_signing_request(doc::Value& request);
/// `/approval` changes nothing but the conditions.
void prepare_approval(doc::Value& request, const doc::Value& old_request);
/// `/status` changes no condition that only `/approval` may set.
void keep_verdict(doc::Value& request, const doc::Value& old_request);

}  // namespace rockpool::apiserver
