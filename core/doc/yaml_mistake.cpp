// SPDX-License-Identifier: Apache-2.0
#include "core/doc/yaml_mistake.h"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <utility>

#include "core/doc/utf8.h"

namespace rockpool::doc {
namespace {

constexpr std::string_view kCannotStart = "found character that cannot start any token";

bool is_printable(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c <= 0x7e || c == 0x85 || (c >= 0xa0 && c <= 0xfffd) || c >= 0x10000;
}

std::size_t line_start(std::string_view text, std::size_t offset) {
  const std::size_t end = text.substr(0, offset).rfind('\n');
  return end == std::string_view::npos ? 0 : end + 1;
}

// yaml-cpp's messages and go-yaml's for the same mistake.
// Not constexpr: to the language, the messages are no constants.
const std::pair<std::string_view, std::string_view> kTranslations[] = {
    {YAML::ErrorMsg::UNKNOWN_TOKEN, kCannotStart},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "found a tab character that violates indentation"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "block sequence entries are not allowed in this context"},
    {YAML::ErrorMsg::MAP_KEY, "mapping keys are not allowed in this context"},
    {YAML::ErrorMsg::MAP_VALUE, "mapping values are not allowed in this context"},
    {YAML::ErrorMsg::END_OF_MAP, "did not find expected key"},
    {YAML::ErrorMsg::MULTIPLE_TAGS, "did not find expected key"},
    {YAML::ErrorMsg::MULTIPLE_ANCHORS, "did not find expected key"},
    {YAML::ErrorMsg::END_OF_SEQ, "did not find expected '-' indicator"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "did not find expected ',' or '}'"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "did not find expected ',' or ']'"},
    {YAML::ErrorMsg::FLOW_END, "did not find expected node content"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "found unexpected end of stream"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "found unexpected document indicator"},
    {YAML::ErrorMsg::INVALID_HEX, "did not find expected hexdecimal number"},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "did not find expected alphabetic or numeric character"},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "did not find expected alphabetic or numeric character"},
    {YAML::ErrorMsg::CHAR_IN_ALIAS, "did not find expected alphabetic or numeric character"},
    {YAML::ErrorMsg::CHAR_IN_ANCHOR, "did not find expected alphabetic or numeric character"},
    {YAML::ErrorMsg::ZERO_INDENT_IN_BLOCK, "found an indentation indicator equal to 0"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK, "did not find expected comment or line break"},
    {YAML::ErrorMsg::CHAR_IN_TAG_HANDLE, "did not find expected '!'"},
    {YAML::ErrorMsg::TAG_WITH_NO_SUFFIX, "did not find expected tag URI"},
    {YAML::ErrorMsg::END_OF_VERBATIM_TAG, "did not find the expected '>'"},
    {YAML::ErrorMsg::YAML_DIRECTIVE_ARGS, "did not find expected digit or '.' character"},
    {YAML::ErrorMsg::REPEATED_YAML_DIRECTIVE, "found duplicate %YAML directive"},
    {YAML::ErrorMsg::YAML_MAJOR_VERSION, "found incompatible YAML document"},
    {YAML::ErrorMsg::TAG_DIRECTIVE_ARGS, "did not find expected whitespace"},
    {YAML::ErrorMsg::REPEATED_TAG_DIRECTIVE, "found duplicate %TAG directive"},
};

// Messages that yaml-cpp completes with what it found.
const std::pair<std::string_view, std::string_view> kPrefixTranslations[] = {
    {YAML::ErrorMsg::INVALID_ESCAPE, "found unknown escape character"},
    {YAML::ErrorMsg::INVALID_UNICODE, "found invalid Unicode character escape code"},
    {YAML::ErrorMsg::YAML_VERSION, "did not find expected digit or '.' character"},
};

// Where the text's last line with something on it is: mistakes found at the very end are its.
std::size_t before_trailing_space(std::string_view text, std::size_t offset) {
  if (offset < text.size()) return offset;
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? 0 : last + 1;
}

}  // namespace

std::optional<YamlMistake> find_control_character(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const auto byte = static_cast<unsigned char>(text[offset]);
    if (byte >= 0x20 && byte < 0x7f) {
      ++offset;
      continue;
    }
    const CodePoint next = decode_utf8(text, offset);
    if (!is_printable(next.value)) {
      return YamlMistake{"control characters are not allowed", offset};
    }
    offset += next.size;
  }
  return std::nullopt;
}

std::optional<YamlMistake> find_indenting_tab(std::string_view text, std::size_t offset) {
  std::optional<std::size_t> tab;
  for (std::size_t at = line_start(text, offset); at < std::min(offset, text.size()); ++at) {
    const char c = text[at];
    if (c == '\t') {
      if (!tab) tab = at;
    } else if (c != ' ' && c != '-' && c != '?') {
      return std::nullopt;
    }
  }
  if (!tab) return std::nullopt;
  return YamlMistake{std::string{kCannotStart}, *tab};
}

bool is_anchor_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-';
  });
}

YamlMistake translate_mistake(std::string_view text, const std::string& message,
                              std::size_t offset) {
  if (message != YAML::ErrorMsg::TAB_IN_INDENTATION) {
    if (auto tab = find_indenting_tab(text, offset)) return *std::move(tab);
  }
  const std::size_t place = before_trailing_space(text, offset);
  for (const auto& [theirs, ours] : kTranslations) {
    if (message == theirs) return {std::string{ours}, place};
  }
  for (const auto& [theirs, ours] : kPrefixTranslations) {
    if (message.starts_with(theirs)) return {std::string{ours}, place};
  }
  if (message.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR)) {
    const std::string_view name =
        std::string_view{message}.substr(std::string_view{YAML::ErrorMsg::UNKNOWN_ANCHOR}.size());
    if (!is_anchor_name(name)) {
      return {"did not find expected alphabetic or numeric character", place};
    }
    return {fmt::format("unknown anchor '{}' referenced", name), place};
  }
  return {message, place};
}

}  // namespace rockpool::doc
