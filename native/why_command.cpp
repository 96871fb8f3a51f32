// SPDX-License-Identifier: Apache-2.0
// `rockpool why`: says what is wrong with the way of a request.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/cluster/cluster.h"
#include "core/sim/time.h"
#include "native/command.h"
#include "native/files.h"

namespace rockpool::native {
namespace {

struct WhyOptions {
  std::vector<std::string> files;
  std::string state_file;
  std::string from = "external";
  std::string url;
  std::string after = "60s";
  ClusterOptions cluster;
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
  const auto after = sim::parse_duration(options.after);
  if (!after) return misuse(fmt::format("--after: expected a duration, not \"{}\"", options.after));
  std::unique_ptr<Cluster> cluster;
  if (options.state_file.empty()) {
    cluster = std::make_unique<Cluster>(options.cluster);
  } else {
    const auto text = read_file(options.state_file);
    if (!text) return misuse(fmt::format("--state: {}", text.error()));
    auto restored = Cluster::restore(*text);
    if (!restored) return misuse(fmt::format("--state: {}", restored.error().message));
    cluster = std::move(*restored);
  }
  for (const std::string& path : options.files) {
    const auto text = read_file(path);
    if (!text) return misuse(text.error());
    const auto applied = cluster->apply(*text);
    if (!applied) return misuse(fmt::format("{}: {}", path, applied.error().status.message));
  }
  if (!options.files.empty()) cluster->run_for(*after);
  return explain(*cluster, options);
}

}  // namespace

void add_why_command(CLI::App& program, ExitStatus& status) {
  const auto options = std::make_shared<WhyOptions>();
  CLI::App* command = program.add_subcommand(
      "why",
      "Say what is the first thing that is wrong with the way of a request, and what to do about\n"
      "it: name, Service, Pods, proxy, network, process. Exit status 1 if something is.");
  command->add_option("FILE", options->files,
                      "Manifests that are applied to a new cluster, or to that of --state");
  command->add_option("--to", options->url, "The URL that is asked for: http://web:80")->required();
  command
      ->add_option("--from", options->from,
                   "Who asks: pod/NAME, pod/NAMESPACE/NAME, node/NAME or external")
      ->capture_default_str();
  command->add_option("--after", options->after, "How long after the manifests it is asked")
      ->capture_default_str();
  command
      ->add_option("--state", options->state_file, "A cluster as `rockpool serve --state` keeps it")
      ->type_name("FILE");
  command->add_option("--nodes", options->cluster.nodes, "Worker nodes of a new cluster")
      ->check(CLI::Range(0, kMaxNodes))
      ->capture_default_str();
  command->add_option("--seed", options->cluster.seed, "Decides every random choice")
      ->capture_default_str();
  command->callback([options, &status] { status = why(*options); });
}

}  // namespace rockpool::native
