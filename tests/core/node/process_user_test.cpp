// SPDX-License-Identifier: Apache-2.0
// As whom containers run, and what that lets them do.
#include "core/node/process_user.h"

#include <doctest/doctest.h>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

struct Users : NodeWorld {
  // A Pod `p` with that security context whose container has the other one.
  explicit Users(const std::string& pod_context, const std::string& context = "{}",
                 const std::string& container = "image: busybox, command: [sleep, infinity]") {
    create_pod("p", "  securityContext: " + pod_context +
                        "\n  volumes: [{name: v, emptyDir: {}}]\n" +
                        "  containers: [{name: c, securityContext: " + context + ", " + container +
                        ", volumeMounts: [{name: v, mountPath: /data}]}]\n");
    run(30s);
  }
  std::string sh(const std::string& script) { return exec("p", "c", {"sh", "-c", script}); }
  std::string waits_for() {
    const doc::Value waiting = container("p").state().waiting();
    const std::string uid{pod("p").uid()};
    std::string text = waiting["reason"].to_string() + ": " + waiting["message"].to_string();
    if (const auto place = text.find(uid); place != std::string::npos) {
      text.replace(place, uid.size(), "UID");
    }
    return text;
  }
};

TEST_CASE("without a word of the Pod a process is who its image says") {
  Users root{"{}"};
  CHECK(root.sh("id; whoami; id -u") == "0 uid=0(root) gid=0(root) groups=0(root)\nroot\n0\n");
  Users curl{"{}", "{}", "image: 'curlimages/curl:8.5.0', command: [sleep, infinity]"};
  CHECK(curl.sh("whoami; id -u") == "0 curl_user\n100\n");
}

TEST_CASE("users and groups of the security contexts") {
  Users pods{"{runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000]}"};
  CHECK(pods.sh("id") == "0 uid=1000 gid=3000 groups=2000,3000,4000\n");
  CHECK(pods.sh("whoami") == "1 whoami: unknown uid 1000\n");
  CHECK(pods.sh("ps | head -n 2 | tail -n 1") == "0     1 1000      0:00 sleep infinity\n");
  Users own{"{runAsUser: 1000}", "{runAsUser: 2000}"};
  CHECK(own.sh("id") == "0 uid=2000 gid=0(root) groups=0(root)\n");
}

TEST_CASE("who is not root writes where anybody may") {
  Users world{"{runAsUser: 1000}"};
  CHECK(world.sh("touch /tmp/a /data/b && ls /data") == "0 b\n");
  CHECK(world.sh("touch /etc/a") == "1 touch: /etc/a: Permission denied\n");
  CHECK(world.sh("echo a > /a") == "1 sh: can't create /a: Permission denied\n");
}

TEST_CASE("a read-only root file system") {
  Users world{"{}", "{readOnlyRootFilesystem: true}"};
  CHECK(world.sh("touch /tmp/a") == "1 touch: /tmp/a: Read-only file system\n");
  CHECK(world.sh("mkdir /x") == "1 mkdir: can't create directory '/x': Read-only file system\n");
  CHECK(world.sh("echo a | tee /x") == "1 a\ntee: /x: Read-only file system\n");
  CHECK(world.sh("echo a > /x") == "1 sh: can't create /x: Read-only file system\n");
  CHECK(world.sh("echo kept > /data/x; cat /data/x; rm /data/x; ls /data") == "0 kept\n");
}

TEST_CASE("a container that must not run as root does not start as root") {
  CHECK(Users{"{runAsNonRoot: true}"}.waits_for() ==
        "CreateContainerConfigError: container has runAsNonRoot and image will run as root (pod: "
        "\"p_default(UID)\", container: c)");
  CHECK(Users{"{runAsNonRoot: true}", "{runAsUser: 0}"}.waits_for() ==
        "CreateContainerConfigError: container's runAsUser breaks non-root policy (pod: "
        "\"p_default(UID)\", container: c)");
  CHECK(Users{"{runAsNonRoot: true}", "{}", "image: 'curlimages/curl:8.5.0'"}.waits_for() ==
        "CreateContainerConfigError: container has runAsNonRoot and image has non-numeric user "
        "(curl_user), cannot verify user is non-root (pod: \"p_default(UID)\", container: c)");
  Users event{"{runAsNonRoot: true}"};
  CHECK(event.has_event("p", "Failed: Error: container has runAsNonRoot and image will run as"));
}

TEST_CASE("a container that must not run as root starts as somebody else") {
  const auto runs = [](const Users& world) { return world.container("p").is_ready(); };
  CHECK(runs(Users{"{runAsNonRoot: true, runAsUser: 1000}"}));
  CHECK(runs(Users{"{runAsNonRoot: true}", "{runAsNonRoot: false}"}));
  CHECK(runs(Users{"{runAsNonRoot: true}", "{}", "image: 'registry.k8s.io/pause:3.10'"}));
  CHECK(runs(Users{"{runAsNonRoot: true}", "{}", "image: 'example.com/shop/web:1'"}));
}

TEST_CASE("nginx needs places to write to") {
  const auto log = [](Users&& world) { return world.log("p", "c", true); };
  CHECK(log(Users{"{runAsUser: 101}", "{}", "image: nginx"})
            .find("nginx: [emerg] mkdir() \"/var/cache/nginx/client_temp\" failed (13: Permission "
                  "denied)\n") != std::string::npos);
  CHECK(log(Users{"{}", "{readOnlyRootFilesystem: true}", "image: nginx"})
            .find("failed (30: Read-only file system)\n") != std::string::npos);
  NodeWorld world;
  world.create_pod("p",
                   "  volumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {}}]\n"
                   "  containers: [{name: c, image: nginx, securityContext: "
                   "{readOnlyRootFilesystem: true}, volumeMounts: [{name: v, mountPath: "
                   "/var/cache/nginx}, {name: w, mountPath: /var/run}]}]\n");
  world.run(30s);
  CHECK(world.get("http://10.244.1.2/").starts_with("200 "));
}

}  // namespace
}  // namespace rockpool::node
