// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/present.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/api/other_versions.h"
#include "core/apiserver/custom/objects.h"
#include "core/apiserver/print/table.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

// The object in the version that the path asks for.
doc::Value as_served(const api::Resource& resource, const doc::Value& object) {
  const api::OtherVersion* other = api::find_other_version(resource);
  return other != nullptr ? other->from_stored(object) : custom::convert(object, resource);
}

doc::Value version_of(const doc::Value& object) {
  return doc::Value::object(
      {{"resourceVersion"_key, metadata_of(object)["resourceVersion"_key].as_string()}});
}

doc::Value table_of(const Route& route, const doc::Value& object, bool headers) {
  return make_table(*route.resource, {&object, 1}, version_of(object), route.format.include_object,
                    route.server.loop().now(), headers);
}

// An event's object in the wanted form. Errors stay what they are.
class EventPresenter {
 public:
  explicit EventPresenter(const Route& route)
      : resource_{*route.resource}, format_{route.format}, loop_{route.server.loop()} {}

  doc::Value operator()(const WatchEvent& event) {
    if (event.kind == WatchEvent::error) return event.object;
    if (format_.as == As::object) return as_served(resource_, event.object);
    if (format_.as == As::partial_metadata) return make_partial_metadata(event.object);
    const bool headers = std::exchange(headers_due_, false);
    return make_table(resource_, {&event.object, 1}, version_of(event.object),
                      format_.include_object, loop_.now(), headers);
  }

 private:
  const api::Resource& resource_;
  Format format_;
  const sim::Loop& loop_;
  bool headers_due_ = true;
};

// Lists of custom objects keep each item's apiVersion and kind, which upstream has no Go type to
// leave out from.
Response present_custom_list(const Route& route, const ListResult& list) {
  std::vector<doc::Value> items;
  for (const doc::Value& item : list.items) items.push_back(custom::convert(item, *route.resource));
  return respond_object(200,
                        doc::Value::object({{"apiVersion"_key, route.resource->api_version},
                                            {"kind"_key, route.resource->list_kind},
                                            {"metadata"_key, list_metadata(list)},
                                            {"items"_key, doc::Value::array(std::move(items))}}),
                        route.format);
}

}  // namespace

Response present_object(const Route& route, int code, const doc::Value& object) {
  switch (route.format.as) {
    case As::table:
      return respond_object(code, table_of(route, object, true), route.format);
    case As::partial_metadata:
      return respond_object(code, make_partial_metadata(object), route.format);
    case As::object:
    case As::aggregated_discovery:
      break;
  }
  return respond_object(code, as_served(*route.resource, object), route.format);
}

Response present_scale(const Route& route, const doc::Value& scale) {
  if (route.format.as != As::table) return respond_object(200, scale, route.format);
  return respond_object(
      200, make_scale_table(scale, route.format.include_object, route.server.loop().now()),
      route.format);
}

Response present_list(const Route& route, const ListResult& list) {
  switch (route.format.as) {
    case As::table:
      return respond_object(200,
                            make_table(*route.resource, list.items, list_metadata(list),
                                       route.format.include_object, route.server.loop().now()),
                            route.format);
    case As::partial_metadata:
      return respond_object(200, make_partial_metadata_list(list.items, list_metadata(list)),
                            route.format);
    case As::object:
    case As::aggregated_discovery:
      break;
  }
  if (route.resource->definition != nullptr) return present_custom_list(route, list);
  if (api::find_other_version(*route.resource) == nullptr) {
    return respond_list(*route.resource, list, route.format);
  }
  ListResult shown = list;
  for (doc::Value& item : shown.items) item = as_served(*route.resource, item);
  return respond_list(*route.resource, shown, route.format);
}

void present_watch(const Route& route, WatchStream& stream) {
  if (route.format.as != As::object || route.resource->definition != nullptr ||
      api::find_other_version(*route.resource) != nullptr) {
    stream.set_presenter(EventPresenter{route});
  }
}

}  // namespace rockpool::apiserver
