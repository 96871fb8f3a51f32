// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/root_folders.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "core/node/images/image.h"

namespace rockpool::node {
namespace {

constexpr std::string_view kBusybox[] = {"bin",  "dev", "etc", "home", "proc",
                                         "root", "sys", "tmp", "usr",  "var"};
constexpr std::string_view kAlpine[] = {"bin", "dev", "etc",  "home", "lib", "media",
                                        "mnt", "opt", "proc", "root", "run", "sbin",
                                        "srv", "sys", "tmp",  "usr",  "var"};
constexpr std::string_view kDebian[] = {"bin",   "boot", "dev", "etc",  "home", "lib", "lib64",
                                        "media", "mnt",  "opt", "proc", "root", "run", "sbin",
                                        "srv",   "sys",  "tmp", "usr",  "var"};
// The files of /etc that the kubelet makes for every container (Machine::read_file).
constexpr std::string_view kMadeByKubelet[] = {"hostname", "hosts", "resolv.conf"};

// Which base it is shows in the programs that it lacks: Debian has no busybox, and busybox alone no
// getent.
std::span<const std::string_view> base_folders(const Machine& machine) {
  if (is_one_of("ash", machine.missing_programs)) return kDebian;
  if (is_one_of("getent", machine.missing_programs)) return kBusybox;
  return kAlpine;
}

}  // namespace

bool has_folder(ProcessContext& context, const std::string& path) {
  if (context.files().is_folder(path)) return true;
  return path.starts_with('/') &&
         is_one_of(std::string_view{path}.substr(1), base_folders(context.machine()));
}

std::vector<std::string> names_in(ProcessContext& context, const std::string& folder) {
  std::vector<std::string> names = context.files().list(folder);
  if (folder == "/") {
    const auto base = base_folders(context.machine());
    names.insert(names.end(), base.begin(), base.end());
  }
  if (folder == "/etc") {
    names.insert(names.end(), std::begin(kMadeByKubelet), std::end(kMadeByKubelet));
  }
  std::ranges::sort(names);
  const auto again = std::ranges::unique(names);
  names.erase(again.begin(), again.end());
  return names;
}

}  // namespace rockpool::node
