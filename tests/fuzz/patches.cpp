// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "core/api/type_table.h"
#include "core/apiserver/strategic_merge.h"
#include "core/apiserver/three_way_merge.h"
#include "core/doc/json.h"
#include "core/doc/json_patch.h"
#include "core/doc/merge_patch.h"
#include "tests/fuzz/targets.h"

namespace rockpool::fuzz {
namespace {

using Pair = std::pair<doc::Value, doc::Value>;

std::optional<Pair> read_pair(std::string_view bytes) {
  const auto both = doc::parse_json(bytes);
  if (!both || both->size() != 2) return std::nullopt;
  return Pair{both->at(0), both->at(1)};
}

// What is wrong with a result: it must be a whole document, and what it was made from untouched.
std::string check_result(const doc::Value& result, const doc::Value& original,
                         std::string_view original_text) {
  const auto again = doc::parse_json(doc::to_json(result));
  if (!again || !(*again == result)) return "the result is no document";
  if (doc::to_json(original) != original_text) return "the original has changed";
  return "";
}

bool holds_null(const doc::Value& value) {
  if (value.is_null()) return true;
  for (const doc::Value& item : value.items()) {
    if (holds_null(item)) return true;
  }
  for (const doc::Member& member : value.members()) {
    if (holds_null(member.value)) return true;
  }
  return false;
}

}  // namespace

std::string check_json_patch(std::string_view bytes) {
  const auto pair = read_pair(bytes);
  if (!pair) return "";
  const std::string before = doc::to_json(pair->first);
  const auto result = doc::apply_json_patch(pair->first, pair->second);
  if (!result) return result.error().message.empty() ? "an error without words" : "";
  return check_result(*result, pair->first, before);
}

std::string check_merge_patch(std::string_view bytes) {
  const auto pair = read_pair(bytes);
  if (!pair) return "";
  const auto& [original, patch] = *pair;
  const std::string before = doc::to_json(original);
  const doc::Value result = doc::apply_merge_patch(original, patch);
  if (auto wrong = check_result(result, original, before); !wrong.empty()) return wrong;
  if (!(doc::apply_merge_patch(result, patch) == result)) return "the patch does more each time";
  if (!original.is_object() || !patch.is_object() || holds_null(patch)) return "";
  const doc::Value difference = doc::make_merge_patch(original, patch);
  if (!(doc::apply_merge_patch(original, difference) == patch)) {
    return "the difference does not lead from one to the other";
  }
  return "";
}

std::string check_strategic_merge_patch(std::string_view bytes) {
  const auto pair = read_pair(bytes);
  if (!pair || !pair->first.is_object() || !pair->second.is_object()) return "";
  const auto& [original, patch] = *pair;
  const api::TypeTable& type = *api::find_type("apps/v1", "Deployment");
  const std::string before = doc::to_json(original);
  const auto result = apiserver::apply_strategic_merge_patch(original, patch, type);
  if (!result) return result.error().message.empty() ? "an error without words" : "";
  if (auto wrong = check_result(*result, original, before); !wrong.empty()) return wrong;
  // Whatever they are, the patch between them can be made and applied, or is refused.
  const auto difference = apiserver::two_way_strategic_patch(original, patch, type);
  if (!difference) return "";
  const auto led = apiserver::apply_strategic_merge_patch(original, *difference, type);
  return led ? check_result(*led, original, before) : "";
}

}  // namespace rockpool::fuzz
