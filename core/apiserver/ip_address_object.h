// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/api/ip.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// The labels of the IPAddresses of Services, and who writes them.
inline constexpr std::string_view kIpFamilyLabel = "ipaddress.kubernetes.io/ip-family";
inline constexpr std::string_view kIpManagedByLabel = "ipaddress.kubernetes.io/managed-by";
inline constexpr std::string_view kIpAllocatorName = "ipallocator.k8s.io";

/// The IPAddress that says that the Service has that address (ipallocator's createIPAddress).
doc::Value make_ip_address(const api::IpAddress& address, const doc::Value& service);
/// True if the IPAddress carries the labels of `make_ip_address` for that family.
bool has_ip_address_labels(const doc::Value& ip_address, api::IpFamily family);
/// True if the IPAddress is one that the allocator of Services looks after.
bool is_service_ip_address(const doc::Value& ip_address);

}  // namespace rockpool::apiserver
