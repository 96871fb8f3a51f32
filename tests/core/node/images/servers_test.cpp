// SPDX-License-Identifier: Apache-2.0
// How the images that serve behave.
#include <doctest/doctest.h>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

constexpr const char* kAddress = "10.244.1.2";

// A world with one Pod `p` whose container `c` has the given fields, after it has started.
struct Served : NodeWorld {
  explicit Served(const std::string& container) {
    create_pod("p", "  containers: [{name: c, " + container + "}]\n");
    run(30s);
  }
  std::string at(const std::string& port_and_path) {
    return get("http://" + std::string{kAddress} + ":" + port_and_path);
  }
};

TEST_CASE("nginx") {
  Served world{"image: 'nginx:1.14.2'"};
  CHECK(world.at("80/").find("<h1>Welcome to nginx!</h1>") != std::string::npos);
  CHECK(world.at("80/no").find("<center>nginx/1.14.2</center>") != std::string::npos);
  const std::string log = world.log("p", "c");
  CHECK(log.find("[notice] 1#1: nginx/1.14.2\n") != std::string::npos);
  CHECK(
      log.find("192.168.49.3 - - [01/Jan/2025:00:00:30 +0000] \"GET / HTTP/1.1\" 200 615 \"-\"") !=
      std::string::npos);
  CHECK(log.find("\"GET /no HTTP/1.1\" 404 ") != std::string::npos);
  CHECK(world.exec("p", "c", {"sh", "-c", "echo mine > /usr/share/nginx/html/index.html"}) == "0 ");
  CHECK(world.at("80/") == "200 mine\n");
}

TEST_CASE("nginx with a configuration of its own") {
  NodeWorld world;
  world.create(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {default.conf: 'server { "
      "listen 8080; root /usr/share/nginx/html; }'}\n");
  world.create_pod("p",
                   "  volumes: [{name: v, configMap: {name: conf}}]\n"
                   "  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: "
                   "/etc/nginx/conf.d}]}]\n");
  world.run(30s);
  CHECK(world.get("http://10.244.1.2:8080/").starts_with("200 "));
  CHECK(world.get("http://10.244.1.2/") == "connection_refused");
}

TEST_CASE("nginx tests and reads its configuration again, and is asked to stop") {
  Served world{"image: 'nginx:1.27.3'"};
  const auto sh = [&](const std::string& script) {
    return world.exec("p", "c", {"sh", "-c", script});
  };
  CHECK(sh("nginx -v") == "0 nginx version: nginx/1.27.3\n");
  CHECK(sh("nginx -t") ==
        "0 nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
        "nginx: configuration file /etc/nginx/nginx.conf test is successful\n");
  CHECK(sh("nginx -s nonsense") == "1 nginx: invalid option: \"-s nonsense\"\n");
  // Another server moves in, on a port of its own.
  CHECK(sh("mkdir -p /etc/nginx/conf.d; echo 'server { listen 81; root /usr/share/nginx/html; }' "
           "> /etc/nginx/conf.d/default.conf")
            .starts_with("0 "));
  CHECK(world.at("81/") == "connection_refused");
  CHECK(sh("nginx -s reload").find("[notice] ") != std::string::npos);
  CHECK(world.at("81/").starts_with("200 "));
  CHECK(world.at("80/") == "connection_refused");
  CHECK(sh("rm /etc/nginx/conf.d/default.conf; nginx -s reload").starts_with("0 "));
  CHECK(world.at("80/") == "connection_refused");
  CHECK(sh("echo 'server { listen 80; listen 81; root /usr/share/nginx/html; }' > "
           "/etc/nginx/conf.d/a.conf; nginx -s reload")
            .starts_with("0 "));
  CHECK(world.at("80/").starts_with("200 "));
  // What is wrong changes nothing.
  CHECK(sh("echo 'server { listen' > /etc/nginx/conf.d/a.conf; nginx -t").starts_with("1 "));
  CHECK(sh("nginx -s reload").starts_with("1 "));
  CHECK(sh("kill -HUP 1").starts_with("0 "));
  CHECK(world.at("81/").starts_with("200 "));
  CHECK(world.log("p", "c").find("[notice] 1#1: reconfiguring\n") != std::string::npos);
  CHECK(sh("rm /etc/nginx/conf.d/a.conf; nginx -s quit").find("signal process started") !=
        std::string::npos);
  CHECK(world.container("p").restart_count() == 1);
  CHECK(world.log("p", "c", true).find("signal 3 (SIGQUIT) received, shutting down\n") !=
        std::string::npos);
}

TEST_CASE("kubernetes-bootcamp") {
  Served one{"image: 'gcr.io/google-samples/kubernetes-bootcamp:v1'"};
  CHECK(one.at("8080/") == "200 Hello Kubernetes bootcamp! | Running on: p | v=1\n");
  CHECK(one.at("8080/any") == "200 Hello Kubernetes bootcamp! | Running on: p | v=1\n");
  CHECK(one.log("p", "c").find("Running On: p | Total Requests: 2 | App Uptime: ") !=
        std::string::npos);
  CHECK(one.exec("p", "c", {"curl", "-s", "http://localhost:8080"}) ==
        "0 Hello Kubernetes bootcamp! | Running on: p | v=1\n");
  Served two{"image: 'docker.io/jocatalin/kubernetes-bootcamp:v2'"};
  CHECK(two.at("8080/") == "200 Hello Kubernetes bootcamp! | Running on: p | v=2\n");
}

TEST_CASE("hello-app and http-echo") {
  Served hello{"image: 'gcr.io/google-samples/hello-app:1.0'"};
  CHECK(hello.at("8080/") == "200 Hello, world!\nVersion: 1.0.0\nHostname: p\n");
  CHECK(hello.log("p", "c").find("Server listening on port 8080\n") != std::string::npos);
  Served echo{"image: 'hashicorp/http-echo', args: ['-text=hi there', '-listen=:9090']"};
  CHECK(echo.at("9090/x") == "200 hi there\n");
  CHECK(echo.at("5678/") == "connection_refused");
  Served broken{"image: hashicorp/http-echo"};
  CHECK(broken.container("p").last_state().terminated()["exitCode"].as_int() == 127);
}

TEST_CASE("echoserver") {
  Served old{"image: 'registry.k8s.io/echoserver:1.4'"};
  CHECK(old.at("8080/a?b=c") ==
        "200 CLIENT VALUES:\nclient_address=192.168.49.3\ncommand=GET\nreal path=/a?b=c\n"
        "query=b=c\nrequest_version=1.1\nrequest_uri=http://10.244.1.2:8080/a?b=c\n\n"
        "SERVER VALUES:\nserver_version=nginx: 1.10.0 - lua: 10001\n\nHEADERS RECEIVED:\n"
        "host=10.244.1.2:8080\nBODY:\n-no body in request-");
  CHECK(old.at("8080/").find("query=nil\n") != std::string::npos);
  Served present{"image: 'registry.k8s.io/echoserver:1.10', env: [{name: POD_NAME, value: mine}]"};
  const std::string answer = present.at("8080/");
  CHECK(
      answer.starts_with("200 \n\nHostname: p\n\nPod Information:\n\tnode name:\tN/A\n\tpod "
                         "name:\tmine\n"));
  CHECK(answer.find("\n\nRequest Information:\n\tclient_address=192.168.49.3\n\tmethod=GET\n") !=
        std::string::npos);
  CHECK(answer.ends_with("\thost=10.244.1.2:8080  \n\nRequest Body:\n\t-no body in request-\n\n"));
}

TEST_CASE("serve_hostname answers with its Pod's name, and goes on after it was asked to stop") {
  Served world{"image: 'registry.k8s.io/serve_hostname'"};
  CHECK(world.at("9376/any") == "200 p");
  world.remove("p");
  world.run(10s);
  CHECK(world.at("9376/") == "200 p");
  const std::string log = world.log("p", "c");
  CHECK(log.find(" Serving on port 9376.\n") != std::string::npos);
  CHECK(log.find(" HTTP request from 192.168.49.3:") != std::string::npos);
  CHECK(log.find(" Shutting down after receiving signal: terminated.\n") != std::string::npos);
  world.run(30s);
  CHECK(!world.exists("p"));
}

TEST_CASE("agnhost's serve-hostname answers datagrams too, but not beside HTTP") {
  Served raw{
      "image: 'registry.k8s.io/e2e-test-images/agnhost:2.39', args: [serve-hostname, "
      "--http=false, --udp, '--port=7']"};
  CHECK(raw.exec("p", "c", {"sh", "-c", "echo who | nc -u -w 1 localhost 7"}) == "0 p");
  Served wrong{
      "image: 'registry.k8s.io/e2e-test-images/agnhost:2.39', args: [serve-hostname, "
      "--tcp]"};
  CHECK(wrong.log("p", "c").find("Can't server TCP/UDP mode and HTTP mode at the same time") !=
        std::string::npos);
}

TEST_CASE("agnhost netexec") {
  Served world{"image: 'registry.k8s.io/e2e-test-images/agnhost:2.39', args: [netexec]"};
  CHECK(world.at("8080/hostname") == "200 p");
  CHECK(world.at("8080/echo?msg=a%20b") == "200 a b");
  CHECK(world.at("8080/clientip").starts_with("200 192.168.49.3:"));
  CHECK(world.at("8080/healthz") == "200 ");
  CHECK(world.at("8080/").starts_with("200 NOW: 2025-01-01 00:00:"));
  CHECK(world.at("8080/dial?host=10.244.1.2&port=8080&protocol=http&request=hostname&tries=2") ==
        "200 {\"responses\":[\"p\",\"p\"]}");
  CHECK(world.at("8080/dial?host=10.244.1.2&port=8081&protocol=udp&request=hostname") ==
        "200 {\"responses\":[\"p\"]}");
  CHECK(world.at("8080/dial?host=10.244.1.2&port=9&protocol=http&request=x")
            .find("connection refused") != std::string::npos);
  CHECK(world.at("8080/shell?cmd=echo%20hi") == "200 {\"output\":\"hi\\n\"}");
  CHECK(world.at("8080/exit?code=3") == "connection_closed");
  CHECK(world.container("p").restart_count() == 1);
  CHECK(world.container("p").last_state().terminated()["exitCode"].as_int() == 3);
}

TEST_CASE("agnhost liveness is well for ten seconds") {
  NodeWorld world;
  world.create_pod(
      "p",
      "  containers: [{name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.40', "
      "args: [liveness]}]\n");
  world.run(10s);
  CHECK(world.get("http://10.244.1.2:8080/healthz") == "200 ok");
  CHECK(world.get("http://10.244.1.2:8080/started").ends_with("s"));
  CHECK(world.get("http://10.244.1.2:8080/else") == "404 404 page not found\n");
  world.run(10s);
  const std::string answer = world.get("http://10.244.1.2:8080/healthz");
  REQUIRE(answer.starts_with("500 error: "));
  CHECK(std::stod(answer.substr(11)) > 10);
  // Nobody asks the Pod: it goes on.
  CHECK(world.container("p").restart_count() == 0);
}

TEST_CASE("an unknown image serves the ports that it declares") {
  Served world{"image: 'ghcr.io/me/app:v1', ports: [{containerPort: 3000}, {containerPort: 3001}]"};
  CHECK(world.at("3001/x") == "200 Hostname: p\nImage: ghcr.io/me/app:v1\nRequest: GET /x\n");
  CHECK(world.at("80/") == "connection_refused");
  world.remove("p");
  world.run(1s);
  CHECK_FALSE(world.exists("p"));
}

TEST_CASE("fortio load reports what it saw") {
  NodeWorld world;
  world.create_pod("server", "  containers: [{name: c, image: fortio/fortio}]\n");
  world.run(30s);
  world.create_pod(
      "client",
      "  restartPolicy: Never\n"
      "  containers: [{name: c, image: fortio/fortio, args: [load, -qps, '20', -c, '2', "
      "-t, 10s, 'http://10.244.1.2:8080/']}]\n");
  world.run(60s);
  const std::string log = world.log("client", "c");
  CAPTURE(log);
  CHECK(world.pod("client").phase() == "Succeeded");
  CHECK(log.find("Code 200 : 200 (100.0 %)") != std::string::npos);
  CHECK(log.find("All done 200 calls (plus 1 warmup)") != std::string::npos);
}

TEST_CASE("fortio load counts failures") {
  NodeWorld world;
  world.create_pod(
      "client",
      "  restartPolicy: Never\n"
      "  containers: [{name: c, image: fortio/fortio, args: [load, -allow-initial-errors, "
      "-qps, '10', -c, '1', -n, '5', 'http://10.244.1.99:8080/']}]\n");
  world.run(120s);
  const std::string log = world.log("client", "c");
  CAPTURE(log);
  CHECK(log.find("Code  -1 : 5 (100.0 %)") != std::string::npos);
}

TEST_CASE("the network programs of a shell image") {
  Served world{"image: 'nginx:1.27'"};
  CHECK(world.shell("curl -s -o /dev/null -w '%{http_code}\\n' http://10.244.1.2/") == "0 200\n");
  CHECK(world.shell("curl -sf http://10.244.1.2/no; echo $?") == "0 22\n");
  CHECK(world.shell("curl http://10.244.1.2:81/").starts_with("7 curl: (7) Failed to connect to "));
  CHECK(world.shell("wget -qO- http://10.244.1.2/ | grep -c nginx.org") == "0 1\n");
  CHECK(world.shell("wget -q -O - http://10.244.1.2:81/") ==
        "1 wget: can't connect to remote host (10.244.1.2): Connection refused\n");
  CHECK(world.shell("wget -q http://10.244.1.2/no") ==
        "1 wget: server returned error: HTTP/1.1 404 Not Found\n");
  CHECK(world.shell("nc -zv 10.244.1.2 80") == "0 10.244.1.2 (10.244.1.2:80) open\n");
  CHECK(world.shell("cat /etc/resolv.conf").find("nameserver 10.96.0.10\n") != std::string::npos);
  CHECK(world.shell("env | grep SERVICE_HOST") == "0 KUBERNETES_SERVICE_HOST=10.96.0.1\n");
}

}  // namespace
}  // namespace rockpool::node
