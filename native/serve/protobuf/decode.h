// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/doc/value.h"

namespace rockpool::native::protobuf {

/// The media type in which Go's clients write objects from client-go 0.33 on.
inline constexpr std::string_view kMediaType = "application/vnd.kubernetes.protobuf";

/// Why an object cannot be read.
struct DecodeError {
  /// The message may be well; it is of a kind that is not known here.
  bool is_unknown_kind = false;
  /// One sentence for a Status.
  std::string message;
};

/// Reads an object in Kubernetes' envelope: `k8s\0` and a runtime.Unknown that tells its kind. What
/// comes out is as if it had been written as JSON: empty values that Go leaves out there are left
/// out.
std::expected<doc::Value, DecodeError> decode_object(std::string_view bytes);

}  // namespace rockpool::native::protobuf
