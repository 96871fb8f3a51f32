// SPDX-License-Identifier: Apache-2.0
#include "core/store/ordered_table.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <string>

#include "core/sim/random.h"

namespace rockpool::store {
namespace {

std::vector<std::string> names_after(const OrderedTable& table, std::string_view after) {
  std::vector<std::string> names;
  table.visit(after, [&](const OrderedTable::Entry& entry) {
    names.push_back(entry.name.to_string());
    return true;
  });
  return names;
}

TEST_CASE("a table agrees with a map under random insertions and removals") {
  sim::Random random{7};
  OrderedTable table;
  std::map<std::string, std::int64_t> model;
  for (std::int64_t step = 1; step <= 20'000; ++step) {
    // Waves of growth and shrinking empty whole pages.
    const bool growing = (step / 4'000) % 2 == 0;
    const std::string name = fmt::format("object-with-a-long-name-{}", random.below(3'000));
    OrderedTable::Entry* entry = table.find(name);
    REQUIRE((entry != nullptr) == model.contains(name));
    if (entry == nullptr && (growing || random.below(4) == 0)) {
      table.insert({name, step, step});
      model[name] = step;
    } else if (entry != nullptr) {
      CHECK(entry->revision == model[name]);
      if (!growing || random.below(4) == 0) {
        table.erase(name);
        model.erase(name);
      }
    }
    REQUIRE(table.size() == model.size());
    if (step % 500 != 0) continue;
    const std::string after = random.below(2) == 0 ? "" : name;
    std::vector<std::string> expected;
    for (auto each = model.upper_bound(after); each != model.end(); ++each) {
      expected.push_back(each->first);
    }
    CHECK(names_after(table, after) == expected);
  }
}

TEST_CASE("names that only grow and names that only shrink stay in order") {
  OrderedTable growing, shrinking;
  std::vector<std::string> expected;
  for (int index = 0; index < 1'000; ++index) {
    expected.push_back(fmt::format("n{:04}", index));
    growing.insert({expected.back(), index, 1});
    shrinking.insert({fmt::format("n{:04}", 999 - index), index, 1});
  }
  CHECK(names_after(growing, "") == expected);
  CHECK(names_after(shrinking, "") == expected);
  CHECK(names_after(growing, "n0998") == std::vector<std::string>{"n0999"});
  CHECK(names_after(growing, "n0999").empty());
}

TEST_CASE("a visit stops when its visitor has enough") {
  OrderedTable table;
  for (int index = 0; index < 300; ++index) table.insert({fmt::format("{:03}", index), index, 1});
  int seen = 0;
  CHECK_FALSE(table.visit("", [&](const OrderedTable::Entry&) { return ++seen < 200; }));
  CHECK(seen == 200);
}

}  // namespace
}  // namespace rockpool::store
