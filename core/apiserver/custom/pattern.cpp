// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/custom/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace rockpool::apiserver::custom {
namespace {

constexpr int kMaxRepeat = 1000;
constexpr int kMaxDepth = 200;

}  // namespace

// Parses by recursive descent into a tree, then lays the tree out as states from its end to its
// beginning, so that each part knows what follows it.
class PatternCompiler {
 public:
  explicit PatternCompiler(std::string_view text) : text_{text} {}

  std::expected<Pattern, std::string> compile() {
    if (text_.size() > Pattern::kMaxLength) {
      return std::unexpected{fmt::format("longer than {} characters", Pattern::kMaxLength)};
    }
    Node tree = parse_alternatives(0);
    if (!error_ && position_ != text_.size()) fail("unexpected )");
    if (error_) return std::unexpected{*error_};
    const std::uint32_t match = add({Pattern::Operation::match});
    pattern_.start_ = lay_out(tree, match);
    if (error_) return std::unexpected{*error_};
    return std::move(pattern_);
  }

 private:
  using ByteSet = Pattern::ByteSet;
  enum class Kind { empty, set, begin, end, group, sequence, alternatives, repeat };
  struct Node {
    Kind kind = Kind::empty;
    std::uint32_t set = 0;
    int least = 0;
    // -1: any number.
    int most = 0;
    // Of a repetition.
    bool is_lazy = false;
    std::vector<Node> parts = {};
  };

  void fail(std::string_view what) {
    if (!error_) error_ = fmt::format("{} at {}", what, position_);
    position_ = text_.size();
  }
  bool at_end() const { return position_ >= text_.size(); }
  bool take(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  Node parse_alternatives(int depth) {
    Node node{.kind = Kind::alternatives};
    if (depth > kMaxDepth) fail("nested too deeply");
    do {
      node.parts.push_back(parse_sequence(depth));
    } while (take('|'));
    return node;
  }

  Node parse_sequence(int depth) {
    Node node{.kind = Kind::sequence};
    while (!at_end() && text_[position_] != '|' && text_[position_] != ')') {
      node.parts.push_back(parse_repeated(depth));
    }
    return node;
  }

  Node parse_repeated(int depth) {
    Node node = parse_atom(depth);
    while (!at_end()) {
      int least = 0;
      int most = -1;
      if (take('*')) {
      } else if (take('+')) {
        least = 1;
      } else if (take('?')) {
        most = 1;
      } else if (!parse_counts(least, most)) {
        return node;
      }
      Node repeat{.kind = Kind::repeat, .least = least, .most = most, .is_lazy = take('?')};
      repeat.parts.push_back(std::move(node));
      node = std::move(repeat);
    }
    return node;
  }

  // `{2}`, `{2,}`, `{2,5}`; anything else that begins with a brace is text.
  bool parse_counts(int& least, int& most) {
    const std::size_t start = position_;
    if (!take('{')) return false;
    const auto first = parse_number();
    const bool open = first && take(',');
    const auto second = open ? parse_number() : first;
    if (!first || !take('}')) {
      position_ = start;
      return false;
    }
    least = *first;
    most = second ? *second : -1;
    if (least > kMaxRepeat || most > kMaxRepeat || (most >= 0 && most < least)) {
      fail("invalid repeat count");
    }
    return true;
  }

  std::optional<int> parse_number() {
    int number = -1;
    while (!at_end() && text_[position_] >= '0' && text_[position_] <= '9') {
      number = std::min(std::max(number, 0) * 10 + (text_[position_++] - '0'), kMaxRepeat + 1);
    }
    if (number < 0) return std::nullopt;
    return number;
  }

  Node parse_atom(int depth) {
    if (take('^')) return {.kind = Kind::begin};
    if (take('$')) return {.kind = Kind::end};
    if (take('(')) return parse_group(depth);
    if (take('[')) return set_node(parse_class());
    if (take('\\')) return parse_escape();
    if (take('.')) {
      ByteSet newline;
      newline.add('\n');
      return set_node(invert(newline));
    }
    const char c = text_[position_];
    if (c == '*' || c == '+' || c == '?') {
      fail("missing argument to repetition operator");
      return {};
    }
    ++position_;
    return set_node(single(c));
  }

  Node parse_group(int depth) {
    const bool is_plain = take('?');
    if (is_plain && !take(':')) {
      fail("unsupported kind of group");
      return {};
    }
    const int number = is_plain ? 0 : ++pattern_.groups_;
    Node node = parse_alternatives(depth + 1);
    if (!take(')')) fail("missing )");
    if (is_plain) return node;
    Node group{.kind = Kind::group, .set = static_cast<std::uint32_t>(number)};
    group.parts.push_back(std::move(node));
    return group;
  }

  Node parse_escape() {
    if (at_end()) {
      fail("trailing backslash");
      return {};
    }
    const char c = text_[position_++];
    if (c == 'A') return {.kind = Kind::begin};
    if (c == 'z') return {.kind = Kind::end};
    return set_node(escaped(c));
  }

  // What `\c` stands for, alone or in a class.
  ByteSet escaped(char c) {
    switch (c) {
      case 'd':
        return range('0', '9');
      case 'D':
        return invert(range('0', '9'));
      case 'w':
        return word();
      case 'W':
        return invert(word());
      case 's':
        return space();
      case 'S':
        return invert(space());
      case 'n':
        return single('\n');
      case 't':
        return single('\t');
      case 'r':
        return single('\r');
      case 'f':
        return single('\f');
      case 'v':
        return single('\v');
      default:
        break;
    }
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_digit = c >= '0' && c <= '9';
    if (is_letter || is_digit) fail("invalid escape sequence");
    return single(c);
  }

  ByteSet parse_class() {
    const bool inverted = take('^');
    ByteSet result;
    bool first = true;
    while (first || !take(']')) {
      if (at_end()) {
        fail("missing closing ]");
        return result;
      }
      first = false;
      parse_class_item(result);
    }
    return inverted ? invert(result) : result;
  }

  void parse_class_item(ByteSet& result) {
    const char low = text_[position_++];
    if (static_cast<unsigned char>(low) >= 0x80) return fail("character beyond ASCII in a class");
    if (low == '[' && !at_end() && text_[position_] == ':') return fail("unsupported class");
    if (low == '\\') {
      if (at_end()) return fail("trailing backslash");
      return unite(result, escaped(text_[position_++]));
    }
    const bool is_range =
        position_ + 1 < text_.size() && text_[position_] == '-' && text_[position_ + 1] != ']';
    if (!is_range) return unite(result, single(low));
    ++position_;
    char high = text_[position_++];
    if (high == '\\' && !at_end()) high = text_[position_++];
    if (static_cast<unsigned char>(high) < static_cast<unsigned char>(low)) {
      return fail("invalid character class range");
    }
    unite(result, range(low, high));
  }

  static ByteSet single(char c) {
    ByteSet set;
    set.add(static_cast<unsigned char>(c));
    return set;
  }
  static ByteSet range(char low, char high) {
    ByteSet set;
    for (int c = static_cast<unsigned char>(low); c <= static_cast<unsigned char>(high); ++c) {
      set.add(static_cast<unsigned char>(c));
    }
    return set;
  }
  static void unite(ByteSet& set, const ByteSet& other) {
    for (int index = 0; index < 4; ++index) set.bits[index] |= other.bits[index];
  }
  static ByteSet invert(ByteSet set) {
    for (std::uint64_t& bits : set.bits) bits = ~bits;
    return set;
  }
  static ByteSet word() {
    ByteSet set = range('0', '9');
    unite(set, range('a', 'z'));
    unite(set, range('A', 'Z'));
    set.add('_');
    return set;
  }
  static ByteSet space() {
    ByteSet set;
    for (const char c : {' ', '\t', '\n', '\f', '\r'}) set.add(static_cast<unsigned char>(c));
    return set;
  }

  Node set_node(const ByteSet& set) {
    pattern_.sets_.push_back(set);
    return {.kind = Kind::set, .set = static_cast<std::uint32_t>(pattern_.sets_.size() - 1)};
  }

  std::uint32_t add(Pattern::State state) {
    if (pattern_.states_.size() >= Pattern::kMaxStates) fail("too large");
    if (error_) return 0;
    pattern_.states_.push_back(state);
    return static_cast<std::uint32_t>(pattern_.states_.size() - 1);
  }

  std::uint32_t lay_out(const Node& node, std::uint32_t next) {
    if (error_) return 0;
    switch (node.kind) {
      case Kind::empty:
        return next;
      case Kind::set:
        return add({Pattern::Operation::set, node.set, next});
      case Kind::begin:
        return add({Pattern::Operation::begin, 0, next});
      case Kind::end:
        return add({Pattern::Operation::end, 0, next});
      case Kind::group:
        next = add({Pattern::Operation::save, 2 * node.set + 1, next});
        next = lay_out(node.parts.front(), next);
        return add({Pattern::Operation::save, 2 * node.set, next});
      case Kind::sequence:
        for (std::size_t left = node.parts.size(); left > 0; --left) {
          next = lay_out(node.parts[left - 1], next);
        }
        return next;
      case Kind::alternatives:
        return lay_out_alternatives(node, next);
      case Kind::repeat:
        return lay_out_repeat(node, next);
    }
    return next;
  }

  std::uint32_t lay_out_alternatives(const Node& node, std::uint32_t next) {
    std::uint32_t entry = lay_out(node.parts.back(), next);
    for (std::size_t left = node.parts.size() - 1; left > 0; --left) {
      const std::uint32_t other = lay_out(node.parts[left - 1], next);
      entry = add({Pattern::Operation::split, entry, other});
    }
    return entry;
  }

  std::uint32_t lay_out_repeat(const Node& node, std::uint32_t next) {
    const Node& part = node.parts.front();
    if (node.most < 0) {
      const std::uint32_t loop = add({Pattern::Operation::split, next, next});
      const std::uint32_t body = lay_out(part, loop);
      if (error_) return 0;
      (node.is_lazy ? pattern_.states_[loop].argument : pattern_.states_[loop].next) = body;
      next = loop;
    }
    for (int index = node.least; index < node.most; ++index) {
      const std::uint32_t body = lay_out(part, next);
      next = node.is_lazy ? add({Pattern::Operation::split, body, next})
                          : add({Pattern::Operation::split, next, body});
    }
    for (int index = 0; index < node.least; ++index) next = lay_out(part, next);
    return next;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::optional<std::string> error_;
  Pattern pattern_;
};

std::expected<Pattern, std::string> Pattern::compile(std::string_view text) {
  return PatternCompiler{text}.compile();
}

// All states that can be reached are followed at once (Thompson's simulation).
bool Pattern::is_in(std::string_view text) const {
  std::vector<std::uint32_t> current;
  std::vector<std::uint32_t> following;
  std::vector<std::uint32_t> stack;
  // When each state was last put on a list, so that it is on each once.
  std::vector<std::size_t> seen(states_.size(), 0);
  bool matched = false;
  const auto reach = [&](std::vector<std::uint32_t>& list, std::uint32_t from, std::size_t place) {
    stack.push_back(from);
    while (!stack.empty()) {
      const std::uint32_t index = stack.back();
      stack.pop_back();
      if (seen[index] == place + 1) continue;
      seen[index] = place + 1;
      const State& state = states_[index];
      if (state.operation == Operation::match) matched = true;
      if (state.operation == Operation::set) list.push_back(index);
      if (state.operation == Operation::split) stack.push_back(state.argument);
      const bool passes = state.operation == Operation::split ||
                          state.operation == Operation::save ||
                          (state.operation == Operation::begin && place == 0) ||
                          (state.operation == Operation::end && place == text.size());
      if (passes) stack.push_back(state.next);
    }
  };
  for (std::size_t place = 0;; ++place) {
    reach(current, start_, place);
    if (matched || place == text.size()) return matched;
    for (const std::uint32_t index : current) {
      const State& state = states_[index];
      if (sets_[state.argument].has(static_cast<unsigned char>(text[place]))) {
        reach(following, state.next, place + 1);
      }
    }
    current.swap(following);
    following.clear();
  }
}

// Follows all ways at once, the preferred ones first, each with the groups it has passed (Pike's
// simulation).
class Pattern::Search {
 public:
  Search(const Pattern& pattern, std::string_view text)
      : pattern_{pattern}, text_{text}, seen_(pattern.states_.size(), 0) {}

  std::vector<std::string_view> run() {
    std::vector<Thread> current;
    std::vector<Thread> following;
    for (std::size_t place = 0;; ++place) {
      // Another match may begin here, if none has been found that begins before.
      if (best_.empty()) {
        Ends ends(2 * static_cast<std::size_t>(pattern_.groups_ + 1), kUnset);
        ends[0] = place;
        reach(current, pattern_.start_, place, ends);
      }
      following.clear();
      ++round_;
      for (Thread& thread : current) {
        const State& state = pattern_.states_[thread.state];
        if (state.operation == Operation::match) {
          best_ = std::move(thread.ends);
          best_[1] = place;
          // What comes after it in the list is less preferred.
          break;
        }
        if (place < text_.size() &&
            pattern_.sets_[state.argument].has(static_cast<unsigned char>(text_[place]))) {
          reach(following, state.next, place + 1, thread.ends);
        }
      }
      if (place == text_.size() || (following.empty() && !best_.empty())) break;
      current.swap(following);
    }
    return cut();
  }

 private:
  static constexpr std::size_t kUnset = std::string_view::npos;
  // The beginning and end of each group.
  using Ends = std::vector<std::size_t>;
  struct Thread {
    std::uint32_t state;
    Ends ends;
  };

  // Adds the states that wait for a character, in order of preference.
  void reach(std::vector<Thread>& list, std::uint32_t from, std::size_t place, const Ends& ends) {
    std::vector<Thread> stack;
    stack.push_back({from, ends});
    while (!stack.empty()) {
      Thread thread = std::move(stack.back());
      stack.pop_back();
      if (seen_[thread.state] == round_) continue;
      seen_[thread.state] = round_;
      const State& state = pattern_.states_[thread.state];
      switch (state.operation) {
        case Operation::set:
        case Operation::match:
          list.push_back(std::move(thread));
          continue;
        case Operation::split:
          stack.push_back({state.argument, thread.ends});
          break;
        case Operation::begin:
          if (place != 0) continue;
          break;
        case Operation::end:
          if (place != text_.size()) continue;
          break;
        case Operation::save:
          thread.ends[state.argument] = place;
          break;
      }
      thread.state = state.next;
      stack.push_back(std::move(thread));
    }
  }

  std::vector<std::string_view> cut() const {
    std::vector<std::string_view> groups;
    for (std::size_t at = 0; at + 1 < best_.size(); at += 2) {
      const bool is_set = best_[at] != kUnset && best_[at + 1] != kUnset;
      groups.push_back(is_set ? text_.substr(best_[at], best_[at + 1] - best_[at])
                              : std::string_view{});
    }
    return groups;
  }

  const Pattern& pattern_;
  std::string_view text_;
  // In which round each state was last put on a list, so that it is on each once.
  std::vector<std::size_t> seen_;
  std::size_t round_ = 1;
  Ends best_;
};

std::vector<std::string_view> Pattern::find(std::string_view text) const {
  return Search{*this, text}.run();
}

}  // namespace rockpool::apiserver::custom
