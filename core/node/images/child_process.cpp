// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/child_process.h"

#include <utility>

#include <fmt/format.h>
#include "core/node/images/image.h"
#include "core/node/images/userland.h"

namespace rockpool::node {
namespace {

constexpr std::int32_t kNotFound = 127;

}  // namespace

Program find_program(const Machine& machine, std::string_view name) {
  if (const Program program = machine.image.find_program(name)) return program;
  if (is_one_of(base_name(name), machine.missing_programs)) return nullptr;
  return find_userland_program(name);
}

std::string program_path(const Machine& machine, std::string_view name) {
  if (name.empty() || find_program(machine, name) == nullptr) return {};
  if (name.find('/') != std::string_view::npos) return std::string{name};
  const bool is_small =
      !is_one_of(name, machine.missing_programs) && find_userland_program(name) != nullptr;
  if (is_small) return userland_path(name, machine.userland);
  // A server of the image's own.
  return fmt::format("/usr/sbin/{}", name);
}

void inherit_process(const ProcessContext& parent, ProcessContext& child) {
  child.set_error_output(parent.error_output());
  child.set_working_folder(parent.working_folder());
  child.set_input(parent.input());
  child.set_terminal(parent.is_terminal());
  child.set_process_id(parent.process_id());
}

sim::Task<std::int32_t> run_child(ProcessContext& parent, std::vector<std::string> words,
                                  Input* input) {
  const Program program = find_program(parent.machine(), words.front());
  if (program == nullptr) {
    parent.print_error(fmt::format("{}: can't execute '{}': No such file or directory\n",
                                   base_name(parent.arguments().front()), words.front()));
    co_return kNotFound;
  }
  ProcessContext child{parent.machine(), std::move(words), parent.is_first(), parent.output()};
  inherit_process(parent, child);
  child.set_input(input);
  sim::Task<std::int32_t> task = program(child);
  co_return co_await task;
}

}  // namespace rockpool::node
