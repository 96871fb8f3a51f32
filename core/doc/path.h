// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rockpool::doc {

/// The path of a field while a document is being checked, written out only when there is something
/// to report: `spec.ports[0].port`, `metadata.labels[a.b/c]`. Models field.Path of
/// k8s.io/apimachinery.
///
///     void check_port(const Value& port, const Path& path) {
///       if (...) report(path.child("port").to_string(), ...);
///     }
///     check_port(port, spec.child("ports").index(0));
///
/// A path made from a named one points to it, so it must not outlive it; a path made from a
/// temporary takes over its steps, so a chain may be kept. Names are not copied: they must outlive
/// the path, as literals and the names of the document's own members do.
class Path {
 public:
  /// The path of the document itself, written as "".
  Path() = default;
  explicit Path(std::string_view name) noexcept;
  Path(Path&&) noexcept;
  Path& operator=(Path&&) = delete;
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  ~Path();

  /// A member of a type with fixed fields: `.name`.
  Path child(std::string_view name) const& noexcept;
  Path child(std::string_view name) && noexcept;
  /// An item of an array: `[0]`.
  Path index(std::size_t index) const& noexcept;
  Path index(std::size_t index) && noexcept;
  /// A member of a map with free names: `[name]`.
  Path key(std::string_view name) const& noexcept;
  Path key(std::string_view name) && noexcept;

  /// The path as Kubernetes writes it.
  std::string to_string() const;

 private:
  static constexpr std::int64_t kNoIndex = -1;
  static constexpr std::int64_t kKey = -2;
  static constexpr std::size_t kStepsInPlace = 3;

  struct Step {
    std::string_view name;
    // An array's index, kNoIndex for a field, or kKey for a member of a map.
    std::int64_t index = kNoIndex;
  };

  Path(const Path* parent, Step step) : parent_{parent}, steps_{step}, count_{1} {}
  static std::int64_t as_index(std::size_t index) { return static_cast<std::int64_t>(index); }
  Path with(Step step) &&;
  void append_to(std::string& out) const;

  const Path* parent_ = nullptr;
  // Holds the parent of a chain of temporaries with too many steps to keep in place.
  std::unique_ptr<const Path> kept_parent_;
  std::array<Step, kStepsInPlace> steps_ = {};
  std::size_t count_ = 0;
};

}  // namespace rockpool::doc
