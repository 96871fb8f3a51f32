// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "core/api/status.h"
#include "core/apiserver/session.h"
#include "core/doc/value.h"

namespace rockpool::cluster {

/// The conversations that clients have with Pods, by number: what a client puts in is an input of
/// the cluster, kept in its history under the conversation's number.
class Sessions {
 public:
  /// How many may be open at once.
  static constexpr std::size_t kMaxOpen = 1000;
  /// Keeps an input in the history; false if it is full.
  using Record = std::function<bool(doc::Value what)>;

  explicit Sessions(Record record) : record_{std::move(record)} {}

  /// True if one more may be opened.
  bool has_room();
  /// Gives a conversation its number, and keeps it until it is closed.
  void add(const std::shared_ptr<apiserver::Session>& session);
  /// Ends all of them from the server's side.
  void end_all();
  /// Does again what was kept. Errors: BadRequest for what no history says.
  api::Result<void> replay(const doc::Value& what);

 private:
  void forget_closed();

  Record record_;
  std::map<std::int64_t, std::shared_ptr<apiserver::Session>> open_;
  std::int64_t next_ = 1;
};

}  // namespace rockpool::cluster
