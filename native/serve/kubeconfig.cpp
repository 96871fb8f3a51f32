// SPDX-License-Identifier: Apache-2.0
#include "native/serve/kubeconfig.h"

#include <fmt/format.h>

#include <filesystem>
#include <tuple>
#include <vector>

#include "core/doc/base64.h"
#include "core/doc/yaml.h"
#include "core/doc/yaml_writer.h"
#include "native/files.h"
#include "native/serve/replace_file.h"

namespace rockpool::native {
namespace {

using doc::Value;

// Puts `item` into the list of that name, in place of the one of the same name.
std::expected<void, std::string> put(Value& config, std::string_view list, Value item) {
  const Value& before = config[list];
  if (!before.is_null() && !before.is_array()) {
    return std::unexpected{fmt::format("{} is not a list", list)};
  }
  Value after = Value::array();
  for (const Value& each : before.items()) {
    if (each["name"].to_string() != kContextName) after.push_back(each);
  }
  item.set("name", kContextName);
  after.push_back(std::move(item));
  config.set(list, std::move(after));
  return {};
}

std::expected<Value, std::string> read_config(std::string_view text) {
  const auto documents = doc::parse_yaml(text);
  if (!documents) return std::unexpected{doc::yaml_error_text(documents.error())};
  if (documents->empty()) return Value::map({{"apiVersion", "v1"}, {"kind", "Config"}});
  Value config = documents->front().value;
  const std::string kind = config["kind"].to_string("Config");
  if (documents->size() > 1 || !config.is_object() || kind != "Config") {
    return std::unexpected{std::string{"not a kubeconfig"}};
  }
  return config;
}

}  // namespace

std::expected<std::string, std::string> merge_kubeconfig(std::string_view text,
                                                         const KubeconfigEntry& entry) {
  auto config = read_config(text);
  if (!config) return std::unexpected{config.error()};
  Value cluster = Value::map({{"server", entry.server}});
  if (!entry.certificate.empty()) {
    cluster.set("certificate-authority-data", doc::encode_base64(entry.certificate));
  }
  Value user = Value::object();
  if (!entry.token.empty()) user.set("token", entry.token);
  const Value context = Value::map({{"cluster", kContextName}, {"user", kContextName}});
  for (auto& [list, member, value] :
       std::vector<std::tuple<const char*, const char*, Value>>{{"clusters", "cluster", cluster},
                                                                {"contexts", "context", context},
                                                                {"users", "user", user}}) {
    if (auto done = put(*config, list, Value::map({{member, value}})); !done)
      return std::unexpected{done.error()};
  }
  if ((*config)["current-context"].to_string().empty()) {
    config->set("current-context", kContextName);
  }
  return doc::to_yaml(*config);
}

std::expected<void, std::string> write_kubeconfig(const std::string& path,
                                                  const KubeconfigEntry& entry) {
  std::string text;
  std::error_code missing;
  if (std::filesystem::exists(path, missing)) {
    auto read = read_file(path);
    if (!read) return std::unexpected{read.error()};
    text = std::move(*read);
  }
  const auto merged = merge_kubeconfig(text, entry);
  if (!merged) return std::unexpected{fmt::format("{}: {}", path, merged.error())};
  return replace_file(path, *merged);
}

}  // namespace rockpool::native
