// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/node/images/process.h"

namespace rockpool::node {

/// The small programs of an image with a shell: `sh`, `sleep`, `cat`, `wget` and so on, by name or
/// path. Null if there is none of that name.
Program find_userland_program(std::string_view name);

/// Where a program that `find_userland_program` knows lies in a container's files: `/bin/cat`.
std::string userland_path(std::string_view name, Userland userland);

/// What the usual bases of images do not have of them: busybox itself; Alpine, which leaves some of
/// busybox's programs to the package busybox-extras; and Debian without its network tools.
inline constexpr std::string_view kBusyboxLacks[] = {"bash",   "dash", "zsh", "curl",
                                                     "getent", "dig",  "ss"};
inline constexpr std::string_view kBusyboxWithCurlLacks[] = {"bash",   "dash", "zsh",
                                                             "getent", "dig",  "ss"};
inline constexpr std::string_view kAlpineLacks[] = {"bash", "dash",  "zsh",    "curl",
                                                    "dig",  "httpd", "telnet", "ss"};
inline constexpr std::string_view kAlpineWithCurlLacks[] = {"bash",  "dash",   "zsh", "dig",
                                                            "httpd", "telnet", "ss"};
/// Alpine with bash, bind-tools, curl, iproute2 and OpenBSD's netcat, as agnhost has it.
inline constexpr std::string_view kAlpineWithToolsLacks[] = {"dash", "zsh", "httpd", "telnet"};
inline constexpr std::string_view kDebianLacks[] = {
    "ash", "zsh", "curl", "wget", "ps",      "nc", "httpd",  "nslookup",
    "dig", "ip",  "ping", "time", "netstat", "ss", "telnet", "watch"};
inline constexpr std::string_view kDebianWithCurlLacks[] = {
    "ash", "zsh",  "wget", "ps",      "nc", "httpd",  "nslookup", "dig",
    "ip",  "ping", "time", "netstat", "ss", "telnet", "watch"};
/// Debian with what is needed to build programs (buildpack-deps).
inline constexpr std::string_view kLargeDebianLacks[] = {"ash",      "zsh",     "nc", "httpd",
                                                         "nslookup", "dig",     "ip", "ping",
                                                         "time",     "netstat", "ss", "telnet"};

}  // namespace rockpool::node
