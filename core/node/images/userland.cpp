// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland.h"

#include <utility>

#include "core/node/images/image.h"
#include "core/node/images/shell.h"
#include "core/node/images/userland_archive.h"
#include "core/node/images/userland_awk.h"
#include "core/node/images/userland_curl.h"
#include "core/node/images/userland_dig.h"
#include "core/node/images/userland_disk.h"
#include "core/node/images/userland_files.h"
#include "core/node/images/userland_getent.h"
#include "core/node/images/userland_grep.h"
#include "core/node/images/userland_httpd.h"
#include "core/node/images/userland_ip.h"
#include "core/node/images/userland_launch.h"
#include "core/node/images/userland_ls.h"
#include "core/node/images/userland_machine.h"
#include "core/node/images/userland_netcat.h"
#include "core/node/images/userland_nslookup.h"
#include "core/node/images/userland_ping.h"
#include "core/node/images/userland_processes.h"
#include "core/node/images/userland_script.h"
#include "core/node/images/userland_sed.h"
#include "core/node/images/userland_sockets.h"
#include "core/node/images/userland_text.h"
#include "core/node/images/userland_wget.h"

namespace rockpool::node {
namespace {

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

}  // namespace

Program find_userland_program(std::string_view name) {
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
