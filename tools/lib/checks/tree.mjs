// SPDX-License-Identifier: Apache-2.0
// Checks of the repository as a whole.
import { codeOnly, commentsOnly, isCpp } from './cpp.mjs';

const topLevel = ['.ci', '.clang-format', '.gitignore', 'ARCHITECTURE.md', 'CMakeLists.txt', 'CMakePresets.json',
                  'LICENSE', 'README.md', 'core', 'native', 'tests', 'tools', 'tutorials', 'web'];
const required = ['ARCHITECTURE.md', 'CMakeLists.txt', 'LICENSE', 'README.md'];

export const topLevelIsFixed = {
  name: 'the top level is as fixed',
  run(files) {
    const present = new Set(files.map(file => file.path.split('/')[0]));
    const extra = [...present].filter(name => !topLevel.includes(name));
    const missing = required.filter(name => !present.has(name));
    return [...extra.map(path => ({ path, line: 1, message: 'does not belong at the top level' })),
            ...missing.map(path => ({ path, line: 1, message: 'is missing' }))];
  },
};

const isSource = path => /\.(cpp|h|mjs|js|ts|css|html|cmake|sh)$/.test(path) || /(^|\/)CMakeLists\.txt$/.test(path);

export const licence = {
  name: 'every source file begins with its licence',
  run(files) {
    return files.filter(({ path, text }) => isSource(path) || text.startsWith('#!'))
        .filter(({ text }) => !text.split('\n').slice(0, 2).join('\n').includes('SPDX-License-Identifier: Apache-2.0'))
        .map(({ path }) => ({ path, line: 1, message: "lacks 'SPDX-License-Identifier: Apache-2.0'" }));
  },
};

// Where packages come from is the machine's business: its own configuration says. Spelt in pieces, so that
// this file passes too.
const hosts = [['debian', 'org'], ['npmjs', 'org'], ['npmjs', 'com'], ['pypi', 'org'], ['pythonhosted', 'org'],
               ['ubuntu', 'com'], ['yarnpkg', 'com'], ['jsdelivr', 'net'], ['unpkg', 'com']]
    .map(parts => parts.join('\\.')).join('|');
const packageHost = new RegExp(`\\b(${hosts})\\b`, 'i');
const anyUrl = /\bhttps?:\/\/(?!127\.0\.0\.1|localhost|\$|\[)[\w.-]+/;

export const noHosts = {
  name: 'no file names a package host, and no script a web address',
  run(files) {
    const findings = [];
    for (const { path, text } of files) {
      const isScript = /^(tools|\.ci)\//.test(path) && !path.startsWith('tools/bench.d/') || /(^CMake.*|\.cmake)$/.test(path);
      text.split('\n').forEach((line, index) => {
        const match = packageHost.exec(line) ?? (isScript ? anyUrl.exec(line) : null);
        if (match) findings.push({ path, line: index + 1, message: `names ${match[0]}` });
      });
    }
    return findings;
  },
};

const machinePath = new RegExp(`(^|[\\s"'\`(=:])(/(${['wt', 'work'].join('|')})/|\\.\\./${'shared'}\\b)`);

export const noMachinePaths = {
  name: 'no file names a path of one machine',
  run(files) {
    const findings = [];
    for (const { path, text } of files) {
      text.split('\n').forEach((line, index) => {
        const match = machinePath.exec(line);
        if (match) findings.push({ path, line: index + 1, message: `names ${match[0].trim()}` });
      });
    }
    return findings;
  },
};

export const noUnfinishedNotes = {
  name: 'comments hold no notes of unfinished work',
  run(files) {
    const findings = [];
    const note = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
    for (const { path, text } of files.filter(file => isSource(file.path))) {
      const comments = isCpp(path) ? commentsOnly(text) : text;
      comments.split('\n').forEach((line, index) => {
        const match = note.exec(line);
        if (match) findings.push({ path, line: index + 1, message: `says ${match[0]}` });
      });
    }
    return findings;
  },
};

const columnsMax = 100;

export const lineLength = {
  name: `C++ lines have at most ${columnsMax} columns`,
  run(files) {
    const findings = [];
    for (const { path, text } of files.filter(file => isCpp(file.path))) {
      // A raw string (a manifest, a golden text) keeps its own lines.
      const code = codeOnly(text).split('\n');
      text.split('\n').forEach((line, index) => {
        const width = [...line].length;
        const inLiteral = code[index].trim() === '' && line.trim() !== '' && !/^\s*(\/\/|\*|\/\*)/.test(line);
        if (width > columnsMax && !inLiteral) findings.push({ path, line: index + 1, message: `has ${width} columns` });
      });
    }
    return findings;
  },
};

// A path as a page writes it, with <placeholder> or * for a part that varies, as a pattern.
function patternOf(written) {
  const escaped = written.replace(/[.+^$()|[\]\\]/g, '\\$&');
  return new RegExp('^' + escaped.replace(/<[^>]+>|\*+|…/g, '[^ ]*') + '(/.*)?$');
}

export const pathsInPages = {
  name: 'the files that ARCHITECTURE.md and README.md name exist',
  run(files) {
    const findings = [];
    for (const { path, text } of files.filter(file => /^(ARCHITECTURE|README)\.md$/.test(file.path))) {
      text.split('\n').forEach((line, index) => {
        for (const [, quoted] of line.matchAll(/`([^`\n]+)`/g)) {
          const written = quoted.replace(/^\.\//, '').split(/\s/)[0].replace(/[/,:]$/, '');
          if (!/^(core|web|native|tutorials|tests|tools|\.ci)\//.test(written)) continue;
          for (const each of expandBraces(written)) {
            const pattern = patternOf(each);
            if (files.some(file => pattern.test(file.path))) continue;
            findings.push({ path, line: index + 1, message: `names ${each}, which does not exist` });
          }
        }
      });
    }
    return findings;
  },
};

// 'core/doc/json.{h,cpp}' means two files.
function expandBraces(written) {
  const match = /^(.*)\{([^{}]*)\}(.*)$/.exec(written);
  if (!match) return [written];
  return match[2].split(',').flatMap(part => expandBraces(match[1] + part.trim() + match[3]));
}
