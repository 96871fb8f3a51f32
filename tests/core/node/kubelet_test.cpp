// SPDX-License-Identifier: Apache-2.0
#include "core/node/kubelet.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

constexpr const char* kWeb = "  containers: [{name: web, image: 'nginx:1.27'}]\n";

bool starts_with(const std::string& text, std::string_view start) {
  CAPTURE(text);
  return text.starts_with(start);
}

TEST_CASE("a kubelet registers its node and keeps its lease") {
  NodeWorld world;
  const doc::Value* node = world.store.find(api::ResourceId::nodes, "", "node-1");
  REQUIRE(node != nullptr);
  CHECK(api::is_condition_true(*node, "Ready"));
  CHECK((*node)["status"]["nodeInfo"]["kubeletVersion"].to_string() == "v1.33.0");
  CHECK((*node)["spec"]["podCIDR"].to_string() == "10.244.1.0/24");
  CHECK(api::label(*node, "kubernetes.io/hostname") == "node-1");
  const auto renewed = [&] {
    return api::read_time((*world.store.find(api::ResourceId::leases, "kube-node-lease",
                                             "node-1"))["spec"]["renewTime"]);
  };
  CHECK(renewed() == world.loop.now());
  world.run(1min);
  CHECK(world.loop.now() - *renewed() <= 11s);
  CHECK(world.has_event("node-1", "Starting: Starting kubelet."));
}

TEST_CASE("a Pod starts: statuses, conditions and events are the real ones") {
  NodeWorld world;
  world.create_pod("web", kWeb);
  world.run(10ms);
  CHECK(world.pod("web").phase() == "Pending");
  CHECK(world.container("web").state().waiting()["reason"].to_string() == "ContainerCreating");
  CHECK(api::find_condition(world.pod("web").value(), "Ready")["message"].to_string() ==
        "containers with unready status: [web]");
  world.run(20s);
  const api::Pod pod = world.pod("web");
  CHECK(pod.phase() == "Running");
  CHECK(pod.is_ready());
  CHECK(pod.ip() == "10.244.1.2");
  CHECK(pod.host_ip() == "192.168.49.3");
  CHECK(pod.qos_class() == "BestEffort");
  for (const char* type :
       {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
    CHECK_MESSAGE(api::is_condition_true(pod.value(), type), type);
  }
  CHECK(world.container("web").image() == "docker.io/library/nginx:1.27");
  CHECK(world.container("web").container_id().starts_with("containerd://"));
  const std::vector<std::string> events = world.events("web");
  REQUIRE(events.size() == 4);
  CHECK(events[0] == "Pulling: Pulling image \"nginx:1.27\"");
  CHECK(starts_with(events[1], "Pulled: Successfully pulled image \"nginx:1.27\" in "));
  CHECK(events[1].ends_with("s including waiting). Image size: 72404038 bytes."));
  CHECK(events[2] == "Created: Created container: web");
  CHECK(events[3] == "Started: Started container web");
  // One status when it was taken on, one when it runs.
  CHECK(world.kubelet->status_writes() == 2);
  CHECK(world.get("http://10.244.1.2/").starts_with("200 <!DOCTYPE html>"));
}

TEST_CASE("an image that is on the node is not pulled again") {
  NodeWorld world;
  world.create_pod("one", kWeb);
  world.run(20s);
  world.create_pod("two", kWeb);
  world.run(5s);
  CHECK(world.events("two")[0] ==
        "Pulled: Container image \"nginx:1.27\" already present on machine");
  CHECK(world.pod("two").ip() == "10.244.1.3");
  CHECK(world.pod("two").is_ready());
}

TEST_CASE("an image that does not exist: ErrImagePull, then ImagePullBackOff with growing delays") {
  NodeWorld world;
  world.create_pod("web", "  containers: [{name: web, image: 'nginx:doesnotexist'}]\n");
  while (!world.has_event("web", "ErrImagePull")) world.run(10ms);
  CHECK(world.container("web").state().waiting()["reason"].to_string() == "ErrImagePull");
  world.run(3s);
  CHECK(world.container("web").state().waiting()["reason"].to_string() == "ImagePullBackOff");
  CHECK(
      starts_with(world.container("web").state().waiting()["message"].to_string(),
                  "Back-off pulling image \"nginx:doesnotexist\": ErrImagePull: rpc error: code = "
                  "NotFound desc = failed to pull and unpack image"));
  CHECK(world.has_event(
      "web",
      "Failed: Failed to pull image \"nginx:doesnotexist\": rpc error: code = NotFound desc = "
      "failed to "
      "pull and unpack image \"docker.io/library/nginx:doesnotexist\": failed to resolve reference "
      "\"docker.io/library/nginx:doesnotexist\": docker.io/library/nginx:doesnotexist: not found"));
  CHECK(world.has_event("web", "Failed: Error: ErrImagePull"));
  CHECK(world.has_event("web", "Failed: Error: ImagePullBackOff"));
  CHECK(world.has_event("web", "BackOff: Back-off pulling image \"nginx:doesnotexist\""));
  // Tried at about 0, 11, 33, 75 s.
  world.run(60s);
  CHECK(world.has_event("web", "Pulling: Pulling image \"nginx:doesnotexist\" x3"));
  CHECK(world.pod("web").phase() == "Pending");
}

TEST_CASE("an image name that cannot be read") {
  NodeWorld world;
  world.create_pod("web", "  containers: [{name: web, image: 'Nginx'}]\n");
  world.run(1s);
  CHECK(world.container("web").state().waiting()["reason"].to_string() == "InvalidImageName");
  CHECK(
      world.has_event("web",
                      "InspectFailed: Failed to apply default image tag \"Nginx\": couldn't parse "
                      "image name \"Nginx\": invalid reference format: repository name "
                      "(library/Nginx) must be lowercase"));
}

TEST_CASE("a container that fails is restarted after 0, 10, 20, 40 seconds") {
  NodeWorld world;
  world.create_pod(
      "crash",
      "  containers: [{name: c, image: busybox, command: [sh, -c, 'echo bye; exit 3']}]\n");
  world.run(6s);
  CHECK(world.container("crash").restart_count() == 1);
  CHECK(world.container("crash").state().waiting()["reason"].to_string() == "CrashLoopBackOff");
  const std::string uid{world.pod("crash").uid()};
  CHECK(world.container("crash").state().waiting()["message"].to_string() ==
        "back-off 10s restarting failed container=c pod=crash_default(" + uid + ")");
  const api::ContainerState last = world.container("crash").last_state();
  CHECK(last.terminated()["exitCode"].as_int() == 3);
  CHECK(last.terminated()["reason"].to_string() == "Error");
  CHECK(world.pod("crash").phase() == "Running");
  CHECK(world.has_event(
      "crash",
      "BackOff: Back-off restarting failed container c in pod crash_default(" + uid + ")"));
  world.run(15s);
  CHECK(world.container("crash").restart_count() == 2);
  world.run(30s);
  CHECK(world.container("crash").restart_count() == 3);
  CHECK(world.log("crash", "c") == "bye\n");
  CHECK(world.log("crash", "c", true) == "bye\n");
}

TEST_CASE("restartPolicy decides how a Pod ends") {
  NodeWorld world;
  world.create_pod("good",
                   "  restartPolicy: Never\n"
                   "  containers: [{name: c, image: busybox, command: [sh, -c, 'exit 0']}]\n");
  world.create_pod("bad",
                   "  restartPolicy: Never\n"
                   "  containers: [{name: c, image: busybox, command: [sh, -c, 'exit 2']}]\n");
  world.create_pod("again",
                   "  restartPolicy: OnFailure\n"
                   "  volumes: [{name: v, emptyDir: {}}]\n"
                   "  containers:\n"
                   "  - name: c\n    image: busybox\n"
                   "    command: [sh, -c, 'if [ -f /v/x ]; then exit 0; fi; touch /v/x; exit 1']\n"
                   "    volumeMounts: [{name: v, mountPath: /v}]\n");
  world.run(30s);
  CHECK(world.pod("good").phase() == "Succeeded");
  CHECK(world.container("good").state().terminated()["reason"].to_string() == "Completed");
  CHECK(api::find_condition(world.pod("good").value(), "Ready")["reason"].to_string() ==
        "PodCompleted");
  CHECK(world.pod("bad").phase() == "Failed");
  CHECK(world.container("bad").state().terminated()["exitCode"].as_int() == 2);
  CHECK(world.pod("again").phase() == "Succeeded");
  CHECK(world.container("again").restart_count() == 1);
}

TEST_CASE("deletion: TERM, then KILL after the grace period, then the Pod is gone") {
  NodeWorld world;
  world.create_pod("quick", kWeb);
  world.create_pod("slow",
                   "  terminationGracePeriodSeconds: 7\n"
                   "  containers: [{name: c, image: busybox, command: [sleep, '1000']}]\n");
  world.run(20s);
  world.remove("quick");
  world.remove("slow");
  world.run(1s);
  CHECK_FALSE(world.exists("quick"));
  CHECK(world.has_event("quick", "Killing: Stopping container web"));
  CHECK(world.exists("slow"));
  CHECK(world.pod("slow").is_ready());
  world.run(5500ms);
  CHECK(world.exists("slow"));
  world.run(1s);
  CHECK_FALSE(world.exists("slow"));
  CHECK(world.kubelet->pods().empty());
  CHECK(world.network.find_host(net::IpAddress::v4(10, 244, 1, 2)) == nullptr);
}

TEST_CASE("forced deletion leaves the node two seconds") {
  NodeWorld world;
  world.create_pod("slow", "  containers: [{name: c, image: busybox, command: [sleep, '1000']}]\n");
  world.run(20s);
  world.remove("slow", 0);
  CHECK_FALSE(world.exists("slow"));
  world.run(1s);
  CHECK(world.kubelet->pods().size() == 1);
  world.run(2s);
  CHECK(world.kubelet->pods().empty());
}

TEST_CASE("readiness follows the probe") {
  NodeWorld world;
  world.create_pod("web",
                   "  containers:\n  - name: web\n    image: 'nginx:1.27'\n"
                   "    readinessProbe: {exec: {command: [cat, /tmp/ready]}, periodSeconds: 5}\n");
  world.run(20s);
  CHECK(world.pod("web").phase() == "Running");
  CHECK_FALSE(world.pod("web").is_ready());
  CHECK(world.has_event(
      "web",
      "Unhealthy: Readiness probe failed: cat: can't open '/tmp/ready': No such file "
      "or directory"));
  PodWorker* worker = world.kubelet->find_pod(api::ObjectKey{"default", "web"});
  REQUIRE(worker != nullptr);
  worker->find_running("web")->machine().files.write("/tmp/ready", "");
  world.run(6s);
  CHECK(world.pod("web").is_ready());
  worker->find_running("web")->machine().files.remove("/tmp/ready");
  world.run(11s);
  CHECK(world.pod("web").is_ready());
  world.run(6s);
  CHECK_FALSE(world.pod("web").is_ready());
}

TEST_CASE("an HTTP probe says what went wrong") {
  NodeWorld world;
  world.create_pod("web",
                   "  containers:\n  - name: web\n    image: 'nginx:1.27'\n"
                   "    ports: [{name: http, containerPort: 80}]\n"
                   "    livenessProbe: {httpGet: {path: /no, port: http}, periodSeconds: 5, "
                   "failureThreshold: 2}\n"
                   "    readinessProbe: {httpGet: {path: /, port: 81}}\n");
  world.run(12s);
  CHECK(world.has_event(
      "web", "Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 404"));
  CHECK(
      world.has_event("web",
                      "Unhealthy: Readiness probe failed: Get \"http://10.244.1.2:81/\": dial tcp "
                      "10.244.1.2:81: connect: connection refused"));
  CHECK(world.has_event("web", "Killing: Container web failed liveness probe, will be restarted"));
  CHECK(world.container("web").restart_count() == 1);
  CHECK(world.container("web").last_state().terminated()["reason"].to_string() == "Completed");
}

TEST_CASE("a startup probe holds the others back") {
  NodeWorld world;
  world.create_pod("slow",
                   "  containers:\n  - name: c\n    image: busybox\n"
                   "    command: [sh, -c, 'sleep 12; touch /tmp/up; sleep 1000']\n"
                   "    startupProbe: {exec: {command: [cat, /tmp/up]}, periodSeconds: 2, "
                   "failureThreshold: 30}\n"
                   "    livenessProbe: {exec: {command: [cat, /tmp/up]}, periodSeconds: 1, "
                   "failureThreshold: 1}\n");
  world.run(10s);
  CHECK_FALSE(world.container("slow").is_started());
  CHECK_FALSE(world.pod("slow").is_ready());
  world.run(10s);
  CHECK(world.container("slow").is_started());
  CHECK(world.pod("slow").is_ready());
  CHECK(world.container("slow").restart_count() == 0);
  CHECK(world.has_event("slow", "Unhealthy: Startup probe failed: cat: can't open '/tmp/up'"));
}

TEST_CASE("a Pod put onto a node waits there for its claim, and says so") {
  NodeWorld world;
  world.create_pod("db",
                   "  containers: [{name: c, image: nginx}]\n"
                   "  volumes: [{name: disk, persistentVolumeClaim: {claimName: data}}]\n");
  world.run(5s);
  const std::string failed =
      "FailedMount: Unable to attach or mount volumes: unmounted volumes=[disk], unattached "
      "volumes=[], failed to process volumes=[disk]: error processing PVC default/data: ";
  CHECK(world.has_event(
      "db",
      failed + "failed to fetch PVC from API server: persistentvolumeclaims \"data\" not found"));
  world.create(
      "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n"
      "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}");
  world.run(60s);
  CHECK(world.has_event("db", failed + "PVC is not bound"));
  CHECK(world.pod("db").phase() == "Pending");
}

TEST_CASE("init containers run one after the other before the rest; sidecars go on") {
  NodeWorld world;
  world.create_pod(
      "app",
      "  restartPolicy: Never\n"
      "  volumes: [{name: shared, emptyDir: {}}]\n"
      "  initContainers:\n"
      "  - name: first\n    image: busybox\n    command: [sh, -c, 'sleep 3; echo hi > "
      "/data/index.html']\n"
      "    volumeMounts: [{name: shared, mountPath: /data}]\n"
      "  - name: side\n    image: busybox\n    restartPolicy: Always\n"
      "    command: [sleep, '1000']\n"
      "  containers:\n"
      "  - name: main\n    image: busybox\n    command: [sh, -c, 'cat /html/index.html; sleep "
      "5']\n"
      "    volumeMounts: [{name: shared, mountPath: /html}]\n");
  world.run(4s);
  CHECK(world.pod("app").phase() == "Pending");
  CHECK(world.container("app").state().waiting()["reason"].to_string() == "PodInitializing");
  CHECK(api::find_condition(world.pod("app").value(), "Initialized")["message"].to_string() ==
        "containers with incomplete status: [first side]");
  world.run(5s);
  CHECK(world.pod("app").phase() == "Running");
  CHECK(world.pod("app").init_container_statuses()[0].state().terminated()["reason"].to_string() ==
        "Completed");
  CHECK(world.pod("app").init_container_statuses()[1].is_ready());
  CHECK(world.log("app", "main") == "hi\n");
  world.run(60s);
  CHECK(world.pod("app").phase() == "Succeeded");
}

TEST_CASE("a missing ConfigMap holds a container or a volume back until it is there") {
  NodeWorld world;
  world.create_pod(
      "env",
      "  containers:\n  - name: c\n    image: busybox\n    command: [sh, -c, 'echo $A $B; sleep "
      "1000']\n"
      "    env:\n    - name: A\n      valueFrom: {configMapKeyRef: {name: settings, key: a}}\n"
      "    - {name: B, value: '$(A)-b'}\n");
  world.create_pod(
      "volume",
      "  volumes: [{name: v, configMap: {name: settings}}]\n"
      "  containers:\n  - name: c\n    image: busybox\n    command: [sh, -c, 'cat /v/a; sleep "
      "1000']\n"
      "    volumeMounts: [{name: v, mountPath: /v}]\n");
  world.run(5s);
  CHECK(world.container("env").state().waiting()["reason"].to_string() ==
        "CreateContainerConfigError");
  CHECK(world.container("env").state().waiting()["message"].to_string() ==
        "configmap \"settings\" not found");
  CHECK(world.has_event("env", "Failed: Error: configmap \"settings\" not found"));
  CHECK(world.has_event(
      "volume",
      "FailedMount: MountVolume.SetUp failed for volume \"v\" : configmap \"settings\" "
      "not found"));
  CHECK(world.pod("volume").ip().empty());
  world.create("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: one}\n");
  world.run(30s);
  CHECK(world.log("env", "c") == "one one-b\n");
  CHECK(world.log("volume", "c") == "one\n");
}

TEST_CASE("a command that is not there") {
  NodeWorld world;
  world.create_pod("pod", "  containers: [{name: c, image: busybox, command: [nonsense]}]\n");
  world.run(8s);
  const std::string message =
      "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
      "runc "
      "create failed: unable to start container process: error during container init: exec: "
      "\"nonsense\": executable file not found in $PATH: unknown";
  CHECK(world.has_event("pod", "Failed: Error: " + message));
  CHECK(world.container("pod").last_state().terminated()["exitCode"].as_int() == 128);
  CHECK(world.container("pod").last_state().terminated()["reason"].to_string() == "StartError");
}

TEST_CASE("hooks run after the start and before the stop") {
  NodeWorld world;
  world.create_pod("hooked",
                   "  terminationGracePeriodSeconds: 20\n"
                   "  containers:\n  - name: c\n    image: 'nginx:1.27'\n"
                   "    lifecycle:\n"
                   "      postStart: {exec: {command: [sh, -c, 'echo started > /tmp/hook']}}\n"
                   "      preStop: {sleep: {seconds: 5}}\n");
  world.create_pod("failing",
                   "  containers:\n  - name: c\n    image: 'nginx:1.27'\n"
                   "    lifecycle: {postStart: {exec: {command: ['false']}}}\n");
  world.run(15s);
  PodWorker* worker = world.kubelet->find_pod(api::ObjectKey{"default", "hooked"});
  const std::string* text = worker->find_running("c")->machine().files.read("/tmp/hook");
  REQUIRE(text != nullptr);
  CHECK(*text == "started\n");
  CHECK(world.has_event("failing", "FailedPostStartHook: PostStartHook failed"));
  world.remove("hooked");
  world.run(4s);
  CHECK(world.exists("hooked"));
  world.run(2s);
  CHECK_FALSE(world.exists("hooked"));
}

TEST_CASE("activeDeadlineSeconds fails the Pod") {
  NodeWorld world;
  world.create_pod("late",
                   "  activeDeadlineSeconds: 10\n  terminationGracePeriodSeconds: 2\n"
                   "  containers: [{name: c, image: busybox, command: [sleep, '1000']}]\n");
  world.run(20s);
  CHECK(world.pod("late").phase() == "Failed");
  CHECK(world.pod("late").reason() == "DeadlineExceeded");
  CHECK(world.pod("late").message() ==
        "Pod was active on the node longer than the specified deadline");
}

TEST_CASE("a machine without power: its Pods start anew when it is back") {
  NodeWorld world;
  world.create_pod("web", kWeb);
  world.create_pod("gone", kWeb);
  world.run(20s);
  world.kubelet->power_off();
  world.run(60s);
  CHECK(world.pod("web").is_ready());
  CHECK(world.network.find_host(net::IpAddress::v4(10, 244, 1, 2)) == nullptr);
  world.remove("gone", 0);
  world.kubelet->power_on();
  world.run(30s);
  CHECK(world.pod("web").is_ready());
  CHECK(world.pod("web").ip() != "10.244.1.2");
  CHECK(world.container("web").restart_count() == 1);
  CHECK(world.container("web").last_state().terminated()["exitCode"].as_int() == 255);
  CHECK(world.container("web").last_state().terminated()["reason"].to_string() == "Unknown");
  CHECK(world.has_event("web",
                        "SandboxChanged: Pod sandbox changed, it will be killed and re-created."));
  CHECK(world.has_event("node-1", "Rebooted: Node node-1 has been rebooted, boot id: "));
  CHECK(world.kubelet->pods().size() == 1);
}

TEST_CASE("a node that is cut from the control plane sees and says nothing, then catches up") {
  NodeWorld world;
  world.create_pod("web", kWeb);
  world.run(20s);
  world.kubelet->set_connected(false);
  world.create_pod("new", kWeb);
  world.remove("web");
  world.run(60s);
  CHECK(world.exists("web"));
  CHECK(world.pod("new").phase() == "Pending");
  CHECK(world.get("http://10.244.1.2/").starts_with("200 "));
  world.kubelet->set_connected(true);
  world.run(10s);
  CHECK_FALSE(world.exists("web"));
  CHECK(world.pod("new").is_ready());
}

TEST_CASE("what does not fit is refused") {
  KubeletOptions options;
  options.cpu = "1";
  options.pods = 2;
  NodeWorld world{options};
  world.create_pod(
      "big", "  containers: [{name: c, image: busybox, resources: {requests: {cpu: '2'}}}]\n");
  world.create_pod("elsewhere", "  nodeSelector: {disk: fast}\n" + std::string{kWeb});
  world.run(1s);
  CHECK(world.pod("big").phase() == "Failed");
  CHECK(world.pod("big").reason() == "OutOfcpu");
  CHECK(world.pod("big").message() ==
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 0, "
        "capacity: "
        "1000");
  CHECK(world.pod("elsewhere").reason() == "NodeAffinity");
}

TEST_CASE("killing a container restarts it") {
  NodeWorld world;
  world.create_pod("web", kWeb);
  world.run(20s);
  PodWorker* worker = world.kubelet->find_pod(api::ObjectKey{"default", "web"});
  CHECK(worker->kill_container("web", kExitCodeKilled));
  CHECK(world.get("http://10.244.1.2/") == "connection_refused");
  CHECK(world.get("http://10.244.1.2/").starts_with("200 "));
  CHECK(world.container("web").restart_count() == 1);
  CHECK(world.container("web").last_state().terminated()["exitCode"].as_int() == 137);
}

TEST_CASE("idle Pods cost nothing") {
  NodeWorld world;
  for (int i = 0; i < 50; ++i) world.create_pod("web-" + std::to_string(i), kWeb);
  world.run(10min);
  const std::uint64_t before = world.loop.events_run();
  world.run(1h);
  // Two timers of the node, and the deliveries of what they write.
  CHECK(world.loop.events_run() - before < 1200);
}

TEST_CASE("what the machine cannot give a Pod is refused") {
  NodeWorld world;
  const std::string container = "  containers: [{name: c, image: nginx}]\n";
  const auto refusal = [&](const std::string& name, const std::string& fields) {
    world.create_pod(name, fields + container);
    world.run(30s);
    const doc::Value& status = world.pod(name).value()["status"];
    return status["phase"].to_string() + " " + status["reason"].to_string() + ": " +
           status["message"].to_string();
  };
  CHECK(refusal("a", "  securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}\n") ==
        "Failed SysctlForbidden: Pod was rejected: forbidden sysctl: \"kernel.msgmax\" not "
        "allowlisted");
  CHECK(refusal("c", "  os: {name: windows}\n") ==
        "Failed PodOSNotSupported: Pod was rejected: Failed to admit pod as the OS field doesn't "
        "match node OS");
  CHECK(refusal("d",
                "  os: {name: linux}\n  securityContext: {sysctls: [{name: "
                "net.ipv4.tcp_syncookies, value: '1'}]}\n") == "Running : ");
}

TEST_CASE("a runtime that the node does not have") {
  NodeWorld world;
  world.create(
      "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: gvisor}\nhandler: runsc\n"
      "---\napiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: usual}\nhandler: "
      "runc\n");
  world.create_pod("p", "  runtimeClassName: gvisor\n  containers: [{name: c, image: nginx}]\n");
  world.create_pod("q", "  runtimeClassName: usual\n  containers: [{name: c, image: nginx}]\n");
  world.run(30s);
  CHECK(world.pod("p").phase() == "Pending");
  CHECK(world.has_event("p",
                        "FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = "
                        "Unknown desc = failed to get sandbox runtime: no runtime for \"runsc\" is "
                        "configured"));
  CHECK(world.pod("q").phase() == "Running");
}

TEST_CASE("setHostnameAsFQDN gives the kernel the whole name") {
  NodeWorld world;
  const auto start = [&](const std::string& name, const std::string& fields) {
    world.create_pod(name, fields + "  containers: [{name: c, image: nginx}]\n");
    world.run(30s);
  };
  start("p", "  hostname: db-0\n  subdomain: db\n  setHostnameAsFQDN: true\n");
  CHECK(world.exec("p", "c", {"hostname"}) == "0 db-0.db.default.svc.cluster.local\n");
  start("q", "  hostname: db-0\n  setHostnameAsFQDN: true\n");
  CHECK(world.exec("q", "c", {"hostname"}) == "0 db-0\n");
  const std::string longest(40, 'a');
  start("r", "  hostname: " + longest + "\n  subdomain: db\n  setHostnameAsFQDN: true\n");
  CHECK(world.pod("r").phase() == "Pending");
  CHECK(world.has_event("r",
                        "FailedCreatePodSandBox: Failed to create pod sandbox: failed to "
                        "construct FQDN from pod hostname and cluster domain, FQDN " +
                            longest +
                            ".db.default.svc.cluster.local is too long (64 characters is the "
                            "max, 69 characters requested)"));
}

TEST_CASE("subPathExpr takes its folder from the container's variables") {
  NodeWorld world;
  const std::string fields =
      "  volumes: [{name: v, emptyDir: {}}]\n  containers: [{name: c, image: busybox, command: "
      "[sleep, infinity], env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}], "
      "volumeMounts: [{name: v, mountPath: /all}, {name: v, mountPath: /own, subPathExpr: ";
  world.create_pod("p", fields + "logs/$(POD)}]}]\n");
  world.create_pod("q", fields + "logs/$(NONE)/$(POD)}]}]\n");
  world.run(30s);
  CHECK(world.exec("p", "c", {"sh", "-c", "echo mine > /own/x; cat /all/logs/p/x"}) == "0 mine\n");
  const doc::Value waiting = world.container("q").state().waiting();
  CHECK(waiting["reason"].as_string() == "CreateContainerConfigError");
  CHECK(waiting["message"].as_string() == "missing value for NONE");
}

}  // namespace
}  // namespace rockpool::node
