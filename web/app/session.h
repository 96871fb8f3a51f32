// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/address.h"
#include "core/net/proxy/mode.h"
#include "core/sim/time.h"
#include "web/app/model/dns_log.h"
#include "web/app/model/endpoint_rows.h"
#include "web/app/model/name_asker.h"
#include "web/app/model/node_proxy.h"
#include "web/app/model/object_list.h"
#include "web/app/model/traffic.h"
#include "web/app/model/why_request.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// What can be done to an object from its menu.
enum class Action {
  Delete,
  KillNow,
  Crash,
  StopNode,
  StartNode,
  Cordon,
  Uncordon,
  FreezeProxy,
  ThawProxy,
  RestartProxy,
};

/// How an action, or anything else asked of the cluster, ended.
struct Outcome {
  bool ok = true;
  std::string message{};
};

/// What became of one document of an applied text.
struct ApplyLine {
  std::string object{};  ///< deployment.apps/web
  std::string result{};  ///< created, configured, unchanged
};
struct ApplyReport {
  bool ok = false;
  std::vector<ApplyLine> lines{};
  /// Why nothing was applied, and the line of the text it is about, from 1; 0 if none.
  std::string error{};
  int error_line = 0;
  std::string error_object{};
};

/// How the proxies of all nodes work.
struct ProxyMode {
  net::proxy::ModeKind kind = net::proxy::ModeKind::userspace;
  /// How ipvs chooses; the other modes have but one way.
  net::proxy::IpvsScheduler scheduler = net::proxy::IpvsScheduler::rr;

  friend bool operator==(const ProxyMode&, const ProxyMode&) = default;
};
/// "userspace", "ipvs rr".
std::string proxy_mode_text(const ProxyMode& mode);

/// A cluster as the application sees it: a world to show, a clock to turn, and what a viewer may
/// do.
class Session {
 public:
  virtual ~Session() = default;

  virtual const World& world() const = 0;
  virtual const Traffic& traffic() const = 0;
  /// Called for every finished request, once for each. One listener.
  virtual void on_request(std::function<void(const RequestSeen&)> listener) = 0;

  virtual sim::Time now() const = 0;
  /// When its clock started.
  virtual sim::Time start() const = 0;
  /// Lets up to `span` of the cluster's time pass, stopping early when `keep_going` says no.
  /// Returns how much has passed.
  virtual sim::Duration run_for(sim::Duration span, const std::function<bool()>& keep_going) = 0;
  /// Moves on to the next thing that can be seen. False if there is none.
  virtual bool step() = 0;
  /// The address families of its nodes and Pods, the primary one first.
  virtual std::vector<net::Family> ip_families() const = 0;
  /// Starts again from the beginning, with these families.
  virtual void reset(const std::vector<net::Family>& families) = 0;

  virtual ApplyReport apply(std::string_view yaml) = 0;
  virtual Outcome act(Action action, const ObjectRef& object) = 0;
  virtual Outcome scale(const ObjectRef& workload, int replicas) = 0;
  /// Makes one request from outside to a Service that is open to it.
  virtual Outcome request_from_outside(const ObjectRef& service) = 0;

  /// The object as YAML, without what only machines read; empty if it is gone.
  virtual std::string yaml(const ObjectRef& object) const = 0;
  /// A container's log; `previous` of the run before the last restart.
  virtual Outcome log(const ObjectRef& pod, std::string_view container, bool previous) const = 0;
  /// Owners, owned, selected and selecting objects.
  virtual std::vector<ObjectRef> related(const ObjectRef& object) const = 0;
  /// Lines of a summary: name and value.
  using Facts = std::vector<std::pair<std::string, std::string>>;
  virtual Facts facts(const ObjectRef& object) const = 0;
  /// All objects by their kinds, but for those on the map.
  virtual std::vector<ObjectGroup> objects(bool with_system) const = 0;

  virtual ProxyMode proxy_mode() const = 0;
  /// Starts the proxies of all nodes anew in another mode; what is under way goes on.
  virtual Outcome set_proxy_mode(const ProxyMode& mode) = 0;
  /// What a node's proxy and kernel hold of one kind.
  virtual NodeProxy node_proxy(const std::string& node, NodeProxyPart part) const = 0;
  /// The EndpointSlices of a Service, or the one that is named.
  virtual std::vector<SliceRow> slices(const ObjectRef& object) const = 0;
  /// The name look-ups that concern a Service, Pod or node: those of the last minute
  /// before the older ones, and among them those that failed first.
  virtual std::vector<DnsLookup> lookups(const ObjectRef& object) const = 0;
  /// A Pod's or node's /etc/resolv.conf; empty for anything else.
  virtual std::string resolv_conf(const ObjectRef& object) const = 0;
  /// Asks the cluster's DNS on behalf of a Pod or node: a name, and a type of record if it is not
  /// for addresses.
  virtual Outcome ask_name(const ObjectRef& client, std::string_view question) = 0;
  /// The last such question of that Pod or node and what has come back; null if there is none.
  virtual const NameAnswer* name_answer(const ObjectRef& client) const = 0;
  /// What is wrong with the way of a request; a message if nobody can make it.
  virtual std::expected<WhyAnswer, std::string> explain(const WhyRequest& request) const = 0;
};

}  // namespace rockpool::app
