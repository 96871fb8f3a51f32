// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "core/apiserver/admission/admission.h"
#include "core/apiserver/writes.h"

// plugin/pkg/admission/serviceaccount.
namespace rockpool::apiserver {
namespace {

constexpr std::string_view kDefaultName = "default";
constexpr std::string_view kVolumePrefix = "kube-api-access-";
constexpr std::string_view kMountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

bool should_mount_token(const doc::Value& pod, const doc::Value& account) {
  const doc::Value& own = pod["spec"_key]["automountServiceAccountToken"_key];
  return own.as_bool(account["automountServiceAccountToken"_key].as_bool(true));
}

bool mounts_token(const doc::Value& container) {
  for (const doc::Value& mount : container["volumeMounts"_key].items()) {
    if (mount["mountPath"_key].as_string() == kMountPath) return true;
  }
  return false;
}

// The token of an hour, the cluster's certificate and the namespace's name, as files.
doc::Value token_sources() {
  using doc::Value;
  const Value token = Value::object({{"expirationSeconds"_key, 3607}, {"path"_key, "token"}});
  const Value certificate = Value::object(
      {{"name"_key, "kube-root-ca.crt"},
       {"items"_key, Value::array({Value::map({{"key", "ca.crt"}, {"path", "ca.crt"}})})}});
  const Value field =
      Value::object({{"apiVersion"_key, "v1"}, {"fieldPath"_key, "metadata.namespace"}});
  const Value names = Value::object(
      {{"items"_key,
        Value::array({Value::object({{"path"_key, "namespace"}, {"fieldRef"_key, field}})})}});
  const Value sources = Value::array({Value::object({{"serviceAccountToken"_key, token}}),
                                      Value::object({{"configMap"_key, certificate}}),
                                      Value::object({{"downwardAPI"_key, names}})});
  return Value::object({{"defaultMode"_key, 420}, {"sources"_key, sources}});
}

// Adds the mount to each container that has none there; returns whether any needed it.
bool add_mounts(doc::Value& spec, doc::KnownKeyIndex list, const doc::Value& mount) {
  bool added = false;
  const std::size_t count = spec[list].size();
  for (std::size_t index = 0; index < count; ++index) {
    if (mounts_token(spec[list].at(index))) continue;
    spec.edit(list).edit_at(index).edit("volumeMounts"_key).push_back(mount);
    added = true;
  }
  return added;
}

void mount_token(ServerState& state, doc::Value& spec) {
  std::string volume;
  for (const doc::Value& each : spec["volumes"_key].items()) {
    if (each["name"_key].as_string().starts_with(kVolumePrefix))
      volume = each["name"_key].as_string();
    if (!volume.empty()) break;
  }
  const bool has_volume = !volume.empty();
  if (!has_volume) volume = std::string{kVolumePrefix} + state.names.suffix();
  const doc::Value name = volume;
  const doc::Value mount = doc::Value::object(
      {{"name"_key, name}, {"readOnly"_key, true}, {"mountPath"_key, state.token_path}});
  const bool init_needs = add_mounts(spec, "initContainers"_key, mount);
  const bool main_needs = add_mounts(spec, "containers"_key, mount);
  if (has_volume || (!init_needs && !main_needs)) return;
  spec.edit("volumes"_key)
      .push_back(doc::Value::object({{"name"_key, name}, {"projected"_key, state.token_volume}}));
}

}  // namespace

doc::Value make_token_volume() {
  return token_sources();
}

doc::Value make_token_path() {
  return kMountPath;
}

api::Result<void> admit_service_account(ServerState& state, std::string_view ns, doc::Value& pod) {
  doc::Value name = pod["spec"_key]["serviceAccountName"_key];
  if (name.is_empty()) name = pod["spec"_key]["serviceAccount"_key];
  if (name.is_empty()) name = kDefaultName;
  const doc::Value* account =
      state.store.find(api::ResourceId::serviceaccounts, ns, name.as_string());
  // A new namespace gets its default account from a controller a moment later; upstream waits for
  // it up to a second.
  if (account == nullptr && name.as_string() != kDefaultName) {
    return std::unexpected{api::forbidden(
        {"", "pods"}, display_name_of(pod),
        fmt::format("error looking up service account {0}/{1}: serviceaccount \"{1}\" not found",
                    ns, name.as_string()))};
  }
  const doc::Value present = account != nullptr ? *account : doc::Value{};
  doc::Value& spec = pod.edit("spec"_key);
  spec.set("serviceAccountName"_key, name);
  // The old name of the same field, which v1 still shows.
  spec.set("serviceAccount"_key, name);
  if (should_mount_token(pod, present)) mount_token(state, spec);
  const doc::Value& secrets = present["imagePullSecrets"_key];
  if (spec["imagePullSecrets"_key].size() == 0 && secrets.size() != 0) {
    spec.set("imagePullSecrets"_key, secrets);
  }
  return {};
}

}  // namespace rockpool::apiserver
