// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/node/images/process.h"

namespace rockpool::node {

/// The small programs of an image with a shell: `sh`, `sleep`, `cat`, `wget` and so on, by name or
/// path. Null if there is none of that name.
Program find_userland_program(std::string_view name);

/// What the usual bases of images do not have of them: busybox itself, Alpine (busybox with a few
/// programs of its own), and Debian without its network tools.
inline constexpr std::string_view kBusyboxLacks[] = {"bash", "dash",   "zsh",
                                                     "curl", "getent", "dig"};
inline constexpr std::string_view kAlpineLacks[] = {"bash", "dash", "zsh", "curl", "dig"};
inline constexpr std::string_view kAlpineWithCurlLacks[] = {"bash", "dash", "zsh", "dig"};
inline constexpr std::string_view kDebianLacks[] = {"ash", "zsh",   "curl",     "wget", "ps",
                                                    "nc",  "httpd", "nslookup", "dig",  "ip"};
inline constexpr std::string_view kDebianWithCurlLacks[] = {"ash",   "zsh",      "wget", "ps", "nc",
                                                            "httpd", "nslookup", "dig",  "ip"};
/// Debian with what is needed to build programs (buildpack-deps).
inline constexpr std::string_view kLargeDebianLacks[] = {"ash",      "zsh", "nc", "httpd",
                                                         "nslookup", "dig", "ip"};

}  // namespace rockpool::node
