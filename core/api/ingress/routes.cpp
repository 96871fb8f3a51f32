// SPDX-License-Identifier: Apache-2.0
#include "core/api/ingress/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace rockpool::api::ingress {

using namespace doc::literals;

namespace {

constexpr std::string_view kOldClass = "kubernetes.io/ingress.class";
// What is read of an Ingress' annotations here.
constexpr std::array<std::string_view, 5> kKnown = {"backend-protocol", "force-ssl-redirect",
                                                    "rewrite-target", "ssl-redirect", "use-regex"};
// Of `backend-protocol`, what is understood; the others are said to have no effect.
constexpr std::array<std::string_view, 2> kKnownProtocols = {"HTTP", "HTTPS"};

std::string_view annotation(const doc::Value& ingress, std::string_view name) {
  return annotations(ingress)[fmt::format("{}{}", kAnnotationPrefix, name)].as_string();
}

// Go's strconv.ParseBool; anything else counts as not given.
bool flag(const doc::Value& ingress, std::string_view name, bool fallback) {
  const std::string_view text = annotation(ingress, name);
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return fallback;
}

Backend read_backend(const doc::Value& ingress, const doc::Value& backend) {
  const doc::Value& service = backend["service"_key];
  // Backends that are other objects are left out, as ingress-nginx does.
  if (service.is_null()) return {};
  const doc::Value& port = service["port"_key];
  return {{std::string{namespace_of(ingress)}, service["name"_key].to_string()},
          port["name"_key].is_empty() ? fmt::format("{}", port["number"_key].as_int())
                                      : port["name"_key].to_string()};
}

Location::Kind kind_of(const doc::Value& path) {
  const std::string_view type = path["pathType"_key].as_string();
  if (type == "Exact") return Location::Kind::exact;
  return type == "Prefix" ? Location::Kind::elements : Location::Kind::text;
}

bool fits(const Location& location, std::string_view path) {
  std::string_view own = location.path;
  switch (location.kind) {
    case Location::Kind::exact:
      return path == own;
    case Location::Kind::text:
      return path.starts_with(own);
    case Location::Kind::elements:
      while (own.size() > 1 && own.ends_with('/')) own.remove_suffix(1);
      if (own == "/") return true;
      return path.starts_with(own) && (path.size() == own.size() || path[own.size()] == '/');
    case Location::Kind::pattern:
      return location.pattern && location.pattern->match(path).has_value();
  }
  return false;
}

}  // namespace

bool is_served(const doc::Value& ingress, const FindClass& find_class) {
  const doc::Value& old_way = annotations(ingress)[kOldClass];
  if (!old_way.is_null()) return old_way.as_string() == kClassName;
  const doc::Value& name = ingress["spec"_key]["ingressClassName"_key];
  if (name.is_null()) return false;
  const doc::Value* const found = find_class(name.as_string());
  return found != nullptr && (*found)["spec"_key]["controller"_key].as_string() == kController;
}

std::vector<std::string> annotations_without_effect(const doc::Value& ingress) {
  std::vector<std::string> names;
  for (const doc::Member& member : annotations(ingress).members()) {
    std::string_view name = member.key.text();
    if (!name.starts_with(kAnnotationPrefix)) continue;
    name.remove_prefix(kAnnotationPrefix.size());
    const bool is_known =
        name == "backend-protocol"
            ? std::ranges::find(kKnownProtocols, member.value.as_string()) != kKnownProtocols.end()
            : std::ranges::find(kKnown, name) != kKnown.end();
    if (!is_known) names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Routes::Routes(std::vector<doc::Value> ingresses) {
  std::ranges::stable_sort(ingresses, [](const doc::Value& left, const doc::Value& right) {
    const auto age = [](const doc::Value& each) {
      return metadata(each)["creationTimestamp"_key].as_string();
    };
    return std::pair{age(left), key_of(left)} < std::pair{age(right), key_of(right)};
  });
  for (const doc::Value& ingress : ingresses) {
    add_rules(ingress);
    add_tls(ingress);
  }
  for (auto& [host, server] : servers_) finish(server);
}

void Routes::add_rules(const doc::Value& ingress) {
  const doc::Value& spec = ingress["spec"_key];
  const Backend fallback = read_backend(ingress, spec["defaultBackend"_key]);
  const ObjectKey key = key_of(ingress);
  const auto add = [&](Server& server, Location location) {
    const bool is_taken = std::ranges::any_of(server.locations, [&](const Location& other) {
      return other.path == location.path && other.kind == location.kind;
    });
    if (is_taken) return;
    location.ingress = key;
    location.rewrite_target = annotation(ingress, "rewrite-target");
    // Marks what `finish` turns into patterns.
    if (flag(ingress, "use-regex", false) || !location.rewrite_target.empty()) {
      location.pattern.emplace();
    }
    location.redirects_to_tls = flag(ingress, "force-ssl-redirect", false);
    location.backend_speaks_tls = annotation(ingress, "backend-protocol") == "HTTPS";
    server.locations.push_back(std::move(location));
  };
  const auto whole = [](const Backend& backend) {
    return Location{.path = "/", .kind = Location::Kind::elements, .backend = backend};
  };
  if (!fallback.service.name.empty() && spec["rules"_key].size() == 0) {
    add(servers_[""], whole(fallback));
  }
  for (const doc::Value& rule : spec["rules"_key].items()) {
    Server& server = servers_[rule["host"_key].to_string()];
    for (const doc::Value& path : rule["http"_key]["paths"_key].items()) {
      const std::string text = path["path"_key].to_string();
      add(server, {.path = text.empty() ? "/" : text,
                   .kind = kind_of(path),
                   .backend = read_backend(ingress, path["backend"_key])});
    }
    // What no path of the host fits goes to the Ingress' own default backend.
    if (!fallback.service.name.empty()) add(server, whole(fallback));
  }
}

void Routes::add_tls(const doc::Value& ingress) {
  for (const doc::Value& tls : ingress["spec"_key]["tls"_key].items()) {
    const std::string secret = tls["secretName"_key].to_string();
    for (const doc::Value& host : tls["hosts"_key].items()) {
      const auto server = servers_.find(host.as_string());
      if (server == servers_.end()) continue;
      server->second.has_tls = true;
      if (server->second.tls_secret.name.empty() && !secret.empty()) {
        server->second.tls_secret = {std::string{namespace_of(ingress)}, secret};
      }
      const ObjectKey key = key_of(ingress);
      for (Location& location : server->second.locations) {
        if (location.ingress == key) {
          location.redirects_to_tls =
              location.redirects_to_tls || flag(ingress, "ssl-redirect", true);
        }
      }
    }
  }
}

// The longest path first. One pattern on a host makes all of its paths patterns, also those of
// other Ingresses (template.go, enforceRegex), and then they are compared from the beginning only.
void Routes::finish(Server& server) {
  const bool has_patterns = std::ranges::any_of(
      server.locations, [](const Location& location) { return location.pattern.has_value(); });
  for (Location& location : server.locations) {
    if (!has_patterns) continue;
    location.kind = Location::Kind::pattern;
    location.pattern = PathPattern::parse("^" + location.path);
  }
  std::ranges::stable_sort(server.locations, [](const Location& left, const Location& right) {
    if (left.path.size() != right.path.size()) return left.path.size() > right.path.size();
    if (left.path != right.path) return left.path > right.path;
    return left.kind < right.kind;
  });
}

Match Routes::match(std::string_view host, std::string_view path) const {
  auto server = servers_.find(host);
  if (server == servers_.end() && !host.empty()) {
    const std::size_t dot = host.find('.');
    if (dot != std::string_view::npos && dot > 0) {
      server = servers_.find(fmt::format("*{}", host.substr(dot)));
    }
  }
  if (server == servers_.end()) server = servers_.find("");
  Match match;
  if (server == servers_.end()) return match;
  match.server = &server->second;
  // nginx takes an exact location before any other.
  const auto& locations = server->second.locations;
  const auto is_exact = [&](const Location& location) {
    return location.kind == Location::Kind::exact && location.path == path;
  };
  auto found = std::ranges::find_if(locations, is_exact);
  if (found == locations.end()) {
    found = std::ranges::find_if(locations,
                                 [&](const Location& location) { return fits(location, path); });
  }
  if (found == locations.end()) return match;
  match.location = &*found;
  if (!found->rewrite_target.empty() && found->pattern) {
    const auto groups = found->pattern->match(path);
    if (groups) match.rewritten = fill_in(found->rewrite_target, *groups);
  }
  return match;
}

}  // namespace rockpool::api::ingress
