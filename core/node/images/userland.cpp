// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include "core/node/images/http_server.h"
#include "core/node/images/image.h"
#include "core/node/images/root_folders.h"
#include "core/node/images/shell.h"
#include "core/node/images/userland_archive.h"
#include "core/node/images/userland_awk.h"
#include "core/node/images/userland_curl.h"
#include "core/node/images/userland_dig.h"
#include "core/node/images/userland_disk.h"
#include "core/node/images/userland_getent.h"
#include "core/node/images/userland_grep.h"
#include "core/node/images/userland_httpd.h"
#include "core/node/images/userland_ip.h"
#include "core/node/images/userland_launch.h"
#include "core/node/images/userland_ls.h"
#include "core/node/images/userland_netcat.h"
#include "core/node/images/userland_nslookup.h"
#include "core/node/images/userland_ping.h"
#include "core/node/images/userland_processes.h"
#include "core/node/images/userland_sed.h"
#include "core/node/images/userland_sockets.h"
#include "core/node/images/userland_text.h"
#include "core/node/images/userland_wget.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

std::string path_of(ProcessContext& context, std::string_view argument) {
  return FileSystem::normalise(argument, context.working_folder());
}

std::string join(const std::vector<std::string>& words, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < words.size(); ++i) text += (i > first ? " " : "") + words[i];
  return text;
}

std::optional<std::string> read_file(ProcessContext& context, const std::string& path) {
  if (path == "/dev/null") return std::string{};
  return context.machine().read_file(path);
}

// Replaces \n, \t and \\ as `echo -e` and `printf` do.
std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 'n') {
      result += '\n';
    } else if (next == 't') {
      result += '\t';
    } else if (next == '\\') {
      result += '\\';
    } else {
      result.append({'\\', next});
    }
  }
  return result;
}

// Sleeps; as the first process it takes no notice of signals, so that its Pod takes the whole grace
// period.
Code run_sleep(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  if (arguments.size() < 2) {
    context.print_error("sleep: missing operand\n");
    co_return 1;
  }
  if (arguments[1] == "infinity" || arguments[1] == "inf") {
    sim::Task<void> forever = wait_forever();
    co_await forever;
  }
  std::string text = arguments[1];
  if (text.find_first_not_of("0123456789.") == std::string::npos) text += "s";
  std::optional<sim::Duration> duration = sim::parse_duration(text);
  if (!duration && text.ends_with('d')) {
    text.back() = 'h';
    duration = sim::parse_duration(text);
    if (duration) *duration *= 24;
  }
  if (!duration) {
    context.print_error(fmt::format("sleep: invalid number '{}'\n", arguments[1]));
    co_return 1;
  }
  co_await sim::sleep(*duration);
  co_return 0;
}

Code run_echo(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  std::size_t first = 1;
  bool newline = true;
  bool escapes = false;
  for (; first < arguments.size(); ++first) {
    const std::string& flag = arguments[first];
    if (flag != "-n" && flag != "-e" && flag != "-ne" && flag != "-en") break;
    newline = newline && flag.find('n') == std::string::npos;
    escapes = escapes || flag.find('e') != std::string::npos;
  }
  std::string text = join(arguments, first);
  if (escapes) text = unescape(text);
  context.print(newline ? text + "\n" : text);
  co_return 0;
}

// Formats with %s, %d and %%; the format is used again while there are arguments.
Code run_printf(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  if (arguments.size() < 2) co_return 2;
  const std::string format = unescape(arguments[1]);
  std::size_t next = 2;
  std::string text;
  do {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 == format.size()) {
        text += format[i];
      } else if (format[++i] == '%') {
        text += '%';
      } else {
        text += next < arguments.size() ? arguments[next] : "";
        ++next;
      }
    }
  } while (next < arguments.size() && format.find('%') != std::string::npos);
  context.print(text);
  co_return 0;
}

// Hands input on as it comes.
sim::Task<void> copy_input(ProcessContext& context) {
  while (context.input() != nullptr) {
    sim::Task<std::string> reading = context.input()->read_some();
    const std::string text = co_await reading;
    if (text.empty()) break;
    context.print(text);
  }
}

Code run_cat(ProcessContext& context) {
  std::vector<std::string> arguments = context.arguments();
  if (arguments.size() < 2) arguments.emplace_back("-");
  std::int32_t status = 0;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "-") {
      sim::Task<void> copying = copy_input(context);
      co_await copying;
      continue;
    }
    const std::string path = path_of(context, arguments[i]);
    if (const std::optional<std::string> text = read_file(context, path)) {
      context.print(*text);
      continue;
    }
    const bool is_folder = context.files().is_folder(path);
    context.print_error(
        is_folder ? std::string{"cat: read error: Is a directory\n"}
                  : fmt::format("cat: can't open '{}': No such file or directory\n", arguments[i]));
    status = 1;
  }
  co_return status;
}

// Says why nothing was written there.
void print_refusal(ProcessContext& context, std::string_view what, const std::string& path) {
  const std::string_view why = context.files().refusal(path);
  const std::string_view other =
      context.files().is_folder(path) ? "Is a directory" : "No space left on device";
  context.print_error(fmt::format("{}: {}\n", what, why.empty() ? other : why));
}

Code run_touch(ProcessContext& context) {
  std::int32_t status = 0;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    const std::string path = path_of(context, context.arguments()[i]);
    if (context.files().exists(path) || context.files().write(path, {})) continue;
    print_refusal(context, fmt::format("touch: {}", context.arguments()[i]), path);
    status = 1;
  }
  co_return status;
}

Code run_rm(ProcessContext& context) {
  bool force = false;
  bool recursive = false;
  std::int32_t status = 0;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    const std::string& argument = context.arguments()[i];
    if (argument.starts_with('-')) {
      force = force || argument.find('f') != std::string::npos;
      recursive = recursive || argument.find_first_of("rR") != std::string::npos;
      continue;
    }
    const std::string path = path_of(context, argument);
    if (context.files().is_folder(path) && !recursive) {
      context.print_error(fmt::format("rm: '{}' is a directory\n", argument));
      status = 1;
    } else if (!context.files().exists(path)) {
      if (force) continue;
      context.print_error(
          fmt::format("rm: can't remove '{}': No such file or directory\n", argument));
      status = 1;
    } else if (!context.files().remove(path)) {
      print_refusal(context, fmt::format("rm: can't remove '{}'", argument), path);
      status = 1;
    }
  }
  co_return status;
}

Code run_mkdir(ProcessContext& context) {
  std::int32_t status = 0;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    const std::string& argument = context.arguments()[i];
    if (argument.starts_with('-')) continue;
    const std::string path = path_of(context, argument);
    if (context.files().make_folder(path)) continue;
    const bool is_file = context.files().read(path) != nullptr;
    const std::string what = fmt::format("mkdir: can't create directory '{}'", argument);
    if (is_file) context.print_error(what + ": File exists\n");
    if (!is_file) print_refusal(context, what, path);
    status = 1;
  }
  co_return status;
}

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

// The first of the names that /etc/hosts has for the address of the machine's own name.
std::string full_hostname(ProcessContext& context) {
  const auto& hosts = context.resolver().hosts;
  const auto own =
      std::ranges::find(hosts, context.hostname(), [](const auto& entry) { return entry.first; });
  if (own == hosts.end()) return context.hostname();
  return std::ranges::find(hosts, own->second, [](const auto& entry) { return entry.second; })
      ->first;
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

bool test_unary(ProcessContext& context, const std::string& op, const std::string& value) {
  if (op == "-z") return value.empty();
  if (op == "-n") return !value.empty();
  const std::string path = path_of(context, value);
  if (op == "-d") return has_folder(context, path);
  const std::optional<std::string> text = read_file(context, path);
  if (op == "-s") return text && !text->empty();
  if (op == "-f" || op == "-r") return text.has_value();
  return op == "-e" && (text || has_folder(context, path));
}

bool test_binary(const std::string& left, const std::string& op, const std::string& right) {
  if (op == "=" || op == "==") return left == right;
  if (op == "!=") return left != right;
  std::int64_t a = 0;
  std::int64_t b = 0;
  std::from_chars(left.data(), left.data() + left.size(), a);
  std::from_chars(right.data(), right.data() + right.size(), b);
  if (op == "-eq") return a == b;
  if (op == "-ne") return a != b;
  if (op == "-lt") return a < b;
  if (op == "-le") return a <= b;
  if (op == "-gt") return a > b;
  return op == "-ge" && a >= b;
}

// `test` and `[`: one condition, maybe negated.
Code run_test(ProcessContext& context) {
  std::vector<std::string> words = context.arguments();
  const bool is_bracket = base_name(words.front()).starts_with("[");
  words.erase(words.begin());
  if (is_bracket && !words.empty()) words.pop_back();
  const bool negated = !words.empty() && words.front() == "!";
  if (negated) words.erase(words.begin());
  bool holds = false;
  if (words.size() == 1) holds = !words[0].empty();
  if (words.size() == 2) holds = test_unary(context, words[0], words[1]);
  if (words.size() == 3) holds = test_binary(words[0], words[1], words[2]);
  co_return holds != negated ? 0 : 1;
}

Code run_seq(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  constexpr std::int64_t kMost = 100'000;
  std::int64_t numbers[3] = {1, 1, 1};
  const std::size_t count = std::min<std::size_t>(arguments.size() - 1, 3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& text = arguments[i + 1];
    std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
  }
  const std::int64_t first = count > 1 ? numbers[0] : 1;
  const std::int64_t step = count > 2 && numbers[1] != 0 ? numbers[1] : 1;
  const std::int64_t last = count == 0 ? 0 : numbers[count - 1];
  std::string text;
  for (std::int64_t i = 0; i < kMost; ++i) {
    const std::int64_t number = first + step * i;
    if (step > 0 ? number > last : number < last) break;
    text += std::to_string(number) + "\n";
  }
  context.print(text);
  co_return 0;
}

// The text that a filter works on: its file arguments, or standard input.
sim::Task<std::string> filter_input(ProcessContext& context, std::size_t first_file) {
  if (first_file >= context.arguments().size()) {
    sim::Task<std::string> reading = context.read_input();
    co_return co_await reading;
  }
  std::string text;
  for (std::size_t i = first_file; i < context.arguments().size(); ++i) {
    text += read_file(context, path_of(context, context.arguments()[i])).value_or("");
  }
  co_return text;
}

// `head` and `tail`; `tail -f` follows a file that will not grow, and so waits.
Code run_head_or_tail(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  const bool is_head = base_name(arguments.front()) == "head";
  std::size_t count = 10;
  std::size_t next = 1;
  bool follows = false;
  for (; next < arguments.size() && arguments[next].starts_with('-'); ++next) {
    std::string_view flag = arguments[next];
    follows = follows || flag == "-f" || flag == "-F";
    if (flag == "-n" && next + 1 < arguments.size()) flag = arguments[++next];
    flag.remove_prefix(flag.starts_with("-n") ? 2 : flag.starts_with('-') ? 1 : 0);
    std::from_chars(flag.data(), flag.data() + flag.size(), count);
  }
  sim::Task<std::string> reading = filter_input(context, next);
  const std::string text = co_await reading;
  const std::vector<std::string_view> lines = lines_of(text);
  const std::size_t shown = std::min(count, lines.size());
  const std::size_t first = is_head ? 0 : lines.size() - shown;
  for (std::size_t i = first; i < first + shown; ++i) context.print(fmt::format("{}\n", lines[i]));
  if (follows && !is_head) {
    sim::Task<void> forever = wait_forever();
    co_await forever;
  }
  co_return 0;
}

Code run_tee(ProcessContext& context) {
  sim::Task<std::string> reading = context.read_input();
  const std::string text = co_await reading;
  context.print(text);
  std::int32_t status = 0;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    if (context.arguments()[i].starts_with('-')) continue;
    const std::string path = path_of(context, context.arguments()[i]);
    if (context.files().write(path, text)) continue;
    print_refusal(context, fmt::format("tee: {}", context.arguments()[i]), path);
    status = 1;
  }
  co_return status;
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
Code run_true(ProcessContext&) {
  co_return 0;
}
Code run_false(ProcessContext&) {
  co_return 1;
}

}  // namespace

Program find_userland_program(std::string_view name) {
  constexpr std::pair<std::string_view, Program> kPrograms[] = {
      {"sh", run_shell},
      {"bash", run_shell},
      {"ash", run_shell},
      {"dash", run_shell},
      {"zsh", run_shell},
      {"sleep", run_sleep},
      {"echo", run_echo},
      {"printf", run_printf},
      {"cat", run_cat},
      {"touch", run_touch},
      {"rm", run_rm},
      {"mkdir", run_mkdir},
      {"ls", run_ls},
      {"env", run_env},
      {"printenv", run_env},
      {"hostname", run_hostname},
      {"date", run_date},
      {"test", run_test},
      {"[", run_test},
      {"seq", run_seq},
      {"head", run_head_or_tail},
      {"tail", run_head_or_tail},
      {"wc", run_wc},
      {"sort", run_sort},
      {"uniq", run_uniq},
      {"cut", run_cut},
      {"tr", run_tr},
      {"grep", run_grep},
      {"egrep", run_grep},
      {"fgrep", run_grep},
      {"sed", run_sed},
      {"awk", run_awk},
      {"xargs", run_xargs},
      {"which", run_which},
      {"time", run_time},
      {"timeout", run_timeout},
      {"watch", run_watch},
      {"tee", run_tee},
      {"pwd", run_pwd},
      {"whoami", run_whoami},
      {"id", run_id},
      {"uname", run_uname},
      {"true", run_true},
      {"false", run_false},
      {"curl", run_curl},
      {"wget", run_wget},
      {"nslookup", run_nslookup},
      {"dig", run_dig},
      {"nc", run_netcat},
      {"telnet", run_telnet},
      {"ping", run_ping},
      {"netstat", run_netstat},
      {"ss", run_ss},
      {"httpd", run_httpd},
      {"getent", run_getent},
      {"ps", run_ps},
      {"kill", run_kill},
      {"ip", run_ip},
      {"tar", run_tar},
      {"dd", run_dd},
      {"fallocate", run_fallocate},
      {"du", run_du},
      {"df", run_df},
  };
  const std::string_view base = base_name(name);
  for (const auto& [known, program] : kPrograms) {
    if (known == base) return program;
  }
  return nullptr;
}

std::string userland_path(std::string_view name, Userland userland) {
  // Where Alpine does not put them into /usr/bin.
  constexpr std::string_view kInBin[] = {
      "ash",  "bash",  "cat",   "date",    "dd",   "df",       "echo",  "false", "grep", "hostname",
      "kill", "ls",    "mkdir", "netstat", "ping", "printenv", "ps",    "pwd",   "rm",   "sed",
      "sh",   "sleep", "tar",   "touch",   "true", "uname",    "watch", "egrep", "fgrep"};
  constexpr std::string_view kInSbin[] = {"ip", "ss"};
  std::string_view folder = "/usr/bin/";
  if (userland == Userland::busybox || (userland != Userland::debian && is_one_of(name, kInBin))) {
    folder = "/bin/";
  } else if (userland != Userland::debian && is_one_of(name, kInSbin)) {
    folder = "/sbin/";
  }
  return std::string{folder} + std::string{name};
}

}  // namespace rockpool::node
