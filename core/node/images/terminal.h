// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/node/images/standard_streams.h"

namespace rockpool::node {

/// A pseudo terminal in front of a process: echoes what is typed, lets a line be edited before the
/// process reads it, and turns ^C into an interrupt. The arrow keys bring earlier lines back, as a
/// shell's line editor does.
class Terminal : public Output {
 public:
  /// How many typed lines it remembers.
  static constexpr std::size_t kMaxHistory = 500;

  /// `screen` gets what is to be seen; `interrupt` is called for ^C. `input` must outlive this.
  Terminal(Input& input, std::function<void(std::string_view)> screen,
           std::function<void()> interrupt)
      : input_{input}, screen_{std::move(screen)}, interrupt_{std::move(interrupt)} {}

  /// Somebody has typed.
  void type(std::string_view keys);
  /// The process prints: lines end with a carriage return too.
  void write(std::string_view text) override;

 private:
  void type_key(char key);
  // A key of an escape sequence; the last one of it says what it was.
  void type_escape(char key);
  void erase_last();
  void replace_line(std::string line);
  void enter();

  Input& input_;
  std::function<void(std::string_view)> screen_;
  std::function<void()> interrupt_;
  std::string line_;
  std::string escape_;
  std::vector<std::string> history_;
  std::size_t recalled_ = 0;
};

}  // namespace rockpool::node
