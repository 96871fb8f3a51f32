// SPDX-License-Identifier: Apache-2.0
// The conformance board tells of exactly the test cases that there are.
import { compare } from '../conformance.mjs';

export const conformanceBoard = {
  name: 'the conformance board has a row for every test case',
  run: compare,
};
