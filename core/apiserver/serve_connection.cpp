// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "core/apiserver/choose_container.h"
#include "core/apiserver/pod_streams.h"
#include "core/apiserver/routes.h"
#include "core/apiserver/state.h"

#include <fmt/format.h>

// pods/<name>/exec, attach and portforward (pkg/registry/core/pod/rest/subresources.go, strategy.go
// and, of what the kubelet refuses, pkg/kubelet/server/server.go).
namespace rockpool::apiserver {
namespace {

bool read_flag(const Request& request, std::string_view name) {
  const std::string_view text = request.query_value(name);
  return text == "true" || text == "1";
}

RemoteCommand read_command(const Request& request) {
  RemoteCommand command;
  for (const auto& [name, value] : request.query) {
    if (name == "command") command.command.push_back(value);
  }
  command.input = read_flag(request, "stdin");
  command.output = read_flag(request, "stdout");
  command.terminal = read_flag(request, "tty");
  // A terminal has but one stream of output.
  command.error_output = read_flag(request, "stderr") && !command.terminal;
  return command;
}

// The kubelet answers in plain text, which the API server passes on.
Response respond_failure(const Route& route, const api::Status& status) {
  if (status.reason.empty()) return respond_text(status.code, status.message + "\n");
  return respond_status(status, route.format);
}

// Clients that cannot have the conversation over WebSocket ask for SPDY, and are told what is
// wrong.
bool asks_for_other_protocol(const Request& request) {
  const std::string_view upgrade = request.headers.get("Upgrade");
  return !upgrade.empty() && upgrade != "websocket" && upgrade != "WebSocket";
}

api::Result<std::shared_ptr<Session>> begin(const Route& route, PodStreams& streams,
                                            const doc::Value& pod, RemoteCommand command) {
  if (route.path.subresource == "portforward") return streams.forward_ports(pod);
  if (route.path.subresource == "attach") {
    command.command.clear();
    return streams.attach(pod, command);
  }
  return streams.exec(pod, command);
}

}  // namespace

Response serve_connection(const Route& route) {
  const Request& request = route.request;
  if (request.method != "GET" && request.method != "POST") {
    return respond_status(api::method_not_allowed(), route.format);
  }
  const auto pod = route.server.get(route.resource->id, route.path.ns, route.path.name);
  if (!pod) return respond_status(pod.error(), route.format);
  const bool is_command = route.path.subresource != "portforward";
  RemoteCommand command = read_command(request);
  if (is_command) {
    auto container = choose_container(*pod, request.query_value("container"));
    if (!container) return respond_status(container.error(), route.format);
    command.container = std::move(*container);
  }
  if ((*pod)["spec"_key]["nodeName"_key].is_empty()) {
    return respond_status(
        api::bad_request(fmt::format("pod {} does not have a host assigned", route.path.name)),
        route.format);
  }
  PodStreams* streams = route.server.pod_streams();
  if (streams == nullptr) {
    return respond_status(api::service_unavailable("no kubelet serves connections"), route.format);
  }
  if (is_command && !command.input && !command.output && !command.error_output) {
    return respond_text(400, "you must specify at least 1 of stdin, stdout, stderr\n");
  }
  if (route.path.subresource == "exec" && command.command.empty()) {
    return respond_text(400, "you must specify at least one command for the container\n");
  }
  const auto checked = streams->check(*pod, command.container);
  if (!checked) return respond_failure(route, checked.error());
  if (asks_for_other_protocol(request)) {
    return respond_status(
        api::bad_request("unable to upgrade: only the WebSocket protocol is served"), route.format);
  }
  auto session = begin(route, *streams, *pod, std::move(command));
  if (!session) return respond_failure(route, session.error());
  Response response;
  response.status = 101;
  response.session = std::move(*session);
  return response;
}

}  // namespace rockpool::apiserver
