// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/shell.h"

#include <doctest/doctest.h>

#include "core/node/images/shell_arithmetic.h"
#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

TEST_CASE("words, quotes and expansions") {
  NodeWorld world;
  CHECK(world.shell("echo hello   world") == "0 hello world\n");
  CHECK(world.shell("echo 'a  b' \"c  $((1+2))\" d\\ e") == "0 a  b c  3 d e\n");
  CHECK(world.shell("X=1; Y=\"$X 2\"; echo $Y \"$Y\" ${Z:-none} ${#Y}") == "0 1 2 1 2 none 3\n");
  CHECK(world.shell("echo $(echo one; echo two) `echo three`") == "0 one two three\n");
  CHECK(world.shell("echo \"$(hostname)\" $HOSTNAME") == "0 shell shell\n");
  CHECK(world.shell("echo '$HOME' \\$X") == "0 $HOME $X\n");
  CHECK(world.shell("printf '%s-%s\\n' a b") == "0 a-b\n");
  CHECK(world.exec("shell", "c", {"sh", "-c", "echo $0 $1 $#", "me", "x"}) == "0 me x 1\n");
}

TEST_CASE("read takes lines of standard input apart") {
  NodeWorld world;
  CHECK(
      world.shell("echo '  one two  three four ' | (read a b rest; echo \"[$a] [$b] [$rest]\")") ==
      "0 [one] [two] [three four]\n");
  CHECK(world.shell("printf 'a\\nb\\nc' | while read -r x; do echo \"<$x>\"; done") ==
        "0 <a>\n<b>\n");
  CHECK(world.shell("echo x | (read; echo $?); read y < /dev/null; echo $?") == "0 0\n1\n");
  CHECK(world.shell("read -z y") == "2 sh: read: illegal option -z\n");
}

TEST_CASE("conditions, loops, lists and exit codes") {
  NodeWorld world;
  CHECK(world.shell("true && echo yes || echo no") == "0 yes\n");
  CHECK(world.shell("false && echo yes || echo no; exit 4") == "4 no\n");
  CHECK(world.shell("! true; echo $?") == "0 1\n");
  CHECK(world.shell("if [ 1 -eq 2 ]; then echo a; elif [ b = b ]; then echo b; else echo c; fi") ==
        "0 b\n");
  CHECK(world.shell("if false; then echo a; else echo c; fi") == "0 c\n");
  CHECK(world.shell("for i in 1 2 3; do if [ $i = 2 ]; then continue; fi; echo $i; done") ==
        "0 1\n3\n");
  CHECK(world.shell("i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done") == "0 0\n1\n2\n");
  CHECK(world.shell(
            "i=0; while true; do i=$((i+1)); if [ $i -gt 2 ]; then break; fi; done; echo $i") ==
        "0 3\n");
  CHECK(world.shell("until true; do echo never; done; echo done") == "0 done\n");
  CHECK(world.shell("set -e; false; echo never") == "1 ");
  CHECK(world.shell("(cd /tmp; echo in); { echo group; }").ends_with("group\n"));
}

TEST_CASE("files, redirections and pipes") {
  NodeWorld world;
  CHECK(world.shell("echo one > /tmp/a; echo two >> /tmp/a; cat /tmp/a; cat < /tmp/a | wc -l") ==
        "0 one\ntwo\n2\n");
  CHECK(world.shell("cat /tmp/missing 2>/dev/null; echo $?") == "0 1\n");
  CHECK(world.shell("cat /tmp/missing > /tmp/out") ==
        "1 cat: can't open '/tmp/missing': No such file or directory\n");
  CHECK(world.shell("cat /tmp/missing > /tmp/both 2>&1; grep -c open /tmp/both") == "0 1\n");
  CHECK(world.shell("seq 5 | tail -n 2 | head -n 1") == "0 4\n");
  CHECK(world.shell("mkdir -p /tmp/d; touch /tmp/d/x; ls /tmp/d; rm /tmp/d/x; ls /tmp/d") ==
        "0 x\n");
}

TEST_CASE("ls shows what the image, the kubelet and its processes made") {
  NodeWorld world;
  CHECK(world.shell("ls /") ==
        "0 "
        "bin\ndev\netc\nhome\nlib\nmedia\nmnt\nopt\nproc\nroot\nrun\nsbin\nsrv\nsys\ntmp\nusr\nvar"
        "\n");
  CHECK(world.shell("ls /etc") == "0 hostname\nhosts\nresolv.conf\n");
  CHECK(world.shell("cd /etc; ls hosts; ls -d /etc; tr a-z A-Z < hostname") ==
        "0 hosts\n/etc\nSHELL\n");
  CHECK(
      world.shell("mkdir /tmp/b; touch /tmp/b/.hidden /tmp/b/x /tmp/a; ls /tmp/b; ls -A /tmp/b") ==
      "0 x\n.hidden\nx\n");
  CHECK(world.shell("cd /usr && pwd; test -d /opt && echo there; cd /frog") ==
        "2 /usr\nthere\nsh: cd: can't cd to /frog: No such file or directory\n");
  CHECK(world.shell("ls -a /tmp/b") == "0 .\n..\n.hidden\nx\n");
  CHECK(world.shell("ls /tmp/b /tmp/a /tmp/none /root") ==
        "1 /tmp/a\nls: /tmp/none: No such file or directory\n\n/root:\n\n/tmp/b:\nx\n");
}

TEST_CASE("a process has a home") {
  NodeWorld world;
  CHECK(world.shell("echo $HOME; env | grep HOME") == "0 /home/curl_user\nHOME=/home/curl_user\n");
  CHECK(world.shell("HOME=/tmp; echo $HOME") == "0 /tmp\n");
}

TEST_CASE("case takes the first pattern that matches") {
  NodeWorld world;
  const std::string script =
      "for x in web-1 db '*' ''; do case $x in web-*) echo server;; db|cache) echo store;; "
      "'*') echo star;; ?*) echo other;; *) echo nothing; esac; done";
  CHECK(world.shell(script) == "0 server\nstore\nstar\nnothing\n");
  CHECK(world.shell("case b in [ac]) echo no;; [!ac]) echo yes;; esac; case x in y) ;; esac; "
                    "echo $?") == "0 yes\n0\n");
}

TEST_CASE("functions have parameters, local variables and a status of their own") {
  NodeWorld world;
  CHECK(world.shell("f() { local x=in; echo $1 $# $x; return 3; }; x=out; f a b; echo $? $x") ==
        "0 a 2 in\n3 out\n");
  CHECK(world.shell("function greet { for w; do echo hi $w; done; }\ngreet you 'all of you'") ==
        "0 hi you\nhi all of you\n");
  CHECK(world.shell("count() { if [ $1 -gt 0 ]; then echo $1; count $(($1 - 1)); fi; }; count 3") ==
        "0 3\n2\n1\n");
  CHECK(world.shell("f() { echo \"$@\" | wc -w; g \"$@\"; }; g() { echo $#; }; f 'a b' c") ==
        "0 3\n2\n");
  CHECK(world.shell("g() { echo $#; }; g \"$@\"; set -- x 'y z'; g \"$@\"; echo $2") ==
        "0 0\n2\ny z\n");
}

TEST_CASE("here documents are input, with variables and commands put in unless END is quoted") {
  NodeWorld world;
  CHECK(world.shell("x=1; cat <<END\n$x \"q\" 'r' $(echo two) \\$x\nEND\necho after") ==
        "0 1 \"q\" 'r' two $x\nafter\n");
  CHECK(world.shell("cat <<'END'\n$x $(echo two)\nEND") == "0 $x $(echo two)\n");
  CHECK(world.shell("if true; then\n\tcat <<-END | tr a-z A-Z\n\t\tin\n\tEND\nfi") == "0 IN\n");
  CHECK(world.shell("cat > /tmp/f <<A; cat - <<B\none\nA\ntwo\nB\ncat /tmp/f") == "0 two\none\n");
}

TEST_CASE("redirections hold for whole loops and groups, and a subshell changes nothing outside") {
  NodeWorld world;
  CHECK(world.shell("printf 'a\\nb\\n' > /tmp/l; while read x; do echo \"<$x>\"; done < /tmp/l") ==
        "0 <a>\n<b>\n");
  CHECK(world.shell("for i in 1 2; do echo $i; done > /tmp/o; { echo 3; echo 4 >&2; } >> /tmp/o "
                    "2>&1; cat /tmp/o") == "0 1\n2\n3\n4\n");
  CHECK(world.shell("x=1; (x=2; cd /tmp; exit 3); echo $? $x; pwd") == "0 3 1\n/\n");
  CHECK(world.shell("echo a 1>&2 2>/dev/null; cat /none > /dev/null 2>&1; echo $?") == "0 a\n1\n");
  CHECK(world.shell("(sleep 1; echo x) > /tmp/w & sleep 2; cat /tmp/w") == "0 x\n");
}

TEST_CASE("parameters are cut by patterns, and patterns become names of files") {
  NodeWorld world;
  CHECK(world.shell("f=/a/b.tar.gz; echo ${f##*/} ${f%/*} ${f%%.*} ${f#*.}") ==
        "0 b.tar.gz /a /a/b tar.gz\n");
  CHECK(world.shell("x=; echo ${x:-$((1+1))} ${x:+set} ${y=z} $y ${x-unset}.") == "0 2 z z .\n");
  CHECK(world.shell("mkdir /tmp/g; cd /tmp/g; touch b.txt a.txt c; echo *.txt /tmp/g/? '*' q*") ==
        "0 a.txt b.txt /tmp/g/c * q*\n");
  CHECK(world.shell("echo ${none?is missing}; echo never") == "2 sh: none: is missing\n");
}

TEST_CASE("eval and . run in this shell; command, type and which find programs") {
  NodeWorld world;
  CHECK(world.shell("c='x=5; echo $x'; eval \"$c\"; echo x=7 > /tmp/v; . /tmp/v; echo $x") ==
        "0 5\n7\n");
  CHECK(world.shell("command -v sh cat cd; command -v nothing; echo $?") ==
        "0 /bin/sh\n/bin/cat\ncd\n127\n");
  CHECK(world.shell("f() { :; }; type f ls if; type dig; echo $?") ==
        "0 f is a function\nls is /bin/ls\nif is a shell keyword\ndig: not found\n127\n");
  CHECK(world.shell("which wget nothing; echo $?; command echo x") == "0 /usr/bin/wget\n1\nx\n");
}

TEST_CASE("a job in the background is ended by its number") {
  NodeWorld world;
  CHECK(world.shell("(while :; do echo x >> /tmp/n; sleep 1; done) & sleep 3; kill $!; wait; "
                    "sleep 3; wc -l < /tmp/n") == "0 3\n");
  CHECK(world.shell("sleep 1000 & sleep 1000 & kill %1; kill %2; wait; echo over") == "0 over\n");
  CHECK(world.shell("kill 4711") == "1 sh: can't kill pid 4711: No such process\n");
}

TEST_CASE("what is wrong is said") {
  NodeWorld world;
  CHECK(world.shell("nonsense") == "127 sh: nonsense: not found\n");
  CHECK(world.shell("if true; then echo a") == "2 sh: syntax error: unexpected \"end of file\"\n");
  CHECK(world.shell("done") == "2 sh: syntax error: unexpected \"done\"\n");
  CHECK(world.shell("echo 'open") == "2 sh: syntax error: unterminated quoted string\n");
  CHECK(world.shell("case x in x echo a;; esac") == "2 sh: syntax error: unexpected \"echo\"\n");
  CHECK(world.shell("cat << END\nopen\n") == "2 sh: syntax error: unexpected \"end of file\"\n");
  CHECK(world.shell("echo ${x!y}; echo never") == "2 sh: syntax error: bad substitution\n");
  CHECK_FALSE(parse_shell(std::string(100, '(')));
}

TEST_CASE("loops take time, so that an endless one stands nobody still") {
  NodeWorld world;
  world.create_pod("busy",
                   "  containers: [{name: c, image: busybox, command: [sh, -c, 'while :; do :; "
                   "done']}]\n");
  world.run(10s);
  CHECK(world.pod("busy").is_ready());
}

TEST_CASE("a background job goes on beside the rest, and a trap hears the signal") {
  NodeWorld world;
  world.create_pod(
      "jobs",
      "  containers:\n  - name: c\n    image: busybox\n"
      "    command: [sh, -c, \"trap 'exit 7' TERM; (sleep 2; echo later) & echo now; sleep "
      "1000\"]\n");
  world.run(10s);
  CHECK(world.log("jobs", "c") == "now\nlater\n");
  world.remove("jobs");
  world.run(1s);
  CHECK_FALSE(world.exists("jobs"));
}

TEST_CASE("wait lets jobs in the background end") {
  NodeWorld world;
  world.create_pod(
      "waits",
      "  containers:\n  - name: c\n    image: busybox\n"
      "    command: [sh, -c, \"(sleep 3; echo three) & (sleep 1; echo one) & wait; echo "
      "after; sleep 1000 & wait\"]\n");
  world.run(10s);
  CHECK(world.log("waits", "c") == "one\nthree\nafter\n");
  CHECK(world.pod("waits").is_ready());
  CHECK(world.shell("wait; echo none") == "0 none\n");
  CHECK(world.shell("wait") == "0 ");
}

TEST_CASE("shift takes parameters away") {
  NodeWorld world;
  CHECK(world.shell("echo 'shift; echo $1 $#; shift 2; echo $1 $#; shift 9; echo $#' > /tmp/s; "
                    "sh /tmp/s a b c d") == "0 b 3\nd 1\n1\n");
}

TEST_CASE("arithmetic") {
  const auto value = [](std::string_view name) { return std::string{name == "i" ? "5" : ""}; };
  CHECK(evaluate_arithmetic("1 + 2 * 3", value) == 7);
  CHECK(evaluate_arithmetic("(1 + 2) * $i", value) == 15);
  CHECK(evaluate_arithmetic("i % 3 - 10 / 4", value) == 0);
  CHECK(evaluate_arithmetic("i / 0", value) == 0);
  CHECK(evaluate_arithmetic("-9223372036854775807 - 1", value) == INT64_MIN);
  CHECK(evaluate_arithmetic("i >= 5", value) == 1);
  CHECK(evaluate_arithmetic("none + 1", value) == 1);
}

TEST_CASE("hostname tells the Pod's names as /etc/hosts has them") {
  NodeWorld world;
  const std::string container =
      "  containers: [{name: c, image: busybox, command: [sleep, '1000']}]\n";
  world.create_pod("p", "  hostname: one\n  subdomain: many\n" + container);
  world.create_pod("plain", container);
  world.run(30s);
  const auto hostname = [&](const std::string& pod, const std::string& option) {
    return world.exec(pod, "c", {"hostname", option});
  };
  CHECK(hostname("p", "-s") == "0 one\n");
  CHECK(hostname("p", "-f") == "0 one.many.default.svc.cluster.local\n");
  CHECK(hostname("p", "-d") == "0 many.default.svc.cluster.local\n");
  CHECK(hostname("plain", "-f") == "0 plain\n");
  CHECK(hostname("plain", "-i").starts_with("0 10.244.1."));
}

TEST_CASE("lines are counted, sorted, told apart, cut and translated") {
  NodeWorld world;
  CHECK(world.shell("printf 'a b\\nc\\n' | wc -l") == "0 2\n");
  CHECK(world.shell("echo a b  c | wc -w; printf abc | wc -c") == "0 3\n3\n");
  CHECK(world.shell("echo a b | wc") == "0         1         2         4\n");
  CHECK(world.shell("for x in b a b 10 9; do echo $x; done | sort") == "0 10\n9\na\nb\nb\n");
  CHECK(world.shell("for x in b a b; do echo $x; done | sort | uniq -c | sort -rn") ==
        "0       2 b\n      1 a\n");
  CHECK(world.shell("for x in 10 9 9 -1; do echo $x; done | sort -nu") == "0 -1\n9\n10\n");
  CHECK(world.shell("printf 'x:2\\ny:1\\n' | sort -t: -k2") == "0 y:1\nx:2\n");
  CHECK(world.shell("printf 'a\\na\\nb\\n' | uniq -d; printf 'a\\na\\nb\\n' | uniq -u") ==
        "0 a\nb\n");
  CHECK(world.shell("echo one:two:three | cut -d: -f1,3; echo abcdef | cut -c2-4") ==
        "0 one:three\nbcd\n");
  CHECK(world.shell("echo plain | cut -d: -f2; echo plain | cut -s -d: -f2") == "0 plain\n");
  CHECK(world.shell("echo Hello | tr a-z A-Z; echo Hello | tr '[:upper:]' '[:lower:]'") ==
        "0 HELLO\nhello\n");
  CHECK(world.shell("echo a b | tr ' ' '\\n'; echo aabb | tr -s a; echo abc | tr -d b") ==
        "0 a\nb\nabb\nac\n");
  CHECK(world.shell("sort -z") == "2 sort: unrecognized option: z\n");
  CHECK(world.shell("sort /nothing") == "2 sort: /nothing: No such file or directory\n");
  CHECK(world.shell("echo a | cut -f0") == "1 cut: invalid range '0'\n");
  CHECK(world.shell("echo a | tr a").starts_with("1 Usage: tr"));
}

}  // namespace
}  // namespace rockpool::node
