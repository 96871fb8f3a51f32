// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/status.h"
#include "core/apiserver/apiserver.h"

namespace rockpool {

/// One object that `apply` has dealt with.
struct Applied {
  std::string kind;
  std::string namespace_;
  std::string name;
  /// "created", "configured" or "unchanged".
  std::string result;
  /// "service/web" or "deployment.apps/web", as kubectl names it.
  std::string resource_name;
};

/// Why `apply` stopped, and where.
struct ApplyError {
  api::Status status;
  /// The line and column of the text that is to blame, counted from 1; 0 if there is no such place.
  int line = 0;
  int column = 0;
  /// The document that is to blame: `service/web`; empty if it could not be read so far.
  std::string object;
  /// What had been applied before; empty unless the error came to light only in the doing.
  std::vector<Applied> applied;
};

namespace cluster {

/// Applies every document of a YAML or JSON text as `kubectl apply -f` does on the client's side.
/// All documents are read and tried out (a dry run) first, so that a text with a mistake changes
/// nothing. Items of a `List` are applied one by one.
std::expected<std::vector<Applied>, ApplyError> apply_text(apiserver::ApiServer& server,
                                                           std::string_view text);

}  // namespace cluster
}  // namespace rockpool
