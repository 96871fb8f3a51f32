// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "core/api/validation/parts.h"

namespace rockpool::api::validation {

namespace {

constexpr std::size_t kMaxSysctlLength = 253;
constexpr std::int64_t kMaxAppArmorProfileLength = 4095;
constexpr std::size_t kMaxGmsaSpecBytes = 64 * 1024;
constexpr std::size_t kMaxRunAsDomainLength = 256;
constexpr std::size_t kMaxRunAsUserLength = 104;
constexpr std::string_view kSeccompPodAnnotation = "seccomp.security.alpha.kubernetes.io/pod";
constexpr std::string_view kSeccompContainerPrefix =
    "container.seccomp.security.alpha.kubernetes.io/";
constexpr std::string_view kAppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
constexpr std::string_view kLocalhostPrefix = "localhost/";

// Calls `visit` with every container and its path.
void visit_containers(const Value& spec, const FieldPath& path,
                      const std::function<void(const Value&, const FieldPath&)>& visit) noexcept {
  for (const doc::KnownKeyIndex key :
       {"initContainers"_key, "containers"_key, "ephemeralContainers"_key}) {
    const FieldPath list_path = path.child(doc::kKnownKeys[key.value]);
    for (std::size_t i = 0; i < spec[key].size(); ++i) {
      visit(spec[key].at(i), list_path.index(i));
    }
  }
}

void validate_seccomp_profile(const Value& profile, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  if (profile.is_null()) return;
  const std::string_view type = profile["type"_key].as_string();
  const Value& local = profile["localhostProfile"_key];
  if (type.empty()) {
    errors.required(path.child("type"), "type is required when seccompProfile is set");
  } else if (type != "Localhost" && type != "RuntimeDefault" && type != "Unconfined") {
    errors.not_supported(path.child("type"), type, {"Localhost", "RuntimeDefault", "Unconfined"});
  }
  if (type != "Localhost") {
    if (!local.is_null()) {
      errors.invalid(path.child("localhostProfile"), profile,
                     "can only be set when seccomp type is Localhost");
    }
  } else if (local.is_null()) {
    errors.required(path.child("localhostProfile"), "must be set when seccomp type is Localhost");
  } else {
    validate_local_descending_path(local, path.child("localhostProfile"), errors);
  }
}

void validate_app_armor_profile(const Value& profile, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  if (profile.is_null()) return;
  const std::string_view type = profile["type"_key].as_string();
  const Value& local = profile["localhostProfile"_key];
  const FieldPath local_path = path.child("localhostProfile");
  if (type == "Localhost") {
    const std::string_view text = local.as_string();
    if (text.empty()) {
      errors.required(local_path, "must be set when AppArmor type is Localhost");
    } else if (text.front() == ' ' || text.back() == ' ') {
      errors.invalid(local_path, local, "must not be padded with whitespace");
    }
    if (static_cast<std::int64_t>(text.size()) > kMaxAppArmorProfileLength) {
      errors.too_long(local_path, kMaxAppArmorProfileLength);
    }
  } else if (type == "RuntimeDefault" || type == "Unconfined") {
    if (!local.is_null()) {
      errors.invalid(local_path, local, "can only be set when AppArmor type is Localhost");
    }
  } else if (type.empty()) {
    errors.required(path.child("type"), "type is required when appArmorProfile is set");
  } else {
    errors.not_supported(path.child("type"), type, {"Localhost", "RuntimeDefault", "Unconfined"});
  }
}

void validate_run_as_user_name(const Value& name, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  const std::string_view text = name.as_string();
  if (text.empty()) {
    return errors.invalid(path, name, "runAsUserName cannot be an empty string");
  }
  if (std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; })) {
    return errors.invalid(path, name, "runAsUserName cannot contain control characters");
  }
  const std::size_t slash = text.find('\\');
  if (slash != std::string_view::npos && text.find('\\', slash + 1) != std::string_view::npos) {
    return errors.invalid(path, name, "runAsUserName cannot contain more than one backslash");
  }
  const std::string_view user = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (slash != std::string_view::npos && slash >= kMaxRunAsDomainLength) {
    errors.invalid(path, name,
                   fmt::format("runAsUserName's Domain length must be under {} characters",
                               kMaxRunAsDomainLength));
  }
  if (slash == 0) {
    errors.invalid(path, name,
                   "runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user.empty()) {
    errors.invalid(path, name, "runAsUserName's User cannot be empty");
  } else if (user.size() > kMaxRunAsUserLength) {
    errors.invalid(path, name,
                   fmt::format("runAsUserName's User length must not be longer than {} characters",
                               kMaxRunAsUserLength));
  }
  if (!user.empty() && user.find_first_not_of(". ") == std::string_view::npos) {
    errors.invalid(path, name, "runAsUserName's User cannot contain only periods or spaces");
  }
  if (user.find_first_of(R"("/\:;|=,+*?<>@[])") != std::string_view::npos) {
    errors.invalid(path, name,
                   R"(runAsUserName's User cannot contain the following characters: )"
                   R"("/\:;|=,+*?<>@[])");
  }
}

void validate_windows_options(const Value& options, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  if (options.is_null()) return;
  if (const Value& name = options["gmsaCredentialSpecName"_key]; !name.is_null()) {
    errors.invalid_each(path.child("gmsaCredentialSpecName"), name,
                        check_dns1123_subdomain(name.as_string()));
  }
  if (const Value& spec = options["gmsaCredentialSpec"_key]; !spec.is_null()) {
    const FieldPath spec_path = path.child("gmsaCredentialSpec");
    if (spec.is_empty()) {
      errors.invalid(spec_path, spec, "gmsaCredentialSpec cannot be an empty string");
    } else if (spec.as_string().size() > kMaxGmsaSpecBytes) {
      errors.invalid(spec_path, spec, "gmsaCredentialSpec size must be under 64 KiB");
    }
  }
  if (const Value& name = options["runAsUserName"_key]; !name.is_null()) {
    validate_run_as_user_name(name, path.child("runAsUserName"), errors);
  }
}

void validate_ids(const Value& context, const FieldPath& path, FieldErrors& errors) noexcept {
  if (const Value& user = context["runAsUser"_key]; !user.is_null()) {
    errors.invalid_each(path.child("runAsUser"), user, check_user_id(user.as_int()));
  }
  if (const Value& group = context["runAsGroup"_key]; !group.is_null()) {
    errors.invalid_each(path.child("runAsGroup"), group, check_group_id(group.as_int()));
  }
}

// ([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?
bool is_sysctl_name(std::string_view name) noexcept {
  const auto is_edge = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.size() > kMaxSysctlLength) return false;
  while (true) {
    const std::size_t end = name.find_first_of("./");
    const std::string_view segment = name.substr(0, end);
    if (segment.empty() || !is_edge(segment.front()) || !is_edge(segment.back())) return false;
    if (!std::ranges::all_of(segment, [&](char c) { return is_edge(c) || c == '-' || c == '_'; })) {
      return false;
    }
    if (end == std::string_view::npos) return true;
    name.remove_prefix(end + 1);
  }
}

void validate_host_sysctl(std::string_view name, const Value& spec, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  std::string dotted{name};
  std::ranges::replace(dotted, '/', '.');
  const bool is_ipc = dotted == "kernel.sem" || dotted.starts_with("kernel.shm") ||
                      dotted.starts_with("kernel.msg") || dotted.starts_with("fs.mqueue.");
  if (spec["hostNetwork"_key].as_bool() && dotted.starts_with("net.")) {
    errors.invalid(path, name, "may not be specified when 'hostNetwork' is true");
  } else if (spec["hostIPC"_key].as_bool() && is_ipc) {
    errors.invalid(path, name, "may not be specified when 'hostIPC' is true");
  }
}

void validate_sysctls(const Value& sysctls, const Value& spec, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  Names names;
  for (std::size_t i = 0; i < sysctls.size(); ++i) {
    const FieldPath name_path = path.index(i).child("name");
    const std::string_view name = sysctls.at(i)["name"_key].as_string();
    if (name.empty()) {
      errors.required(name_path);
    } else if (!is_sysctl_name(name)) {
      errors.invalid(name_path, name,
                     R"(must have at most 253 characters and match regex )"
                     R"(^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$)");
    } else if (names.contains(name)) {
      errors.duplicate(name_path, name);
    }
    validate_host_sysctl(name, spec, name_path, errors);
    names.emplace(name);
  }
}

// One of the two values that upstream knows, if it is there.
void validate_choice(const Value& value, std::string_view first, std::string_view second,
                     const FieldPath& path, FieldErrors& errors) noexcept {
  if (value.is_null()) return;
  if (value.as_string() != first && value.as_string() != second) {
    errors.not_supported(path, value, {first, second});
  }
}

void forbid_for_windows(const Value& object, const FieldPath& path,
                        std::initializer_list<doc::KnownKeyIndex> keys,
                        FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key : keys) {
    const Value& value = object[key];
    if (value.is_null() || (value.is_array() && value.size() == 0)) continue;
    errors.forbidden(path.child(doc::kKnownKeys[key.value]), "cannot be set for a windows pod");
  }
}

void validate_windows_pod(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  const FieldPath context_path = path.child("securityContext");
  const Value& context = spec["securityContext"_key];
  forbid_for_windows(context, context_path, {"appArmorProfile"_key, "seLinuxOptions"_key}, errors);
  forbid_for_windows(spec, path, {"hostUsers"_key, "hostPID"_key, "hostIPC"_key}, errors);
  forbid_for_windows(
      context, context_path,
      {"seccompProfile"_key, "fsGroup"_key, "fsGroupChangePolicy"_key, "sysctls"_key}, errors);
  forbid_for_windows(spec, path, {"shareProcessNamespace"_key}, errors);
  forbid_for_windows(context, context_path,
                     {"runAsUser"_key, "runAsGroup"_key, "supplementalGroups"_key,
                      "supplementalGroupsPolicy"_key, "seLinuxChangePolicy"_key},
                     errors);
  visit_containers(spec, path, [&](const Value& container, const FieldPath& container_path) {
    forbid_for_windows(
        container["securityContext"_key], container_path.child("securityContext"),
        {"appArmorProfile"_key, "seLinuxOptions"_key, "seccompProfile"_key, "capabilities"_key,
         "readOnlyRootFilesystem"_key, "privileged"_key, "allowPrivilegeEscalation"_key,
         "procMount"_key, "runAsUser"_key, "runAsGroup"_key},
        errors);
  });
}

void validate_linux_pod(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  constexpr std::string_view kError = "windows options cannot be set for a linux pod";
  if (!spec["securityContext"_key]["windowsOptions"_key].is_null()) {
    errors.forbidden(path.child("securityContext").child("windowsOptions"), kError);
  }
  visit_containers(spec, path, [&](const Value& container, const FieldPath& container_path) {
    if (!container["securityContext"_key]["windowsOptions"_key].is_null()) {
      errors.forbidden(container_path.child("securityContext").child("windowsOptions"), kError);
    }
  });
}

void validate_seccomp_annotation(const Value& value, const FieldPath& path,
                                 FieldErrors& errors) noexcept {
  const std::string_view text = value.as_string();
  if (text == "runtime/default" || text == "docker/default" || text == "unconfined") return;
  if (text.starts_with(kLocalhostPrefix)) {
    validate_local_descending_path(text.substr(kLocalhostPrefix.size()), path, errors);
  } else {
    errors.invalid(path, value, "must be a valid seccomp profile");
  }
}

bool has_container(const Value& spec, std::string_view name) noexcept {
  bool found = false;
  visit_containers(spec, FieldPath{"spec"}, [&](const Value& container, const FieldPath&) {
    if (container["name"_key].as_string() == name) found = true;
  });
  return found;
}

// `what` is "seccomp" or "apparmor".
void validate_profile_match(const Value* annotation, const Value& profile, std::string_view what,
                            const FieldPath& path, FieldErrors& errors) noexcept {
  if (annotation == nullptr || profile.is_null()) return;
  const std::string_view text = annotation->as_string();
  const std::string_view type = profile["type"_key].as_string();
  const bool old_default = what == "seccomp" && text == "docker/default";
  bool type_matches = true;
  if (type == "Unconfined") {
    type_matches = text == "unconfined";
  } else if (type == "RuntimeDefault") {
    type_matches = text == "runtime/default" || old_default;
  } else if (type == "Localhost") {
    type_matches = text.starts_with(kLocalhostPrefix);
    if (type_matches &&
        text.substr(kLocalhostPrefix.size()) != profile["localhostProfile"_key].as_string()) {
      errors.forbidden(path.child("localhostProfile"),
                       fmt::format("{} profile in annotation and field must match", what));
    }
  }
  if (!type_matches) {
    errors.forbidden(path.child("type"),
                     fmt::format("{} type in annotation and field must match", what));
  }
}

}  // namespace

void validate_security_context(const Value& context, bool host_users, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  if (context.is_null()) return;
  validate_ids(context, path, errors);
  if (const Value& proc_mount = context["procMount"_key]; !proc_mount.is_null()) {
    validate_choice(proc_mount, "Default", "Unmasked", path.child("procMount"), errors);
    if (host_users && proc_mount.as_string() == "Unmasked") {
      errors.invalid(path.child("procMount"), proc_mount,
                     "`hostUsers` must be false to use `Unmasked`");
    }
  }
  validate_seccomp_profile(context["seccompProfile"_key], path.child("seccompProfile"), errors);
  const Value& escalation = context["allowPrivilegeEscalation"_key];
  if (!escalation.is_null() && !escalation.as_bool()) {
    if (context["privileged"_key].as_bool()) {
      errors.invalid(path, context,
                     "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    }
    for (const Value& capability : context["capabilities"_key]["add"_key].items()) {
      if (capability.as_string() == "CAP_SYS_ADMIN") {
        errors.invalid(path, context,
                       "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` "
                       "CAP_SYS_ADMIN");
      }
    }
  }
  validate_windows_options(context["windowsOptions"_key], path.child("windowsOptions"), errors);
  validate_app_armor_profile(context["appArmorProfile"_key], path.child("appArmorProfile"), errors);
}

void validate_pod_security_context(const Value& spec, const FieldPath& path,
                                   FieldErrors& errors) noexcept {
  const Value& context = spec["securityContext"_key];
  if (context.is_null()) return;
  if (const Value& group = context["fsGroup"_key]; !group.is_null()) {
    errors.invalid_each(path.child("fsGroup"), group, check_group_id(group.as_int()));
  }
  validate_ids(context, path, errors);
  const FieldPath groups_path = path.child("supplementalGroups");
  const Value& groups = context["supplementalGroups"_key];
  for (std::size_t i = 0; i < groups.size(); ++i) {
    errors.invalid_each(groups_path.index(i), groups.at(i), check_group_id(groups.at(i).as_int()));
  }
  if (spec["shareProcessNamespace"_key].as_bool() && spec["hostPID"_key].as_bool()) {
    errors.invalid(path.child("shareProcessNamespace"), true,
                   "ShareProcessNamespace and HostPID cannot both be enabled");
  }
  validate_sysctls(context["sysctls"_key], spec, path.child("sysctls"), errors);
  validate_choice(context["fsGroupChangePolicy"_key], "Always", "OnRootMismatch",
                  path.child("fsGroupChangePolicy"), errors);
  validate_seccomp_profile(context["seccompProfile"_key], path.child("seccompProfile"), errors);
  validate_windows_options(context["windowsOptions"_key], path.child("windowsOptions"), errors);
  validate_app_armor_profile(context["appArmorProfile"_key], path.child("appArmorProfile"), errors);
  validate_choice(context["supplementalGroupsPolicy"_key], "Merge", "Strict",
                  path.child("supplementalGroupsPolicy"), errors);
  validate_choice(context["seLinuxChangePolicy"_key], "MountOption", "Recursive",
                  path.child("seLinuxChangePolicy"), errors);
}

void validate_host_users(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& host_users = spec["hostUsers"_key];
  if (host_users.is_null() || host_users.as_bool()) return;
  constexpr std::string_view kError = "when `pod.Spec.HostUsers` is false";
  if (spec["hostNetwork"_key].as_bool()) errors.forbidden(path.child("hostNetwork"), kError);
  if (spec["hostPID"_key].as_bool()) errors.forbidden(path.child("HostPID"), kError);
  if (spec["hostIPC"_key].as_bool()) errors.forbidden(path.child("HostIPC"), kError);
}

void validate_windows_host_process(const Value& spec, const FieldPath& path,
                                   FieldErrors& errors) noexcept {
  const Value& of_pod = spec["securityContext"_key]["windowsOptions"_key]["hostProcess"_key];
  int containers = 0;
  int host_processes = 0;
  visit_containers(spec, path, [&](const Value& container, const FieldPath& container_path) {
    ++containers;
    const Value& own = container["securityContext"_key]["windowsOptions"_key]["hostProcess"_key];
    if (!of_pod.is_null() && !own.is_null() && own != of_pod) {
      errors.invalid(
          container_path.child("securityContext").child("windowsOptions").child("hostProcess"), own,
          fmt::format("pod hostProcess value must be identical if both are specified, "
                      "was {}",
                      of_pod.as_bool()));
    }
    if (own.is_null() ? of_pod.as_bool() : own.as_bool()) ++host_processes;
  });
  if (host_processes == 0) return;
  if (host_processes != containers) {
    errors.invalid(path, "",
                   "If pod contains any hostProcess containers then all containers must be "
                   "HostProcess containers");
  }
  if (!spec["hostNetwork"_key].as_bool()) {
    errors.invalid(path.child("hostNetwork"), false,
                   "hostNetwork must be true if pod contains any hostProcess containers");
  }
}

void validate_os(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& os = spec["os"_key];
  if (os.is_null()) return;
  const FieldPath os_path = path.child("os");
  const std::string_view name = os["name"_key].as_string();
  if (name.empty()) {
    errors.required(os_path.child("name"), "cannot be empty");
  } else if (name == "linux") {
    validate_linux_pod(spec, path, errors);
  } else if (name == "windows") {
    validate_windows_pod(spec, path, errors);
  } else {
    errors.not_supported(os_path, name, {"linux", "windows"});
  }
}

void validate_security_annotations(const Value& annotations, const Value& spec,
                                   const FieldPath& path, FieldErrors& errors) noexcept {
  if (const Value* profile = annotations.find(kSeccompPodAnnotation)) {
    validate_seccomp_annotation(*profile, path.child(kSeccompPodAnnotation), errors);
  }
  for (const doc::Member& annotation : annotations.members()) {
    const std::string_view key = annotation.key.text();
    if (key.starts_with(kSeccompContainerPrefix)) {
      validate_seccomp_annotation(annotation.value, path.child(key), errors);
    }
  }
  for (const doc::Member& annotation : annotations.members()) {
    const std::string_view key = annotation.key.text();
    if (!key.starts_with(kAppArmorPrefix)) continue;
    const std::string_view container = key.substr(kAppArmorPrefix.size());
    if (!has_container(spec, container)) {
      errors.invalid(path.key(key), container, "container not found");
    }
    const std::string_view text = annotation.value.as_string();
    if (!text.empty() && text != "runtime/default" && text != "unconfined" &&
        !text.starts_with(kLocalhostPrefix)) {
      errors.invalid(path.key(key), text,
                     fmt::format("invalid AppArmor profile name: {}", quote(text)));
    }
  }
}

void validate_annotations_match_fields(const Value& annotations, const Value& spec,
                                       const FieldPath& spec_path, FieldErrors& errors) noexcept {
  const Value& context = spec["securityContext"_key];
  validate_profile_match(annotations.find(kSeccompPodAnnotation), context["seccompProfile"_key],
                         "seccomp", spec_path.child("securityContext").child("seccompProfile"),
                         errors);
  visit_containers(spec, spec_path, [&](const Value& container, const FieldPath& path) {
    const std::string key =
        std::string{kSeccompContainerPrefix} + container["name"_key].to_string();
    validate_profile_match(annotations.find(key),
                           container["securityContext"_key]["seccompProfile"_key], "seccomp",
                           path.child("securityContext").child("seccompProfile"), errors);
  });
  if (spec["os"_key]["name"_key].as_string() == "windows") return;
  visit_containers(spec, spec_path, [&](const Value& container, const FieldPath& path) {
    const std::string key = std::string{kAppArmorPrefix} + container["name"_key].to_string();
    const Value& own = container["securityContext"_key]["appArmorProfile"_key];
    validate_profile_match(annotations.find(key),
                           own.is_null() ? context["appArmorProfile"_key] : own, "apparmor",
                           path.child("securityContext").child("appArmorProfile"), errors);
  });
}

}  // namespace rockpool::api::validation
