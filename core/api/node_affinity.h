// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "core/doc/value.h"

// Which nodes a Pod may or would rather run on, as its spec says it.
namespace rockpool::api {

/// True if the node meets one of a NodeSelector's terms. Null or no terms match nothing; an empty
/// term matches nothing (component-helpers nodeaffinity).
bool node_selector_matches(const doc::Value& node_selector, const doc::Value& node);
/// True if the node meets one NodeSelectorTerm.
bool node_selector_term_matches(const doc::Value& term, const doc::Value& node);
/// True if the node meets the Pod's `nodeSelector` and its required node affinity
/// (nodeaffinity.GetRequiredNodeAffinity).
bool required_node_affinity_matches(const doc::Value& pod_spec, const doc::Value& node);
/// The sum of the weights of the preferred node affinity terms that the node meets.
std::int64_t preferred_node_affinity_weight(const doc::Value& pod_spec, const doc::Value& node);

/// True if a toleration covers a taint (Toleration.ToleratesTaint).
bool tolerates(const doc::Value& toleration, const doc::Value& taint);
/// True if one of the tolerations (an array or null) covers the taint.
bool tolerations_tolerate(const doc::Value& tolerations, const doc::Value& taint);
/// The first of the taints (an array or null) with one of the effects that no toleration covers,
/// or null.
const doc::Value& find_untolerated_taint(const doc::Value& taints, const doc::Value& tolerations,
                                         std::initializer_list<std::string_view> effects);

}  // namespace rockpool::api
