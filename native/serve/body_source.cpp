// SPDX-License-Identifier: Apache-2.0
#include "native/serve/body_source.h"

#include <utility>

#include "core/apiserver/byte_stream.h"
#include "core/apiserver/watch.h"
#include "native/serve/limits.h"

namespace rockpool::native {
namespace {

// `take` is small, so that a handler needs no memory of its own.
template <typename Take>
void hear(apiserver::WatchStream& stream, Take take) {
  stream.on_event(
      [take](const apiserver::WatchEvent& event) { take(apiserver::to_json_line(event)); });
}
template <typename Take>
void hear(apiserver::ByteStream& stream, Take take) {
  stream.on_data(take);
}
void pause(apiserver::WatchStream& stream) {
  stream.on_event(nullptr);
}
void pause(apiserver::ByteStream& stream) {
  stream.on_data(nullptr);
}

// The events of a watch as lines of JSON, or bytes as they come. Of a slow client only so much is
// written out ahead; the rest waits in the stream (events as documents that are shared with
// everybody else), and past the stream's own limit it ends.
template <typename Stream>
class StreamBody : public BodySource {
 public:
  explicit StreamBody(std::shared_ptr<Stream> stream) : stream_{std::move(stream)} {}
  ~StreamBody() override { stream_->close(); }

  void start(std::function<void()> on_news) override {
    on_news_ = std::move(on_news);
    stream_->on_close([this] {
      ended_ = true;
      on_news_();
    });
    listen();
  }

  std::string take() override {
    std::string text = std::exchange(text_, {});
    if (paused_ && !ended_) listen();
    return text;
  }

  bool has_ended() const override { return ended_ && text_.empty(); }

  void stop() override {
    stream_->close();
    ended_ = true;
  }

 private:
  void listen() {
    paused_ = false;
    hear(*stream_, [this](std::string_view text) {
      const bool was_empty = text_.empty();
      text_ += text;
      if (text_.size() >= kMaxStreamAhead) {
        paused_ = true;
        pause(*stream_);
      }
      if (was_empty) on_news_();
    });
  }

  std::shared_ptr<Stream> stream_;
  std::function<void()> on_news_;
  std::string text_;
  bool paused_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<BodySource> body_source(const apiserver::Response& response) {
  if (response.watch) return std::make_unique<StreamBody<apiserver::WatchStream>>(response.watch);
  if (response.stream) return std::make_unique<StreamBody<apiserver::ByteStream>>(response.stream);
  return nullptr;
}

}  // namespace rockpool::native
