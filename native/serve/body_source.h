// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/apiserver/http.h"

namespace rockpool::native {

/// A response's body that comes bit by bit.
class BodySource {
 public:
  virtual ~BodySource() = default;

  /// Begins; `on_news` is called when there is something to take, or the end.
  virtual void start(std::function<void()> on_news) = 0;
  /// What has come since the last call; empty if nothing has.
  virtual std::string take() = 0;
  /// True once nothing more will come than can be taken now.
  virtual bool has_ended() const = 0;
  /// The reader has gone: `on_news` is not called any more.
  virtual void stop() = 0;
};

/// The source of a response's body, or null if it is all there.
std::unique_ptr<BodySource> body_source(const apiserver::Response& response);

}  // namespace rockpool::native
