// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/doc/builder.h"

namespace rockpool::doc {

/// Reads a JSON text into a Builder, without recursion. Takes and refuses what Go's encoding/json
/// does, in its words.
class JsonReader {
 public:
  /// Both must outlive the reader.
  JsonReader(std::string_view text, Builder& builder) : text_{text}, builder_{builder} {}

  /// Reads the whole text; false after a mistake or once the builder refuses.
  bool read();
  /// What is wrong, and where in bytes.
  const std::string& message() const { return message_; }
  std::size_t offset() const { return offset_; }

 private:
  char at() const { return offset_ < text_.size() ? text_[offset_] : '\0'; }
  bool is_end() const { return offset_ >= text_.size(); }
  void skip_spaces();

  bool read_value(bool& is_complete);
  bool begin_array(bool& is_complete);
  bool begin_object(bool& is_complete);
  bool read_name();
  // After a value: on to the next one, or out of what is complete with it.
  bool read_separator(bool& is_done);
  bool read_literal(std::string_view word, const Value& value);
  bool read_number();
  bool read_digits(std::string_view where);
  Value number_value(std::string_view text, bool is_integer) const;
  bool read_string(std::string_view& text);
  void skip_ordinary();
  bool read_escape();
  bool read_code_unit(char32_t& unit);

  bool fail(std::string_view where);
  bool fail_at_end();

  std::string_view text_;
  Builder& builder_;
  std::size_t offset_ = 0;
  // A string that is not in the text as it is.
  std::string unescaped_;
  std::string message_;
};

}  // namespace rockpool::doc
