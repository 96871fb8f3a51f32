// SPDX-License-Identifier: Apache-2.0
// What libFuzzer calls. One program for all targets: the environment variable ROCKPOOL_FUZZ_TARGET
// names one.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/targets.h"

namespace {

const rockpool::fuzz::Target& chosen() {
  const char* name = std::getenv("ROCKPOOL_FUZZ_TARGET");
  for (const rockpool::fuzz::Target& target : rockpool::fuzz::targets()) {
    if (name != nullptr && target.name == name) return target;
  }
  std::fprintf(stderr, "ROCKPOOL_FUZZ_TARGET must name one of:");
  for (const rockpool::fuzz::Target& target : rockpool::fuzz::targets()) {
    std::fprintf(stderr, " %s", target.name.data());
  }
  std::fprintf(stderr, "\n");
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const rockpool::fuzz::Target& target = chosen();
  const std::string wrong = target.run({reinterpret_cast<const char*>(data), size});
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "%s: %s\n", target.name.data(), wrong.c_str());
  std::abort();
}
