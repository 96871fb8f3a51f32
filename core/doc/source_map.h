// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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
/// nearest ancestor that it does have.
class SourceMap {
 public:
  /// The position of the field's name, of an array's item, or of the document for "".
  Position key_position(std::string_view path) const;
  /// The position of the field's value.
  Position value_position(std::string_view path) const;
  /// True if the text has exactly this path.
  bool contains(std::string_view path) const;
  bool is_empty() const { return nodes_.empty(); }

  // The rest is for parsers, which describe a document in the order of its text: one begin_node for
  // each value, its children's between it and its end_node.

  /// Starts the document's root.
  void begin_root(Position value) { begin(Key{KnownKeyIndex{0}}, kRootIndex, value, value); }
  /// Starts the member of that name of the open object.
  void begin_member(Key name, Position key, Position value) {
    begin(std::move(name), kMemberIndex, key, value);
  }
  /// Starts the item at that index of the open array.
  void begin_item(std::int32_t index, Position value) {
    begin(Key{KnownKeyIndex{0}}, index, value, value);
  }
  /// Ends the node started last among those still open.
  void end_node();

 private:
  static constexpr std::int32_t kRootIndex = -2;
  static constexpr std::int32_t kMemberIndex = -1;

  // Nodes lie in preorder, so a node's children follow it and `end` is where its next sibling is.
  struct Node {
    Key name;
    std::int32_t index;
    std::uint32_t end;
    Position key;
    Position value;
  };
  struct Found {
    const Node* node;
    bool exact;
  };

  void begin(Key name, std::int32_t index, Position key, Position value);
  Found find(std::string_view path) const;
  const Node* find_child(const Node& parent, std::string_view& rest) const;

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> open_;
};

}  // namespace rockpool::doc
