// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/session.h"

#include <utility>

namespace rockpool::apiserver {

void Session::on_output(OutputHandler handler) {
  handler_ = std::move(handler);
  flush();
}

void Session::on_close(CloseHandler handler) {
  close_handler_ = std::move(handler);
  if (!finishing_) return;
  if (!closed_) return flush();
  // The end came before anybody wanted to be told of it.
  finishing_ = false;
  if (const CloseHandler told = std::exchange(close_handler_, nullptr)) told();
}

void Session::put(const SessionInput& input) {
  if (closed_) return;
  const std::shared_ptr<Session> self = shared_from_this();
  if (gate_ && !gate_(input)) return finish();
  const InputHandler handler = input_handler_;
  if (input.kind == SessionInput::Kind::close) {
    closed_ = true;
    finishing_ = false;
    backlog_.clear();
    input_handler_ = nullptr;
    close_handler_ = nullptr;
  }
  if (handler) handler(input);
}

void Session::close() {
  put({.kind = SessionInput::Kind::close});
}

void Session::push(std::uint32_t channel, std::string_view data) {
  if (!data.empty()) push({channel, std::string{data}, false});
}

void Session::push_end(std::uint32_t channel) {
  push({channel, {}, true});
}

void Session::push(SessionOutput output) {
  if (closed_ || finishing_) return;
  backlog_bytes_ += output.data.size();
  if (backlog_bytes_ > kMaxSessionBacklog) return finish();
  backlog_.push_back(std::move(output));
  flush();
}

void Session::finish() {
  if (closed_ || finishing_) return;
  finishing_ = true;
  flush();
}

// Handlers may do anything meanwhile, so this holds on to the session and the handler.
void Session::flush() {
  if (flushing_ || closed_ || !handler_) return;
  const std::shared_ptr<Session> self = shared_from_this();
  flushing_ = true;
  while (!backlog_.empty() && !closed_ && handler_) {
    const OutputHandler handler = handler_;
    const SessionOutput output = std::move(backlog_.front());
    backlog_.pop_front();
    backlog_bytes_ -= output.data.size();
    handler(output);
  }
  flushing_ = false;
  if (!finishing_ || closed_ || !backlog_.empty()) return;
  closed_ = true;
  input_handler_ = nullptr;
  if (!close_handler_) return;
  finishing_ = false;
  const CloseHandler told = std::exchange(close_handler_, nullptr);
  told();
}

}  // namespace rockpool::apiserver
