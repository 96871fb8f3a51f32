// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/resource.h"
#include "core/api/type_table.h"
#include "tests/core/apiserver/fixture.h"
#include "tests/core/apiserver/samples.h"

// Objects with as many fields as a valid object can have go over HTTP and come back whole. They
// grow from each kind's sample: whatever its table says that there is, is added as far as the
// server takes it, and what excludes each other goes into another object.
namespace rockpool::apiserver {
namespace {

using namespace samples;
using api::Field;
using api::FieldType;
using api::TypeTable;

// Texts and numbers of which, for every field, one is of the right form.
constexpr std::string_view kTexts[] = {"a",
                                       "a.example.com",
                                       "10.1.2.3",
                                       "/a",
                                       "https://a.example.com/a",
                                       "example.com/a",
                                       "1h",
                                       "10.0.0.0/8",
                                       "80",
                                       "Europe/Berlin",
                                       "metadata.name",
                                       "limits.cpu",
                                       "In"};
constexpr std::int64_t kNumbers[] = {7, 1, 600, 30100};
constexpr std::string_view kNames[] = {"a.example.com", "cpu"};

// The server's own, whatever a client says; what is added through a subresource only; and what no
// update takes any more.
bool is_servers(api::ResourceId id, std::string_view path) {
  // Generated, and whole.
  if (id == jobs && path.starts_with("/spec/selector")) return true;

  constexpr std::string_view kPaths[] = {"/status",
                                         "/metadata/creationTimestamp",
                                         "/metadata/deletionGracePeriodSeconds",
                                         "/metadata/deletionTimestamp",
                                         "/metadata/generation",
                                         "/metadata/managedFields",
                                         "/metadata/namespace",
                                         "/metadata/resourceVersion",
                                         "/metadata/selfLink",
                                         "/metadata/uid",
                                         "/spec/configSource",
                                         "/spec/ephemeralContainers"};
  return std::ranges::any_of(kPaths, [path](std::string_view each) {
    return path.starts_with(each) && (path.size() == each.size() || path[each.size()] == '/');
  });
}

// What a server takes and changes, as upstream's does: a Node's podCIDRs follow its podCIDR, a
// Secret's stringData becomes data, who asks for a certificate is who sends the request, its
// approval is not part of its status, and a Pod's first address is its address.
bool is_rewritten(api::ResourceId id, std::string_view path) {
  if (id == certificatesigningrequests && path == "/status/conditions/0") return true;
  if (id == pods && path == "/status/podIPs/0") return true;
  constexpr std::string_view kPaths[] = {"/spec/podCIDRs", "/stringData", "/spec/extra",
                                         "/spec/groups",   "/spec/uid",   "/spec/username"};
  return std::ranges::find(kPaths, path) != std::end(kPaths);
}

std::vector<Value> texts_of(const api::StringType* type) {
  std::vector<Value> texts;
  if (type != nullptr) {
    std::string_view rest = type->joined_values;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\0'), rest.size());
      if (end > 0) texts.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  if (type == nullptr || !type->closed) {
    for (const std::string_view text : kTexts) texts.emplace_back(text);
  }
  return texts;
}

std::vector<Value> scalars_of(const Field& field, FieldType type) {
  switch (type) {
    case FieldType::string:
      return texts_of(field.string_type());
    case FieldType::boolean:
      return {true, false};
    case FieldType::int32:
    case FieldType::int64: {
      std::vector<Value> numbers;
      for (const std::int64_t number : kNumbers) numbers.emplace_back(number);
      return numbers;
    }
    case FieldType::int_or_string:
      return {7, "50%"};
    case FieldType::number:
      return {1.5};
    case FieldType::quantity:
      return {"3", "3Gi"};
    case FieldType::time:
      return {"2025-01-02T03:04:05Z"};
    case FieldType::micro_time:
      return {"2025-01-02T03:04:05.000006Z"};
    case FieldType::bytes:
      return {"YQ=="};
    case FieldType::array:
      return {Value::strings({"a"})};
    case FieldType::map:
    case FieldType::any:
      return {Value::map({{"any", "1"}})};
    case FieldType::object:
      break;
  }
  return {};
}

// `part`, as JSON, with `value` at a path of names and indices below it.
Value with(Value part, std::span<const std::string> path, const Value& value) {
  if (path.empty()) return value;
  const std::string& step = path.front();
  if (step != "0") {
    part.set(step, with(part[step], path.subspan(1), value));
    return part;
  }
  std::vector<Value> items{part.items().begin(), part.items().end()};
  if (items.empty()) items.emplace_back();
  items.front() = with(items.front(), path.subspan(1), value);
  return Value::array(std::move(items));
}

const Value& at(const Value& part, std::span<const std::string> path) {
  if (path.empty()) return part;
  return at(path.front() == "0" ? part.at(0) : part[path.front()], path.subspan(1));
}

// Everything that `part` says, `whole` says too.
bool holds(const Value& whole, const Value& part) {
  if (part.is_object()) {
    return whole.is_object() && std::ranges::all_of(part.members(), [&](const auto& member) {
             return holds(whole[member.key], member.value);
           });
  }
  if (part.is_array()) {
    if (whole.size() < part.size()) return false;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (!holds(whole.at(i), part.at(i))) return false;
    }
    return true;
  }
  // A quantity may be given as a number, and is text from then on.
  const auto text = [](const Value& value) {
    return value.is_string() ? value.to_string() : doc::to_json(value);
  };
  return text(whole) == text(part);
}

using Types = std::vector<const TypeTable*>;

// The table of what is inside a field, if that is an object or a list of them.
const TypeTable* inner_type(const Field& field) {
  return field.type() == FieldType::map ? nullptr : field.object_type();
}

// The paths of all scalars in a value, as text.
void note_scalars(const Value& part, const std::string& path, std::set<std::string>& paths) {
  paths.insert(path);
  for (const doc::Member& member : part.members()) {
    note_scalars(member.value, fmt::format("{}/{}", path, member.key.text()), paths);
  }
  if (part.is_array() && part.size() > 0) note_scalars(part.at(0), path + "/0", paths);
}

// Lets an object grow, asking the server at each step.
class Grower {
 public:
  Grower(Cluster& cluster, const Sample& sample, std::set<std::string>& taken,
         std::map<std::string, int>& refusals)
      : cluster_{cluster},
        resource_{api::resource(sample.id)},
        target_{collection_path(resource_) + "?dryRun=All&fieldValidation=Strict"},
        object_{manifest(sample)},
        taken_{taken},
        taken_before_{taken},
        refusals_{refusals} {}

  // Lets the status of the object grow instead, which is there already.
  static Grower of_status(Cluster& cluster, const Sample& sample, const Value& there,
                          std::set<std::string>& taken, std::map<std::string, int>& refusals) {
    Grower grower{cluster, sample, taken, refusals};
    grower.target_ = fmt::format("{}/{}/status?dryRun=All&fieldValidation=Strict",
                                 collection_path(grower.resource_), sample.name);
    grower.object_ = there;
    grower.is_status_ = true;
    return grower;
  }

  // Adds what no object before had; returns whether there was anything. What needs something that
  // comes later in the alphabet is added the second time.
  bool grow() {
    Types inside;
    for (int times = 0; times < 2; ++times) grow_object(*resource_.type, inside);
    return taken_.size() > taken_before_.size();
  }
  // Takes on the whole spec of a Pod that has grown, where the kind has a template for it.
  bool plant(const Value& pod_spec) {
    path_ = template_path(resource_);
    if (path_.empty()) return false;
    Value spec = pod_spec;
    for (const doc::Member& member : at(object_, path_).members()) {
      if (!spec.contains(member.key.text()) || member.value.is_string()) {
        spec.set(member.key, member.value);
      }
    }
    bool is_planted = try_value(spec);
    spec.erase("activeDeadlineSeconds"_key);
    is_planted = is_planted || try_value(spec);
    if (is_planted) note_scalars(spec, text(), taken_);
    path_.clear();
    return is_planted;
  }
  const Value& object() const { return object_; }
  // What the server took and did not give back.
  const std::set<std::string>& lost() const { return lost_; }

  // Where a kind has the spec of its template.
  static std::vector<std::string> template_path(const api::Resource& resource) {
    switch (resource.id) {
      case podtemplates:
        return {"template", "spec"};
      case cronjobs:
        return {"spec", "jobTemplate", "spec", "template", "spec"};
      case deployments:
      case replicasets:
      case daemonsets:
      case jobs:
      case replicationcontrollers:
        return {"spec", "template", "spec"};
      default:
        return {};
    }
  }

 private:
  std::string text() const { return fmt::format("/{}", fmt::join(path_, "/")); }
  bool is_there() const { return !at(object_, path_).is_null(); }

  bool try_value(const Value& value) {
    const Value candidate = with(object_, path_, value);
    const Response response =
        cluster_.send(is_status_ ? "PUT" : "POST", target_, doc::to_json(candidate));
    is_one_too_many_ = false;
    if (response.status != (is_status_ ? 200 : 201)) {
      is_one_too_many_ = response.body.find("more than 1") != std::string::npos ||
                         response.body.find("more than one") != std::string::npos;
      return false;
    }
    if (!holds(at(json(response.body), path_), value)) {
      if (!is_rewritten(resource_.id, text())) lost_.insert(text());
      return false;
    }
    object_ = candidate;
    return true;
  }

  void grow_object(const TypeTable& type, Types& inside) {
    // Schemas hold schemas, which is enough once.
    if (std::ranges::count(inside, &type) > 0) return;
    inside.push_back(&type);
    for (const Field& field : type.fields()) {
      const std::size_t depth = path_.size();
      path_.emplace_back(field.name());
      const TypeTable* inner = inner_type(field);
      const bool is_planted = path_ == template_path(resource_);
      if (inner != nullptr && field.type() == FieldType::array) path_.emplace_back("0");
      const bool is_elsewhere =
          is_status_ ? !text().starts_with("/status") : is_servers(resource_.id, text());
      if (is_elsewhere || is_planted) {
        // Not the client's, or there as a whole.
      } else if (inner != nullptr) {
        if (is_there() ||
            (has_hope() && has_news(*inner, inside) && begin(field, *inner, inside))) {
          grow_object(*inner, inside);
        }
      } else {
        grow_scalar(field);
      }
      path_.resize(depth);
    }
    inside.pop_back();
  }

  void grow_scalar(const Field& field) {
    if (taken_.contains(text())) return;
    if (!is_there() && (!has_hope() || !begin_scalar(field))) return;
    taken_.insert(text());
  }

  // What was refused several times, though nothing new stood beside it, is not tried again.
  bool has_hope() const {
    constexpr int kMost = 3;
    const auto found = refusals_.find(text());
    return found == refusals_.end() || found->second < kMost;
  }

  bool begin_scalar(const Field& field) {
    for (const Value& value : scalars_of(field, field.element_type())) {
      if (field.type() == FieldType::map) {
        for (const std::string_view name : kNames) {
          if (try_value(Value::map({{name, value}}))) return true;
        }
      } else if (try_value(field.type() == FieldType::array ? Value::array({value}) : value)) {
        return true;
      }
    }
    ++refusals_[text()];
    return false;
  }

  // Whether any field below is still wanted.
  bool has_news(const TypeTable& type, const Types& inside) {
    if (std::ranges::count(inside, &type) > 0) return false;
    Types deeper = inside;
    deeper.push_back(&type);
    return std::ranges::any_of(type.fields(),
                               [&](const Field& field) { return is_wanted(field, deeper); });
  }

  bool is_wanted(const Field& field, const Types& inside) {
    const std::size_t depth = path_.size();
    path_.emplace_back(field.name());
    const TypeTable* inner = inner_type(field);
    if (inner != nullptr && field.type() == FieldType::array) path_.emplace_back("0");
    const bool wanted = inner != nullptr ? has_news(*inner, inside) : !taken_.contains(text());
    path_.resize(depth);
    return wanted;
  }

  // An object that is not there yet has to begin with something. If that does not go with what
  // stands beside it, and other objects have that already, it makes room.
  bool begin(const Field& field, const TypeTable& type, const Types& inside) {
    if (begin_here(type, inside)) return true;
    const std::size_t up = path_.size() - (field.type() == FieldType::array ? 2 : 1);
    const std::vector<std::string> parent{path_.begin(),
                                          path_.begin() + static_cast<std::ptrdiff_t>(up)};
    const Value before = object_;
    const Value beside = at(object_, parent);
    const std::string prefix = up == 0 ? "" : fmt::format("/{}", fmt::join(parent, "/"));
    bool has_new_beside = false;
    for (const doc::Member& member : beside.members()) {
      const std::string name = fmt::format("{}/{}", prefix, member.key.text());
      if (!is_taken_before(member.value, name)) {
        has_new_beside = true;
        continue;
      }
      Value rest = beside;
      rest.erase(member.key.text());
      object_ = with(before, parent, rest);
      if (begin_here(type, inside)) return true;
    }
    object_ = before;
    if (!has_new_beside) ++refusals_[text()];
    return false;
  }

  bool is_taken_before(const Value& part, const std::string& path) const {
    if (taken_before_.contains(path)) return true;
    if (part.is_array()) return part.size() > 0 && is_taken_before(part.at(0), path + "/0");
    return part.is_object() && std::ranges::all_of(part.members(), [&](const auto& member) {
             return is_taken_before(member.value, fmt::format("{}/{}", path, member.key.text()));
           });
  }

  // With what it requires, or that and one more field.
  bool begin_here(const TypeTable& type, const Types& inside) {
    for (std::size_t form = 0; form < std::size(kTexts); ++form) {
      const Value base = minimum(type, form, 0);
      if (try_value(base)) return true;
      if (is_one_too_many_) return false;
      for (const Field& field : type.fields()) {
        if (field.required() || !is_wanted(field, inside)) continue;
        Value more = base;
        more.set(field.key(), value_of(field, form, 0));
        if (try_value(more)) return true;
        if (is_one_too_many_) return false;
      }
    }
    return false;
  }

  // An object of what its type requires, or of its first field if that is nothing, in one of the
  // forms that texts have.
  static Value minimum(const TypeTable& type, std::size_t form, int depth) {
    Value object = Value::object();
    for (const Field& field : type.fields()) {
      if (field.required()) object.set(field.key(), value_of(field, form, depth));
    }
    if (object.size() == 0 && depth > 0 && !type.fields().empty()) {
      object.set(type.fields()[0].key(), value_of(type.fields()[0], form, depth));
    }
    return object;
  }

  static Value value_of(const Field& field, std::size_t form, int depth) {
    constexpr int kDepth = 6;
    const TypeTable* type = inner_type(field);
    Value value;
    if (type != nullptr && depth < kDepth) {
      value = minimum(*type, form, depth + 1);
    } else {
      const std::vector<Value> all = scalars_of(field, field.element_type());
      if (!all.empty()) value = all[std::min(form, all.size() - 1)];
    }
    if (field.type() == FieldType::array) return Value::array({value});
    if (field.type() == FieldType::map) return Value::map({{kNames[0], value}});
    return value;
  }

  Cluster& cluster_;
  const api::Resource& resource_;
  std::string target_;
  bool is_status_ = false;
  Value object_;
  std::set<std::string>& taken_;
  std::set<std::string> taken_before_;
  std::map<std::string, int>& refusals_;
  std::set<std::string> lost_;
  // The last refusal was for something else that stands there, whatever the form.
  bool is_one_too_many_ = false;
  std::vector<std::string> path_;
};

// The fields that a kind has, as the Grower names them.
void collect(api::ResourceId id, const TypeTable& type, const std::string& path, Types& inside,
             std::set<std::string>& fields) {
  if (std::ranges::count(inside, &type) > 0) return;
  inside.push_back(&type);
  for (const Field& field : type.fields()) {
    std::string name = fmt::format("{}/{}", path, field.name());
    if (id != builtin_count && is_servers(id, name)) continue;
    const TypeTable* inner = field.type() == FieldType::map ? nullptr : field.object_type();
    if (inner == nullptr) {
      fields.insert(name);
    } else {
      if (field.type() == FieldType::array) name += "/0";
      collect(id, *inner, name, inside, fields);
    }
  }
  inside.pop_back();
}

std::string name_in(const Value& object) {
  return object["metadata"_key]["name"_key].to_string();
}

// Without what tells it from another object of the same content.
Value without_identity(Value object) {
  Value& metadata = object.edit("metadata"_key);
  for (const auto key : {"uid"_key, "resourceVersion"_key, "creationTimestamp"_key,
                         "managedFields"_key, "generation"_key}) {
    metadata.erase(key);
  }
  return object;
}

// What one kind has grown to.
struct Grown {
  // All objects that it takes to have had every field once.
  std::vector<Value> objects = {};
  // The fields that any of them has.
  std::set<std::string> taken = {};
  // Those that did not come back.
  std::set<std::string> lost = {};
};

Grown grow(const Sample& sample, const std::vector<Value>& pods_grown) {
  constexpr std::size_t kMost = 60;
  constexpr std::size_t kFewTemplates = 6;
  Cluster cluster;
  Grown grown;
  std::map<std::string, int> refusals;
  for (bool more = true; more && grown.objects.size() < kMost;) {
    const std::size_t number = grown.objects.size();
    const std::size_t templates = sample.id == deployments ? kMost : kFewTemplates;
    Grower grower{cluster, sample, grown.taken, refusals};
    const bool planted = number < std::min(templates, pods_grown.size()) &&
                         grower.plant(pods_grown[number]["spec"_key]);
    more = grower.grow() || planted;
    grown.lost.insert(grower.lost().begin(), grower.lost().end());
    if (more) grown.objects.push_back(grower.object());
  }
  return grown;
}

// Every way of writing an object leaves it as it is.
void check_writes(const api::Resource& resource, const Value& object) {
  const std::string all = collection_path(resource);
  const std::string one = fmt::format("{}/{}", all, name_in(object));
  Cluster cluster;
  const Value created = cluster.expect(201, "POST", all, doc::to_json(object));
  const std::string text = doc::to_json(created);
  CHECK(holds(created, object));
  CHECK(doc::to_json(cluster.expect(200, "GET", one)) == text);
  CHECK(doc::to_json(cluster.expect(200, "PUT", one, text)) == text);
  CHECK(doc::to_json(cluster.expect(200, "PATCH", one, text, "application/merge-patch+json")) ==
        text);
  CHECK(doc::to_json(cluster.expect(200, "PATCH", one, text,
                                    "application/strategic-merge-patch+json")) == text);
  const std::string test = fmt::format(R"([{{"op":"test","path":"","value":{}}}])", text);
  CHECK(doc::to_json(cluster.expect(200, "PATCH", one, test, "application/json-patch+json")) ==
        text);
  // Made once more from what came back, it is the same: there is nothing to add.
  Cluster second;
  const Value again = without_identity(created);
  CHECK(doc::to_json(without_identity(second.expect(201, "POST", all, doc::to_json(again)))) ==
        doc::to_json(again));
}

// Applied, it is what creating it makes; applied again, nothing happens.
void check_apply(const api::Resource& resource, const Value& object) {
  const std::string all = collection_path(resource);
  const std::string one = fmt::format("{}/{}?fieldManager=test", all, name_in(object));
  constexpr std::string_view kApply = "application/apply-patch+yaml";
  Cluster cluster;
  const Value applied = cluster.expect(201, "PATCH", one, doc::to_json(object), kApply);
  Cluster other;
  const Value created = other.expect(201, "POST", all, doc::to_json(object));
  CHECK(doc::to_json(without_identity(applied)) == doc::to_json(without_identity(created)));
  // Applying takes back the taint that a new node is given, as updating it would.
  if (resource.id == nodes) return;
  CHECK(doc::to_json(cluster.expect(200, "PATCH", one, doc::to_json(object), kApply)) ==
        doc::to_json(applied));
}

// How many of the hundred fields that a kind has must be among what has grown. The rest needs
// several values that fit each other.
std::size_t required_share(api::ResourceId id) {
  if (id == horizontalpodautoscalers) return 40;
  if (id == deployments) return 60;
  // Of templates a few, as each is a Deployment's. All fields of a PodSpec are in StatefulSets, of
  // which upstream, too, does not validate the template.
  if (!Grower::template_path(api::resource(id)).empty()) return 30;
  return id == statefulsets ? 99 : 70;
}

TEST_CASE("objects of all fields are created, read, replaced, patched and applied whole") {
  const std::vector<Value> pods_grown = grow(kSamples[api::index_of(pods)], {}).objects;
  CHECK(pods_grown.size() > 30);
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    CAPTURE(resource.kind);
    const Grown grown = grow(sample, pods_grown);
    for (const std::string& field : grown.lost) CHECK_MESSAGE(false, "lost ", field);
    std::set<std::string> fields;
    Types inside;
    collect(resource.id, *resource.type, "", inside, fields);
    std::string left;
    std::size_t count = 0;
    for (const std::string& field : fields) {
      if (grown.taken.contains(field)) {
        ++count;
      } else {
        left += field + " ";
      }
    }
    CHECK_MESSAGE(count * 100 >= fields.size() * required_share(sample.id), "left: ", left);
    for (const Value& object : grown.objects) {
      check_writes(resource, object);
      check_apply(resource, object);
    }
  }
}

TEST_CASE("every status is replaced and patched whole") {
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    if (!resource.subresources.contains(api::Subresource::status)) continue;
    CAPTURE(resource.kind);
    Cluster cluster;
    const std::string all = collection_path(resource);
    const Value created = cluster.expect(201, "POST", all, doc::to_json(manifest(sample)));
    std::set<std::string> taken;
    std::map<std::string, int> refusals;
    Grower grower = Grower::of_status(cluster, sample, created, taken, refusals);
    grower.grow();
    for (const std::string& field : grower.lost()) CHECK_MESSAGE(false, "lost ", field);

    const std::string one = fmt::format("{}/{}", all, sample.name);
    const Value written =
        cluster.expect(200, "PUT", one + "/status", doc::to_json(grower.object()));
    const std::string text = doc::to_json(written);
    CHECK(holds(written["status"_key], grower.object()["status"_key]));
    CHECK(doc::to_json(written["spec"_key]) == doc::to_json(created["spec"_key]));
    CHECK(doc::to_json(cluster.expect(200, "GET", one)) == text);
    for (const std::string_view type :
         {"application/merge-patch+json", "application/strategic-merge-patch+json"}) {
      CHECK(doc::to_json(cluster.expect(200, "PATCH", one + "/status", text, type)) == text);
    }
    // Who writes the object itself does not write its status.
    Value bare = written;
    bare.erase("status"_key);
    CHECK(doc::to_json(cluster.expect(200, "PUT", one, doc::to_json(bare))) == text);

    std::set<std::string> fields;
    Types inside;
    const api::Field* status = resource.type->find("status");
    REQUIRE(status != nullptr);
    collect(builtin_count, *status->object_type(), "/status", inside, fields);
    CHECK(taken.size() * 2 >= fields.size());
  }
}

}  // namespace
}  // namespace rockpool::apiserver
