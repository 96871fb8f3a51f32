// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/namespace.h"

#include <doctest/doctest.h>

#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kNamespaces = api::ResourceId::namespaces;
constexpr auto kMaps = api::ResourceId::configmaps;
constexpr auto kPods = api::ResourceId::pods;
constexpr auto kAccounts = api::ResourceId::serviceaccounts;

std::string_view reason(const World& world, std::string_view type) {
  // The document outlives the view in the store.
  const doc::Value* found = world.store.find(kNamespaces, {}, "shop");
  return found == nullptr ? "gone" : api::find_condition(*found, type)["reason"_key].as_string();
}

struct Spaces : World {
  Spaces()
      : World{"namespace-controller", "serviceaccount-controller",
              "root-ca-certificate-publisher-controller"} {
    create("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}");
    run();
  }
};

TEST_CASE("every namespace has its service account and root certificate, and gets them back") {
  Spaces world;
  for (const char* name : {"default", "kube-system", "shop"}) {
    CHECK_FALSE(world.get(kAccounts, name, "default").is_null());
    CHECK(world.get(kMaps, name, "kube-root-ca.crt")["data"_key]["ca.crt"].as_string().starts_with(
        "-----BEGIN CERTIFICATE-----"));
  }
  world.remove(kAccounts, "default");
  world.patch(kMaps, "kube-root-ca.crt", "data: {ca.crt: mine}");
  world.run();
  CHECK_FALSE(world.get(kAccounts, "default").is_null());
  CHECK(world.get(kMaps, "kube-root-ca.crt")["data"_key]["ca.crt"].as_string() != "mine");
}

TEST_CASE("a namespace goes after everything in it") {
  Spaces world;
  world.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}");
  world.remove(kNamespaces, "shop");
  world.run(1s);
  CHECK(world.get(kNamespaces, "shop")["status"_key]["phase"_key].as_string() == "Terminating");
  CHECK_FALSE(world.get(kMaps, "shop", "a").is_null());
  world.run(10s);
  CHECK(world.get(kNamespaces, "shop").is_null());
  CHECK(world.store.count(kMaps, "shop") == 0);
  CHECK(world.store.count(kAccounts, "shop") == 0);
}

TEST_CASE("Pods that take their time, and finalizers, hold a namespace back and are told of") {
  Spaces world;
  world.set_pods_end(false);
  world.run_pods();
  world.create(
      "{apiVersion: v1, kind: Pod, metadata: {name: slow, namespace: shop}, "
      "spec: {containers: [{name: c, image: nginx}]}}");
  world.create(
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: held, namespace: shop, "
      "finalizers: [example.com/hold]}}");
  world.run();
  world.remove(kNamespaces, "shop");
  world.run(7s);
  CHECK(reason(world, "NamespaceContentRemaining") == "SomeResourcesRemain");
  CHECK(api::find_condition(world.get(kNamespaces, "shop"),
                            "NamespaceContentRemaining")["message"_key]
            .as_string() == "Some resources are remaining: pods. has 1 resource instances");
  // Nothing else goes before the Pods have gone.
  CHECK_FALSE(api::is_being_deleted(world.get(kMaps, "shop", "held")));

  world.remove_now(kPods, "shop", "slow");
  world.run(20s);
  CHECK(reason(world, "NamespaceFinalizersRemaining") == "SomeFinalizersRemain");
  CHECK(api::find_condition(world.get(kNamespaces, "shop"),
                            "NamespaceFinalizersRemaining")["message"_key]
            .as_string() ==
        "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource "
        "instances");
  doc::Value held = world.get(kMaps, "shop", "held");
  api::remove_finalizer(held, "example.com/hold");
  REQUIRE(world.api.update(kMaps, held));
  world.run(20s);
  CHECK(reason(world, "NamespaceContentRemaining") == "gone");
}

}  // namespace
}  // namespace rockpool::controllers
