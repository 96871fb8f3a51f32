// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_machine.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/http_server.h"
#include "core/node/images/image.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

// The first of the names that /etc/hosts has for the address of the machine's own name.
std::string full_hostname(ProcessContext& context) {
  const auto& hosts = context.resolver().hosts;
  const auto own =
      std::ranges::find(hosts, context.hostname(), [](const auto& entry) { return entry.first; });
  if (own == hosts.end()) return context.hostname();
  return std::ranges::find(hosts, own->second, [](const auto& entry) { return entry.second; })
      ->first;
}

}  // namespace

Code run_env(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  if (base_name(arguments.front()) == "printenv" && arguments.size() > 1) {
    const std::optional<std::string> value = context.machine().variable(arguments[1]);
    if (!value) co_return 1;
    context.print(*value + "\n");
    co_return 0;
  }
  for (const auto& [name, value] : context.machine().all_variables()) {
    context.print(name + "=" + value + "\n");
  }
  co_return 0;
}

Code run_hostname(ProcessContext& context) {
  const std::string option = context.arguments().size() > 1 ? context.arguments()[1] : "";
  std::string text = context.hostname();
  if (option == "-i" || option == "-I") text = context.host().address().to_string();
  if (option == "-f" || option == "--fqdn") text = full_hostname(context);
  if (option == "-s") text = text.substr(0, text.find('.'));
  if (option == "-d") {
    text = full_hostname(context);
    const std::size_t dot = text.find('.');
    text = dot == std::string::npos ? "" : text.substr(dot + 1);
  }
  context.print(text + "\n");
  co_return 0;
}

Code run_date(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(context.now().time_since_epoch()).count();
  if (arguments.size() > 1 && arguments[1] == "+%s") {
    context.print(fmt::format("{}\n", seconds));
    co_return 0;
  }
  // `Wed, 01 Jan 2025 00:00:05 GMT` → `Wed Jan  1 00:00:05 UTC 2025`
  const std::string date = http_date(context.now());
  const std::string day = date[5] == '0' ? " " + date.substr(6, 1) : date.substr(5, 2);
  context.print(fmt::format("{} {} {} {} UTC {}\n", date.substr(0, 3), date.substr(8, 3), day,
                            date.substr(17, 8), date.substr(12, 4)));
  co_return 0;
}

Code run_pwd(ProcessContext& context) {
  context.print(context.working_folder() + "\n");
  co_return 0;
}

Code run_whoami(ProcessContext& context) {
  const ProcessUser& user = context.machine().user;
  if (user.known_name().empty()) {
    context.print_error(fmt::format("whoami: unknown uid {}\n", user.id));
    co_return 1;
  }
  context.print(fmt::format("{}\n", user.known_name()));
  co_return 0;
}

Code run_id(ProcessContext& context) {
  const ProcessUser& user = context.machine().user;
  const auto with_name = [](std::int64_t id, std::string_view name) {
    return name.empty() ? fmt::format("{}", id) : fmt::format("{}({})", id, name);
  };
  const auto with_group = [&](std::int64_t id) { return with_name(id, id == 0 ? "root" : ""); };
  const std::string_view flag =
      context.arguments().size() > 1 ? std::string_view{context.arguments()[1]} : "";
  if (flag == "-u" || flag == "-g") {
    context.print(fmt::format("{}\n", flag == "-u" ? user.id : user.group));
    co_return 0;
  }
  std::vector<std::string> groups;
  for (const std::int64_t group : user.groups) groups.push_back(with_group(group));
  if (flag == "-G") {
    context.print(fmt::format("{}\n", fmt::join(user.groups, " ")));
    co_return 0;
  }
  context.print(fmt::format("uid={} gid={} groups={}\n", with_name(user.id, user.known_name()),
                            with_group(user.group), fmt::join(groups, ",")));
  co_return 0;
}

Code run_uname(ProcessContext& context) {
  const bool all = context.arguments().size() > 1 && context.arguments()[1] == "-a";
  context.print(
      all ? fmt::format("Linux {} 6.1.0-34-amd64 #1 SMP x86_64 GNU/Linux\n", context.hostname())
          : std::string{"Linux\n"});
  co_return 0;
}

}  // namespace rockpool::node
