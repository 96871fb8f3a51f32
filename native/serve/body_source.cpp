// SPDX-License-Identifier: Apache-2.0
#include "native/serve/body_source.h"

#include <utility>

#include "core/apiserver/byte_stream.h"
#include "core/apiserver/watch.h"
#include "native/serve/limits.h"

namespace rockpool::native {
namespace {

// The events of a watch as lines of JSON. Of a slow client only so much is written out ahead; the
// rest waits in the stream, as documents that are shared with everybody else, and past the stream's
// own limit the watch ends.
class WatchBody : public BodySource {
 public:
  explicit WatchBody(std::shared_ptr<apiserver::WatchStream> stream) : stream_{std::move(stream)} {}
  ~WatchBody() override { stream_->close(); }

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
    stream_->on_event([this](const apiserver::WatchEvent& event) {
      const bool was_empty = text_.empty();
      text_ += apiserver::to_json_line(event);
      if (text_.size() >= kMaxStreamAhead) {
        paused_ = true;
        stream_->on_event(nullptr);
      }
      if (was_empty) on_news_();
    });
  }

  std::shared_ptr<apiserver::WatchStream> stream_;
  std::function<void()> on_news_;
  std::string text_;
  bool paused_ = false;
  bool ended_ = false;
};

// Bytes as they come. Past so much written out ahead the rest waits in the stream, and past the
// stream's own limit it ends.
class BytesBody : public BodySource {
 public:
  explicit BytesBody(std::shared_ptr<apiserver::ByteStream> stream) : stream_{std::move(stream)} {}
  ~BytesBody() override { stream_->close(); }

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
    stream_->on_data([this](std::string_view data) {
      const bool was_empty = text_.empty();
      text_ += data;
      if (text_.size() >= kMaxStreamAhead) {
        paused_ = true;
        stream_->on_data(nullptr);
      }
      if (was_empty) on_news_();
    });
  }

  std::shared_ptr<apiserver::ByteStream> stream_;
  std::function<void()> on_news_;
  std::string text_;
  bool paused_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<BodySource> body_source(const apiserver::Response& response) {
  if (response.watch) return std::make_unique<WatchBody>(response.watch);
  if (response.stream) return std::make_unique<BytesBody>(response.stream);
  return nullptr;
}

}  // namespace rockpool::native
