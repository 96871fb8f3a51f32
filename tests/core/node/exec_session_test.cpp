// SPDX-License-Identifier: Apache-2.0
#include "core/node/exec_session.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"
#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;
namespace channel = apiserver::channel;
using InputKind = apiserver::SessionInput::Kind;

// The client's side of a session.
struct Client {
  explicit Client(std::shared_ptr<apiserver::Session> its_session)
      : session{std::move(its_session)} {
    session->on_output([this](const apiserver::SessionOutput& output) {
      if (output.channel == channel::kOutput) text += output.data;
      if (output.channel == channel::kErrorOutput) errors += output.data;
      if (output.channel == channel::kStatus) status += output.data;
    });
    session->on_close([this] { closed = true; });
  }

  void type(std::string keys) {
    session->put({.kind = InputKind::data, .channel = channel::kInput, .data = std::move(keys)});
  }
  void end_input() { session->put({.kind = InputKind::end, .channel = channel::kInput}); }
  // What was printed since the last call.
  std::string take() { return std::exchange(text, {}); }
  std::string exit_code() const {
    const auto document = doc::parse_json(status);
    if (!document) return "no status";
    if ((*document)["status"].as_string() == "Success") return "0";
    return (*document)["details"]["causes"].at(0)["message"].to_string();
  }

  std::shared_ptr<apiserver::Session> session;
  std::string text;
  std::string errors;
  std::string status;
  bool closed = false;
};

struct ExecWorld : NodeWorld {
  ExecWorld() {
    kubelets.add(*kubelet);
    create_pod("p",
               "  containers: [{name: c, image: 'debian:12', command: [sleep, infinity], "
               "env: [{name: COLOUR, value: blue}]}]\n");
    run(20s);
  }
  std::unique_ptr<Client> exec(std::vector<std::string> words, bool input = false,
                               bool terminal = false, const std::string& name = "p") {
    const apiserver::RemoteCommand command{.container = "c",
                                           .command = std::move(words),
                                           .input = input,
                                           .output = true,
                                           .error_output = !terminal,
                                           .terminal = terminal};
    auto session = kubelets.exec(pod(name).value(), command);
    REQUIRE_MESSAGE(session.has_value(), (session ? "" : session.error().message));
    auto client = std::make_unique<Client>(std::move(*session));
    run(1s);
    return client;
  }
  Kubelets kubelets;
};

TEST_CASE("a command's output, errors and end come over its session") {
  ExecWorld world;
  auto client = world.exec({"sh", "-c", "echo $COLOUR; echo no >&2; hostname"});
  CHECK(client->text == "blue\np\n");
  CHECK(client->errors == "no\n");
  CHECK(client->exit_code() == "0");
  CHECK(client->closed);
  client = world.exec({"cat", "/missing"});
  CHECK(client->text.empty());
  CHECK(client->errors == "cat: can't open '/missing': No such file or directory\n");
  CHECK(client->exit_code() == "1");
  client = world.exec({"sh", "-c", "exit 3"});
  CHECK(client->status ==
        R"({"details":{"causes":[{"message":"3","reason":"ExitCode"}]},)"
        R"("message":"command terminated with non-zero exit code: error executing command )"
        R"([sh -c exit 3], exit code 3","metadata":{},"reason":"NonZeroExitCode",)"
        R"("status":"Failure"})");
}

TEST_CASE("a script sends its words to either stream, or to the container's log") {
  ExecWorld world;
  const auto client =
      world.exec({"sh", "-c",
                  "echo one; echo two >&2; cat /none 2>&1; cat /none > /dev/stderr; "
                  "echo three 2>/dev/null >/dev/stdout; echo four >/proc/1/fd/1"});
  world.run(1s);
  CHECK(client->text == "one\ncat: can't open '/none': No such file or directory\nthree\n");
  CHECK(client->errors == "two\ncat: can't open '/none': No such file or directory\n");
  CHECK(client->exit_code() == "0");
}

TEST_CASE("a program that the image does not have cannot be run") {
  ExecWorld world;
  const auto client = world.exec({"curl", "http://localhost"});
  CHECK(client->closed);
  CHECK(client->status.find("OCI runtime exec failed: exec failed: unable to start container "
                            "process: exec: \\\"curl\\\": executable file not found in $PATH: "
                            "unknown") != std::string::npos);
  CHECK(client->status.find("\"reason\":\"InternalError\"") != std::string::npos);
  world.create_pod("silent", "  containers: [{name: c, image: 'registry.k8s.io/pause:3.10'}]\n");
  world.run(10s);
  const auto refused = world.exec({"sh"}, false, false, "silent");
  CHECK(refused->status.find("exec: \\\"sh\\\": executable file not found in $PATH") !=
        std::string::npos);
}

TEST_CASE("a command reads what its client sends, to its end") {
  ExecWorld world;
  const auto client = world.exec({"cat"}, true);
  client->type("one\n");
  world.run(1s);
  CHECK(client->take() == "one\n");
  CHECK_FALSE(client->closed);
  client->type("two");
  client->end_input();
  world.run(1s);
  CHECK(client->take() == "two");
  CHECK(client->exit_code() == "0");
  // A shell without a terminal runs what it reads, a whole command at a time.
  const auto shell = world.exec({"sh"}, true);
  shell->type("echo a\nif true; then\n");
  world.run(1s);
  CHECK(shell->take() == "a\n");
  shell->type("echo b; fi\nexit 4\n");
  world.run(1s);
  CHECK(shell->take() == "b\n");
  CHECK(shell->exit_code() == "4");
}

TEST_CASE("a shell at a terminal prompts, echoes, and outlives ^C") {
  ExecWorld world;
  const auto client = world.exec({"bash"}, true, true);
  CHECK(client->take() == "root@p:/# ");
  client->type("echo hi\r");
  world.run(1s);
  CHECK(client->take() == "echo hi\r\nhi\r\nroot@p:/# ");
  client->type("cd /tmp || mkdir /tmp && cd /tmp\r");
  world.run(1s);
  CHECK(client->take().ends_with("root@p:/tmp# "));
  client->type("sleep 1000\r");
  world.run(5s);
  CHECK(client->take() == "sleep 1000\r\n");
  client->type("\x03");
  world.run(1s);
  CHECK(client->take() == "^C\r\nroot@p:/tmp# ");
  client->type("echo $?\r");
  world.run(1s);
  CHECK(client->take() == "echo $?\r\n130\r\nroot@p:/tmp# ");
  client->type("nosuch\r");
  world.run(1s);
  CHECK(client->take() == "nosuch\r\nbash: nosuch: command not found\r\nroot@p:/tmp# ");
  client->type("\x04");
  world.run(1s);
  CHECK(client->take() == "exit\r\n");
  CHECK(client->exit_code() == "127");
  CHECK(client->closed);
}

TEST_CASE("^C ends a command that has no use for it") {
  ExecWorld world;
  const auto client = world.exec({"sleep", "1000"}, true, true);
  client->type("\x03");
  world.run(1s);
  CHECK(client->exit_code() == "130");
}

TEST_CASE("what is executed ends with its container") {
  ExecWorld world;
  const auto client = world.exec({"sleep", "1000"});
  CHECK_FALSE(client->closed);
  PodWorker* worker = world.kubelet->find_pod(api::ObjectKey{"default", "p"});
  REQUIRE(worker->kill_container("c", 1));
  CHECK(client->closed);
  CHECK(client->exit_code() == "137");
  const auto session = world.kubelets.exec(world.pod("p").value(), {.container = "c"});
  REQUIRE_FALSE(session.has_value());
  CHECK(session.error().message == "container not found (\"c\")");
}

TEST_CASE("a client that goes leaves its command running, and ends its shell") {
  ExecWorld world;
  world.create_pod("b", "  containers: [{name: c, image: busybox, command: [sleep, '9999']}]\n");
  world.run(10s);
  const auto sleeper = world.exec({"sleep", "1000"}, false, false, "b");
  const auto shell = world.exec({"ash"}, true, true, "b");
  CHECK(shell->text == "/ # ");
  const auto before = world.exec({"ps"}, false, false, "b");
  CHECK(before->text ==
        "PID   USER     TIME  COMMAND\n"
        "    1 root      0:00 sleep 9999\n"
        "    2 root      0:00 sleep 1000\n"
        "    3 root      0:00 ash\n"
        "    4 root      0:00 ps\n");
  sleeper->session->close();
  shell->session->close();
  world.run(1s);
  const auto after = world.exec({"ps"}, false, false, "b");
  CHECK(after->text.find("sleep 1000") != std::string::npos);
  CHECK(after->text.find("ash\n") == std::string::npos);
}

TEST_CASE("processes are killed by number, but not the first one by force") {
  ExecWorld world;
  const auto sleeper = world.exec({"sleep", "1000"});
  CHECK(world.exec({"kill", "2"})->exit_code() == "0");
  CHECK(sleeper->exit_code() == "143");
  CHECK(world.exec({"sh", "-c", "kill -9 1; kill 77"})->errors ==
        "sh: can't kill pid 77: No such process\n");
  CHECK(world.exec({"true"})->exit_code() == "0");
  // One that ends itself.
  CHECK(world.exec({"sh", "-c", "kill -9 $$; sleep 100"})->exit_code() == "137");
}

TEST_CASE("attach shows what the first process prints from now on, and feeds it") {
  ExecWorld world;
  world.create_pod("shell",
                   "  containers: [{name: c, image: 'debian:12', command: [sh], stdin: true}]\n");
  world.run(20s);
  const apiserver::RemoteCommand command{.container = "c", .input = true, .output = true};
  auto session = world.kubelets.attach(world.pod("shell").value(), command);
  REQUIRE(session.has_value());
  Client client{std::move(*session)};
  client.type("echo one\n");
  world.run(1s);
  CHECK(client.take() == "one\n");
  CHECK(world.log("shell", "c") == "one\n");
  // The end of one client's input is not the end of the process' own.
  client.end_input();
  world.run(1s);
  client.type("exit 5\n");
  world.run(1s);
  // How the process ended is the Pod's to tell; the attachment went well.
  CHECK(client.exit_code() == "0");
  CHECK(client.closed);
}

TEST_CASE("standard input that is open once ends with the first client") {
  ExecWorld world;
  world.create_pod("once",
                   "  restartPolicy: Never\n"
                   "  containers: [{name: c, image: 'busybox:1.36', stdin: true, stdinOnce: true, "
                   "command: [sh, -c, 'while read line; do echo got $line; done; echo over']}]\n");
  world.run(20s);
  const apiserver::RemoteCommand command{.container = "c", .input = true, .output = true};
  auto session = world.kubelets.attach(world.pod("once").value(), command);
  REQUIRE(session.has_value());
  Client client{std::move(*session)};
  client.type("one\ntwo\n");
  client.end_input();
  world.run(5s);
  CHECK(client.text == "got one\ngot two\nover\n");
  CHECK(world.pod("once").phase() == "Succeeded");
}

TEST_CASE("archives go in and out as kubectl cp sends them") {
  ExecWorld world;
  CHECK(world.exec({"sh", "-c", "mkdir /d; echo one > /d/a; echo two > /d/b"})->exit_code() == "0");
  const auto out = world.exec({"tar", "cf", "-", "/d"});
  CHECK(out->exit_code() == "0");
  CHECK(out->errors == "tar: Removing leading `/' from member names\n");
  const auto in = world.exec({"tar", "-xmf", "-", "-C", "/"}, true);
  const std::string archive = out->take();
  CHECK(world.exec({"rm", "-r", "/d"})->exit_code() == "0");
  in->type(archive.substr(0, 700));
  in->type(archive.substr(700));
  in->end_input();
  world.run(1s);
  CHECK(in->exit_code() == "0");
  CHECK(world.exec({"cat", "/d/a", "/d/b"})->text == "one\ntwo\n");
  CHECK(world.exec({"tar", "cf", "-", "/none"})->exit_code() == "2");
}

}  // namespace
}  // namespace rockpool::node
