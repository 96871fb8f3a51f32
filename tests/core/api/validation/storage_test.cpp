// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::made;
using test::object;
using test::problems;
using test::update_problems;
using enum ResourceId;

std::string cluster_object(std::string_view members) {
  return "{metadata: {name: a}, " + std::string{members} + "}";
}

constexpr std::string_view kBase = "capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], ";

std::string volume(std::string_view more, std::string_view base = kBase) {
  return cluster_object("spec: {" + std::string{base} + std::string{more} + "}");
}

TEST_CASE("PersistentVolumes") {
  CHECK(problems(persistentvolumes, volume("hostPath: {path: /a}")) == "");
  CHECK(problems(persistentvolumes, volume("storageClassName: a")) ==
        "spec: Required value: must specify a volume type");
  CHECK(problems(persistentvolumes, volume("hostPath: {path: /a}, nfs: {server: a, path: /b}")) ==
        "spec.nfs: Forbidden: may not specify more than 1 volume type");
  CHECK(problems(persistentvolumes, volume("hostPath: {path: /a}", "")) ==
        "spec.accessModes: Required value\n"
        "spec.capacity: Required value\n"
        "spec.capacity: Unsupported value: null: supported values: \"storage\"");
  CHECK(problems(persistentvolumes, volume("local: {path: /a}")) ==
        "spec.nodeAffinity: Required value: Local volume requires node affinity");
  CHECK(problems(persistentvolumes,
                 volume("hostPath: {path: /}, persistentVolumeReclaimPolicy: Recycle")) ==
        "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount "
        "of '/'");
  CHECK(problems(persistentvolumes, volume("csi: {driver: a.b}")) ==
        "spec.csi.volumeHandle: Required value");
  const auto before = made(persistentvolumes, volume("hostPath: {path: /a}"));
  CHECK(update_problems(persistentvolumes, before,
                        made(persistentvolumes, volume("hostPath: {path: /b}"))) ==
        "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after "
        "creation");
}

TEST_CASE("PersistentVolumeClaims") {
  const auto claim = [](std::string_view spec) {
    return object("spec: {" + std::string{spec} + "}");
  };
  const std::string size = "resources: {requests: {storage: 1Gi}}";
  CHECK(problems(persistentvolumeclaims, claim("accessModes: [ReadWriteOnce], " + size)) == "");
  CHECK(problems(persistentvolumeclaims, claim("")) ==
        "spec.accessModes: Required value: at least 1 access mode is required\n"
        "spec.resources[storage]: Required value");
  CHECK(problems(persistentvolumeclaims,
                 claim("accessModes: [ReadWriteOncePod, ReadOnlyMany], " + size)) ==
        "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes");
  CHECK(problems(
            persistentvolumeclaims,
            claim("accessModes: [ReadWriteOnce], dataSource: {kind: Snapshot, name: s}, " + size))
            .starts_with("spec.dataSource: Invalid value: \"Snapshot\": must be "
                         "'PersistentVolumeClaim' when referencing the default apiGroup"));
  const auto before = made(persistentvolumeclaims, claim("accessModes: [ReadWriteOnce], " + size));
  auto after = before;
  after.edit("spec").set("volumeName", "v");
  CHECK(update_problems(persistentvolumeclaims, before, after) == "");
  after.edit("spec").set("storageClassName", "fast");
  CHECK(update_problems(persistentvolumeclaims, before, after) ==
        "spec: Forbidden: spec is immutable after creation except resources.requests and "
        "volumeAttributesClassName for bound claims");
}

TEST_CASE("a bound claim may grow but not shrink") {
  auto before = made(persistentvolumeclaims,
                     object("spec: {accessModes: [ReadWriteOnce], volumeName: v, resources: "
                            "{requests: {storage: 2Gi}}}, status: {phase: Bound, capacity: "
                            "{storage: 2Gi}}"));
  auto after = before;
  after.edit("spec").edit("resources").edit("requests").set("storage", "3Gi");
  CHECK(update_problems(persistentvolumeclaims, before, after) == "");
  after.edit("spec").edit("resources").edit("requests").set("storage", "1Gi");
  CHECK(update_problems(persistentvolumeclaims, before, after) ==
        "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity");
}

TEST_CASE("the kinds of storage.k8s.io") {
  CHECK(problems(storageclasses, cluster_object("parameters: {a: b}")) ==
        "provisioner: Required value");
  CHECK(problems(storageclasses, cluster_object("provisioner: a.b/c, reclaimPolicy: Burn")) ==
        "reclaimPolicy: Unsupported value: \"Burn\": supported values: \"Delete\", \"Retain\"");
  const auto before = made(storageclasses, cluster_object("provisioner: a.b/c"));
  CHECK(update_problems(storageclasses, before,
                        made(storageclasses, cluster_object("provisioner: a.b/d"))) ==
        "provisioner: Forbidden: updates to provisioner are forbidden.");
  CHECK(problems(csinodes, cluster_object("spec: {drivers: [{name: a.b, nodeID: x}, {name: a.b, "
                                          "nodeID: x}]}")) ==
        "spec.drivers[1].name: Duplicate value: \"a.b\"");
  CHECK(problems(csidrivers, cluster_object("spec: {volumeLifecycleModes: [Short]}")) ==
        "spec.volumeLifecycleModes: Unsupported value: \"Short\": supported values: "
        "\"Ephemeral\", \"Persistent\"");
  CHECK(problems(volumeattachments,
                 cluster_object("spec: {attacher: a.b, nodeName: x, source: {}}")) ==
        "spec.source: Required value: must specify exactly one of inlineVolumeSpec and "
        "persistentVolumeName");
  CHECK(problems(csistoragecapacities, object("storageClassName: a, capacity: -1")) ==
        "capacity: Invalid value: \"-1\": must be greater than or equal to 0");
}

}  // namespace
}  // namespace rockpool::api
