// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/scenario/result.h"

namespace rockpool::scenario {

/// How a report looks.
struct ReportStyle {
  /// ANSI colours.
  bool color = false;
};

/// One test for people: a line for each step and operation with the virtual time at which it began,
/// a table of what traffic was to be and was, and beside each failure what was expected and what
/// was found.
std::string report_text(const TestResult& result, const ReportStyle& style = {});
/// The same for what failed only, without colour: for the body of a JUnit failure.
std::string failure_text(const StepResult& step);
/// `digest 0123456789abcdef`'s number: always 16 digits.
std::string digest_text(std::uint64_t digest);

/// All tests as JUnit XML: a suite for each file, a case for each step.
std::string junit_xml(const std::vector<TestResult>& results);

}  // namespace rockpool::scenario
