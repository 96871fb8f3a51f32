// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_ls.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/root_folders.h"

namespace rockpool::node {
namespace {

struct Options {
  bool hidden = false;
  // `.` and `..` too.
  bool all = false;
  // Folders as themselves.
  bool folders_themselves = false;
  std::vector<std::string> operands;
};

Options read_options(const std::vector<std::string>& arguments) {
  Options options;
  bool only_operands = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (only_operands || !argument.starts_with('-') || argument == "-") {
      options.operands.push_back(argument);
    } else if (argument == "--") {
      only_operands = true;
    } else {
      const auto has = [&argument](char letter) {
        return !argument.starts_with("--") && argument.find(letter) != std::string::npos;
      };
      options.all = options.all || has('a') || argument == "--all";
      options.hidden = options.hidden || has('A') || argument == "--almost-all";
      options.folders_themselves =
          options.folders_themselves || has('d') || argument == "--directory";
    }
  }
  if (options.operands.empty()) options.operands.emplace_back(".");
  std::ranges::sort(options.operands);
  return options;
}

void print_folder(ProcessContext& context, const std::string& path, const Options& options) {
  if (options.all) context.print(".\n..\n");
  for (const std::string& name : names_in(context, path)) {
    if (name.starts_with('.') && !options.all && !options.hidden) continue;
    context.print(name + "\n");
  }
}

}  // namespace

sim::Task<std::int32_t> run_ls(ProcessContext& context) {
  const Options options = read_options(context.arguments());
  std::int32_t status = 0;
  std::vector<std::string> folders;
  bool printed = false;
  for (const std::string& operand : options.operands) {
    const std::string path = FileSystem::normalise(operand, context.working_folder());
    if (has_folder(context, path) && !options.folders_themselves) {
      folders.push_back(operand);
    } else if (has_folder(context, path) || context.machine().read_file(path)) {
      context.print(operand + "\n");
      printed = true;
    } else {
      context.print_error(fmt::format("ls: {}: No such file or directory\n", operand));
      status = 1;
    }
  }
  for (const std::string& folder : folders) {
    if (options.operands.size() > 1) {
      context.print(fmt::format("{}{}:\n", printed ? "\n" : "", folder));
    }
    printed = true;
    print_folder(context, FileSystem::normalise(folder, context.working_folder()), options);
  }
  co_return status;
}

}  // namespace rockpool::node
