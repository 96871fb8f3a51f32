// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/rewrite_links.h"

#include <algorithm>
#include <utility>

namespace rockpool::cluster {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f";

// The attributes that hold links (atomsToAttrs).
constexpr std::pair<std::string_view, std::string_view> kLinks[] = {
    {"a", "href"},          {"applet", "codebase"},   {"area", "href"},
    {"audio", "src"},       {"base", "href"},         {"blockquote", "cite"},
    {"body", "background"}, {"button", "formaction"}, {"command", "icon"},
    {"del", "cite"},        {"embed", "src"},         {"form", "action"},
    {"frame", "longdesc"},  {"frame", "src"},         {"head", "profile"},
    {"html", "manifest"},   {"iframe", "longdesc"},   {"iframe", "src"},
    {"img", "longdesc"},    {"img", "src"},           {"img", "usemap"},
    {"input", "src"},       {"input", "formaction"},  {"ins", "cite"},
    {"link", "href"},       {"object", "classid"},    {"object", "codebase"},
    {"object", "data"},     {"object", "usemap"},     {"q", "cite"},
    {"script", "src"},      {"source", "src"},        {"track", "src"},
    {"video", "poster"},    {"video", "src"}};

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_link(const std::string& element, const std::string& attribute) {
  return std::ranges::any_of(
      kLinks, [&](const auto& link) { return link.first == element && link.second == attribute; });
}

bool is_on_same_server(std::string_view link, std::string_view prefix) {
  return link.starts_with('/') && !link.starts_with("//") && !link.starts_with(prefix);
}

// Takes what comes up to one of `ends` off the front of `text`.
std::string_view take_until(std::string_view& text, std::string_view ends) {
  const std::size_t end = std::min(text.find_first_of(ends), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

void copy_space(std::string_view& text, std::string& result) {
  const std::size_t end = std::min(text.find_first_not_of(kSpace), text.size());
  result += text.substr(0, end);
  text.remove_prefix(end);
}

// The value of an attribute, with its quotes.
std::string_view take_value(std::string_view& text) {
  const char quote = text.empty() ? '\0' : text.front();
  if (quote != '"' && quote != '\'') return take_until(text, " \t\r\n\f>");
  const std::size_t end = text.find(quote, 1);
  const std::string_view value = text.substr(0, end == std::string_view::npos ? end : end + 1);
  text.remove_prefix(value.size());
  return value;
}

// Copies a start tag from its name on; `text` begins at the name.
void copy_tag(std::string_view& text, std::string_view prefix, std::string& result) {
  const std::string_view name = take_until(text, " \t\r\n\f/>");
  const std::string element = lower(name);
  result += name;
  while (!text.empty() && text.front() != '>') {
    copy_space(text, result);
    if (text.empty() || text.front() == '>') break;
    if (text.front() == '/' || text.front() == '=') {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::string_view attribute = take_until(text, " \t\r\n\f/>=");
    result += attribute;
    copy_space(text, result);
    if (!text.starts_with('=')) continue;
    result += '=';
    text.remove_prefix(1);
    copy_space(text, result);
    std::string_view value = take_value(text);
    const bool is_quoted = value.starts_with('"') || value.starts_with('\'');
    if (is_quoted) {
      result += value.front();
      value.remove_prefix(1);
    }
    if (is_link(element, lower(attribute)) && is_on_same_server(value, prefix)) result += prefix;
    result += value;
  }
}

}  // namespace

std::string rewrite_links(std::string_view html, std::string_view prefix) {
  constexpr std::string_view kCommentEnd = "-->";
  std::string result;
  while (!html.empty()) {
    result += take_until(html, "<");
    if (html.empty()) break;
    if (html.starts_with("<!--")) {
      const std::size_t end = html.find(kCommentEnd);
      const std::size_t size =
          end == std::string_view::npos ? html.size() : end + kCommentEnd.size();
      result += html.substr(0, size);
      html.remove_prefix(size);
      continue;
    }
    result += '<';
    html.remove_prefix(1);
    const char first = html.empty() ? '\0' : html.front();
    const bool is_tag = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    if (is_tag) copy_tag(html, prefix, result);
  }
  return result;
}

}  // namespace rockpool::cluster
