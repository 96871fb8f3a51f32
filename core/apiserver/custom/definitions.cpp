// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/custom/definitions.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/object.h"

namespace rockpool::apiserver::custom {

using namespace doc::literals;

namespace {

using doc::Value;

void take_texts(const Value& list, std::vector<std::string>& texts,
                std::vector<std::string_view>& views) {
  for (const Value& text : list.items()) texts.push_back(text.to_string());
  views.assign(texts.begin(), texts.end());
}

api::SubresourceSet subresources_of(const Value& version) {
  const Value& offered = version["subresources"_key];
  const bool has_status = !offered["status"_key].is_null();
  if (offered["scale"].is_null()) {
    return has_status ? api::SubresourceSet{api::Subresource::status} : api::SubresourceSet{};
  }
  if (!has_status) return {api::Subresource::scale};
  return {api::Subresource::status, api::Subresource::scale};
}

}  // namespace

Definitions::Entry& Definitions::entry_of(std::string_view name) {
  for (Entry& entry : entries_) {
    if (entry.name == name) return entry;
  }
  const std::size_t index = api::index_of(api::ResourceId::builtin_count) + entries_.size();
  entries_.push_back({static_cast<api::ResourceId>(index), std::string{name}, {}, {}});
  return entries_.back();
}

Version* Definitions::make_version(api::ResourceId id, const Value& spec, const Value& version) {
  auto made = std::make_unique<Version>();
  const Value& names = spec["names"_key];
  made->document = version;
  made->group = spec["group"_key].to_string();
  made->name = version["name"_key].to_string();
  made->api_version = fmt::format("{}/{}", made->group, made->name);
  made->kind = names["kind"_key].to_string();
  made->list_kind = names["listKind"_key].to_string();
  made->plural = names["plural"_key].to_string();
  made->singular = names["singular"_key].to_string();
  take_texts(names["shortNames"_key], made->short_names, made->short_name_views);
  take_texts(names["categories"_key], made->categories, made->category_views);
  made->row = {.id = id,
               .group = made->group,
               .version = made->name,
               .api_version = made->api_version,
               .kind = made->kind,
               .list_kind = made->list_kind,
               .plural = made->plural,
               .singular = made->singular,
               .short_names = made->short_name_views,
               .categories = made->category_views,
               .namespaced = spec["scope"_key].as_string() == "Namespaced",
               .subresources = subresources_of(version),
               .type = nullptr,
               .definition = &made->document};
  versions_.push_back(std::move(made));
  return versions_.back().get();
}

void Definitions::set(const Value& definition) {
  Entry& entry = entry_of(api::name(definition));
  const Value& spec = definition["spec"_key];
  if (entry.spec == spec) return;
  entry.spec = spec;
  entry.served.clear();
  for (const Value& version : spec["versions"_key].items()) {
    Version* made = make_version(entry.id, spec, version);
    if (version["served"_key].as_bool()) entry.served.push_back(made);
    if (version["storage"_key].as_bool()) entry.stored = made;
  }
}

void Definitions::remove(std::string_view name) {
  Entry& entry = entry_of(name);
  entry.spec = {};
  entry.served.clear();
}

const api::Resource* Definitions::find(std::string_view group, std::string_view version,
                                       std::string_view plural) const {
  for (const Entry& entry : entries_) {
    for (const Version* each : entry.served) {
      if (each->plural == plural && each->group == group && each->name == version) {
        return &each->row;
      }
    }
  }
  return nullptr;
}

const api::Resource* Definitions::find_kind(std::string_view api_version,
                                            std::string_view kind) const {
  for (const Entry& entry : entries_) {
    for (const Version* each : entry.served) {
      if (each->kind == kind && each->api_version == api_version) return &each->row;
    }
  }
  return nullptr;
}

const api::Resource& Definitions::stored(api::ResourceId id) const {
  const std::size_t index = api::index_of(id) - api::index_of(api::ResourceId::builtin_count);
  return entries_[index].stored->row;
}

std::vector<const api::Resource*> Definitions::resources() const {
  std::vector<const api::Resource*> all;
  for (const Entry& entry : entries_) {
    if (!entry.served.empty()) all.push_back(&entry.stored->row);
  }
  return all;
}

std::vector<const api::Resource*> Definitions::served_versions() const {
  std::vector<const api::Resource*> all;
  for (const Entry& entry : entries_) {
    for (const Version* each : entry.served) all.push_back(&each->row);
  }
  return all;
}

Value schema_of(const api::Resource& resource) {
  if (resource.definition == nullptr) return {};
  return (*resource.definition)["schema"]["openAPIV3Schema"];
}

}  // namespace rockpool::apiserver::custom
