// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/validation/container_parts.h"

namespace rockpool::api::validation {

namespace {

void validate_http_get(const Value& action, const FieldPath& path, FieldErrors& errors) noexcept {
  if (action["path"_key].is_empty()) errors.required(path.child("path"));
  validate_port_number_or_name(action["port"_key], path.child("port"), errors);
  const std::string_view scheme = action["scheme"_key].as_string();
  if (scheme != "HTTP" && scheme != "HTTPS") {
    errors.not_supported(path.child("scheme"), scheme, {"HTTP", "HTTPS"});
  }
  for (const Value& header : action["httpHeaders"_key].items()) {
    const std::string_view name = header["name"_key].as_string();
    errors.invalid_each(path.child("httpHeaders"), name, check_http_header_name(name));
  }
}

// `grace_period` is null if the Pod's own is missing, which is reported elsewhere.
void validate_sleep(const Value& sleep, const Value& grace_period, const FieldPath& path,
                    FieldErrors& errors) noexcept {
  const std::int64_t seconds = sleep["seconds"_key].as_int();
  if (grace_period.is_null()) return;
  if (seconds < 0 || seconds > grace_period.as_int()) {
    errors.invalid(path, seconds,
                   fmt::format("must be non-negative and less than terminationGracePeriodSeconds "
                               "({})",
                               grace_period.as_int()));
  }
}

void validate_handler(const Value& handler, const Value& grace_period, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  int found = 0;
  const auto visit = [&](doc::KnownKeyIndex key, auto validate) {
    const Value& action = handler[key];
    if (action.is_null()) return;
    const FieldPath action_path = path.child(doc::kKnownKeys[key.value]);
    if (found++ > 0) {
      errors.forbidden(action_path, "may not specify more than 1 handler type");
    } else {
      validate(action, action_path);
    }
  };
  visit("exec"_key, [&](const Value& action, const FieldPath& action_path) {
    if (action["command"_key].size() == 0) errors.required(action_path.child("command"));
  });
  visit("httpGet"_key, [&](const Value& action, const FieldPath& action_path) {
    validate_http_get(action, action_path, errors);
  });
  const auto validate_port = [&](const Value& action, const FieldPath& action_path) {
    validate_port_number_or_name(action["port"_key], action_path.child("port"), errors);
  };
  visit("tcpSocket"_key, validate_port);
  visit("grpc"_key, validate_port);
  visit("sleep"_key, [&](const Value& action, const FieldPath& action_path) {
    validate_sleep(action, grace_period, action_path, errors);
  });
  if (found == 0) errors.required(path, "must specify a handler type");
}

void validate_lifecycle(const Value& lifecycle, const Value& grace_period, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key : {"postStart"_key, "preStop"_key}) {
    if (lifecycle[key].is_null()) continue;
    validate_handler(lifecycle[key], grace_period, path.child(doc::kKnownKeys[key.value]), errors);
  }
}

void validate_probe(const Value& probe, const Value& grace_period, const FieldPath& path,
                    FieldErrors& errors) noexcept {
  validate_handler(probe, grace_period, path, errors);
  for (const doc::KnownKeyIndex key :
       {"initialDelaySeconds"_key, "timeoutSeconds"_key, "periodSeconds"_key,
        "successThreshold"_key, "failureThreshold"_key}) {
    validate_not_negative(probe[key], path.child(doc::kKnownKeys[key.value]), errors);
  }
  const Value& own_grace = probe["terminationGracePeriodSeconds"_key];
  if (!own_grace.is_null() && own_grace.as_int() <= 0) {
    errors.invalid(path.child("terminationGracePeriodSeconds"), own_grace,
                   "must be greater than 0");
  }
}

void validate_probes(const Value& container, const Value& grace_period, const FieldPath& path,
                     FieldErrors& errors) noexcept {
  const auto must_succeed_once = [&](const Value& probe, const FieldPath& probe_path) {
    const Value& threshold = probe["successThreshold"_key];
    if (threshold.as_int() != 1) {
      errors.invalid(probe_path.child("successThreshold"), threshold.as_int(), "must be 1");
    }
  };
  if (const Value& probe = container["livenessProbe"_key]; !probe.is_null()) {
    const FieldPath probe_path = path.child("livenessProbe");
    validate_probe(probe, grace_period, probe_path, errors);
    must_succeed_once(probe, probe_path);
  }
  if (const Value& probe = container["readinessProbe"_key]; !probe.is_null()) {
    const FieldPath probe_path = path.child("readinessProbe");
    validate_probe(probe, grace_period, probe_path, errors);
    if (const Value& own = probe["terminationGracePeriodSeconds"_key]; !own.is_null()) {
      errors.invalid(probe_path.child("terminationGracePeriodSeconds"), own,
                     "must not be set for readinessProbes");
    }
  }
  if (const Value& probe = container["startupProbe"_key]; !probe.is_null()) {
    const FieldPath probe_path = path.child("startupProbe");
    validate_probe(probe, grace_period, probe_path, errors);
    must_succeed_once(probe, probe_path);
  }
}

}  // namespace

void validate_lifecycle_and_probes(const Value& container, const Value& spec, const FieldPath& path,
                                   FieldErrors& errors) noexcept {
  const Value& grace_period = spec["terminationGracePeriodSeconds"_key];
  if (const Value& lifecycle = container["lifecycle"_key]; !lifecycle.is_null()) {
    validate_lifecycle(lifecycle, grace_period, path.child("lifecycle"), errors);
  }
  validate_probes(container, grace_period, path, errors);
}

}  // namespace rockpool::api::validation
