// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rockpool::apiserver {

/// The channels of a remote command (k8s.io/apimachinery/pkg/util/remotecommand).
namespace channel {
inline constexpr std::uint32_t kInput = 0;
inline constexpr std::uint32_t kOutput = 1;
inline constexpr std::uint32_t kErrorOutput = 2;
/// Carries one Status at the end: how it went.
inline constexpr std::uint32_t kStatus = 3;
/// `{"Width":80,"Height":24}`
inline constexpr std::uint32_t kResize = 4;
}  // namespace channel

/// What the client of a session does.
struct SessionInput {
  /// What it is.
  enum class Kind : std::uint8_t {
    /// Bytes on a channel.
    data,
    /// No more will come on that channel.
    end,
    /// Of port forwarding: a connection to `port`, whose bytes go on `channel` and whose error, if
    /// it has one, on the channel after it.
    open,
    /// The client has gone.
    close,
  };
  Kind kind = Kind::data;
  std::uint32_t channel = 0;
  std::string data = {};
  std::int32_t port = 0;
};

/// What a session sends to its client.
struct SessionOutput {
  std::uint32_t channel = 0;
  std::string data;
  /// Nothing more comes on that channel; `data` is then empty.
  bool ends = false;
};

/// How many bytes wait for a client that does not take them, before the session is ended.
inline constexpr std::size_t kMaxSessionBacklog = 16u << 20;

/// A conversation in both directions over numbered channels, as exec, attach and portforward begin
/// one: the transport (WebSocket, JavaScript, an in-process kubectl) stands on this. It ends when
/// either side closes it. Output comes through a handler; what comes before there is one waits.
///
/// Handlers may put input, close the session and let it go.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// What kind of conversation it is.
  enum class Kind : std::uint8_t { remote_command, port_forward };
  using OutputHandler = std::function<void(const SessionOutput& output)>;
  using CloseHandler = std::function<void()>;
  using InputHandler = std::function<void(const SessionInput& input)>;
  /// Says whether the input may happen.
  using InputGate = std::function<bool(const SessionInput& input)>;

  explicit Session(Kind kind) : kind_{kind} {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() = default;

  Kind kind() const { return kind_; }

  // The client's side.

  /// Sets who receives the output; null lets it wait again.
  void on_output(OutputHandler handler);
  /// Sets who is told when the server has ended the session.
  void on_close(CloseHandler handler);
  /// Does something. Nothing happens once the session is closed.
  void put(const SessionInput& input);
  /// The client goes: no handler is called any more. What was begun may run on.
  void close();
  bool is_closed() const { return closed_; }

  // The server's side.

  /// Sets who takes the input.
  void on_input(InputHandler handler) { input_handler_ = std::move(handler); }
  /// Sets who is asked before each input; the cluster keeps its history so.
  void set_gate(InputGate gate) { gate_ = std::move(gate); }
  void push(std::uint32_t channel, std::string_view data);
  /// Ends one channel.
  void push_end(std::uint32_t channel);
  /// Ends the session after what was pushed.
  void finish();

 private:
  void push(SessionOutput output);
  void flush();

  Kind kind_;
  OutputHandler handler_;
  CloseHandler close_handler_;
  InputHandler input_handler_;
  InputGate gate_;
  std::deque<SessionOutput> backlog_;
  std::size_t backlog_bytes_ = 0;
  bool flushing_ = false;
  bool finishing_ = false;
  bool closed_ = false;
};

}  // namespace rockpool::apiserver
