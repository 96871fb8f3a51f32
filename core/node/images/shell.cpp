// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/shell.h"

#include <fmt/format.h>

#include <utility>

#include "core/node/images/shell_process.h"

namespace rockpool::node {

sim::Task<std::int32_t> run_shell(ProcessContext& context) {
  const std::vector<std::string> arguments = context.arguments();
  std::size_t next = 1;
  bool is_command = false;
  for (; next < arguments.size() && arguments[next].starts_with('-'); ++next) {
    is_command = is_command || arguments[next].find('c') != std::string::npos;
  }
  std::string script;
  std::vector<std::string> parameters{arguments.empty() ? "sh" : arguments.front()};
  if (next < arguments.size()) {
    script = arguments[next];
    if (!is_command) {
      const std::string path = FileSystem::normalise(script, context.working_folder());
      const std::string* text = context.files().read(path);
      if (text == nullptr) {
        context.print_error(
            fmt::format("sh: can't open '{}': No such file or directory\n", script));
        co_return 2;
      }
      parameters = {script};
      script = *text;
    } else if (next + 1 < arguments.size()) {
      parameters.clear();
      ++next;
    }
    for (std::size_t i = is_command ? next : next + 1; i < arguments.size(); ++i) {
      const bool is_script = is_command && i == next && parameters.size() == 1;
      if (!is_script) parameters.push_back(arguments[i]);
    }
  } else if (context.input() == nullptr) {
    // An interactive shell reads the end of its input and leaves.
    co_return 0;
  } else {
    Shell shell{context, std::move(parameters)};
    sim::Task<std::int32_t> task = shell.run_input();
    co_return co_await task;
  }
  Shell shell{context, std::move(parameters)};
  sim::Task<std::int32_t> task = shell.run_script(std::move(script), is_command);
  co_return co_await task;
}

}  // namespace rockpool::node
