// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/patch_lists.h"

#include <algorithm>
#include <cstdint>

namespace rockpool::apiserver {

std::int64_t ItemIdentity::index_in(const std::vector<doc::Value>& list,
                                    const doc::Value& item) const {
  for (std::size_t index = 0; index < list.size(); ++index) {
    if (same(list[index], item)) return static_cast<std::int64_t>(index);
  }
  return -1;
}

std::vector<doc::Value> to_vector(const doc::Value& array) {
  const auto items = array.items();
  return {items.begin(), items.end()};
}

void sort_items(std::vector<doc::Value>& items, const std::vector<doc::Value>& order,
                ItemIdentity identity) {
  std::stable_sort(items.begin(), items.end(),
                   [&](const doc::Value& left, const doc::Value& right) {
                     const std::int64_t at_left = identity.index_in(order, left);
                     const std::int64_t at_right = identity.index_in(order, right);
                     if (at_left < 0 || at_right < 0) return at_left >= 0 && at_right < 0;
                     return at_left < at_right;
                   });
}

std::vector<doc::Value> order_items(const std::vector<doc::Value>& merged,
                                    const std::vector<doc::Value>& patch_order,
                                    const std::vector<doc::Value>& server_order,
                                    ItemIdentity identity) {
  std::vector<doc::Value> from_patch, from_server;
  for (const doc::Value& item : merged) {
    const bool in_patch = identity.index_in(patch_order, item) >= 0;
    (in_patch ? from_patch : from_server).push_back(item);
  }
  sort_items(from_patch, patch_order, identity);
  sort_items(from_server, server_order, identity);
  std::vector<doc::Value> result;
  auto server = from_server.begin();
  auto patch = from_patch.begin();
  while (server != from_server.end() && patch != from_patch.end()) {
    const std::int64_t at_server = identity.index_in(server_order, *server);
    const std::int64_t at_patch = identity.index_in(server_order, *patch);
    const bool server_first = at_server >= 0 && at_patch >= 0 && at_server < at_patch;
    result.push_back(server_first ? *server++ : *patch++);
  }
  result.insert(result.end(), server, from_server.end());
  result.insert(result.end(), patch, from_patch.end());
  return result;
}

}  // namespace rockpool::apiserver
