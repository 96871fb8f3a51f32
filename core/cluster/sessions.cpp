// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/sessions.h"

#include <string>
#include <string_view>
#include <utility>

#include "core/doc/base64.h"

namespace rockpool::cluster {
namespace {

using Kind = apiserver::SessionInput::Kind;

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::data:
      return "data";
    case Kind::end:
      return "end";
    case Kind::open:
      return "open";
    case Kind::close:
      return "close";
  }
  return "";
}

// The bytes need not be text.
doc::Value input_value(std::int64_t number, const apiserver::SessionInput& input) {
  doc::Value value = doc::Value::map({{"session", number}, {"kind", kind_name(input.kind)}});
  if (input.kind != Kind::close) value.set("channel", static_cast<std::int64_t>(input.channel));
  if (!input.data.empty()) value.set("data", doc::encode_base64(input.data));
  if (input.port != 0) value.set("port", input.port);
  return value;
}

}  // namespace

void Sessions::forget_closed() {
  std::erase_if(open_, [](const auto& entry) { return entry.second->is_closed(); });
}

bool Sessions::has_room() {
  if (open_.size() >= kMaxOpen) forget_closed();
  return open_.size() < kMaxOpen;
}

void Sessions::add(const std::shared_ptr<apiserver::Session>& session) {
  forget_closed();
  const std::int64_t number = next_++;
  open_[number] = session;
  session->set_gate([this, number](const apiserver::SessionInput& input) {
    return record_(input_value(number, input));
  });
}

void Sessions::end_all() {
  for (const auto& [number, session] : std::exchange(open_, {})) session->finish();
}

api::Result<void> Sessions::replay(const doc::Value& what) {
  apiserver::SessionInput input;
  const std::string_view name = what["kind"].as_string();
  bool is_known = false;
  for (const Kind kind : {Kind::data, Kind::end, Kind::open, Kind::close}) {
    if (kind_name(kind) != name) continue;
    input.kind = kind;
    is_known = true;
  }
  const auto data = doc::decode_base64(what["data"].as_string());
  if (!is_known || !data) {
    return std::unexpected{api::bad_request("snapshot: an input of a session cannot be read")};
  }
  input.channel = static_cast<std::uint32_t>(what["channel"].as_int());
  input.data = *data;
  input.port = static_cast<std::int32_t>(what["port"].as_int());
  const std::int64_t number = what["session"].as_int();
  if (number >= next_) {
    return std::unexpected{api::bad_request("snapshot: an input of a session that never was")};
  }
  const auto found = open_.find(number);
  // One that has ended takes nothing.
  if (found == open_.end()) return {};
  const std::shared_ptr<apiserver::Session> session = found->second;
  session->put(input);
  return {};
}

}  // namespace rockpool::cluster
