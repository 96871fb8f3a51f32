// SPDX-License-Identifier: Apache-2.0
// `rockpool why`: says what is wrong with the way of a request.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/cluster/cluster.h"
#include "core/sim/time.h"
#include "native/cluster_source.h"
#include "native/command.h"
#include "native/files.h"

namespace rockpool::native {
namespace {

// Often enough that a request meets what lasts for a moment only.
constexpr sim::Duration kWatchPace = std::chrono::milliseconds{50};
constexpr int kFirstErrorStatus = 400;

struct WhyOptions {
  ClusterSource source;
  std::string from = "external";
  std::string url;
  // Empty: what the URL says.
  std::string host;
  // Empty: no request is made.
  std::string watch;
  // Empty: nothing changes while it is watched.
  std::string change_file;
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

// The requests that are made while a cluster is watched.
class Watch {
 public:
  Watch(Cluster& cluster, FetchOptions request)
      : cluster_{cluster}, request_{std::move(request)}, began_{cluster.now()} {}

  // Makes requests until one has failed or the time is over, and waits for the answers.
  api::Result<void> run(sim::Duration span) {
    while (cluster_.now() - began_ < span && !failure_) {
      const auto started =
          cluster_.start_fetch(request_, [this, number = ++made_](const net::FetchResult& result) {
            ++answered_;
            if (!failure_ && !is_well(result)) failure_ = explain(number, result);
          });
      if (!started) return started;
      cluster_.run_for(kWatchPace);
    }
    while (answered_ < made_ && !failure_ && cluster_.step()) {
    }
    return {};
  }

  ExitStatus print_result(std::string_view span) const {
    if (!failure_) {
      fmt::print("None of {} requests in {} has failed.\n", made_, span);
      return ExitStatus::ok;
    }
    fmt::print("{}\n\n", failure_->headline);
    const auto& explanation = failure_->explanation;
    if (!explanation) return misuse(explanation.error().message);
    print(*explanation);
    return ExitStatus::failed;
  }

 private:
  struct Failed {
    std::string headline;
    api::Result<cluster::Explanation> explanation;
  };

  static bool is_well(const net::FetchResult& result) {
    return result.ok() && result.outcome->status < kFirstErrorStatus;
  }

  // To be called when it fails: later the cluster is another one.
  Failed explain(std::uint64_t number, const net::FetchResult& result) const {
    const std::string how = result.ok()
                                ? fmt::format("was answered {}", result.outcome->status)
                                : fmt::format("failed: {}", curl_message(result.outcome.error()));
    return {fmt::format("Request {}, made after {}, {}", number,
                        sim::format_duration(result.started - began_), how),
            cluster_.explain(request_, result)};
  }

  Cluster& cluster_;
  FetchOptions request_;
  sim::Time began_;
  std::uint64_t made_ = 0;
  std::uint64_t answered_ = 0;
  std::optional<Failed> failure_;
};

ExitStatus watch(Cluster& cluster, const FetchOptions& request, const WhyOptions& options) {
  const auto span = sim::parse_duration(options.watch);
  if (!span || *span <= sim::Duration{0}) {
    return misuse(fmt::format("--watch: expected a duration, not \"{}\"", options.watch));
  }
  if (const auto possible = cluster.check_fetch(request); !possible) {
    return misuse(possible.error().message);
  }
  // Nobody takes a snapshot of it, and there may be many requests.
  cluster.stop_recording();
  if (!options.change_file.empty()) {
    const auto text = read_file(options.change_file);
    if (!text) return misuse(text.error());
    const auto applied = cluster.apply(*text);
    if (!applied) {
      return misuse(fmt::format("{}: {}", options.change_file, applied.error().status.message));
    }
  }
  Watch watching{cluster, request};
  if (const auto run = watching.run(*span); !run) return misuse(run.error().message);
  return watching.print_result(options.watch);
}

ExitStatus explain(Cluster& cluster, const WhyOptions& options) {
  FetchOptions request;
  request.from = full_name(options.from);
  request.url = options.url;
  if (!options.host.empty()) request.headers.add("Host", options.host);
  if (!options.watch.empty()) return watch(cluster, request, options);
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
  command
      ->add_option(
          "--to", options->url,
          "The URL that is asked for: http://web:80; or else tcp://, udp:// or\nsctp:// with a "
          "port, or dns://web for the name alone")
      ->required();
  command
      ->add_option("--from", options->from,
                   "Who asks: pod/NAME, pod/NAMESPACE/NAME, node/NAME or external")
      ->capture_default_str();
  command->add_option("--host", options->host, "The header Host, if not the URL's: for an Ingress")
      ->type_name("NAME");
  CLI::Option* const watching =
      command
          ->add_option("--watch", options->watch,
                       "Make 20 requests a second for that time, and explain the first that "
                       "fails: has no answer,\nor one of status 400 or more")
          ->type_name("DURATION");
  command
      ->add_option("--change", options->change_file,
                   "A manifest that is applied when the watch begins: a new version, a new size")
      ->type_name("FILE")
      ->needs(watching);
  command->callback([options, &status] { status = why(*options); });
}

}  // namespace rockpool::native
