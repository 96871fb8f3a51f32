// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/shell.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include "core/node/images/image.h"
#include "core/node/images/shell_arithmetic.h"
#include "core/node/images/userland.h"

namespace rockpool::node {
namespace {

using Kind = ShellNode::Kind;

// What running one command takes. It also keeps loops that never sleep from standing still.
constexpr sim::Duration kCommandTime = std::chrono::milliseconds{1};
constexpr std::int32_t kNotFound = 127;
// 128 + SIGINT
constexpr std::int32_t kInterrupted = 130;
constexpr int kMaxDepth = 50;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The length of `NAME=` at the start of a word, or 0.
std::size_t assignment_length(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == 0 || equals == std::string_view::npos) return 0;
  if (word[0] >= '0' && word[0] <= '9') return 0;
  const std::string_view name = word.substr(0, equals);
  return std::ranges::all_of(name, is_name_character) ? equals + 1 : 0;
}

// One shell process: its variables and how far it has come.
class Shell {
 public:
  using Variables = std::map<std::string, std::string, std::less<>>;

  Shell(ProcessContext& context, std::vector<std::string> parameters)
      : context_{context}, parameters_{std::move(parameters)} {}

  sim::Task<std::int32_t> run_script(std::string script, bool may_replace) {
    std::expected<std::unique_ptr<ShellNode>, std::string> tree = parse_shell(script);
    if (!tree) {
      context_.print_error(fmt::format("sh: {}\n", tree.error()));
      co_return 2;
    }
    tree_ = std::move(*tree);
    // `sh -c command` becomes the command, as shells that save a process do.
    ShellNode* only = tree_.get();
    while (only->kind == Kind::sequence && only->children.size() == 1) {
      only = only->children.front().get();
    }
    if (may_replace && only->kind == Kind::simple && only->redirections.empty() &&
        assignment_length(only->words.front()) == 0) {
      only->words.insert(only->words.begin(), "exec");
    }
    sim::Task<std::int32_t> task = run(*tree_);
    co_return co_await task;
  }

  // Reads commands from standard input and runs each when it is whole; with a terminal it prompts
  // for them, and ^C ends what runs, not the shell.
  sim::Task<std::int32_t> run_input() {
    const bool prompts = context_.is_terminal();
    is_bash_ = base_name(parameters_.front()) == "bash";
    if (prompts) context_.on_interrupt([this] { interrupt(); });
    std::string pending;
    while (!exited_) {
      if (prompts) context_.print(pending.empty() ? prompt() : std::string{"> "});
      was_interrupted_ = false;
      sim::Task<std::string> reading = context_.input()->read_line();
      const std::string line = co_await reading;
      if (was_interrupted_) pending.clear();
      const bool is_end = line.empty();
      if (is_end && pending.empty()) break;
      pending += line;
      std::expected<std::unique_ptr<ShellNode>, std::string> tree = parse_shell(pending);
      if (!tree && is_incomplete(tree.error()) && !is_end) continue;
      pending.clear();
      if (!tree) {
        context_.print_error(fmt::format("{}: {}\n", is_bash_ ? "bash" : "sh", tree.error()));
        status_ = 2;
      } else if (prompts) {
        tree_ = std::move(*tree);
        sim::Task<void> job = run_job();
        co_await job;
      } else {
        tree_ = std::move(*tree);
        sim::Task<std::int32_t> task = run(*tree_);
        co_await task;
      }
      if (is_end) break;
    }
    if (prompts && is_bash_) context_.print_error("exit\n");
    context_.on_interrupt(nullptr);
    co_return status_;
  }

 private:
  static bool is_incomplete(std::string_view error) {
    return error.ends_with("unexpected \"end of file\"") ||
           error.ends_with("unterminated quoted string");
  }

  std::string prompt() const {
    if (!is_bash_) return context_.working_folder() + " # ";
    return fmt::format("root@{}:{}# ", context_.hostname(), context_.working_folder());
  }

  // Runs the tree as a process of its own, so that it can be ended alone.
  sim::Task<void> run_job() {
    Output* const output = context_.output();
    Output* const error_output = context_.error_output();
    Input* const input = context_.input();
    job_ = std::make_unique<Job>();
    job_->process = sim::Process{context_.loop(), run_as_job(*job_)};
    const std::optional<bool> finished = co_await job_->done.take();
    if (!finished.value_or(false)) {
      // It was ended wherever it was.
      job_->process.kill();
      context_.set_output(output);
      context_.set_error_output(error_output);
      context_.set_input(input);
      depth_ = 0;
      break_ = continue_ = false;
      status_ = kInterrupted;
    }
    job_.reset();
  }

  struct Job {
    sim::Future<bool> done;
    sim::Process process;
  };

  sim::Task<void> run_as_job(Job& job) {
    sim::Task<std::int32_t> task = run(*tree_);
    co_await task;
    job.done.set(true);
  }

  void interrupt() {
    was_interrupted_ = true;
    if (job_) {
      job_->done.set(false);
    } else {
      context_.print(prompt());
    }
  }

  bool is_leaving() const { return exited_ || break_ || continue_; }

  sim::Task<std::int32_t> run(const ShellNode& node) {
    if (++depth_ > kMaxDepth) {
      --depth_;
      context_.print_error("sh: nested too deeply\n");
      co_return 2;
    }
    sim::Task<std::int32_t> task = run_kind(node);
    const std::int32_t status = co_await task;
    --depth_;
    status_ = exited_ ? status_ : status;
    co_return status_;
  }

  sim::Task<std::int32_t> run_kind(const ShellNode& node) {
    switch (node.kind) {
      case Kind::simple:
        return run_simple(node);
      case Kind::while_loop:
      case Kind::until_loop:
        return run_loop(node);
      case Kind::for_loop:
        return run_for(node);
      case Kind::pipeline:
        return run_pipeline(node);
      default:
        return run_list(node);
    }
  }

  sim::Task<std::int32_t> run_list(const ShellNode& node) {
    std::int32_t status = 0;
    for (std::size_t i = 0; i < node.children.size() && !is_leaving(); ++i) {
      const ShellNode& child = *node.children[i];
      if (node.kind == Kind::background) {
        context_.machine().spawn(run_background(context_.machine(), context_.is_first(), tree_,
                                                child, parameters_, variables_));
        break;
      }
      sim::Task<std::int32_t> task = run(child);
      status = co_await task;
      if (node.kind == Kind::both && status != 0) break;
      if (node.kind == Kind::either && status == 0) break;
      if (node.kind == Kind::negation) status = status == 0 ? 1 : 0;
      if (node.kind == Kind::condition) {
        // Conditions stand at even places with their bodies after them; the last may be an `else`.
        const bool is_body = i % 2 == 1 || i + 1 == node.children.size();
        if (is_body) break;
        if (status != 0) ++i;
        status = 0;
      }
      if (stops_on_error_ && status != 0 && node.kind == Kind::sequence) exit(status);
    }
    co_return status;
  }

  // A job in the background has a shell of its own, which may outlive this one; what it prints
  // beside a first process that goes on goes to the log.
  static sim::Task<void> run_background(Machine& machine, bool is_first,
                                        std::shared_ptr<const ShellNode> tree,
                                        const ShellNode& node, std::vector<std::string> parameters,
                                        Variables variables) {
    TextOutput unread;
    ProcessContext context{machine, {"sh"}, is_first, is_first ? nullptr : &unread};
    Shell shell{context, std::move(parameters)};
    shell.variables_ = std::move(variables);
    shell.tree_ = std::const_pointer_cast<ShellNode>(tree);
    sim::Task<std::int32_t> task = shell.run(node);
    co_await task;
  }

  sim::Task<std::int32_t> run_loop(const ShellNode& node) {
    std::int32_t status = 0;
    for (;;) {
      sim::Task<std::int32_t> condition = run(*node.children[0]);
      const bool holds = co_await condition == 0;
      if (is_leaving() || holds == (node.kind == Kind::until_loop)) break;
      sim::Task<std::int32_t> body = run(*node.children[1]);
      status = co_await body;
      continue_ = false;
      if (is_leaving()) break;
      co_await sim::sleep(kCommandTime);
    }
    break_ = false;
    co_return status;
  }

  sim::Task<std::int32_t> run_for(const ShellNode& node) {
    sim::Task<std::vector<std::string>> expand = expand_words(node.words);
    const std::vector<std::string> values = co_await expand;
    std::int32_t status = 0;
    for (const std::string& value : values) {
      variables_[node.name] = value;
      sim::Task<std::int32_t> body = run(*node.children[0]);
      status = co_await body;
      continue_ = false;
      if (is_leaving()) break;
    }
    break_ = false;
    co_return status;
  }

  // Each command runs after the one before it, on all that it has printed.
  sim::Task<std::int32_t> run_pipeline(const ShellNode& node) {
    std::int32_t status = 0;
    std::string carried;
    Output* const output = context_.output();
    Input* const input = context_.input();
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const bool is_last = i + 1 == node.children.size();
      TextOutput pipe;
      Input from_before{std::move(carried)};
      if (i > 0) context_.set_input(&from_before);
      if (!is_last) context_.set_output(&pipe);
      sim::Task<std::int32_t> task = run(*node.children[i]);
      status = co_await task;
      context_.set_output(output);
      context_.set_input(input);
      carried = std::move(pipe.text);
      if (exited_) break;
    }
    co_return status;
  }

  sim::Task<std::int32_t> run_simple(const ShellNode& node) {
    std::size_t first = 0;
    while (first < node.words.size()) {
      const std::size_t length = assignment_length(node.words[first]);
      if (length == 0) break;
      std::string raw = node.words[first].substr(length);
      sim::Task<std::vector<std::string>> expand = expand_word(std::move(raw), false);
      const std::vector<std::string> value = co_await expand;
      variables_[node.words[first].substr(0, length - 1)] = value.empty() ? "" : value.front();
      ++first;
    }
    std::vector<std::string> raw_words{node.words.begin() + static_cast<std::ptrdiff_t>(first),
                                       node.words.end()};
    sim::Task<std::vector<std::string>> expand = expand_words(std::move(raw_words));
    std::vector<std::string> words = co_await expand;
    sim::Task<std::int32_t> task = run_redirected(node, std::move(words));
    co_return co_await task;
  }

  sim::Task<std::int32_t> run_redirected(const ShellNode& node, std::vector<std::string> words) {
    Output* const output = context_.output();
    Output* const error_output = context_.error_output();
    Input* const input = context_.input();
    std::unique_ptr<Input> file;
    TextOutput captured[2];
    std::string targets[2];
    bool appends[2] = {};
    for (const ShellNode::Redirection& redirection : node.redirections) {
      sim::Task<std::vector<std::string>> expand = expand_word(redirection.target, false);
      const std::vector<std::string> target = co_await expand;
      const std::string path = target.empty() ? "" : target.front();
      if (redirection.reads) {
        const std::string nothing;
        const std::string* text =
            path == "/dev/null"
                ? &nothing
                : context_.files().read(FileSystem::normalise(path, context_.working_folder()));
        if (text == nullptr) {
          context_.print_error(fmt::format("sh: can't open {}: no such file\n", path));
          context_.set_output(output);
          context_.set_error_output(error_output);
          context_.set_input(input);
          co_return 2;
        }
        file = std::make_unique<Input>(*text);
        context_.set_input(file.get());
        continue;
      }
      const auto stream = static_cast<std::size_t>(redirection.stream - 1);
      if (const std::optional<Output*> other = find_stream(path)) {
        if (stream == 0) {
          context_.set_output(*other);
        } else {
          context_.set_error_output(*other);
        }
      } else {
        targets[stream] = path;
        appends[stream] = redirection.appends;
        if (stream == 0) {
          context_.set_output(&captured[0]);
        } else {
          context_.set_error_output(&captured[1]);
        }
      }
    }
    sim::Task<std::int32_t> task = run_command(std::move(words));
    const std::int32_t status = co_await task;
    context_.set_output(output);
    context_.set_error_output(error_output);
    context_.set_input(input);
    for (const std::size_t stream : {0u, 1u}) {
      if (targets[stream].empty() || targets[stream] == "/dev/null") continue;
      if (!write_file(targets[stream], captured[stream].text, appends[stream])) co_return 1;
    }
    co_return status;
  }

  // The stream that is already open under that name; null is the container's log, where the output
  // of its first process goes.
  std::optional<Output*> find_stream(std::string_view path) {
    if (path == "&1" || path == "/dev/stdout") return context_.output();
    if (path == "&2" || path == "/dev/stderr") return context_.error_output();
    if (path == "/proc/1/fd/1" || path == "/proc/1/fd/2") return nullptr;
    return std::nullopt;
  }

  bool write_file(const std::string& path, const std::string& text, bool appends) {
    const std::string whole = FileSystem::normalise(path, context_.working_folder());
    FileSystem& files = context_.files();
    if (appends ? files.append(whole, text) : files.write(whole, text)) return true;
    context_.print_error(fmt::format("sh: can't create {}: Is a directory\n", path));
    return false;
  }

  sim::Task<std::int32_t> run_command(std::vector<std::string> words) {
    if (words.empty()) co_return 0;
    if (const std::optional<std::int32_t> status = run_builtin(words)) co_return *status;
    if (words.front() == "read") {
      sim::Task<std::int32_t> task = read(std::move(words));
      co_return co_await task;
    }
    if (words.front() == "exec") {
      words.erase(words.begin());
      sim::Task<std::int32_t> task = replace(std::move(words));
      co_return co_await task;
    }
    if (words.front() == "eval" || words.front() == ".") {
      context_.print_error(fmt::format("sh: {}: not simulated\n", words.front()));
      co_return 2;
    }
    co_await sim::sleep(kCommandTime);
    const Program program = find(words.front());
    if (program == nullptr) co_return not_found(words.front());
    ProcessContext child{context_.machine(), std::move(words), context_.is_first(),
                         context_.output()};
    child.set_error_output(context_.error_output());
    child.set_working_folder(context_.working_folder());
    child.set_input(context_.input());
    child.set_terminal(context_.is_terminal());
    child.set_process_id(context_.process_id());
    sim::Task<std::int32_t> task = program(child);
    co_return co_await task;
  }

  // `read -r first second rest`: a line of standard input, cut at blanks; 1 at the end of it.
  sim::Task<std::int32_t> read(std::vector<std::string> words) {
    std::size_t next = 1;
    for (; next < words.size() && words[next].starts_with('-'); ++next) {
      if (words[next] == "-p" && next + 1 < words.size()) {
        context_.print_error(words[++next]);
      } else if (words[next] != "-r") {
        context_.print_error(fmt::format("sh: read: illegal option {}\n", words[next]));
        co_return 2;
      }
    }
    std::string line;
    if (Input* const input = context_.input()) {
      sim::Task<std::string> reading = input->read_line();
      line = co_await reading;
    }
    const bool is_whole = line.ends_with('\n');
    if (is_whole) line.pop_back();
    std::string_view rest = line;
    const auto skip_blanks = [&rest] {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    };
    for (; next < words.size(); ++next) {
      skip_blanks();
      const bool is_last = next + 1 == words.size();
      const std::string_view word =
          rest.substr(0, is_last ? rest.find_last_not_of(" \t") + 1 : rest.find_first_of(" \t"));
      variables_[words[next]] = word;
      rest.remove_prefix(word.size());
    }
    co_return is_whole ? 0 : 1;
  }

  // `exec`: the program takes this process over, and hears its signals.
  sim::Task<std::int32_t> replace(std::vector<std::string> words) {
    if (words.empty()) co_return 0;
    if (const std::optional<std::int32_t> status = run_builtin(words)) co_return *status;
    if (words.front() == "read") {
      sim::Task<std::int32_t> task = read(std::move(words));
      co_return co_await task;
    }
    const Program program = find(words.front());
    if (program == nullptr) {
      const std::int32_t status = not_found(words.front());
      exit(status);
      co_return status;
    }
    context_.set_arguments(std::move(words));
    sim::Task<std::int32_t> task = program(context_);
    const std::int32_t status = co_await task;
    exit(status);
    co_return status;
  }

  Program find(std::string_view name) const {
    const Machine& machine = context_.machine();
    if (const Program program = machine.image.find_program(name)) return program;
    if (is_one_of(base_name(name), machine.missing_programs)) return nullptr;
    return find_userland_program(name);
  }

  std::int32_t not_found(std::string_view name) {
    context_.print_error(is_bash_ ? fmt::format("bash: {}: command not found\n", name)
                                  : fmt::format("sh: {}: not found\n", name));
    return kNotFound;
  }

  void exit(std::int32_t status) {
    exited_ = true;
    status_ = status;
  }

  // The commands that change the shell itself; empty if it is none of them.
  std::optional<std::int32_t> run_builtin(const std::vector<std::string>& words) {
    const std::string& name = words.front();
    if (name == ":" || name == "true" || name == "wait" || name == "shift" || name == "umask")
      return 0;
    if (name == "false") return 1;
    if (name == "exit" || name == "return") {
      std::int32_t status = status_;
      if (words.size() > 1) {
        std::from_chars(words[1].data(), words[1].data() + words[1].size(), status);
      }
      exit(status & 0xff);
      return status & 0xff;
    }
    if (name == "break" || name == "continue") {
      break_ = name == "break";
      continue_ = name == "continue";
      return 0;
    }
    if (name == "cd") {
      const std::string folder =
          FileSystem::normalise(words.size() > 1 ? words[1] : "/", context_.working_folder());
      if (!context_.files().is_folder(folder)) {
        context_.print_error(fmt::format("sh: cd: can't cd to {}: No such file or directory\n",
                                         words.size() > 1 ? words[1] : "/"));
        return 2;
      }
      context_.set_working_folder(folder);
      return 0;
    }
    if (name == "set") {
      stops_on_error_ = stops_on_error_ || (words.size() > 1 && words[1].starts_with('-') &&
                                            words[1].find('e') != std::string::npos);
      return 0;
    }
    if (name == "export" || name == "readonly" || name == "local") return export_variables(words);
    if (name == "unset") {
      for (const std::string& variable : words) variables_.erase(variable);
      return 0;
    }
    if (name == "trap") return trap(words);
    return std::nullopt;
  }

  std::int32_t export_variables(const std::vector<std::string>& words) {
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::size_t equals = words[i].find('=');
      const std::string name = words[i].substr(0, equals);
      if (equals != std::string::npos) variables_[name] = words[i].substr(equals + 1);
      context_.machine().environment.emplace_back(name, lookup(name).value_or(""));
    }
    return 0;
  }

  // `trap 'exit 0' TERM`: of all traps, those that end the shell on a signal to stop.
  std::int32_t trap(const std::vector<std::string>& words) {
    constexpr std::string_view kSignals[] = {"TERM", "SIGTERM", "15", "INT", "SIGINT", "2"};
    const bool on_stop = std::ranges::any_of(
        words, [&](const std::string& word) { return is_one_of(word, kSignals); });
    if (words.size() < 3 || !on_stop) return 0;
    const std::size_t at = words[1].find("exit");
    if (at == std::string::npos) return 0;
    std::int32_t status = 0;
    const std::string number = words[1].substr(std::min(words[1].size(), at + 5));
    std::from_chars(number.data(), number.data() + number.size(), status);
    context_.exit_on_signal(status);
    return 0;
  }

  std::optional<std::string> lookup(std::string_view name) const {
    if (name == "?") return std::to_string(status_);
    if (name == "$") return std::to_string(context_.process_id());
    if (name == "#") return std::to_string(parameters_.empty() ? 0 : parameters_.size() - 1);
    if (name.size() == 1 && name[0] >= '0' && name[0] <= '9') {
      const auto index = static_cast<std::size_t>(name[0] - '0');
      if (index >= parameters_.size()) return std::nullopt;
      return parameters_[index];
    }
    if (name == "@" || name == "*") {
      std::string all;
      for (std::size_t i = 1; i < parameters_.size(); ++i)
        all += (i > 1 ? " " : "") + parameters_[i];
      return all;
    }
    if (name == "PWD") return context_.working_folder();
    if (name == "RANDOM") return std::to_string(context_.machine().random.below(32768));
    const auto found = variables_.find(name);
    if (found != variables_.end()) return found->second;
    return context_.machine().variable(name);
  }

  sim::Task<std::vector<std::string>> expand_words(std::vector<std::string> raw_words) {
    std::vector<std::string> words;
    for (std::string& raw : raw_words) {
      sim::Task<std::vector<std::string>> expand = expand_word(std::move(raw), true);
      std::vector<std::string> some = co_await expand;
      std::ranges::move(some, std::back_inserter(words));
    }
    co_return words;
  }

  // What a word becomes: quotes taken away, variables and commands replaced, and, if `splits`, what
  // came of those outside quotes cut at white space.
  sim::Task<std::vector<std::string>> expand_word(std::string raw, bool splits) {
    std::vector<std::string> words;
    std::string word;
    bool has_word = false;
    bool quoted = false;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const char c = raw[i];
      if (c == '\'' && !quoted) {
        const std::size_t end = std::min(raw.find('\'', i + 1), raw.size());
        word.append(raw, i + 1, end - i - 1);
        has_word = true;
        i = end;
      } else if (c == '"') {
        quoted = !quoted;
        has_word = true;
      } else if (c == '\\' && i + 1 < raw.size()) {
        const char next = raw[++i];
        const bool is_special = std::string_view{"\"\\$`"}.find(next) != std::string_view::npos;
        if (quoted && !is_special) word += '\\';
        if (next != '\n') word += next;
        has_word = true;
      } else if ((c == '$' && i + 1 < raw.size()) || c == '`') {
        sim::Task<std::string> task = expand_dollar(raw, i);
        const std::string text = co_await task;
        if (quoted || !splits) {
          word += text;
          has_word = has_word || !text.empty();
        } else {
          append_fields(text, words, word, has_word);
        }
      } else {
        word += c;
        has_word = true;
      }
    }
    if (has_word || !splits) words.push_back(std::move(word));
    co_return words;
  }

  static void append_fields(const std::string& text, std::vector<std::string>& words,
                            std::string& word, bool& has_word) {
    for (const char c : text) {
      if (c != ' ' && c != '\t' && c != '\n') {
        word += c;
        has_word = true;
      } else if (has_word) {
        words.push_back(std::exchange(word, {}));
        has_word = false;
      }
    }
  }

  // The expansion that begins at raw[i]; leaves i at its last character.
  sim::Task<std::string> expand_dollar(const std::string& raw, std::size_t& i) {
    if (raw[i] == '`') {
      const std::size_t end = std::min(raw.find('`', i + 1), raw.size());
      const std::string script = raw.substr(i + 1, end - i - 1);
      i = end;
      sim::Task<std::string> task = substitute(script);
      co_return co_await task;
    }
    if (raw[i + 1] == '(') {
      const std::size_t end = closing(raw, i + 1);
      const std::string inner = raw.substr(i + 2, end - i - 2);
      i = end;
      if (inner.starts_with('(') && inner.ends_with(')')) {
        const auto value = [this](std::string_view name) { return lookup(name).value_or("0"); };
        co_return std::to_string(evaluate_arithmetic(inner.substr(1, inner.size() - 2), value));
      }
      sim::Task<std::string> task = substitute(inner);
      co_return co_await task;
    }
    if (raw[i + 1] == '{') {
      const std::size_t end = closing(raw, i + 1);
      const std::string inner = raw.substr(i + 2, end - i - 2);
      i = end;
      co_return expand_braces(inner);
    }
    const std::size_t start = i + 1;
    std::size_t end = start;
    while (end < raw.size() && is_name_character(raw[end])) ++end;
    if (end == start && std::string_view{"?$#@*"}.find(raw[start]) != std::string_view::npos) ++end;
    if (end == start) co_return "$";
    i = end - 1;
    co_return lookup(std::string_view{raw}.substr(start, end - start)).value_or("");
  }

  static std::size_t closing(const std::string& raw, std::size_t open) {
    const char close = raw[open] == '(' ? ')' : '}';
    int depth = 0;
    for (std::size_t i = open; i < raw.size(); ++i) {
      if (raw[i] == raw[open]) ++depth;
      if (raw[i] == close && --depth == 0) return i;
    }
    return raw.size() - 1;
  }

  // `${NAME}`, `${NAME:-default}`, `${NAME:=default}`, `${#NAME}`.
  std::string expand_braces(const std::string& inner) {
    if (inner.starts_with('#')) return std::to_string(lookup(inner.substr(1)).value_or("").size());
    std::size_t end = 0;
    while (end < inner.size() && is_name_character(inner[end])) ++end;
    const std::string name = inner.substr(0, end);
    const std::string value = lookup(name).value_or("");
    if (end == inner.size() || !value.empty()) return value;
    const std::size_t dash = inner.find_first_of("-=", end);
    if (dash == std::string::npos) return value;
    const std::string fallback = inner.substr(dash + 1);
    if (inner[dash] == '=') variables_[name] = fallback;
    return fallback;
  }

  // What a script prints, without the final newlines.
  sim::Task<std::string> substitute(std::string script) {
    TextOutput output;
    ProcessContext child{context_.machine(), {"sh"}, false, &output};
    child.set_working_folder(context_.working_folder());
    child.set_input(context_.input());
    child.set_error_output(context_.error_output());
    Shell shell{child, parameters_};
    shell.variables_ = variables_;
    sim::Task<std::int32_t> task = shell.run_script(std::move(script), false);
    status_ = co_await task;
    while (output.text.ends_with('\n')) output.text.pop_back();
    co_return std::move(output.text);
  }

  ProcessContext& context_;
  // $0, $1, …
  std::vector<std::string> parameters_;
  Variables variables_;
  std::shared_ptr<ShellNode> tree_;
  std::int32_t status_ = 0;
  int depth_ = 0;
  bool exited_ = false;
  bool break_ = false;
  bool continue_ = false;
  bool stops_on_error_ = false;
  bool is_bash_ = false;
  // ^C was typed since the last prompt.
  bool was_interrupted_ = false;
  std::unique_ptr<Job> job_;
};

}  // namespace

sim::Task<std::int32_t> run_shell(ProcessContext& context) {
  const std::vector<std::string> arguments = context.arguments();
  std::size_t next = 1;
  bool is_command = false;
  for (; next < arguments.size() && arguments[next].starts_with('-'); ++next) {
    is_command = is_command || arguments[next].find('c') != std::string::npos;
  }
  std::string script;
  std::vector<std::string> parameters{arguments.empty() ? "sh" : arguments.front()};
  if (next < arguments.size()) {
    script = arguments[next];
    if (!is_command) {
      const std::string path = FileSystem::normalise(script, context.working_folder());
      const std::string* text = context.files().read(path);
      if (text == nullptr) {
        context.print_error(
            fmt::format("sh: can't open '{}': No such file or directory\n", script));
        co_return 2;
      }
      parameters = {script};
      script = *text;
    } else if (next + 1 < arguments.size()) {
      parameters.clear();
      ++next;
    }
    for (std::size_t i = is_command ? next : next + 1; i < arguments.size(); ++i) {
      const bool is_script = is_command && i == next && parameters.size() == 1;
      if (!is_script) parameters.push_back(arguments[i]);
    }
  } else if (context.input() == nullptr) {
    // An interactive shell reads the end of its input and leaves.
    co_return 0;
  } else {
    Shell shell{context, std::move(parameters)};
    sim::Task<std::int32_t> task = shell.run_input();
    co_return co_await task;
  }
  Shell shell{context, std::move(parameters)};
  sim::Task<std::int32_t> task = shell.run_script(std::move(script), is_command);
  co_return co_await task;
}

}  // namespace rockpool::node
