// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/ip_address_object.h"

#include "core/api/object.h"

namespace rockpool::apiserver {

using namespace doc::literals;

doc::Value make_ip_address(const api::IpAddress& address, const doc::Value& service) {
  const doc::Value& metadata = api::metadata(service);
  doc::Value labels = doc::Value::map({{kIpFamilyLabel, api::ip_family_name(address.family)},
                                       {kIpManagedByLabel, kIpAllocatorName}});
  doc::Value parent = doc::Value::object({{"resource"_key, "services"},
                                          {"namespace"_key, metadata["namespace"_key]},
                                          {"name"_key, metadata["name"_key]}});
  return doc::Value::object(
      {{"metadata"_key,
        doc::Value::object({{"name"_key, address.to_string()}, {"labels"_key, std::move(labels)}})},
       {"spec"_key, doc::Value::object({{"parentRef"_key, std::move(parent)}})}});
}

bool has_ip_address_labels(const doc::Value& ip_address, api::IpFamily family) {
  return is_service_ip_address(ip_address) &&
         api::labels(ip_address)[kIpFamilyLabel].as_string() == api::ip_family_name(family);
}

bool is_service_ip_address(const doc::Value& ip_address) {
  return api::labels(ip_address)[kIpManagedByLabel].as_string() == kIpAllocatorName;
}

}  // namespace rockpool::apiserver
