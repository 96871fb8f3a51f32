// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/client/informer.h"

namespace rockpool::client {

/// The EndpointSlices that say by a label whose they are, whoever made them. Valid until one of
/// them changes.
inline const EntrySet& slices_of_service(Informer& slices, std::string_view service_namespace,
                                         std::string_view service) {
  return slices.by_label().find(
      label_index_value(service_namespace, "kubernetes.io/service-name", service));
}

}  // namespace rockpool::client
