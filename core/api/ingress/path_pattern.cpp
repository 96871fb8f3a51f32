// SPDX-License-Identifier: Apache-2.0
#include "core/api/ingress/path_pattern.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <functional>
#include <utility>

#include "core/doc/ascii.h"

namespace rockpool::api::ingress {
namespace {

constexpr std::size_t kMaxLength = 1024;
constexpr std::size_t kMaxDepth = 64;
// Backtracking may take exponentially long.
constexpr int kMaxSteps = 100'000;

using Characters = std::bitset<256>;

unsigned char lower(char c) {
  return static_cast<unsigned char>(doc::to_lower(c));
}

void add_range(Characters& set, unsigned char first, unsigned char last) {
  for (int c = first; c <= last; ++c) set.set(lower(static_cast<char>(c)));
}

// What `\d` and its like stand for; any other escaped character stands for itself.
Characters escaped(char c) {
  Characters set;
  switch (lower(c)) {
    case 'd':
      add_range(set, '0', '9');
      break;
    case 'w':
      add_range(set, '0', '9');
      add_range(set, 'a', 'z');
      set.set('_');
      break;
    case 's':
      for (const char space : std::string_view{" \t\r\n\f\v"}) set.set(lower(space));
      break;
    default:
      set.set(lower(c));
      return set;
  }
  // `\D` is everything else.
  return c >= 'A' && c <= 'Z' ? ~set : set;
}

}  // namespace

struct PathPattern::Node {
  enum class Kind { characters, begin, end, sequence, alternatives, repeat, group };
  Kind kind = Kind::sequence;
  Characters characters = {};
  std::vector<std::shared_ptr<const Node>> parts = {};
  // Of `repeat`: how often at least, and whether more than once is possible.
  bool may_be_absent = false;
  bool may_repeat = false;
  bool is_lazy = false;
  // Of `group`: its number from 1.
  std::size_t number = 0;
};

// Reads by recursive descent; null where the text is no such pattern.
struct PathPattern::Reader {
  using NodePtr = std::shared_ptr<const Node>;
  std::string_view text;
  std::size_t at = 0;
  std::size_t groups = 0;
  std::size_t depth = 0;

  bool has(char c) const { return at < text.size() && text[at] == c; }

  NodePtr alternatives() {
    if (++depth > kMaxDepth) return nullptr;
    Node node{.kind = Node::Kind::alternatives};
    do {
      NodePtr one = sequence();
      if (!one) return nullptr;
      node.parts.push_back(std::move(one));
    } while (has('|') && ++at != 0);
    --depth;
    return std::make_shared<const Node>(std::move(node));
  }

  NodePtr sequence() {
    Node node{.kind = Node::Kind::sequence};
    while (at < text.size() && text[at] != '|' && text[at] != ')') {
      NodePtr one = repeated();
      if (!one) return nullptr;
      node.parts.push_back(std::move(one));
    }
    return std::make_shared<const Node>(std::move(node));
  }

  NodePtr repeated() {
    NodePtr one = atom();
    if (!one || !(has('*') || has('+') || has('?'))) return one;
    const char sign = text[at++];
    Node node{.kind = Node::Kind::repeat, .parts = {std::move(one)}};
    node.may_be_absent = sign != '+';
    node.may_repeat = sign != '?';
    if (has('?')) {
      node.is_lazy = true;
      ++at;
    }
    // `a**` means nothing.
    if (has('*') || has('+') || has('?')) return nullptr;
    return std::make_shared<const Node>(std::move(node));
  }

  NodePtr atom() {
    const char c = text[at++];
    Node node{.kind = Node::Kind::characters};
    switch (c) {
      case '(':
        return group();
      case '[':
        return set();
      case '^':
        node.kind = Node::Kind::begin;
        break;
      case '$':
        node.kind = Node::Kind::end;
        break;
      case '.':
        node.characters.set();
        break;
      case '\\':
        if (at == text.size()) return nullptr;
        node.characters = escaped(text[at++]);
        break;
      case '*':
      case '+':
      case '?':
      case '{':
        return nullptr;
      default:
        node.characters.set(lower(c));
    }
    return std::make_shared<const Node>(std::move(node));
  }

  NodePtr group() {
    Node node{.kind = Node::Kind::group};
    if (has('?')) {
      if (text.substr(at, 2) != "?:") return nullptr;
      at += 2;
      node.kind = Node::Kind::sequence;
    } else {
      node.number = ++groups;
    }
    NodePtr inner = alternatives();
    if (!inner || !has(')')) return nullptr;
    ++at;
    node.parts.push_back(std::move(inner));
    return std::make_shared<const Node>(std::move(node));
  }

  NodePtr set() {
    Node node{.kind = Node::Kind::characters};
    const bool is_negated = has('^');
    if (is_negated) ++at;
    for (bool is_first = true; at < text.size() && (is_first || !has(']')); is_first = false) {
      const char c = text[at++];
      if (c == '\\') {
        if (at == text.size()) return nullptr;
        node.characters |= escaped(text[at++]);
      } else if (at + 1 < text.size() && text[at] == '-' && text[at + 1] != ']') {
        add_range(node.characters, static_cast<unsigned char>(c),
                  static_cast<unsigned char>(text[at + 1]));
        at += 2;
      } else {
        node.characters.set(lower(c));
      }
    }
    if (!has(']')) return nullptr;
    ++at;
    if (is_negated) node.characters = ~node.characters;
    return std::make_shared<const Node>(std::move(node));
  }
};

// Matches with backtracking: each part is told what must match after it.
struct PathPattern::Run {
  using Then = std::function<bool(std::size_t)>;
  std::string_view path;
  std::vector<std::pair<std::size_t, std::size_t>> groups;
  int steps = 0;

  bool match(const Node& node, std::size_t at, const Then& then) {
    if (++steps > kMaxSteps) return false;
    switch (node.kind) {
      case Node::Kind::characters:
        return at < path.size() && node.characters.test(lower(path[at])) && then(at + 1);
      case Node::Kind::begin:
        return at == 0 && then(at);
      case Node::Kind::end:
        return at == path.size() && then(at);
      case Node::Kind::sequence:
        return match_sequence(node, 0, at, then);
      case Node::Kind::alternatives:
        return std::ranges::any_of(node.parts,
                                   [&](const auto& part) { return match(*part, at, then); });
      case Node::Kind::group: {
        const auto before = groups[node.number];
        return match(*node.parts[0], at,
                     [&](std::size_t end) {
                       const auto inner = std::exchange(groups[node.number], {at, end});
                       if (then(end)) return true;
                       groups[node.number] = inner;
                       return false;
                     }) ||
               (groups[node.number] = before, false);
      }
      case Node::Kind::repeat:
        return match_repeat(node, at, then, node.may_be_absent);
    }
    return false;
  }

  bool match_sequence(const Node& node, std::size_t part, std::size_t at, const Then& then) {
    if (part == node.parts.size()) return then(at);
    return match(*node.parts[part], at,
                 [&, part](std::size_t end) { return match_sequence(node, part + 1, end, then); });
  }

  bool match_repeat(const Node& node, std::size_t at, const Then& then, bool may_stop) {
    const auto once_more = [&] {
      return match(*node.parts[0], at, [&](std::size_t end) {
        // What matches nothing is not repeated for ever.
        if (end == at || !node.may_repeat) return then(end);
        return match_repeat(node, end, then, true);
      });
    };
    if (node.is_lazy) return (may_stop && then(at)) || once_more();
    return once_more() || (may_stop && then(at));
  }
};

std::optional<PathPattern> PathPattern::parse(std::string_view text) {
  if (text.size() > kMaxLength) return {};
  Reader reader{.text = text};
  auto root = reader.alternatives();
  if (!root || reader.at != text.size()) return {};
  PathPattern pattern;
  pattern.root_ = std::move(root);
  pattern.groups_ = reader.groups;
  return pattern;
}

std::optional<std::vector<std::string>> PathPattern::match(std::string_view path) const {
  // Each character may cost a call.
  if (path.size() > kMaxLength) return {};
  Run run{.path = path, .groups = {}};
  run.groups.resize(groups_ + 1);
  const bool has_matched = run.match(*root_, 0, [&](std::size_t end) {
    run.groups[0] = {0, end};
    return true;
  });
  if (!has_matched) return {};
  std::vector<std::string> texts;
  for (const auto& [begin, end] : run.groups) texts.emplace_back(path.substr(begin, end - begin));
  return texts;
}

std::string fill_in(std::string_view text, const std::vector<std::string>& groups) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_reference =
        text[i] == '$' && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!is_reference) {
      result += text[i];
      continue;
    }
    const auto number = static_cast<std::size_t>(text[++i] - '0');
    if (number < groups.size()) result += groups[number];
  }
  return result;
}

}  // namespace rockpool::api::ingress
