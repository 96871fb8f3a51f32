// SPDX-License-Identifier: Apache-2.0
#include "web/app/examples.h"

#include "web/app/assets.h"

namespace rockpool::app {
namespace {

std::string_view take_comment_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  const std::size_t start = line.find_first_not_of("# ");
  return start == std::string_view::npos ? std::string_view{} : line.substr(start);
}

}  // namespace

std::vector<Example> examples() {
  std::vector<Example> result;
  for (const Asset& asset : assets()) {
    if (!asset.path.starts_with("examples/")) continue;
    std::string_view rest = asset.bytes;
    Example example{.path = asset.path, .title = {}, .summary = {}, .text = asset.bytes};
    example.title = take_comment_line(rest);
    while (rest.starts_with('#')) {
      if (!example.summary.empty()) example.summary += ' ';
      example.summary += take_comment_line(rest);
    }
    result.push_back(example);
  }
  return result;
}

std::string_view first_manifest() {
  return asset("examples/00-web.yaml");
}

}  // namespace rockpool::app
