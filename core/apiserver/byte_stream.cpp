// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/byte_stream.h"

#include <utility>

namespace rockpool::apiserver {

void ByteStream::on_data(DataHandler handler) {
  handler_ = std::move(handler);
  flush();
}

void ByteStream::on_close(CloseHandler handler) {
  close_handler_ = std::move(handler);
  if (!finishing_) return;
  if (!closed_) return flush();
  // The end came before anybody wanted to be told of it.
  finishing_ = false;
  if (const CloseHandler told = std::exchange(close_handler_, nullptr)) told();
}

void ByteStream::close() {
  closed_ = true;
  finishing_ = false;
  backlog_.clear();
  close_handler_ = nullptr;
}

void ByteStream::push(std::string_view data) {
  if (closed_ || finishing_ || data.empty()) return;
  if (backlog_.size() + data.size() > kMaxStreamBacklog) return finish();
  backlog_ += data;
  flush();
}

void ByteStream::finish() {
  if (closed_ || finishing_) return;
  finishing_ = true;
  flush();
}

// Handlers may push, close and let go meanwhile, so this holds on to the stream and the handler.
void ByteStream::flush() {
  if (flushing_ || closed_ || !handler_) return;
  const std::shared_ptr<ByteStream> self = shared_from_this();
  flushing_ = true;
  while (!backlog_.empty() && !closed_ && handler_) {
    const DataHandler handler = handler_;
    handler(std::exchange(backlog_, {}));
  }
  flushing_ = false;
  if (!finishing_ || closed_ || !backlog_.empty()) return;
  closed_ = true;
  if (!close_handler_) return;
  finishing_ = false;
  const CloseHandler told = std::exchange(close_handler_, nullptr);
  told();
}

}  // namespace rockpool::apiserver
