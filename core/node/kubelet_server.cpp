// SPDX-License-Identifier: Apache-2.0
// What a kubelet answers at its own port (pkg/kubelet/server/server.go): how it is, its Pods, what
// they use, and the files in /var/log.
#include <charconv>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>
#include "core/apiserver/respond.h"
#include "core/doc/json.h"
#include "core/node/kubelet.h"

namespace rockpool::node {

using namespace doc::literals;

namespace {

using apiserver::Request;
using apiserver::respond_text;
using apiserver::Response;

Response not_found() {
  return respond_text(404, "404 page not found\n");
}

// go-restful's words.
Response no_such_route() {
  return respond_text(404, "404: Page Not Found");
}

Response json(const doc::Value& value) {
  Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = doc::to_json(value);
  return response;
}

doc::Value pod_list(std::vector<doc::Value> pods) {
  return doc::Value::map({{"kind", "PodList"},
                          {"apiVersion", "v1"},
                          {"metadata", doc::Value::map({})},
                          {"items", doc::Value::array(std::move(pods))}});
}

// The files of /var/log by path, each with what makes its text: a folder exists if it holds files,
// and those of a node that runs no Pod exist nevertheless.
using LogFiles = std::map<std::string, std::function<std::string()>>;

// The lines as the container runtime writes them: `2025-01-01T00:00:00.000000000Z stdout F text`.
std::string runtime_text(const ContainerLog& log) {
  apiserver::PodLogOptions options;
  options.timestamps = true;
  const std::string text = log.read(options);
  std::string result;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    const std::size_t space = text.find(' ', start);
    result += text.substr(start, space - start) + " stdout F" + text.substr(space, end - space);
    result += '\n';
    start = end + 1;
  }
  return result;
}

// net/http's listing of a folder.
std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else {
      result += c;
    }
  }
  return result;
}

Response list_folder(const std::map<std::string, bool>& names) {
  Response response;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.body =
      "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n";
  for (const auto& [name, is_folder] : names) {
    const std::string text = escape_html(is_folder ? name + "/" : name);
    response.body += fmt::format("<a href=\"{0}\">{0}</a>\n", text);
  }
  response.body += "</pre>\n";
  return response;
}

// `path` is below /logs/ and does not begin with a slash.
Response serve_files(const LogFiles& files, const std::string& path,
                     std::string_view request_path) {
  if (const auto file = files.find(path); file != files.end()) {
    return respond_text(200, file->second());
  }
  const std::string prefix = path.empty() || path.ends_with('/') ? path : path + "/";
  std::map<std::string, bool> names;
  bool exists = prefix.empty() || prefix == "containers/" || prefix == "pods/";
  for (auto file = files.lower_bound(prefix);
       file != files.end() && file->first.starts_with(prefix); ++file) {
    exists = true;
    const std::string rest = file->first.substr(prefix.size());
    const std::size_t slash = rest.find('/');
    names[rest.substr(0, slash)] = slash != std::string::npos;
  }
  if (!exists) return not_found();
  if (prefix.empty()) {
    names["containers"] = true;
    names["pods"] = true;
  }
  if (prefix != path) {
    Response response;
    response.status = 301;
    response.headers.add("Location",
                         std::string{request_path.substr(request_path.rfind('/') + 1)} + "/");
    return response;
  }
  return list_folder(names);
}

doc::Value cpu_stats(const std::string& now, std::int64_t nanocores) {
  return doc::Value::map({{"time", now}, {"usageNanoCores", nanocores}});
}

doc::Value memory_stats(const std::string& now, std::int64_t bytes) {
  return doc::Value::map({{"time", now}, {"usageBytes", bytes}, {"workingSetBytes", bytes}});
}

struct Disk {
  std::int64_t capacity = 0;
  std::int64_t free = 0;
};

doc::Value fs_stats(const std::string& now, const Disk& disk, std::int64_t used) {
  return doc::Value::map({{"time", now},
                          {"availableBytes", disk.free},
                          {"capacityBytes", disk.capacity},
                          {"usedBytes", used}});
}

doc::Value pod_stats(const PodWorker& worker, const std::string& now, const Disk& disk) {
  const doc::Value& pod = worker.pod();
  const PodHoldings held = worker.measure();
  std::map<std::string, std::int64_t, std::less<>> cores;
  std::int64_t all_cores = 0;
  for (const apiserver::ContainerUsage& usage : worker.usage()) {
    cores[usage.name] = usage.usage.cpu_nanocores;
    all_cores += usage.usage.cpu_nanocores;
  }
  doc::Value containers = doc::Value::array();
  for (const ContainerHoldings& container : held.containers) {
    const auto used = cores.find(container.name);
    containers.push_back(
        doc::Value::map({{"name", container.name},
                         {"cpu", cpu_stats(now, used == cores.end() ? 0 : used->second)},
                         {"memory", memory_stats(now, container.memory)},
                         {"rootfs", fs_stats(now, disk, container.layer)},
                         {"logs", fs_stats(now, disk, container.logs)}}));
  }
  doc::Value volumes = doc::Value::array();
  for (const auto& [name, bytes] : held.empty_dirs) {
    doc::Value volume = fs_stats(now, disk, bytes);
    volume.set("name", name);
    volumes.push_back(std::move(volume));
  }
  return doc::Value::map({{"podRef", doc::Value::map({{"name", api::name(pod)},
                                                      {"namespace", api::namespace_of(pod)},
                                                      {"uid", worker.uid()}})},
                          {"startTime", sim::format_rfc3339(worker.state().start_time)},
                          {"containers", std::move(containers)},
                          {"cpu", cpu_stats(now, all_cores)},
                          {"memory", memory_stats(now, held.memory())},
                          {"volume", std::move(volumes)},
                          {"ephemeral-storage", fs_stats(now, disk, held.disk())}});
}

std::optional<std::int64_t> read_number(const Request& request, std::string_view name) {
  const std::string_view text = request.query_value(name);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

}  // namespace

Response Kubelet::serve_logs(std::string_view path) const {
  LogFiles files;
  files["kubelet.log"] = [this] { return context_.log.read(); };
  for (const auto& [uid, worker] : workers_) {
    const doc::Value& pod = worker->pod();
    const std::string folder =
        fmt::format("pods/{}_{}_{}", api::namespace_of(pod), api::name(pod), uid);
    for (const PodWorker::LogFile& file : worker->log_files()) {
      const auto read = [log = file.log] { return runtime_text(*log); };
      files[fmt::format("{}/{}/{}.log", folder, file.container, file.restart)] = read;
      files[fmt::format("containers/{}_{}_{}-{}.log", api::name(pod), api::namespace_of(pod),
                        file.container, file.container_id)] = read;
    }
  }
  constexpr std::string_view kRoot = "/logs/";
  return serve_files(files, std::string{path.substr(kRoot.size())}, path);
}

Response Kubelet::serve_summary() const {
  const std::string now = sim::format_rfc3339(context_.loop.now());
  const Disk disk{context_.disk.capacity(), context_.disk.free()};
  const std::int64_t memory = memory_used();
  const auto capacity =
      api::Quantity::parse(context_.options.memory).value_or(api::Quantity{}).value();
  doc::Value memory_value = memory_stats(now, memory);
  memory_value.set("availableBytes", std::max<std::int64_t>(capacity - memory, 0));
  const auto used = usage();
  std::int64_t images = 0;
  for (const auto& [name, image] : context_.puller.images()) images += image->size_bytes;
  doc::Value pods = doc::Value::array();
  for (const auto& [uid, worker] : workers_) {
    if (worker->is_active()) pods.push_back(pod_stats(*worker, now, disk));
  }
  doc::Value node =
      doc::Value::map({{"nodeName", node_name()},
                       {"startTime", sim::format_rfc3339(running_since_)},
                       {"cpu", cpu_stats(now, used ? used->cpu_nanocores : 0)},
                       {"memory", std::move(memory_value)},
                       {"fs", fs_stats(now, disk, disk.capacity - disk.free)},
                       {"runtime", doc::Value::map({{"imageFs", fs_stats(now, disk, images)}})}});
  return json(doc::Value::map({{"node", std::move(node)}, {"pods", std::move(pods)}}));
}

Response Kubelet::serve_metrics() const {
  std::int64_t pods = 0;
  std::map<std::string, std::int64_t> containers;
  for (const auto& [uid, worker] : workers_) {
    if (worker->is_active() && worker->state().sandbox_ready) ++pods;
    for (const ContainerState& state : worker->state().containers) {
      if (state.is_running()) ++containers["running"];
      if (state.is_terminated()) ++containers["exited"];
    }
  }
  std::string text = fmt::format(
      "# HELP kubelet_node_name [ALPHA] The node's name. The count is always 1.\n"
      "# TYPE kubelet_node_name gauge\nkubelet_node_name{{node=\"{}\"}} 1\n"
      "# HELP kubelet_running_containers [ALPHA] Number of containers currently running\n"
      "# TYPE kubelet_running_containers gauge\n",
      node_name());
  for (const auto& [state, count] : containers) {
    text += fmt::format("kubelet_running_containers{{container_state=\"{}\"}} {}\n", state, count);
  }
  text += fmt::format(
      "# HELP kubelet_running_pods [ALPHA] Number of pods that have a running pod sandbox\n"
      "# TYPE kubelet_running_pods gauge\nkubelet_running_pods {}\n",
      pods);
  Response response = respond_text(200, text);
  response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}};
  return response;
}

Response Kubelet::serve_configuration() const {
  const KubeletOptions& options = context_.options;
  return json(doc::Value::map(
      {{"kubeletconfig",
        doc::Value::map(
            {{"syncFrequency", "1m0s"},
             {"clusterDomain", options.dns.domain},
             {"clusterDNS", doc::Value::array({doc::Value{options.dns.address.to_string()}})},
             {"nodeStatusReportFrequency", sim::format_duration(options.node_status_report)},
             {"nodeLeaseDurationSeconds", options.lease_seconds},
             {"maxPods", options.pods},
             {"serializeImagePulls", true},
             {"evictionHard", doc::Value::map({{"imagefs.available", "15%"},
                                               {"memory.available", "100Mi"},
                                               {"nodefs.available", "10%"}})},
             {"evictionPressureTransitionPeriod", "5m0s"}})}}));
}

// `/containerLogs/NAMESPACE/POD/CONTAINER`
Response Kubelet::serve_container_log(std::string_view path, const Request& request) {
  std::vector<std::string> parts;
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    parts.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  constexpr std::size_t kParts = 4;
  if (parts.size() != kParts) return no_such_route();
  PodWorker* worker = find_pod(api::ObjectKey{parts[1], parts[2]});
  if (worker == nullptr) {
    return respond_text(404, fmt::format("pod \"{}\" does not exist\n", parts[2]));
  }
  if (request.query_value("follow") == "true") {
    return respond_text(400, "logs are followed by way of pods/log only\n");
  }
  apiserver::PodLogOptions options;
  options.container = parts[3];
  options.previous = request.query_value("previous") == "true";
  options.timestamps = request.query_value("timestamps") == "true";
  options.tail_lines = read_number(request, "tailLines");
  options.limit_bytes = read_number(request, "limitBytes");
  if (const auto seconds = read_number(request, "sinceSeconds")) {
    options.since = context_.loop.now() - std::chrono::seconds{*seconds};
  }
  const auto log = worker->find_log(options);
  if (!log) return respond_text(log.error().code, log.error().message + "\n");
  return respond_text(200, (*log)->read(options));
}

Response Kubelet::serve(std::string_view path, const Request& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const auto is_below = [&](std::string_view folder) { return path.starts_with(folder); };
  const bool is_health = path == "/healthz" || path == "/healthz/ping" || path == "/healthz/log" ||
                         path == "/healthz/syncloop";
  const bool is_known = is_health || path == "/pods" || path == "/runningpods/" ||
                        path == "/stats/summary" || path == "/configz" || path == "/metrics" ||
                        path == "/logs" || is_below("/logs/") || is_below("/containerLogs/");
  if (!is_known) return no_such_route();
  if (!reads) return respond_text(405, "405: Method Not Allowed");
  if (is_health) return respond_text(200, "ok");
  if (path == "/logs") {
    Response response;
    response.status = 301;
    response.headers.add("Location", "logs/");
    return response;
  }
  if (is_below("/logs/")) return serve_logs(path);
  if (is_below("/containerLogs/")) return serve_container_log(path, request);
  if (path == "/stats/summary") return serve_summary();
  if (path == "/configz") return serve_configuration();
  if (path == "/metrics") return serve_metrics();
  std::vector<doc::Value> pods;
  for (const auto& [uid, worker] : workers_) {
    if (path == "/runningpods/" && !worker->state().sandbox_ready) continue;
    pods.push_back(path == "/pods" ? worker->pod() : running_pod(*worker));
  }
  return json(pod_list(std::move(pods)));
}

// What the runtime knows of a Pod: the names and images of containers that run.
doc::Value Kubelet::running_pod(const PodWorker& worker) {
  const doc::Value& pod = worker.pod();
  doc::Value containers = doc::Value::array();
  const auto specs = pod["spec"_key]["containers"_key].items();
  for (std::size_t i = 0; i < specs.size() && i < worker.state().containers.size(); ++i) {
    if (!worker.state().containers[i].is_running()) continue;
    containers.push_back(doc::Value::map({{"name", specs[i]["name"_key]},
                                          {"image", worker.state().containers[i].image},
                                          {"resources", doc::Value::map({})}}));
  }
  return doc::Value::map({{"metadata", doc::Value::map({{"name", api::name(pod)},
                                                        {"namespace", api::namespace_of(pod)},
                                                        {"uid", worker.uid()}})},
                          {"spec", doc::Value::map({{"containers", std::move(containers)}})},
                          {"status", doc::Value::map({})}});
}

Response Kubelets::serve(std::string_view node, std::string_view address, std::string_view path,
                         const Request& request) {
  Kubelet* kubelet = find(node);
  if (kubelet == nullptr || !kubelet->is_powered() || !kubelet->is_connected()) {
    return apiserver::respond_status(api::service_unavailable(fmt::format(
        "error trying to reach service: dial tcp {}:10250: connect: no route to host", address)));
  }
  if (!kubelet->is_running()) {
    return apiserver::respond_status(api::service_unavailable(fmt::format(
        "error trying to reach service: dial tcp {}:10250: connect: connection refused", address)));
  }
  return kubelet->serve(path, request);
}

}  // namespace rockpool::node
