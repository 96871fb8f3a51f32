// SPDX-License-Identifier: Apache-2.0
//
// Requests that go by an Ingress: who serves it, which rule is for them, and what is behind it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/api/ingress/routes.h"
#include "core/api/object.h"
#include "core/api/views/endpoints.h"
#include "core/client/slices_of_service.h"
#include "core/cluster/why/inquiry.h"
#include "core/controllers/endpoint_pods.h"

namespace rockpool::cluster {

using namespace doc::literals;
namespace ingress = api::ingress;

namespace {

bool is_host_of(const doc::Value& object, std::string_view host) {
  const std::size_t dot = host.find('.');
  return std::ranges::any_of(object["spec"_key]["rules"_key].items(), [&](const doc::Value& rule) {
    const std::string_view own = rule["host"_key].as_string();
    if (own.empty()) return false;
    return own == host || (dot != std::string_view::npos && own.starts_with('*') &&
                           own.substr(1) == host.substr(dot));
  });
}

constexpr std::string_view kControllerImage = "registry.k8s.io/ingress-nginx/controller";

bool is_controller(const api::Pod& pod) {
  return std::ranges::any_of(pod.spec().containers(), [](const api::Container& container) {
    return container.image().starts_with(kControllerImage);
  });
}

ingress::FindClass class_finder(client::Informers& informers) {
  return [&informers](std::string_view name) {
    return informers.of(api::ResourceId::ingressclasses).find({{}, std::string{name}});
  };
}

ingress::Routes routes_of(client::Informers& informers) {
  std::vector<doc::Value> served;
  for (const auto& [key, object] : informers.of(api::ResourceId::ingresses).objects()) {
    if (ingress::is_served(object, class_finder(informers))) served.push_back(object);
  }
  return ingress::Routes{std::move(served)};
}

}  // namespace

std::optional<doc::Value> Inquiry::find_ingress(std::string_view host) const {
  for (const auto& [key, object] : sources_.informers.of(api::ResourceId::ingresses).objects()) {
    if (is_host_of(object, host)) return object;
  }
  return {};
}

// Its webhook, behind another Service, routes nothing.
bool Inquiry::is_ingress_controller(const api::Service& service) const {
  bool found = false;
  for (const api::ServicePort port : service.ports()) {
    const doc::Value& target = port.target_port();
    const bool is_routed = target.as_string() == "http" || target.as_string() == "https" ||
                           target.as_int() == 80 || target.as_int() == 443;
    const bool is_asked = port.port() == port_ || port.node_port() == port_;
    found = found || (is_routed && is_asked);
  }
  if (!found) return false;
  bool is_one = false;
  controllers::for_each_selected_pod(
      sources_.informers.of(api::ResourceId::pods), service,
      [&is_one](const doc::Value& pod) { is_one = is_one || is_controller(api::Pod{pod}); });
  return is_one;
}

bool Inquiry::ask_controller(const doc::Value& object) {
  const std::string name = api::key_of(object).to_string();
  const std::string install =
      "Install the controller ingress-nginx and give the Ingress its class: spec.ingressClassName: "
      "nginx.";
  if (!ingress::is_served(object, class_finder(sources_.informers))) {
    const doc::Value& wanted = object["spec"_key]["ingressClassName"_key];
    const doc::Value* const found =
        wanted.is_null() ? nullptr : class_finder(sources_.informers)(wanted.as_string());
    return blame(
        Cause::no_ingress_controller,
        wanted.is_null() ? fmt::format("The Ingress {} names no class, so nobody serves it.", name)
        : found == nullptr
            ? fmt::format("The Ingress {} names the class {}, which does not exist.", name,
                          wanted.as_string())
            : fmt::format("The Ingress {} is of the class {}, whose controller {} does not run "
                          "here.",
                          name, wanted.as_string(),
                          (*found)["spec"_key]["controller"_key].as_string()),
        install);
  }
  if (object["status"_key]["loadBalancer"_key]["ingress"_key].size() == 0) {
    return blame(Cause::no_ingress_controller,
                 fmt::format("The Ingress {} has no address: no Pod of its controller is ready, or "
                             "the controller's Service has no address yet.",
                             name),
                 "Look at the controller: kubectl get pods,services -n ingress-nginx.");
  }
  return true;
}

bool Inquiry::ask_rule(const std::string& host) {
  const std::string path = target_.substr(0, target_.find('?'));
  const ingress::Routes routes = routes_of(sources_.informers);
  const ingress::Match match = routes.match(host, path);
  if (match.location == nullptr) {
    std::vector<std::string> paths;
    if (match.server != nullptr) {
      for (const ingress::Location& location : match.server->locations) {
        paths.push_back(location.path);
      }
    } else {
      for (const auto& [name, server] : routes.servers()) {
        if (!name.empty()) paths.push_back(name);
      }
    }
    return blame(
        Cause::no_ingress_rule,
        match.server == nullptr
            ? fmt::format("No Ingress has a rule for {}: the default backend answers 404.",
                          host.empty() ? "requests that name no host" : "the host " + host)
            : fmt::format("No rule for {} is for the path {}: the default backend answers 404.",
                          host.empty() ? "all hosts" : "the host " + host, path),
        paths.empty() ? std::string{"Make an Ingress of the controller's class."}
        : match.server == nullptr
            ? fmt::format(
                  "There are rules for {}: name one of these, by the URL or the header Host.",
                  fmt::join(paths, ", "))
            : fmt::format("There are rules for {}.", fmt::join(paths, ", ")));
  }
  const ingress::Backend& backend = match.location->backend;
  if (backend.service.name.empty()) {
    return blame(Cause::no_ingress_backend,
                 fmt::format("The rule for {} of the Ingress {} sends to no Service: the default "
                             "backend answers 404.",
                             match.location->path, match.location->ingress.to_string()),
                 "Name a Service and a port of it in the rule's backend.");
  }
  note(fmt::format("The rule for {} of the Ingress {} sends to the Service {}, port {}.",
                   match.location->path, match.location->ingress.to_string(), backend.service.name,
                   backend.port));
  return ask_backend(match.location->ingress, backend.service, backend.port);
}

bool Inquiry::ask_backend(const api::ObjectKey& key, const api::ObjectKey& service_key,
                          const std::string& wanted) {
  const doc::Value* const found =
      sources_.informers.of(api::ResourceId::services).find(service_key);
  if (found == nullptr) {
    return blame(Cause::no_ingress_backend,
                 fmt::format("The Ingress {} sends to the Service {}, which does not exist: the "
                             "controller answers 503.",
                             key.to_string(), service_key.name),
                 fmt::format("Make the Service in the namespace {}, or name another one: an "
                             "Ingress sends to Services of its own namespace only.",
                             key.namespace_));
  }
  const doc::Value object = *found;
  const api::Service service{object};
  for (const api::ServicePort port : service.ports()) {
    if (port.name() != wanted && fmt::format("{}", port.port()) != wanted) continue;
    if (service.is_external_name()) return true;
    return ask_endpoints(service, port.name()) && ask_policies_of_backend(service, port);
  }
  return blame(Cause::no_ingress_backend,
               fmt::format("The Ingress {} sends to port {} of the Service {}, which has no such "
                           "port: the controller answers 503.",
                           key.to_string(), wanted, service_key.name),
               "Name a port of the Service, by its number or its name.");
}

// The controller asks the Pods themselves, not the Service: policies must let it.
bool Inquiry::ask_policies_of_backend(const api::Service& service, const api::ServicePort& port) {
  std::vector<const net::Host*> controllers;
  for (const auto& [key, pod] : sources_.informers.of(api::ResourceId::pods).objects()) {
    const api::Pod view{pod};
    const auto ip = net::IpAddress::parse(view.ip());
    if (ip && is_controller(view)) controllers.push_back(sources_.network.find_host(*ip));
  }
  client::Informer& slices = sources_.informers.of(api::ResourceId::endpointslices);
  for (const client::Entry* entry :
       client::slices_of_service(slices, service.namespace_name(), service.name())) {
    const api::EndpointSlice slice{entry->second};
    for (const api::EndpointPort slice_port : slice.ports()) {
      if (slice_port.name() != port.name()) continue;
      for (const api::Endpoint endpoint : slice.endpoints()) {
        const auto ip = net::IpAddress::parse(endpoint.address());
        if (!ip || !endpoint.is_ready()) continue;
        for (const net::Host* const controller : controllers) {
          if (controller == nullptr) continue;
          const bool may_pass =
              ask_policies({.protocol = net::Protocol::tcp,
                            .sender = controller,
                            .receiver = sources_.network.find_host(*ip),
                            .source = controller->address(),
                            .destination = {*ip, static_cast<std::uint16_t>(slice_port.port())}});
          if (!may_pass) return false;
        }
      }
    }
  }
  return true;
}

}  // namespace rockpool::cluster
