// SPDX-License-Identifier: Apache-2.0
#include "tests/core/conformance/world.h"

#include <doctest/doctest.h>

#include <algorithm>

#include <fmt/format.h>
#include "core/api/object.h"
#include "core/apiserver/session.h"
#include "core/doc/json.h"
#include "core/doc/yaml.h"

namespace rockpool::conformance {
namespace {

// Until CoreDNS is ready.
constexpr sim::Duration kSettling = 30s;
constexpr sim::Duration kPoll = 500ms;

doc::Value parse(std::string_view yaml) {
  const auto documents = doc::parse_yaml(yaml);
  REQUIRE_MESSAGE(documents, (documents ? "" : doc::yaml_error_text(documents.error())));
  REQUIRE(documents->size() == 1);
  return documents->front().value;
}

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return result;
}

std::string client(const std::string& from) {
  const bool is_place = from == "external" || from.find('/') != std::string::npos;
  return is_place ? from : "pod/default/" + from;
}

}  // namespace

World::World(const ClusterOptions& options) : cluster_{options} {
  cluster_.run_for(kSettling);
}

Answer World::request(std::string_view method, std::string_view target, std::string body,
                      std::string_view content_type) {
  const apiserver::Response response = cluster_.request_and_wait(
      apiserver::make_request(method, target, std::move(body), content_type));
  Answer answer{response.status, {}};
  if (auto value = doc::parse_json(response.body)) answer.body = std::move(*value);
  return answer;
}

doc::Value World::must(std::string_view method, std::string_view target, std::string body,
                       std::string_view content_type) {
  const Answer answer = request(method, target, std::move(body), content_type);
  REQUIRE_MESSAGE((answer.status >= 200 && answer.status < 300),
                  fmt::format("{} {}: {}", method, target, doc::to_json(answer.body)));
  return answer.body;
}

doc::Value World::create(std::string_view collection, std::string_view yaml) {
  return must("POST", collection, doc::to_json(parse(yaml)));
}

void World::apply(std::string_view yaml) {
  const auto applied = cluster_.apply(yaml);
  REQUIRE_MESSAGE(applied, (applied ? "" : applied.error().status.message));
}

doc::Value World::patch(std::string_view target, std::string_view yaml) {
  return must("PATCH", target, doc::to_json(parse(yaml)), "application/merge-patch+json");
}

void World::start_agnhost(std::string_view name, std::string_view labels,
                          std::string_view arguments, std::string_view ports,
                          std::string_view fields) {
  doc::Value pod = parse(
      fmt::format("{{apiVersion: v1, kind: Pod, metadata: {{name: {}, labels: {}}}, spec: {}}}",
                  name, labels, fields));
  pod.edit("spec").set(
      "containers",
      doc::Value::array({parse(fmt::format("{{name: agnhost, image: '{}', args: {}, ports: {}}}",
                                           kAgnhost, arguments, ports))}));
  must("POST", "/api/v1/namespaces/default/pods", doc::to_json(pod));
}

bool World::wait_for(const std::function<bool()>& holds, sim::Duration timeout) {
  const sim::Time deadline = cluster_.now() + timeout;
  while (!holds()) {
    if (cluster_.now() >= deadline) return false;
    cluster_.run_for(kPoll);
  }
  return true;
}

void World::wait_ready(const std::vector<std::string>& pods) {
  for (const std::string& pod : pods) {
    const bool is_ready = wait_for([&] {
      const Answer answer = request("GET", "/api/v1/namespaces/default/pods/" + pod);
      return answer.status == 200 && api::is_condition_true(answer.body, "Ready");
    });
    REQUIRE_MESSAGE(is_ready, pod);
  }
}

std::string World::pod_ip(const std::string& pod) {
  return text_at(get("/api/v1/namespaces/default/pods/" + pod), {"status", "podIP"});
}

Executed World::exec(const std::string& pod, const std::vector<std::string>& command) {
  std::string target = "/api/v1/namespaces/default/pods/" + pod + "/exec?stdout=true&stderr=true";
  for (const std::string& word : command) target += "&command=" + escape(word);
  const auto response = cluster_.request(apiserver::make_request("GET", target));
  REQUIRE_MESSAGE(response.session, response.body);
  Executed result;
  std::string status;
  response.session->on_output([&](const apiserver::SessionOutput& output) {
    if (output.channel == apiserver::channel::kOutput) result.output += output.data;
    if (output.channel == apiserver::channel::kErrorOutput) result.errors += output.data;
    if (output.channel == apiserver::channel::kStatus) status += output.data;
  });
  REQUIRE(wait_for([&] { return response.session->is_closed(); }));
  const auto told = doc::parse_json(status);
  REQUIRE(told);
  for (const doc::Value& cause : (*told)["details"]["causes"].items()) {
    if (cause["reason"].as_string() == "ExitCode") {
      result.code = std::stoll(cause["message"].to_string());
    }
  }
  return result;
}

std::string World::fetch(const std::string& url, const std::string& from, sim::Duration timeout) {
  FetchOptions options;
  options.url = url;
  options.from = client(from);
  options.timeout = timeout;
  const auto result = cluster_.fetch(options);
  REQUIRE_MESSAGE(result, (result ? "" : result.error().message));
  if (result->ok()) return result->outcome->body;
  return "failed: " + std::string{net::failure_kind_name(result->outcome.error().kind)};
}

std::set<std::string> World::fetch_all(const std::string& url, const std::string& from, int count) {
  std::set<std::string> bodies;
  for (int i = 0; i < count; ++i) bodies.insert(fetch(url, from));
  return bodies;
}

bool World::is_served_by(const std::string& url, const std::string& from,
                         const std::set<std::string>& bodies, sim::Duration timeout) {
  const int count = static_cast<int>(bodies.size()) * 4;
  return wait_for([&] { return fetch_all(url, from, count) == bodies; }, timeout);
}

std::string World::ask_udp(const std::string& pod, const std::string& host, int port,
                           std::string_view text) {
  return shell(pod, fmt::format("echo {} | nc -w 1 -u {} {}", text, host, port)).output;
}

std::string text_at(const doc::Value& value, std::initializer_list<std::string_view> path) {
  const doc::Value* at = &value;
  for (const std::string_view name : path) at = &(*at)[name];
  return at->to_string();
}

}  // namespace rockpool::conformance
