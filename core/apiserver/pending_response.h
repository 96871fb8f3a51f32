// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/apiserver/http.h"

namespace rockpool::apiserver {

/// A response that takes virtual time: it comes through a handler as the loop runs.
class PendingResponse : public std::enable_shared_from_this<PendingResponse> {
 public:
  using Handler = std::function<void(Response response)>;

  /// Sets who receives the response; called at once if it is there already.
  void on_ready(Handler handler) {
    handler_ = std::move(handler);
    hand_over();
  }
  /// True once it has come.
  bool is_ready() const { return ready_; }
  /// The client has gone: no handler is called any more.
  void abandon() {
    abandoned_ = true;
    handler_ = nullptr;
  }

  /// The server's side: delivers the response, once.
  void set(Response response) {
    if (ready_ || abandoned_) return;
    ready_ = true;
    response_ = std::move(response);
    hand_over();
  }

 private:
  void hand_over() {
    if (!handler_ || !response_) return;
    const std::shared_ptr<PendingResponse> self = shared_from_this();
    const Handler handler = std::exchange(handler_, nullptr);
    Response response = std::move(*response_);
    response_.reset();
    handler(std::move(response));
  }

  Handler handler_;
  std::optional<Response> response_;
  bool ready_ = false;
  bool abandoned_ = false;
};

}  // namespace rockpool::apiserver
