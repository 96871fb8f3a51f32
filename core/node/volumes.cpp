// SPDX-License-Identifier: Apache-2.0
#include "core/node/volumes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "core/api/quantity.h"
#include "core/doc/base64.h"

namespace rockpool::node {
namespace {

using namespace doc::literals;
using Error = std::unexpected<std::string>;
using Done = std::expected<void, std::string>;

std::string entry_content(const doc::Value& value, bool is_encoded) {
  if (!is_encoded) return value.to_string();
  return doc::decode_base64(value.as_string()).value_or("");
}

// Writes the entries of a ConfigMap or Secret as files: all of them, or those that `items` names.
Done write_entries(const doc::Value& object, const doc::Value& items, bool is_secret, bool optional,
                   FileSystem& files) {
  if (items.size() == 0) {
    for (const doc::Member& member : object["data"_key].members()) {
      files.write("/" + std::string{member.key.text()}, entry_content(member.value, is_secret));
    }
    for (const doc::Member& member : object["binaryData"_key].members()) {
      files.write("/" + std::string{member.key.text()}, entry_content(member.value, true));
    }
    return {};
  }
  for (const doc::Value& item : items.items()) {
    const std::string key = item["key"_key].to_string();
    const std::string path = FileSystem::normalise(item["path"_key].to_string());
    if (const doc::Value* value = object["data"_key].find(key)) {
      files.write(path, entry_content(*value, is_secret));
    } else if (const doc::Value* binary = object["binaryData"_key].find(key)) {
      files.write(path, entry_content(*binary, true));
    } else if (!optional) {
      return Error{
          fmt::format("references non-existent {} key: {}", is_secret ? "secret" : "config", key)};
    }
  }
  return {};
}

Done fill_from_object(const doc::Value& volume_source, std::string_view name, bool is_secret,
                      const ReferenceSource& source, FileSystem& files) {
  const bool optional = volume_source["optional"_key].as_bool();
  const doc::Value* object = is_secret ? source.secret(name) : source.config_map(name);
  if (object == nullptr) {
    // A controller of real clusters puts this one into every namespace. It holds the API server's
    // certificate, which a simulated cluster has no need of.
    const bool is_root_certificate = !is_secret && name == "kube-root-ca.crt";
    if (optional || is_root_certificate) return {};
    return Error{fmt::format("{} \"{}\" not found", is_secret ? "secret" : "configmap", name)};
  }
  return write_entries(*object, volume_source["items"_key], is_secret, optional, files);
}

Done fill_downward(const api::Pod& pod, const doc::Value& items, const ReferenceSource& source,
                   FileSystem& files) {
  for (const doc::Value& item : items.items()) {
    const std::string path = FileSystem::normalise(item["path"_key].to_string());
    std::expected<std::string, std::string> text;
    if (const doc::Value* field = item.find("fieldRef")) {
      text = resolve_field(pod, (*field)["fieldPath"_key].to_string(), source);
    } else {
      text = resolve_resource_field(pod, {}, item["resourceFieldRef"_key], source);
    }
    if (!text) return Error{text.error()};
    files.write(path, std::move(*text));
  }
  return {};
}

Done fill_projected(const api::Pod& pod, const doc::Value& projected, const ReferenceSource& source,
                    FileSystem& files) {
  for (const doc::Value& part : projected["sources"_key].items()) {
    Done done;
    if (const doc::Value* config_map = part.find("configMap")) {
      done = fill_from_object(*config_map, (*config_map)["name"_key].to_string(), false, source,
                              files);
    } else if (const doc::Value* secret = part.find("secret")) {
      done = fill_from_object(*secret, (*secret)["name"_key].to_string(), true, source, files);
    } else if (const doc::Value* downward = part.find("downwardAPI")) {
      done = fill_downward(pod, (*downward)["items"_key], source, files);
    } else if (const doc::Value* token = part.find("serviceAccountToken")) {
      files.write(FileSystem::normalise((*token)["path"_key].to_string("token")),
                  fmt::format("{}:{}", pod.namespace_name(), pod.spec().service_account_name()));
    }
    if (!done) return done;
  }
  return {};
}

Done fill(const api::Pod& pod, const doc::Value& volume, const ReferenceSource& source,
          FileSystem& files) {
  if (const doc::Value* config_map = volume.find("configMap")) {
    return fill_from_object(*config_map, (*config_map)["name"_key].to_string(), false, source,
                            files);
  }
  if (const doc::Value* secret = volume.find("secret")) {
    return fill_from_object(*secret, (*secret)["secretName"_key].to_string(), true, source, files);
  }
  if (const doc::Value* downward = volume.find("downwardAPI")) {
    return fill_downward(pod, (*downward)["items"_key], source, files);
  }
  if (const doc::Value* projected = volume.find("projected")) {
    return fill_projected(pod, *projected, source, files);
  }
  const doc::Value& empty_dir = volume["emptyDir"_key];
  if (empty_dir["medium"_key].as_string() == "Memory") {
    const api::Quantity limit = api::Quantity::from_value(empty_dir["sizeLimit"_key]);
    if (!limit.is_zero()) files.set_capacity(limit.value());
  }
  // emptyDir, hostPath and the rest begin empty.
  return {};
}

// Why a claim cannot be mounted: in the kubelet's words, except where a kubelet would go on.
std::string explain_claim(const api::Pod& pod, std::string_view name, const doc::Value* claim) {
  std::string problem;
  if (claim == nullptr) {
    problem = fmt::format(
        "failed to fetch PVC from API server: persistentvolumeclaims \"{}\" not found", name);
  } else if (!(*claim)["metadata"_key]["deletionTimestamp"_key].is_null()) {
    problem = "PVC is being deleted";
  } else if ((*claim)["status"_key]["phase"_key].as_string() != "Bound") {
    problem = "PVC is not bound";
  } else {
    return "this cluster simulates no storage, so it mounts no PersistentVolume";
  }
  return fmt::format("error processing PVC {}/{}: {}", pod.namespace_name(), name, problem);
}

std::expected<std::string, std::string> sub_path_of(const doc::Value& mount,
                                                    const VariableLookup& lookup) {
  const doc::Value& expression = mount["subPathExpr"_key];
  if (expression.is_empty()) return mount["subPath"_key].to_string();
  std::set<std::string> missing;
  std::string path = expand_variables(expression.as_string(),
                                      [&](std::string_view name) -> std::optional<std::string> {
                                        std::optional<std::string> value = lookup(name);
                                        if (!value || value->empty()) missing.emplace(name);
                                        return value;
                                      });
  if (missing.empty()) return path;
  return std::unexpected{fmt::format("missing value for {}", fmt::join(missing, ", "))};
}

}  // namespace

std::vector<VolumeFailure> PodVolumes::prepare(const api::Pod& pod, const ReferenceSource& source,
                                               const FindObject& find_claim) {
  std::vector<VolumeFailure> failures;
  for (const doc::Value& volume : pod.value()["spec"_key]["volumes"_key].items()) {
    const std::string name = volume["name"_key].to_string();
    if (volumes_.contains(name)) continue;
    if (const doc::Value* claim = volume.find("persistentVolumeClaim")) {
      const std::string claim_name = (*claim)["claimName"_key].to_string();
      const std::string problem = explain_claim(pod, claim_name, find_claim(claim_name));
      failures.push_back(
          {"FailedMount",
           fmt::format("Unable to attach or mount volumes: unmounted volumes=[{0}], unattached "
                       "volumes=[], failed to process volumes=[{0}]: {1}",
                       name, problem)});
      continue;
    }
    auto files = std::make_shared<FileSystem>();
    if (const Done done = fill(pod, volume, source, *files); !done) {
      failures.push_back(
          {"FailedMount",
           fmt::format("MountVolume.SetUp failed for volume \"{}\" : {}", name, done.error())});
      continue;
    }
    volumes_[name] = std::move(files);
  }
  return failures;
}

void PodVolumes::mount(const api::Container& container, const std::vector<std::string>& sub_paths,
                       FileSystem& files) const {
  std::size_t index = 0;
  for (const doc::Value& mount : container.volume_mounts().items()) {
    const std::string& sub_path = sub_paths[index++];
    const auto found = volumes_.find(mount["name"_key].as_string());
    if (found == volumes_.end()) continue;
    const std::string path = FileSystem::normalise(mount["mountPath"_key].to_string());
    files.mount(path, found->second, sub_path, mount["readOnly"_key].as_bool());
  }
}

void PodVolumes::refresh(const api::Pod& pod, const ReferenceSource& source) {
  for (const doc::Value& volume : pod.value()["spec"_key]["volumes"_key].items()) {
    const bool has_reference = volume.contains("configMap"_key) || volume.contains("secret"_key) ||
                               volume.contains("projected"_key);
    const auto found = volumes_.find(volume["name"_key].as_string());
    if (!has_reference || found == volumes_.end()) continue;
    FileSystem fresh;
    if (fill(pod, volume, source, fresh)) *found->second = std::move(fresh);
  }
}

std::int64_t PodVolumes::bytes(std::string_view name) const {
  const auto found = volumes_.find(name);
  return found == volumes_.end() ? 0 : found->second->bytes();
}

bool has_volumes_with_references(const api::Pod& pod) {
  for (const doc::Value& volume : pod.value()["spec"_key]["volumes"_key].items()) {
    if (volume.contains("configMap"_key) || volume.contains("secret"_key) ||
        volume.contains("projected"_key)) {
      return true;
    }
  }
  return false;
}

std::expected<std::vector<std::string>, std::string> sub_paths_of(const api::Container& container,
                                                                  const VariableLookup& lookup) {
  std::vector<std::string> paths;
  for (const doc::Value& mount : container.volume_mounts().items()) {
    auto path = sub_path_of(mount, lookup);
    if (!path) return std::unexpected{std::move(path.error())};
    paths.push_back(*std::move(path));
  }
  return paths;
}

}  // namespace rockpool::node
