// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/regular_expression.h"

#include <algorithm>
#include <bitset>
#include <cctype>
#include <functional>
#include <limits>
#include <optional>

namespace rockpool::node {

struct RegularExpression::Node {
  enum class Kind : std::uint8_t {
    set,
    begin,
    end,
    group,
    reference,
    word_edge,
    word_begin,
    word_end
  };
  using Sequence = std::vector<Node>;

  Kind kind = Kind::set;
  // Which bytes a set takes.
  std::bitset<256> bytes;
  // A group's alternatives, and its number; 0 for the whole.
  std::vector<Sequence> alternatives;
  std::size_t number = 0;
  std::size_t least = 1;
  std::size_t most = 1;
};

namespace {

using Node = RegularExpression::Node;
using Kind = Node::Kind;
using Syntax = RegularExpression::Syntax;

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kMaxRepeat = 255;
constexpr int kMaxDepth = 20;

std::size_t index_of(char c) {
  return static_cast<unsigned char>(c);
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::bitset<256> bytes_where(const std::function<bool(int)>& holds) {
  std::bitset<256> bytes;
  for (int c = 0; c < 256; ++c) bytes[static_cast<std::size_t>(c)] = holds(c);
  return bytes;
}

class Reader {
 public:
  Reader(std::string_view text, Syntax syntax, bool ignores_case)
      : text_{text}, is_extended_{syntax == Syntax::extended}, ignores_case_{ignores_case} {}

  std::expected<Node, std::string> run() {
    Node root;
    root.kind = Kind::group;
    read_alternatives(root);
    if (error_.empty() && at_ < text_.size()) error_ = "Unmatched ) or \\)";
    if (!error_.empty()) return std::unexpected{error_};
    return root;
  }

 private:
  bool is_at(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool take(std::string_view extended, std::string_view basic) {
    const std::string_view what = is_extended_ ? extended : basic;
    if (!is_at(what)) return false;
    at_ += what.size();
    return true;
  }
  bool is_group_end() const { return is_at(is_extended_ ? ")" : "\\)") && depth_ > 0; }
  bool is_alternative() const { return is_at(is_extended_ ? "|" : "\\|"); }

  void read_alternatives(Node& group) {
    for (;;) {
      group.alternatives.push_back(read_sequence());
      if (!error_.empty() || !take("|", "\\|")) return;
    }
  }

  Node::Sequence read_sequence() {
    Node::Sequence sequence;
    while (at_ < text_.size() && error_.empty() && !is_alternative() && !is_group_end()) {
      if (is_extended_ && is_at(")")) break;
      const bool is_first = sequence.empty();
      Node node = read_one(is_first);
      if (error_.empty()) read_repeats(node);
      sequence.push_back(std::move(node));
    }
    return sequence;
  }

  Node read_one(bool is_first) {
    Node node;
    const char c = text_[at_];
    if (take("(", "\\(")) {
      read_group(node);
    } else if (c == '[') {
      read_set(node);
    } else if (c == '.') {
      node.bytes.set();
      ++at_;
    } else if (c == '^' && (is_extended_ || is_first)) {
      node.kind = Kind::begin;
      ++at_;
    } else if (c == '$' && (is_extended_ || is_last())) {
      node.kind = Kind::end;
      ++at_;
    } else if (c == '\\' && at_ + 1 < text_.size()) {
      read_escape(node);
    } else if (c == '\\') {
      error_ = "Trailing backslash";
    } else {
      set_byte(node, c);
      ++at_;
    }
    return node;
  }

  bool is_last() const {
    const std::string_view rest = text_.substr(at_ + 1);
    return rest.empty() || rest.starts_with("\\)") || rest.starts_with("\\|");
  }

  void read_group(Node& node) {
    node.kind = Kind::group;
    node.number = ++groups_;
    if (++depth_ > kMaxDepth) {
      error_ = "Regular expression too big";
      return;
    }
    read_alternatives(node);
    --depth_;
    if (error_.empty() && !take(")", "\\)")) error_ = "Unmatched ( or \\(";
  }

  void read_escape(Node& node) {
    const char c = text_[at_ + 1];
    at_ += 2;
    if (c >= '1' && c <= '9') {
      node.kind = Kind::reference;
      node.number = static_cast<std::size_t>(c - '0');
      if (node.number > groups_) error_ = "Invalid back reference";
    } else if (c == 'b') {
      node.kind = Kind::word_edge;
    } else if (c == '<') {
      node.kind = Kind::word_begin;
    } else if (c == '>') {
      node.kind = Kind::word_end;
    } else if (c == 'w' || c == 'W') {
      node.bytes = bytes_where([c](int b) { return is_word(static_cast<char>(b)) == (c == 'w'); });
    } else if (c == 's' || c == 'S') {
      node.bytes = bytes_where([c](int b) { return (std::isspace(b) != 0) == (c == 's'); });
    } else {
      set_byte(node, c == 'n' ? '\n' : c == 't' ? '\t' : c);
    }
  }

  void set_byte(Node& node, char c) const {
    node.bytes.set(index_of(c));
    if (!ignores_case_) return;
    const int byte = static_cast<unsigned char>(c);
    node.bytes.set(static_cast<std::size_t>(std::tolower(byte)));
    node.bytes.set(static_cast<std::size_t>(std::toupper(byte)));
  }

  // `[a-z]`, `[^a-z]`, `[[:digit:]]`
  void read_set(Node& node) {
    ++at_;
    const bool is_inverted = at_ < text_.size() && text_[at_] == '^';
    if (is_inverted) ++at_;
    for (bool is_first = true;; is_first = false) {
      if (at_ >= text_.size()) {
        error_ = "Unmatched [, [^, [:, [., or [=";
        return;
      }
      if (text_[at_] == ']' && !is_first) break;
      if (is_at("[:")) {
        read_class(node);
        if (!error_.empty()) return;
        continue;
      }
      const char from = text_[at_++];
      char to = from;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        to = text_[at_ + 1];
        at_ += 2;
      }
      for (std::size_t c = index_of(from); c <= index_of(to); ++c) {
        set_byte(node, static_cast<char>(c));
      }
    }
    ++at_;
    if (is_inverted) node.bytes.flip();
  }

  void read_class(Node& node) {
    constexpr std::pair<std::string_view, int (*)(int)> kClasses[] = {
        {"[:alpha:]", std::isalpha}, {"[:digit:]", std::isdigit}, {"[:alnum:]", std::isalnum},
        {"[:space:]", std::isspace}, {"[:upper:]", std::isupper}, {"[:lower:]", std::islower},
        {"[:punct:]", std::ispunct}, {"[:blank:]", std::isblank}, {"[:xdigit:]", std::isxdigit}};
    for (const auto& [name, holds] : kClasses) {
      if (!is_at(name)) continue;
      node.bytes |= bytes_where([holds](int c) { return c < 128 && holds(c) != 0; });
      at_ += name.size();
      return;
    }
    error_ = "Invalid character class name";
  }

  void read_repeats(Node& node) {
    const bool is_simple = node.kind == Kind::begin || node.kind == Kind::end;
    while (at_ < text_.size() && error_.empty()) {
      if (text_[at_] == '*' && !(is_simple && !is_extended_)) {
        ++at_;
        repeat(node, 0, kUnlimited);
      } else if (take("+", "\\+")) {
        repeat(node, 1, kUnlimited);
      } else if (take("?", "\\?")) {
        repeat(node, 0, 1);
      } else if (take("{", "\\{")) {
        read_interval(node);
      } else {
        return;
      }
    }
  }

  static void repeat(Node& node, std::size_t least, std::size_t most) {
    node.least = std::min(node.least, least);
    node.most = std::max(node.most, most);
  }

  void read_interval(Node& node) {
    const auto number = [this]() -> std::optional<std::size_t> {
      std::size_t value = 0;
      const std::size_t start = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && value <= kMaxRepeat) {
        value = value * 10 + static_cast<std::size_t>(text_[at_++] - '0');
      }
      return at_ == start ? std::nullopt : std::optional{value};
    };
    const auto least = number();
    std::optional<std::size_t> most = least;
    if (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      most = number();
      if (!most) most = kUnlimited;
    }
    const bool is_whole = take("}", "\\}");
    const bool is_too_big =
        least.value_or(0) > kMaxRepeat || (most && *most != kUnlimited && *most > kMaxRepeat);
    if (!is_whole || !most || is_too_big || least.value_or(0) > *most) {
      error_ = is_whole ? "Invalid content of \\{\\}" : "Unmatched { or \\{";
      return;
    }
    node.least = least.value_or(0);
    node.most = *most;
  }

  std::string_view text_;
  bool is_extended_;
  bool ignores_case_;
  std::size_t at_ = 0;
  std::size_t groups_ = 0;
  int depth_ = 0;
  std::string error_;
};

// Goes through a text, trying what comes first and turning back.
class Matcher {
 public:
  explicit Matcher(std::string_view text, bool ignores_case)
      : text_{text}, ignores_case_{ignores_case} {
    groups_.assign(RegularExpression::kMaxGroups, {std::string_view::npos, std::string_view::npos});
  }

  using Next = std::function<bool(std::size_t)>;

  bool match_group(const Node& group, std::size_t at, const Next& next) {
    for (const Node::Sequence& sequence : group.alternatives) {
      const bool done = match_sequence(sequence, 0, at, next);
      if (done) return true;
    }
    return false;
  }

  RegularExpression::Match groups_at(std::size_t from, std::size_t to) {
    groups_[0] = {from, to};
    return groups_;
  }
  bool is_exhausted() const { return steps_ >= RegularExpression::kMaxSteps; }

 private:
  // Counts how deep the search has gone.
  class Level {
   public:
    explicit Level(int& length) : length_{length} { ++length_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --length_; }

   private:
    int& length_;
  };

  bool match_sequence(const Node::Sequence& sequence, std::size_t index, std::size_t at,
                      const Next& next) {
    if (++steps_ >= RegularExpression::kMaxSteps) return false;
    if (index == sequence.size()) return next(at);
    const Level level{length_};
    if (length_ > RegularExpression::kMaxLength) return false;
    const Node& node = sequence[index];
    const Next rest = [&](std::size_t end) {
      return match_sequence(sequence, index + 1, end, next);
    };
    if (node.kind == Kind::set) return match_bytes(node, at, rest);
    return match_repeated(node, at, 0, rest);
  }

  // As many bytes as possible, then fewer.
  bool match_bytes(const Node& node, std::size_t at, const Next& rest) {
    std::size_t count = 0;
    while (count < node.most && at + count < text_.size() &&
           node.bytes[index_of(text_[at + count])]) {
      ++count;
    }
    for (;; --count) {
      if (count < node.least || is_exhausted()) return false;
      if (rest(at + count)) return true;
      if (count == 0) return false;
    }
  }

  bool match_repeated(const Node& node, std::size_t at, std::size_t count, const Next& rest) {
    if (++steps_ >= RegularExpression::kMaxSteps) return false;
    const Level level{length_};
    if (length_ > RegularExpression::kMaxLength) return false;
    if (count < node.most) {
      const auto before = groups_;
      const bool done = match_once(node, at, [&](std::size_t end) {
        // What takes nothing more than once would go on for ever.
        if (end == at && count >= node.least) return false;
        return match_repeated(node, end, count + 1, rest);
      });
      if (done) return true;
      groups_ = before;
    }
    return count >= node.least && rest(at);
  }

  bool match_once(const Node& node, std::size_t at, const Next& next) {
    switch (node.kind) {
      case Kind::begin:
        return at == 0 && next(at);
      case Kind::end:
        return at == text_.size() && next(at);
      case Kind::word_begin:
        return !has_word_before(at) && has_word_after(at) && next(at);
      case Kind::word_end:
        return has_word_before(at) && !has_word_after(at) && next(at);
      case Kind::word_edge:
        return has_word_before(at) != has_word_after(at) && next(at);
      case Kind::reference:
        return match_reference(node, at, next);
      default:
        return match_group(node, at, [&](std::size_t end) {
          if (node.number >= groups_.size()) return next(end);
          const auto before = std::exchange(groups_[node.number], {at, end});
          if (next(end)) return true;
          groups_[node.number] = before;
          return false;
        });
    }
  }

  bool match_reference(const Node& node, std::size_t at, const Next& next) {
    const auto [from, to] = groups_[node.number];
    if (from == std::string_view::npos) return false;
    const std::string_view known = text_.substr(from, to - from);
    const std::string_view here = text_.substr(at, known.size());
    const auto same = [this](char a, char b) {
      return a == b || (ignores_case_ && std::tolower(static_cast<unsigned char>(a)) ==
                                             std::tolower(static_cast<unsigned char>(b)));
    };
    return std::ranges::equal(known, here, same) && next(at + known.size());
  }

  bool has_word_before(std::size_t at) const { return at > 0 && is_word(text_[at - 1]); }
  bool has_word_after(std::size_t at) const { return at < text_.size() && is_word(text_[at]); }

  std::string_view text_;
  bool ignores_case_;
  RegularExpression::Match groups_;
  int steps_ = 0;
  int length_ = 0;
};

}  // namespace

std::expected<RegularExpression, std::string> RegularExpression::parse(std::string_view text,
                                                                       Syntax syntax,
                                                                       bool ignores_case) {
  Reader reader{text, syntax, ignores_case};
  std::expected<Node, std::string> root = reader.run();
  if (!root) return std::unexpected{root.error()};
  RegularExpression expression;
  expression.root_ = std::make_shared<const Node>(std::move(*root));
  expression.ignores_case_ = ignores_case;
  return expression;
}

RegularExpression::Match RegularExpression::search(std::string_view text, std::size_t start) const {
  for (std::size_t at = start; at <= text.size(); ++at) {
    Matcher matcher{text, ignores_case_};
    std::size_t end = 0;
    const bool found = matcher.match_group(*root_, at, [&end](std::size_t place) {
      end = place;
      return true;
    });
    if (found) return matcher.groups_at(at, end);
    if (matcher.is_exhausted()) return {};
  }
  return {};
}

}  // namespace rockpool::node
