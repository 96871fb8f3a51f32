// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace rockpool::native {

/// The exit statuses of the program.
enum class ExitStatus : int {
  ok = 0,
  /// A test failed, or something is wrong.
  failed = 1,
  /// The command line cannot be read, or a file named in it.
  misused = 2,
};

/// Each adds one command to the program. Its callback sets `status`, which must outlive the
/// program.
void add_test_command(CLI::App& program, ExitStatus& status);
void add_why_command(CLI::App& program, ExitStatus& status);
void add_rules_command(CLI::App& program, ExitStatus& status);
void add_ui_command(CLI::App& program, ExitStatus& status);
void add_serve_command(CLI::App& program, ExitStatus& status);

/// Adds the commands that need more of the system than files: those of the native program, or, as
/// Wasm under Node, none.
void add_platform_commands(CLI::App& program, ExitStatus& status);

/// Prints `error: …` on the standard error stream.
void print_error(std::string_view message);

}  // namespace rockpool::native
