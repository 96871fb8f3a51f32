// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/decode.h"
#include "core/api/defaults.h"
#include "core/api/other_versions.h"
#include "core/api/resource.h"
#include "tests/core/apiserver/fixture.h"
#include "tests/core/apiserver/full_objects.h"
#include "tests/core/apiserver/samples.h"

// Objects with every field set go over HTTP by every way of writing, and come back whole.
namespace rockpool::apiserver {
namespace {

using namespace samples;
using Paths = std::set<std::string>;

constexpr std::string_view kMerge = "application/merge-patch+json";
constexpr std::string_view kStrategic = "application/strategic-merge-patch+json";
constexpr std::string_view kJsonPatch = "application/json-patch+json";
constexpr std::string_view kApply = "application/apply-patch+yaml";

// Fields that no valid object has when it is created: a part of the path, and why.
struct NotSet {
  std::string_view path;
  std::string_view reason;
};
constexpr NotSet kNotSet[] = {
    {"metadata/creationTimestamp", "the server's"},
    {"metadata/deletionGracePeriodSeconds", "the server's"},
    {"metadata/deletionTimestamp", "the server's"},
    {"metadata/generation", "the server's"},
    {"metadata/managedFields", "the server's"},
    {"metadata/resourceVersion", "the server's"},
    {"metadata/selfLink", "nobody's since 1.20"},
    {"metadata/uid", "the server's"},
    {"Role/rules/0/nonResourceURLs", "not in a namespace"},
    {"metadata/namespace", "not of a kind without namespaces"},
    {"IPAddress/metadata/generateName", "the name is an address"},
    {"Secret/stringData", "becomes data"},
    {"Node/spec/configSource/configMap/uid", "in the status only"},
    {"Node/spec/configSource/configMap/resourceVersion", "in the status only"},
    {"CertificateSigningRequest/spec/uid", "is who sends the request"},
    {"CertificateSigningRequest/spec/extra", "is who sends the request"},
    {"volumeClaimTemplate/metadata", "of a claim made for a Pod: labels and annotations only"},
    {"VolumeAttachment/spec/source/inlineVolumeSpec", "what moves to CSI, with csi only"},
    {"readinessProbe/terminationGracePeriodSeconds", "a Pod that is not ready is not ended"},
    {"containers/0/restartPolicy", "of init containers only"},
    {"spec/resources/claims", "of containers only"},
    {"template/spec/ephemeralContainers", "of running Pods only"},
    {"ephemeralContainers/0/lifecycle", "not of ephemeral containers"},
    {"ephemeralContainers/0/livenessProbe", "not of ephemeral containers"},
    {"ephemeralContainers/0/readinessProbe", "not of ephemeral containers"},
    {"ephemeralContainers/0/startupProbe", "not of ephemeral containers"},
    {"ephemeralContainers/0/ports", "not of ephemeral containers"},
    {"ephemeralContainers/0/resources", "not of ephemeral containers"},
    {"ephemeralContainers/0/resizePolicy", "not of ephemeral containers"},
    {"ephemeralContainers/0/restartPolicy", "not of ephemeral containers"},
    {"ephemeralContainers/0/volumeMounts/0/subPath", "not of ephemeral containers"},
    {"ephemeralContainers/0/volumeMounts/0/subPathExpr", "not of ephemeral containers"},
    {"ReplicaSet/spec/template/spec/activeDeadlineSeconds", "its Pods run for ever"},
    {"Deployment/spec/template/spec/activeDeadlineSeconds", "its Pods run for ever"},
    {"DaemonSet/spec/template/spec/activeDeadlineSeconds", "its Pods run for ever"},
    {"StatefulSet/spec/template/spec/activeDeadlineSeconds", "its Pods run for ever"},
    {"ReplicationController/spec/template/spec/activeDeadlineSeconds", "its Pods run for ever"},
    {"CronJob/spec/jobTemplate/spec/selector", "each Job gets its own"},
    {"CronJob/spec/jobTemplate/spec/manualSelector", "each Job gets its own"},
    {"spec/conversion/webhook", "webhooks cannot be called"},
    {"CustomResourceDefinition/spec/preserveUnknownFields", "is false, which is not written"},
    {"openAPIV3Schema/$ref", "not in structural schemas"},
    {"openAPIV3Schema/$schema", "not in structural schemas"},
    {"openAPIV3Schema/additionalItems", "not in structural schemas"},
    {"openAPIV3Schema/definitions", "not in structural schemas"},
    {"openAPIV3Schema/dependencies", "not in structural schemas"},
    {"openAPIV3Schema/id", "not in structural schemas"},
    {"openAPIV3Schema/patternProperties", "not in structural schemas"},
    {"openAPIV3Schema/uniqueItems", "not in structural schemas"},
    {"openAPIV3Schema/items", "of lists, which no whole object is"},
    {"openAPIV3Schema/x-kubernetes-list-map-keys", "of lists, which no whole object is"},
    {"openAPIV3Schema/x-kubernetes-list-type", "of lists, which no whole object is"},
    {"openAPIV3Schema/x-kubernetes-int-or-string", "no object is a number or a text"},
};

// What the server changes in a valid object, as upstream's does: besides what is said above, a
// DaemonSet counts its templates, a new Node is not ready, and Pods bear that for a while.
constexpr std::string_view kRewritten[] = {
    "CertificateSigningRequest/spec/extra",
    "CertificateSigningRequest/spec/groups",
    "CertificateSigningRequest/spec/uid",
    "CertificateSigningRequest/spec/username",
    "CustomResourceDefinition/spec/preserveUnknownFields",
    "DaemonSet/metadata/annotations/deprecated.daemonset.template.generation",
    "Node/spec/taints",
    "Pod/spec/tolerations",
    "Secret/stringData",
};

bool is_part(std::string_view part, std::string_view path) {
  return fmt::format("/{}/", path).find(fmt::format("/{}/", part)) != std::string::npos;
}

std::string path_of(const api::Resource& resource, const Value& object) {
  return fmt::format("{}/{}", collection_path(resource),
                     object["metadata"_key]["name"_key].to_string());
}

// Without what differs between two objects of the same content.
Value content(Value object) {
  Value& metadata = object.edit("metadata"_key);
  for (const auto key : {"uid"_key, "resourceVersion"_key, "creationTimestamp"_key,
                         "managedFields"_key, "generation"_key}) {
    metadata.erase(key);
  }
  return object;
}

// What a valid object is once it is stored: with the defaults, without what is not the client's.
Value expected(const api::Resource& resource, const Value& object) {
  Value whole = object;
  api::apply_defaults(resource, whole);
  whole = api::canonicalize(*resource.type, whole);
  whole.erase("status"_key);
  return whole;
}

// The parts of what came back that were not sent, and the other way round.
Paths differences(const Value& sent, const Value& got, const std::string& path) {
  Paths found;
  const auto add = [&](Paths more) { found.merge(more); };
  if (sent.is_object() && got.is_object()) {
    for (const doc::Member& member : sent.members()) {
      const std::string name = fmt::format("{}/{}", path, member.key.text());
      add(differences(member.value, got[member.key.text()], name));
    }
    for (const doc::Member& member : got.members()) {
      if (!sent.contains(member.key.text())) {
        found.insert(fmt::format("{}/{}", path, member.key.text()));
      }
    }
  } else if (sent.is_array() && got.is_array() && sent.size() == got.size()) {
    for (std::size_t i = 0; i < sent.size(); ++i) {
      add(differences(sent.at(i), got.at(i), fmt::format("{}/{}", path, i)));
    }
  } else if (doc::to_json(sent) != doc::to_json(got)) {
    found.insert(path);
  }
  return found;
}

// Sent and received are the same but for what the server is known to change.
void check_whole(const api::Resource& resource, const Value& sent, const Value& got) {
  Value stored = content(got);
  stored.erase("status"_key);
  for (const std::string& path :
       differences(expected(resource, sent), stored, std::string{resource.kind})) {
    CHECK_MESSAGE(std::ranges::any_of(kRewritten, [&](auto part) { return is_part(part, path); }),
                  "changed: ", path);
  }
}

// What objects of all fields refer to and admission looks up is there.
struct ClusterOfAll : Cluster {
  ClusterOfAll() {
    expect(201, "POST", "/apis/node.k8s.io/v1/runtimeclasses",
           R"({"metadata":{"name":"a"},"handler":"runc","overhead":{"podFixed":{"cpu":"1"}}})");
  }
};

TEST_CASE("together the objects of a kind set every field of its table") {
  std::set<std::string_view> used;
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    ClusterOfAll cluster;
    Paths left = full_objects::fields(resource, "");
    const auto take = [&](const Value& object) {
      for (const std::string& path : full_objects::fields_set(resource, "", object)) {
        left.erase(path);
      }
    };
    CHECK(left.size() > 25);
    for (const Value& object : full_objects::objects(sample)) {
      take(cluster.expect(201, "POST",
                          collection_path(resource) + "?dryRun=All&fieldValidation=Strict",
                          doc::to_json(object)));
    }
    if (sample.id == pods) {
      take(Value::map(
          {{"spec", Value::map({{"ephemeralContainers", full_objects::ephemeral_containers()}})}}));
    }
    for (const std::string& name : left) {
      const std::string path = fmt::format("{}/{}", resource.kind, name);
      const auto found = std::ranges::find_if(
          kNotSet, [&](const NotSet& each) { return is_part(each.path, path); });
      CHECK_MESSAGE(found != std::end(kNotSet), "not set: ", path);
      if (found != std::end(kNotSet)) used.insert(found->path);
    }
  }
  for (const NotSet& each : kNotSet) CHECK_MESSAGE(used.contains(each.path), each.path);
}

TEST_CASE("together the statuses of a kind set every field of its table") {
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    if (!resource.subresources.contains(api::Subresource::status)) continue;
    Paths left = full_objects::fields(resource, "status");
    CHECK(!left.empty());
    for (const Value& status : full_objects::statuses(sample)) {
      for (const std::string& path : full_objects::fields_set(resource, "status", status)) {
        left.erase(path);
      }
    }
    for (const std::string& name : left) CHECK_MESSAGE(false, resource.kind, "/", name);
  }
}

TEST_CASE("objects of all fields are created and read, and replaced and patched by themselves") {
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    CAPTURE(resource.kind);
    for (const Value& object : full_objects::objects(sample)) {
      const std::string one = path_of(resource, object);
      ClusterOfAll cluster;
      const Value created =
          cluster.expect(201, "POST", collection_path(resource), doc::to_json(object));
      check_whole(resource, object, created);
      const std::string text = doc::to_json(created);
      const auto stays = [&](std::string_view method, std::string body, std::string_view type) {
        CHECK(doc::to_json(cluster.expect(200, method, one, std::move(body), type)) == text);
      };
      stays("GET", "", "application/json");
      stays("PUT", text, "application/json");
      stays("PATCH", text, kMerge);
      stays("PATCH", text, kStrategic);
      stays("PATCH", fmt::format(R"([{{"op":"test","path":"","value":{}}}])", text), kJsonPatch);
      // Made once more from what came back, it is the same: there is nothing to add.
      ClusterOfAll second;
      const Value again = content(created);
      CHECK(doc::to_json(content(second.expect(201, "POST", collection_path(resource),
                                               doc::to_json(again)))) == doc::to_json(again));
    }
  }
}

TEST_CASE("objects of all fields are applied as they are created") {
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    CAPTURE(resource.kind);
    for (const Value& object : full_objects::objects(sample)) {
      const std::string one = path_of(resource, object) + "?fieldManager=test";
      ClusterOfAll cluster;
      const Value applied = cluster.expect(201, "PATCH", one, doc::to_json(object), kApply);
      ClusterOfAll other;
      const Value created =
          other.expect(201, "POST", collection_path(resource), doc::to_json(object));
      CHECK(doc::to_json(content(applied)) == doc::to_json(content(created)));
      // Applying takes back the taint that a new node is given, as updating it would.
      if (sample.id == nodes) continue;
      CHECK(doc::to_json(cluster.expect(200, "PATCH", one, doc::to_json(object), kApply)) ==
            doc::to_json(applied));
    }
  }
}

// One object in a cluster, of which parts are taken away and put back.
struct Restorer {
  ClusterOfAll cluster;
  const api::Resource& resource;
  std::string one;
  // As it was created, and the part of it that clients write.
  Value whole;
  Value object;
  std::size_t count = 0;

  explicit Restorer(const api::Resource& of, const Value& from)
      : resource{of}, one{path_of(of, from)} {
    whole = cluster.expect(201, "POST", collection_path(of), doc::to_json(from));
    object = content(whole);
    object.erase("status"_key);
  }

  // Whether the object may do without the member, and is another then.
  bool take_away(std::string_view part, std::string_view name) {
    Value less = whole;
    less.edit("metadata"_key).erase("resourceVersion"_key);
    if (part.empty()) {
      less.erase(name);
    } else {
      less.edit(part).erase(name);
    }
    const Response response = cluster.send("PUT", one, doc::to_json(less));
    return response.status == 200 &&
           doc::to_json(content(json(response.body))) != doc::to_json(content(whole));
  }

  void put_back(std::string_view part, std::string_view name, std::string_view type) {
    if (!take_away(part, name)) return;
    ++count;
    const Value& value = part.empty() ? object[name] : object[part][name];
    std::string body;
    if (type == kJsonPatch) {
      body = fmt::format(R"([{{"op":"add","path":"{}{}/{}","value":{}}}])", part.empty() ? "" : "/",
                         part, name, doc::to_json(value));
    } else if (type == kApply || type == "application/json") {
      body = doc::to_json(object);
    } else {
      const Value member = Value::map({{name, value}});
      body = doc::to_json(part.empty() ? member : Value::map({{part, member}}));
    }
    CAPTURE(name);
    CAPTURE(type);
    const std::string query = type == kApply ? "?fieldManager=test&force=true" : "";
    const Response back =
        cluster.send(type == "application/json" ? "PUT" : "PATCH", one + query, body, type);
    CHECK_MESSAGE(back.status == 200, back.body);
    if (back.status != 200) return;
    for (const std::string& path : differences(content(whole), content(json(back.body)), "")) {
      CHECK_MESSAGE(false, "changed: ", path);
    }
  }

  void put_all_back(std::string_view part) {
    const Value& members = part.empty() ? object : object[part];
    for (const doc::Member& member : members.members()) {
      const std::string_view name = member.key.text();
      if (name == "apiVersion" || name == "kind" || name == "metadata" || name == "spec") continue;
      // Gates only ever open, and without the one field of a Service goes another.
      constexpr std::string_view kForGood[] = {"schedulingGates", "externalTrafficPolicy",
                                               "sessionAffinity"};
      if (std::ranges::find(kForGood, name) != std::end(kForGood)) continue;
      for (const std::string_view type :
           {std::string_view{"application/json"}, kMerge, kStrategic, kJsonPatch, kApply}) {
        put_back(part, name, type);
      }
    }
  }
};

TEST_CASE("what was taken from an object of all fields is put back by every patch") {
  std::size_t count = 0;
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    CAPTURE(resource.kind);
    for (const Value& object : full_objects::objects(sample)) {
      Restorer restorer{resource, object};
      restorer.put_all_back("");
      restorer.put_all_back("spec");
      count += restorer.count;
    }
  }
  // Five ways each; the rest is required or cannot be changed.
  CHECK(count > 100 * 5);
}

TEST_CASE("statuses of all fields are replaced, patched and applied whole") {
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    if (!resource.subresources.contains(api::Subresource::status)) continue;
    CAPTURE(resource.kind);
    const Value object = full_objects::objects(sample).front();
    for (const Value& status : full_objects::statuses(sample)) {
      const std::string one = path_of(resource, object);
      const Value bare = Value::map({{"apiVersion", resource.api_version},
                                     {"kind", resource.kind},
                                     {"metadata", Value::map({{"name", sample.name}})}});
      Value with_status = bare;
      with_status.set("status"_key, status);
      const auto check = [&](std::string_view method, std::string body, std::string_view type) {
        CAPTURE(type);
        ClusterOfAll cluster;
        const Value created =
            cluster.expect(201, "POST", collection_path(resource), doc::to_json(object));
        if (type == "application/json") {
          Value replaced = created;
          replaced.set("status"_key, status);
          body = doc::to_json(replaced);
        }
        const std::string query =
            type == kApply ? "/status?fieldManager=test&force=true" : "/status";
        const Value written = cluster.expect(200, method, one + query, std::move(body), type);
        for (const std::string& path : differences(status, written["status"_key], "status")) {
          // Of which the server's own stay when others are applied.
          if (type == kApply && sample.id == customresourcedefinitions &&
              path == "status/conditions") {
            continue;
          }
          CHECK_MESSAGE(false, "changed: ", path);
        }
        CHECK(doc::to_json(written["spec"_key]) == doc::to_json(created["spec"_key]));
        CHECK(doc::to_json(cluster.expect(200, "GET", one)) == doc::to_json(written));
        // Who writes the object itself does not write its status.
        Value other = written;
        other.erase("status"_key);
        CHECK(doc::to_json(cluster.expect(200, "PUT", one, doc::to_json(other))) ==
              doc::to_json(written));
      };
      check("PUT", "", "application/json");
      check("PATCH", doc::to_json(with_status), kMerge);
      check("PATCH", doc::to_json(with_status), kStrategic);
      check("PATCH",
            fmt::format(R"([{{"op":"add","path":"/status","value":{}}}])", doc::to_json(status)),
            kJsonPatch);
      check("PATCH", doc::to_json(with_status), kApply);
    }
  }
}

TEST_CASE("objects of all fields pass through their other versions whole") {
  for (const api::OtherVersion& other : api::other_versions()) {
    const Sample& sample = kSamples[api::index_of(other.resource.id)];
    const api::Resource& resource = api::resource(sample.id);
    CAPTURE(other.resource.api_version);
    for (const Value& object : full_objects::objects(sample)) {
      ClusterOfAll cluster;
      const Value created =
          cluster.expect(201, "POST", collection_path(resource), doc::to_json(object));
      const std::string one = path_of(other.resource, object);
      const Value shown = cluster.expect(200, "GET", one);
      CHECK(shown["apiVersion"_key].as_string() == other.resource.api_version);
      CHECK(doc::to_json(cluster.expect(200, "PUT", one, doc::to_json(shown))) ==
            doc::to_json(shown));
      CHECK(doc::to_json(cluster.expect(200, "PATCH", one, doc::to_json(shown), kMerge)) ==
            doc::to_json(shown));
      CHECK(doc::to_json(cluster.expect(200, "GET", path_of(resource, object))) ==
            doc::to_json(created));
    }
  }
}

TEST_CASE("ephemeral containers of all fields are replaced and patched whole") {
  const Sample& sample = kSamples[api::index_of(pods)];
  const Value pod = full_objects::objects(sample).front();
  const Value containers = full_objects::ephemeral_containers();
  const std::string one = path_of(api::resource(pods), pod);
  for (const std::string_view type :
       {std::string_view{"application/json"}, kMerge, kStrategic, kJsonPatch, kApply}) {
    CAPTURE(type);
    ClusterOfAll cluster;
    const Value created =
        cluster.expect(201, "POST", collection_path(api::resource(pods)), doc::to_json(pod));
    Value spec = Value::map({{"ephemeralContainers", containers}});
    Value body = Value::map({{"apiVersion", "v1"}, {"kind", "Pod"}, {"spec", spec}});
    if (type == "application/json") {
      body = created;
      body.edit("spec"_key).set("ephemeralContainers"_key, containers);
    } else if (type == kJsonPatch) {
      body = Value::array({Value::map(
          {{"op", "add"}, {"path", "/spec/ephemeralContainers"}, {"value", containers}})});
    }
    const std::string query = type == kApply ? "?fieldManager=test" : "";
    const Value written =
        cluster.expect(200, type == "application/json" ? "PUT" : "PATCH",
                       one + "/ephemeralcontainers" + query, doc::to_json(body), type);
    for (const std::string& path :
         differences(containers, written["spec"_key]["ephemeralContainers"_key], "")) {
      CHECK_MESSAGE(false, "changed: ", path);
    }
    Value before = written;
    before.edit("spec"_key).erase("ephemeralContainers"_key);
    CHECK(doc::to_json(content(before)) == doc::to_json(content(created)));
  }
}

}  // namespace
}  // namespace rockpool::apiserver
