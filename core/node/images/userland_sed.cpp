// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_sed.h"

#include <algorithm>
#include <charconv>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/regular_expression.h"
#include "core/node/images/userland_options.h"
#include "core/node/images/userland_text.h"

namespace rockpool::node {
namespace {

using Syntax = RegularExpression::Syntax;

// Which line a command is for.
struct Address {
  enum class Kind : std::uint8_t { none, number, last, pattern };
  Kind kind = Kind::none;
  std::size_t number = 0;
  std::optional<RegularExpression> pattern;
};

struct Command {
  Address first;
  Address last;
  bool is_inverted = false;
  char name = 0;
  // Of `s`: what is looked for, what is put there, and which of a line's places.
  std::optional<RegularExpression> pattern;
  std::string text;
  std::size_t which = 1;
  bool is_global = false;
  bool prints = false;
  // Of `y`: what becomes what.
  std::string from;
  // Whether the lines between its two addresses are under way.
  bool is_inside = false;
};

class Parser {
 public:
  Parser(std::string_view script, Syntax syntax) : rest_{script}, syntax_{syntax} {}

  // The error is the program's, without its name.
  std::expected<std::vector<Command>, std::string> run() {
    std::vector<Command> commands;
    for (;;) {
      skip(" \t\n;");
      if (rest_.empty() && error_.empty()) return commands;
      if (error_.empty() && rest_.front() == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
        continue;
      }
      Command command;
      read(command);
      if (!error_.empty()) return std::unexpected{error_};
      commands.push_back(std::move(command));
    }
  }

 private:
  void skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void read(Command& command) {
    command.first = read_address();
    skip(" \t");
    if (command.first.kind != Address::Kind::none && take(',')) {
      skip(" \t");
      command.last = read_address();
      if (command.last.kind == Address::Kind::none) error_ = "unexpected ','";
    }
    skip(" \t");
    while (take('!')) command.is_inverted = true;
    skip(" \t");
    if (!error_.empty()) return;
    if (rest_.empty()) {
      error_ = "missing command";
      return;
    }
    command.name = rest_.front();
    rest_.remove_prefix(1);
    switch (command.name) {
      case 's':
        return read_substitution(command);
      case 'y':
        return read_exchange(command);
      case 'a':
      case 'i':
      case 'c':
        return read_text(command);
      case 'p':
      case 'd':
      case 'q':
      case '=':
        return read_end();
      default:
        error_ = fmt::format("unsupported command {}", command.name);
    }
  }

  Address read_address() {
    Address address;
    std::size_t number = 0;
    const auto [end, failed] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (failed == std::errc{}) {
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      address.kind = Address::Kind::number;
      address.number = number;
    } else if (take('$')) {
      address.kind = Address::Kind::last;
    } else if (rest_.starts_with('/') || rest_.starts_with('\\')) {
      take('\\');
      const std::string text = read_part();
      if (!error_.empty()) return address;
      rest_.remove_prefix(1);
      address.kind = Address::Kind::pattern;
      address.pattern = read_pattern(text, take('I'));
    }
    return address;
  }

  // What stands behind the mark at the front up to the next one, which stays.
  std::string read_part() {
    const char mark = rest_.front();
    std::string part;
    bool is_set = false;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == '\\' && i + 1 < rest_.size()) {
        ++i;
        if (rest_[i] != mark) part += '\\';
        part += rest_[i];
      } else if (c == mark && !is_set) {
        rest_.remove_prefix(i);
        return part;
      } else {
        if (c == '[') is_set = rest_.find(']', i + 2) != std::string_view::npos && has_sets_;
        if (c == ']' && rest_[i - 1] != '[') is_set = false;
        part += c;
      }
    }
    error_ = fmt::format("unmatched '{}'", mark);
    return {};
  }

  std::optional<RegularExpression> read_pattern(const std::string& text, bool ignores_case) {
    auto pattern = RegularExpression::parse(text, syntax_, ignores_case);
    if (pattern) return std::move(*pattern);
    error_ = fmt::format("bad regex '{}': {}", text, pattern.error());
    return {};
  }

  void read_substitution(Command& command) {
    if (rest_.empty()) {
      error_ = "unmatched 's'";
      return;
    }
    const std::string pattern = read_part();
    if (!error_.empty()) return;
    has_sets_ = false;
    command.text = read_part();
    has_sets_ = true;
    if (!error_.empty()) return;
    rest_.remove_prefix(1);
    bool ignores_case = false;
    for (;;) {
      if (take('g')) {
        command.is_global = true;
      } else if (take('p')) {
        command.prints = true;
      } else if (take('i') || take('I')) {
        ignores_case = true;
      } else if (!rest_.empty() && rest_.front() >= '1' && rest_.front() <= '9') {
        const auto read = std::from_chars(rest_.data(), rest_.data() + rest_.size(), command.which);
        rest_.remove_prefix(static_cast<std::size_t>(read.ptr - rest_.data()));
      } else {
        break;
      }
    }
    skip(" \t");
    if (!rest_.empty() && rest_.front() != ';' && rest_.front() != '\n' && rest_.front() != '#') {
      error_ = "bad option in substitution expression";
      return;
    }
    command.pattern = read_pattern(pattern, ignores_case);
  }

  void read_exchange(Command& command) {
    has_sets_ = false;
    if (rest_.empty()) {
      error_ = "unmatched 'y'";
    } else {
      command.from = read_part();
      if (error_.empty()) command.text = read_part();
    }
    has_sets_ = true;
    if (!error_.empty()) return;
    rest_.remove_prefix(1);
    if (command.from.size() != command.text.size()) {
      error_ = "strings for 'y' command are different lengths";
    }
    if (error_.empty()) read_end();
  }

  // `a text`, or `a\` and the text in the next line.
  void read_text(Command& command) {
    skip(" \t");
    if (take('\\')) {
      skip(" \t");
      take('\n');
    }
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    command.text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (command.text.empty()) error_ = "expected \\ after 'a', 'c' or 'i'";
  }

  void read_end() {
    skip(" \t");
    if (!rest_.empty() && std::string_view{";\n#"}.find(rest_.front()) == std::string_view::npos) {
      error_ = "extra characters after command";
    }
  }

  std::string_view rest_;
  Syntax syntax_;
  // Whether a bracket begins a set, in which the mark is nothing special.
  bool has_sets_ = true;
  std::string error_;
};

class Editor {
 public:
  Editor(std::vector<Command> commands, bool is_quiet)
      : commands_{std::move(commands)}, is_quiet_{is_quiet} {}

  std::string run(std::string_view text) {
    const std::vector<std::string_view> lines = lines_of(text);
    const bool has_end = text.ends_with('\n');
    output_.clear();
    for (std::size_t i = 0; i < lines.size() && !is_over_; ++i) {
      edit(lines[i], ++number_, i + 1 == lines.size());
    }
    // The last line is as whole as it was.
    if (!has_end && !text.empty() && output_.ends_with('\n')) output_.pop_back();
    return std::move(output_);
  }

 private:
  void edit(std::string_view text, std::size_t number, bool is_last) {
    std::string line{text};
    std::string appended;
    bool is_deleted = false;
    for (Command& command : commands_) {
      if (is_for(command, line, number, is_last) == command.is_inverted) continue;
      switch (command.name) {
        case 's':
          if (substitute(command, line) && command.prints) print(line);
          break;
        case 'y':
          for (char& c : line) {
            const std::size_t at = command.from.find(c);
            if (at != std::string::npos) c = command.text[at];
          }
          break;
        case 'p':
          print(line);
          break;
        case '=':
          print(fmt::format("{}", number));
          break;
        case 'i':
          print(command.text);
          break;
        case 'a':
          appended += command.text + "\n";
          break;
        case 'c':
          if (!command.is_inside) print(command.text);
          is_deleted = true;
          break;
        case 'q':
          is_over_ = true;
          break;
        default:
          is_deleted = true;
      }
      if (is_deleted || is_over_) break;
    }
    if (!is_deleted && !is_quiet_) print(line);
    output_ += appended;
  }

  void print(const std::string& line) { output_.append(line).append("\n"); }

  static bool is_at(const Address& address, const std::string& line, std::size_t number,
                    bool is_last) {
    switch (address.kind) {
      case Address::Kind::number:
        return address.number == number;
      case Address::Kind::last:
        return is_last;
      case Address::Kind::pattern:
        return address.pattern->is_in(line);
      default:
        return true;
    }
  }

  static bool is_for(Command& command, const std::string& line, std::size_t number, bool is_last) {
    if (command.last.kind == Address::Kind::none) {
      return is_at(command.first, line, number, is_last);
    }
    const bool by_number = command.last.kind == Address::Kind::number;
    if (!command.is_inside) {
      if (!is_at(command.first, line, number, is_last)) return false;
      // An end that lies before the beginning ends it there.
      command.is_inside = by_number ? command.last.number > number
                                    : !(command.last.kind == Address::Kind::last && is_last);
      return true;
    }
    const bool is_end =
        by_number ? number >= command.last.number : is_at(command.last, line, number, is_last);
    if (is_end) command.is_inside = false;
    return true;
  }

  static bool substitute(const Command& command, std::string& line) {
    std::string result;
    std::size_t at = 0;
    std::size_t count = 0;
    bool is_changed = false;
    while (at <= line.size()) {
      const RegularExpression::Match match = command.pattern->search(line, at);
      if (match.empty()) break;
      const auto [from, to] = match[0];
      ++count;
      const bool is_meant = count == command.which || (command.is_global && count > command.which);
      result.append(line, at, from - at);
      if (is_meant) {
        result += replacement(command.text, line, match);
        is_changed = true;
      } else {
        result.append(line, from, to - from);
      }
      at = to;
      if (to == from) {
        if (at < line.size()) result += line[at];
        ++at;
      }
      if (is_changed && !command.is_global) break;
    }
    if (at < line.size()) result.append(line, at);
    if (is_changed) line = std::move(result);
    return is_changed;
  }

  // `&` is what was found, \1 to \9 what groups have found.
  static std::string replacement(const std::string& text, const std::string& line,
                                 const RegularExpression::Match& match) {
    std::string result;
    const auto add_group = [&](std::size_t group) {
      const auto [from, to] = match[group];
      if (from != std::string::npos) result.append(line, from, to - from);
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '&') {
        add_group(0);
      } else if (text[i] == '\\' && i + 1 < text.size()) {
        const char c = text[++i];
        if (c >= '0' && c <= '9') {
          add_group(static_cast<std::size_t>(c - '0'));
        } else {
          result += c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
      } else {
        result += text[i];
      }
    }
    return result;
  }

  std::vector<Command> commands_;
  bool is_quiet_;
  bool is_over_ = false;
  std::size_t number_ = 0;
  std::string output_;
};

// Edits each file where it is.
sim::Task<std::int32_t> edit_files(ProcessContext& context, std::vector<std::string> files,
                                   std::vector<Command> commands, bool is_quiet,
                                   std::string suffix) {
  std::int32_t status = 0;
  for (const std::string& file : files) {
    const std::string path = FileSystem::normalise(file, context.working_folder());
    const auto text = context.machine().read_file(path);
    if (!text) {
      context.print_error(fmt::format("sed: {}: No such file or directory\n", file));
      status = 1;
      continue;
    }
    if (!suffix.empty()) static_cast<void>(context.files().write(path + suffix, *text));
    Editor editor{commands, is_quiet};
    if (context.files().write(path, editor.run(*text))) continue;
    const std::string_view why = context.files().refusal(path);
    context.print_error(fmt::format("sed: can't create temp file '{}XXXXXX': {}\n", file,
                                    why.empty() ? "No space left on device" : why));
    status = 1;
  }
  co_return status;
}

}  // namespace

sim::Task<std::int32_t> run_sed(ProcessContext& context) {
  // -i takes a value only if it is attached.
  std::vector<std::string> arguments = context.arguments();
  std::optional<std::string> suffix;
  std::erase_if(arguments, [&suffix](const std::string& argument) {
    if (!argument.starts_with("-i")) return false;
    suffix = argument.substr(2);
    return true;
  });
  context.set_arguments(std::move(arguments));
  auto options = read_letter_options(context, "nErsu", "e", true);
  if (!options) {
    context.print_error(options.error());
    co_return 1;
  }
  std::string script;
  for (const std::string& part : options->all_values('e')) script += part + "\n";
  std::vector<std::string>& files = options->rest;
  if (script.empty()) {
    if (files.empty()) {
      context.print_error("Usage: sed [-i[SFX]] [-nrE] [-e CMD]... [FILE]...\n");
      co_return 1;
    }
    script = files.front();
    files.erase(files.begin());
  }
  const bool is_extended = options->has('E') || options->has('r');
  Parser parser{script, is_extended ? Syntax::extended : Syntax::basic};
  auto commands = parser.run();
  if (!commands) {
    context.print_error(fmt::format("sed: {}\n", commands.error()));
    co_return 1;
  }
  if (suffix) {
    auto editing = edit_files(context, files, std::move(*commands), options->has('n'), *suffix);
    co_return co_await editing;
  }
  auto reading = read_inputs(context, files);
  const std::expected<std::string, std::string> text = co_await reading;
  if (!text) {
    context.print_error(text.error());
    co_return 1;
  }
  Editor editor{std::move(*commands), options->has('n')};
  context.print(editor.run(*text));
  co_return 0;
}

}  // namespace rockpool::node
