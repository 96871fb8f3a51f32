// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/auth/authorize.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/apiserver/apiserver.h"
#include "core/apiserver/state.h"
#include "core/doc/ascii.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kMasters = "system:masters";

std::string verb_of(const Request& request, const ResourcePath& path) {
  const std::string& method = request.method;
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return path.name.empty() ? "deletecollection" : "delete";
  const std::string* watch = request.find_query("watch");
  if (watch != nullptr && *watch != "false" && *watch != "0") return "watch";
  return path.name.empty() ? "list" : "get";
}

bool has(const doc::Value& list, std::string_view wanted) {
  return std::ranges::any_of(list.items(), [&](const doc::Value& item) {
    return item.as_string() == wanted || item.as_string() == "*";
  });
}

bool covers_path(const doc::Value& rule, std::string_view path) {
  return std::ranges::any_of(rule["nonResourceURLs"_key].items(), [&](const doc::Value& item) {
    std::string_view url = item.as_string();
    if (!url.ends_with('*')) return url == path;
    url.remove_suffix(1);
    return path.starts_with(url);
  });
}

// A rule names a resource with its subresource, all subresources of one name, or all resources.
bool covers_resource(const doc::Value& rule, const Attributes& attributes) {
  if (!has(rule["apiGroups"_key], attributes.group)) return false;
  const doc::Value& names = rule["resourceNames"_key];
  const bool named =
      names.size() == 0 || std::ranges::any_of(names.items(), [&](const doc::Value& item) {
        return item.as_string() == attributes.name;
      });
  if (!named) return false;
  if (attributes.subresource.empty()) return has(rule["resources"_key], attributes.resource);
  const doc::Value& resources = rule["resources"_key];
  return has(resources, fmt::format("{}/{}", attributes.resource, attributes.subresource)) ||
         has(resources, fmt::format("*/{}", attributes.subresource));
}

bool covers(const doc::Value& rule, const Attributes& attributes) {
  if (!has(rule["verbs"_key], attributes.verb)) return false;
  return attributes.is_resource ? covers_resource(rule, attributes)
                                : covers_path(rule, attributes.path);
}

// How a binding's subject that is this user is called in a reason; empty if none is.
std::string subject_in(const doc::Value& binding, const User& user, std::string_view ns) {
  for (const doc::Value& subject : binding["subjects"_key].items()) {
    const std::string_view kind = subject["kind"_key].as_string();
    const std::string_view name = subject["name"_key].as_string();
    if (kind == "User" && name == user.name) return fmt::format("User \"{}\"", name);
    if (kind == "Group" && user.is_in(name)) return fmt::format("Group \"{}\"", name);
    if (kind != "ServiceAccount") continue;
    const std::string_view given = subject["namespace"_key].as_string();
    const std::string_view account_ns = given.empty() ? ns : given;
    if (user.name == fmt::format("system:serviceaccount:{}:{}", account_ns, name)) {
      return fmt::format("ServiceAccount \"{}/{}\"", name, account_ns);
    }
  }
  return {};
}

using Visitor = std::function<bool(const doc::Value& rule, const std::string& reason)>;

// Visits the rules of the role that a binding refers to. Returns false if the visitor has enough.
bool visit_binding(const ApiServer& server, const doc::Value& binding, const User& user,
                   const Visitor& visit) {
  const std::string_view ns = namespace_name_of(binding);
  const std::string subject = subject_in(binding, user, ns);
  if (subject.empty()) return true;
  const doc::Value& reference = binding["roleRef"_key];
  const std::string_view kind = reference["kind"_key].as_string();
  const std::string_view name = reference["name"_key].as_string();
  const doc::Value* role = kind == "ClusterRole"
                               ? server.store().find(api::ResourceId::clusterroles, "", name)
                               : server.store().find(api::ResourceId::roles, ns, name);
  if (role == nullptr) return true;
  const std::string where = ns.empty() ? fmt::format("ClusterRoleBinding \"{}\"", name_of(binding))
                                       : fmt::format("RoleBinding \"{}/{}\"", name_of(binding), ns);
  const std::string reason =
      fmt::format("RBAC: allowed by {} of {} \"{}\" to {}", where, kind, name, subject);
  return std::ranges::all_of((*role)["rules"_key].items(),
                             [&](const doc::Value& rule) { return visit(rule, reason); });
}

Attributes impersonation_of(std::string_view resource, std::string_view name) {
  Attributes attributes{.verb = "impersonate"};
  attributes.resource = resource;
  attributes.name = name;
  return attributes;
}

api::Result<void> check_impersonation(const ApiServer& server, const Identity& identity) {
  std::vector<Attributes> needed{impersonation_of("users", identity.user.name)};
  for (const std::string& group : identity.user.groups) {
    if (group.starts_with("system:")) continue;
    needed.push_back(impersonation_of("groups", group));
  }
  for (const Attributes& attributes : needed) {
    if (authorize(server, identity.impersonator, attributes).allowed) continue;
    return std::unexpected{forbidden_to(identity.impersonator, attributes)};
  }
  return {};
}

}  // namespace

Attributes attributes_of(const Request& request, const std::optional<ResourcePath>& resource_path) {
  Attributes attributes;
  if (!resource_path || resource_path->resource.empty()) {
    attributes.is_resource = false;
    attributes.verb = doc::to_lower(request.method);
    attributes.path = request.path;
    return attributes;
  }
  attributes.verb = verb_of(request, *resource_path);
  attributes.group = resource_path->group;
  attributes.version = resource_path->version;
  attributes.resource = resource_path->resource;
  attributes.subresource = resource_path->subresource;
  attributes.ns = resource_path->ns;
  attributes.name = resource_path->name;
  // A namespace itself counts as being in it.
  if (attributes.resource == "namespaces" && attributes.group.empty()) {
    attributes.ns = attributes.name;
  }
  return attributes;
}

void visit_rules(const ApiServer& server, const User& user, std::string_view ns,
                 const Visitor& visit) {
  bool more = true;
  const auto visit_bindings = [&](const doc::Value& binding) {
    more = visit_binding(server, binding, user, visit);
    return more;
  };
  server.store().visit(api::ResourceId::clusterrolebindings, "", visit_bindings);
  if (!more || ns.empty()) return;
  server.store().visit(api::ResourceId::rolebindings, ns, visit_bindings);
}

Decision authorize(const ApiServer& server, const User& user, const Attributes& attributes) {
  if (!server.options().rbac || user.is_in(kMasters)) return {true, {}};
  Decision decision;
  visit_rules(server, user, attributes.ns, [&](const doc::Value& rule, const std::string& reason) {
    if (!covers(rule, attributes)) return true;
    decision = {true, reason};
    return false;
  });
  return decision;
}

api::Status forbidden_to(const User& user, const Attributes& attributes, std::string_view reason) {
  std::string text;
  if (!attributes.is_resource) {
    text = fmt::format("User \"{}\" cannot {} path \"{}\"", user.name, attributes.verb,
                       attributes.path);
  } else {
    const std::string resource =
        attributes.subresource.empty()
            ? attributes.resource
            : fmt::format("{}/{}", attributes.resource, attributes.subresource);
    text =
        fmt::format("User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}", user.name,
                    attributes.verb, resource, attributes.group,
                    attributes.ns.empty() ? "at the cluster scope"
                                          : fmt::format("in the namespace \"{}\"", attributes.ns));
  }
  if (!reason.empty()) text += fmt::format(": {}", reason);
  return api::forbidden({attributes.group, attributes.resource}, attributes.name, text);
}

api::Result<void> check_access(const ApiServer& server, const Request& request,
                               const std::optional<ResourcePath>& resource_path) {
  // Most requests: of nobody in particular, to a server that lets all do all.
  if (!server.options().rbac && request.headers.find("Authorization") == nullptr &&
      request.headers.find("Impersonate-User") == nullptr &&
      request.headers.find("Impersonate-Group") == nullptr) {
    return {};
  }
  const auto identity = identify(server, request);
  if (!identity) return std::unexpected{identity.error()};
  if (identity->impersonates) {
    if (auto checked = check_impersonation(server, *identity); !checked) return checked;
  }
  const Attributes attributes = attributes_of(request, resource_path);
  if (authorize(server, identity->user, attributes).allowed) return {};
  return std::unexpected{forbidden_to(identity->user, attributes)};
}

}  // namespace rockpool::apiserver
