// SPDX-License-Identifier: Apache-2.0
#include "core/pki/pem.h"

#include <doctest/doctest.h>

namespace rockpool::pki {
namespace {

std::string labels(std::string_view text) {
  std::string all;
  for (const PemBlock& block : read_pem(text)) all += block.label + "=" + block.bytes + ";";
  return all;
}

TEST_CASE("blocks of a text") {
  CHECK(labels("-----BEGIN A-----\nYWI=\n-----END A-----\n") == "A=ab;");
  CHECK(labels("x\n-----BEGIN A-----\r\nYW\r\nI=\r\n-----END A-----\r\ny-----BEGIN B "
               "C-----YQ==-----END B "
               "C-----") == "A=ab;B C=a;");
}

TEST_CASE("broken blocks are passed over") {
  CHECK(labels("") == "");
  CHECK(labels("-----BEGIN A-----") == "");
  CHECK(labels("-----BEGIN A-----\nYWI=\n") == "");
  CHECK(labels("-----BEGIN A-----\nY!I=\n-----END A-----\n") == "");
  CHECK(labels("-----BEGIN A-----\n-----END A-----\n") == "");
  CHECK(labels("-----BEGIN A-----\nYWI=\n-----END B-----\n") == "");
  CHECK(labels("-----BEGIN A-----\nYW\n-----BEGIN B-----\nYWI=\n-----END B-----\n") == "B=ab;");
  CHECK(labels(std::string(kMaxPemText + 1, '-')) == "");
}

TEST_CASE("no more blocks than may be") {
  std::string text;
  for (std::size_t i = 0; i < kMaxPemBlocks + 10; ++i) {
    text += "-----BEGIN A-----\nYWI=\n-----END A-----\n";
  }
  CHECK(read_pem(text).size() == kMaxPemBlocks);
}

}  // namespace
}  // namespace rockpool::pki
