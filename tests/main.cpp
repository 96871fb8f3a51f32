// SPDX-License-Identifier: Apache-2.0
// The test program's entry point is doctest's: it runs every registered case and prints the counts.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
