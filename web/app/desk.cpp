// SPDX-License-Identifier: Apache-2.0
#include "web/app/desk.h"

namespace rockpool::app {

void Desk::act(Action action, const ObjectRef& object) {
  Outcome outcome = session.act(action, object);
  say(std::move(outcome.message), !outcome.ok);
}

void Desk::say(std::string text, bool bad) {
  constexpr std::size_t kMostToasts = 4;
  if (text.empty()) return;
  toasts.push_back({std::move(text), bad, 0});
  if (toasts.size() > kMostToasts) toasts.erase(toasts.begin());
}

void ask_why_about(Desk& desk, const ObjectRef& object) {
  desk.ask_why(likely_request(desk.session.world(), desk.session.traffic(), object));
}

void ask_why_last_failed(Desk& desk) {
  const auto& failed = desk.session.traffic().failed();
  if (failed.empty()) {
    desk.say("No request has failed in the last minute.");
    return;
  }
  desk.ask_why(why_failed(failed.back().failure));
}

bool Desk::selection_exists() const {
  const World& world = session.world();
  const std::string key = key_of_object(selection.ns, selection.name);
  if (selection.kind == "Pod") return world.pods.get(key) != nullptr;
  if (selection.kind == "Node") return world.nodes.get(key) != nullptr;
  if (selection.kind == "Service") return world.services.get(key) != nullptr;
  return static_cast<bool>(selection);
}

}  // namespace rockpool::app
