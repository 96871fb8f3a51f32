// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/apiserver/http.h"
#include "core/apiserver/negotiate.h"
#include "core/apiserver/options.h"
#include "core/doc/value.h"

// Results as HTTP responses, in the form that the client accepts.
namespace rockpool::apiserver {

/// A response whose body is that document.
Response respond_object(int code, const doc::Value& object, Format format = {});
/// A failure, with its own code.
Response respond_status(const api::Status& status, Format format = {});
/// A Status of success: of a deletion with what was deleted.
Response respond_success(int code, const api::Resource* resource, const doc::Value& object,
                         Format format = {});
/// A list of the resource's kind; its items go without apiVersion and kind, as Go writes them.
Response respond_list(const api::Resource& resource, const ListResult& list, Format format = {});
/// The metadata of a list: its revision, and how it goes on.
doc::Value list_metadata(const ListResult& list);
/// A response of plain text.
Response respond_text(int code, std::string_view text);
/// Adds a Warning header for each.
void add_warnings(Response& response, const std::vector<std::string>& warnings);

}  // namespace rockpool::apiserver
