// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/shell_arithmetic.h"

#include <cctype>
#include <charconv>

namespace rockpool::node {
namespace {

constexpr int kMaxDepth = 50;

std::int64_t to_number(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Wraps around like the shell's, without the undefined behaviour of signed overflow.
std::int64_t wrap(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

class Arithmetic {
 public:
  Arithmetic(std::string_view text, const std::function<std::string(std::string_view)>& value)
      : rest_{text}, value_{value} {}

  std::int64_t comparison() {
    std::int64_t left = sum();
    for (;;) {
      if (take("<=")) {
        left = left <= sum() ? 1 : 0;
      } else if (take(">=")) {
        left = left >= sum() ? 1 : 0;
      } else if (take("==")) {
        left = left == sum() ? 1 : 0;
      } else if (take("!=")) {
        left = left != sum() ? 1 : 0;
      } else if (take("<")) {
        left = left < sum() ? 1 : 0;
      } else if (take(">")) {
        left = left > sum() ? 1 : 0;
      } else {
        return left;
      }
    }
  }

 private:
  bool take(std::string_view text) {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  std::int64_t sum() {
    std::int64_t left = product();
    for (;;) {
      if (take("+")) {
        left = wrap(static_cast<std::uint64_t>(left) + static_cast<std::uint64_t>(product()));
      } else if (take("-")) {
        left = wrap(static_cast<std::uint64_t>(left) - static_cast<std::uint64_t>(product()));
      } else {
        return left;
      }
    }
  }

  std::int64_t product() {
    std::int64_t left = operand();
    for (;;) {
      if (take("*")) {
        left = wrap(static_cast<std::uint64_t>(left) * static_cast<std::uint64_t>(operand()));
      } else if (take("/")) {
        const std::int64_t right = operand();
        left = right == 0 || right == -1
                   ? wrap(0 - static_cast<std::uint64_t>(left) * (right == 0 ? 0u : 1u))
                   : left / right;
      } else if (take("%")) {
        const std::int64_t right = operand();
        left = right == 0 || right == -1 ? 0 : left % right;
      } else {
        return left;
      }
    }
  }

  std::int64_t operand() {
    if (++depth_ > kMaxDepth) return 0;
    std::int64_t result = 0;
    if (take("(")) {
      result = comparison();
      take(")");
    } else if (take("-")) {
      result = wrap(0 - static_cast<std::uint64_t>(operand()));
    } else {
      take("$");
      std::size_t end = 0;
      while (end < rest_.size() &&
             (std::isalnum(static_cast<unsigned char>(rest_[end])) != 0 || rest_[end] == '_')) {
        ++end;
      }
      const std::string_view word = rest_.substr(0, end);
      rest_.remove_prefix(end);
      const bool is_number = !word.empty() && word[0] >= '0' && word[0] <= '9';
      if (!word.empty()) result = is_number ? to_number(word) : to_number(value_(word));
    }
    --depth_;
    return result;
  }

  std::string_view rest_;
  const std::function<std::string(std::string_view)>& value_;
  int depth_ = 0;
};

}  // namespace

std::int64_t evaluate_arithmetic(std::string_view text,
                                 const std::function<std::string(std::string_view name)>& value) {
  return Arithmetic{text, value}.comparison();
}

}  // namespace rockpool::node
