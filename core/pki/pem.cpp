// SPDX-License-Identifier: Apache-2.0
#include "core/pki/pem.h"

#include "core/doc/base64.h"

namespace rockpool::pki {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

// Headers as old encrypted keys have them end with an empty line; such keys cannot be read anyway.
std::string without_spaces(std::string_view body) {
  std::string text;
  for (const char c : body) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') text += c;
  }
  return text;
}

}  // namespace

std::vector<PemBlock> read_pem(std::string_view text) {
  std::vector<PemBlock> blocks;
  if (text.size() > kMaxPemText) return blocks;
  std::size_t at = text.find(kBegin);
  while (at != std::string_view::npos && blocks.size() < kMaxPemBlocks) {
    const std::size_t label_start = at + kBegin.size();
    const std::size_t label_end = text.find(kDashes, label_start);
    if (label_end == std::string_view::npos) break;
    const std::string_view label = text.substr(label_start, label_end - label_start);
    const std::size_t body_start = label_end + kDashes.size();
    const std::size_t end = text.find(kEnd, body_start);
    if (end == std::string_view::npos) break;
    at = text.find(kBegin, end);
    const std::string_view body = text.substr(body_start, end - body_start);
    // A block within another one begins anew there.
    if (const std::size_t inner = body.find(kBegin); inner != std::string_view::npos) {
      at = body_start + inner;
      continue;
    }
    if (!text.substr(end + kEnd.size()).starts_with(label)) continue;
    if (label.find('\n') != std::string_view::npos) continue;
    auto bytes = doc::decode_base64(without_spaces(body));
    if (bytes && !bytes->empty()) blocks.push_back({std::string{label}, std::move(*bytes)});
  }
  return blocks;
}

}  // namespace rockpool::pki
