// SPDX-License-Identifier: Apache-2.0
#include "core/node/status_manager.h"

#include <utility>

#include "core/api/resource.h"
#include "core/node/pod_status.h"

namespace rockpool::node {

using namespace doc::literals;

void StatusManager::set(const std::string& uid, const api::ObjectKey& key, doc::Value status,
                        bool may_delete) {
  Entry& entry = entries_[uid];
  const bool is_same = entry.status == status && entry.may_delete == may_delete;
  entry.key = key;
  entry.status = std::move(status);
  entry.may_delete = may_delete;
  // A Pod that may be deleted is looked at each time: its deletion may have been asked for
  // meanwhile.
  if (entry.is_dirty || (is_same && !may_delete)) return;
  entry.is_dirty = true;
  dirty_.push_back(uid);
  request_flush();
}

void StatusManager::forget(const std::string& uid) {
  entries_.erase(uid);
}

void StatusManager::set_connected(bool connected) {
  connected_ = connected;
  if (connected) request_flush();
}

void StatusManager::request_flush() {
  if (!connected_ || dirty_.empty() || loop_.is_pending(flush_)) return;
  flush_ = loop_.post([this] { flush(); });
}

void StatusManager::flush() {
  for (const std::string& uid : std::exchange(dirty_, {})) {
    const auto found = entries_.find(uid);
    if (found == entries_.end()) continue;
    found->second.is_dirty = false;
    write(uid, found->second);
  }
}

void StatusManager::write(const std::string& uid, Entry& entry) {
  const doc::Value* present =
      api_.store().find(api::ResourceId::pods, entry.key.namespace_, entry.key.name);
  if (present == nullptr || api::uid(*present) != uid) return;
  doc::Value pod = *present;
  doc::Value status = merge_pod_status(pod["status"_key], entry.status);
  if (pod["status"_key] != status) {
    pod.set("status"_key, std::move(status));
    ++writes_;
    const api::Result<doc::Value> written = api_.update_status(api::ResourceId::pods, pod);
    if (written) {
      pod = *written;
      // One copy is enough.
      if (pod["status"_key] == entry.status) entry.status = pod["status"_key];
    }
  }
  if (!entry.may_delete || !api::is_being_deleted(pod)) return;
  apiserver::DeleteOptions options;
  options.grace_period_seconds = 0;
  options.preconditions.uid = uid;
  ++writes_;
  // Fails only if somebody else was faster.
  static_cast<void>(
      api_.remove(api::ResourceId::pods, entry.key.namespace_, entry.key.name, options));
}

}  // namespace rockpool::node
