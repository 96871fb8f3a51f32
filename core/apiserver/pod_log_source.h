// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/api/status.h"
#include "core/apiserver/byte_stream.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

namespace rockpool::apiserver {

/// What a client asked of `pods/<name>/log`.
struct PodLogOptions {
  /// Never empty: the server has chosen one.
  std::string container = {};
  /// The log of the instance before the present one.
  bool previous = false;
  /// Each line starts with its RFC 3339 time with nanoseconds.
  bool timestamps = false;
  /// At most so many of the last lines.
  std::optional<std::int64_t> tail_lines = {};
  /// Only lines from this moment on.
  std::optional<sim::Time> since = {};
  /// At most so many bytes.
  std::optional<std::int64_t> limit_bytes = {};
};

/// Where the API server gets container logs: the kubelets.
class PodLogSource {
 public:
  virtual ~PodLogSource() = default;
  /// The log's text. Errors are the kubelet's, such as 400 `container "c" in pod "p" is waiting to
  /// start: ContainerCreating`.
  virtual api::Result<std::string> read_log(const doc::Value& pod,
                                            const PodLogOptions& options) = 0;
  /// Hands the log's text to `stream`, then every line as it is printed; the stream finishes when
  /// the container's instance ends. Errors: as `read_log`.
  virtual api::Result<void> follow_log(const doc::Value& pod, const PodLogOptions& options,
                                       std::shared_ptr<ByteStream> stream) = 0;
};

}  // namespace rockpool::apiserver
