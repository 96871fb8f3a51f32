// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/net/tls.h"
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"
#include "core/node/images/userland.h"

// The server of the tutorial "Using Source IP": nginx with a script that answers with what it was
// asked (test/images/echoserver), with TLS on its other port by a certificate that it makes at
// start.
namespace rockpool::node {
namespace {

constexpr std::uint16_t kPort = 8080;
constexpr std::uint16_t kTlsPort = 8443;
constexpr std::string_view kTags[] = {"1.0", "1.1", "1.2", "1.3", "1.4", "1.5",
                                      "1.6", "1.7", "1.8", "1.9", "1.10"};

// Until then the answer had another form.
constexpr std::string_view kOldTags[] = {"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"};

std::string format_request(const AccessRecord& record, sim::Time time, sim::Time) {
  return fmt::format("{} - - [{}] \"{} {} HTTP/1.1\" {} {} \"-\" \"{}\"",
                     record.peer.ip.to_string(), common_log_time(time), record.method,
                     record.target, record.status, record.bytes, record.user_agent);
}

// The headers as Lua sees them: names in small letters, in their order.
std::vector<std::pair<std::string, std::string>> sorted_headers(const net::HttpRequest& request) {
  std::vector<std::pair<std::string, std::string>> headers{{"host", request.host}};
  for (const auto& [name, value] : request.headers.fields()) {
    if (doc::to_lower(name) != "host") headers.emplace_back(doc::to_lower(name), value);
  }
  std::ranges::stable_sort(headers, {}, [](const auto& header) { return header.first; });
  return headers;
}

// What `$scheme://$host:$server_port$request_uri` comes to: the host as asked for, without a port.
std::string request_uri(const net::HttpRequest& request, bool is_secure) {
  const std::size_t colon = request.host.rfind(':');
  const bool has_port =
      colon != std::string::npos && request.host.find(']', colon) == std::string::npos;
  const std::string host = doc::to_lower(has_port ? request.host.substr(0, colon) : request.host);
  return fmt::format("{}://{}:{}{}", is_secure ? "https" : "http", host,
                     is_secure ? kTlsPort : kPort, request.target);
}

class EchoServer : public net::HttpHandler {
 public:
  EchoServer(ProcessContext& context, bool is_old) : context_{context}, is_old_{is_old} {}

  void handle(net::HttpExchange exchange) override {
    net::HttpResponse response;
    response.headers.add("Content-Type", "text/plain");
    response.headers.add("Server", "echoserver");
    const std::string client = exchange.peer().ip.to_string();
    response.body = is_old_ ? old_answer(exchange.request(), client, exchange.is_secure())
                            : answer(exchange.request(), client, exchange.is_secure());
    context_.print_access(make_access_record(exchange, response.status, response.body.size()),
                          format_request);
    exchange.respond(std::move(response));
  }

 private:
  std::string variable(std::string_view name) const {
    return context_.machine().variable(name).value_or("N/A");
  }

  std::string pod_information() const {
    if (!context_.machine().variable("POD_NAME")) return "\t-no pod information available-\n";
    return fmt::format("\tnode name:\t{}\n\tpod name:\t{}\n\tpod namespace:\t{}\n\tpod IP:\t{}\n",
                       variable("NODE_NAME"), variable("POD_NAME"), variable("POD_NAMESPACE"),
                       variable("POD_IP"));
  }

  std::string answer(const net::HttpRequest& request, const std::string& client,
                     bool is_secure) const {
    std::string headers;
    for (const auto& [name, value] : sorted_headers(request)) {
      headers += fmt::format("\t{}={}  \n", name, value);
    }
    return fmt::format(
        "\n\nHostname: {}\n\nPod Information:\n{}\nServer values:\n"
        "\tserver_version=nginx: 1.13.3 - lua: 10008\n\nRequest Information:\n"
        "\tclient_address={}\n\tmethod={}\n\treal path={}\n\tquery={}\n\trequest_version=1.1\n"
        "\trequest_scheme={}\n\trequest_uri={}\n\nRequest Headers:\n{}\nRequest Body:\n{}\n\n",
        context_.hostname(), pod_information(), client, request.method, request.target,
        request.query(), is_secure ? "https" : "http", request_uri(request, is_secure), headers,
        request.body.empty() ? "\t-no body in request-" : request.body);
  }

  std::string old_answer(const net::HttpRequest& request, const std::string& client,
                         bool is_secure) const {
    std::string headers;
    for (const auto& [name, value] : sorted_headers(request)) {
      headers += fmt::format("{}={}\n", name, value);
    }
    return fmt::format(
        "CLIENT VALUES:\nclient_address={}\ncommand={}\nreal path={}\nquery={}\n"
        "request_version=1.1\nrequest_uri={}\n\nSERVER VALUES:\n"
        "server_version=nginx: 1.10.0 - lua: 10001\n\nHEADERS RECEIVED:\n{}BODY:\n{}",
        client, request.method, request.target,
        request.query().empty() ? std::string_view{"nil"} : request.query(),
        request_uri(request, is_secure), headers,
        request.body.empty() ? "-no body in request-" : request.body);
  }

  ProcessContext& context_;
  bool is_old_;
};

pki::SharedChain make_certificate(const std::string& hostname) {
  return pki::make_self_signed("echoserver in " + hostname,
                               pki::make_name({{"C", "UK"},
                                               {"ST", "Warwickshire"},
                                               {"L", "Leamington"},
                                               {"O", "OrgName"},
                                               {"OU", "IT Department"},
                                               {"CN", "example.com"}}),
                               {});
}

sim::Task<std::int32_t> run_echoserver(ProcessContext& context) {
  const std::string& tag = context.machine().reference.tag;
  EchoServer server{context, is_one_of(tag, kOldTags)};
  context.print("Generating self-signed cert\n");
  net::SingleChainServer tls{make_certificate(context.hostname())};
  context.print("Starting nginx\n");
  std::expected<net::Listener, net::ListenError> listener = context.listen(kPort, server);
  std::expected<net::Listener, net::ListenError> tls_listener =
      context.listen(kTlsPort, server, tls);
  if (!listener || !tls_listener) {
    context.print(
        fmt::format("nginx: [emerg] bind() to 0.0.0.0:{} failed (98: Address already in "
                    "use)\n",
                    listener ? kTlsPort : kPort));
    co_return 1;
  }
  sim::Task<Signal> stop = context.stop_signal();
  co_await stop;
  co_return 0;
}

class EchoserverImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    const std::string repository = reference.repository();
    return repository == "registry.k8s.io/echoserver" || repository == "k8s.gcr.io/echoserver" ||
           repository == "gcr.io/google_containers/echoserver" ||
           repository == "gcr.io/google-containers/echoserver";
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    return is_one_of(tag, kTags);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.command = {"/usr/local/bin/run.sh"},
            .size_bytes = 36'655'159,
            .idle = {50'000, std::int64_t{7} << 20},
            .has_shell = true,
            .missing_programs = kAlpineWithCurlLacks,
            .userland = Userland::alpine};
  }
  Program find_program(std::string_view name) const override {
    const std::string_view base = base_name(name);
    return base == "run.sh" || base == "nginx" ? run_echoserver : nullptr;
  }
};

}  // namespace

const Image& echoserver_image() {
  static const EchoserverImage kImage;
  return kImage;
}

}  // namespace rockpool::node
