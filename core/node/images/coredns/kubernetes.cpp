// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/net/dns/name.h"
#include "core/net/dns/responder.h"
#include "core/node/images/coredns/instance.h"

// plugin/kubernetes: setup.go, handler.go
namespace rockpool::node::coredns {
namespace {

using net::dns::RecordType;
using net::dns::ResponseCode;

constexpr std::uint32_t kDefaultTtl = 5;
constexpr std::int64_t kMaxTtl = 3600;

class Kubernetes : public Plugin {
 public:
  Kubernetes(Instance& instance, net::dns::ZoneOptions options, Fallthrough fallthrough)
      : instance_{instance}, zone_{std::move(options)}, fallthrough_{std::move(fallthrough)} {}

  std::string_view name() const override { return "kubernetes"; }

  Done start() override {
    if (std::exchange(is_started_, true)) return {};
    zone_.index().follow(instance_.context().machine().informers);
    instance_.cluster_zones.push_back(&zone_);
    return {};
  }

  std::optional<Step> descend(Query& query) override {
    const std::string name = query.name();
    const std::string_view zone = zone_.zone_of(name);
    if (zone.empty()) return {};
    net::dns::ZoneAnswer found = zone_.look_up(query.question, zone);
    if (!found.exists && fallthrough_.includes(name)) return {};
    Reply reply;
    reply.is_fixed = found.is_fixed();
    reply.message = net::dns::make_reply(query.request);
    reply.message->questions = {query.question};
    reply.message->authoritative = true;
    reply.message->answers = std::move(found.answers);
    reply.message->additionals = std::move(found.additionals);
    if (!found.unresolved.empty()) {
      return Step{.reply = {}, .later = [this, reply, target = found.unresolved](Query& asked) {
                    return complete(asked, reply, target);
                  }};
    }
    if (!found.exists) reply.message->code = ResponseCode::name_error;
    if (reply.message->answers.empty()) reply.message->authorities = {zone_.soa(zone)};
    return Step{.reply = std::move(reply), .later = {}};
  }

 private:
  // Adds what this server itself has for the name that an alias leads to.
  sim::Task<std::optional<Reply>> complete(Query& query, Reply reply, std::string target) {
    Query question = query;
    question.question.name = std::move(target);
    question.request.questions = {question.question};
    question.response_rules.clear();
    question.renamed.clear();
    question.rewritten_from.reset();
    question.may_be_cached = false;
    sim::Task<Reply> asking = instance_.ask_itself(std::move(question));
    const Reply found = co_await asking;
    if (found.message) {
      reply.message->answers.insert(reply.message->answers.end(), found.message->answers.begin(),
                                    found.message->answers.end());
    }
    reply.is_fixed = false;
    co_return reply;
  }

  Instance& instance_;
  net::dns::ClusterZone zone_;
  Fallthrough fallthrough_;
  bool is_started_ = false;
};

Done read_selector(Setup& setup, std::string_view what,
                   std::optional<api::LabelSelector>& selector) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.empty()) return Error{setup.words.argument_error()};
  const std::string text = fmt::format("{}", fmt::join(arguments, " "));
  auto parsed = api::LabelSelector::parse(text);
  if (!parsed) {
    return Error{fmt::format("unable to parse {} selector value: '{}': {}", what, text,
                             parsed.error().message)};
  }
  selector = std::move(*parsed);
  return {};
}

Done read_pod_mode(Setup& setup, net::dns::ZoneOptions& options) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.size() != 1) return Error{setup.words.argument_error()};
  if (arguments[0] == "disabled") {
    options.pods = net::dns::PodMode::disabled;
  } else if (arguments[0] == "insecure") {
    options.pods = net::dns::PodMode::insecure;
  } else if (arguments[0] == "verified") {
    options.pods = net::dns::PodMode::verified;
  } else {
    return Error{fmt::format(
        "wrong value for pods: {},  must be one of: disabled, verified, insecure", arguments[0])};
  }
  return {};
}

Done read_ttl(Setup& setup, net::dns::ZoneOptions& options) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.empty()) return Error{setup.words.argument_error()};
  const auto ttl = go_number(arguments[0]);
  if (!ttl) return Error{ttl.error()};
  if (*ttl < 0 || *ttl > kMaxTtl) {
    return Error{setup.words.error(fmt::format("ttl must be in range [0, 3600]: {}", *ttl))};
  }
  options.ttl = static_cast<std::uint32_t>(*ttl);
  return {};
}

Done read_namespaces(Setup& setup, net::dns::ZoneOptions& options) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.empty()) return Error{setup.words.argument_error()};
  options.namespaces.insert(arguments.begin(), arguments.end());
  return {};
}

Done read_property(Setup& setup, net::dns::ZoneOptions& options, Fallthrough& fallthrough) {
  Dispenser& words = setup.words;
  const std::string property = words.value();
  if (property == "pods") return read_pod_mode(setup, options);
  if (property == "ttl") return read_ttl(setup, options);
  if (property == "namespaces") return read_namespaces(setup, options);
  if (property == "labels") return read_selector(setup, "label", options.labels);
  if (property == "namespace_labels") {
    return read_selector(setup, "namespace_label", options.namespace_labels);
  }
  const std::vector<std::string> arguments = words.remaining_arguments();
  if (property == "fallthrough") {
    fallthrough.set(arguments);
  } else if (property == "endpoint_pod_names") {
    if (!arguments.empty()) return Error{words.argument_error()};
    options.endpoint_pod_names = true;
  } else if (property == "noendpoints") {
    if (!arguments.empty()) return Error{words.argument_error()};
    options.has_endpoints = false;
  } else if (property == "ignore") {
    if (arguments.empty()) return {};
    if (arguments[0] != "empty_service") {
      return Error{fmt::format("unable to parse ignore value: '{}'", arguments[0])};
    }
    options.ignores_empty_services = true;
  } else if (property == "endpoint" || property == "tls" || property == "kubeconfig") {
    return Error{words.error(
        fmt::format("another API server than the cluster's own is not simulated: '{}'", property))};
  } else {
    return Error{words.error(fmt::format("unknown property '{}'", property))};
  }
  return {};
}

}  // namespace

Done set_up_kubernetes(Setup& setup) {
  net::dns::ZoneOptions options;
  options.ttl = kDefaultTtl;
  options.pods = net::dns::PodMode::disabled;
  Fallthrough fallthrough;
  for (;;) {
    const auto another = setup.next_once();
    if (!another) return Error{another.error()};
    if (!*another) break;
    options.zones = zones_or(setup.words.remaining_arguments(), setup.site.origins());
    const bool has_domain = std::ranges::any_of(options.zones, [](const std::string& zone) {
      return !net::dns::is_within(zone, "in-addr.arpa.") && !net::dns::is_within(zone, "ip6.arpa.");
    });
    if (!has_domain) return Error{"non-reverse zone name must be used"};
    while (setup.words.next_in_block()) {
      if (Done done = read_property(setup, options, fallthrough); !done) return done;
    }
    if (!options.namespaces.empty() && options.namespace_labels) {
      return Error{setup.words.error("namespaces and namespace_labels cannot both be set")};
    }
  }
  const auto own = setup.context.machine().host->addresses();
  options.own_addresses.assign(own.begin(), own.end());
  setup.add(
      std::make_unique<Kubernetes>(setup.instance, std::move(options), std::move(fallthrough)));
  return {};
}

}  // namespace rockpool::node::coredns
