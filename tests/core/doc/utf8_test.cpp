// SPDX-License-Identifier: Apache-2.0
#include "core/doc/utf8.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

TEST_CASE("every code point survives, and nothing else is one") {
  for (char32_t code = 0; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code < 0xe000) continue;
    std::string text;
    append_utf8(text, code);
    const CodePoint read = decode_utf8(text, 0);
    if (!read.valid || read.value != code || read.size != text.size()) {
      FAIL_CHECK("code point " << static_cast<unsigned>(code));
    }
  }
  const char* const broken[] = {"\x80",
                                "\xc0\x80",
                                "\xc1\xbf",
                                "\xe0\x9f\xbf",
                                "\xed\xa0\x80",
                                "\xf0\x8f\xbf\xbf",
                                "\xf4\x90\x80\x80",
                                "\xf5\x80\x80\x80",
                                "\xc3",
                                "\xe2\x82",
                                "\xc3(",
                                "\xff"};
  for (const char* text : broken) {
    const CodePoint read = decode_utf8(text, 0);
    CHECK_FALSE(read.valid);
    CHECK(read.size == 1);
    CHECK(find_invalid_utf8(text) == 0);
  }
}

TEST_CASE("broken bytes are found anywhere and replaced one by one") {
  for (std::size_t before = 0; before < 20; ++before) {
    const std::string text = std::string(before, 'a') + "\xff\xc3\xa9";
    CHECK(find_invalid_utf8(text) == before);
    CHECK(replace_invalid_utf8(text) == std::string(before, 'a') + "\xef\xbf\xbd\xc3\xa9");
  }
  CHECK(find_invalid_utf8("caf\xc3\xa9") == std::string_view::npos);
  CHECK(find_invalid_utf8("") == std::string_view::npos);
  CHECK(replace_invalid_utf8("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("positions count lines and characters") {
  const std::string_view text = "ab\n\xc3\xa9\xf0\x9f\x98\x80x\n";
  CHECK(position_at(text, 0) == Position{1, 1});
  CHECK(position_at(text, 2) == Position{1, 3});
  CHECK(position_at(text, 3) == Position{2, 1});
  CHECK(position_at(text, 9) == Position{2, 3});
  CHECK(position_at(text, 11) == Position{3, 1});
  CHECK(position_at(text, 99) == Position{3, 1});
}

}  // namespace
}  // namespace rockpool::doc
