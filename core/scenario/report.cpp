// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/doc/json.h"

namespace rockpool::scenario {
namespace {

// Values longer than this are cut in tables.
constexpr std::size_t kMaxCell = 60;

enum class Ink { plain, green, red, dim, bold };

class Report {
 public:
  explicit Report(bool color) : color_{color} {}

  std::string text() && { return std::move(text_); }
  void line(std::string_view content) { text_ += fmt::format("{}\n", content); }
  std::string paint(Ink ink, std::string_view content) const;
  std::string mark(bool good) const { return good ? paint(Ink::green, "✓") : paint(Ink::red, "✗"); }

  void add_step(const StepResult& step);
  void add_operation(const OperationResult& operation, std::size_t indent);

 private:
  using Row = std::array<std::string, 3>;
  struct Line {
    bool good = true;
    Row cells;
  };
  void add_table(const Row& heads, const std::vector<Line>& lines, std::size_t indent);
  void add_mismatches(const OperationResult& operation, std::size_t indent);
  void add_measures(const OperationResult& operation, std::size_t indent);
  void add_failed_requests(const TrafficStatistics& statistics, std::size_t indent);

  bool color_;
  std::string text_;
};

// Characters, not bytes.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

std::string cut(std::string text) {
  if (width(text) <= kMaxCell) return text;
  std::size_t end = 0;
  for (std::size_t count = 0; count < kMaxCell - 1; ++count) {
    do ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80);
  }
  return text.substr(0, end) + "…";
}

std::string pad(std::string_view text, std::size_t size) {
  return fmt::format("{}{:{}}", text, "", size - std::min(size, width(text)));
}

// `12.345s`: milliseconds are enough to read, and line up.
std::string clock_text(sim::Duration since_start) {
  return fmt::format("{:.3f}s", std::chrono::duration<double>{since_start}.count());
}

std::string Report::paint(Ink ink, std::string_view content) const {
  if (!color_ || ink == Ink::plain) return std::string{content};
  constexpr std::array<std::string_view, 5> kCodes = {"0", "32", "31", "2", "1"};
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(ink)], content);
}

void Report::add_table(const Row& heads, const std::vector<Line>& lines, std::size_t indent) {
  std::array<std::size_t, 3> widths{};
  for (std::size_t column = 0; column < heads.size(); ++column) {
    widths[column] = width(heads[column]);
    for (const Line& row : lines)
      widths[column] = std::max(widths[column], width(row.cells[column]));
  }
  const auto row_text = [&](const Row& cells) {
    return fmt::format("{}  {}  {}", pad(cells[0], widths[0]), pad(cells[1], widths[1]), cells[2]);
  };
  line(fmt::format("{:{}}  {}", "", indent, paint(Ink::dim, row_text(heads))));
  for (const Line& row : lines) {
    const std::string cells = row_text(row.cells);
    line(fmt::format("{:{}}{} {}", "", indent, mark(row.good),
                     row.good ? cells : paint(Ink::red, cells)));
  }
}

void Report::add_mismatches(const OperationResult& operation, std::size_t indent) {
  if (operation.mismatches.empty()) return;
  std::vector<Line> lines;
  for (const Mismatch& mismatch : operation.mismatches) {
    std::string found = mismatch.found.is_null() && !mismatch.note.empty()
                            ? "nothing"
                            : doc::to_json(mismatch.found);
    if (mismatch.found.is_array() && mismatch.expected.is_array() && !mismatch.note.empty()) {
      found = fmt::format("{} ({} items, not {})", cut(found), mismatch.found.size(),
                          mismatch.expected.size());
    } else {
      found = cut(found);
    }
    lines.push_back({false, {mismatch.path, cut(doc::to_json(mismatch.expected)), found}});
  }
  line(fmt::format("{:{}}{}", "", indent, paint(Ink::bold, operation.closest)));
  add_table({"field", "expected", "found"}, lines, indent);
}

void Report::add_measures(const OperationResult& operation, std::size_t indent) {
  if (operation.measured.empty()) return;
  std::vector<Line> lines;
  for (const Measured& measured : operation.measured) {
    lines.push_back({measured.holds, {measured.metric, measured.expected, measured.found}});
  }
  add_table({"measure", "expected", "found"}, lines, indent);
}

void Report::add_failed_requests(const TrafficStatistics& statistics, std::size_t indent) {
  std::string reasons;
  for (const auto& [reason, count] : statistics.reasons()) {
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", count, reason);
  }
  std::string backends;
  for (const auto& [backend, count] : statistics.backends()) {
    backends += fmt::format("{}{} {}", backends.empty() ? "" : ", ", count, backend);
  }
  line(fmt::format("{:{}}answered by: {}", "", indent, backends.empty() ? "nobody" : backends));
  if (statistics.failed().empty()) return;
  line(fmt::format("{:{}}failed: {}", "", indent, reasons));
  for (const FailedRequest& failed : statistics.failed()) {
    line(fmt::format("{:{}}after {}: {}", "", indent + 2, sim::format_duration(failed.offset),
                     failed.way));
    line(fmt::format("{:{}}{}", "", indent + 4, paint(Ink::dim, failed.message)));
    if (failed.explanation.empty()) continue;
    line(fmt::format("{:{}}{}", "", indent + 4, paint(Ink::dim, failed.explanation)));
  }
}

void Report::add_operation(const OperationResult& operation, std::size_t indent) {
  constexpr std::size_t kClock = 12;
  line(fmt::format("{} {:{}}{} {}",
                   paint(Ink::dim, fmt::format("{:>{}}", clock_text(operation.began), kClock)), "",
                   indent, mark(operation.passed), operation.title));
  const std::size_t inner = kClock + indent + 3;
  for (const OperationResult& meanwhile : operation.during) add_operation(meanwhile, indent + 2);
  if (!operation.passed) {
    line(fmt::format("{:{}}{} {}", "", inner, paint(Ink::red, operation.problem),
                     paint(Ink::dim, fmt::format("(line {})", operation.line))));
    add_mismatches(operation, inner);
  }
  add_measures(operation, inner);
  if (!operation.passed && operation.statistics.requests() > 0)
    add_failed_requests(operation.statistics, inner);
}

void Report::add_step(const StepResult& step) {
  if (!step.name.empty())
    line(fmt::format("  {} {}", mark(step.passed), paint(Ink::bold, step.name)));
  for (const OperationResult& operation : step.operations) add_operation(operation, 1);
}

// Text or an attribute of XML; characters that XML cannot hold become `?`.
std::string escape(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += "&#10;";
        break;
      case '\t':
        result += "&#9;";
        break;
      default:
        result += static_cast<unsigned char>(letter) < 0x20 ? '?' : letter;
    }
  }
  return result;
}

double seconds(sim::Duration span) {
  return std::chrono::duration<double>{span}.count();
}

sim::Duration time_of(const StepResult& step) {
  return step.operations.empty() ? sim::Duration{0}
                                 : step.operations.back().ended - step.operations.front().began;
}

std::string case_xml(const TestResult& result, std::size_t index) {
  const StepResult& step = result.steps[index];
  const std::string name = step.name.empty() ? fmt::format("step {}", index + 1) : step.name;
  const std::string head = fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.3f}")",
                                       escape(result.file), escape(name), seconds(time_of(step)));
  if (step.passed) return head + "/>\n";
  const auto failed = std::ranges::find(step.operations, false, &OperationResult::passed);
  const std::string message =
      failed != step.operations.end() ? failed->title + ": " + failed->problem : "failed";
  return fmt::format("{}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n", head,
                     escape(message), escape(failure_text(step)));
}

std::size_t failures_of(const TestResult& result) {
  return static_cast<std::size_t>(std::ranges::count(result.steps, false, &StepResult::passed));
}

}  // namespace

std::string digest_text(std::uint64_t digest) {
  return fmt::format("{:016x}", digest);
}

std::string report_text(const TestResult& result, const ReportStyle& style) {
  Report report{style.color};
  report.line(report.paint(Ink::bold, result.file));
  for (const StepResult& step : result.steps) report.add_step(step);
  const std::size_t skipped = result.step_count - std::min(result.step_count, result.steps.size());
  if (skipped > 0)
    report.line(fmt::format("  {} more step{} not run", skipped, skipped == 1 ? "" : "s"));
  report.line(fmt::format(
      "  {} after {} in the cluster, digest {}",
      result.passed ? report.paint(Ink::green, "passed") : report.paint(Ink::red, "failed"),
      sim::format_duration(result.elapsed), digest_text(result.digest)));
  return std::move(report).text();
}

std::string failure_text(const StepResult& step) {
  Report report{false};
  for (const OperationResult& operation : step.operations) {
    if (!operation.passed) report.add_operation(operation, 1);
  }
  return std::move(report).text();
}

std::string junit_xml(const std::vector<TestResult>& results) {
  std::string suites;
  std::size_t cases = 0;
  std::size_t failures = 0;
  for (const TestResult& result : results) {
    cases += result.steps.size();
    failures += failures_of(result);
    suites += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n",
        escape(result.file), result.steps.size(), failures_of(result), seconds(result.elapsed));
    suites += fmt::format("    <properties><property name=\"digest\" value=\"{}\"/></properties>\n",
                          digest_text(result.digest));
    for (std::size_t index = 0; index < result.steps.size(); ++index)
      suites += case_xml(result, index);
    suites += "  </testsuite>\n";
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" "
      "failures=\"{}\">\n{}</testsuites>\n",
      cases, failures, suites);
}

}  // namespace rockpool::scenario
