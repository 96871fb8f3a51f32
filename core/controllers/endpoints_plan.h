// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/api/views/pod.h"
#include "core/api/views/service.h"
#include "core/doc/value.h"

namespace rockpool::controllers {

/// An Endpoints object holds at most so many addresses.
inline constexpr std::int64_t kEndpointsCapacity = 1000;

/// The addresses of one Service, kept in the order in which its Endpoints object lists them, so
/// that a Pod's change costs only its own place.
class ServiceAddresses {
 public:
  /// What one Pod contributes.
  struct Member {
    /// An array of EndpointPort; may be empty for headless Services without ports.
    doc::Value ports;
    /// An EndpointAddress.
    doc::Value address;
    bool ready = false;

    bool operator==(const Member&) const = default;
  };

  /// Sets what the Pod contributes; empty: nothing.
  void set(const std::string& pod_name, std::optional<Member> member);
  void clear();
  /// The names of the Pods that contribute.
  std::vector<std::string> pod_names() const;

  /// The subsets of the Endpoints object, cut to its capacity: Pods that offer different ports are
  /// in different subsets; addresses are in the order of their text.
  doc::Value subsets() const;
  /// True if there are more addresses than the object may hold.
  bool is_over_capacity() const;

 private:
  // Address and Pod uid.
  using AddressKey = std::pair<std::string, std::string>;
  struct Subset {
    doc::Value ports;
    std::map<AddressKey, doc::Value> ready;
    std::map<AddressKey, doc::Value> not_ready;
  };

  static AddressKey key_of(const Member& member);
  const std::string& text_of(const doc::Value& ports);
  std::int64_t count(bool ready) const;

  std::map<std::string, Member> members_;
  // By the ports' text.
  std::map<std::string, Subset> subsets_;
  // The ports that were put into words last: mostly all Pods of a Service have the same.
  doc::Value ports_;
  std::string ports_text_;
};

/// What a Pod contributes to the Endpoints of a Service that selects it.
std::optional<ServiceAddresses::Member> endpoints_member(const api::Service& service,
                                                         const api::Pod& pod);

}  // namespace rockpool::controllers
