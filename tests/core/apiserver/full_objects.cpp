// SPDX-License-Identifier: Apache-2.0
#include "tests/core/apiserver/full_objects.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/api/type_table.h"
#include "tests/core/apiserver/full_object_hints.h"

namespace rockpool::apiserver::full_objects {
namespace {

using api::Field;
using api::FieldType;
using api::ResourceId;
using api::TypeTable;

using Types = std::vector<const TypeTable*>;

// Members of an object's own metadata that the server writes.
constexpr std::string_view kServersMetadata[] = {"creationTimestamp", "deletionGracePeriodSeconds",
                                                 "deletionTimestamp", "generation",
                                                 "managedFields",     "resourceVersion",
                                                 "selfLink",          "uid"};

// What a text is of which the tables say nothing more.
constexpr std::string_view kText = "a";

// What is given for an object, and what to call it where its list asks for a name.
struct Form {
  Value given = Value::object();
  std::string label = {};
  bool is_alone = false;
  bool is_whole = false;
};

struct Made {
  Value value;
  std::string label = {};
  bool is_alone = false;
};

Value read_hint(const Hint& hint) {
  const auto read = doc::parse_yaml(hint.members);
  REQUIRE_MESSAGE(read.has_value(), hint.where);
  REQUIRE_MESSAGE(read->size() == 1, hint.where);
  return read->front().value;
}

// Whether a hint is meant for an object of that type at that place.
bool is_for(const Hint& hint, const TypeTable& type, std::string_view path) {
  if (hint.where == type.name() || hint.where == path) return true;
  return path.size() > hint.where.size() && path.ends_with(hint.where) &&
         path[path.size() - hint.where.size() - 1] == '/';
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

// Makes objects of one kind.
class Generator {
 public:
  Generator() {
    for (const Hint& hint : hints()) given_.push_back(read_hint(hint));
  }

  std::vector<Made> of_object(const TypeTable& type, const std::string& path) {
    // Types inside of themselves end there.
    if (std::ranges::count(inside_, &type) > 0) return {};
    inside_.push_back(&type);
    std::vector<Made> all;
    for (const Form& form : forms(type, path)) of_form(type, path, form, all);
    inside_.pop_back();
    return all;
  }

  std::vector<Value> of_list(const Field& field, const std::string& path) {
    if (field.element_type() != FieldType::object) {
      return {Value::array({scalar(field, field.element_type())})};
    }
    std::vector<Made> all = of_object(*field.object_type(), path);
    if (all.empty()) return {};
    if (all.front().is_alone) {
      std::vector<Value> lists;
      for (Made& made : all) lists.push_back(Value::array({std::move(made.value)}));
      return lists;
    }
    return {Value::array(distinct(field, std::move(all)))};
  }

 private:
  std::vector<Form> forms(const TypeTable& type, const std::string& path) const {
    std::vector<Form> all{Form{}};
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (!is_for(hints()[i], type, path)) continue;
      std::vector<Form> more;
      for (const Form& form : all) {
        if (given_[i].is_array()) {
          for (const Value& each : given_[i].items()) add(form, each, more);
        } else {
          add(form, given_[i], more);
        }
      }
      all = std::move(more);
    }
    return all;
  }

  // A form with more that is given, once for each of what excludes each other.
  static void add(const Form& form, const Value& given, std::vector<Form>& all) {
    Form more = form;
    if (given["$alone"].is_boolean()) more.is_alone = true;
    if (given["$only"].is_boolean()) {
      more.given = Value::object();
      more.is_whole = true;
    }
    for (const doc::Member& member : given.members()) {
      const std::string_view name = member.key.text();
      if (name != "$one" && name != "$named_in" && name != "$alone" && name != "$only") {
        more.given.set(member.key, member.value);
      }
    }
    const Value& one = given["$one"];
    if (!one.is_array()) return all.push_back(more);
    for (const Value& chosen : one.items()) {
      Form each = more;
      each.label += (each.label.empty() ? "" : "-") + lower_case(chosen.to_string());
      if (given["$named_in"].is_string()) {
        std::string name = chosen.to_string();
        name.front() = static_cast<char>(name.front() - 'a' + 'A');
        each.given.set(given["$named_in"].to_string(), name);
      }
      for (const Value& other : one.items()) {
        if (other != chosen) each.given.set(other.to_string(), Value{});
      }
      all.push_back(std::move(each));
    }
  }

  void of_form(const TypeTable& type, const std::string& path, const Form& form,
               std::vector<Made>& all) {
    std::vector<std::pair<doc::Key, std::vector<Value>>> members;
    std::size_t count = 1;
    for (const Field& field : type.fields()) {
      std::vector<Value> values;
      if (form.given.contains(field.name())) {
        if (form.given[field.name()].is_null()) continue;
        values.push_back(form.given[field.name()]);
      } else if (!form.is_whole) {
        values = of_field(field, fmt::format("{}/{}", path, field.name()));
      }
      if (values.empty()) continue;
      count = std::max(count, values.size());
      members.emplace_back(field.key(), std::move(values));
    }
    for (std::size_t i = 0; i < count; ++i) {
      Value object = Value::object();
      for (const auto& [key, values] : members) object.set(key, values[i % values.size()]);
      std::string label = form.label;
      if (count > 1) label += fmt::format("{}{}", label.empty() ? "n" : "-", i);
      all.push_back({object, label, form.is_alone});
    }
  }

  std::vector<Value> of_field(const Field& field, const std::string& path) {
    switch (field.type()) {
      case FieldType::object:
        return values_of(of_object(*field.object_type(), path));
      case FieldType::array:
        return of_list(field, path + "/0");
      case FieldType::map:
        return of_map(field, path + "/*");
      default:
        return {scalar(field, field.type())};
    }
  }

  static std::vector<Value> values_of(std::vector<Made> all) {
    std::vector<Value> values;
    for (Made& made : all) values.push_back(std::move(made.value));
    return values;
  }

  // The items of one list, with keys that tell them apart.
  static std::vector<Value> distinct(const Field& field, std::vector<Made> all) {
    std::string_view keys = field.traits().list_map_keys;
    if (keys.empty()) keys = field.traits().merge_key;
    const std::string key{keys.substr(0, keys.find(','))};
    const Field* const key_field = key.empty() ? nullptr : field.object_type()->find(key);
    std::set<std::string> taken;
    std::vector<Value> items;
    for (std::size_t i = 0; i < all.size(); ++i) {
      Value item = std::move(all[i].value);
      if (key_field == nullptr) {
        // Nothing tells them apart.
      } else if (item[key].as_string() == kText && !all[i].label.empty()) {
        item.set(key, all[i].label);
      } else if (!taken.insert(doc::to_json(item[key])).second) {
        if (item[key].is_integer()) {
          item.set(key, item[key].as_int() + static_cast<std::int64_t>(i));
        } else {
          item.set(key, fmt::format("{}{}", item[key].to_string(), i));
        }
      }
      items.push_back(std::move(item));
    }
    return items;
  }

  std::vector<Value> of_map(const Field& field, const std::string& path) {
    if (field.element_type() != FieldType::object) {
      return {Value::map({{"a", scalar(field, field.element_type())}})};
    }
    Value map = Value::object();
    const std::vector<Made> all = of_object(*field.object_type(), path);
    for (std::size_t i = 0; i < all.size(); ++i) {
      map.set(all[i].label.empty() ? fmt::format("n{}", i) : all[i].label, all[i].value);
    }
    if (all.empty()) return {};
    return {map};
  }

  static Value scalar(const Field& field, FieldType type) {
    switch (type) {
      case FieldType::string: {
        const api::StringType* const known = field.string_type();
        if (known == nullptr || known->joined_values.empty()) return kText;
        // The first may be the empty text.
        return known->joined_values.substr(known->joined_values.rfind('\0') + 1);
      }
      case FieldType::boolean:
        return true;
      case FieldType::int32:
      case FieldType::int64:
      case FieldType::int_or_string:
        return 7;
      case FieldType::number:
        return 1.5;
      case FieldType::quantity:
        return "3";
      case FieldType::time:
        return "2025-01-02T03:04:05Z";
      case FieldType::micro_time:
        return "2025-01-02T03:04:05.000006Z";
      case FieldType::bytes:
        return "YQ==";
      case FieldType::array:
        return Value::strings({"a"});
      case FieldType::map:
      case FieldType::any:
      case FieldType::object:
        return Value::map({{"any", "1"}});
    }
    return {};
  }

  std::vector<Value> given_;
  Types inside_;
};

void collect(const TypeTable& type, const std::string& path, Types& inside,
             std::set<std::string>& found) {
  if (std::ranges::count(inside, &type) > 0) return;
  inside.push_back(&type);
  for (const Field& field : type.fields()) {
    const std::string name =
        path.empty() ? std::string{field.name()} : fmt::format("{}/{}", path, field.name());
    const TypeTable* const inner = field.object_type();
    if (inner == nullptr || std::ranges::count(inside, inner) > 0) {
      found.insert(name);
    } else {
      const bool is_list = field.type() == FieldType::array;
      collect(*inner,
              is_list                          ? name + "/0"
              : field.type() == FieldType::map ? name + "/*"
                                               : name,
              inside, found);
    }
  }
  inside.pop_back();
}

void collect_set(const Value& value, const TypeTable& type, const std::string& path, Types& inside,
                 std::set<std::string>& found) {
  inside.push_back(&type);
  for (const doc::Member& member : value.members()) {
    const Field* const field = type.find(member.key);
    REQUIRE_MESSAGE(field != nullptr, path, "/", member.key.text());
    const std::string name =
        path.empty() ? std::string{field->name()} : fmt::format("{}/{}", path, field->name());
    const TypeTable* const inner = field->object_type();
    if (inner == nullptr || std::ranges::count(inside, inner) > 0) {
      found.insert(name);
    } else if (field->type() == FieldType::array) {
      for (const Value& item : member.value.items()) {
        collect_set(item, *inner, name + "/0", inside, found);
      }
    } else if (field->type() == FieldType::map) {
      for (const doc::Member& each : member.value.members()) {
        collect_set(each.value, *inner, name + "/*", inside, found);
      }
    } else {
      collect_set(member.value, *inner, name, inside, found);
    }
  }
  inside.pop_back();
}

const TypeTable& part_type(const api::Resource& resource, std::string_view part) {
  if (part.empty()) return *resource.type;
  const Field* const field = resource.type->find(part);
  REQUIRE_MESSAGE(field != nullptr, resource.kind, " ", part);
  return *field->object_type();
}

}  // namespace

std::vector<Value> objects(const samples::Sample& sample) {
  const api::Resource& resource = api::resource(sample.id);
  std::vector<Value> all;
  for (Made& made : Generator{}.of_object(*resource.type, std::string{resource.kind})) {
    Value object = std::move(made.value);
    object.set("apiVersion"_key, resource.api_version);
    object.set("kind"_key, resource.kind);
    object.erase("status"_key);
    Value& metadata = object.edit("metadata"_key);
    metadata.set("name"_key, sample.name);
    for (const std::string_view name : kServersMetadata) metadata.erase(name);
    if (!resource.namespaced) metadata.erase("namespace"_key);
    all.push_back(std::move(object));
  }
  return all;
}

std::vector<Value> statuses(const samples::Sample& sample) {
  const api::Resource& resource = api::resource(sample.id);
  std::vector<Value> all;
  for (Made& made : Generator{}.of_object(part_type(resource, "status"),
                                          fmt::format("{}/status", resource.kind))) {
    all.push_back(std::move(made.value));
  }
  return all;
}

Value ephemeral_containers() {
  const TypeTable* const spec = api::find_type("/v1", "PodSpec");
  REQUIRE(spec != nullptr);
  return Generator{}
      .of_list(*spec->find("ephemeralContainers"), "Pod/spec/ephemeralContainers/0")
      .front();
}

std::set<std::string> fields(const api::Resource& resource, std::string_view part) {
  std::set<std::string> found;
  Types inside;
  collect(part_type(resource, part), std::string{part}, inside, found);
  if (part.empty()) {
    std::erase_if(found, [](const std::string& path) {
      return path == "status" || path.starts_with("status/");
    });
  }
  return found;
}

std::set<std::string> fields_set(const api::Resource& resource, std::string_view part,
                                 const Value& value) {
  std::set<std::string> found;
  Types inside;
  collect_set(value, part_type(resource, part), std::string{part}, inside, found);
  return found;
}

}  // namespace rockpool::apiserver::full_objects
