// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/print/cells.h"

#include <fmt/format.h>

#include <set>

#include "core/api/object.h"
#include "core/sim/human_duration.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

std::string join_member(const doc::Value& items, doc::KnownKeyIndex member) {
  std::string text;
  for (const doc::Value& item : items.items()) {
    if (!text.empty()) text += ',';
    text += item[member].as_string();
  }
  return text;
}

}  // namespace

std::string age_since(const doc::Value& time, sim::Time now) {
  const auto moment = api::read_time(time);
  return moment ? sim::format_human_duration(now - *moment) : "<unknown>";
}

std::string age_of(const doc::Value& object, sim::Time now) {
  return age_since(object["metadata"_key]["creationTimestamp"_key], now);
}

std::string_view or_none(std::string_view text) {
  return text.empty() ? kNone : text;
}

std::string join_texts(const doc::Value& texts) {
  std::string joined;
  for (const doc::Value& text : texts.items()) {
    if (!joined.empty()) joined += ',';
    joined += text.as_string();
  }
  return joined;
}

std::string_view flag_text(const doc::Value& flag) {
  if (!flag.is_boolean()) return kUnset;
  return flag.as_bool() ? "True" : "False";
}

std::string load_balancer_text(const doc::Value& ingress) {
  constexpr std::size_t kWidth = 16;
  std::set<std::string_view> addresses;
  for (const doc::Value& point : ingress.items()) {
    const std::string_view ip = point["ip"_key].as_string();
    const std::string_view hostname = point["hostname"_key].as_string();
    if (!ip.empty()) {
      addresses.insert(ip);
    } else if (!hostname.empty()) {
      addresses.insert(hostname);
    }
  }
  std::string text = fmt::format("{}", fmt::join(addresses, ","));
  if (text.size() > kWidth) text = text.substr(0, kWidth - 3) + "...";
  return text;
}

std::string labels_text(const doc::Value& labels) {
  std::string text;
  for (const doc::Member& label : labels.members()) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}={}", label.key.text(), label.value.as_string());
  }
  return text.empty() ? std::string{kNone} : text;
}

std::string container_names(const doc::Value& pod_spec) {
  return join_member(pod_spec["containers"_key], "name"_key);
}

std::string container_images(const doc::Value& pod_spec) {
  return join_member(pod_spec["containers"_key], "image"_key);
}

void ShortList::add(std::string_view text) {
  if (++count_ > kShown) return;
  if (!text_.empty()) text_ += ',';
  text_ += text;
}

std::string ShortList::to_string(std::string_view if_empty) const {
  if (count_ == 0) return std::string{if_empty};
  return count_ > kShown ? fmt::format("{} + {} more...", text_, count_ - kShown) : text_;
}

}  // namespace rockpool::apiserver
