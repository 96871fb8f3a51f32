// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_script.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/image.h"
#include "core/node/images/root_folders.h"
#include "core/node/images/userland_files.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

std::string join(const std::vector<std::string>& words, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < words.size(); ++i) text += (i > first ? " " : "") + words[i];
  return text;
}

// Replaces \n, \t and \\ as `echo -e` and `printf` do.
std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 'n') {
      result += '\n';
    } else if (next == 't') {
      result += '\t';
    } else if (next == '\\') {
      result += '\\';
    } else {
      result.append({'\\', next});
    }
  }
  return result;
}

bool test_unary(ProcessContext& context, const std::string& op, const std::string& value) {
  if (op == "-z") return value.empty();
  if (op == "-n") return !value.empty();
  const std::string path = path_of(context, value);
  if (op == "-d") return has_folder(context, path);
  const std::optional<std::string> text = read_file(context, path);
  if (op == "-s") return text && !text->empty();
  if (op == "-f" || op == "-r") return text.has_value();
  return op == "-e" && (text || has_folder(context, path));
}

bool test_binary(const std::string& left, const std::string& op, const std::string& right) {
  if (op == "=" || op == "==") return left == right;
  if (op == "!=") return left != right;
  std::int64_t a = 0;
  std::int64_t b = 0;
  std::from_chars(left.data(), left.data() + left.size(), a);
  std::from_chars(right.data(), right.data() + right.size(), b);
  if (op == "-eq") return a == b;
  if (op == "-ne") return a != b;
  if (op == "-lt") return a < b;
  if (op == "-le") return a <= b;
  if (op == "-gt") return a > b;
  return op == "-ge" && a >= b;
}

}  // namespace

Code run_echo(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  std::size_t first = 1;
  bool newline = true;
  bool escapes = false;
  for (; first < arguments.size(); ++first) {
    const std::string& flag = arguments[first];
    if (flag != "-n" && flag != "-e" && flag != "-ne" && flag != "-en") break;
    newline = newline && flag.find('n') == std::string::npos;
    escapes = escapes || flag.find('e') != std::string::npos;
  }
  std::string text = join(arguments, first);
  if (escapes) text = unescape(text);
  context.print(newline ? text + "\n" : text);
  co_return 0;
}

Code run_printf(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  if (arguments.size() < 2) co_return 2;
  const std::string format = unescape(arguments[1]);
  std::size_t next = 2;
  std::string text;
  do {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 == format.size()) {
        text += format[i];
      } else if (format[++i] == '%') {
        text += '%';
      } else {
        text += next < arguments.size() ? arguments[next] : "";
        ++next;
      }
    }
  } while (next < arguments.size() && format.find('%') != std::string::npos);
  context.print(text);
  co_return 0;
}

Code run_seq(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  constexpr std::int64_t kMost = 100'000;
  std::int64_t numbers[3] = {1, 1, 1};
  const std::size_t count = std::min<std::size_t>(arguments.size() - 1, 3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& text = arguments[i + 1];
    std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
  }
  const std::int64_t first = count > 1 ? numbers[0] : 1;
  const std::int64_t step = count > 2 && numbers[1] != 0 ? numbers[1] : 1;
  const std::int64_t last = count == 0 ? 0 : numbers[count - 1];
  std::string text;
  for (std::int64_t i = 0; i < kMost; ++i) {
    const std::int64_t number = first + step * i;
    if (step > 0 ? number > last : number < last) break;
    text += std::to_string(number) + "\n";
  }
  context.print(text);
  co_return 0;
}

Code run_test(ProcessContext& context) {
  std::vector<std::string> words = context.arguments();
  const bool is_bracket = base_name(words.front()).starts_with("[");
  words.erase(words.begin());
  if (is_bracket && !words.empty()) words.pop_back();
  const bool negated = !words.empty() && words.front() == "!";
  if (negated) words.erase(words.begin());
  bool holds = false;
  if (words.size() == 1) holds = !words[0].empty();
  if (words.size() == 2) holds = test_unary(context, words[0], words[1]);
  if (words.size() == 3) holds = test_binary(words[0], words[1], words[2]);
  co_return holds != negated ? 0 : 1;
}

Code run_sleep(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  if (arguments.size() < 2) {
    context.print_error("sleep: missing operand\n");
    co_return 1;
  }
  if (arguments[1] == "infinity" || arguments[1] == "inf") {
    sim::Task<void> forever = wait_forever();
    co_await forever;
  }
  std::string text = arguments[1];
  if (text.find_first_not_of("0123456789.") == std::string::npos) text += "s";
  std::optional<sim::Duration> duration = sim::parse_duration(text);
  if (!duration && text.ends_with('d')) {
    text.back() = 'h';
    duration = sim::parse_duration(text);
    if (duration) *duration *= 24;
  }
  if (!duration) {
    context.print_error(fmt::format("sleep: invalid number '{}'\n", arguments[1]));
    co_return 1;
  }
  co_await sim::sleep(*duration);
  co_return 0;
}

Code run_true(ProcessContext&) {
  co_return 0;
}

Code run_false(ProcessContext&) {
  co_return 1;
}

}  // namespace rockpool::node
