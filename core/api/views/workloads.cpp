// SPDX-License-Identifier: Apache-2.0
#include "core/api/views/workloads.h"

#include <charconv>

namespace rockpool::api {

namespace {

std::int64_t revision_annotation(const doc::Value& object) {
  const std::string_view text = annotation(object, "deployment.kubernetes.io/revision");
  std::int64_t revision = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  return error == std::errc{} && end == text.data() + text.size() ? revision : 0;
}

}  // namespace

std::int64_t ReplicaSet::revision() const {
  return revision_annotation(value());
}

std::int64_t Deployment::revision() const {
  return revision_annotation(value());
}

}  // namespace rockpool::api
