// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include <fmt/format.h>
#include "core/doc/json.h"
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"
#include "core/node/images/userland.h"

// The load generator (github.com/fortio/fortio): `load` and `server`.
namespace rockpool::node {
namespace {

constexpr VersionRange kVersions[] = {{1, 0, 69, 9}};
constexpr std::string_view kVersion = "1.69.4";
constexpr std::uint16_t kServerPort = 8080;
constexpr int kMaxConnections = 1000;
// Errors of different kinds that the report tells apart.
constexpr std::size_t kMaxErrorKinds = 32;

// What `fortio load` was asked to do.
struct Load {
  std::string url;
  // 0: as fast as it goes.
  double qps = 8;
  int connections = 4;
  // 0: without end.
  sim::Duration duration = std::chrono::seconds{5};
  // 0: as many as fit the duration.
  std::int64_t calls = 0;
  sim::Duration timeout = std::chrono::seconds{3};
  bool keep_alive = true;
  bool allow_initial_errors = false;
  bool use_jitter = false;
  net::HttpRequest request;
};

// What came of it so far.
struct LoadResult {
  std::map<int, std::int64_t> codes;
  std::map<std::string, std::int64_t> errors;
  std::vector<sim::Duration> durations;
  sim::Duration total{0};
  std::int64_t calls = 0;
  std::int64_t sockets = 0;
};

template <typename Number>
Number read_number(const std::optional<std::string>& text, Number fallback) {
  Number number = fallback;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

// A rate; not by from_chars, which Emscripten's library lacks for double.
double read_rate(const std::optional<std::string>& text, double fallback) {
  const auto number = text ? doc::parse_json(*text) : std::expected<doc::Value, doc::ParseError>{};
  return number && number->is_number() ? number->as_double() : fallback;
}

// Flags that take a value, so that the URL can be told from them.
bool takes_value(std::string_view flag) {
  constexpr std::string_view kFlags[] = {"qps",
                                         "c",
                                         "t",
                                         "n",
                                         "timeout",
                                         "H",
                                         "payload",
                                         "p",
                                         "r",
                                         "a",
                                         "labels",
                                         "loglevel",
                                         "X",
                                         "user",
                                         "content-type",
                                         "json",
                                         "data-dir",
                                         "connection-reuse",
                                         "payload-size",
                                         "httpbufferkb"};
  return is_one_of(flag, kFlags);
}

sim::Duration read_duration(const std::optional<std::string>& text, sim::Duration fallback) {
  return text ? sim::parse_duration(*text).value_or(fallback) : fallback;
}

// The last argument that is neither a flag nor a flag's value.
std::string find_url(const std::vector<std::string>& arguments) {
  std::string url;
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    std::string_view text = arguments[i];
    if (!text.starts_with('-')) {
      url = text;
      continue;
    }
    text.remove_prefix(text.starts_with("--") ? 2 : 1);
    if (takes_value(text)) ++i;
  }
  return url;
}

void add_headers(const std::vector<std::string>& arguments, net::HttpRequest& request) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] != "-H") continue;
    const std::string& header = arguments[i + 1];
    const std::size_t colon = header.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t start = header.find_first_not_of(' ', colon + 1);
    const std::string name = header.substr(0, colon);
    const std::string value = start == std::string::npos ? "" : header.substr(start);
    if (name == "Host" || name == "host") {
      request.host = value;
    } else {
      request.headers.set(name, value);
    }
  }
}

Load read_load(const std::vector<std::string>& arguments) {
  Load load;
  load.url = find_url(arguments);
  load.qps = read_rate(go_flag(arguments, "qps"), load.qps);
  if (go_flag(arguments, "qps") == "max") load.qps = 0;
  load.connections =
      std::clamp(read_number(go_flag(arguments, "c"), load.connections), 1, kMaxConnections);
  load.duration = read_duration(go_flag(arguments, "t"), load.duration);
  load.calls = read_number(go_flag(arguments, "n"), load.calls);
  load.timeout = read_duration(go_flag(arguments, "timeout"), load.timeout);
  load.keep_alive = go_flag(arguments, "keepalive") != "false";
  load.allow_initial_errors = go_flag_is_set(arguments, "allow-initial-errors");
  load.use_jitter = go_flag_is_set(arguments, "jitter");
  load.request.headers.add("User-Agent", "fortio.org/fortio-" + std::string{kVersion});
  add_headers(arguments, load.request);
  load.request.body = go_flag(arguments, "payload").value_or("");
  if (!load.request.body.empty()) load.request.method = "POST";
  load.request.method = go_flag(arguments, "X").value_or(load.request.method);
  return load;
}

class LoadRunner {
 public:
  LoadRunner(ProcessContext& context, Load load, net::Url url)
      : context_{context},
        load_{std::move(load)},
        url_{std::move(url)},
        random_{context.machine().random.stream("fortio")} {}

  // Runs to the end, or until it is asked to stop.
  sim::Task<std::int32_t> run() {
    context_.print(fmt::format(
        "Fortio {} running at {} queries per second, 8->8 procs, for {}: {}\n", kVersion,
        load_.qps == 0 ? "max" : fmt::format("{:g}", load_.qps), length_text(), load_.url));
    if (!load_.allow_initial_errors) {
      sim::Task<bool> warm_up = warm_up_once();
      const bool went_well = co_await warm_up;
      if (!went_well) co_return 1;
    }
    start_ = context_.now();
    running_ = load_.connections;
    std::vector<sim::Process> threads;
    for (int thread = 0; thread < load_.connections; ++thread) {
      threads.emplace_back(context_.loop(), run_thread(thread));
    }
    sim::Process stop{context_.loop(), stop_on_signal()};
    co_await done_.take();
    // Whoever is in the middle of a request is left behind when it was interrupted.
    print_report();
    co_return 0;
  }

 private:
  std::string length_text() const {
    if (load_.calls > 0) return fmt::format("{} calls", load_.calls);
    if (load_.duration <= sim::Duration{0}) return "until interrupted";
    return sim::format_duration(load_.duration);
  }

  net::FetchOptions options() const {
    net::FetchOptions options;
    options.timeout = load_.timeout;
    options.resolver = context_.machine().own_resolver;
    return options;
  }

  sim::Task<bool> warm_up_once() {
    net::Ref<net::Host> host{&context_.host()};
    sim::Task<net::FetchResult> fetch = host->fetch(url_, load_.request, options());
    const net::FetchResult result = co_await fetch;
    if (result.ok() && result.outcome->status < 400) co_return true;
    const std::string why = result.ok() ? fmt::format("{} {}", result.outcome->status,
                                                      net::http_status_text(result.outcome->status))
                                        : net::go_message(result.outcome.error());
    context_.print(
        fmt::format("Aborting because of error: error {} for {} (0 bytes)\n", why, load_.url));
    co_return false;
  }

  sim::Task<void> stop_on_signal() {
    sim::Task<Signal> stop = context_.stop_signal();
    co_await stop;
    done_.set(true);
  }

  // One connection: call after call, each at its time.
  sim::Task<void> run_thread(int thread) {
    net::HttpClient client{net::Ref<net::Host>{&context_.host()},
                           {.keep_alive = load_.keep_alive, .remember_addresses = false}};
    const std::int64_t all = load_.calls;
    const std::int64_t share = all / load_.connections + (thread < all % load_.connections ? 1 : 0);
    const sim::Duration period = thread_period();
    for (std::int64_t call = 0; all == 0 || call < share; ++call) {
      const sim::Time due = start_ + period * call;
      const bool has_end = load_.duration > sim::Duration{0} && all == 0;
      if (has_end && std::max(due, context_.now()) >= start_ + load_.duration) break;
      const sim::Duration wait = due - context_.now() + jitter(period);
      if (wait > sim::Duration{0}) co_await sim::sleep(wait);
      context_.note_request();
      sim::Task<net::FetchResult> fetch = client.fetch(url_, load_.request, options());
      const net::FetchResult result = co_await fetch;
      note(result);
    }
    if (--running_ == 0) done_.set(true);
  }

  sim::Duration thread_period() const {
    if (load_.qps <= 0) return sim::Duration{0};
    return sim::Duration{static_cast<std::int64_t>(1e9 * load_.connections / load_.qps)};
  }

  // -jitter: up to a tenth of the period, earlier or later.
  sim::Duration jitter(sim::Duration period) {
    if (!load_.use_jitter) return sim::Duration{0};
    const auto span = static_cast<std::uint64_t>(period.count() / 5);
    return sim::Duration{static_cast<std::int64_t>(random_.below(span + 1))} - period / 10;
  }

  void note(const net::FetchResult& result) {
    constexpr std::size_t kMaxDurations = 1 << 20;
    ++result_.calls;
    const sim::Duration took = result.ended - result.started;
    result_.total += took;
    if (result_.durations.size() < kMaxDurations) result_.durations.push_back(took);
    if (result.ok()) {
      ++result_.codes[result.outcome->status];
      return;
    }
    // fortio counts a request that got no answer under the code -1.
    ++result_.codes[-1];
    std::string text = net::go_message(result.outcome.error());
    if (result_.errors.size() < kMaxErrorKinds || result_.errors.contains(text)) {
      ++result_.errors[std::move(text)];
    }
  }

  static std::string seconds(sim::Duration duration) {
    return fmt::format("{:.9g}", static_cast<double>(duration.count()) / 1e9);
  }

  void print_report() {
    const sim::Duration elapsed = context_.now() - start_;
    const double span = std::max(1e-9, static_cast<double>(elapsed.count()) / 1e9);
    std::string text =
        fmt::format("Ended after {} : {} calls. qps={:.5g}\n", sim::format_duration(elapsed),
                    result_.calls, static_cast<double>(result_.calls) / span);
    std::vector<sim::Duration>& durations = result_.durations;
    std::ranges::sort(durations);
    if (!durations.empty()) {
      const sim::Duration average = result_.total / result_.calls;
      text += fmt::format("Aggregated Function Time : count {} avg {} min {} max {} sum {}\n",
                          result_.calls, seconds(average), seconds(durations.front()),
                          seconds(durations.back()), seconds(result_.total));
      for (const int percent : {50, 75, 90, 99}) {
        const std::size_t index = (durations.size() - 1) * static_cast<std::size_t>(percent) / 100;
        text += fmt::format("# target {}% {}\n", percent, seconds(durations[index]));
      }
    }
    text += fmt::format("Jitter: {}\n", load_.use_jitter);
    for (const auto& [code, count] : result_.codes) {
      text += fmt::format("Code {:3} : {} ({:.1f} %)\n", code, count,
                          100.0 * static_cast<double>(count) / static_cast<double>(result_.calls));
    }
    for (const auto& [error, count] : result_.errors) {
      text += fmt::format("Error {} : {}\n", error, count);
    }
    const double average_ms = result_.calls == 0 ? 0
                                                 : static_cast<double>(result_.total.count()) /
                                                       1e6 / static_cast<double>(result_.calls);
    text += fmt::format("All done {} calls (plus {} warmup) {:.3f} ms avg, {:.1f} qps\n",
                        result_.calls, load_.allow_initial_errors ? 0 : 1, average_ms,
                        static_cast<double>(result_.calls) / span);
    context_.print(text);
  }

  ProcessContext& context_;
  Load load_;
  net::Url url_;
  sim::Random random_;
  sim::Time start_;
  int running_ = 0;
  LoadResult result_;
  sim::Future<bool> done_;
};

sim::Task<std::int32_t> run_load(ProcessContext& context) {
  Load load = read_load(context.arguments());
  if (load.url.empty()) {
    context.print("Error: fortio load requires a URL\n");
    co_return 1;
  }
  std::expected<net::Url, std::string> url = net::Url::parse(load.url);
  if (!url) {
    context.print(fmt::format("Bad url '{}' : {}\n", load.url, url.error()));
    co_return 1;
  }
  LoadRunner runner{context, std::move(load), std::move(*url)};
  sim::Task<std::int32_t> task = runner.run();
  co_return co_await task;
}

// Sends every request's body back, as `fortio server` does on its HTTP echo port.
class EchoServer : public net::HttpHandler {
 public:
  explicit EchoServer(ProcessContext& context) : random_{context.machine().random.stream("echo")} {}
  void handle(net::HttpExchange exchange) override {
    const net::HttpRequest& request = exchange.request();
    net::HttpResponse response;
    response.body = request.body;
    response.status = status_for(request.query_parameter("status").value_or(""));
    exchange.respond(std::move(response));
  }

 private:
  // `503` or `503:20` (in percent of the requests; several are separated by commas).
  int status_for(std::string_view text) {
    std::uint64_t roll = random_.below(100);
    while (!text.empty()) {
      const std::string_view part = text.substr(0, text.find(','));
      text.remove_prefix(std::min(text.size(), part.size() + 1));
      const std::size_t colon = part.find(':');
      const int status = read_number(std::optional{std::string{part.substr(0, colon)}}, 200);
      if (colon == std::string_view::npos) return status;
      const auto percent = static_cast<std::uint64_t>(
          read_number(std::optional{std::string{part.substr(colon + 1)}}, 0));
      if (roll < percent) return status;
      roll -= percent;
    }
    return 200;
  }

  sim::Random random_;
};

sim::Task<std::int32_t> run_server(ProcessContext& context) {
  const std::uint16_t port =
      port_of(go_flag(context.arguments(), "http-port").value_or(""), kServerPort);
  EchoServer server{context};
  std::expected<net::Listener, net::ListenError> listener = context.listen(port, server);
  if (!listener) {
    context.print(fmt::format("Can't listen to tcp :{}: bind: address already in use\n", port));
    co_return 1;
  }
  context.print(
      fmt::format("Fortio {} http-echo server listening on tcp [::]:{}\n", kVersion, port));
  sim::Task<Signal> stop = context.stop_signal();
  co_await stop;
  co_return 0;
}

sim::Task<std::int32_t> run_fortio(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  const std::string command = arguments.size() > 1 ? arguments[1] : std::string{};
  if (command == "load") {
    sim::Task<std::int32_t> task = run_load(context);
    co_return co_await task;
  }
  if (command == "server") {
    sim::Task<std::int32_t> task = run_server(context);
    co_return co_await task;
  }
  if (command == "version") {
    context.print(std::string{kVersion} + "\n");
    co_return 0;
  }
  if (command == "curl") {
    std::vector<std::string> curl = arguments;
    curl.erase(curl.begin());
    context.set_arguments(std::move(curl));
    sim::Task<std::int32_t> task = find_userland_program("curl")(context);
    co_return co_await task;
  }
  context.print(
      fmt::format("Error: unknown command {}: only `load`, `server`, `curl` and `version` are "
                  "simulated\n",
                  command));
  co_return 1;
}

class FortioImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    return reference.repository() == "docker.io/fortio/fortio";
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    return tag == "latest" || tag == "latest_release" || is_version_in(tag, kVersions);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.entrypoint = {"/usr/bin/fortio"},
            .command = {"server"},
            .size_bytes = 9'437'184,
            .idle = {100'000, std::int64_t{18} << 20}};
  }
  Program find_program(std::string_view name) const override {
    return base_name(name) == "fortio" ? run_fortio : nullptr;
  }
};

}  // namespace

const Image& fortio_image() {
  static const FortioImage kImage;
  return kImage;
}

}  // namespace rockpool::node
