// SPDX-License-Identifier: Apache-2.0
// What core/ must not know: the world outside it, and anything whose answer differs between two machines,
// two standard libraries or two runs.
import { codeOnly, commentsOnly, inCore, includes, isCpp, lineAt } from './cpp.mjs';

const forbiddenHeaders = new Map(Object.entries({
  'threads': ['thread', 'mutex', 'shared_mutex', 'condition_variable', 'future', 'stop_token', 'semaphore',
              'latch', 'barrier', 'atomic', 'pthread.h'],
  'files and streams of the process': ['fstream', 'filesystem', 'iostream', 'fcntl.h', 'unistd.h'],
  'the wall clock': ['ctime', 'time.h'],
  'random numbers that are not sim::Random': ['random'],
  'sockets': ['netdb.h', 'poll.h', 'netinet/in.h', 'arpa/inet.h', 'ifaddrs.h'],
  'signals and processes': ['csignal', 'signal.h', 'spawn.h', 'dlfcn.h'],
  'the locale of the process': ['locale', 'clocale', 'locale.h'],
}).flatMap(([what, names]) => names.map(name => [name, what])));

const forbiddenNames = [
  ['the wall clock', /\b(system_clock|steady_clock|high_resolution_clock|utc_clock|file_clock|gettimeofday|clock_gettime|localtime|gmtime|strftime|mktime|timespec_get)\b|\bstd::(time|clock)\s*\(|(?<![\w.>:])time\s*\(\s*(nullptr|NULL|0)\s*\)/],
  ['the environment', /\b(getenv|secure_getenv|setenv|putenv)\b/],
  ['threads', /\bstd::(thread|jthread|mutex|async|this_thread|atomic)\b|\bthread_local\b/],
  ['files', /\b(fopen|freopen|tmpfile|ifstream|ofstream|popen)\b|\bstd::(cout|cerr|clog|cin)\b|(?<![\w.>])(printf|fprintf|puts|putchar)\s*\(/],
  ['unseeded or library-dependent randomness', /\b(random_device|default_random_engine|mt19937|mt19937_64|uniform_int_distribution|uniform_real_distribution|std::shuffle|ranges::shuffle|std::sample)\b|(?<![\w.>:])s?rand\s*\(|\bstd::s?rand\b/],
  ['processes', /\bstd::system\s*\(|(?<![\w.>:])(fork|execve|vfork)\s*\(\s*\)/],
  ['functions whose last digit differs between C libraries', /\bstd::(pow|exp|exp2|expm1|log|log2|log10|log1p|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|cbrt|hypot|tgamma|lgamma|erf)\s*\(/],
];

export const purity = {
  name: 'the core knows no clock, thread, file, socket, environment or unseeded chance',
  run(files) {
    const findings = [];
    for (const { path, text } of files.filter(file => isCpp(file.path) && inCore(file.path))) {
      for (const { line, name, quoted } of includes(text)) {
        const what = forbiddenHeaders.get(name) ?? (/^(sys|linux|emscripten)\//.test(name) ? 'the platform' : undefined);
        if (!quoted && what) findings.push({ path, line, message: `<${name}>: the core knows nothing of ${what}` });
      }
      codeOnly(text).split('\n').forEach((code, index) => {
        for (const [what, pattern] of forbiddenNames) {
          const match = pattern.exec(code);
          if (match) findings.push({ path, line: index + 1, message: `${match[0].trim()}: the core uses no ${what}` });
        }
      });
    }
    return findings;
  },
};

export const parsers = {
  name: 'yaml-cpp and nlohmann/json are known in core/doc only, and in no header',
  run(files) {
    const findings = [];
    for (const { path, text } of files.filter(file => isCpp(file.path))) {
      for (const { line, name } of includes(text)) {
        if (!/^(yaml-cpp|nlohmann)\//.test(name)) continue;
        const allowed = path.startsWith('core/doc/') && path.endsWith('.cpp');
        if (!allowed) findings.push({ path, line, message: `may not include <${name}>` });
      }
    }
    return findings;
  },
};

export const thirdParty = {
  name: 'the core uses the standard library and {fmt} only',
  run(files) {
    const findings = [];
    for (const { path, text } of files.filter(file => isCpp(file.path) && inCore(file.path))) {
      for (const { line, name, quoted } of includes(text)) {
        const library = /^([\w-]+)\//.exec(name)?.[1];
        if (quoted || !library || ['fmt', 'yaml-cpp', 'nlohmann'].includes(library)) continue;
        findings.push({ path, line, message: `may not include <${name}>` });
      }
    }
    return findings;
  },
};

// Two standard libraries order equal elements differently, so an unstable sort by part of the elements is a
// second history. Sorting whole values by their own order is safe.
export const stableSort = {
  name: 'the core sorts stably, or says that no two elements compare equal',
  run(files) {
    const findings = [];
    const unstable = /\bstd::(ranges::)?(sort|partial_sort|nth_element)\s*\(/g;
    for (const { path, text } of files.filter(file => isCpp(file.path) && inCore(file.path))) {
      const code = codeOnly(text);
      const comments = commentsOnly(text).split('\n');
      for (const match of code.matchAll(unstable)) {
        const plainArguments = (match[1] ? 1 : 2) + (match[2] === 'sort' ? 0 : 1);
        if (argumentCount(code, match.index + match[0].length) <= plainArguments) continue;
        const line = lineAt(code, match.index);
        if (/total order/i.test(comments.slice(Math.max(0, line - 4), line).join(' '))) continue;
        const message = `${match[0]}…: use stable_sort, or say above it that the order is a total order`;
        findings.push({ path, line, message });
      }
    }
    return findings;
  },
};

// How many arguments a call has whose text after the opening parenthesis begins at `start`.
function argumentCount(code, start) {
  let depth = 0;
  let count = 1;
  for (let at = start; at < code.length; ++at) {
    if ('([{'.includes(code[at])) ++depth;
    if (')]}'.includes(code[at]) && depth-- === 0) break;
    if (code[at] === ',' && depth === 0) ++count;
  }
  return count;
}

// Two clusters on one page share nothing that can change.
export const noMutableStatics = {
  name: 'the core has no variable that outlives a cluster',
  run(files) {
    const findings = [];
    // `static` or `inline` variables; a parenthesis before the first = { ; means a function.
    const variable = /(?:^|[;{}]|\n)[ \t]*((?:static|inline|extern|constinit)\b(?:[ \t]+(?:static|inline|constinit|thread_local))*[ \t]+[^;={}()\n]*[\w>*&\]][ \t]*(?=[;={]))/g;
    for (const { path, text } of files.filter(file => isCpp(file.path) && inCore(file.path))) {
      const code = codeOnly(text);
      for (const match of code.matchAll(variable)) {
        const declaration = match[1];
        if (/\b(const|constexpr|namespace|struct|class|enum|union|using|operator|concept|template)\b/.test(declaration)) continue;
        if (/^extern\s+"/.test(declaration)) continue;
        const line = lineAt(code, match.index + match[0].indexOf(declaration));
        findings.push({ path, line, message: `'${declaration.trim()}' can change and is shared by every cluster` });
      }
    }
    return findings;
  },
};
