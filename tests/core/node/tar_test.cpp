// SPDX-License-Identifier: Apache-2.0
#include "core/node/tar.h"

#include <doctest/doctest.h>

namespace rockpool::node {
namespace {

TEST_CASE("an archive reads back as it was written") {
  const std::string long_path = "folder/" + std::string(150, 'x');
  const std::vector<TarEntry> entries = {{"folder", true, {}},
                                         {"folder/a", false, "one\n"},
                                         {long_path, false, std::string(600, 'y')}};
  const std::string bytes = write_tar(entries, sim::kEpoch);
  CHECK(bytes.size() % 512 == 0);
  CHECK(bytes.substr(257, 5) == "ustar");
  // Octal, as every tar reads it: 2025-01-01T00:00:00Z.
  CHECK(bytes.substr(136, 11) == "14735102600");
  const auto read = read_tar(bytes);
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 3);
  CHECK((*read)[0].is_folder);
  CHECK((*read)[0].path == "folder");
  CHECK((*read)[1].content == "one\n");
  CHECK((*read)[2].path == long_path);
  CHECK((*read)[2].content.size() == 600);
}

TEST_CASE("bytes that are no archive are refused") {
  const std::string bytes = write_tar({{"a", false, "text"}}, sim::kEpoch);
  std::string damaged = bytes;
  damaged[0] = 'b';
  CHECK(read_tar(damaged).error() == "invalid tar header");
  CHECK(read_tar(std::string_view{bytes}.substr(0, 512)).error() == "short read");
  CHECK(read_tar("garbage").error() == "short read");
  CHECK(read_tar("")->empty());
}

}  // namespace
}  // namespace rockpool::node
