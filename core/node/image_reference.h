// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace rockpool::node {

/// The name of an image, read as distribution/reference does.
struct ImageReference {
  /// The registry: `docker.io` unless the name begins with a host.
  std::string domain;
  /// The repository within it: `library/nginx`.
  std::string path;
  /// Empty only if there is a digest.
  std::string tag;
  /// `sha256:…`, or empty.
  std::string digest;

  /// `docker.io/library/nginx`
  std::string repository() const { return domain + "/" + path; }
  /// `docker.io/library/nginx:1.27`: as the runtime names the image.
  std::string to_string() const;
};

/// Reads an image name; a tag `latest` is added if there is neither tag nor digest. The error is
/// the library's: `invalid reference format`, `invalid reference format: repository name
/// (library/Nginx) must be lowercase`.
std::expected<ImageReference, std::string> parse_image_reference(std::string_view text);

}  // namespace rockpool::node
