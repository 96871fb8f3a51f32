// SPDX-License-Identifier: Apache-2.0
// The conformance board is written from what doctest says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformance, findTestCases, readResults, writePage } from '../../tools/lib/conformance.mjs';
import { reasons } from '../../tools/lib/conformance_reasons.mjs';

test('there are 41 conformance tests, each once', () => {
  assert.equal(conformance.length, 41);
  assert.equal(new Set(conformance).size, 41);
});

test('test cases are found by their whole names, and only those of upstream tests', () => {
  const text = 'TEST_CASE("[sig-network] A: b") {}\nTEST_CASE(\n    "[sig-network] C "\n    "d") {}\nTEST_CASE("own") {}\n';
  assert.deepEqual(findTestCases([{ path: 'tests/core/conformance/a_test.cpp', text }, { path: 'tests/core/b_test.cpp', text }])
      .map(({ name }) => name), ['[sig-network] A: b', '[sig-network] C d']);
});

test("results are read from doctest's XML", () => {
  const xml = `<TestSuite>
    <TestCase name="left out" filename="x" line="9" skipped="true"/>
    <TestCase name="[sig-network] a &amp; b" filename="x" line="1">
      <OverallResultsAsserts successes="1" failures="0" test_case_success="true"/>
    </TestCase>
    <TestCase name="[sig-network] c" filename="x" line="2">
      <Expression success="false" type="CHECK"></Expression>
      <OverallResultsAsserts successes="0" failures="1" test_case_success="false"/>
    </TestCase>
  </TestSuite>`;
  assert.deepEqual([...readResults(xml)], [['[sig-network] a & b', true], ['[sig-network] c', false]]);
});

test('the page tells what passes, fails, was not run and has no test', () => {
  const [first, second, third] = conformance;
  const further = '[sig-network] Services should be further';
  const results = new Map([['native', new Map([[first, true], [second, false], [further, true]])],
                           ['wasm-node', new Map([[first, true], [second, true], [further, true]])]]);
  const text = writePage([first, second, further], results,
                         { absent: Object.fromEntries(conformance.map(name => [name, 'a reason'])), further: {} });
  for (const line of [`| ${first} | pass | not run | pass |`, `| ${second} | **fail** | not run | pass |`,
                      `| ${third} | — | — | — |`, `- ${third}: a reason`, `| ${further} | pass | not run | pass |`,
                      '1 of 41 pass in every build that was run.']) {
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
  }
});

test('reasons are given for upstream tests only', () => {
  for (const name of Object.keys(reasons.absent)) assert.ok(conformance.includes(name), name);
});
