// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_options.h"

#include <algorithm>

#include <fmt/format.h>
#include "core/node/images/image.h"

namespace rockpool::node {

const std::string* LetterOptions::value(char flag) const {
  const auto found = std::ranges::find(values, flag, &std::pair<char, std::string>::first);
  return found == values.end() ? nullptr : &found->second;
}

std::vector<std::string> LetterOptions::all_values(char flag) const {
  std::vector<std::string> all;
  for (const auto& [letter, text] : values) {
    if (letter == flag) all.push_back(text);
  }
  return all;
}

std::expected<LetterOptions, std::string> read_letter_options(const ProcessContext& context,
                                                              std::string_view known,
                                                              std::string_view with_value,
                                                              bool anywhere) {
  const std::vector<std::string>& arguments = context.arguments();
  const std::string_view program = base_name(arguments.front());
  LetterOptions options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument.size() < 2 || argument.front() != '-' || argument == "--") {
      if (anywhere && argument != "--") {
        options.rest.push_back(argument);
        continue;
      }
      const std::size_t first = argument == "--" ? i + 1 : i;
      options.rest.insert(options.rest.end(),
                          arguments.begin() + static_cast<std::ptrdiff_t>(first), arguments.end());
      break;
    }
    for (std::size_t at = 1; at < argument.size(); ++at) {
      const char flag = argument[at];
      if (with_value.find(flag) != std::string_view::npos) {
        const bool is_attached = at + 1 < argument.size();
        if (!is_attached && i + 1 >= arguments.size()) {
          return std::unexpected{
              fmt::format("{}: option requires an argument -- '{}'\n", program, flag)};
        }
        options.values.emplace_back(flag, is_attached ? argument.substr(at + 1) : arguments[++i]);
        break;
      }
      if (known.find(flag) == std::string_view::npos) {
        return std::unexpected{fmt::format("{}: unrecognized option: {}\n", program, flag)};
      }
      options.flags += flag;
    }
  }
  return options;
}

sim::Task<std::expected<std::string, std::string>> read_named_input(ProcessContext& context,
                                                                    std::string file) {
  if (file == "-") {
    sim::Task<std::string> reading = context.read_input();
    co_return co_await reading;
  }
  auto content = context.machine().read_file(FileSystem::normalise(file, context.working_folder()));
  if (!content && file == "/dev/null") content.emplace();
  if (content) co_return std::move(*content);
  co_return std::unexpected{fmt::format("{}: {}: No such file or directory\n",
                                        base_name(context.arguments().front()), file)};
}

sim::Task<std::expected<std::string, std::string>> read_inputs(ProcessContext& context,
                                                               std::vector<std::string> files) {
  if (files.empty()) files.emplace_back("-");
  std::string text;
  for (const std::string& file : files) {
    auto reading = read_named_input(context, file);
    const std::expected<std::string, std::string> content = co_await reading;
    if (!content) co_return content;
    text += *content;
  }
  co_return text;
}

}  // namespace rockpool::node
