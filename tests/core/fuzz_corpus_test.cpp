// SPDX-License-Identifier: Apache-2.0
// Everything that the fuzz targets have been started with, or have found, as ordinary cases.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/targets.h"

namespace rockpool::fuzz {
namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

TEST_CASE("what the fuzz targets ask of every input holds for all inputs that are kept") {
  for (const Target& target : targets()) {
    const auto files = files_in(std::filesystem::path{ROCKPOOL_FUZZ_CORPUS} / target.name);
    CHECK_MESSAGE(files.size() >= 5, target.name);
    for (const std::filesystem::path& path : files) {
      std::ifstream file{path, std::ios::binary};
      const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
      REQUIRE_MESSAGE(file.good(), path.string());
      const std::string wrong = target.run(bytes);
      CHECK_MESSAGE(wrong.empty(), path.string(), ": ", wrong);
    }
  }
}

}  // namespace
}  // namespace rockpool::fuzz
