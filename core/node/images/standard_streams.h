// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/sim/channel.h"
#include "core/sim/task.h"

namespace rockpool::node {

/// Where a process's output goes, if not to the container's log.
class Output {
 public:
  virtual ~Output() = default;
  /// Takes what the process prints, as it prints it.
  virtual void write(std::string_view text) = 0;
};

/// Output that is kept as text.
class TextOutput final : public Output {
 public:
  void write(std::string_view written) override { text.append(written); }

  std::string text;
};

/// A process's standard input. Must outlive a process that waits for it.
class Input {
 public:
  /// How many bytes wait for a process that does not read; what comes beyond them is lost, and the
  /// input ends.
  static constexpr std::size_t kMaxWaiting = 16u << 20;

  /// Input that nothing has come on yet.
  Input() = default;
  /// Input that is all there.
  explicit Input(std::string text);

  /// More has come.
  void put(std::string_view text);
  /// A terminal's ^D: one reader finds the end, the next ones go on.
  void put_end_mark();
  /// No more will come.
  void end() { arrived_.close(); }

  /// What has come, waiting for something if need be; "" at the end.
  sim::Task<std::string> read_some();
  /// A line with its newline, or what is left at the end without one; "" at the end.
  sim::Task<std::string> read_line();
  /// Everything up to the end.
  sim::Task<std::string> read_all();

 private:
  std::string rest_;
  // An empty piece is a mark of the end.
  sim::Channel<std::string> arrived_;
  std::size_t waiting_ = 0;
};

}  // namespace rockpool::node
