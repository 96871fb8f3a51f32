// SPDX-License-Identifier: Apache-2.0
#include "web/app/examples.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "web/app/cluster_session.h"

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

// A fresh page, two minutes after one example was applied.
struct Page {
  explicit Page(const Example& example)
      : session{std::make_shared<web::ClusterHolder>(), newcomer_options()} {
    const ApplyReport report = session.apply(example.text);
    INFO(report.error);
    REQUIRE(report.ok);
    for (int second = 0; second < 120; ++second) session.run_for(1s, [] { return true; });
  }
  // The share of the last requests of a Pod whose name begins so that were answered; -1 without
  // any.
  double answered(std::string_view client) const {
    int all = 0;
    int ok = 0;
    for (const RequestSeen& request : session.traffic().recent()) {
      if (!request.client.contains(client)) continue;
      ++all;
      ok += request.ok ? 1 : 0;
    }
    return all == 0 ? -1 : static_cast<double>(ok) / all;
  }

  ClusterSession session;
};

const Example& named(const std::vector<Example>& all, std::string_view part) {
  const auto found = std::ranges::find_if(
      all, [part](const Example& example) { return example.path.contains(part); });
  REQUIRE(found != all.end());
  return *found;
}

TEST_CASE("every worked example has a title and says what it shows, in lines that fit the editor") {
  constexpr std::size_t kLongestComment = 42;
  for (const Example& example : examples()) {
    INFO(example.path);
    CHECK_FALSE(example.title.empty());
    CHECK(example.summary.size() > 40);
    CHECK(example.summary.ends_with('.'));
    std::string_view rest = example.text;
    while (rest.starts_with('#')) {
      const std::size_t end = rest.find('\n');
      CHECK(end <= kLongestComment);
      rest.remove_prefix(end + 1);
    }
  }
}

TEST_CASE("every worked example can be applied to a fresh page, and does what it says") {
  struct Expected {
    std::string_view example;
    std::string_view client;
    double answered;
  };
  const auto all = examples();
  for (const auto& [example, client, answered] : {Expected{"00-web", "client", 1},
                                                  {"10-clusterip", "hello-client", 1},
                                                  {"11-nodeport", "default/client", 1},
                                                  {"12-loadbalancer", "default/client", 1},
                                                  {"13-headless", "db-client", 1},
                                                  {"14-externalname", "default/client", 1},
                                                  {"15-session-affinity", "buyer-a", 1},
                                                  {"16-local-traffic", "edge-client", 1},
                                                  {"17-no-selector", "legacy-client", 0},
                                                  {"18-ports-and-families", "multi-client", 1},
                                                  {"20-readiness", "slow", 1},
                                                  {"21-rolling-update", "hello", 1},
                                                  {"22-network-policy", "friend", 1},
                                                  {"22-network-policy", "stranger", 0},
                                                  {"23-ingress", "api-visitor", 1},
                                                  {"23-ingress", "pages-visitor", 1},
                                                  {"30-selector-typo", "typo", 0},
                                                  {"31-crash-loop", "default/client", 1}}) {
    INFO(example << " " << client);
    const Page page{named(all, example)};
    CHECK(page.answered(client) == answered);
  }
}

TEST_CASE("every type of Service is among the worked examples") {
  for (const std::string_view words :
       {"type: ClusterIP", "type: NodePort", "type: LoadBalancer", "type: ExternalName",
        "clusterIP: None", "sessionAffinity: ClientIP", "externalTrafficPolicy: Local",
        "kind: EndpointSlice", "ipFamilyPolicy: PreferDualStack", "kind: NetworkPolicy",
        "kind: Ingress\n"}) {
    const auto all = examples();
    CHECK_MESSAGE(
        std::ranges::any_of(
            all, [words](const Example& example) { return example.text.contains(words); }),
        words);
  }
}

}  // namespace
}  // namespace rockpool::app
