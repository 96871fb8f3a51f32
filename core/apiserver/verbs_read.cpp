// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <functional>

#include "core/api/field_error.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/continue_token.h"
#include "core/apiserver/resource_version.h"
#include "core/apiserver/selection.h"
#include "core/apiserver/state.h"
#include "core/apiserver/writes.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kExpiredContinue =
    "The provided continue parameter is too old to display a consistent list result. You must "
    "start "
    "a new list without the continue parameter.";
constexpr std::string_view kExpiredVersion =
    "The resourceVersion for the provided list is too old.";

// Which combinations of resourceVersion, its match and continue make sense
// (validation.ValidateListOptions).
api::Result<void> check_list_options(const ListOptions& options) {
  if (options.resource_version_match == VersionMatch::unset) {
    if (options.continue_token.empty() || options.resource_version.empty() ||
        options.resource_version == "0") {
      return {};
    }
    return std::unexpected{
        api::bad_request("specifying resource version is not allowed when using continue")};
  }
  api::FieldErrors errors;
  const doc::Path path{"resourceVersionMatch"};
  if (!options.continue_token.empty()) {
    errors.forbidden(path, "resourceVersionMatch is forbidden with continue");
  }
  if (options.resource_version.empty()) {
    errors.forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (options.resource_version_match == VersionMatch::exact && options.resource_version == "0") {
    errors.forbidden(path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  }
  if (errors.empty()) return {};
  return std::unexpected{api::invalid({"meta.k8s.io", "ListOptions"}, "", errors)};
}

// Which revision a list shows, and where it begins.
struct ListStart {
  // 0 means the present.
  std::int64_t revision = 0;
  store::Store::Position after;
};

api::Result<ListStart> find_start(const store::Store& store, const ListOptions& options) {
  if (auto checked = check_list_options(options); !checked) {
    return std::unexpected{std::move(checked.error())};
  }
  if (!options.continue_token.empty()) {
    auto token = decode_continue(options.continue_token);
    if (!token) return std::unexpected{std::move(token.error())};
    return ListStart{token->revision, std::move(token->after)};
  }
  const auto version = parse_resource_version(options.resource_version);
  if (!version) return std::unexpected{version.error()};
  if (*version > store.revision()) {
    return std::unexpected{too_large_resource_version(*version, store.revision())};
  }
  const bool exact = options.resource_version_match == VersionMatch::exact ||
                     (options.limit > 0 && options.resource_version_match == VersionMatch::unset);
  return ListStart{exact ? *version : 0, {}};
}

// Gathers what a list shows, up to its limit.
class Gatherer {
 public:
  Gatherer(const Selection& selection, const ListOptions& options, ListResult& result)
      : selection_{selection}, limit_{options.limit}, result_{result} {}

  bool take(const doc::Value& object) {
    if (!selection_.matches(object)) return true;
    if (limit_ > 0 && static_cast<std::int64_t>(result_.items.size()) == limit_) {
      more_ = true;
      // Without selectors, those left over are counted.
      ++left_;
      return selection_.is_everything();
    }
    result_.items.push_back(object);
    return true;
  }

  void finish(std::int64_t revision) {
    result_.resource_version = revision;
    if (!more_) return;
    const doc::Value& last = result_.items.back();
    result_.continue_token = encode_continue(
        {revision, {std::string{namespace_name_of(last)}, std::string{name_of(last)}}});
    if (selection_.is_everything()) result_.remaining = left_;
  }

 private:
  const Selection& selection_;
  std::int64_t limit_;
  ListResult& result_;
  bool more_ = false;
  std::int64_t left_ = 0;
};

}  // namespace

api::Result<doc::Value> ApiServer::get(api::ResourceId id, std::string_view ns,
                                       std::string_view name) const {
  return find_object(*state_, state_->resource(id), ns, name);
}

api::Result<ListResult> ApiServer::list(api::ResourceId id, std::string_view ns,
                                        const ListOptions& options) const {
  const store::Store& store = state_->store;
  const auto selection =
      Selection::parse(state_->resource(id), options.label_selector, options.field_selector);
  if (!selection) return std::unexpected{selection.error()};
  const auto start = find_start(store, options);
  if (!start) return std::unexpected{start.error()};
  ListResult result;
  Gatherer gatherer{*selection, options, result};
  if (start->revision == 0 || start->revision == store.revision()) {
    if (options.limit == 0 && selection->is_everything()) result.items.reserve(store.count(id, ns));
    store.visit(id, ns, start->after,
                [&](const doc::Value& object) { return gatherer.take(object); });
    gatherer.finish(store.revision());
    return result;
  }
  const auto visited =
      store.visit_at(start->revision, id, ns, start->after,
                     [&](const doc::Value& object) { return gatherer.take(object); });
  if (!visited) {
    return std::unexpected{
        api::expired(options.continue_token.empty() ? kExpiredVersion : kExpiredContinue)};
  }
  gatherer.finish(start->revision);
  return result;
}

}  // namespace rockpool::apiserver
