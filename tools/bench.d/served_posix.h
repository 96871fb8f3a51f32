// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::bench {

/// The program beside this one, as `rockpool serve` with these arguments on a free port of
/// loopback. Killed when this goes.
class Served {
 public:
  explicit Served(std::vector<std::string> arguments = {});
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  ~Served();

  std::uint16_t port() const { return port_; }
  /// How much of its memory is resident, in MB.
  double resident_megabytes() const;

 private:
  pid_t process_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
};

/// A connection to it. Everything waits; a failure ends the program.
class Client {
 public:
  explicit Client(const Served& server);
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;
  ~Client();

  /// Sends a request, and does not wait.
  void send(std::string_view method, std::string_view target, std::string_view body = {});
  /// Reads one whole answer that has a Content-Length; returns its status. Its body is dropped.
  int receive();
  /// The bytes of the last answer's body.
  std::size_t body_bytes() const { return body_bytes_; }
  /// Reads what is there, at most so long; returns how many lines have ended in it.
  std::size_t receive_lines(int milliseconds);

 private:
  void fill();

  int socket_ = -1;
  std::string buffer_;
  std::size_t body_bytes_ = 0;
};

/// Runs a command with its output dropped; returns how it ended, 0 for well.
int run_command(const std::vector<std::string>& words);

}  // namespace rockpool::bench
