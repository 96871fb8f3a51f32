// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/diagnosis.h"
#include "core/doc/key.h"

namespace rockpool::doc {

/// Where each field of a document stands in the text that it was read from.
///
/// Fields are asked for by path, as Kubernetes writes them in its messages: `spec.ports[0].port`,
/// `metadata.labels[app.kubernetes.io/name]`. A member may be written either way (`.name` or
/// `[name]`), whatever characters it holds: the text decides what a path means.
///
/// A path that the text does not have (a required field that is missing) gets the position of its
/// nearest ancestor that it does have. What came in through an alias stands where the alias does.
///
/// Keeps the text and some 24 bytes for each field; lines and columns are counted when asked for.
class SourceMap {
 public:
  SourceMap() = default;
  explicit SourceMap(std::shared_ptr<const std::string> text) : text_{std::move(text)} {}

  /// The position of the field's name, of an array's item, or of the document for "".
  Position key_position(std::string_view path) const;
  /// The position of the field's value.
  Position value_position(std::string_view path) const;
  /// True if the text has exactly this path.
  bool contains(std::string_view path) const;
  bool is_empty() const { return nodes_.empty(); }

  // The rest is for parsers, which describe a document in the order of its text, by offsets: one
  // begin for each value, its children's between it and its end.

  /// Starts the document's root.
  void begin_root(std::size_t value);
  /// Starts the member of that name of the open object.
  void begin_member(Key name, std::size_t key, std::size_t value);
  /// Starts the item at that index of the open array.
  void begin_item(std::size_t index, std::size_t value);
  /// Ends the node started last among those still open.
  void end();

 private:
  static constexpr std::uint32_t kNoIndex = 0xffffffff;

  // Nodes lie in preorder: a node's children follow it, and `end` is where its next sibling is.
  struct Node {
    Key name;
    // kNoIndex for members and the root.
    std::uint32_t index;
    std::uint32_t end;
    std::uint32_t key;
    std::uint32_t value;
  };
  struct Found {
    const Node* node = nullptr;
    bool exact = false;
  };

  void begin(Node node);
  Found find(std::string_view path) const;
  const Node* find_child(const Node& parent, std::string_view& path) const;

  std::shared_ptr<const std::string> text_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> open_;
};

}  // namespace rockpool::doc
