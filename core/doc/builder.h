// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/diagnosis.h"
#include "core/doc/source_map.h"
#include "core/doc/value.h"

namespace rockpool::doc {

/// Builds a document from a parser's events, keeping to limits, noting positions and members given
/// twice. Offsets are bytes of the text.
class Builder {
 public:
  /// A member given again.
  struct Duplicate {
    /// Such as "spec.containers[0].name".
    std::string path;
    std::string name;
    std::size_t offset = 0;
  };
  /// An array or object just ended, or whatever stands for one.
  struct Part {
    Value value;
    /// Values in it, itself included.
    std::int64_t nodes = 1;
    /// Arrays and objects in each other, itself included; 0 for scalars.
    int height = 0;
  };

  /// `positions` may be null.
  Builder(const Limits& limits, SourceMap* positions);

  /// Starts an array; what is added next are its items, until `end`.
  void begin_array(std::size_t offset) { begin(false, offset); }
  /// Starts an object; names and values alternate until `end`.
  void begin_object(std::size_t offset) { begin(true, offset); }
  /// The next value is the open object's member of that name.
  void name(Key name, std::size_t offset);
  /// Adds a value that needs no begin and end.
  void add(Part part, std::size_t offset);
  /// The next value is a YAML merge key's: an object, or several in an array, whose members the
  /// open object takes over where it has none of its own.
  void merge_name(std::size_t offset);
  /// Ends the open array or object.
  Part end();

  /// True if the open object needs a name next.
  bool needs_name() const;
  /// True between the beginning and the end of any array or object.
  bool is_open() const { return !frames_.empty(); }
  /// True if the open part is an object.
  bool in_object() const { return is_open() && frames_.back().is_object; }
  /// How deep arrays and objects are open.
  int depth() const { return static_cast<int>(frames_.size()); }

  /// Set once a limit is passed or a merge is none; what the builder holds then is of no use.
  const std::optional<std::string>& refusal() const { return refusal_; }
  /// Where that was.
  std::size_t refusal_offset() const { return refusal_offset_; }
  /// In order of their offsets.
  std::vector<Duplicate> take_duplicates();
  /// The finished document.
  Value take_root() { return std::move(root_); }

 private:
  struct Frame {
    bool is_object;
    bool has_name = false;
    // Where this frame's members or items start on their stack.
    std::size_t start;
    Key key{KnownKeyIndex{0}};
    std::size_t key_offset = 0;
    std::int64_t nodes_before;
    int height = 1;
    bool merging = false;
  };

  void begin(bool is_object, std::size_t offset);
  void note_position(std::size_t offset);
  void place(Value value);
  static constexpr std::size_t kMerged = static_cast<std::size_t>(-1);
  bool count(std::int64_t nodes, int depth, std::size_t offset);
  void refuse(std::string message, std::size_t offset);
  Value end_object(const Frame& frame);
  void merge(const Value& value, std::size_t offset);
  void take_over(const Value& source, std::size_t offset);
  void note_duplicates(std::span<const Member> members, std::span<const std::size_t> offsets);
  std::string path_to(std::string_view name) const;

  Limits limits_;
  SourceMap* positions_;
  Value root_;
  std::vector<Frame> frames_;
  // The members and items of all open frames, innermost last, so that each finished array or object
  // is allocated once and in its size.
  std::vector<Member> members_;
  std::vector<std::size_t> member_offsets_;
  std::vector<Value> items_;
  std::int64_t nodes_ = 0;
  std::vector<Duplicate> duplicates_;
  std::optional<std::string> refusal_;
  std::size_t refusal_offset_ = 0;
};

}  // namespace rockpool::doc
