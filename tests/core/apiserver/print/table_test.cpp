// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/print/table.h"

#include <string>
#include <vector>

#include "core/api/resource.h"
#include "core/sim/time.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

constexpr sim::Time kNow = sim::kEpoch + std::chrono::minutes{5};

// The cells of an object as kubectl would show them, joined by bars.
std::string row(api::ResourceId id, std::string_view text) {
  const std::vector<Value> objects{json(text)};
  const Value table = make_table(api::resource(id), objects, {}, IncludeObject::none, kNow);
  std::string line;
  for (const Value& cell : table["rows"].at(0)["cells"].items()) {
    if (!line.empty()) line += " | ";
    line += cell.is_string() ? cell.to_string() : doc::to_json(cell);
  }
  CHECK(table["columnDefinitions"].size() == table["rows"].at(0)["cells"].size());
  return line;
}

std::string pod_row(std::string_view spec, std::string_view status,
                    std::string_view more_metadata = "") {
  return row(
      api::ResourceId::pods,
      fmt::format(R"({{"metadata":{{"name":"p","creationTimestamp":"2025-01-01T00:00:00Z"{}}},
                            "spec":{{{}}},"status":{{{}}}}})",
                  more_metadata, spec, status));
}

TEST_CASE("a Pod's status is the first thing that is wrong with it") {
  const std::string one = R"("containers":[{"name":"a"}])";
  CHECK(pod_row(one, R"("phase":"Pending")") ==
        "p | 0/1 | Pending | 0 | 5m | <none> | <none> | <none> | <none>");
  CHECK(pod_row(one + R"(,"nodeName":"n")",
                R"("phase":"Running","podIPs":[{"ip":"10.0.0.1"}],"containerStatuses":[
                   {"name":"a","ready":true,"restartCount":2,"state":{"running":{}},
                    "lastState":{"terminated":{"finishedAt":"2025-01-01T00:04:47Z"}}}])") ==
        "p | 1/1 | Running | 2 (13s ago) | 5m | 10.0.0.1 | n | <none> | <none>");
  CHECK(pod_row(one, R"("phase":"Pending","containerStatuses":[
                   {"name":"a","state":{"waiting":{"reason":"ImagePullBackOff"}}}])")
            .starts_with("p | 0/1 | ImagePullBackOff | 0 |"));
  CHECK(pod_row(one, R"("phase":"Failed","containerStatuses":[
                   {"name":"a","state":{"terminated":{"exitCode":3}}}])")
            .starts_with("p | 0/1 | ExitCode:3 |"));
  CHECK(pod_row(one, R"("phase":"Failed","containerStatuses":[
                   {"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}])")
            .starts_with("p | 0/1 | Signal:9 |"));
  CHECK(pod_row(one, R"("phase":"Failed","reason":"Evicted")").starts_with("p | 0/1 | Evicted |"));
  CHECK(pod_row(one,
                R"("phase":"Pending","conditions":[{"type":"PodScheduled","status":"False",
                   "reason":"SchedulingGated"}])")
            .starts_with("p | 0/1 | SchedulingGated |"));
}

TEST_CASE("a Pod that is being deleted is Terminating, unless it is done") {
  const std::string deleted = R"(,"deletionTimestamp":"2025-01-01T00:05:00Z")";
  CHECK(pod_row("", R"("phase":"Running")", deleted).starts_with("p | 0/0 | Terminating |"));
  CHECK(pod_row("", R"("phase":"Succeeded")", deleted).starts_with("p | 0/0 | Succeeded |"));
  CHECK(pod_row("", R"("phase":"Running","reason":"NodeLost")", deleted)
            .starts_with("p | 0/0 | Unknown |"));
}

TEST_CASE("init containers come first, and sidecars count as containers") {
  const std::string spec =
      R"("initContainers":[{"name":"i"},{"name":"s","restartPolicy":"Always"}],
         "containers":[{"name":"a"}])";
  CHECK(pod_row(spec, R"("phase":"Pending","initContainerStatuses":[{"name":"i","state":{
                   "running":{}}},{"name":"s","state":{"waiting":{"reason":"PodInitializing"}}}])")
            .starts_with("p | 0/2 | Init:0/2 |"));
  CHECK(pod_row(spec, R"("phase":"Pending","initContainerStatuses":[{"name":"i","restartCount":4,
                   "state":{"waiting":{"reason":"CrashLoopBackOff"}}}])")
            .starts_with("p | 0/2 | Init:CrashLoopBackOff | 4 |"));
  CHECK(pod_row(spec, R"("phase":"Pending","initContainerStatuses":[{"name":"i",
                   "state":{"terminated":{"exitCode":1,"reason":"Error"}}}])")
            .starts_with("p | 0/2 | Init:Error |"));
  CHECK(pod_row(spec, R"("phase":"Running","initContainerStatuses":[
                   {"name":"i","restartCount":4,"state":{"terminated":{"exitCode":0}}},
                   {"name":"s","ready":true,"started":true,"restartCount":1,
                    "state":{"running":{}}}],
                   "containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}}])")
            .starts_with("p | 2/2 | Running | 1 |"));
}

TEST_CASE("a finished container beside a running one leaves the Pod running") {
  const std::string spec = R"("containers":[{"name":"a"},{"name":"b"}])";
  const std::string statuses =
      R"("containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,
         "reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}])";
  CHECK(pod_row(spec, R"("phase":"Running",)" + statuses).starts_with("p | 1/2 | NotReady |"));
  CHECK(pod_row(spec,
                R"("phase":"Running","conditions":[{"type":"Ready","status":"True"}],)" + statuses)
            .starts_with("p | 1/2 | Running |"));
}

TEST_CASE("rows of Pods that are done say so") {
  const std::vector<Value> pods{json(R"({"metadata":{"name":"p"},"status":{"phase":"Failed"}})"),
                                json(R"({"metadata":{"name":"q"},"status":{"phase":"Running"}})")};
  const Value table =
      make_table(api::resource(api::ResourceId::pods), pods, {}, IncludeObject::metadata, kNow);
  CHECK(table["rows"].at(0)["conditions"_key].at(0)["reason"_key].as_string() == "Failed");
  CHECK_FALSE(table["rows"].at(1).contains("conditions"));
  CHECK(table["rows"].at(1)["object"]["kind"_key].as_string() == "PartialObjectMetadata");
  CHECK_FALSE(table["rows"].at(1)["object"].contains("status"));
}

TEST_CASE("a Service's row shows its addresses and ports by type") {
  const auto service_row = [](std::string_view spec, std::string_view status = "{}") {
    return row(api::ResourceId::services,
               fmt::format(R"({{"metadata":{{"name":"s","creationTimestamp":
                               "2025-01-01T00:00:00Z"}},"spec":{},"status":{}}})",
                           spec, status));
  };
  CHECK(service_row(R"({"type":"ClusterIP","clusterIPs":["10.96.0.1"],"selector":{"a":"b"},
                       "ports":[{"port":80,"protocol":"TCP"},{"port":53,"protocol":"UDP"}]})") ==
        "s | ClusterIP | 10.96.0.1 | <none> | 80/TCP,53/UDP | 5m | a=b");
  CHECK(service_row(R"({"type":"NodePort","clusterIPs":["10.96.0.1"],"externalIPs":["1.2.3.4"],
                       "ports":[{"port":80,"nodePort":30080,"protocol":"TCP"}]})") ==
        "s | NodePort | 10.96.0.1 | 1.2.3.4 | 80:30080/TCP | 5m | <none>");
  CHECK(service_row(R"({"type":"ClusterIP","clusterIPs":["None"]})") ==
        "s | ClusterIP | None | <none> | <none> | 5m | <none>");
  CHECK(service_row(R"({"type":"ExternalName","externalName":"example.com"})") ==
        "s | ExternalName | <none> | example.com | <none> | 5m | <none>");
  const std::string balancer =
      R"({"type":"LoadBalancer","clusterIPs":["10.96.0.1"],"ports":[{"port":80,
          "protocol":"TCP"}]})";
  CHECK(service_row(balancer) == "s | LoadBalancer | 10.96.0.1 | <pending> | 80/TCP | 5m | <none>");
  CHECK(service_row(balancer, R"({"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}})") ==
        "s | LoadBalancer | 10.96.0.1 | 1.2.3.4 | 80/TCP | 5m | <none>");
  CHECK(service_row(balancer, R"({"loadBalancer":{"ingress":[{"hostname":
                                 "balancer.example.com"}]}})") ==
        "s | LoadBalancer | 10.96.0.1 | balancer.exam... | 80/TCP | 5m | <none>");
}

TEST_CASE("endpoints show three addresses and how many more there are") {
  CHECK(row(api::ResourceId::endpoints, R"({"metadata":{"name":"e"}})") ==
        "e | <none> | <unknown>");
  CHECK(row(api::ResourceId::endpoints,
            R"({"metadata":{"name":"e"},"subsets":[{"ports":[{"port":80}],"addresses":[
               {"ip":"10.0.0.1"},{"ip":"10.0.0.2"},{"ip":"fd00::1"},{"ip":"10.0.0.4"},
               {"ip":"10.0.0.5"}]}]})") ==
        "e | 10.0.0.1:80,10.0.0.2:80,[fd00::1]:80 + 2 more... | <unknown>");
  CHECK(row(api::ResourceId::endpointslices,
            R"({"metadata":{"name":"e"},"addressType":"IPv4","ports":[{"port":80},{}],
               "endpoints":[{"addresses":["10.0.0.1"]}]})") ==
        "e | IPv4 | 80,* | 10.0.0.1 | <unknown>");
  CHECK(row(api::ResourceId::endpointslices, R"({"metadata":{"name":"e"},"addressType":"IPv4"})") ==
        "e | IPv4 | <unset> | <unset> | <unknown>");
}

TEST_CASE("workloads, nodes and the rest have their own columns") {
  CHECK(row(api::ResourceId::deployments,
            R"({"metadata":{"name":"d"},"spec":{"replicas":3,"selector":{"matchLabels":{"a":"b"}},
               "template":{"spec":{"containers":[{"name":"x","image":"i:1"},{"name":"y",
               "image":"j"}]}}},"status":{"readyReplicas":2,"updatedReplicas":3,
               "availableReplicas":1}})") == "d | 2/3 | 3 | 1 | <unknown> | x,y | i:1,j | a=b");
  CHECK(row(api::ResourceId::replicasets,
            R"({"metadata":{"name":"r"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}}},
               "status":{"replicas":1}})") == "r | 0 | 1 | 0 | <unknown> |  |  | a=b");
  CHECK(row(api::ResourceId::nodes,
            R"({"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":"",
               "node-role.kubernetes.io/control-plane":""}},"spec":{"unschedulable":true},
               "status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{
               "kubeletVersion":"v1.33.0","osImage":"Linux"},"addresses":[
               {"type":"InternalIP","address":"192.168.49.2"}]}})") ==
        "n | Ready,SchedulingDisabled | control-plane,worker | <unknown> | v1.33.0 | 192.168.49.2 |"
        " <none> | Linux | <unknown> | <unknown>");
  CHECK(row(api::ResourceId::nodes, R"({"metadata":{"name":"n"}})").starts_with("n | Unknown |"));
  CHECK(row(api::ResourceId::secrets, R"({"metadata":{"name":"s"},"type":"Opaque",
                                         "data":{"a":"","b":""}})") ==
        "s | Opaque | 2 | <unknown>");
  CHECK(row(api::ResourceId::configmaps, R"({"metadata":{"name":"c"},"data":{"a":""},
                                            "binaryData":{"b":""}})") == "c | 2 | <unknown>");
  CHECK(row(api::ResourceId::events,
            R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p",
               "fieldPath":"spec.containers{a}"},"reason":"Pulled","type":"Normal","message":" m\n",
               "source":{"component":"kubelet","host":"n"},"count":3,
               "firstTimestamp":"2025-01-01T00:00:00Z","lastTimestamp":"2025-01-01T00:04:00Z"})") ==
        "60s | Normal | Pulled | pod/p | spec.containers{a} | kubelet, n | m | 5m | 3 | e");
}

TEST_CASE("clients ask for tables and metadata in their Accept header") {
  Cluster cluster;
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
  const auto get = [&](std::string target, std::string_view accept) {
    Request request = make_request("GET", target);
    request.headers.add("Accept", std::string{accept});
    return cluster.server.handle(request);
  };
  const std::string path = std::string{kConfigMaps};
  constexpr std::string_view kTable =
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  const Value list = json(get(path, kTable).body);
  CHECK(list["kind"_key].as_string() == "Table");
  CHECK(list["metadata"_key]["resourceVersion"_key].is_string());
  CHECK(list["columnDefinitions"].at(1)["type"_key].as_string() == "integer");
  CHECK(list["rows"].at(0)["cells"].at(0).as_string() == "c");
  CHECK(list["rows"].at(0)["object"]["metadata"_key]["name"_key].as_string() == "c");

  const Value whole = json(get(path + "/c?includeObject=Object", kTable).body);
  CHECK(whole["rows"].at(0)["object"]["data"_key]["key"].as_string() == "1");
  const Value bare = json(get(path + "?includeObject=None", kTable).body);
  CHECK(bare["rows"].at(0)["object"].is_null());
  CHECK(get(path + "?includeObject=Frog", kTable).status == 400);

  constexpr std::string_view kMetadata =
      "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
  const Value partial = json(get(path + "/c", kMetadata).body);
  CHECK(partial["kind"_key].as_string() == "PartialObjectMetadata");
  CHECK_FALSE(partial.contains("data"));
  const Value partials =
      json(get(path, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io").body);
  CHECK(partials["kind"_key].as_string() == "PartialObjectMetadataList");
  CHECK(partials["items"_key].at(0)["kind"_key].as_string() == "PartialObjectMetadata");

  CHECK(json(get(path + "/nosuch", kTable).body)["kind"_key].as_string() == "Status");
}

TEST_CASE("a watched table has its columns once") {
  Cluster cluster;
  Request request = make_request("GET", std::string{kConfigMaps} + "?watch=true");
  request.headers.add("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
  const Response response = cluster.server.handle(request);
  REQUIRE(response.watch != nullptr);
  std::vector<Value> tables;
  response.watch->on_event([&](const WatchEvent& event) { tables.push_back(event.object); });
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("a"));
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("b"));
  cluster.loop.run_until(cluster.loop.now() + std::chrono::seconds{1});
  REQUIRE(tables.size() == 2);
  CHECK(tables[0]["columnDefinitions"].size() == 3);
  CHECK(tables[1]["columnDefinitions"].is_null());
  CHECK(tables[1]["rows"].at(0)["cells"].at(0).as_string() == "b");
}

TEST_CASE("discovery comes in one document for those who ask") {
  Cluster cluster;
  Request request = make_request("GET", "/apis");
  request.headers.add("Accept",
                      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                      "application/json");
  const Response response = cluster.server.handle(request);
  CHECK(response.headers.get("Content-Type") ==
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  const Value apps = json(response.body)["items"_key].at(0);
  CHECK(apps["metadata"_key]["name"_key].as_string() == "apps");
  const Value deployments = apps["versions"].at(0)["resources"_key].at(2);
  CHECK(deployments["resource"_key].as_string() == "deployments");
  CHECK(deployments["scope"].as_string() == "Namespaced");
  CHECK(deployments["responseKind"]["kind"_key].as_string() == "Deployment");
  CHECK(deployments["subresources"].at(0)["subresource"_key].as_string() == "scale");
  CHECK(deployments["subresources"].at(0)["responseKind"]["group"_key].as_string() ==
        "autoscaling");
  request.path = "/api";
  const Value core = json(cluster.server.handle(request).body);
  CHECK_FALSE(core["items"_key].at(0)["metadata"_key].contains("name"));
}

TEST_CASE("a scale shows what is wanted and what there is") {
  Cluster cluster;
  cluster.expect(201, "POST", "/apis/apps/v1/namespaces/default/deployments",
                 R"({"metadata":{"name":"web"},"spec":{"replicas":3,
                     "selector":{"matchLabels":{"app":"a"}},
                     "template":{"metadata":{"labels":{"app":"a"}},
                                 "spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  Request request = make_request("GET", "/apis/apps/v1/namespaces/default/deployments/web/scale");
  request.headers.add("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
  const Value table = json(cluster.server.handle(request).body);
  REQUIRE(table["columnDefinitions"].size() == 4);
  CHECK(table["columnDefinitions"].at(1)["name"_key].as_string() == "Desired");
  CHECK(doc::to_json(table["rows"].at(0)["cells"]) == R"(["web",3,0,"0s"])");
}

}  // namespace
}  // namespace rockpool::apiserver
