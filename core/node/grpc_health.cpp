// SPDX-License-Identifier: Apache-2.0
#include "core/node/grpc_health.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace rockpool::node::grpc_health {
namespace {

constexpr std::string_view kCheck = "/grpc.health.v1.Health/Check";
constexpr std::string_view kContentType = "application/grpc";
constexpr std::string_view kUserAgent = "kube-probe/1.33 grpc-go/1.68.1";

// A message stands behind one byte for its compression and four for its length.
constexpr std::size_t kPrefix = 5;
// Protocol Buffers: field 1 as bytes, and as a number.
constexpr char kServiceTag = 0x0a;
constexpr char kStatusTag = 0x08;

// grpc-go dials again after a second, then ever later, by this factor (grpc's connection back-off).
constexpr sim::Duration kFirstRedial = std::chrono::seconds{1};
constexpr double kRedialFactor = 1.6;

std::string frame(std::string_view message) {
  std::string framed(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    framed += static_cast<char>((message.size() >> shift) & 0xff);
  }
  return framed.append(message);
}

std::optional<std::string_view> unframe(std::string_view body) {
  if (body.size() < kPrefix || body[0] != '\0') return std::nullopt;
  std::size_t size = 0;
  for (std::size_t index = 1; index < kPrefix; ++index) {
    size = size << 8 | static_cast<unsigned char>(body[index]);
  }
  body.remove_prefix(kPrefix);
  if (body.size() != size) return std::nullopt;
  return body;
}

std::string encode_varint(std::size_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7f) | 0x80);
  return bytes += static_cast<char>(number);
}

std::optional<std::size_t> read_varint(std::string_view& bytes) {
  std::size_t number = 0;
  for (int shift = 0; shift < 28 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

net::HttpRequest make_check(std::string_view service) {
  net::HttpRequest request;
  request.method = "POST";
  request.headers = {{"Content-Type", std::string{kContentType}},
                     {"User-Agent", std::string{kUserAgent}},
                     {"Te", "trailers"}};
  std::string message;
  if (!service.empty()) {
    message = std::string(1, kServiceTag) + encode_varint(service.size()) + std::string{service};
  }
  request.body = frame(message);
  return request;
}

// Left out means that it is the first one, as Protocol Buffers leave out what is zero.
std::optional<Serving> read_serving(std::string_view body) {
  std::optional<std::string_view> message = unframe(body);
  if (!message) return std::nullopt;
  if (message->empty()) return Serving::unknown;
  if (message->front() != kStatusTag) return std::nullopt;
  message->remove_prefix(1);
  const std::optional<std::size_t> number = read_varint(*message);
  if (!number || *number > 3) return std::nullopt;
  return static_cast<Serving>(*number);
}

std::string_view serving_name(Serving serving) {
  constexpr std::string_view kNames[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  return kNames[static_cast<std::size_t>(serving)];
}

// As Go prints a status code.
std::string code_name(std::string_view number) {
  int code = 2;
  std::from_chars(number.data(), number.data() + number.size(), code);
  if (code == static_cast<int>(Code::not_found)) return "NotFound";
  if (code == static_cast<int>(Code::unimplemented)) return "Unimplemented";
  return code == 2 ? "Unknown" : fmt::format("Code({})", code);
}

bool is_grpc(const net::Headers& headers) {
  return headers.get("Content-Type").starts_with(kContentType);
}

// What the probe makes of an answer in gRPC.
std::expected<void, std::string> judge(const net::HttpResponse& response) {
  const std::string_view status = response.headers.get("Grpc-Status");
  const std::string_view message = response.headers.get("Grpc-Message");
  if (status == "12") {
    return std::unexpected{
        fmt::format("error: this server does not implement the grpc health protocol "
                    "(grpc.health.v1.Health): {}",
                    message)};
  }
  if (status != "0") {
    return std::unexpected{
        fmt::format("error: health rpc probe failed: rpc error: code = {} desc = {}",
                    code_name(status), message)};
  }
  const Serving serving = read_serving(response.body).value_or(Serving::unknown);
  if (serving == Serving::serving) return {};
  return std::unexpected{
      fmt::format("service unhealthy (responded with \"{}\")", serving_name(serving))};
}

}  // namespace

bool is_call(const net::HttpRequest& request) {
  return request.method == "POST" && is_grpc(request.headers);
}

std::optional<std::string> asked_service(const net::HttpRequest& request) {
  if (!is_call(request) || request.path() != kCheck) return std::nullopt;
  std::optional<std::string_view> message = unframe(request.body);
  if (!message) return std::nullopt;
  if (message->empty()) return std::string{};
  if (message->front() != kServiceTag) return std::nullopt;
  message->remove_prefix(1);
  const std::optional<std::size_t> size = read_varint(*message);
  if (!size || *size != message->size()) return std::nullopt;
  return std::string{*message};
}

net::HttpResponse answer(Serving serving) {
  net::HttpResponse response;
  response.headers = {{"Content-Type", std::string{kContentType}}, {"Grpc-Status", "0"}};
  std::string message;
  if (serving != Serving::unknown) {
    message = std::string(1, kStatusTag) + static_cast<char>(serving);
  }
  response.body = frame(message);
  return response;
}

net::HttpResponse refusal(Code code, std::string_view message) {
  net::HttpResponse response;
  response.headers = {{"Content-Type", std::string{kContentType}},
                      {"Grpc-Status", std::to_string(static_cast<int>(code))},
                      {"Grpc-Message", std::string{message}}};
  return response;
}

sim::Task<std::expected<void, std::string>> check(net::Ref<net::Host> from,
                                                  net::SocketAddress server, std::string service,
                                                  sim::Duration timeout) {
  const sim::Time end = from->loop().now() + timeout;
  net::Url url;
  url.host = server.ip.to_string();
  url.port = server.port;
  url.target = kCheck;
  sim::Duration redial = kFirstRedial;
  while (from->loop().now() < end) {
    net::FetchOptions options;
    options.timeout = end - from->loop().now();
    sim::Task<net::FetchResult> fetch = from->fetch(url, make_check(service), options);
    const net::FetchResult result = co_await fetch;
    if (result.ok() && is_grpc(result.outcome->headers)) co_return judge(*result.outcome);
    if (!result.ok() && result.outcome.error().kind == net::FailureKind::response_timed_out) {
      co_return std::unexpected{fmt::format("timeout: health rpc did not complete within {}",
                                            sim::format_duration(timeout))};
    }
    // A server that does not speak HTTP/2 ends the connection, and is dialled again too.
    const sim::Duration rest = end - from->loop().now();
    co_await sim::sleep(std::min(redial, rest));
    redial = std::chrono::duration_cast<sim::Duration>(redial * kRedialFactor);
  }
  co_return std::unexpected{
      fmt::format("timeout: failed to connect service \"{}\" within {}: context deadline exceeded",
                  server.to_string(), sim::format_duration(timeout))};
}

}  // namespace rockpool::node::grpc_health
