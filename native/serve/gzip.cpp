// SPDX-License-Identifier: Apache-2.0
#include "native/serve/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <new>

namespace rockpool::native {
namespace {

std::string trimmed_lower(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c != ' ' && c != '\t')
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

// The weight that `;q=` gives, 1 if it is not there.
double quality(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1;
  return std::strtod(std::string{parameters.substr(at + 2)}.c_str(), nullptr);
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  double best = 0;
  bool named = false;
  const std::string text = trimmed_lower(accept_encoding);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view coding = item.substr(0, semicolon);
    if (coding == "gzip") {
      named = true;
      best = quality(item.substr(semicolon));
    } else if (coding == "*" && !named) {
      best = quality(item.substr(semicolon));
    }
  }
  return best > 0;
}

std::string gzip(std::string_view text) {
  constexpr int kGzipFormat = 16;
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzipFormat, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc{};
  }
  std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  // The bound is enough for all of it in one go.
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace rockpool::native
