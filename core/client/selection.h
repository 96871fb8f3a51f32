// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "core/api/selector.h"
#include "core/client/informer.h"
#include "core/doc/value.h"

// Finding the objects whose selector matches some labels without looking at all of them.
namespace rockpool::client {

/// Where an object keeps its selector.
enum class SelectorForm {
  /// `spec.selector` is an object of labels (Service). None selects nothing.
  labels,
  /// `spec.selector` is a metav1.LabelSelector (ReplicaSet, Deployment).
  label_selector,
};

/// An index of an informer's objects by one of the label pairs that their selectors demand; those
/// that demand none are found in one place per namespace.
Index& by_selector(Informer& informer, SelectorForm form);

/// Calls `visit` for each object of the namespace whose selector matches the labels. Costs
/// O(labels + objects that demand one of them).
void for_each_selecting(Informer& informer, SelectorForm form, std::string_view namespace_,
                        const doc::Value& labels,
                        const std::function<void(const doc::Value& object)>& visit);

/// Calls `visit` for each object of the namespace that has no controller and that a
/// metav1.LabelSelector, given parsed and as written, matches. Costs O(objects without controller
/// that have the first label that the selector demands).
void for_each_orphan(Informer& informer, std::string_view namespace_, const doc::Value& selector,
                     const api::LabelSelector& parsed,
                     const std::function<void(const doc::Value& object)>& visit);

/// True if the labels have all the pairs of `selector`, an object of strings.
bool has_labels(const doc::Value& labels, const doc::Value& selector);

}  // namespace rockpool::client
