// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "core/doc/yaml.h"
#include "core/scenario/test_file.h"

namespace rockpool::scenario {

/// What the readers of one file share. The first mistake is kept.
struct ReadContext {
  std::string file;
  const doc::YamlDocument* document = nullptr;
  const FileReader* read_file = nullptr;
  std::optional<FileError> error;
};

/// Reads the members of one object of a test file, and notices those that nobody asked for. After a
/// mistake it goes on with defaults, so that callers need not check each step.
class Reader {
 public:
  Reader(ReadContext& context, const doc::Value& value, std::string path);

  const doc::Value& value() const { return *value_; }
  /// True if there is a member of that name, even a null.
  bool has(std::string_view name) const { return value_->contains(name); }
  /// The line on which the object begins.
  int line() const;
  /// Notes a mistake at this place.
  void fail(std::string_view message) const;
  /// Notes a mistake at one of its members.
  void fail_at(std::string_view name, std::string_view message) const;

  /// The reader of a member, which counts as asked for.
  Reader child(std::string_view name) const;
  /// Likewise; a mistake if there is none.
  Reader required_child(std::string_view name);
  /// The readers of the items of an array; none if there is none.
  std::vector<Reader> items(std::string_view name);

  /// Reads a member into `result`, or leaves it as it is if there is none; one of another type is a
  /// mistake.
  void text(std::string_view name, std::string& result);
  /// Likewise, and it must be there.
  void required_text(std::string_view name, std::string& result);
  /// A string that is one of these, or absent.
  void one_of(std::string_view name, std::initializer_list<std::string_view> allowed,
              std::string& result);
  void texts(std::string_view name, std::vector<std::string>& result);
  /// An object of strings, as the label selector that demands them all.
  void labels(std::string_view name, std::string& selector);
  void boolean(std::string_view name, bool& result);
  void number(std::string_view name, double& result);
  void duration(std::string_view name, sim::Duration& result);
  void duration(std::string_view name, std::optional<sim::Duration>& result);
  void required_duration(std::string_view name, sim::Duration& result);
  /// Objects from a file (every document of it) or given inline; exactly one of the two. An empty
  /// `resource_name` allows files only.
  void objects(std::string_view file_name, std::string_view resource_name,
               std::vector<doc::Value>& result);

  /// Members that may be there and mean nothing to us.
  void accept(std::initializer_list<std::string_view> names);
  /// Members that Chainsaw has and we do not act on: refused.
  void later(std::span<const std::string_view> names);
  void later(std::initializer_list<std::string_view> names) {
    later(std::span{names.begin(), names.size()});
  }
  /// Refuses Chainsaw's expressions, `(…)` as a name or a text.
  void refuse_expressions(const std::vector<doc::Value>& objects) const;
  /// Refuses every member that was not asked for.
  void finish();

 private:
  void note(const std::string& path, std::string_view message) const;
  const doc::Value* take(std::string_view name);
  std::string member_path(std::string_view name) const;

  ReadContext* context_;
  const doc::Value* value_;
  std::string path_;
  // Shared by copies, so that a child asked for through a const copy counts.
  std::shared_ptr<std::vector<std::string>> taken_;
};

}  // namespace rockpool::scenario
