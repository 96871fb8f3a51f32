// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include "core/net/dns/zone.h"
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

constexpr VersionRange kVersions[] = {{1, 0, 12, 9}};
constexpr std::string_view kVersion = "1.12.0";
constexpr std::uint16_t kDnsPort = 53;
constexpr std::uint16_t kHealthPort = 8080;
constexpr std::uint16_t kReadyPort = 8181;
constexpr std::uint16_t kMetricsPort = 9153;

// What is taken from a Corefile.
struct Corefile {
  net::dns::ZoneOptions zone;
  // `health { lameduck 5s }`
  sim::Duration lame_duck{0};
  bool has_health = false;
  bool has_ready = false;
  bool has_metrics = false;
};

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t start = text.find_first_not_of(kSpace);
    if (start == std::string_view::npos) return words;
    const std::size_t end = std::min(text.find_first_of(kSpace, start), text.size());
    words.push_back(text.substr(start, end - start));
    text.remove_prefix(end);
  }
}

// Reads the directives that matter here; the rest of CoreDNS's plug-ins is not simulated.
Corefile read_corefile(std::string_view text) {
  Corefile file;
  const std::vector<std::string_view> words = words_of(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view next = i + 1 < words.size() ? words[i + 1] : std::string_view{};
    if (words[i] == "kubernetes" && !next.empty() && next != "{") {
      file.zone.zone = std::string{next};
      if (!file.zone.zone.ends_with('.')) file.zone.zone += '.';
    } else if (words[i] == "ttl") {
      std::from_chars(next.data(), next.data() + next.size(), file.zone.ttl);
    } else if (words[i] == "lameduck") {
      file.lame_duck = sim::parse_duration(next).value_or(sim::Duration{0});
    } else if (words[i] == "health") {
      file.has_health = true;
    } else if (words[i] == "ready") {
      file.has_ready = true;
    } else if (words[i] == "prometheus") {
      file.has_metrics = true;
    }
  }
  return file;
}

// Answers queries over UDP and TCP.
class DnsServer : public net::DatagramHandler, public net::StreamHandler {
 public:
  DnsServer(Machine& machine, const net::dns::ZoneOptions& options)
      : machine_{machine}, zone_{machine.random.stream("zone"), options} {
    zone_.follow(machine.informers.of(api::ResourceId::services),
                 machine.informers.of(api::ResourceId::endpointslices));
    for (const auto& [name, addresses] : machine.outside_names) {
      zone_.set_external_name(name, addresses);
    }
  }

  void receive(net::DatagramSocket& socket, net::Datagram datagram) override {
    note_query();
    std::string answer = zone_.respond(datagram.payload, net::dns::Transport::udp);
    if (!answer.empty()) socket.send_from(datagram.to.ip, datagram.from, std::move(answer));
  }

  void accept(net::Socket socket) override { machine_.spawn(serve(std::move(socket))); }

 private:
  // Over TCP a message follows its length (RFC 1035, 4.2.2).
  sim::Task<void> serve(net::Socket socket) {
    constexpr std::size_t kLengthBytes = 2;
    for (;;) {
      sim::Task<std::expected<std::string, net::Failure>> receive = socket.receive();
      const std::expected<std::string, net::Failure> query = co_await receive;
      if (!query || query->size() <= kLengthBytes) co_return;
      note_query();
      const std::string answer =
          zone_.respond(std::string_view{*query}.substr(kLengthBytes), net::dns::Transport::tcp);
      std::string framed;
      framed += static_cast<char>(answer.size() >> 8);
      framed += static_cast<char>(answer.size() & 0xff);
      socket.send(framed + answer);
    }
  }

  void note_query() { machine_.work.add(machine_.loop.now(), kRequestCost); }

  Machine& machine_;
  net::dns::ClusterZone zone_;
};

// The endpoints for probes and metrics.
class StatusServer : public net::HttpHandler {
 public:
  StatusServer(std::string path, std::string text)
      : path_{std::move(path)}, text_{std::move(text)} {}
  void handle(net::HttpExchange exchange) override {
    const bool is_known = exchange.request().path() == path_;
    exchange.respond(is_known ? net::HttpResponse::plain(200, text_)
                              : net::HttpResponse::plain(404, "404 page not found\n"));
  }

 private:
  std::string path_;
  std::string text_;
};

std::string corefile_text(ProcessContext& context) {
  const std::string path = go_flag(context.arguments(), "conf").value_or("Corefile");
  const std::string* text =
      context.files().read(FileSystem::normalise(path, context.working_folder()));
  return text == nullptr ? std::string{} : *text;
}

sim::Task<std::int32_t> run_coredns(ProcessContext& context) {
  const Corefile file = read_corefile(corefile_text(context));
  DnsServer server{context.machine(), file.zone};
  StatusServer health{"/health", "OK"};
  StatusServer ready{"/ready", "OK"};
  StatusServer metrics{"/metrics",
                       fmt::format("# HELP coredns_build_info A metric with a constant '1' value "
                                   "labeled by version, revision, and goversion from which CoreDNS "
                                   "was built.\n# TYPE coredns_build_info gauge\n"
                                   "coredns_build_info{{version=\"{}\"}} 1\n",
                                   kVersion)};
  net::Host& host = context.host();
  std::expected<net::DatagramSocket, net::ListenError> udp =
      host.bind(kDnsPort, static_cast<net::DatagramHandler&>(server));
  std::expected<net::Listener, net::ListenError> tcp =
      host.listen(kDnsPort, static_cast<net::StreamHandler&>(server));
  if (!udp || !tcp) {
    context.print("Listen: listen tcp :53: bind: address already in use\n");
    co_return 1;
  }
  std::vector<net::Listener> listeners;
  const auto serve = [&](bool wanted, std::uint16_t port, StatusServer& handler) {
    if (!wanted) return;
    auto listener = context.listen(port, handler);
    if (listener) listeners.push_back(std::move(*listener));
  };
  serve(file.has_health, kHealthPort, health);
  serve(file.has_ready, kReadyPort, ready);
  serve(file.has_metrics, kMetricsPort, metrics);
  context.print(fmt::format(".:53\nCoreDNS-{}\nlinux/amd64\n", kVersion));
  sim::Task<Signal> stop = context.stop_signal();
  co_await stop;
  context.print("[INFO] SIGTERM: Shutting down servers then terminating\n");
  if (file.lame_duck > sim::Duration{0}) {
    context.print(fmt::format("[INFO] plugin/health: Going into lameduck mode for {}\n",
                              sim::format_duration(file.lame_duck)));
    co_await sim::sleep(file.lame_duck);
  }
  co_return 0;
}

class CorednsImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    const std::string repository = reference.repository();
    return repository == "registry.k8s.io/coredns/coredns" ||
           repository == "docker.io/coredns/coredns";
  }
  bool has_tag(std::string_view repository, std::string_view tag) const override {
    // The project's own registry says v1.12.0, Docker Hub 1.12.0.
    const bool is_plain = repository.starts_with("docker.io");
    if (is_plain && tag == "latest") return true;
    if (!is_plain) {
      if (!tag.starts_with('v')) return false;
      tag.remove_prefix(1);
    }
    return std::ranges::count(tag, '.') == 2 && is_version_in(tag, kVersions);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.entrypoint = {"/coredns"},
            .size_bytes = 20'939'036,
            .idle = {1'500'000, std::int64_t{14} << 20}};
  }
  Program find_program(std::string_view name) const override {
    return base_name(name) == "coredns" ? run_coredns : nullptr;
  }
};

}  // namespace

const Image& coredns_image() {
  static const CorednsImage kImage;
  return kImage;
}

}  // namespace rockpool::node
