// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/apiserver/pod_log_source.h"
#include "core/net/address.h"
#include "core/sim/time.h"

namespace rockpool::node {

/// One request as an access log tells of it, put into words only when somebody reads.
struct AccessRecord {
  net::SocketAddress peer;
  std::string method;
  std::string target;
  std::string host;
  std::string user_agent;
  int status = 0;
  std::int64_t bytes = 0;
  /// The request's number, for servers that count.
  std::int64_t number = 0;
};

/// Puts a record into words, which may be several lines, without the final newline.
using AccessFormat = std::string (*)(const AccessRecord& record, sim::Time time,
                                     sim::Time process_start);

/// What a container's processes have printed: the last lines, within fixed bounds, as the kubelet
/// keeps them by rotating files.
class ContainerLog {
 public:
  ContainerLog() = default;
  ContainerLog(const ContainerLog&) = delete;
  ContainerLog& operator=(const ContainerLog&) = delete;
  ~ContainerLog() { end(); }

  static constexpr std::size_t kMaxLines = 2000;
  static constexpr std::size_t kMaxLineBytes = 16 << 10;

  /// Adds text, which is cut into lines; a last line without newline counts as one.
  void print(sim::Time time, std::string_view text);
  /// Adds what `format` will write if it is ever read.
  void print(sim::Time time, AccessRecord record, AccessFormat format, sim::Time process_start);
  /// What the lines that are kept take on disk: each has its time and stream before it.
  std::int64_t bytes() const;
  /// The number of lines ever added.
  std::int64_t lines_added() const { return lines_added_; }

  /// The text as `kubectl logs` asks for it.
  std::string read(const apiserver::PodLogOptions& options) const;
  /// Hands what `read` returns to `stream`, then every line as it is added, in the same form and
  /// within the same limit of bytes; the stream finishes when the log ends.
  void follow(const apiserver::PodLogOptions& options,
              std::shared_ptr<apiserver::ByteStream> stream);
  /// Nothing more will be printed: whoever follows has reached the end.
  void end();
  /// The last lines, no more than given of lines and bytes: what a failed container's
  /// termination message falls back to.
  std::string tail(std::size_t lines, std::size_t bytes) const;

 private:
  struct Deferred {
    AccessRecord record;
    AccessFormat format;
    sim::Time process_start;
  };
  struct Line {
    sim::Time time;
    std::string text;
    std::unique_ptr<Deferred> deferred;

    std::string to_string() const;
  };
  struct Follower {
    std::shared_ptr<apiserver::ByteStream> stream;
    bool timestamps = false;
    // How many bytes it may still get.
    std::optional<std::int64_t> rest;

    void tell(const Line& line);
    void push(std::string_view text);
  };

  void add(Line line);
  void tell_followers(const Line& line);
  // The lines that are kept, as (time, text) in order.
  std::vector<std::pair<sim::Time, std::string>> texts() const;

  // A ring once it is full; `first_` is then the oldest. Most containers print little: it grows
  // with need.
  std::vector<Line> lines_;
  std::size_t first_ = 0;
  std::int64_t lines_added_ = 0;
  std::vector<Follower> followers_;
  bool ended_ = false;
};

}  // namespace rockpool::node
