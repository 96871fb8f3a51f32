// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/coredns/corefile.h"

#include <doctest/doctest.h>

#include <set>

#include "core/node/images/coredns/sha512.h"

namespace rockpool::node::coredns {
namespace {

struct Files {
  Files() {
    source.path = "/etc/coredns/Corefile";
    source.read = [this](const std::string& path) -> std::optional<std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return std::nullopt;
      return found->second;
    };
    source.list = [this](const std::string& folder) {
      std::vector<std::string> names;
      for (const auto& [path, text] : files) {
        if (path.starts_with(folder + "/")) names.push_back(path.substr(folder.size() + 1));
      }
      return names;
    };
    source.variable = [](const std::string& name) {
      return name == "ZONE" ? std::string{"example.org"} : std::string{};
    };
    source.is_directive = [](std::string_view name) {
      return std::set<std::string, std::less<>>{"errors", "log", "cache", "forward"}.contains(name);
    };
  }
  // The blocks as `KEY KEY{directive: word word; ...}`, or the error.
  std::string parse(std::string_view text) const {
    const auto blocks = parse_corefile(text, source);
    if (!blocks) return blocks.error();
    std::string result;
    for (const ServerBlock& block : *blocks) {
      for (const std::string& key : block.keys) result += key + " ";
      result += "{";
      for (const auto& [name, tokens] : block.directives) {
        result += name + ":";
        for (const Token& token : tokens) result += " " + token.text;
        result += ";";
      }
      result += "}";
    }
    return result;
  }
  std::map<std::string, std::string> files;
  CorefileSource source;
};

TEST_CASE("a Corefile's blocks, keys and directives") {
  const Files files;
  CHECK(files.parse(".:53 {\n  errors\n  cache 30 {\n    success 5\n  }\n}\n") ==
        ".:53 {cache: cache 30 { success 5 };errors: errors;}");
  CHECK(files.parse("a.org,\nb.org c.org:1053 {\n log\n}\n. {\n errors\n}") ==
        "a.org b.org c.org:1053 {log: log;}. {errors: errors;}");
  // One block needs no braces, and a directive may stand more than once.
  CHECK(files.parse(".\nlog a\nlog b\n") == ". {log: log a log b;}");
  CHECK(files.parse("# nothing\n") == "");
  CHECK(files.parse(". { # one\n log \"a b\" # two\n log \"say \\\"x\\\" \\n\"\n}") ==
        ". {log: log a b log say \"x\" \\n;}");
  CHECK(files.parse("{$ZONE} {\n log {%ZONE%} {$NONE}x\n}") ==
        "example.org {log: log example.org x;}");
}

TEST_CASE("Corefiles import snippets and files") {
  Files files;
  CHECK(files.parse("(common) {\n errors\n log\n}\n. {\n import common\n cache\n}\n") ==
        ". {cache: cache;errors: errors;log: log;}");
  files.files["/etc/coredns/more"] = "log here\n";
  files.files["/etc/coredns/custom/a.override"] = "cache 1\n";
  files.files["/etc/coredns/custom/b.override"] = "errors\n";
  files.files["/etc/coredns/custom/c.server"] = "b.org {\n log\n}\n";
  CHECK(files.parse(". {\n import more\n}\n") == ". {log: log here;}");
  CHECK(files.parse(". {\n import custom/*.override\n}\nimport custom/*.server\n") ==
        ". {cache: cache 1;errors: errors;}b.org {log: log;}");
  CHECK(files.parse(". {\n import none/*.x\n log\n}\n") == ". {log: log;}");
  CHECK(files.parse(". {\n import nothing\n}\n") ==
        "/etc/coredns/Corefile:2 - Error during parsing: File to import not found: nothing");
  // The error names the file that it is in.
  files.files["/etc/coredns/more"] = "log\nbanana\n";
  CHECK(files.parse(". {\n import more\n}\n") ==
        "/etc/coredns/more:2 - Error during parsing: Unknown directive 'banana'");
  files.files["/etc/coredns/again"] = "import again\n";
  CHECK(files.parse(". {\n import again\n}\n") ==
        "/etc/coredns/again:1 - Error during parsing: maximum file import depth (1000) exceeded");
}

TEST_CASE("what is wrong with a Corefile is said in CoreDNS's words") {
  const Files files;
  const auto error = [&](std::string_view text) {
    std::string result = files.parse(text);
    constexpr std::string_view kPath = "/etc/coredns/Corefile:";
    CHECK(result.starts_with(kPath));
    return result.substr(std::min(kPath.size(), result.size()));
  };
  CHECK(error(". {\n foo\n}\n") == "2 - Error during parsing: Unknown directive 'foo'");
  CHECK(error(". {\n log\n") == "2 - Syntax error: Unexpected token 'log', expecting '}'");
  CHECK(error(". {\n cache {\n") == "2 - Error during parsing: Unexpected EOF");
  CHECK(error(". {\n log }\n}\n") ==
        "2 - Error during parsing: Unexpected '}' because no matching opening brace");
  CHECK(error("a, {\n}\n") ==
        "1 - Error during parsing: Expected another address but had '{' - check for extra comma");
  CHECK(error("a,") == "1 - Error during parsing: Unexpected EOF");
  CHECK(error(". {\n import\n}\n") ==
        "2 - Error during parsing: Wrong argument count or unexpected line ending after 'import'");
  CHECK(error(". {\n import a b\n}\n") ==
        "2 - Error during parsing: Import takes only one argument (glob pattern or file)");
  CHECK(error("(a) {\n log\n}\n(a) {\n}\n") ==
        "4 - Error during parsing: redeclaration of previously declared snippet a");
  CHECK(error(". {\n import a*b*c\n}\n") ==
        "2 - Error during parsing: Glob pattern may only contain one wildcard (*), but has others: "
        "/etc/coredns/a*b*c");
}

TEST_CASE("words of a directive are handed out line by line") {
  Dispenser words{"F",
                  {{"", 1, "cache"},
                   {"", 1, "30"},
                   {"", 1, "{"},
                   {"", 2, "success"},
                   {"", 2, "5"},
                   {"", 3, "denial"},
                   {"", 4, "}"}}};
  CHECK(words.value().empty());
  REQUIRE(words.next());
  CHECK(words.remaining_arguments() == std::vector<std::string>{"30"});
  REQUIRE(words.next_in_block());
  CHECK(words.value() == "success");
  CHECK(words.remaining_arguments() == std::vector<std::string>{"5"});
  REQUIRE(words.next_in_block());
  CHECK(words.value() == "denial");
  CHECK(words.remaining_arguments().empty());
  CHECK(words.argument_error() ==
        "F:3 - Error during parsing: Wrong argument count or unexpected line ending after "
        "'denial'");
  CHECK_FALSE(words.next_in_block());
  CHECK_FALSE(words.next());
}

// What a real CoreDNS prints for kubeadm's Corefile of many years, which many logs on the web show.
TEST_CASE("the hash of a configuration is the one that CoreDNS prints") {
  CHECK(sha512("abc") ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  const Files files;
  CorefileSource source = files.source;
  source.is_directive = nullptr;
  const auto blocks = parse_corefile(
      ".:53 {\n    errors\n    health {\n       lameduck 5s\n    }\n    ready\n"
      "    kubernetes cluster.local in-addr.arpa ip6.arpa {\n       pods insecure\n"
      "       fallthrough in-addr.arpa ip6.arpa\n       ttl 30\n    }\n    prometheus :9153\n"
      "    forward . /etc/resolv.conf {\n       max_concurrent 1000\n    }\n    cache 30\n"
      "    loop\n    reload\n    loadbalance\n}\n",
      source);
  REQUIRE(blocks);
  CHECK(sha512(corefile_json(*blocks)) ==
        "591cf328cccc12bc490481273e738df59329c62c0b729d94e8b61db9961c2fa5"
        "f046dd37f1cf888b953814040d180f52594972691cd6ff41be96639138a43908");
}

}  // namespace
}  // namespace rockpool::node::coredns
