// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <expected>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "core/api/field_error.h"
#include "core/api/validation/parts.h"
#include "core/doc/ascii.h"

// The format of CronJobs' schedules, judged in the words of robfig/cron's ParseStandard.
namespace rockpool::api::validation {

namespace {

using Problem = std::string;
template <typename T>
using OrProblem = std::expected<T, Problem>;

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kDays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Bounds {
  int min;
  int max;
  std::span<const std::string_view> names = {};
};

constexpr Bounds kFields[] = {{0, 59}, {0, 23}, {1, 31}, {1, 12, kMonths}, {0, 6, kDays}};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> split_fields(std::string_view text) {
  std::vector<std::string_view> fields;
  for (const std::string_view field : split(text, ' ')) {
    if (!field.empty()) fields.push_back(field);
  }
  return fields;
}

OrProblem<int> read_number(std::string_view text) {
  int number = 0;
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || rest != end) {
    return std::unexpected{fmt::format(
        "failed to parse int from {}: strconv.Atoi: parsing {}: {}", text, quote(text),
        error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax")};
  }
  if (number < 0) {
    return std::unexpected{fmt::format("negative number ({}) not allowed: {}", number, text)};
  }
  return number;
}

OrProblem<int> read_number_or_name(std::string_view text, const Bounds& bounds) {
  const auto found = std::ranges::find(bounds.names, doc::to_lower(text));
  if (found == bounds.names.end()) return read_number(text);
  return static_cast<int>(found - bounds.names.begin()) + bounds.min;
}

struct Range {
  int start;
  int end;
  bool single;
};

// The part of an expression before its step.
OrProblem<Range> read_range(std::string_view text, std::string_view expression,
                            const Bounds& bounds) {
  const std::vector<std::string_view> ends = split(text, '-');
  if (ends[0] == "*" || ends[0] == "?") return Range{bounds.min, bounds.max, false};
  const OrProblem<int> start = read_number_or_name(ends[0], bounds);
  if (!start) return std::unexpected{start.error()};
  if (ends.size() == 1) return Range{*start, *start, true};
  if (ends.size() > 2) return std::unexpected{fmt::format("too many hyphens: {}", expression)};
  const OrProblem<int> end = read_number_or_name(ends[1], bounds);
  if (!end) return std::unexpected{end.error()};
  return Range{*start, *end, false};
}

Problem check_expression(std::string_view expression, const Bounds& bounds) {
  const std::vector<std::string_view> parts = split(expression, '/');
  const OrProblem<Range> read = read_range(parts[0], expression, bounds);
  if (!read) return read.error();
  Range range = *read;
  int step = 1;
  if (parts.size() > 2) return fmt::format("too many slashes: {}", expression);
  if (parts.size() == 2) {
    const OrProblem<int> given = read_number(parts[1]);
    if (!given) return given.error();
    step = *given;
    if (range.single) range.end = bounds.max;
  }
  if (range.start < bounds.min) {
    return fmt::format("beginning of range ({}) below minimum ({}): {}", range.start, bounds.min,
                       expression);
  }
  if (range.end > bounds.max) {
    return fmt::format("end of range ({}) above maximum ({}): {}", range.end, bounds.max,
                       expression);
  }
  if (range.start > range.end) {
    return fmt::format("beginning of range ({}) beyond end of range ({}): {}", range.start,
                       range.end, expression);
  }
  if (step == 0) {
    return fmt::format("step of range should be a positive number: {}", expression);
  }
  return {};
}

Problem check_field(std::string_view field, const Bounds& bounds) {
  for (const std::string_view expression : split(field, ',')) {
    // Go's FieldsFunc leaves empty parts out.
    if (expression.empty()) continue;
    if (Problem problem = check_expression(expression, bounds); !problem.empty()) return problem;
  }
  return {};
}

Problem check_descriptor(std::string_view text) {
  constexpr std::string_view kDescriptors[] = {"@yearly", "@annually", "@monthly", "@weekly",
                                               "@daily",  "@midnight", "@hourly"};
  constexpr std::string_view kEvery = "@every ";
  if (std::ranges::find(kDescriptors, text) != std::end(kDescriptors)) return {};
  if (!text.starts_with(kEvery)) return fmt::format("unrecognized descriptor: {}", text);
  const std::string_view duration = text.substr(kEvery.size());
  const bool begins_well = !duration.empty() && (duration[0] >= '0' && duration[0] <= '9');
  const bool ends_well =
      duration.ends_with('h') || duration.ends_with('m') || duration.ends_with('s');
  if (begins_well && ends_well) return {};
  return fmt::format("failed to parse duration {}: time: invalid duration {}", text,
                     quote(duration));
}

}  // namespace

std::string check_schedule(std::string_view schedule) {
  if (schedule.empty()) return "empty spec string";
  if (schedule.starts_with('@')) return check_descriptor(schedule);
  const std::vector<std::string_view> fields = split_fields(schedule);
  constexpr std::size_t kCount = std::size(kFields);
  if (fields.size() != kCount) {
    return fmt::format("expected exactly {} fields, found {}: [{}]", kCount, fields.size(),
                       fmt::join(fields, " "));
  }
  for (std::size_t i = 0; i < kCount; ++i) {
    if (Problem problem = check_field(fields[i], kFields[i]); !problem.empty()) return problem;
  }
  return {};
}

}  // namespace rockpool::api::validation
