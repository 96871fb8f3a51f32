// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_curl.h"

#include <algorithm>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/net/tls.h"
#include "core/node/images/image.h"
#include "core/node/images/userland_http.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

constexpr int kMaxRedirects = 50;
// curl's exit codes.
constexpr std::int32_t kCurlHttpError = 22;
constexpr std::int32_t kCurlWriteError = 23;
constexpr std::int32_t kCurlBadCertificates = 77;

// What curl was asked to do.
struct CurlOptions {
  std::vector<std::string> urls;
  net::HttpRequest request;
  net::FetchOptions fetch;
  std::string write_out;
  std::string output_file;
  // Whom to trust, as a file of certificates; empty for nobody.
  std::string authorities_file;
  bool insecure = false;
  // `HOST:PORT:ADDRESS`: where to find a name instead of asking for it.
  std::vector<std::string> resolve;
  bool silent = false;
  bool show_errors = false;
  bool include_headers = false;
  bool fail = false;
  bool follow = false;
  bool is_head = false;
  std::string unknown_flag;
};

// Takes a flag that has a value. False if it is none of those.
bool take_value(const std::string& flag, const std::string& value, CurlOptions& options) {
  if (flag == "-X" || flag == "--request") {
    options.request.method = value;
  } else if (flag == "-H" || flag == "--header") {
    add_header(value, options.request);
  } else if (flag == "-d" || flag == "--data" || flag == "--data-raw") {
    options.request.body += (options.request.body.empty() ? "" : "&") + value;
    if (options.request.method == "GET") options.request.method = "POST";
  } else if (flag == "-m" || flag == "--max-time") {
    options.fetch.timeout = seconds_of(value);
  } else if (flag == "--connect-timeout") {
    options.fetch.connect_timeout = seconds_of(value);
  } else if (flag == "-o" || flag == "--output") {
    options.output_file = value;
  } else if (flag == "--cacert") {
    options.authorities_file = value;
  } else if (flag == "-w" || flag == "--write-out") {
    options.write_out = value;
  } else if (flag == "-A" || flag == "--user-agent") {
    options.request.headers.set("User-Agent", value);
  } else {
    if (flag != "--resolve") return flag == "--retry" || flag == "--retry-delay";
    options.resolve.push_back(value);
  }
  return true;
}

bool take_switch(const std::string& flag, CurlOptions& options) {
  if (flag == "-s" || flag == "--silent") {
    options.silent = true;
  } else if (flag == "-S" || flag == "--show-error") {
    options.show_errors = true;
  } else if (flag == "-i" || flag == "--include") {
    options.include_headers = true;
  } else if (flag == "-I" || flag == "--head") {
    options.is_head = true;
    options.request.method = "HEAD";
  } else if (flag == "-f" || flag == "--fail") {
    options.fail = true;
  } else if (flag == "-L" || flag == "--location") {
    options.follow = true;
  } else if (flag == "-k" || flag == "--insecure") {
    options.insecure = true;
  } else {
    // Accepted without effect here: -v, -g, -4, -N, --http1.1 and the like.
    constexpr std::string_view kHarmless[] = {
        "-v",          "-g",        "-q",        "-4",          "-N",
        "-#",          "--verbose", "--http1.1", "--no-buffer", "--no-progress-meter",
        "--compressed"};
    return is_one_of(flag, kHarmless);
  }
  return true;
}

CurlOptions read_curl(const std::vector<std::string>& arguments) {
  CurlOptions options;
  options.request.headers.add("User-Agent", "curl/8.13.0");
  options.request.headers.add("Accept", "*/*");
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with('-') || argument == "-") {
      options.urls.push_back(argument);
      continue;
    }
    const bool is_long = argument.starts_with("--");
    // Short flags may stand together, the last one with its value: -sSm5.
    for (std::size_t at = 1; at < argument.size(); ++at) {
      const std::string flag = is_long ? argument : std::string{"-"} + argument[at];
      if (!take_switch(flag, options)) {
        const bool is_attached = !is_long && at + 1 < argument.size();
        const std::string value = is_attached                ? argument.substr(at + 1)
                                  : i + 1 < arguments.size() ? arguments[i + 1]
                                                             : std::string{};
        if (!take_value(flag, value, options)) options.unknown_flag = flag;
        if (!is_attached) ++i;
        break;
      }
      if (is_long) break;
    }
  }
  return options;
}

std::string status_line(const net::HttpResponse& response) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, net::http_status_text(response.status));
  for (const auto& [name, value] : response.headers.fields()) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
}

std::string expand_write_out(std::string text, const net::FetchResult& result) {
  const int status = result.ok() ? result.outcome->status : 0;
  const double seconds = static_cast<double>((result.ended - result.started).count()) / 1e9;
  replace_all(text, "\\n", "\n");
  replace_all(text, "\\t", "\t");
  replace_all(text, "%{http_code}", fmt::format("{:03}", status));
  replace_all(text, "%{response_code}", fmt::format("{:03}", status));
  replace_all(text, "%{time_total}", fmt::format("{:.6f}", seconds));
  replace_all(text, "%{remote_ip}", result.remote.ip.to_string());
  replace_all(text, "%{size_download}",
              std::to_string(result.ok() ? result.outcome->body.size() : 0));
  return text;
}

// How to handle TLS; the error is curl's if the file of `--cacert` is of no use.
std::expected<net::Ref<const net::TlsClient>, std::string> curl_tls(ProcessContext& context,
                                                                    const CurlOptions& options) {
  if (options.insecure) return net::insecure_tls();
  if (options.authorities_file.empty()) return net::Ref<const net::TlsClient>{};
  const std::string* const pem = context.files().read(
      FileSystem::normalise(options.authorities_file, context.working_folder()));
  auto tls = net::trusting_tls(pem == nullptr ? std::string_view{} : *pem);
  if (!tls->roots.empty()) return tls;
  return std::unexpected{
      fmt::format("curl: (77) error setting certificate file: {}\n", options.authorities_file)};
}

// Does what `--resolve` says of the URL's place: another address, the same name in all that is
// sent.
void apply_resolve(const CurlOptions& options, net::Url& url, net::HttpRequest& request,
                   net::Ref<const net::TlsClient>& tls) {
  const std::string place = fmt::format("{}:{}:", url.host, url.port);
  const auto found = std::ranges::find_if(
      options.resolve, [&](const std::string& each) { return each.starts_with(place); });
  if (found == options.resolve.end()) return;
  if (request.host.empty()) request.host = url.authority();
  if (url.scheme == "https") {
    auto* const named = new net::TlsClient;
    if (tls) named->verifies = tls->verifies;
    if (tls) named->roots = tls->roots;
    named->server_name = url.host;
    tls = net::Ref<const net::TlsClient>{named};
  }
  url.host = found->substr(place.size());
}

// Says what went wrong, unless curl was told to be silent.
void complain(ProcessContext& context, const CurlOptions& options, const std::string& text) {
  if (!options.silent || options.show_errors) context.print_error(text);
}

// Where a redirection that is to be followed leads; empty if there is none.
std::string redirection_of(const CurlOptions& options, const net::Url& from,
                           const net::HttpResponse& response) {
  const std::string_view location = response.headers.get("Location");
  if (!options.follow || response.status / 100 != 3 || location.empty()) return {};
  return location.starts_with('/') ? from.scheme + "://" + from.authority() + std::string{location}
                                   : std::string{location};
}

// Prints the answer, or puts it into the file of `-o`. False if that cannot be written.
bool put_out(ProcessContext& context, const CurlOptions& options,
             const net::HttpResponse& response) {
  std::string output;
  if (options.include_headers || options.is_head) output = status_line(response);
  if (!options.is_head) output += response.body;
  if (options.output_file == "/dev/null") return true;
  if (options.output_file.empty() || options.output_file == "-") {
    context.print(output);
    return true;
  }
  return context.files().write(FileSystem::normalise(options.output_file, context.working_folder()),
                               output);
}

// Says how a request has ended; curl's exit code.
std::int32_t finish(ProcessContext& context, const CurlOptions& options,
                    const net::FetchResult& result) {
  if (!result.ok()) {
    complain(context, options, net::curl_message(result.outcome.error()) + "\n");
    return net::curl_exit_code(result.outcome.error());
  }
  const net::HttpResponse& response = *result.outcome;
  if (options.fail && response.status >= 400) {
    complain(context, options,
             fmt::format("curl: (22) The requested URL returned error: {}\n", response.status));
    return kCurlHttpError;
  }
  if (put_out(context, options, response)) return 0;
  context.print_error("curl: (23) Failure writing output to destination\n");
  return kCurlWriteError;
}

Code curl_one(ProcessContext& context, const CurlOptions& options, std::string text) {
  for (int redirects = 0;; ++redirects) {
    std::expected<net::Url, std::string> url = net::Url::parse(text);
    if (!url) {
      context.print_error(fmt::format("curl: (3) {}\n", url.error()));
      co_return 3;
    }
    const net::Url named = *url;
    net::FetchOptions fetch_options = options.fetch;
    net::HttpRequest request = options.request;
    if (url->scheme == "https") {
      auto tls = curl_tls(context, options);
      if (!tls) complain(context, options, tls.error());
      if (!tls) co_return kCurlBadCertificates;
      fetch_options.tls = std::move(*tls);
    }
    apply_resolve(options, *url, request, fetch_options.tls);
    sim::Task<net::FetchResult> fetch =
        context.fetch(std::move(*url), std::move(request), fetch_options);
    const net::FetchResult result = co_await fetch;
    if (result.ok() && redirects < kMaxRedirects) {
      std::string next = redirection_of(options, named, *result.outcome);
      if (!next.empty()) {
        text = std::move(next);
        continue;
      }
    }
    const std::int32_t code = finish(context, options, result);
    if (code != kCurlWriteError) context.print(expand_write_out(options.write_out, result));
    co_return code;
  }
}

}  // namespace

Code run_curl(ProcessContext& context) {
  const CurlOptions options = read_curl(context.arguments());
  if (!options.unknown_flag.empty()) {
    context.print_error(
        fmt::format("curl: option {}: is unknown\ncurl: try 'curl --help' for more "
                    "information\n",
                    options.unknown_flag));
    co_return 2;
  }
  if (options.urls.empty()) {
    context.print_error("curl: (2) no URL specified\n");
    co_return 2;
  }
  std::int32_t code = 0;
  for (const std::string& url : options.urls) {
    Code task = curl_one(context, options, url);
    code = co_await task;
  }
  co_return code;
}

}  // namespace rockpool::node
