// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/host.h"
#include "core/net/http.h"
#include "core/sim/task.h"

/// gRPC's health protocol, `grpc.health.v1.Health/Check`: what is asked and answered is encoded as
/// in life, the frames of HTTP/2 around it are not modelled. An answer's trailers are headers here.
namespace rockpool::node::grpc_health {

/// What a server says of a service: HealthCheckResponse.ServingStatus.
enum class Serving : std::uint8_t { unknown, serving, not_serving, service_unknown };

/// The few of gRPC's status codes that are used here.
enum class Code : std::uint8_t { not_found = 5, unimplemented = 12 };

/// True if a gRPC client sent the request: a call of any method.
bool is_call(const net::HttpRequest& request);
/// The service that a Check asks about; none if the request is no Check that can be read.
std::optional<std::string> asked_service(const net::HttpRequest& request);
/// The answer to a Check.
net::HttpResponse answer(Serving serving);
/// The answer to a call that fails.
net::HttpResponse refusal(Code code, std::string_view message);

/// Asks a server about a service as the kubelet's gRPC probe does (pkg/probe/grpc): dials until it
/// speaks gRPC or `timeout` is over. The error says why the service is not healthy, in that
/// probe's words.
sim::Task<std::expected<void, std::string>> check(net::Ref<net::Host> from,
                                                  net::SocketAddress server, std::string service,
                                                  sim::Duration timeout);

}  // namespace rockpool::node::grpc_health
