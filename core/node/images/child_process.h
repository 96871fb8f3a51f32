// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/node/images/process.h"

// How one program starts another.
namespace rockpool::node {

/// The program that a process starts by that name or path; null if its container has none.
Program find_program(const Machine& machine, std::string_view name);

/// Where in the container's files that program lies; empty if it has none.
std::string program_path(const Machine& machine, std::string_view name);

/// Gives a process what it has from the one that starts it: the folder, input, errors, terminal.
void inherit_process(const ProcessContext& parent, ProcessContext& child);

/// Runs the program that the first word names, as execvp does. What is not there is told as `name:
/// can't execute 'word': No such file or directory`, with the status 127.
sim::Task<std::int32_t> run_child(ProcessContext& parent, std::vector<std::string> words,
                                  Input* input);

}  // namespace rockpool::node
