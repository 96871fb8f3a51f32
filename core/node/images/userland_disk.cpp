// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_disk.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/userland_files.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

// How fast a disk takes what is written.
constexpr std::int64_t kBytesPerSecond = 500'000'000;
constexpr std::int64_t kBlock = 512;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// `10`, `4k`, `1M`, `2G`, `1MB`, `1MiB`; empty for anything else, or what no disk could hold.
std::optional<std::int64_t> read_size(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"", 1},
      {"c", 1},
      {"w", 2},
      {"b", kBlock},
      {"kB", 1000},
      {"kD", 1000},
      {"k", 1 << 10},
      {"K", 1 << 10},
      {"KiB", 1 << 10},
      {"MB", 1'000'000},
      {"MD", 1'000'000},
      {"m", 1 << 20},
      {"M", 1 << 20},
      {"MiB", 1 << 20},
      {"GB", 1'000'000'000},
      {"GD", 1'000'000'000},
      {"g", 1 << 30},
      {"G", 1 << 30},
      {"GiB", 1 << 30},
  };
  for (const auto& [name, factor] : kUnits) {
    if (name != unit) continue;
    if (number > kMost / factor) return std::nullopt;
    return number * factor;
  }
  return std::nullopt;
}

// busybox's make_human_readable_str: `512`, `10.0M`, `1.5G`.
std::string human_size(std::int64_t bytes) {
  constexpr std::string_view kUnits = "KMGTPE";
  double amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1024 && unit < kUnits.size()) {
    amount /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{}", bytes) : fmt::format("{:.1f}{}", amount, kUnits[unit - 1]);
}

// What a disk that others write to has left.
std::int64_t free_bytes(ProcessContext& context) {
  const NodeDisk* disk = context.machine().disk;
  return disk == nullptr || !disk->free ? kMost : disk->free();
}

void note_growth(ProcessContext& context) {
  const NodeDisk* disk = context.machine().disk;
  if (disk != nullptr && disk->note_growth) disk->note_growth();
}

// Makes a file of as many bytes as there is room for, up to `bytes`; how many those were. Nothing
// if it cannot be made at all.
std::optional<std::int64_t> fill_file(ProcessContext& context, const std::string& path,
                                      std::int64_t bytes) {
  FileSystem& files = context.files();
  const std::int64_t before = files.size(path).value_or(0);
  const std::int64_t free = free_bytes(context);
  std::int64_t most = free > kMost - before ? bytes : std::min(bytes, free + before);
  note_growth(context);
  if (files.write_unkept(path, most)) return most;
  // A limit of the volume itself: as much of it as goes in, found by halving.
  if (!files.write_unkept(path, 0)) return std::nullopt;
  std::int64_t fits = 0;
  while (most - fits > 1) {
    const std::int64_t middle = fits + (most - fits) / 2;
    (files.write_unkept(path, middle) ? fits : most) = middle;
  }
  return fits;
}

struct Copy {
  std::string input;
  std::string output;
  std::int64_t block = kBlock;
  std::optional<std::int64_t> count;
  bool is_quiet = false;
};

// The operands, or what dd says about the one that it does not know.
std::expected<Copy, std::string> read_operands(const std::vector<std::string>& arguments) {
  Copy copy;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
    if (name == "if") {
      copy.input = value;
    } else if (name == "of") {
      copy.output = value;
    } else if (name == "bs" || name == "count") {
      const auto size = read_size(value);
      if (!size || (name == "bs" && *size == 0)) {
        return std::unexpected{fmt::format("dd: invalid number '{}'\n", value)};
      }
      if (name == "bs") copy.block = *size;
      if (name == "count") copy.count = *size;
    } else if (name == "status") {
      copy.is_quiet = value == "none";
    } else if (name != "conv" && name != "oflag" && name != "iflag") {
      return std::unexpected{fmt::format("dd: unrecognized operand '{}'\n", word)};
    }
  }
  return copy;
}

bool is_endless(const std::string& path) {
  return path == "/dev/zero" || path == "/dev/urandom" || path == "/dev/random";
}

std::string records(std::int64_t bytes, std::int64_t block, std::string_view direction) {
  return fmt::format("{}+{} records {}\n", bytes / block, bytes % block == 0 ? 0 : 1, direction);
}

// What was copied, and what went wrong on the way; the error is what kept it from beginning.
struct Copied {
  std::int64_t bytes = 0;
  std::string problem;
};
using CopyResult = std::expected<Copied, std::string>;

std::string no_space(const Copy& copy) {
  return fmt::format("dd: error writing '{}': No space left on device\n", copy.output);
}

bool keeps_output(const Copy& copy) {
  return !copy.output.empty() && copy.output != "/dev/null";
}

std::string_view refusal_of(ProcessContext& context, const std::string& output) {
  const std::string_view why = context.files().refusal(path_of(context, output));
  return why.empty() ? "Is a directory" : why;
}

// From a device without an end. Nobody keeps what goes to /dev/null or a screen.
CopyResult copy_device(ProcessContext& context, const Copy& copy, std::int64_t wanted) {
  if (!keeps_output(copy)) return Copied{wanted, {}};
  const auto fitted = fill_file(context, path_of(context, copy.output), wanted);
  if (!fitted) {
    return std::unexpected{
        fmt::format("dd: can't open '{}': {}\n", copy.output, refusal_of(context, copy.output))};
  }
  return Copied{*fitted, *fitted < wanted ? no_space(copy) : ""};
}

// `text`, up to `wanted` bytes, to a file or the process's output.
Copied copy_text(ProcessContext& context, const Copy& copy, std::string text, std::int64_t wanted) {
  if (static_cast<std::int64_t>(text.size()) > wanted) {
    text.resize(static_cast<std::size_t>(wanted));
  }
  const auto size = static_cast<std::int64_t>(text.size());
  if (copy.output.empty()) {
    context.print(text);
  } else if (keeps_output(copy) &&
             !context.files().write(path_of(context, copy.output), std::move(text))) {
    return {0, no_space(copy)};
  }
  return {size, {}};
}

sim::Task<CopyResult> run_copy(ProcessContext& context, const Copy& copy) {
  const std::int64_t wanted =
      !copy.count || *copy.count > kMost / copy.block ? kMost : *copy.count * copy.block;
  if (is_endless(copy.input)) {
    if (!copy.count && !keeps_output(copy)) {
      sim::Task<void> forever = wait_forever();
      co_await forever;
    }
    co_return copy_device(context, copy, wanted);
  }
  if (copy.input.empty()) {
    sim::Task<std::string> reading = context.read_input();
    std::string text = co_await reading;
    co_return copy_text(context, copy, std::move(text), wanted);
  }
  std::optional<std::string> content = context.machine().read_file(path_of(context, copy.input));
  if (!content) {
    co_return std::unexpected{
        fmt::format("dd: can't open '{}': No such file or directory\n", copy.input)};
  }
  co_return copy_text(context, copy, std::move(*content), wanted);
}

}  // namespace

Code run_dd(ProcessContext& context) {
  const auto copy = read_operands(context.arguments());
  if (!copy) {
    context.print_error(copy.error());
    co_return 1;
  }
  sim::Task<CopyResult> copying = run_copy(context, *copy);
  const CopyResult copied = co_await copying;
  if (!copied) {
    context.print_error(copied.error());
    co_return 1;
  }
  const std::int64_t bytes = copied->bytes;
  const sim::Duration took{static_cast<std::int64_t>(static_cast<double>(bytes) /
                                                     static_cast<double>(kBytesPerSecond) * 1e9)};
  co_await sim::sleep(took);
  if (!copied->problem.empty()) context.print_error(copied->problem);
  if (!copy->is_quiet) {
    const double seconds = static_cast<double>(took.count()) / 1e9;
    context.print_error(fmt::format("{}{}{} bytes ({}B) copied, {:.6f} seconds, {}B/s\n",
                                    records(bytes, copy->block, "in"),
                                    records(bytes, copy->block, "out"), bytes, human_size(bytes),
                                    seconds, human_size(bytes == 0 ? 0 : kBytesPerSecond)));
  }
  co_return copied->problem.empty() ? 0 : 1;
}

Code run_fallocate(ProcessContext& context) {
  std::optional<std::int64_t> size;
  std::string file;
  const std::vector<std::string>& arguments = context.arguments();
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-l" && i + 1 < arguments.size()) {
      size = read_size(arguments[++i]);
    } else if (word.starts_with("-l")) {
      size = read_size(std::string_view{word}.substr(2));
    } else if (!word.starts_with('-')) {
      file = word;
    }
  }
  if (!size || *size == 0 || file.empty()) {
    context.print_error("Usage: fallocate [-o OFS] -l LEN FILE\n");
    co_return 1;
  }
  const std::string path = path_of(context, file);
  const std::int64_t before = context.files().size(path).value_or(0);
  // Longer files stay as they are.
  if (*size <= before) co_return 0;
  const bool has_room = *size - before <= free_bytes(context);
  if (!has_room || !context.files().write_unkept(path, *size)) {
    context.print_error(fmt::format("fallocate: fallocate '{}': No space left on device\n", file));
    co_return 1;
  }
  note_growth(context);
  co_return 0;
}

namespace {

std::int64_t sum_of(const FileSystem& files, const std::string& path) {
  if (const auto size = files.size(path)) return *size;
  std::int64_t sum = 0;
  for (const std::string& name : files.list(path)) {
    sum += sum_of(files, path == "/" ? "/" + name : path + "/" + name);
  }
  return sum;
}

// In units of kilobytes, rounded up, or as people read it.
std::string size_text(std::int64_t bytes, bool human, std::int64_t unit = 1 << 10) {
  if (human) return human_size(bytes);
  return fmt::format("{}", (bytes + unit - 1) / unit);
}

}  // namespace

Code run_du(ProcessContext& context) {
  bool human = false;
  std::int64_t unit = 1 << 10;
  std::vector<std::string> places;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    const std::string& word = context.arguments()[i];
    if (!word.starts_with('-')) {
      places.push_back(word);
      continue;
    }
    if (word.find('h') != std::string::npos) human = true;
    if (word.find('m') != std::string::npos) unit = 1 << 20;
  }
  if (places.empty()) places.emplace_back(".");
  std::int32_t code = 0;
  for (const std::string& place : places) {
    const std::string path = path_of(context, place);
    if (!context.files().exists(path)) {
      context.print_error(fmt::format("du: {}: No such file or directory\n", place));
      code = 1;
      continue;
    }
    const std::int64_t sum = sum_of(context.files(), path);
    context.print(fmt::format("{}\t{}\n", size_text(sum, human, unit), place));
  }
  co_return code;
}

Code run_df(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  const bool human = arguments.size() > 1 && arguments[1] == "-h";
  const NodeDisk* disk = context.machine().disk;
  const std::int64_t all = disk == nullptr || !disk->capacity ? 0 : disk->capacity();
  const std::int64_t free = disk == nullptr || !disk->free ? 0 : disk->free();
  const std::int64_t used = all - free;
  const std::int64_t percent = all == 0 ? 0 : (used * 100 + all - 1) / all;
  if (human) {
    context.print("Filesystem                Size      Used Available Use% Mounted on\n");
  } else {
    context.print("Filesystem           1K-blocks      Used Available Use% Mounted on\n");
  }
  context.print(fmt::format("{:<20} {:>9} {:>9} {:>9} {:>3}% /\n", "overlay", size_text(all, human),
                            size_text(used, human), size_text(free, human), percent));
  co_return 0;
}

}  // namespace rockpool::node
