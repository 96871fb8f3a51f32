// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/doc/json.h"
#include "core/net/tls.h"
#include "core/node/images/agnhost_connect.h"
#include "core/node/images/agnhost_grpc_health.h"
#include "core/node/images/agnhost_liveness.h"
#include "core/node/images/agnhost_porter.h"
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"
#include "core/node/images/serve_hostname.h"
#include "core/node/images/tls_files.h"
#include "core/node/images/userland.h"

// Kubernetes' test server (test/images/agnhost): netexec, serve-hostname, connect, porter,
// liveness, grpc-health-checking, dns-suffix, dns-server-list, pause.
namespace rockpool::node {
namespace {

constexpr VersionRange kVersions[] = {{2, 9, 57, 9}};
constexpr std::uint16_t kHttpPort = 8080;
constexpr std::uint16_t kUdpPort = 8081;
constexpr std::int32_t kGoSignalExitCode = 2;

int number_or(const std::optional<std::string>& text, int fallback) {
  int number = fallback;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

std::string format_request(const AccessRecord& record, sim::Time time, sim::Time) {
  return fmt::format("{} GET {}", go_log_time(time), record.target);
}

// `2025-01-01 00:00:05.25 +0000 UTC m=+3.1`: Go's time.Now().String().
std::string go_time(sim::Time time, sim::Time start) {
  std::string text = sim::format_rfc3339_nano(time);
  text.pop_back();
  std::ranges::replace(text, 'T', ' ');
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(time - start).count();
  return fmt::format("{} +0000 UTC m=+{}.{:06}", text, since / 1'000'000, since % 1'000'000);
}

// What Go's syscall package calls the kernel's error.
std::string_view system_error_text(net::FailureKind kind) {
  switch (kind) {
    case net::FailureKind::connection_refused:
      return "connection refused";
    case net::FailureKind::no_route_to_host:
      return "no route to host";
    case net::FailureKind::connection_timed_out:
      return "connection timed out";
    case net::FailureKind::connection_reset:
      return "connection reset by peer";
    case net::FailureKind::network_unreachable:
      return "network is unreachable";
    default:
      return "i/o timeout";
  }
}

class NetexecServer : public net::HttpHandler,
                      public net::DatagramHandler,
                      public net::StreamHandler {
 public:
  NetexecServer(ProcessContext& context, sim::Future<std::int32_t>& exit)
      : context_{context}, exit_{exit} {}

  void handle(net::HttpExchange exchange) override {
    const net::HttpRequest& request = exchange.request();
    const std::string path{request.path()};
    AccessRecord record;
    record.target = request.target;
    context_.print_access(std::move(record), format_request);
    if (path == "/dial") {
      context_.machine().spawn(dial(std::move(exchange)));
    } else if (path == "/shell" || path == "/shutdown" || path == "/exit") {
      handle_process(path, std::move(exchange));
    } else {
      exchange.respond(answer(path, exchange));
    }
  }

  void receive(net::DatagramSocket& socket, net::Datagram datagram) override {
    std::string reply = command_reply(std::move(datagram.payload), datagram.from);
    if (reply.empty()) return;
    socket.send_from(datagram.to.ip, datagram.from, std::move(reply));
  }

  // An SCTP client: one command, one answer.
  void accept(net::Socket socket) override {
    context_.machine().spawn(serve_association(std::move(socket)));
  }

 private:
  // What the UDP and SCTP servers answer; nothing to what they do not know.
  std::string command_reply(std::string text, const net::SocketAddress& client) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    text = doc::to_lower(text);
    if (text.starts_with("echo ")) return text.substr(5);
    if (text == "hostname") return context_.hostname();
    if (text == "clientip") return client.to_string();
    return {};
  }

  sim::Task<void> serve_association(net::Socket socket) {
    sim::Task<std::expected<std::string, net::Failure>> receiving = socket.receive();
    std::expected<std::string, net::Failure> text = co_await receiving;
    if (!text) co_return;
    std::string reply = command_reply(std::move(*text), socket.peer());
    if (!reply.empty()) socket.send(std::move(reply));
    socket.close();
  }

  net::HttpResponse answer(const std::string& path, const net::HttpExchange& exchange) {
    const net::HttpRequest& request = exchange.request();
    const auto plain = [](std::string text) {
      return net::HttpResponse::plain(200, std::move(text));
    };
    if (path == "/hostname" || path == "/hostName") return plain(context_.hostname());
    if (path == "/clientip") return plain(exchange.peer().to_string());
    if (path == "/healthz") return plain({});
    if (path == "/echo") {
      net::HttpResponse response = plain(request.query_parameter("msg").value_or(""));
      response.status = number_or(request.query_parameter("code"), 200);
      return response;
    }
    if (path == "/header") {
      const std::string key = request.query_parameter("key").value_or("");
      return plain(std::string{request.headers.get(key)});
    }
    if (path == "/redirect") {
      net::HttpResponse response = plain({});
      response.status = number_or(request.query_parameter("code"), 302);
      response.headers.add("Location", request.query_parameter("location").value_or(""));
      return response;
    }
    return plain("NOW: " + go_time(context_.now(), context_.machine().started_at));
  }

  void handle_process(const std::string& path, net::HttpExchange exchange) {
    const net::HttpRequest& request = exchange.request();
    if (path == "/shell") {
      context_.machine().spawn(shell(std::move(exchange)));
      return;
    }
    const int code = path == "/exit" ? number_or(request.query_parameter("code"), 0) : 0;
    exit_.set(code);
    // The process ends before it can answer.
    exchange.close();
  }

  // /shell?cmd=…: {"output": "…"}, or with "error" if it went wrong.
  sim::Task<void> shell(net::HttpExchange exchange) {
    TextOutput output;
    const std::string command = exchange.request().query_parameter("cmd").value_or(
        exchange.request().query_parameter("shellCommand").value_or(""));
    ProcessContext context{context_.machine(), {"/bin/sh", "-c", command}, false, &output};
    sim::Task<std::int32_t> task = find_userland_program("sh")(context);
    const std::int32_t code = co_await task;
    doc::Value body = doc::Value::map({{"output", output.text}});
    if (code != 0) body.set("error", fmt::format("exit status {}", code));
    exchange.respond(net::HttpResponse::plain(200, doc::to_json(body)));
  }

  // /dial?host=&port=&protocol=&request=&tries=: asks other servers, and says what they answered.
  sim::Task<void> dial(net::HttpExchange exchange) {
    const net::HttpRequest request = exchange.request();
    const std::string host = request.query_parameter("host").value_or("");
    const auto port = net::parse_port(request.query_parameter("port").value_or(""));
    const std::string protocol = request.query_parameter("protocol").value_or("");
    const std::string what = request.query_parameter("request").value_or("");
    const int tries = std::clamp(number_or(request.query_parameter("tries"), 1), 1, 100);
    const bool is_known = protocol == "http" || protocol == "udp" || protocol == "sctp";
    if (host.empty() || !port || !is_known) {
      exchange.respond(net::HttpResponse::plain(
          400, fmt::format("{{\"errors\":[\"unsupported protocol or address: {}://{}:{}\"]}}",
                           protocol, host, request.query_parameter("port").value_or(""))));
      co_return;
    }
    std::vector<doc::Value> responses;
    std::vector<doc::Value> errors;
    for (int i = 0; i < tries; ++i) {
      sim::Task<std::expected<std::string, std::string>> once =
          protocol == "http"  ? dial_http(host, *port, what)
          : protocol == "udp" ? dial_udp(host, *port, what)
                              : dial_sctp(host, *port, what);
      const std::expected<std::string, std::string> result = co_await once;
      (result ? responses : errors).push_back(doc::Value{result ? *result : result.error()});
    }
    doc::Value body = doc::Value::object();
    if (!responses.empty()) body.set("responses", doc::Value::array(std::move(responses)));
    if (!errors.empty()) body.set("errors", doc::Value::array(std::move(errors)));
    exchange.respond(net::HttpResponse::plain(200, doc::to_json(body)));
  }

  sim::Task<std::expected<std::string, std::string>> dial_http(std::string host, std::uint16_t port,
                                                               std::string what) {
    net::Url url;
    url.host = host;
    url.port = port;
    url.target = "/" + what;
    net::FetchOptions options;
    options.timeout = std::chrono::seconds{5};
    context_.note_request();
    sim::Task<net::FetchResult> fetch = context_.fetch(url, {}, options);
    const net::FetchResult result = co_await fetch;
    if (result.ok()) co_return result.outcome->body;
    co_return std::unexpected{fmt::format("Get \"http://{}/{}\": {}",
                                          net::join_host_port(host, port), what,
                                          net::go_message(result.outcome.error()))};
  }

  sim::Task<std::expected<std::string, std::string>> dial_udp(std::string host, std::uint16_t port,
                                                              std::string what) {
    net::Ref<net::Host> self{&context_.host()};
    sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolve =
        context_.resolve(host);
    const std::expected<std::vector<net::IpAddress>, net::Failure> addresses = co_await resolve;
    if (!addresses) co_return std::unexpected{net::go_message(addresses.error())};
    std::expected<net::DatagramSocket, net::ListenError> socket = self->bind();
    if (!socket) co_return std::unexpected{std::string{"no socket left"}};
    socket->send({addresses->front(), port}, what);
    sim::Task<std::expected<net::Datagram, net::Failure>> receive =
        socket->receive(std::chrono::seconds{5});
    const std::expected<net::Datagram, net::Failure> answer = co_await receive;
    if (!answer) {
      co_return std::unexpected{fmt::format("reading from udp connection failed. err:'{}'",
                                            net::go_message(answer.error()))};
    }
    co_return answer->payload;
  }

  sim::Task<std::expected<std::string, std::string>> dial_sctp(std::string host, std::uint16_t port,
                                                               std::string what) {
    net::Ref<net::Host> self{&context_.host()};
    sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolve =
        context_.resolve(host);
    const std::expected<std::vector<net::IpAddress>, net::Failure> addresses = co_await resolve;
    if (!addresses) co_return std::unexpected{net::go_message(addresses.error())};
    sim::Task<std::expected<net::Socket, net::Failure>> connect =
        self->connect({addresses->front(), port}, {}, net::Protocol::sctp);
    std::expected<net::Socket, net::Failure> socket = co_await connect;
    if (!socket) {
      co_return std::unexpected{
          fmt::format("sctp dial failed. err:{}", system_error_text(socket.error().kind))};
    }
    socket->send(what);
    sim::Task<std::expected<std::string, net::Failure>> receive =
        socket->receive(std::chrono::seconds{5});
    std::expected<std::string, net::Failure> answer = co_await receive;
    if (answer && !answer->empty()) co_return std::move(*answer);
    const std::string_view problem = answer ? "EOF" : system_error_text(answer.error().kind);
    co_return std::unexpected{
        fmt::format("reading from sctp connection failed. err:'{}'", problem)};
  }

  ProcessContext& context_;
  sim::Future<std::int32_t>& exit_;
};

// Hands a signal to stop on as the exit code, after the delay that was asked for.
sim::Task<void> exit_on_stop(ProcessContext& context, sim::Future<std::int32_t>& exit,
                             sim::Duration delay) {
  sim::Task<Signal> stop = context.stop_signal();
  co_await stop;
  co_await sim::sleep(delay);
  exit.set(0);
}

sim::Task<std::int32_t> run_netexec(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  const std::uint16_t http = port_of(go_flag(arguments, "http-port").value_or(""), kHttpPort);
  const std::optional<std::string> udp_flag = go_flag(arguments, "udp-port");
  const std::uint16_t udp = udp_flag == "-1" ? 0 : port_of(udp_flag.value_or(""), kUdpPort);
  const int delay = number_or(go_flag(arguments, "delay-shutdown"), 0);
  sim::Future<std::int32_t> exit;
  NetexecServer server{context, exit};
  const std::string certificate = go_flag(arguments, "tls-cert-file").value_or("");
  const std::string key = go_flag(arguments, "tls-private-key-file").value_or("");
  std::optional<net::SingleChainServer> tls;
  if (!certificate.empty() && !key.empty()) {
    pki::SharedChain own = agnhost_own_chain(context, certificate);
    auto chain = own ? std::expected<pki::SharedChain, std::string>{std::move(own)}
                     : load_go_key_pair(context, certificate, key);
    if (!chain) {
      context.print(fmt::format("{} {}\n", go_log_time(context.now()), chain.error()));
      co_return 1;
    }
    tls.emplace(std::move(*chain));
  }
  std::expected<net::Listener, net::ListenError> listener =
      tls ? context.listen(http, server, *tls) : context.listen(http, server);
  if (!listener) {
    context.print(fmt::format("{} listen tcp :{}: bind: address already in use\n",
                              go_log_time(context.now()), http));
    co_return 1;
  }
  net::DatagramSocket socket;
  if (udp != 0) {
    auto bound = context.host().bind(udp, server);
    if (bound) socket = std::move(*bound);
    context.print(
        fmt::format("{} Started UDP server on port  {}\n", go_log_time(context.now()), udp));
  }
  // None unless it is asked for.
  const auto sctp = net::parse_port(go_flag(arguments, "sctp-port").value_or(""));
  net::Listener associations;
  if (sctp) {
    auto listening = context.host().listen(*sctp, server, net::Protocol::sctp);
    if (!listening) {
      context.print(fmt::format(
          "{} Error occurred: failed to create listener for SCTP address :{}:address already in "
          "use\n",
          go_log_time(context.now()), *sctp));
      co_return 1;
    }
    associations = std::move(*listening);
    context.print(fmt::format("{} Started SCTP server\n", go_log_time(context.now())));
  }
  context.print(
      fmt::format("{} Started HTTP server on port {}\n", go_log_time(context.now()), http));
  sim::Process stop{context.loop(), exit_on_stop(context, exit, std::chrono::seconds{delay})};
  const std::optional<std::int32_t> code = co_await exit.take();
  co_return code.value_or(0);
}

// The search path or the name servers, separated by commas.
std::string describe_resolver(const net::dns::ResolverConfig& resolver, bool search) {
  std::string text;
  const auto add = [&text](std::string_view part) {
    if (!text.empty()) text += ',';
    text += part;
  };
  if (search) {
    for (const std::string& domain : resolver.search) add(domain);
  } else {
    for (const net::IpAddress& server : resolver.nameservers) add(server.to_string());
  }
  return text;
}

sim::Task<std::int32_t> run_agnhost(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  const std::string command = arguments.size() > 1 ? arguments[1] : std::string{"--help"};
  if (command == "netexec") {
    sim::Task<std::int32_t> task = run_netexec(context);
    co_return co_await task;
  }
  if (command == "serve-hostname") {
    sim::Task<std::int32_t> task = run_serve_hostname(context);
    co_return co_await task;
  }
  if (command == "connect") {
    sim::Task<std::int32_t> task = run_agnhost_connect(context);
    co_return co_await task;
  }
  if (command == "porter") {
    sim::Task<std::int32_t> task = run_agnhost_porter(context);
    co_return co_await task;
  }
  if (command == "grpc-health-checking") {
    sim::Task<std::int32_t> task = run_agnhost_grpc_health(context);
    co_return co_await task;
  }
  if (command == "liveness") {
    sim::Task<std::int32_t> task = run_agnhost_liveness(context);
    co_return co_await task;
  }
  if (command == "dns-suffix" || command == "dns-server-list") {
    context.print(describe_resolver(context.resolver(), command == "dns-suffix"));
    co_return 0;
  }
  if (command == "pause") {
    context.print("Paused\n");
    context.exit_on_signal(kGoSignalExitCode);
    sim::Task<void> forever = wait_forever();
    co_await forever;
  }
  if (command == "--version" || command == "--help") {
    context.print("Usage:\n  app [command]\n");
    co_return 0;
  }
  context.print(
      fmt::format("Error: unknown command \"{}\" for \"app\"\n"
                  "Run 'app --help' for usage.\n",
                  command));
  co_return 1;
}

class AgnhostImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    return reference.path == "e2e-test-images/agnhost" ||
           reference.path == "kubernetes-e2e-test-images/agnhost";
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    return is_version_in(tag, kVersions) && std::ranges::count(tag, '.') >= 1;
  }
  ImageConfig config(const ImageReference&) const override {
    return {.entrypoint = {"/agnhost"},
            .command = {"pause"},
            .size_bytes = 53'621'675,
            .idle = {50'000, std::int64_t{12} << 20},
            .has_shell = true,
            .missing_programs = kAlpineWithToolsLacks,
            .userland = Userland::alpine};
  }
  Program find_program(std::string_view name) const override {
    // It brings a CoreDNS along.
    if (base_name(name) == "coredns") return coredns_image().find_program(name);
    return base_name(name) == "agnhost" ? run_agnhost : nullptr;
  }
};

}  // namespace

const Image& agnhost_image() {
  static const AgnhostImage kImage;
  return kImage;
}

}  // namespace rockpool::node
