// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "core/doc/json.h"

int main() {
  const auto document =
      rockpool::doc::parse_json(R"({"kind": "Pod", "spec": {"nodeName": "node-1"}})");
  if (!document) return 1;
  std::puts(rockpool::doc::to_json(*document).c_str());
}
