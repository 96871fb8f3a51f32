// SPDX-License-Identifier: Apache-2.0
// `rockpool test`: runs tests in Chainsaw's format.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/cluster/cluster_networks.h"
#include "core/cluster/cluster_options.h"
#include "core/scenario/report.h"
#include "core/scenario/runner.h"
#include "core/scenario/test_file.h"
#include "native/command.h"
#include "native/files.h"
#include "native/ip_families.h"

namespace rockpool::native {
namespace {

struct TestOptions {
  std::vector<std::string> paths;
  scenario::RunOptions run;
  std::string junit_file;
  std::string digests_file;
  std::string color = "auto";
};

using Tests = std::vector<scenario::TestFile>;

std::expected<scenario::TestFile, std::string> parse_test(const std::string& path,
                                                          const std::string& text) {
  const std::filesystem::path folder = std::filesystem::path{path}.parent_path();
  auto test = scenario::parse_test_file(path, text, [&](const std::string& name) {
    return read_file((folder / name).generic_string());
  });
  if (!test) return std::unexpected{test.error().to_string()};
  return std::move(*test);
}

// A file that was named must be a test; of a folder, those files that are.
std::expected<void, std::string> collect(const std::string& path, Tests& tests) {
  const bool from_folder = is_folder(path);
  std::vector<std::string> files = {path};
  if (from_folder) {
    auto found = find_yaml_files(path);
    if (!found) return std::unexpected{found.error()};
    files = std::move(*found);
  }
  const std::size_t before = tests.size();
  for (const std::string& file : files) {
    const auto text = read_file(file);
    if (!text) return std::unexpected{text.error()};
    if (from_folder && !scenario::is_test_file(*text)) continue;
    auto test = parse_test(file, *text);
    if (!test) return std::unexpected{test.error()};
    tests.push_back(std::move(*test));
  }
  if (tests.size() == before)
    return std::unexpected{fmt::format("{}: no test in this folder", path)};
  return {};
}

bool wants_color(const std::string& choice) {
  if (choice != "auto") return choice == "always";
  const char* refusal = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (refusal == nullptr || *refusal == '\0');
}

std::expected<void, std::string> write_reports(const TestOptions& options,
                                               const std::vector<scenario::TestResult>& results) {
  if (!options.junit_file.empty()) {
    if (auto written = write_file(options.junit_file, scenario::junit_xml(results)); !written)
      return written;
  }
  if (options.digests_file.empty()) return {};
  std::string digests;
  for (const scenario::TestResult& result : results) {
    digests += fmt::format("{} {}\n", result.file, scenario::digest_text(result.digest));
  }
  return write_file(options.digests_file, digests);
}

ExitStatus run_tests(const TestOptions& options) {
  if (const auto checked = check_networks(scenario::cluster_options(options.run)); !checked) {
    print_error(checked.error());
    return ExitStatus::misused;
  }
  Tests tests;
  for (const std::string& path : options.paths) {
    if (const auto collected = collect(path, tests); !collected) {
      print_error(collected.error());
      return ExitStatus::misused;
    }
  }
  const scenario::ReportStyle style{.color = wants_color(options.color)};
  std::vector<scenario::TestResult> results;
  for (const scenario::TestFile& test : tests) {
    results.push_back(scenario::run_test(test, options.run));
    fmt::print("{}\n", scenario::report_text(results.back(), style));
    std::fflush(stdout);
  }
  if (const auto written = write_reports(options, results); !written) {
    print_error(written.error());
    return ExitStatus::misused;
  }
  const auto passed = std::ranges::count(results, true, &scenario::TestResult::passed);
  const auto failed = static_cast<std::ptrdiff_t>(results.size()) - passed;
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? ExitStatus::ok : ExitStatus::failed;
}

}  // namespace

void add_test_command(CLI::App& program, ExitStatus& status) {
  const auto options = std::make_shared<TestOptions>();
  CLI::App* command = program.add_subcommand(
      "test",
      "Run tests in Chainsaw's format, extended by traffic, fault, resolve and advance,\n"
      "each in a cluster of its own, in virtual time");
  command
      ->add_option("PATH", options->paths,
                   "Test files, or folders that are searched for *.yaml and *.yml")
      ->required();
  command->add_option("--seed", options->run.seed, "Decides every random choice")
      ->capture_default_str();
  command->add_option("--nodes", options->run.nodes, "Worker nodes of each cluster")
      ->check(CLI::Range(0, kMaxNodes))
      ->capture_default_str();
  add_ip_family_options(*command, options->run.ip_families);
  add_network_options(*command, options->run.service_cidr, options->run.pod_cidr);
  command
      ->add_option_function<std::string>(
          "--proxy-mode",
          [options](const std::string& name) {
            options->run.proxy_mode = *net::proxy::parse_mode_kind(name);
          },
          "How the nodes' proxies treat connections (userspace)")
      ->check(CLI::IsMember({"userspace", "iptables", "ipvs", "nftables"}));
  command->add_option("--junit", options->junit_file, "Write the results as JUnit XML")
      ->type_name("FILE");
  command
      ->add_option("--digests", options->digests_file,
                   "Write each file's digest of history, a line each")
      ->type_name("FILE");
  command->add_option("--color", options->color, "Colour the output")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  command->callback([options, &status] { status = run_tests(*options); });
}

}  // namespace rockpool::native
