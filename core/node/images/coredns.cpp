// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include "core/node/images/all.h"
#include "core/node/images/coredns/corefile.h"
#include "core/node/images/coredns/instance.h"
#include "core/node/images/coredns/sha512.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

constexpr VersionRange kVersions[] = {{1, 0, 12, 9}};

// A message over TCP follows its length (RFC 1035, 4.2.2).
constexpr std::size_t kLengthBytes = 2;

using coredns::Instance;

// A port that is served, over UDP and TCP, by whatever configuration is in force.
class Port : public net::DatagramHandler,
             public net::StreamHandler,
             public std::enable_shared_from_this<Port> {
 public:
  Port(Machine& machine, std::uint16_t number) : machine_{machine}, number_{number} {}

  bool open() {
    auto udp = machine_.host->bind(number_, static_cast<net::DatagramHandler&>(*this));
    auto tcp = machine_.host->listen(number_, static_cast<net::StreamHandler&>(*this));
    if (!udp || !tcp) return false;
    udp_ = std::move(*udp);
    tcp_ = std::move(*tcp);
    return true;
  }

  // From now on that configuration answers.
  void serve_with(std::shared_ptr<Instance> instance) { instance_ = std::move(instance); }

  void close() {
    instance_.reset();
    udp_ = net::DatagramSocket{};
    tcp_ = net::Listener{};
  }

  void receive(net::DatagramSocket&, net::Datagram datagram) override {
    if (!instance_) return;
    // Answers come from the address that was asked.
    const auto send = [weak = weak_from_this(), from = datagram.to.ip,
                       to = datagram.from](std::string answer) {
      if (const auto port = weak.lock()) port->udp_.send_from(from, to, std::move(answer));
    };
    instance_->serve(datagram.payload, datagram.from, number_, net::dns::Transport::udp, send);
  }

  void accept(net::Socket socket) override {
    machine_.spawn(serve(shared_from_this(), std::move(socket)));
  }

 private:
  static sim::Task<void> serve(std::shared_ptr<Port> port, net::Socket socket) {
    for (;;) {
      sim::Task<std::expected<std::string, net::Failure>> receiving = socket.receive();
      const std::expected<std::string, net::Failure> query = co_await receiving;
      if (!query || query->size() <= kLengthBytes) co_return;
      const std::shared_ptr<Instance> instance = port->instance_;
      if (!instance) co_return;
      sim::Task<std::string> answering = instance->answer(
          query->substr(kLengthBytes), socket.peer(), port->number_, net::dns::Transport::tcp);
      const std::string answer = co_await answering;
      if (answer.empty()) co_return;
      std::string framed;
      framed += static_cast<char>(answer.size() >> 8);
      framed += static_cast<char>(answer.size() & 0xff);
      socket.send(framed + answer);
    }
  }

  Machine& machine_;
  std::shared_ptr<Instance> instance_;
  std::uint16_t number_;
  net::DatagramSocket udp_;
  net::Listener tcp_;
};

// A CoreDNS process: a configuration, its ports, and how another one takes its place.
class Coredns {
 public:
  explicit Coredns(ProcessContext& context) : context_{context} {
    // Without a file there is a configuration of its own.
    const auto flag = go_flag(context.arguments(), "conf");
    path_ = flag.value_or("Corefile");
    has_flag_ = flag.has_value();
  }

  ~Coredns() {
    if (instance_) instance_->stop();
    for (const auto& [number, port] : ports_) port->close();
  }
  Coredns(const Coredns&) = delete;
  Coredns& operator=(const Coredns&) = delete;

  // What is printed if it cannot start.
  coredns::Done start() {
    const auto text = load();
    if (!text) return coredns::Error{text.error()};
    auto blocks = parse(*text, true);
    if (!blocks) return coredns::Error{blocks.error()};
    std::shared_ptr<Instance> instance = make_instance();
    if (auto done = instance->configure(std::move(*blocks), path_); !done) return done;
    if (auto done = take_over(std::move(instance)); !done) return done;
    text_ = *text;
    context_.print(instance_->zone_lines());
    announce_configuration();
    return {};
  }

  // Looks at the file from time to time, if it was told to, and does what it says by then.
  sim::Task<void> follow_file() {
    while (instance_->reload) {
      const coredns::ReloadTimes times = *instance_->reload;
      const auto span = static_cast<std::uint64_t>(times.jitter.count());
      const sim::Duration jitter{static_cast<std::int64_t>(instance_->random().below(span)) -
                                 times.jitter.count() / 2};
      const sim::Duration interval = times.interval + jitter;
      const std::shared_ptr<Instance> before = instance_;
      while (instance_ == before) {
        co_await sim::sleep(interval);
        check_file();
      }
    }
  }

  // Waits until it is told to stop; returns its exit code.
  sim::Task<std::int32_t> run() {
    follower_.emplace(context_.loop(), follow_file());
    waiter_.emplace(context_.loop(), wait_for_signal());
    const std::optional<std::string> fatal = co_await end_->take();
    if (fatal && !fatal->empty()) {
      context_.print_error(*fatal);
      co_return 1;
    }
    context_.print("[INFO] SIGTERM: Shutting down servers then terminating\n");
    if (instance_->lame_duck > sim::Duration{0}) {
      instance_->log("INFO", "health",
                     fmt::format("Going into lameduck mode for {}",
                                 sim::format_duration(instance_->lame_duck)));
      co_await sim::sleep(instance_->lame_duck);
    }
    co_return 0;
  }

  bool has_servers() const { return !ports_.empty(); }

 private:
  std::string file_path(const std::string& path) const {
    return FileSystem::normalise(path, context_.working_folder());
  }

  std::expected<std::string, std::string> load() const {
    if (auto text = context_.machine().read_file(file_path(path_))) return std::move(*text);
    if (!has_flag_) return ".:53 {\nwhoami\nlog\n}\n";
    return std::unexpected{
        fmt::format("loading Caddyfile via flag: open {}: no such file or directory", path_)};
  }

  std::expected<std::vector<coredns::ServerBlock>, std::string> parse(const std::string& text,
                                                                      bool checks) const {
    coredns::CorefileSource source;
    source.path = path_;
    source.read = [this](const std::string& path) { return context_.machine().read_file(path); };
    source.list = [this](const std::string& folder) { return context_.files().list(folder); };
    source.variable = [this](const std::string& name) {
      return context_.machine().variable(name).value_or("");
    };
    if (checks) {
      source.is_directive = [](std::string_view name) {
        return std::ranges::any_of(coredns::all_directives(),
                                   [&](const auto& each) { return each.name == name; });
      };
    }
    return coredns::parse_corefile(text, source);
  }

  std::shared_ptr<Instance> make_instance() {
    auto instance = std::make_shared<Instance>(context_);
    instance->metrics = metrics_;
    instance->fatal = [end = end_](std::string text) { end->set(std::move(text)); };
    return instance;
  }

  // Puts another configuration in the place of the present one, which goes on if that fails. Ports
  // that both have stay open.
  coredns::Done take_over(std::shared_ptr<Instance> instance) {
    if (instance_) instance_->stop();
    coredns::Done done = instance->start();
    std::map<std::uint16_t, std::shared_ptr<Port>> ports;
    for (const std::uint16_t number : instance->ports()) {
      if (!done) break;
      const auto known = ports_.find(number);
      ports[number] = known != ports_.end() ? known->second
                                            : std::make_shared<Port>(context_.machine(), number);
      if (known == ports_.end() && !ports[number]->open()) {
        done = coredns::Error{fmt::format("listen tcp :{}: bind: address already in use", number)};
      }
    }
    if (!done) {
      instance->stop();
      if (instance_) static_cast<void>(instance_->start());
      return done;
    }
    instance_ = std::move(instance);
    for (const auto& [number, port] : ports_) {
      if (!ports.contains(number)) port->close();
    }
    ports_ = std::move(ports);
    for (const auto& [number, port] : ports_) port->serve_with(instance_);
    return {};
  }

  void announce_configuration() {
    if (!instance_->reload) return;
    const auto blocks = parse(text_, false);
    hash_ = coredns::sha512(coredns::corefile_json(*blocks));
    instance_->log("INFO", "reload", fmt::format("Running configuration SHA512 = {}", hash_));
  }

  void check_file() {
    const auto text = load();
    if (!text) {
      instance_->log("WARNING", "reload", fmt::format("Corefile load failed: {}", text.error()));
      return;
    }
    // What an import brings in may have changed too, so that the same text is no proof.
    const auto blocks = parse(*text, false);
    if (!blocks) {
      instance_->log("WARNING", "reload", fmt::format("Corefile parse failed: {}", blocks.error()));
      return;
    }
    std::string hash = coredns::sha512(coredns::corefile_json(*blocks));
    if (hash == hash_) return;
    // It does not try the same file twice, even if it is wrong.
    hash_ = std::move(hash);
    text_ = *text;
    context_.print("[INFO] Reloading\n");
    if (const coredns::Done done = reload(); !done) {
      ++metrics_->failed_reloads;
      context_.print(fmt::format("[ERROR] Restart failed: {}\n", done.error()));
      instance_->log("ERROR", "reload",
                     fmt::format("Corefile changed but reload failed: starting with listener file "
                                 "descriptors: {}",
                                 done.error()));
      return;
    }
    announce_configuration();
    context_.print("[INFO] Reloading complete\n");
  }

  coredns::Done reload() {
    auto blocks = parse(text_, true);
    if (!blocks) return coredns::Error{blocks.error()};
    std::shared_ptr<Instance> instance = make_instance();
    if (auto done = instance->configure(std::move(*blocks), path_); !done) return done;
    return take_over(std::move(instance));
  }

  sim::Task<void> wait_for_signal() {
    sim::Task<Signal> stop = context_.stop_signal();
    co_await stop;
    end_->set("");
  }

  ProcessContext& context_;
  std::string path_;
  bool has_flag_ = false;
  std::string text_;
  std::string hash_;
  std::shared_ptr<Instance> instance_;
  std::map<std::uint16_t, std::shared_ptr<Port>> ports_;
  std::shared_ptr<Instance::Metrics> metrics_ = std::make_shared<Instance::Metrics>();
  // What it ends with: a last line, or nothing for a signal.
  std::shared_ptr<sim::Future<std::string>> end_ = std::make_shared<sim::Future<std::string>>();
  std::optional<sim::Process> follower_;
  std::optional<sim::Process> waiter_;
};

std::string version_text() {
  return fmt::format("CoreDNS-{}\nlinux/amd64, {}, {}\n", coredns::kVersion, coredns::kGoVersion,
                     coredns::kRevision);
}

sim::Task<std::int32_t> run_coredns(ProcessContext& context) {
  if (go_flag_is_set(context.arguments(), "version")) {
    context.print(version_text());
    co_return 0;
  }
  Coredns server{context};
  if (const coredns::Done done = server.start(); !done) {
    context.print_error(done.error() + "\n");
    co_return 1;
  }
  context.print(version_text());
  // Without any server there is nothing to wait for.
  if (!server.has_servers()) co_return 0;
  sim::Task<std::int32_t> running = server.run();
  co_return co_await running;
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
            .idle = {1'500'000, std::int64_t{14} << 20},
            .user = {65532, 65532, "nonroot"}};
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
