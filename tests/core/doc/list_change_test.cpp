// SPDX-License-Identifier: Apache-2.0
#include "core/doc/list_change.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace rockpool::doc {
namespace {

using Indexes = std::vector<std::size_t>;

Value item(int number) {
  return Value::map({{"number", number}});
}

std::vector<Value> items(int count) {
  std::vector<Value> result;
  for (int number = 0; number < count; ++number) result.push_back(item(number));
  return result;
}

TEST_CASE("the same list has not changed, and an empty one is all change") {
  const std::vector<Value> list = items(5);
  CHECK(compare_lists(list, list).removed.empty());
  CHECK(compare_lists(list, list).added.empty());
  CHECK(compare_lists({}, list).added == Indexes{0, 1, 2, 3, 4});
  CHECK(compare_lists(list, {}).removed == Indexes{0, 1, 2, 3, 4});
}

TEST_CASE("what is put in, taken out and replaced is found where it is") {
  const std::vector<Value> before = items(6);
  std::vector<Value> after = before;
  after[1] = item(10);
  after.erase(after.begin() + 3);
  after.insert(after.begin(), item(11));
  const ListChange change = compare_lists(before, after);
  CHECK(change.removed == Indexes{1, 3});
  CHECK(change.added == Indexes{0, 2});
}

TEST_CASE("an equal copy counts as another item") {
  const std::vector<Value> before = items(2);
  const std::vector<Value> after = {before[0], item(1)};
  CHECK(before == after);
  CHECK(compare_lists(before, after).removed == Indexes{1});
  CHECK(compare_lists(before, after).added == Indexes{1});
}

TEST_CASE("whatever the change, what was kept and what was not make up both lists") {
  const std::vector<Value> before = items(200);
  // Far more removed at once than is looked ahead, and an item that moves to the front.
  std::vector<Value> after(before.begin() + 50, before.end());
  std::rotate(after.begin(), after.end() - 1, after.end());
  const ListChange change = compare_lists(before, after);
  CHECK(before.size() - change.removed.size() == after.size() - change.added.size());
  std::vector<Value> kept;
  for (std::size_t index = 0; index < before.size(); ++index) {
    if (!std::ranges::binary_search(change.removed, index)) kept.push_back(before[index]);
  }
  std::size_t next = 0;
  for (std::size_t index = 0; index < after.size(); ++index) {
    if (std::ranges::binary_search(change.added, index)) continue;
    REQUIRE(next < kept.size());
    CHECK(after[index].identical(kept[next++]));
  }
  CHECK(next == kept.size());
}

}  // namespace
}  // namespace rockpool::doc
