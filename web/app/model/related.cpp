// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/related.h"

#include <algorithm>

#include "core/api/object.h"
#include "core/api/resource.h"
#include "core/api/selector.h"
#include "core/client/slices_of_service.h"
#include "web/app/model/api_paths.h"

namespace rockpool::app {
namespace {

class RelatedObjects {
 public:
  RelatedObjects(Cluster& cluster, const ObjectRef& object)
      : cluster_{cluster}, object_{object}, document_{find_object(cluster, object)} {}

  std::vector<ObjectRef> collect() {
    if (document_.is_null()) return {};
    owners();
    if (object_.kind == "Pod") {
      add({"Node", "", document_["spec"]["nodeName"].to_string()});
      services_selecting();
      policies_selecting();
    } else if (object_.kind == "Node") {
      pods_on_node();
    } else if (object_.kind == "Service") {
      slices();
      ingresses_to_it();
      selected_pods(document_["spec"]["selector"]);
    } else if (object_.kind == "NetworkPolicy") {
      isolated_pods();
    } else if (object_.kind == "Ingress") {
      for (const std::string& service : backends_of(document_))
        add({"Service", object_.ns, service});
    } else if (object_.kind == "EndpointSlice") {
      for (const doc::Value& endpoint : document_["endpoints"].items()) {
        add({endpoint["targetRef"]["kind"].to_string(), object_.ns,
             endpoint["targetRef"]["name"].to_string()});
      }
    }
    owned(api::ResourceId::replicasets, "ReplicaSet");
    owned(api::ResourceId::pods, "Pod");
    return std::move(found_);
  }

 private:
  void add(ObjectRef ref) {
    if (ref.kind.empty() || ref.name.empty() || found_.size() >= kMostRelated) return;
    if (std::find(found_.begin(), found_.end(), ref) == found_.end())
      found_.push_back(std::move(ref));
  }

  void owners() {
    for (const api::OwnerReference& owner : api::owner_references(document_)) {
      add({owner.kind, owner.kind == "Node" ? std::string{} : object_.ns, owner.name});
    }
  }

  void owned(api::ResourceId resource, std::string_view kind) {
    const std::string uid{api::uid(document_)};
    for (const client::Entry* entry : cluster_.informers().of(resource).by_controller().find(uid)) {
      add({std::string{kind}, entry->first.namespace_, entry->first.name});
    }
  }

  static bool selects(const doc::Value& selector, const doc::Value& labels) {
    if (selector.size() == 0) return false;
    for (const doc::Member& member : selector.members()) {
      const doc::Value* label = labels.find(member.key);
      if (label == nullptr || !(*label == member.value)) return false;
    }
    return true;
  }

  void services_selecting() {
    client::Informer& services = cluster_.informers().of(api::ResourceId::services);
    for (const client::Entry* entry : services.by_namespace().find(object_.ns)) {
      if (selects(entry->second["spec"]["selector"], api::labels(document_))) {
        add({"Service", entry->first.namespace_, entry->first.name});
      }
    }
  }

  void selected_pods(const doc::Value& selector) {
    if (selector.size() == 0) return;
    // One label narrows the search; the others are compared.
    const doc::Member& first = selector.members().front();
    const std::string value =
        client::label_index_value(object_.ns, first.key.text(), first.value.as_string());
    for (const client::Entry* entry :
         cluster_.informers().of(api::ResourceId::pods).by_label().find(value)) {
      if (selects(selector, api::labels(entry->second)))
        add({"Pod", entry->first.namespace_, entry->first.name});
    }
  }

  void isolated_pods() {
    const auto selector = api::LabelSelector::from_value(document_["spec"]["podSelector"]);
    if (!selector) return;
    for (const client::Entry* entry :
         cluster_.informers().of(api::ResourceId::pods).by_namespace().find(object_.ns)) {
      if (selector->matches(api::labels(entry->second)))
        add({"Pod", entry->first.namespace_, entry->first.name});
    }
  }

  void policies_selecting() {
    client::Informer& policies = cluster_.informers().of(api::ResourceId::networkpolicies);
    for (const client::Entry* entry : policies.by_namespace().find(object_.ns)) {
      const auto selector = api::LabelSelector::from_value(entry->second["spec"]["podSelector"]);
      if (selector && selector->matches(api::labels(document_)))
        add({"NetworkPolicy", entry->first.namespace_, entry->first.name});
    }
  }

  static std::vector<std::string> backends_of(const doc::Value& ingress) {
    std::vector<std::string> services;
    const auto take = [&services](const doc::Value& backend) {
      const doc::Value& name = backend["service"]["name"];
      if (!name.is_null()) services.push_back(name.to_string());
    };
    take(ingress["spec"]["defaultBackend"]);
    for (const doc::Value& rule : ingress["spec"]["rules"].items()) {
      for (const doc::Value& path : rule["http"]["paths"].items()) take(path["backend"]);
    }
    return services;
  }

  void ingresses_to_it() {
    client::Informer& ingresses = cluster_.informers().of(api::ResourceId::ingresses);
    for (const client::Entry* entry : ingresses.by_namespace().find(object_.ns)) {
      const std::vector<std::string> services = backends_of(entry->second);
      if (std::find(services.begin(), services.end(), object_.name) != services.end())
        add({"Ingress", entry->first.namespace_, entry->first.name});
    }
  }

  void slices() {
    client::Informer& all = cluster_.informers().of(api::ResourceId::endpointslices);
    for (const client::Entry* entry : client::slices_of_service(all, object_.ns, object_.name)) {
      add({"EndpointSlice", entry->first.namespace_, entry->first.name});
    }
  }

  void pods_on_node() {
    for (const auto& [key, pod] : cluster_.informers().of(api::ResourceId::pods).objects()) {
      if (pod["spec"]["nodeName"].as_string() == object_.name)
        add({"Pod", key.namespace_, key.name});
    }
  }

  Cluster& cluster_;
  const ObjectRef& object_;
  doc::Value document_;
  std::vector<ObjectRef> found_;
};

}  // namespace

std::vector<ObjectRef> related_objects(Cluster& cluster, const ObjectRef& object) {
  return RelatedObjects{cluster, object}.collect();
}

}  // namespace rockpool::app
