// SPDX-License-Identifier: Apache-2.0
// Why upstream's [sig-network] tests that have no test case here have none; part of tests/CONFORMANCE.md.

export const reasons = {
  // Of the conformance tests themselves.
  absent: {},
  // Of the others, by upstream's names in short.
  further: {},
};
