// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace rockpool::native {

/// How kubectl reaches the server.
struct KubeconfigEntry {
  /// `http://127.0.0.1:8001`
  std::string server;
  /// The certificate that the server proves itself by, as PEM; empty if there is none.
  std::string certificate = {};
  /// The bearer token; empty if there is none.
  std::string token = {};
};

/// The name of the cluster, the user and the context in kubeconfigs.
inline constexpr std::string_view kContextName = "rockpool";

/// A kubeconfig's text with the entry added, or put in place of the one of that name. Everything
/// else stays, also the current context, unless there is none. An empty text makes a new one. The
/// error says why the text is no kubeconfig.
std::expected<std::string, std::string> merge_kubeconfig(std::string_view text,
                                                         const KubeconfigEntry& entry);

/// Merges the entry into the file, which may not exist yet; it is replaced whole, readable by its
/// owner alone. The error names the file.
std::expected<void, std::string> write_kubeconfig(const std::string& path,
                                                  const KubeconfigEntry& entry);

}  // namespace rockpool::native
