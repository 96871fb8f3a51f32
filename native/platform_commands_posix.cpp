// SPDX-License-Identifier: Apache-2.0
#include "native/command.h"

namespace rockpool::native {

void add_platform_commands(CLI::App& program, ExitStatus& status) {
  add_serve_command(program, status);
  add_ui_command(program, status);
}

}  // namespace rockpool::native
