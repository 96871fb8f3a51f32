// SPDX-License-Identifier: Apache-2.0
// The program `rockpool`: one command for each file *_command*.cpp.
#include <fmt/format.h>

#include <cstdio>

#include "native/command.h"

namespace rockpool::native {

void print_error(std::string_view message) {
  fmt::print(stderr, "error: {}\n", message);
}

namespace {

int run(int argument_count, char** arguments) {
  CLI::App program{"Rockpool: a whole Kubernetes cluster in memory.", "rockpool"};
  program.set_version_flag("--version", "rockpool " ROCKPOOL_VERSION);
  program.require_subcommand(1);
  ExitStatus status = ExitStatus::ok;
  add_test_command(program, status);
  add_why_command(program, status);
  add_rules_command(program, status);
  add_platform_commands(program, status);
  try {
    program.parse(argument_count, arguments);
  } catch (const CLI::Success& success) {
    return program.exit(success);
  } catch (const CLI::ParseError& mistake) {
    print_error(mistake.what());
    fmt::print(stderr, "Run with --help for more information.\n");
    return static_cast<int>(ExitStatus::misused);
  }
  return static_cast<int>(status);
}

}  // namespace
}  // namespace rockpool::native

int main(int argument_count, char** arguments) {
  return rockpool::native::run(argument_count, arguments);
}
