// SPDX-License-Identifier: Apache-2.0
// Every check can fail, and does so for the right line only.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checks } from '../../tools/lib/checks/all.mjs';
import { conformance } from '../../tools/lib/conformance.mjs';
import { codeOnly, commentsOnly } from '../../tools/lib/checks/cpp.mjs';

const licenceLine = '// SPDX-License-Identifier: Apache-2.0\n';

// A board on which no conformance test has a case, with one more row.
const board = row => [row, ...conformance.map(name => `| ${name} | — | — | — |`)].join('\n');

// Each check by the start of its name, with trees it must reject (and where) and trees it must accept.
// A tree is {path: text}; `at` is the 'path:line' of every finding expected, in order.
const cases = {
  'the top level is as fixed': {
    bad: [{ tree: { 'notes.txt': '' }, at: ['notes.txt:1', 'ARCHITECTURE.md:1', 'CMakeLists.txt:1', 'LICENSE:1', 'README.md:1'] }],
    good: [{ 'ARCHITECTURE.md': '', 'CMakeLists.txt': '', 'LICENSE': '', 'README.md': '', 'core/doc/a.h': '' }],
  },
  'rooms include only the floors below them': {
    bad: [
      { tree: { 'core/doc/a.cpp': '\n#include "core/api/kinds.h"\n' }, at: ['core/doc/a.cpp:2'] },
      { tree: { 'core/doc/a.h': '#include "core/sim/loop.h"\n' }, at: ['core/doc/a.h:1'] },
      { tree: { 'core/net/a.h': '#include "core/node/kubelet.h"\n' }, at: ['core/net/a.h:1'] },
      { tree: { 'core/cluster/a.h': '#include "native/http.h"\n' }, at: ['core/cluster/a.h:1'] },
      { tree: { 'web/app/a.h': '#include "native/http.h"\n' }, at: ['web/app/a.h:1'] },
      { tree: { 'core/misc/a.h': '' }, at: ['core/misc/a.h:1'] },
      { tree: { 'core/a.h': '' }, at: ['core/a.h:1'] },
    ],
    good: [
      { 'core/doc/a.cpp': '#include "core/doc/a.h"\n#include <string>\n' },
      { 'core/cluster/a.cpp': '#include "core/net/fabric.h"\n// #include "native/http.h"\n' },
      { 'native/ui.cpp': '#include "web/app/window.h"\n' },
    ],
  },
  'includes are written from the root': {
    bad: [
      { tree: { 'core/doc/a.cpp': '#include "a.h"\n', 'core/doc/a.h': '' }, at: ['core/doc/a.cpp:1'] },
      { tree: { 'core/doc/a.cpp': '#include "core/doc/b.h"\n' }, at: ['core/doc/a.cpp:1'] },
    ],
    good: [{ 'core/doc/a.cpp': '#include "core/doc/a.h"\n', 'core/doc/a.h': '' }],
  },
  'the core knows no clock': {
    bad: [
      '#include <thread>', '#include <fstream>', '#include <random>', '#include <sys/socket.h>', '#include <ctime>',
      'auto now = std::chrono::system_clock::now();', 'auto now = std::chrono::steady_clock::now();',
      'auto now = std::time(nullptr);', 'auto now = time(nullptr);', 'auto home = std::getenv("HOME");',
      'int number = rand();', 'std::random_device device;', 'std::cout << 1;', 'printf("x");',
      'FILE* file = fopen("a", "r");', 'std::jthread thread;', 'thread_local int count;', 'double x = std::pow(2, 0.5);',
    ].map(line => ({ tree: { 'core/sim/a.cpp': `\n${line}\n` }, at: ['core/sim/a.cpp:2'] })),
    good: [
      { 'core/sim/a.cpp': '// std::thread, rand() and fopen() are not for us\nauto text = "std::cout << rand()";\n' },
      { 'core/sim/a.cpp': 'auto raw = R"(\n#include <thread>\nrand()\n)";\nloop.time();\nauto at = process.kill();\n' },
      { 'native/a.cpp': '#include <thread>\nauto home = std::getenv("HOME");\n' },
    ],
  },
  'yaml-cpp and nlohmann/json': {
    bad: [
      { tree: { 'core/api/a.cpp': '#include <yaml-cpp/yaml.h>\n' }, at: ['core/api/a.cpp:1'] },
      { tree: { 'core/doc/a.h': '#include <nlohmann/json.hpp>\n' }, at: ['core/doc/a.h:1'] },
      { tree: { 'native/a.cpp': '#include <nlohmann/json.hpp>\n' }, at: ['native/a.cpp:1'] },
    ],
    good: [{ 'core/doc/a.cpp': '#include <nlohmann/json.hpp>\n' }],
  },
  'the core uses the standard library and {fmt} only': {
    bad: [{ tree: { 'core/api/a.cpp': '#include <boost/asio.hpp>\n' }, at: ['core/api/a.cpp:1'] }],
    good: [{ 'core/api/a.cpp': '#include <fmt/format.h>\n#include <vector>\n' }],
  },
  'the core sorts stably': {
    bad: [
      { tree: { 'core/api/a.cpp': 'std::sort(a.begin(), a.end(), by_name);' }, at: ['core/api/a.cpp:1'] },
      { tree: { 'core/api/a.cpp': '\nstd::ranges::sort(a, {}, &Pod::name);' }, at: ['core/api/a.cpp:2'] },
      { tree: { 'core/api/a.cpp': 'std::ranges::nth_element(a, middle, less);' }, at: ['core/api/a.cpp:1'] },
    ],
    good: [
      { 'core/api/a.cpp': 'std::sort(a.begin(), a.end());\nstd::ranges::sort(names(x, y));' },
      { 'core/api/a.cpp': 'std::ranges::stable_sort(a, by_name);' },
      { 'core/api/a.cpp': '// A total order: names differ.\nstd::ranges::sort(a, by_name);' },
      { 'native/a.cpp': 'std::ranges::sort(a, by_name);' },
    ],
  },
  'the core has no variable that outlives a cluster': {
    bad: [
      { tree: { 'core/api/a.cpp': '\nstatic int count = 0;\n' }, at: ['core/api/a.cpp:2'] },
      { tree: { 'core/api/a.cpp': 'void f() {\n  static std::map<int, int> cache;\n}\n' }, at: ['core/api/a.cpp:2'] },
      { tree: { 'core/api/a.h': 'inline std::vector<int> table{1};\n' }, at: ['core/api/a.h:1'] },
    ],
    good: [{
      'core/api/a.h': 'static constexpr int kCount = 1;\ninline const char* kName = "a";\nstatic int make();\n' +
          'inline int twice(int x) { return 2 * x; }\nstatic const std::map<int, int> table;\ninline namespace v1 {}\n',
    }],
  },
  'the conformance board has a row for every test case': {
    bad: [
      { tree: { 'tests/core/conformance/a_test.cpp': 'TEST_CASE("[sig-network] A") {}' }, at: ['tests/CONFORMANCE.md:1'] },
      { tree: { 'tests/CONFORMANCE.md': board('| [sig-network] B | pass | pass | pass |') }, at: ['tests/CONFORMANCE.md:1'] },
      { tree: { 'tests/core/conformance/a_test.cpp': 'TEST_CASE(\n    "[sig-network] "\n    "B") {}', 'tests/CONFORMANCE.md': board('') },
        at: ['tests/core/conformance/a_test.cpp:1'] },
      { tree: { 'tests/core/conformance/a_test.cpp': 'TEST_CASE("[sig-network] B") {}',
                'tests/CONFORMANCE.md': board('| [sig-network] B | — | — | — |') },
        at: ['tests/core/conformance/a_test.cpp:1'] },
      { tree: { 'tests/CONFORMANCE.md': board('').replace(/^.*IngressClass.*\n/m, '') }, at: ['tests/CONFORMANCE.md:1'] },
    ],
    good: [
      {},
      { 'tests/core/conformance/a_test.cpp': 'TEST_CASE(\n    "[sig-network] "\n    "B") {}',
        'tests/CONFORMANCE.md': board('| [sig-network] B | pass | not run | **fail** |') },
    ],
  },
  'what the core headers declare is documented': {
    bad: [
      { tree: { 'core/api/a.h': 'namespace a {\n\nvoid apply(int x);\n\n}\n' }, at: ['core/api/a.h:3'] },
      { tree: { 'core/api/a.h': '// A.\nclass A {\n public:\n  int set(int x);\n};\n' }, at: ['core/api/a.h:4'] },
      { tree: { 'core/api/a.h': '\nstruct A {\n  int x;\n};\n' }, at: ['core/api/a.h:2'] },
      { tree: { 'core/api/a.h': 'enum class A { x, y };\n' }, at: ['core/api/a.h:1'] },
      { tree: { 'core/api/a.h': '// One.\nvoid one();\n\nvoid two();\n' }, at: ['core/api/a.h:4'] },
      { tree: { 'core/api/a.h': '// A.\ntemplate <typename T>\nstruct A {\n  template <typename U>\n  void put(U x) {\n    use(x);\n  }\n};\n' },
        at: ['core/api/a.h:4'] },
    ],
    good: [
      { 'core/api/a.h': '// One and two.\nvoid one();\nvoid two();\n\nvoid three(); // Three.\nclass B;\nusing C = int;\n' },
      { 'core/api/a.h': '// A.\nclass A {\n public:\n  A();\n  ~A();\n  A(const A&) = delete;\n  int x() const { return x_; }\n\n' +
            '  bool operator==(const A&) const = default;\n\n private:\n  void hidden();\n  int x_ = f({1, 2});\n};\n' },
      { 'core/api/a.h': '// A.\nstruct A {\n  int x = 0;\n  std::function<void(int)> call;\n};\ninline constexpr int k = g(1);\n' },
      { 'native/a.h': 'void apply(int x);\n' },
    ],
  },
  'every source file begins with its licence': {
    bad: [
      { tree: { 'core/api/a.h': '#pragma once\n' }, at: ['core/api/a.h:1'] },
      { tree: { 'tools/x': '#!/bin/sh\nexit\n' }, at: ['tools/x:1'] },
    ],
    good: [{ 'core/api/a.h': licenceLine, 'tools/x': `#!/bin/sh\n# ${licenceLine.slice(3)}`, 'README.md': 'text' }],
  },
  'C++ lines have at most 100 columns': {
    bad: [{ tree: { 'core/api/a.h': `\n// ${'x'.repeat(98)}\n` }, at: ['core/api/a.h:2'] }],
    good: [{ 'core/api/a.h': `// ${'é'.repeat(97)}\n`, 'core/api/a.cpp': `auto text = R"(\n${'x'.repeat(200)}\n)";\n` }],
  },
  'comments hold no notes of unfinished work': {
    bad: [{ tree: { 'core/api/a.h': `int x;  // ${'TO' + 'DO'}: later\n` }, at: ['core/api/a.h:1'] }],
    good: [{ 'core/api/a.h': `auto text = "${'TO' + 'DO'}";\n` }],
  },
  'no file names a package host': {
    bad: [
      { tree: { 'README.md': `\nfrom deb.${'debian'}.org\n` }, at: ['README.md:2'] },
      { tree: { 'tools/x': 'curl https:' + '//example.com/x\n' }, at: ['tools/x:1'] },
    ],
    good: [{ 'README.md': 'See https:' + '//kubernetes.io.\n', 'tools/x': 'echo http:' + '//127.0.0.1:8080\n' }],
  },
  'no file names a path of one machine': {
    bad: [{ tree: { 'tools/x': `cd /${'wt'}/core\n` }, at: ['tools/x:1'] }],
    good: [{ 'tools/x': `cd "$root/${'work'}/core"\n` }],
  },
  'the files that ARCHITECTURE.md and README.md name exist': {
    bad: [
      { tree: { 'ARCHITECTURE.md': '\nSee `core/doc/gone.h`.\n' }, at: ['ARCHITECTURE.md:2'] },
      { tree: { 'README.md': 'Run `./tools/gone --now`.\n' }, at: ['README.md:1'] },
      { tree: { 'ARCHITECTURE.md': '`core/doc/a.{h,cpp}`', 'core/doc/a.h': '' }, at: ['ARCHITECTURE.md:1'] },
    ],
    good: [{
      'ARCHITECTURE.md': '`core/doc/a.h`, `core/doc/`, `core/doc/<kind>.h`, `core/*/a.h`, `core/doc/a.{h,cpp}`, `Value`\n',
      'core/doc/a.h': '', 'core/doc/a.cpp': '',
    }],
  },
};

const filesOf = tree => Object.entries(tree).map(([path, text]) => ({ path, text }));

for (const check of checks) {
  const [, expected] = Object.entries(cases).find(([name]) => check.name.startsWith(name)) ?? [];
  test(`${check.name}: has cases`, () => assert.ok(expected?.bad.length && expected.good.length));
  for (const { tree, at } of expected?.bad ?? []) {
    test(`${check.name}: rejects ${JSON.stringify(tree).slice(0, 200)}`, () => {
      assert.deepEqual(check.run(filesOf(tree)).map(({ path, line }) => `${path}:${line}`), at);
    });
  }
  for (const tree of expected?.good ?? []) {
    test(`${check.name}: accepts ${JSON.stringify(tree).slice(0, 200)}`, () => assert.deepEqual(check.run(filesOf(tree)), []));
  }
}

test('comments and literals are told from code, and keep their lines', () => {
  const text = 'int a; // b\n/* c\n d */ f("e // f", \'"\', R"x(\n)" g)x", 1\'000);\n';
  assert.equal(codeOnly(text).replace(/ +/g, ' '), 'int a; \n \n f(" ", " ", " \n ", 1\'000);\n');
  assert.equal(commentsOnly(text).replace(/ +/g, ' '), ' // b\n/* c\n d */ \n \n');
});
