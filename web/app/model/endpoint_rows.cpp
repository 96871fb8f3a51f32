// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/endpoint_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/object.h"
#include "core/api/views/endpoints.h"
#include "core/client/slices_of_service.h"
#include "core/cluster/cluster.h"
#include "web/app/model/api_paths.h"

namespace rockpool::app {
namespace {

void append(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

EndpointRow read_endpoint(const api::Endpoint& endpoint, std::string_view ns) {
  EndpointRow row;
  for (const doc::Value& address : endpoint.addresses().items()) {
    append(row.addresses, address.as_string());
  }
  const doc::Value& target = endpoint.target_ref();
  if (!target.is_null()) {
    row.target = {target["kind"].to_string(), target["namespace"].to_string(std::string{ns}),
                  target["name"].to_string()};
  }
  row.node = endpoint.node_name();
  row.zone = endpoint.zone();
  for (const doc::Value& hint : endpoint.zone_hints().items()) {
    append(row.hints, hint["name"].as_string());
  }
  for (const doc::Value& hint : endpoint.node_hints().items()) {
    append(row.hints, hint["name"].as_string());
  }
  row.ready = endpoint.is_ready();
  row.serving = endpoint.is_serving();
  row.terminating = endpoint.is_terminating();
  return row;
}

SliceRow read_slice(const doc::Value& document) {
  const api::EndpointSlice slice{document};
  SliceRow row;
  row.slice = {"EndpointSlice", std::string{api::namespace_of(document)},
               std::string{api::name(document)}};
  row.address_type = slice.address_type();
  row.managed_by = api::label(document, "endpointslice.kubernetes.io/managed-by");
  for (const api::EndpointPort port : slice.ports()) {
    std::string text = fmt::format("{}/{}", port.port(), port.protocol());
    append(row.ports, port.name().empty() ? text : fmt::format("{} {}", port.name(), text));
  }
  for (const api::Endpoint endpoint : slice.endpoints()) {
    row.endpoints.push_back(read_endpoint(endpoint, row.slice.ns));
  }
  return row;
}

}  // namespace

std::vector<SliceRow> endpoint_slices(Cluster& cluster, const ObjectRef& object) {
  std::vector<SliceRow> rows;
  if (object.kind == "EndpointSlice") {
    const doc::Value document = find_object(cluster, object);
    if (!document.is_null()) rows.push_back(read_slice(document));
    return rows;
  }
  client::Informer& slices = cluster.informers().of(api::ResourceId::endpointslices);
  for (const client::Entry* entry : client::slices_of_service(slices, object.ns, object.name)) {
    rows.push_back(read_slice(entry->second));
  }
  std::ranges::sort(rows, {}, [](const SliceRow& row) { return row.slice.name; });
  return rows;
}

}  // namespace rockpool::app
