// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// How Kubernetes' types look as Protocol Buffers (generated.proto of k8s.io/api), beside JSON.
namespace rockpool::native::protobuf {

/// What a field, or each of its items or values, is.
enum class Kind : std::uint8_t {
  boolean,
  /// int32 or int64.
  integer,
  number,
  string,
  /// base64 in JSON.
  bytes,
  message,
  /// Messages that JSON writes as one text or value.
  quantity,
  time,
  micro_time,
  int_or_string,
  /// A message with a list of strings, which JSON writes as the list itself.
  strings,
  /// A message with bytes that are a JSON text.
  json,
  /// Nothing that JSON has.
  skipped,
};

/// How often it is there.
enum class Shape : std::uint8_t {
  /// Always: an empty value is as good as none.
  single,
  /// Once or not at all: an empty value means something.
  pointer,
  list,
  map,
  /// A message whose fields JSON has in place of it.
  embedded,
};

/// One field of a message.
struct Field {
  std::uint16_t number;
  /// Of `all_messages`, for messages.
  std::uint16_t message;
  Kind kind;
  Shape shape;
  std::string_view name;
};

/// One type: `apps/v1.DeploymentSpec`, `/v1.Pod`.
struct Message {
  std::string_view name;
  std::uint16_t first;
  std::uint16_t count;

  /// In order of their numbers.
  std::span<const Field> fields() const;
};

/// Every type, in order of their names in Go's packages.
std::span<const Message> all_messages();

}  // namespace rockpool::native::protobuf
