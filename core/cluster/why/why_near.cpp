// SPDX-License-Identifier: Apache-2.0
//
// What was probably meant by a name that leads nowhere.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/api/object.h"
#include "core/cluster/why/inquiry.h"
#include "core/doc/ascii.h"

namespace rockpool::cluster {

using namespace doc::literals;

namespace {

// Kinds whose names are easily taken for names in DNS.
struct Nameless {
  api::ResourceId resource;
  std::string_view kind;
};
constexpr Nameless kNameless[] = {{api::ResourceId::deployments, "Deployment"},
                                  {api::ResourceId::statefulsets, "StatefulSet"},
                                  {api::ResourceId::daemonsets, "DaemonSet"},
                                  {api::ResourceId::pods, "Pod"}};

std::string_view nameless_kind(client::Informers& informers, const api::ObjectKey& key) {
  for (const Nameless& each : kNameless) {
    if (informers.of(each.resource).find(key) != nullptr) return each.kind;
  }
  return {};
}

std::string expose_command(std::string_view kind, const api::ObjectKey& key) {
  const std::string space =
      key.namespace_ == "default" ? "" : fmt::format(" -n {}", key.namespace_);
  return fmt::format("kubectl expose {} {}{} --port=80", doc::to_lower(kind), key.name, space);
}

// The namespace whose name is closest; empty if none is close.
std::string close_namespace(client::Informers& informers, std::string_view name) {
  std::string best;
  std::size_t best_distance = kCloseDistance + 1;
  for (const auto& [key, object] : informers.of(api::ResourceId::namespaces).objects()) {
    const std::size_t far = distance(key.name, name);
    if (far >= best_distance) continue;
    best_distance = far;
    best = key.name;
  }
  return best;
}

struct Neighbours {
  // In the namespace that was asked for.
  std::string close;
  // The namespaces of others of the same name.
  std::vector<std::string> elsewhere;
};

Neighbours neighbours_of(client::Informers& informers, std::string_view name,
                         std::string_view space) {
  Neighbours found;
  std::size_t best = std::min(kCloseDistance + 1, name.size());
  for (const auto& [key, object] : informers.of(api::ResourceId::services).objects()) {
    if (key.namespace_ == space) {
      const std::size_t far = distance(key.name, name);
      if (far >= best) continue;
      best = far;
      found.close = key.name;
    } else if (key.name == name) {
      found.elsewhere.push_back(key.namespace_);
    }
  }
  return found;
}

}  // namespace

bool Inquiry::blame_name(const std::vector<std::string>& tried) {
  note(fmt::format("DNS was asked for {}", fmt::join(tried, ", ")));
  if (find_ingress(host_)) return blame_ingress_name();
  const net::IpAddress& server = resolver().nameservers.front();
  const bool is_of_cluster =
      std::ranges::any_of(resolver().nameservers, [this](const net::IpAddress& each) {
        const auto& services = sources_.informers.of(api::ResourceId::services).objects();
        return std::ranges::any_of(services, [&](const auto& entry) {
          return entry.second["spec"_key]["clusterIP"_key].as_string() == each.to_string();
        });
      });
  if (!is_of_cluster) {
    return blame(
        Cause::name_not_found,
        fmt::format("{} is not found: the client asks the name server {}, which is not the "
                    "cluster's and knows nothing of Services.",
                    host_, server.to_string()),
        client_.kind() == net::HostKind::pod
            ? "Give the Pod dnsPolicy: ClusterFirst, which is the default."
            : "Nodes, and Pods in their network, ask the nodes' own name server. A Pod with "
              "hostNetwork asks the cluster's by dnsPolicy: ClusterFirstWithHostNet.");
  }
  const std::vector<std::string_view> labels = labels_of(host_);
  if (labels.size() == 1) return blame_name_in(host_, client_namespace(), false);
  const bool is_service = labels.size() == 2 || labels[2] == "svc";
  const std::string zone =
      fmt::format("{}", fmt::join(labels.begin() + 3 - (labels.size() == 2), labels.end(), "."));
  if (is_service && labels.size() > 3 && zone != "cluster.local") {
    return blame(Cause::name_not_found,
                 fmt::format("{} is the name of nothing: names of this cluster end in "
                             "svc.cluster.local.",
                             host_),
                 fmt::format("Did you mean {}.{}.svc.cluster.local, or shorter {}.{}?", labels[0],
                             labels[1], labels[0], labels[1]));
  }
  const bool is_known_space =
      sources_.informers.of(api::ResourceId::namespaces).find({{}, std::string{labels[1]}}) !=
      nullptr;
  if (is_service && (is_known_space || labels.size() > 2 ||
                     !neighbours_of(sources_.informers, labels[0], {}).elsewhere.empty())) {
    return blame_name_in(std::string{labels[0]}, std::string{labels[1]}, true);
  }
  return blame(Cause::name_not_found,
               fmt::format("{} is the name of nothing, neither in the cluster nor outside.", host_),
               "A Service is asked for as its name, or as name.namespace from another namespace. "
               "List what there is: kubectl get services -A.");
}

// `name` in the namespace `space`, which is the client's own unless the name says which.
bool Inquiry::blame_name_in(const std::string& name, const std::string& space, bool is_qualified) {
  const Neighbours near = neighbours_of(sources_.informers, name, space);
  const doc::Value* const found =
      sources_.informers.of(api::ResourceId::namespaces).find({{}, space});
  const std::string_view whose = is_qualified ? "the namespace" : "the client's namespace";
  if (found == nullptr) {
    const std::string close = close_namespace(sources_.informers, space);
    return blame(near.elsewhere.empty() ? Cause::name_not_found : Cause::name_of_other_namespace,
                 fmt::format("{} is the name of nothing: there is no namespace {}.", host_, space),
                 !near.elsewhere.empty()
                     ? fmt::format("Did you mean {}.{}?", name, near.elsewhere[0])
                 : !close.empty() ? fmt::format("Did you mean {}.{}?", name, close)
                                  : "List what there is: kubectl get services -A.");
  }
  if (api::is_being_deleted(*found)) {
    return blame(
        Cause::name_not_found,
        fmt::format("The namespace {} is being deleted, and the Service {} with all the rest "
                    "of it.",
                    space, name),
        "Wait until it is gone, then make the namespace and the Service anew.");
  }
  if (!near.elsewhere.empty()) {
    return blame(Cause::name_of_other_namespace,
                 fmt::format("There is no Service {} in {} {}, but one in {}.", name, whose, space,
                             fmt::join(near.elsewhere, ", ")),
                 fmt::format("Ask for {}.{} instead.", name, near.elsewhere[0]));
  }
  const api::ObjectKey key{space, name};
  if (const std::string_view kind = nameless_kind(sources_.informers, key); !kind.empty()) {
    return blame(Cause::name_not_found,
                 fmt::format("{} is a {}, and there is no Service of that name in {} {}: DNS knows "
                             "Services only.",
                             name, kind, whose, space),
                 fmt::format("Make one: {}.", expose_command(kind, key)));
  }
  return blame(Cause::name_not_found,
               fmt::format("{} is the name of nothing: there is no Service {} in {} {}.", host_,
                           name, whose, space),
               near.close.empty()
                   ? fmt::format("List what there is: kubectl get services -n {}.", space)
               : is_qualified ? fmt::format("Did you mean {}.{}?", near.close, space)
                              : fmt::format("Did you mean {}?", near.close));
}

// The client has no name server.
bool Inquiry::blame_outside_name() {
  if (find_ingress(host_)) return blame_ingress_name();
  if (client_.kind() != net::HostKind::external) {
    return blame(
        Cause::name_not_found,
        fmt::format("{} is not found: {} has no name server, and only the cluster's DNS knows "
                    "the names of Services.",
                    host_, client_.name()),
        "Ask for the Service's cluster IP from there. A Pod in its node's network asks the "
        "cluster's DNS by dnsPolicy: ClusterFirstWithHostNet.");
  }
  const std::vector<std::string_view> labels = labels_of(host_);
  const api::ObjectKey key{labels.size() > 1 ? std::string{labels[1]} : client_namespace(),
                           std::string{labels.empty() ? std::string_view{} : labels[0]}};
  const doc::Value* const service = sources_.informers.of(api::ResourceId::services).find(key);
  if (service == nullptr) {
    return blame(
        Cause::name_not_found,
        fmt::format("The client is outside the cluster and has no name server: it knows the "
                    "names of the nodes only, and {} is none.",
                    host_),
        "From outside, use a node's name or address and a Service's node port, or the "
        "address of a load balancer.");
  }
  std::string trouble;
  std::string advice = way_from_outside(api::Service{*service}, trouble);
  if (!trouble.empty())
    return blame(Cause::no_load_balancer, std::move(trouble), std::move(advice));
  return blame(
      Cause::not_known_outside,
      fmt::format("{} is the Service {}, but its name is known inside the cluster only: only "
                  "Pods ask the cluster's DNS.",
                  host_, key.to_string()),
      std::move(advice));
}

// Where the Service is reached from outside; `trouble` says why it should be but is not.
std::string Inquiry::way_from_outside(const api::Service& service, std::string& trouble) const {
  std::vector<std::string> ways;
  for (const doc::Value& point : service.load_balancer_ingress().items()) {
    const auto address = net::IpAddress::parse(point["ip"_key].as_string());
    for (const api::ServicePort port : service.ports()) {
      if (address)
        ways.push_back(
            net::SocketAddress{*address, static_cast<std::uint16_t>(port.port())}.to_string());
    }
  }
  for (const api::ServicePort port : service.ports()) {
    const auto& nodes = sources_.informers.of(api::ResourceId::nodes).objects();
    if (port.node_port() == 0 || nodes.empty()) continue;
    ways.push_back(fmt::format("{}:{}", nodes.begin()->first.name, port.node_port()));
  }
  const std::string_view lb_class =
      service.value()["spec"_key]["loadBalancerClass"_key].as_string();
  std::string others;
  if (service.type() == "LoadBalancer" && service.load_balancer_ingress().size() == 0) {
    trouble = lb_class.empty()
                  ? fmt::format(
                        "The Service {} has no address for the outside yet: its load balancer "
                        "is still being made.",
                        service.name())
                  : fmt::format(
                        "The Service {} has no address for the outside: its loadBalancerClass "
                        "is {}, and nobody here makes load balancers of that class.",
                        service.name(), lb_class);
    others = lb_class.empty() ? "Wait until kubectl get services shows its EXTERNAL-IP"
                              : "Make the Service anew without spec.loadBalancerClass";
  }
  if (ways.empty()) {
    return others.empty()
               ? "From outside it is not reached at all: make it one of type NodePort or "
                 "LoadBalancer."
               : others + ".";
  }
  return fmt::format("{}{} {}.", others.empty() ? "" : others + ". ",
                     others.empty() ? "From outside, ask for" : "Until then, ask for",
                     fmt::join(ways, " or "));
}

// Nobody tells the client where the host of an Ingress is.
bool Inquiry::blame_ingress_name() {
  const doc::Value ingress = *find_ingress(host_);
  const std::string address =
      ingress["status"_key]["loadBalancer"_key]["ingress"_key].at(0)["ip"_key].to_string();
  return blame(
      Cause::name_not_found,
      fmt::format("Nobody tells the client where {} is: an Ingress takes requests for a host, "
                  "but does not put its name into any DNS.",
                  host_),
      fmt::format("Ask for the Ingress' address and name the host: "
                  "curl -H 'Host: {}' http://{}{}. For good, let a DNS server or the client's "
                  "/etc/hosts say that {} is {}.",
                  host_, address, target_, host_, address));
}

}  // namespace rockpool::cluster
