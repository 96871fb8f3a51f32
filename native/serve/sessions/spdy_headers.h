// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rockpool::native::spdy {

/// The names and values of one header block; names in lower case.
using Headers = std::map<std::string, std::string, std::less<>>;

/// Reads the header blocks of one direction of a connection, which are one zlib stream with
/// SPDY/3's dictionary.
class HeaderReader {
 public:
  HeaderReader();
  HeaderReader(const HeaderReader&) = delete;
  HeaderReader& operator=(const HeaderReader&) = delete;
  ~HeaderReader();

  /// The headers of a block; empty if it is damaged or too large. What follows cannot be read then.
  std::optional<Headers> read(std::string_view block);

 private:
  std::optional<std::string> unpack(std::string_view block);

  z_stream stream_{};
};

/// Writes the header blocks of one direction.
class HeaderWriter {
 public:
  HeaderWriter();
  HeaderWriter(const HeaderWriter&) = delete;
  HeaderWriter& operator=(const HeaderWriter&) = delete;
  ~HeaderWriter();

  /// A block of those headers.
  std::string write(const Headers& headers);

 private:
  z_stream stream_{};
};

}  // namespace rockpool::native::spdy
