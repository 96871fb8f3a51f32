// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::api::ingress {

/// A regular expression as people write them into the paths of an Ingress, read as PCRE reads it:
/// literals, `.`, `\d`, `\w`, `\s` and escaped characters, `[…]`, groups with and without (`?:`)
/// capture, `|`, `*`, `+`, `?`, `^` and `$`. Letters compare without regard to case, as
/// ingress-nginx writes `location ~*`.
class PathPattern {
 public:
  /// Reads it; empty if it is none of the above or too long.
  static std::optional<PathPattern> parse(std::string_view text);

  /// The text of the groups, the whole match first, if it matches at the beginning of `path`; empty
  /// optional if it does not, or if finding out takes too many steps.
  std::optional<std::vector<std::string>> match(std::string_view path) const;

 private:
  struct Node;
  struct Reader;
  struct Run;
  std::shared_ptr<const Node> root_;
  std::size_t groups_ = 0;
};

/// `$1`, `$2` and so on in `text` replaced by the groups of a match; those that are not there are
/// empty.
std::string fill_in(std::string_view text, const std::vector<std::string>& groups);

}  // namespace rockpool::api::ingress
