// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rockpool::app {

/// A manifest to start from. Its first comment line is its title; those that follow say what it
/// shows.
struct Example {
  std::string_view path;
  std::string_view title;
  std::string summary;
  std::string_view text;
};

/// All examples, in the order in which the menu shows them (that of their file names).
std::vector<Example> examples();
/// What a fresh page shows: a Deployment behind a Service, and a client that asks it.
std::string_view first_manifest();

}  // namespace rockpool::app
