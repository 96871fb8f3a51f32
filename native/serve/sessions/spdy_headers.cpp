// SPDX-License-Identifier: Apache-2.0
#include "native/serve/sessions/spdy_headers.h"

#include <cctype>
#include <cstdint>
#include <new>

namespace rockpool::native::spdy {
namespace {

// No client of Kubernetes sends more.
constexpr std::size_t kMaxUnpacked = 64u << 10;

// What the dictionary begins with, each word after its length (SPDY/3, 2.6.10.1).
constexpr std::string_view kWords[] = {"options",
                                       "head",
                                       "post",
                                       "put",
                                       "delete",
                                       "trace",
                                       "accept",
                                       "accept-charset",
                                       "accept-encoding",
                                       "accept-language",
                                       "accept-ranges",
                                       "age",
                                       "allow",
                                       "authorization",
                                       "cache-control",
                                       "connection",
                                       "content-base",
                                       "content-encoding",
                                       "content-language",
                                       "content-length",
                                       "content-location",
                                       "content-md5",
                                       "content-range",
                                       "content-type",
                                       "date",
                                       "etag",
                                       "expect",
                                       "expires",
                                       "from",
                                       "host",
                                       "if-match",
                                       "if-modified-since",
                                       "if-none-match",
                                       "if-range",
                                       "if-unmodified-since",
                                       "last-modified",
                                       "location",
                                       "max-forwards",
                                       "pragma",
                                       "proxy-authenticate",
                                       "proxy-authorization",
                                       "range",
                                       "referer",
                                       "retry-after",
                                       "server",
                                       "te",
                                       "trailer",
                                       "transfer-encoding",
                                       "upgrade",
                                       "user-agent",
                                       "vary",
                                       "via",
                                       "warning",
                                       "www-authenticate",
                                       "method",
                                       "get",
                                       "status",
                                       "200 OK",
                                       "version",
                                       "HTTP/1.1",
                                       "url",
                                       "public",
                                       "set-cookie",
                                       "keep-alive",
                                       "origin"};
// What follows them.
constexpr std::string_view kRest =
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request"
    "401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented"
    "503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, "
    "Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,"
    "application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdch"
    "charset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

void append_number(std::string& out, std::size_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

std::string make_dictionary() {
  std::string dictionary;
  for (const std::string_view word : kWords) {
    append_number(dictionary, word.size());
    dictionary += word;
  }
  dictionary += kRest;
  return dictionary;
}

std::optional<std::uint32_t> take_number(std::string_view& text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t number = 0;
  for (int index = 0; index < 4; ++index) {
    number = number << 8 | static_cast<std::uint8_t>(text[static_cast<std::size_t>(index)]);
  }
  text.remove_prefix(4);
  return number;
}

std::optional<std::string> take_text(std::string_view& text) {
  const auto length = take_number(text);
  if (!length || *length > text.size()) return std::nullopt;
  std::string result{text.substr(0, *length)};
  text.remove_prefix(*length);
  return result;
}

Bytef* bytes_of(const std::string& text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

HeaderReader::HeaderReader() {
  if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc{};
}

HeaderReader::~HeaderReader() {
  inflateEnd(&stream_);
}

std::optional<std::string> HeaderReader::unpack(std::string_view block) {
  std::string text;
  char piece[4096];
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
  stream_.avail_in = static_cast<uInt>(block.size());
  for (;;) {
    stream_.next_out = reinterpret_cast<Bytef*>(piece);
    stream_.avail_out = sizeof piece;
    const int result = inflate(&stream_, Z_SYNC_FLUSH);
    text.append(piece, sizeof piece - stream_.avail_out);
    if (text.size() > kMaxUnpacked) return std::nullopt;
    if (result == Z_NEED_DICT) {
      const std::string dictionary = make_dictionary();
      const auto size = static_cast<uInt>(dictionary.size());
      if (inflateSetDictionary(&stream_, bytes_of(dictionary), size) != Z_OK) return std::nullopt;
      continue;
    }
    if (result == Z_BUF_ERROR) return text;
    if (result != Z_OK) return std::nullopt;
    if (stream_.avail_in == 0 && stream_.avail_out > 0) return text;
  }
}

std::optional<Headers> HeaderReader::read(std::string_view block) {
  const auto unpacked = unpack(block);
  if (!unpacked) return std::nullopt;
  std::string_view rest = *unpacked;
  const auto count = take_number(rest);
  if (!count) return std::nullopt;
  Headers headers;
  for (std::uint32_t index = 0; index < *count; ++index) {
    auto name = take_text(rest);
    auto value = take_text(rest);
    if (!name || !value) return std::nullopt;
    for (char& c : *name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    headers.insert_or_assign(std::move(*name), std::move(*value));
  }
  return headers;
}

HeaderWriter::HeaderWriter() {
  if (deflateInit(&stream_, Z_BEST_COMPRESSION) != Z_OK) throw std::bad_alloc{};
  const std::string dictionary = make_dictionary();
  deflateSetDictionary(&stream_, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
}

HeaderWriter::~HeaderWriter() {
  deflateEnd(&stream_);
}

std::string HeaderWriter::write(const Headers& headers) {
  std::string text;
  append_number(text, headers.size());
  for (const auto& [name, value] : headers) {
    append_number(text, name.size());
    text += name;
    append_number(text, value.size());
    text += value;
  }
  std::string block;
  char piece[4096];
  stream_.next_in = bytes_of(text);
  stream_.avail_in = static_cast<uInt>(text.size());
  do {
    stream_.next_out = reinterpret_cast<Bytef*>(piece);
    stream_.avail_out = sizeof piece;
    deflate(&stream_, Z_SYNC_FLUSH);
    block.append(piece, sizeof piece - stream_.avail_out);
  } while (stream_.avail_out == 0);
  return block;
}

}  // namespace rockpool::native::spdy
