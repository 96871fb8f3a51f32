// SPDX-License-Identifier: Apache-2.0
// `rockpool why`: says what is wrong with the way of a request.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

#include "core/cluster/cluster.h"
#include "native/cluster_source.h"
#include "native/command.h"

namespace rockpool::native {
namespace {

struct WhyOptions {
  ClusterSource source;
  std::string from = "external";
  std::string url;
};

ExitStatus misuse(std::string_view message) {
  print_error(message);
  return ExitStatus::misused;
}

// `pod/web` is one of the namespace default.
std::string full_name(const std::string& from) {
  const bool is_short = from.starts_with("pod/") && std::ranges::count(from, '/') == 1;
  return is_short ? "pod/default/" + from.substr(4) : from;
}

void print(const cluster::Explanation& explanation) {
  for (const cluster::Finding& finding : explanation.findings) {
    fmt::print("{} {}\n", finding.is_well ? "✓" : "✗", finding.text);
  }
  const bool is_well = explanation.cause == cluster::Cause::none;
  fmt::print("\n{}\n", is_well ? explanation.summary : explanation.advice);
}

ExitStatus explain(Cluster& cluster, const WhyOptions& options) {
  FetchOptions request;
  request.from = full_name(options.from);
  request.url = options.url;
  const auto explanation = cluster.explain(request);
  if (!explanation) return misuse(explanation.error().message);
  print(*explanation);
  return explanation->cause == cluster::Cause::none ? ExitStatus::ok : ExitStatus::failed;
}

ExitStatus why(const WhyOptions& options) {
  const auto cluster = options.source.open();
  if (!cluster) return misuse(cluster.error());
  return explain(**cluster, options);
}

}  // namespace

void add_why_command(CLI::App& program, ExitStatus& status) {
  const auto options = std::make_shared<WhyOptions>();
  CLI::App* command = program.add_subcommand(
      "why",
      "Say what is the first thing that is wrong with the way of a request, and what to do about\n"
      "it: name, Service, Pods, proxy, network, process. Exit status 1 if something is.");
  options->source.add_options(*command);
  command->add_option("--to", options->url, "The URL that is asked for: http://web:80")->required();
  command
      ->add_option("--from", options->from,
                   "Who asks: pod/NAME, pod/NAMESPACE/NAME, node/NAME or external")
      ->capture_default_str();
  command->callback([options, &status] { status = why(*options); });
}

}  // namespace rockpool::native
