// SPDX-License-Identifier: Apache-2.0
#include "core/api/resource.h"

#include <doctest/doctest.h>

#include <set>

#include "core/api/type_table.h"

namespace rockpool::api {
namespace {

TEST_CASE("every built-in resource stands at its index and has a table") {
  const auto all = all_resources();
  REQUIRE(all.size() == index_of(ResourceId::builtin_count));
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].plural);
    CHECK(index_of(all[i].id) == i);
    CHECK(&resource(all[i].id) == &all[i]);
    REQUIRE(all[i].type != nullptr);
    CHECK(all[i].type->name() == all[i].kind);
    CHECK(find_resource(all[i].group, all[i].version, all[i].plural) == &all[i]);
    CHECK(find_kind(all[i].api_version, all[i].kind) == &all[i]);
    CHECK(all[i].list_kind == std::string{all[i].kind} + "List");
  }
  CHECK(find_kind("apps/v1", "Pod") == nullptr);
  CHECK(find_resource("", "v1", "deployments") == nullptr);
  CHECK(resource(ResourceId::deployments).group_resource().to_string() == "deployments.apps");
  CHECK(resource(ResourceId::pods).group_kind().to_string() == "Pod");
  CHECK(resource(ResourceId::pods).subresources.contains(Subresource::log));
  CHECK(!resource(ResourceId::services).subresources.contains(Subresource::scale));
}

TEST_CASE("tables are sorted, closed under reference and know their traits") {
  std::set<const TypeTable*> seen;
  const auto visit = [&](const auto& self, const TypeTable& type) -> void {
    if (!seen.insert(&type).second) return;
    for (std::size_t i = 0; i < type.fields().size(); ++i) {
      const Field& field = type.fields()[i];
      if (i > 0) CHECK(type.fields()[i - 1].name() < field.name());
      CHECK(type.find(field.name()) == &field);
      const bool holds_objects = field.element_type() == FieldType::object;
      CHECK((field.object_type() != nullptr) == holds_objects);
      if (const TypeTable* next = field.object_type()) self(self, *next);
    }
  };
  for (const Resource& resource : all_resources()) visit(visit, *resource.type);
  CHECK(seen.size() > 100);

  const TypeTable* pod_spec = find_type("/v1", "PodSpec");
  REQUIRE(pod_spec != nullptr);
  const Field* containers = pod_spec->find("containers");
  REQUIRE(containers != nullptr);
  CHECK(containers->required());
  CHECK(containers->go_type() == "[]v1.Container");
  CHECK(containers->traits().merge_key == "name");
  CHECK(containers->traits().list_type == ListType::map);
  CHECK(containers->traits().patch_merge);
  CHECK(pod_spec->find("volumes")->traits().patch_retain_keys);
  CHECK(pod_spec->find("nodeSelector")->traits().atomic);
  CHECK(pod_spec->find("dnsPolicy")->go_type() == "v1.DNSPolicy");
  CHECK(pod_spec->find("nonsense") == nullptr);
  const TypeTable* port = find_type("/v1", "ContainerPort");
  CHECK(port->find("protocol")->default_value() == doc::Value{"TCP"});
  CHECK(port->find("name")->default_value().is_null());
  // Embedded types are flattened.
  CHECK(find_type("/v1", "Volume")->find("emptyDir") != nullptr);
  CHECK(find_type("/v1", "Probe")->find("httpGet") != nullptr);
  CHECK(find_type("/v1", "EndpointPort") != find_type("discovery.k8s.io/v1", "EndpointPort"));
}

TEST_CASE("fields of later versions are unknown") {
  CHECK(find_type("/v1", "Container")->find("restartPolicyRules") == nullptr);
  CHECK(find_type("/v1", "PodSpec")->find("hostnameOverride") == nullptr);
  CHECK(find_type("/v1", "EnvVarSource")->find("fileKeyRef") == nullptr);
  CHECK(find_type("/v1", "PodStatus")->find("observedGeneration") != nullptr);
  CHECK(find_type("discovery.k8s.io/v1", "EndpointHints")->find("forNodes") != nullptr);
}

}  // namespace
}  // namespace rockpool::api
