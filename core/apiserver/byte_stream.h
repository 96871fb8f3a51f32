// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rockpool::apiserver {

/// How many bytes wait for a reader that does not take them, before the stream is ended.
inline constexpr std::size_t kMaxStreamBacklog = 4u << 20;

/// A response's body that comes bit by bit: a log that is followed, what a process prints. The
/// reader gets it through a handler; what comes before there is one waits. The stream ends when
/// either side closes it.
///
/// Handlers may close the stream and let it go.
class ByteStream : public std::enable_shared_from_this<ByteStream> {
 public:
  using DataHandler = std::function<void(std::string_view data)>;
  using CloseHandler = std::function<void()>;

  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  ~ByteStream() = default;

  /// Sets who receives the bytes; null lets them wait again.
  void on_data(DataHandler handler);
  /// Sets who is told when the writer has ended the stream, or it was ended as its reader is too
  /// slow.
  void on_close(CloseHandler handler);
  /// Ends the stream from the reader's side; no handler is called any more.
  void close();
  /// True once nothing more will be handed over.
  bool is_closed() const { return closed_; }

  // The rest is for the writer's side.

  /// Hands bytes over: to the handler at once if there is one, and nothing waits before them.
  void push(std::string_view data);
  /// Ends the stream after what was pushed.
  void finish();

 private:
  void flush();

  DataHandler handler_;
  CloseHandler close_handler_;
  std::string backlog_;
  bool flushing_ = false;
  bool finishing_ = false;
  bool closed_ = false;
};

}  // namespace rockpool::apiserver
