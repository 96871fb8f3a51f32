// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/byte_stream.h"

#include <doctest/doctest.h>

namespace rockpool::apiserver {
namespace {

TEST_CASE("bytes wait for their reader, and the end comes after them") {
  const auto stream = std::make_shared<ByteStream>();
  stream->push("a");
  stream->push("b");
  stream->finish();
  stream->push("too late");
  std::string text;
  bool ended = false;
  stream->on_close([&] { ended = true; });
  CHECK_FALSE(ended);
  CHECK_FALSE(stream->is_closed());
  stream->on_data([&](std::string_view data) { text += data; });
  CHECK(text == "ab");
  CHECK(ended);
  CHECK(stream->is_closed());
}

TEST_CASE("a reader that takes nothing for long loses the stream") {
  const auto stream = std::make_shared<ByteStream>();
  const std::string megabyte(1 << 20, 'x');
  for (std::size_t sent = 0; sent <= kMaxStreamBacklog; sent += megabyte.size()) {
    stream->push(megabyte);
  }
  std::size_t received = 0;
  bool ended = false;
  stream->on_close([&] { ended = true; });
  stream->on_data([&](std::string_view data) { received += data.size(); });
  CHECK(received == kMaxStreamBacklog);
  CHECK(ended);
}

TEST_CASE("a reader may leave, also while it is told") {
  auto stream = std::make_shared<ByteStream>();
  int calls = 0;
  stream->on_data([&](std::string_view) {
    ++calls;
    stream->close();
  });
  stream->push("a");
  stream->push("b");
  CHECK(calls == 1);
  CHECK(stream->is_closed());
}

TEST_CASE("a reader may let the stream go while it is told") {
  auto stream = std::make_shared<ByteStream>();
  const std::weak_ptr<ByteStream> gone = stream;
  ByteStream& writer = *stream;
  writer.on_data([&](std::string_view) { stream.reset(); });
  writer.push("a");
  CHECK(gone.expired());
}

}  // namespace
}  // namespace rockpool::apiserver
