// SPDX-License-Identifier: Apache-2.0
#include "native/serve/server.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <tuple>
#include <utility>

#include "core/apiserver/apiserver.h"
#include "core/cluster/cluster_networks.h"
#include "native/command.h"
#include "native/files.h"
#include "native/serve/guard.h"
#include "native/serve/kubeconfig.h"
#include "native/serve/limits.h"

namespace rockpool::native {
namespace {

// How often the state is saved when something was done to the cluster.
constexpr std::chrono::seconds kSaveInterval{2};
// How often it is saved anyway, as time has passed.
constexpr std::chrono::seconds kIdleSaveInterval{60};
// Saving takes at most this share of the time.
constexpr int kSaveShare = 20;

std::unexpected<std::string> blame(std::string_view flag, std::string_view what) {
  return std::unexpected{fmt::format("{}: {}", flag, what)};
}

sim::Time wall_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return sim::Time{std::chrono::duration_cast<std::chrono::seconds>(now)};
}

// Each client takes a file descriptor; what the system allows is often lowered by default.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string where(const std::string& path, const ApplyError& error) {
  if (error.line == 0) return path;
  return fmt::format("{}:{}:{}", path, error.line, error.column);
}

}  // namespace

Server::Server(ServeOptions options) : options_{std::move(options)} {}

std::expected<void, std::string> Server::check() const {
  error_code error;
  asio::ip::make_address(options_.address, error);
  if (error) {
    return blame("--address", fmt::format("{} is no IP address", options_.address));
  }
  const bool is_encrypted = options_.tls || !options_.certificate_file.empty();
  if (!is_loopback_address(options_.address) && !is_encrypted) {
    return blame("--address", fmt::format("{} is not a loopback address: it needs --tls, so that "
                                          "clients must have a token and nobody can listen",
                                          options_.address));
  }
  if (options_.start != "now" && !sim::parse_rfc3339(options_.start)) {
    return blame("--start", fmt::format("{} is neither `now` nor a time like 2025-01-01T00:00:00Z",
                                        options_.start));
  }
  return {};
}

std::expected<void, std::string> Server::prepare_security() {
  if (options_.certificate_file.empty() != options_.key_file.empty()) {
    return blame("--tls-cert-file", "needs --tls-private-key-file, and the other way round");
  }
  if (!options_.token_file.empty()) {
    auto text = read_file(options_.token_file);
    if (!text) return blame("--token-file", text.error());
    token_ = text->substr(0, text->find_last_not_of(" \r\n\t") + 1);
    if (token_.empty()) return blame("--token-file", options_.token_file + " is empty");
  }
  if (!options_.tls && options_.certificate_file.empty()) return {};
  if (token_.empty()) token_ = make_token();
  auto identity = options_.certificate_file.empty()
                      ? make_tls_identity(options_.address)
                      : load_tls_identity(options_.certificate_file, options_.key_file);
  if (!identity) {
    return blame(options_.certificate_file.empty() ? "--tls" : "--tls-cert-file", identity.error());
  }
  tls_ = std::move(*identity);
  return {};
}

std::expected<void, std::string> Server::prepare() {
  if (auto checked = check(); !checked) return checked;
  if (auto prepared = prepare_security(); !prepared) return prepared;
  allow_many_files();
  // The port first, as it is what fails most and costs least.
  http_ = std::make_unique<HttpServer>(context_, tls_ ? &tls_->context : nullptr);
  const auto listening = http_->listen(options_.address, options_.port, !token_.empty());
  if (!listening) {
    return blame("--port", fmt::format("{}; choose another, or 0 for any", listening.error()));
  }
  if (auto opened = open_cluster(); !opened) return opened;
  clock_ = std::make_unique<ClusterClock>(context_, *cluster_, options_.speed);
  api_ = std::make_unique<ApiService>(*cluster_, *clock_, token_);
  if (options_.node_ports) {
    node_ports_ = std::make_unique<NodePorts>(context_, *cluster_, *clock_);
  }
  if (!options_.dns.empty()) {
    if (auto opened = open_dns(); !opened) return opened;
  }
  if (options_.kubeconfig_file.empty()) return {};
  const KubeconfigEntry entry{
      .server = url(), .certificate = tls_ ? tls_->certificate : "", .token = token_};
  const auto written = write_kubeconfig(options_.kubeconfig_file, entry);
  if (!written) return blame("--kubeconfig", written.error());
  return {};
}

std::expected<void, std::string> Server::open_cluster() {
  if (!options_.state_file.empty()) {
    if (auto restored = restore_cluster(); !restored) return restored;
  }
  if (!cluster_) {
    if (auto made = make_cluster(); !made) return made;
  }
  if (auto set = set_proxy_mode(); !set) return set;
  if (auto applied = apply_manifests(); !applied) return applied;
  if (!state_) return {};
  const auto saved = state_->save(*cluster_);
  if (!saved) return blame("--state", saved.error());
  return {};
}

std::expected<void, std::string> Server::restore_cluster() {
  state_ = std::make_unique<StateFile>(options_.state_file);
  if (const auto locked = state_->lock(); !locked) return blame("--state", locked.error());
  auto restored = state_->restore();
  if (!restored) return blame("--state", restored.error());
  cluster_ = std::move(*restored);
  if (!cluster_) return {};
  const ClusterOptions& saved = cluster_->options();
  if (options_.nodes && *options_.nodes != saved.nodes) {
    return blame("--nodes",
                 fmt::format("{} has a cluster of {} nodes", options_.state_file, saved.nodes));
  }
  if (!options_.ip_families.empty() && options_.ip_families != saved.ip_families) {
    return blame("--ip-families", fmt::format("{} has a cluster of {}", options_.state_file,
                                              net::families_text(saved.ip_families)));
  }
  for (const auto& [flag, asked, has] :
       {std::tuple{"--service-cidr", &options_.service_cidr, &saved.service_cidr},
        std::tuple{"--pod-cidr", &options_.pod_cidr, &saved.pod_cidr}}) {
    if (asked->empty() || *asked == *has) continue;
    return blame(flag, fmt::format("{} has a cluster of {}", options_.state_file,
                                   has->empty() ? "the usual networks" : *has));
  }
  if (options_.rbac && !saved.rbac) {
    return blame("--rbac", fmt::format("{} has a cluster without RBAC", options_.state_file));
  }
  if (options_.seed && *options_.seed != saved.seed) {
    return blame("--seed",
                 fmt::format("{} has a cluster of seed {}", options_.state_file, saved.seed));
  }
  return {};
}

std::expected<void, std::string> Server::make_cluster() {
  ClusterOptions cluster;
  cluster.nodes = options_.nodes.value_or(kDefaultNodes);
  if (!options_.ip_families.empty()) cluster.ip_families = options_.ip_families;
  cluster.service_cidr = options_.service_cidr;
  cluster.pod_cidr = options_.pod_cidr;
  if (const auto checked = check_networks(cluster); !checked) return checked;
  cluster.rbac = options_.rbac;
  cluster.seed = options_.seed.value_or(kDefaultSeed);
  cluster.start = options_.start == "now" ? wall_time() : *sim::parse_rfc3339(options_.start);
  cluster_ = std::make_unique<Cluster>(cluster);
  // Nobody asks for its history again.
  if (!state_) cluster_->stop_recording();
  return {};
}

std::expected<void, std::string> Server::set_proxy_mode() {
  if (options_.proxy_mode.empty() && options_.ipvs_scheduler.empty()) return {};
  const auto mode = net::proxy::parse_mode_kind(options_.proxy_mode);
  const auto scheduler = net::proxy::parse_ipvs_scheduler(options_.ipvs_scheduler);
  const auto set = cluster_->set_proxy_mode(mode.value_or(cluster_->proxy_mode()),
                                            scheduler.value_or(net::proxy::IpvsScheduler::rr));
  if (!set) return blame("--proxy-mode", set.error().message);
  return {};
}

std::expected<void, std::string> Server::apply_manifests() {
  for (const std::string& path : options_.manifests) {
    const auto text = read_file(path);
    if (!text) return blame("--manifest", text.error());
    const auto applied = cluster_->apply(*text);
    if (!applied) {
      return blame("--manifest", fmt::format("{}: {}", where(path, applied.error()),
                                             applied.error().status.message));
    }
    for (const Applied& each : *applied) fmt::print("{} {}\n", each.resource_name, each.result);
  }
  return {};
}

std::expected<void, std::string> Server::open_dns() {
  const bool has_address = options_.dns.find(':') != std::string::npos;
  const auto place =
      net::SocketAddress::parse(has_address ? options_.dns : "127.0.0.1:" + options_.dns);
  if (!place) {
    return blame("--dns",
                 fmt::format("{} is no address and port like 127.0.0.1:5353", options_.dns));
  }
  if (!place->ip.is_loopback()) {
    return blame("--dns", fmt::format("{} is not a loopback address", place->ip.to_string()));
  }
  dns_ = std::make_unique<DnsServer>(context_, *cluster_, *clock_);
  const auto listening = dns_->listen(asio::ip::make_address(place->ip.to_string()), place->port);
  if (!listening) return blame("--dns", listening.error());
  return {};
}

std::string Server::url() const {
  // What listens everywhere is reached here in any case.
  std::string host = options_.address;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = fmt::format("[{}]", host);
  return fmt::format("{}://{}:{}", tls_ ? "https" : "http", host, http_->port());
}

void Server::print_welcome() const {
  const ClusterOptions& cluster = cluster_->options();
  fmt::print("Kubernetes {} with {} nodes at {} (seed {}). Ctrl+C stops it.\n",
             apiserver::kKubernetesVersion, cluster.nodes, url(), cluster.seed);
  if (options_.kubeconfig_file.empty()) {
    fmt::print("  kubectl --server={} {}get nodes\n", url(),
               token_.empty() ? "" : fmt::format("--insecure-skip-tls-verify --token={} ", token_));
  } else {
    const std::string path = std::filesystem::absolute(options_.kubeconfig_file).string();
    fmt::print("  kubectl --kubeconfig={} --context={} get nodes\n", path, kContextName);
  }
  if (dns_) {
    fmt::print("  dig @127.0.0.1 -p {} kubernetes.default.svc.cluster.local\n", dns_->port());
  }
  std::fflush(stdout);
}

std::expected<void, std::string> Server::run() {
  wait_for_signal();
  clock_->start();
  http_->start(*api_);
  if (node_ports_) node_ports_->start();
  if (dns_) dns_->start();
  if (state_) {
    asio::co_spawn(context_, [this] { return save_regularly(); }, asio::detached);
  }
  print_welcome();
  context_.run();
  return state_ ? save() : std::expected<void, std::string>{};
}

void Server::wait_for_signal() {
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  signals_.async_wait([this](const error_code& error, int) {
    if (error) return;
    // A second signal ends the program at once.
    signals_.clear();
    save_timer_.cancel();
    if (node_ports_) node_ports_->stop();
    if (dns_) dns_->stop();
    http_->stop([this] { context_.stop(); });
  });
}

asio::awaitable<void> Server::save_regularly() {
  using Clock = std::chrono::steady_clock;
  std::size_t saved_inputs = cluster_->input_count();
  Clock::time_point saved_at = Clock::now();
  Clock::duration pause = kSaveInterval;
  for (;;) {
    error_code stopped;
    save_timer_.expires_after(pause);
    co_await save_timer_.async_wait(into(stopped));
    if (stopped) co_return;
    const Clock::time_point begin = Clock::now();
    if (cluster_->input_count() == saved_inputs && begin - saved_at < kIdleSaveInterval) continue;
    saved_inputs = cluster_->input_count();
    if (const auto saved = state_->save(*cluster_); !saved) {
      print_error(fmt::format("--state: {}", saved.error()));
    }
    saved_at = Clock::now();
    pause = std::max<Clock::duration>(kSaveInterval, (saved_at - begin) * kSaveShare);
  }
}

std::expected<void, std::string> Server::save() {
  const auto saved = state_->save(*cluster_);
  if (!saved) return blame("--state", saved.error());
  return {};
}

}  // namespace rockpool::native
