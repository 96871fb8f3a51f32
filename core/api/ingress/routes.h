// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/ingress/path_pattern.h"
#include "core/api/object.h"
#include "core/doc/value.h"

// What Ingresses say, as ingress-nginx reads them: shared by the controller's process, by what it
// writes to the API, and by explanations.
namespace rockpool::api::ingress {

/// `spec.controller` of the IngressClasses that ingress-nginx serves, and the name of the one that
/// its manifest brings, which old annotations refer to.
inline constexpr std::string_view kController = "k8s.io/ingress-nginx";
inline constexpr std::string_view kClassName = "nginx";
/// The annotations that ingress-nginx reads begin with this.
inline constexpr std::string_view kAnnotationPrefix = "nginx.ingress.kubernetes.io/";

/// Finds an IngressClass by its name; null if there is none.
using FindClass = std::function<const doc::Value*(std::string_view name)>;
/// True if ingress-nginx serves the Ingress: by spec.ingressClassName, or by the old annotation
/// kubernetes.io/ingress.class, which has the last word (internal/ingress/controller/store).
bool is_served(const doc::Value& ingress, const FindClass& find_class);

/// The annotations of an Ingress that have no effect here, without their prefix, sorted.
std::vector<std::string> annotations_without_effect(const doc::Value& ingress);

/// Where a request is sent.
struct Backend {
  /// The Service, in the namespace of its Ingress. Empty for none: the default backend answers.
  ObjectKey service;
  /// The number or the name of the Service's port.
  std::string port;
};

/// Where one path of one host leads.
struct Location {
  std::string path;
  /// How `path` is compared: as a whole, by its elements, by its text, or as a pattern.
  enum class Kind : std::uint8_t { exact, elements, text, pattern };
  Kind kind = Kind::text;
  /// Of `pattern`.
  std::optional<PathPattern> pattern = {};
  Backend backend = {};
  /// nginx.ingress.kubernetes.io/rewrite-target; empty for none.
  std::string rewrite_target = {};
  /// True if plain HTTP is answered by a redirection to HTTPS.
  bool redirects_to_tls = false;
  /// nginx.ingress.kubernetes.io/backend-protocol: HTTPS; the backend's certificate is not checked.
  bool backend_speaks_tls = false;
  /// The Ingress it comes from.
  ObjectKey ingress = {};
};

/// One host with its locations, the first that matches being the one that counts.
struct Server {
  /// `*.example.com` for every name with one label more; empty for all hosts that have no own.
  std::string host;
  std::vector<Location> locations;
  /// The Secret with its certificate; empty if it has none of its own.
  ObjectKey tls_secret;
  bool has_tls = false;
};

/// What a request comes to.
struct Match {
  const Server* server = nullptr;
  /// Null if no path fits: the default backend answers.
  const Location* location = nullptr;
  /// The path to ask for instead; empty if it stays.
  std::string rewritten;
};

/// The configuration that ingress-nginx makes of all Ingresses that it serves. Of two that want the
/// same path of a host the older one gets it.
class Routes {
 public:
  Routes() = default;
  /// `ingresses` in any order; they must be served.
  explicit Routes(std::vector<doc::Value> ingresses);

  /// Where a request for `path` (without a query) of that Host goes.
  Match match(std::string_view host, std::string_view path) const;
  /// By host.
  const std::map<std::string, Server, std::less<>>& servers() const { return servers_; }

 private:
  void add_rules(const doc::Value& ingress);
  void add_tls(const doc::Value& ingress);
  void finish(Server& server);

  std::map<std::string, Server, std::less<>> servers_;
};

}  // namespace rockpool::api::ingress
