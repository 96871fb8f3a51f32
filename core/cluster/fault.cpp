// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/fault.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

#include "core/api/quantity.h"

namespace rockpool::cluster {
namespace {

// What the target of a kind of fault must be.
enum class TargetKind { pod, node, end, proxy, component, process };

constexpr std::string_view kApiServer = "component/kube-apiserver";

struct Form {
  FaultKind kind;
  std::string_view member;
  TargetKind target;
  // The member beside the target that this kind needs, or none.
  std::string_view required = {};
};

constexpr std::array kForms = {
    Form{FaultKind::crash, "crash", TargetKind::pod},
    Form{FaultKind::kill, "kill", TargetKind::pod},
    Form{FaultKind::stop, "stop", TargetKind::node},
    Form{FaultKind::start, "start", TargetKind::node},
    Form{FaultKind::cut, "cut", TargetKind::end},
    Form{FaultKind::slow, "slow", TargetKind::end, "delay"},
    Form{FaultKind::lose, "lose", TargetKind::end, "loss"},
    Form{FaultKind::heal, "heal", TargetKind::end},
    Form{FaultKind::freeze, "freeze", TargetKind::proxy},
    Form{FaultKind::thaw, "thaw", TargetKind::proxy},
    Form{FaultKind::restart_proxy, "restart", TargetKind::process},
    Form{FaultKind::fill, "fill", TargetKind::node},
    Form{FaultKind::halt, "halt", TargetKind::component},
    Form{FaultKind::resume, "resume", TargetKind::component},
};

std::string_view target_prefix(TargetKind kind) {
  switch (kind) {
    case TargetKind::pod:
      return "pod/";
    case TargetKind::node:
    case TargetKind::end:
      return "node/";
    case TargetKind::proxy:
    case TargetKind::process:
      return "proxy/";
    case TargetKind::component:
      return "component/";
  }
  return "";
}

std::unexpected<api::Status> bad(std::string message) {
  return std::unexpected{api::bad_request(std::move(message))};
}

api::Result<const Form*> find_form(const doc::Value& document) {
  const Form* found = nullptr;
  for (const Form& form : kForms) {
    if (!document.contains(form.member)) continue;
    if (found != nullptr) {
      return bad(fmt::format("fault: give one of {} and {}, not both", found->member, form.member));
    }
    found = &form;
  }
  if (found != nullptr) return found;
  std::string names;
  for (const Form& form : kForms)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", form.member);
  return bad("fault: what is to happen? Give one of " + names);
}

// The name without its prefix; ends of links may be `control-plane` and `outside` too.
api::Result<std::string> read_target(std::string_view member, const doc::Value& value,
                                     TargetKind kind) {
  const std::string_view text = value.as_string();
  const std::string_view prefix = target_prefix(kind);
  if (kind == TargetKind::process && text == kApiServer) return std::string{text};
  if (kind == TargetKind::end && (text == "control-plane" || text == "outside")) {
    return std::string{text};
  }
  const std::string_view rest = text.starts_with(prefix) ? text.substr(prefix.size()) : "";
  const bool has_slash = rest.find('/') != std::string_view::npos;
  if (!rest.empty() && has_slash == (kind == TargetKind::pod)) return std::string{rest};
  return bad(fmt::format("fault: {}: expected {}{}", member, prefix,
                         kind == TargetKind::pod ? "NAMESPACE/NAME" : "NAME"));
}

// Reads one member beside the target; false if the form has no such member.
api::Result<bool> read_option(const Form& form, std::string_view name, const doc::Value& value,
                              Fault& fault) {
  if (name == "container" && form.kind == FaultKind::crash && value.is_string()) {
    fault.container = value.as_string();
    return true;
  }
  if (name == "now" && form.kind == FaultKind::kill && value.is_boolean()) {
    if (value.as_bool()) fault.kind = FaultKind::kill_now;
    return true;
  }
  if (name == "from" && form.target == TargetKind::end) {
    auto peer = read_target("from", value, TargetKind::end);
    if (!peer) return std::unexpected{peer.error()};
    fault.peer = std::move(*peer);
    return true;
  }
  if (name == "delay" && (form.kind == FaultKind::slow || form.target == TargetKind::process)) {
    const auto delay = sim::parse_duration(value.as_string());
    if (!delay || *delay < sim::Duration{0})
      return bad("fault: delay: expected a duration such as 200ms");
    fault.delay = *delay;
    return true;
  }
  if ((name == "storage" || name == "memory") && form.kind == FaultKind::fill) {
    const auto amount = api::Quantity::parse(value.to_string());
    if (!amount || amount->sign() < 0) {
      return bad(fmt::format("fault: {}: expected a quantity such as 1Gi", name));
    }
    (name == "storage" ? fault.storage : fault.memory) = amount->value();
    return true;
  }
  if (name == "loss" && form.kind == FaultKind::lose) {
    fault.loss = value.as_double(-1);
    if (fault.loss < 0 || fault.loss > 1) return bad("fault: loss: expected a number from 0 to 1");
    return true;
  }
  return false;
}

}  // namespace

api::Result<Fault> Fault::parse(const doc::Value& document) {
  if (!document.is_object())
    return bad("fault: expected an object such as {kill: pod/default/web}");
  const auto form = find_form(document);
  if (!form) return std::unexpected{form.error()};
  Fault fault;
  fault.kind = (*form)->kind;
  auto target = read_target((*form)->member, document[(*form)->member], (*form)->target);
  if (!target) return std::unexpected{target.error()};
  fault.target = std::move(*target);
  if (fault.target == kApiServer) {
    fault.kind = FaultKind::restart_api_server;
    fault.target.clear();
  }
  for (const doc::Member& member : document.members()) {
    const std::string_view name = member.key.text();
    if (name == (*form)->member) continue;
    const auto known = read_option(**form, name, member.value, fault);
    if (!known) return std::unexpected{known.error()};
    if (!*known)
      return bad(
          fmt::format("fault: {}: unknown or of the wrong type for {}", name, (*form)->member));
  }
  const std::string_view required = (*form)->required;
  if (!required.empty() && !document.contains(required)) {
    return bad(fmt::format("fault: {} needs {}", (*form)->member, required));
  }
  return fault;
}

doc::Value Fault::to_value() const {
  const FaultKind form_kind = kind == FaultKind::kill_now             ? FaultKind::kill
                              : kind == FaultKind::restart_api_server ? FaultKind::restart_proxy
                                                                      : kind;
  doc::Value document = doc::Value::map({});
  const auto named_end = [](const std::string& end) {
    return end == "control-plane" || end == "outside" ? end : "node/" + end;
  };
  for (const Form& form : kForms) {
    if (form.kind != form_kind) continue;
    document.set(form.member, form.target == TargetKind::end
                                  ? named_end(target)
                                  : std::string{target_prefix(form.target)} + target);
  }
  if (kind == FaultKind::restart_api_server) document.set("restart", kApiServer);
  if (kind == FaultKind::kill_now) document.set("now", true);
  if (!container.empty()) document.set("container", container);
  if (!peer.empty()) document.set("from", named_end(peer));
  const bool is_restart = kind == FaultKind::restart_proxy || kind == FaultKind::restart_api_server;
  if (kind == FaultKind::slow || (is_restart && delay != sim::Duration{0}))
    document.set("delay", sim::format_duration(delay));
  if (kind == FaultKind::lose) document.set("loss", loss);
  const auto bytes = [](std::int64_t amount) {
    return api::Quantity::of(amount, api::Quantity::Format::binary_si).to_value();
  };
  if (storage != 0) document.set("storage", bytes(storage));
  if (memory != 0) document.set("memory", bytes(memory));
  return document;
}

}  // namespace rockpool::cluster
