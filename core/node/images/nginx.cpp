// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>
#include "core/net/tls.h"
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"
#include "core/node/images/nginx_proxy.h"
#include "core/node/images/nginx_server.h"
#include "core/node/images/nginx_setup.h"
#include "core/node/images/userland.h"

namespace rockpool::node {
namespace {

// nginx as the tutorial "Connecting Applications with Services" has it.
constexpr std::string_view kTutorialImage = "docker.io/bprashanth/nginxhttps";
// nginx as the tutorial "Connect a Frontend to a Backend Using Services" has it: built from nginx
// 1.9.14, with a configuration of its own and, as that was, without a script that starts it.
constexpr std::string_view kFrontendImage = "gcr.io/google-samples/hello-frontend";
constexpr std::string_view kFrontendVersion = "1.9.14";
constexpr std::string_view kFrontendConfig = R"(upstream hello {
    server hello;
}

server {
    listen 80;

    location / {
        proxy_pass http://hello;
    }
}
)";
// What the other names mean, as of Kubernetes 1.33.
constexpr std::string_view kMainline = "1.27.5";
constexpr std::string_view kStable = "1.28.0";

// The last release of every 1.x line.
struct Line {
  int minor;
  int last_patch;
};
constexpr Line kLines[] = {{7, 12},  {8, 1},  {9, 15},  {10, 3}, {11, 13}, {12, 2},
                           {13, 12}, {14, 2}, {15, 12}, {16, 1}, {17, 10}, {18, 0},
                           {19, 10}, {20, 2}, {21, 6},  {22, 1}, {23, 4},  {24, 0},
                           {25, 5},  {26, 3}, {27, 5},  {28, 0}};

// A tag without what names the distribution: `1.27-alpine3.21` → `1.27`.
std::string_view without_flavour(std::string_view tag) {
  constexpr std::string_view kFlavours[] = {"alpine", "perl", "bookworm", "bullseye", "otel"};
  for (const std::string_view flavour : kFlavours) {
    const std::size_t found = tag.find(flavour);
    if (found == 0) return "mainline";
    if (found != std::string_view::npos && tag[found - 1] == '-') return tag.substr(0, found - 1);
  }
  return tag;
}

// The release that a tag stands for; empty if there is none.
std::string version_of(std::string_view tag) {
  tag = without_flavour(tag);
  if (tag == "latest" || tag == "mainline" || tag == "1") return std::string{kMainline};
  if (tag == "stable") return std::string{kStable};
  for (const Line& line : kLines) {
    const std::string minor = fmt::format("1.{}", line.minor);
    if (tag == minor) return fmt::format("{}.{}", minor, line.last_patch);
    const VersionRange range[] = {{1, line.minor, line.minor, line.last_patch}};
    if (tag.starts_with(minor + ".") && is_version_in(tag, range)) return std::string{tag};
  }
  return {};
}

// What the master process prints as it starts; `target` holds the version.
std::string format_master_start(const AccessRecord& record, sim::Time time, sim::Time) {
  return fmt::format(
      "{0} [notice] 1#1: using the \"epoll\" event method\n"
      "{0} [notice] 1#1: nginx/{1}\n"
      "{0} [notice] 1#1: start worker processes\n"
      "{0} [notice] 1#1: start worker process {2}",
      go_log_time(time), record.target, kNginxWorker);
}

// What the script prints that starts it, and then itself.
std::string format_start(const AccessRecord& record, sim::Time time, sim::Time process_start) {
  constexpr std::string_view kScript =
      "/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform "
      "configuration\n"
      "/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/\n"
      "/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh\n"
      "10-listen-on-ipv6-by-default.sh: info: Getting the checksum of "
      "/etc/nginx/conf.d/default.conf\n"
      "10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in "
      "/etc/nginx/conf.d/default.conf\n"
      "/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh\n"
      "/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh\n"
      "/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh\n"
      "/docker-entrypoint.sh: Configuration complete; ready for start up\n";
  return std::string{kScript} + format_master_start(record, time, process_start);
}

bool is_frontend(const ImageReference& reference) {
  return reference.repository() == kFrontendImage;
}

// Which release the image has.
std::string release_of(const ImageReference& reference) {
  if (is_frontend(reference)) return std::string{kFrontendVersion};
  const std::string version = version_of(reference.tag);
  return version.empty() ? std::string{kMainline} : version;
}

// One of its ports.
class NginxPort : public net::HttpHandler, public net::TlsServer {
 public:
  NginxPort(NginxServer& server, std::uint16_t number, bool is_tls)
      : server_{server}, number_{number}, is_tls_{is_tls} {}
  std::uint16_t number() const { return number_; }
  bool is_tls() const { return is_tls_; }
  void handle(net::HttpExchange exchange) override { server_.handle(std::move(exchange)); }
  pki::SharedChain certificates_for(std::string_view server_name) override {
    return server_.setup().certificates_for(number_, server_name);
  }
  std::optional<net::HttpResponse> answer_plain(const net::HttpRequest&) override {
    return server_.plain_to_tls();
  }

 private:
  NginxServer& server_;
  std::uint16_t number_;
  bool is_tls_;
};

std::map<std::uint16_t, bool> ports_of(const NginxConfig& config) {
  std::map<std::uint16_t, bool> ports;
  for (const NginxServerBlock& block : config.servers) {
    for (const NginxListen& listen : block.listens) ports[listen.port] |= listen.is_tls;
  }
  return ports;
}

// A line of the error log, by the process itself.
void note(ProcessContext& context, std::string_view level, std::string_view text) {
  // That old an image logs warnings and worse.
  if (level == "notice" && is_frontend(context.machine().reference)) return;
  nginx_note(context, context.process_id(), level, text);
}

std::int32_t refuse_to_start(ProcessContext& context, std::string_view why) {
  note(context, "emerg", why);
  context.print_error(fmt::format("nginx: [emerg] {}\n", why));
  return 1;
}

// What nginx must write as it starts; empty if it can.
std::string find_start_problem(ProcessContext& context) {
  const auto refusal = [&](std::string_view call, const std::string& path) {
    const std::string_view why = context.files().refusal(path);
    if (why.empty()) return std::string{};
    constexpr int kPermissionDenied = 13;
    constexpr int kReadOnly = 30;
    const int number = why == "Permission denied" ? kPermissionDenied : kReadOnly;
    return fmt::format("{} \"{}\" failed ({}: {})", call, path, number, why);
  };
  std::string problem = refusal("mkdir()", "/var/cache/nginx/client_temp");
  if (!problem.empty()) return problem;
  // /var/run is a link to /run, so that a volume there is both.
  if (context.files().refusal("/var/run/nginx.pid").empty()) return {};
  return refusal("open()", "/run/nginx.pid");
}

// What it was asked to do.
struct NginxOptions {
  bool shows_version = false;
  bool only_tests = false;
  // Of `-s`.
  std::string signal;
  std::string unknown;
};

NginxOptions read_options(const std::vector<std::string>& arguments) {
  NginxOptions options;
  const bool has_script = base_name(arguments.front()) != "nginx";
  for (std::size_t i = has_script ? 2 : 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool takes_value = argument == "-s" || argument == "-g" || argument == "-c" ||
                             argument == "-p" || argument == "-e";
    const std::string value = takes_value && i + 1 < arguments.size() ? arguments[++i] : "";
    if (argument == "-v" || argument == "-V") {
      options.shows_version = true;
    } else if (argument == "-t" || argument == "-T") {
      options.only_tests = true;
    } else if (argument == "-s") {
      options.signal = value;
      constexpr std::string_view kSignals[] = {"stop", "quit", "reopen", "reload"};
      if (!is_one_of(value, kSignals)) options.unknown = "-s " + value;
    } else if (!takes_value && argument != "-q") {
      options.unknown = argument;
    }
  }
  return options;
}

// `nginx -t`
sim::Task<std::int32_t> test_configuration(ProcessContext& context) {
  constexpr std::string_view kFile = "/etc/nginx/nginx.conf";
  auto loading = load_nginx_setup(context);
  const auto setup = co_await loading;
  if (!setup) {
    refuse_to_start(context, setup.error());
    context.print_error(fmt::format("nginx: configuration file {} test failed\n", kFile));
    co_return 1;
  }
  context.print_error(
      fmt::format("nginx: the configuration file {0} syntax is ok\n"
                  "nginx: configuration file {0} test is successful\n",
                  kFile));
  co_return 0;
}

// `nginx -s …`: reads the configuration, as nginx does to find its process, and asks that process.
sim::Task<std::int32_t> ask_master(ProcessContext& context, std::string signal) {
  auto loading = load_nginx_setup(context);
  const auto setup = co_await loading;
  if (!setup) co_return refuse_to_start(context, setup.error());
  note(context, "notice", "signal process started");
  ProcessTable* const processes = context.machine().processes;
  if (context.is_first() || processes == nullptr) {
    context.print_error(
        "nginx: [error] open() \"/run/nginx.pid\" failed (2: No such file or directory)\n");
    co_return 1;
  }
  // Its logs are the container's streams, which need not be opened again.
  if (signal == "reopen") co_return 0;
  const Signal sent = signal == "stop"   ? Signal::terminate
                      : signal == "quit" ? Signal::quit
                                         : Signal::hang_up;
  co_return processes->send_signal(1, signal_number(sent)) ? 0 : 1;
}

// nginx while it serves: its configuration and its ports.
class NginxMaster {
 public:
  NginxMaster(ProcessContext& context, std::string version, std::shared_ptr<const NginxSetup> setup)
      : context_{context}, server_{context, std::move(version), std::move(setup)} {}

  // Listens on every port of the configuration, and no other; the error is nginx's.
  std::expected<void, std::string> listen() {
    const std::map<std::uint16_t, bool> wanted = ports_of(server_.setup().config);
    for (auto& [port, listener] : ports_) {
      const auto found = wanted.find(port->number());
      if (found == wanted.end() || found->second != port->is_tls()) listener.drain();
    }
    std::erase_if(ports_, [](const auto& open) {
      return !open.second.is_listening() && open.second.active_connections() == 0;
    });
    for (const auto& [number, is_tls] : wanted) {
      const auto is_open = [number](const auto& open) {
        return open.first->number() == number && open.second.is_listening();
      };
      if (std::ranges::any_of(ports_, is_open)) continue;
      auto port = std::make_unique<NginxPort>(server_, number, is_tls);
      auto listener =
          is_tls ? context_.listen(number, *port, *port) : context_.listen(number, *port);
      if (!listener) {
        return std::unexpected{
            fmt::format("bind() to 0.0.0.0:{} failed (98: Address already in use)", number)};
      }
      ports_.emplace_back(std::move(port), std::move(*listener));
    }
    return {};
  }

  // Goes on with what the files say now, or, if that is wrong, with what they said.
  sim::Task<void> reload() {
    note(context_, "notice", "signal 1 (SIGHUP) received, reconfiguring");
    note(context_, "notice", "reconfiguring");
    auto loading = load_nginx_setup(context_);
    auto next = co_await loading;
    if (!next) {
      note(context_, "emerg", next.error());
      co_return;
    }
    server_.become(std::move(*next));
    if (const auto done = listen(); !done) {
      note(context_, "emerg", done.error());
      co_return;
    }
    note(context_, "notice", "start worker processes");
  }

  void drain() {
    for (auto& [port, listener] : ports_) listener.drain();
  }
  bool is_busy() const {
    return std::ranges::any_of(
        ports_, [](const auto& open) { return open.second.active_connections() > 0; });
  }

 private:
  ProcessContext& context_;
  NginxServer server_;
  std::vector<std::pair<std::unique_ptr<NginxPort>, net::Listener>> ports_;
};

sim::Task<std::int32_t> run_nginx(ProcessContext& context) {
  const NginxOptions options = read_options(context.arguments());
  if (!options.unknown.empty()) {
    context.print_error(fmt::format("nginx: invalid option: \"{}\"\n", options.unknown));
    co_return 1;
  }
  const std::string version = release_of(context.machine().reference);
  if (options.shows_version) {
    context.print_error(fmt::format("nginx version: nginx/{}\n", version));
    co_return 0;
  }
  if (options.only_tests) {
    auto testing = test_configuration(context);
    co_return co_await testing;
  }
  if (!options.signal.empty()) {
    auto asking = ask_master(context, options.signal);
    co_return co_await asking;
  }
  auto loading = load_nginx_setup(context);
  auto setup = co_await loading;
  if (!setup) co_return refuse_to_start(context, setup.error());
  if (const std::string problem = find_start_problem(context); !problem.empty()) {
    co_return refuse_to_start(context, problem);
  }
  NginxMaster master{context, version, std::move(*setup)};
  if (const auto listening = master.listen(); !listening) {
    co_return refuse_to_start(context, listening.error());
  }
  const bool has_script = base_name(context.arguments().front()) == "docker-entrypoint.sh";
  if (!is_frontend(context.machine().reference)) {
    AccessRecord start;
    start.target = version;
    context.print_access(std::move(start), has_script ? format_start : format_master_start);
  }
  Signal signal = Signal::hang_up;
  while (signal == Signal::hang_up) {
    sim::Task<Signal> stop = context.stop_signal();
    signal = co_await stop;
    if (signal != Signal::hang_up) break;
    auto reloading = master.reload();
    co_await reloading;
  }
  // SIGQUIT lets requests end; SIGTERM does not wait for them.
  note(context, "notice",
       fmt::format("signal {} (SIG{}) received{}", signal_number(signal),
                   signal == Signal::quit ? "QUIT" : "TERM",
                   signal == Signal::quit ? ", shutting down" : ", exiting"));
  if (signal == Signal::quit) {
    master.drain();
    constexpr sim::Duration kPoll = std::chrono::milliseconds{100};
    while (master.is_busy()) co_await sim::sleep(kPoll);
  }
  note(context, "notice", "exit");
  co_return 0;
}

class NginxImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    const std::string repository = reference.repository();
    return repository == "docker.io/library/nginx" || repository == "public.ecr.aws/nginx/nginx" ||
           repository == kTutorialImage || repository == kFrontendImage ||
           repository == "registry.k8s.io/nginx" || repository == "registry.k8s.io/nginx-slim" ||
           repository == "k8s.gcr.io/nginx-slim";
  }
  bool has_tag(std::string_view repository, std::string_view tag) const override {
    if (repository == kFrontendImage) return tag == "1.0";
    if (repository == kTutorialImage) return tag == "1.0" || tag == "latest";
    if (repository.ends_with("nginx-slim")) {
      return tag.starts_with("0.") && tag.size() > 2;
    }
    return !version_of(tag).empty();
  }
  ImageConfig config(const ImageReference& reference) const override {
    if (is_frontend(reference)) return frontend_config();
    const bool is_small = reference.tag.find("alpine") != std::string::npos;
    return {.entrypoint = {"/docker-entrypoint.sh"},
            .command = {"nginx", "-g", "daemon off;"},
            .environment = {{"NGINX_VERSION", release_of(reference)}},
            .stop_signal = Signal::quit,
            .size_bytes = is_small ? 20'981'174 : 72'404'038,
            .idle = {50'000, std::int64_t{7} << 20},
            .has_shell = true,
            .missing_programs = is_small ? std::span<const std::string_view>{kAlpineWithCurlLacks}
                                         : std::span<const std::string_view>{kDebianWithCurlLacks},
            .userland = is_small ? Userland::alpine : Userland::debian};
  }
  Program find_program(std::string_view name) const override {
    const std::string_view base = base_name(name);
    return base == "nginx" || base == "docker-entrypoint.sh" ? run_nginx : nullptr;
  }

 private:
  static ImageConfig frontend_config() {
    return {.command = {"nginx", "-g", "daemon off;"},
            .environment = {{"NGINX_VERSION", std::string{kFrontendVersion} + "-1~jessie"}},
            .size_bytes = 72'404'038,
            .idle = {50'000, std::int64_t{7} << 20},
            .has_shell = true,
            .missing_programs = kDebianLacks,
            .files = {{"/etc/nginx/conf.d/frontend.conf", std::string{kFrontendConfig}}}};
  }
};

}  // namespace

const Image& nginx_image() {
  static const NginxImage kImage;
  return kImage;
}

}  // namespace rockpool::node
