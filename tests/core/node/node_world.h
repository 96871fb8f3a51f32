// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/pod.h"
#include "core/apiserver/apiserver.h"
#include "core/client/informer.h"
#include "core/doc/yaml.h"
#include "core/net/network.h"
#include "core/node/kubelet.h"
#include "core/sim/loop.h"
#include "core/store/store.h"

namespace rockpool::node {

/// An API server and one node, for tests: no scheduler, no controllers, no proxy.
struct NodeWorld {
  sim::Loop loop;
  sim::Random random{1};
  store::Store store{loop};
  apiserver::ApiServer api{loop, store, random.stream("api")};
  client::Informers informers{store};
  net::Network network{loop, random.stream("network")};
  net::Node* machine = nullptr;
  std::unique_ptr<Kubelet> kubelet;

  explicit NodeWorld(KubeletOptions options = {}) {
    api.bootstrap();
    machine = network.add_node("node-1", {net::IpAddress::v4(192, 168, 49, 3)});
    options.pod_cidrs = {*net::Cidr::parse("10.244.1.0/24")};
    kubelet = std::make_unique<Kubelet>(loop, api, informers, network, *machine,
                                        random.stream("kubelet"), options);
    kubelet->start();
    run(sim::Duration{0});
  }

  void run(sim::Duration span) { loop.run_for(span); }

  /// Makes the objects of a YAML text through the API, namespace `default` unless they say
  /// otherwise.
  void create(std::string_view yaml) {
    auto documents = doc::parse_yaml(yaml);
    for (const doc::YamlDocument& document : documents.value()) {
      const api::Resource* resource =
          api::find_kind(api::api_version(document.value), api::kind(document.value));
      std::string ns{api::namespace_of(document.value)};
      if (ns.empty() && resource->namespaced) ns = "default";
      const auto created = api.create(resource->id, ns, document.value);
      if (!created) throw std::runtime_error(created.error().message);
    }
  }
  /// A Pod on the node with the given rest of its spec, indented by two.
  void create_pod(const std::string& name, const std::string& spec) {
    create("apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
           ", labels: {app: test}}\nspec:\n  nodeName: node-1\n" + spec);
  }
  api::Pod pod(const std::string& name) const {
    const doc::Value* found = store.find(api::ResourceId::pods, "default", name);
    return found == nullptr ? api::Pod{} : api::Pod{*found};
  }
  bool exists(const std::string& name) const {
    return store.find(api::ResourceId::pods, "default", name) != nullptr;
  }
  api::ContainerStatus container(const std::string& name, std::size_t index = 0) const {
    return pod(name).container_statuses()[index];
  }
  void remove(const std::string& name, std::optional<std::int64_t> grace = {}) {
    apiserver::DeleteOptions options;
    options.grace_period_seconds = grace;
    (void)api.remove(api::ResourceId::pods, "default", name, options);
  }
  /// `Reason: message` of the events about a Pod, in order of their first occurrence, with ` xN`
  /// if it was repeated.
  std::vector<std::string> events(const std::string& name) const {
    std::vector<doc::Value> found;
    store.visit(api::ResourceId::events, "default", [&](const doc::Value& event) {
      if (event["involvedObject"]["name"].as_string() == name) found.push_back(event);
      return true;
    });
    // Within one second the store's order of creation tells them apart.
    std::ranges::stable_sort(
        found, {}, [](const doc::Value& event) { return event["metadata"]["name"].to_string(); });
    std::vector<std::string> texts;
    for (const doc::Value& event : found) {
      std::string text = event["reason"].to_string() + ": " + event["message"].to_string();
      const std::int64_t count = event["count"].as_int(1);
      if (count > 1) text += " x" + std::to_string(count);
      texts.push_back(text);
    }
    return texts;
  }
  bool has_event(const std::string& name, std::string_view text) const {
    for (const std::string& event : events(name)) {
      if (event.find(text) != std::string::npos) return true;
    }
    return false;
  }
  std::string log(const std::string& name, const std::string& container, bool previous = false) {
    apiserver::PodLogOptions options;
    options.container = container;
    options.previous = previous;
    Kubelets kubelets;
    kubelets.add(*kubelet);
    auto text = kubelets.read_log(pod(name).value(), options);
    return text ? *text : "error: " + text.error().message;
  }
  /// What a GET from the node's own network answers: `200 body`, or the failure's name.
  std::string get(const std::string& url) {
    std::string answer = "no answer";
    sim::Process process{loop, fetch_into(url, answer)};
    run(std::chrono::seconds{3});
    return answer;
  }
  /// What a command in a container of a Pod prints, with its exit code: `0 text`.
  std::string exec(const std::string& name, const std::string& container,
                   std::vector<std::string> command) {
    std::string answer = "no answer";
    PodWorker* worker = kubelet->find_pod(api::ObjectKey{"default", name});
    Container* running = worker == nullptr ? nullptr : worker->find_running(container);
    if (running == nullptr) return "not running";
    sim::Process process{loop, exec_into(*running, std::move(command), answer)};
    run(std::chrono::seconds{20});
    return answer;
  }
  /// What a shell script prints in the container `c` of a Pod `shell`, made on first use.
  std::string shell(const std::string& script) {
    if (!exists("shell")) {
      create_pod("shell",
                 "  containers: [{name: c, image: 'curlimages/curl:8.5.0', command: [sleep, "
                 "infinity]}]\n");
      run(std::chrono::seconds{10});
    }
    return exec("shell", "c", {"sh", "-c", script});
  }

 private:
  static sim::Task<void> exec_into(Container& container, std::vector<std::string> command,
                                   std::string& answer) {
    sim::Task<ExecResult> exec = container.exec(std::move(command), std::nullopt);
    const ExecResult result = co_await exec;
    answer = std::to_string(result.exit_code) + " " + result.output + result.error;
  }
  sim::Task<void> fetch_into(std::string text, std::string& answer) {
    net::Ref<net::Host> host{&machine->host()};
    sim::Task<net::FetchResult> fetch = host->fetch(*net::Url::parse(text));
    const net::FetchResult result = co_await fetch;
    answer = result.ok() ? std::to_string(result.outcome->status) + " " + result.outcome->body
                         : std::string{net::failure_kind_name(result.outcome.error().kind)};
  }
};

}  // namespace rockpool::node
