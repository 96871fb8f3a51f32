// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/apiserver/http.h"
#include "core/apiserver/reviews/virtual_resource.h"
#include "core/apiserver/routes.h"

// The reviews of authorization.k8s.io and authentication.k8s.io.
namespace rockpool::apiserver {

/// Whether the asker may do something.
Response review_self_subject_access(const Route& route);
/// Whether somebody may do something, anywhere or in the request's namespace.
Response review_subject_access(const Route& route);
Response review_local_subject_access(const Route& route);
/// What the asker may do in a namespace.
Response review_self_subject_rules(const Route& route);
/// Who the asker is.
Response review_self_subject(const Route& route);
/// Whose token this is.
Response review_token(const Route& route);
/// `serviceaccounts/<name>/token`: a new token for the account.
Response serve_token(const Route& route);

/// The review in the request's body, decoded by the type of that name.
api::Result<doc::Value> read_review(const Route& route, std::string_view api_version,
                                    std::string_view kind);

}  // namespace rockpool::apiserver
