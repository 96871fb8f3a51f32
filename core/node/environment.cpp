// SPDX-License-Identifier: Apache-2.0
#include "core/node/environment.h"

#include <algorithm>

#include <fmt/format.h>
#include "core/api/quantity.h"
#include "core/doc/ascii.h"
#include "core/doc/base64.h"

namespace rockpool::node {
namespace {

using namespace doc::literals;
using Error = std::unexpected<std::string>;
using Text = std::expected<std::string, std::string>;

std::string upper(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '-' || c == '.') c = '_';
  }
  return result;
}

// The text of one entry of a ConfigMap (`data`, then `binaryData`) or of a Secret (`data`).
std::optional<std::string> entry_text(const doc::Value& object, std::string_view key,
                                      bool is_secret) {
  if (const doc::Value* value = object["data"_key].find(key)) {
    if (!is_secret) return value->to_string();
    return doc::decode_base64(value->as_string()).value_or("");
  }
  if (const doc::Value* value = object["binaryData"_key].find(key)) {
    return doc::decode_base64(value->as_string()).value_or("");
  }
  return std::nullopt;
}

// The value of one entry of `valueFrom` that refers to a ConfigMap or Secret; empty if it is
// optional and missing.
std::expected<std::optional<std::string>, std::string> resolve_key(const api::Pod& pod,
                                                                   const doc::Value& reference,
                                                                   const ReferenceSource& source,
                                                                   bool is_secret) {
  const std::string name = reference["name"_key].to_string();
  const std::string key = reference["key"_key].to_string();
  const bool optional = reference["optional"_key].as_bool();
  const doc::Value* object = is_secret ? source.secret(name) : source.config_map(name);
  if (object == nullptr) {
    if (optional) return std::nullopt;
    return Error{fmt::format("{} \"{}\" not found", is_secret ? "secret" : "configmap", name)};
  }
  std::optional<std::string> text = entry_text(*object, key, is_secret);
  if (!text && !optional) {
    return Error{fmt::format("couldn't find key {} in {} {}/{}", key,
                             is_secret ? "Secret" : "ConfigMap", pod.namespace_name(), name)};
  }
  return text;
}

std::expected<void, std::string> append_env_from(const doc::Value& env_from,
                                                 const ReferenceSource& source,
                                                 std::vector<EnvironmentVariable>& variables) {
  for (const doc::Value& entry : env_from.items()) {
    const bool is_secret = entry.contains("secretRef"_key);
    const doc::Value& reference = is_secret ? entry["secretRef"_key] : entry["configMapRef"_key];
    const std::string name = reference["name"_key].to_string();
    const doc::Value* object = is_secret ? source.secret(name) : source.config_map(name);
    if (object == nullptr) {
      if (reference["optional"_key].as_bool()) continue;
      return Error{fmt::format("{} \"{}\" not found", is_secret ? "secret" : "configmap", name)};
    }
    for (const doc::Member& member : (*object)["data"_key].members()) {
      std::optional<std::string> text = entry_text(*object, member.key.text(), is_secret);
      std::string variable = entry["prefix"_key].to_string();
      variable += member.key.text();
      variables.emplace_back(std::move(variable), text.value_or(""));
    }
  }
  return {};
}

// `metadata.labels['app']` → `app`, if the path begins with `field`.
std::optional<std::string_view> subscript(std::string_view path, std::string_view field) {
  if (!path.starts_with(field)) return std::nullopt;
  path.remove_prefix(field.size());
  if (path.size() < 4 || !path.starts_with("['") || !path.ends_with("']")) return std::nullopt;
  return path.substr(2, path.size() - 4);
}

const doc::Value* find_container(const api::Pod& pod, std::string_view name) {
  const doc::Value& spec = pod.value()["spec"_key];
  for (const auto list : {"containers"_key, "initContainers"_key}) {
    for (const doc::Value& container : spec[list].items()) {
      if (container["name"_key].as_string() == name) return &container;
    }
  }
  return nullptr;
}

// The value of a `valueFrom`; empty if it is optional and missing.
std::expected<std::optional<std::string>, std::string> resolve_value_from(
    const api::Pod& pod, const api::Container& container, const doc::Value& value_from,
    const ReferenceSource& source) {
  if (const doc::Value* key = value_from.find("configMapKeyRef")) {
    return resolve_key(pod, *key, source, false);
  }
  if (const doc::Value* key = value_from.find("secretKeyRef")) {
    return resolve_key(pod, *key, source, true);
  }
  Text text;
  if (const doc::Value* field = value_from.find("fieldRef")) {
    text = resolve_field(pod, (*field)["fieldPath"_key].to_string(), source);
  } else {
    text =
        resolve_resource_field(pod, container.name(), value_from["resourceFieldRef"_key], source);
  }
  if (!text) return Error{text.error()};
  return std::move(*text);
}

}  // namespace

std::optional<std::string> find_variable(const std::vector<EnvironmentVariable>& variables,
                                         std::string_view name) {
  const auto found =
      std::ranges::find_if(variables.rbegin(), variables.rend(),
                           [name](const auto& entry) { return entry.first == name; });
  if (found == variables.rend()) return std::nullopt;
  return found->second;
}

std::string expand_variables(std::string_view text, const VariableLookup& lookup) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char next = text[i + 1];
    const std::size_t end = next == '(' ? text.find(')', i) : std::string_view::npos;
    if (next == '$') {
      result += '$';
      ++i;
    } else if (end != std::string_view::npos) {
      const std::string_view name = text.substr(i + 2, end - i - 2);
      const std::optional<std::string> value = lookup(name);
      result += value ? *value : std::string{text.substr(i, end - i + 1)};
      i = end;
    } else {
      result += '$';
    }
  }
  return result;
}

Text resolve_field(const api::Pod& pod, std::string_view path, const ReferenceSource& source) {
  const doc::Value& metadata = api::metadata(pod.value());
  if (path == "metadata.name") return std::string{pod.name()};
  if (path == "metadata.namespace") return std::string{pod.namespace_name()};
  if (path == "metadata.uid") return std::string{pod.uid()};
  if (path == "spec.nodeName") return std::string{pod.node_name()};
  if (path == "spec.serviceAccountName") return std::string{pod.spec().service_account_name()};
  const auto first = [](const std::vector<std::string>& ips) {
    return ips.empty() ? std::string{} : ips.front();
  };
  if (path == "status.podIP") return first(source.pod_ips);
  if (path == "status.hostIP") return first(source.host_ips);
  if (path == "status.podIPs") return fmt::format("{}", fmt::join(source.pod_ips, ","));
  if (path == "status.hostIPs") return fmt::format("{}", fmt::join(source.host_ips, ","));
  for (const auto& [field, key] :
       {std::pair{"metadata.labels", "labels"_key}, {"metadata.annotations", "annotations"_key}}) {
    if (const auto name = subscript(path, field)) return metadata[key][*name].to_string();
    if (path != field) continue;
    std::string lines;
    for (const doc::Member& member : metadata[key].members()) {
      lines += fmt::format("{}=\"{}\"\n", member.key.text(), member.value.as_string());
    }
    if (!lines.empty()) lines.pop_back();
    return lines;
  }
  return Error{fmt::format("unsupported fieldPath: {}", path)};
}

Text resolve_resource_field(const api::Pod& pod, std::string_view container_name,
                            const doc::Value& reference, const ReferenceSource& source) {
  const std::string wanted = reference["containerName"_key].to_string(container_name);
  const doc::Value* container = find_container(pod, wanted);
  if (container == nullptr) return Error{fmt::format("container {} not found", wanted)};
  const std::string resource = reference["resource"_key].to_string();
  const std::size_t dot = resource.find('.');
  if (dot == std::string::npos) {
    return Error{fmt::format("unsupported container resource : {}", resource)};
  }
  const std::string kind = resource.substr(0, dot);
  const std::string name = resource.substr(dot + 1);
  const doc::Value* value = &(*container)["resources"_key][kind][name];
  if (value->is_null() && kind == "limits") {
    value = &source.node["status"_key]["allocatable"_key][name];
  }
  const api::Quantity amount = api::Quantity::from_value(*value);
  api::Quantity divisor = api::Quantity::from_value(reference["divisor"_key]);
  if (divisor.is_zero()) divisor = api::Quantity::of(1);
  // Rounded up in the unit of the divisor, thousandths for CPU.
  if (name == "cpu") {
    const std::int64_t unit = std::max<std::int64_t>(1, divisor.milli_value());
    return std::to_string((amount.milli_value() + unit - 1) / unit);
  }
  const std::int64_t unit = std::max<std::int64_t>(1, divisor.value());
  return std::to_string((amount.value() + unit - 1) / unit);
}

void append_service_environment(const api::Service& service,
                                std::vector<EnvironmentVariable>& variables) {
  if (!service.has_cluster_ip() || service.ports().empty()) return;
  const std::string prefix = upper(service.name());
  const std::string ip{service.cluster_ip()};
  const std::string host = ip.find(':') == std::string::npos ? ip : "[" + ip + "]";
  variables.emplace_back(prefix + "_SERVICE_HOST", ip);
  bool is_first = true;
  for (const api::ServicePort port : service.ports()) {
    const std::string number = std::to_string(port.port());
    if (is_first) variables.emplace_back(prefix + "_SERVICE_PORT", number);
    is_first = false;
    if (!port.name().empty()) {
      variables.emplace_back(prefix + "_SERVICE_PORT_" + upper(port.name()), number);
    }
  }
  is_first = true;
  for (const api::ServicePort port : service.ports()) {
    const std::string number = std::to_string(port.port());
    const std::string protocol = doc::to_lower(port.protocol());
    const std::string url = protocol + "://" + host + ":" + number;
    const std::string port_prefix = fmt::format("{}_PORT_{}_{}", prefix, number, port.protocol());
    if (is_first) variables.emplace_back(prefix + "_PORT", url);
    is_first = false;
    variables.emplace_back(port_prefix, url);
    variables.emplace_back(port_prefix + "_PROTO", protocol);
    variables.emplace_back(port_prefix + "_PORT", number);
    variables.emplace_back(port_prefix + "_ADDR", ip);
  }
}

std::expected<std::vector<EnvironmentVariable>, std::string> make_environment(
    const api::Pod& pod, const api::Container& container, const ReferenceSource& source,
    const std::function<std::vector<EnvironmentVariable>()>& services) {
  std::vector<EnvironmentVariable> variables;
  if (auto done = append_env_from(container.env_from(), source, variables); !done) {
    return Error{done.error()};
  }
  std::optional<std::vector<EnvironmentVariable>> of_services;
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    if (auto value = find_variable(variables, name)) return value;
    if (!of_services) of_services = services();
    return find_variable(*of_services, name);
  };
  for (const doc::Value& entry : container.env().items()) {
    std::string name = entry["name"_key].to_string();
    const doc::Value& value_from = entry["valueFrom"_key];
    if (value_from.is_null()) {
      const std::string text = entry["value"_key].to_string();
      variables.emplace_back(std::move(name), expand_variables(text, lookup));
      continue;
    }
    auto value = resolve_value_from(pod, container, value_from, source);
    if (!value) return Error{value.error()};
    if (*value) variables.emplace_back(std::move(name), std::move(**value));
  }
  return variables;
}

}  // namespace rockpool::node
