// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/api/object.h"
#include "core/apiserver/apiserver.h"
#include "core/doc/value.h"
#include "core/sim/loop.h"

namespace rockpool::node {

/// Writes the statuses of a node's Pods to the API (pkg/kubelet/status): only what has changed, the
/// latest version only, each Pod at most once per moment. Keeps what it cannot write until the node
/// is connected.
class StatusManager {
 public:
  StatusManager(sim::Loop& loop, apiserver::ApiServer& api) : loop_{loop}, api_{api} {}
  StatusManager(const StatusManager&) = delete;
  StatusManager& operator=(const StatusManager&) = delete;
  ~StatusManager() { loop_.cancel(flush_); }

  /// Wants that Pod's status to be `status`. With `may_delete` all its containers have stopped for
  /// good: if its deletion was asked for, it is then removed from the API.
  void set(const std::string& uid, const api::ObjectKey& key, doc::Value status, bool may_delete);
  /// Forgets the Pod and whatever was still to be written about it.
  void forget(const std::string& uid);
  /// While not connected nothing is written.
  void set_connected(bool connected);
  /// The number of writes so far.
  std::int64_t writes() const { return writes_; }

 private:
  struct Entry {
    api::ObjectKey key;
    doc::Value status;
    bool may_delete = false;
    bool is_dirty = false;
  };
  void request_flush();
  void flush();
  void write(const std::string& uid, Entry& entry);

  sim::Loop& loop_;
  apiserver::ApiServer& api_;
  std::map<std::string, Entry> entries_;
  std::vector<std::string> dirty_;
  bool connected_ = true;
  sim::TimerId flush_;
  std::int64_t writes_ = 0;
};

}  // namespace rockpool::node
