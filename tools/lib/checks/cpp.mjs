// SPDX-License-Identifier: Apache-2.0
// Just enough C++ reading for the checks: no preprocessing, no types.

// Matches, in this order, what must not be taken for code: line comments, block comments, raw strings,
// strings, characters (but not the digit separator of 1'000).
const notCode =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\bR"([^(\s]*)\([\s\S]*?\)\1"|"(?:[^"\\\n]|\\.)*"|(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)*'/g;

const blank = text => text.replace(/[^\n]/g, ' ');

// The text with every comment and every literal's content replaced by spaces: same length, same lines.
export function codeOnly(text) {
  return text.replace(notCode, match => /^(\/\/|\/\*)/.test(match) ? blank(match)
                                                                  : '"' + blank(match.slice(1, -1)) + '"');
}

// The comments only; everything else is spaces.
export function commentsOnly(text) {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(notCode)) {
    const isComment = /^(\/\/|\/\*)/.test(match[0]);
    result += blank(text.slice(end, match.index)) + (isComment ? match[0] : blank(match[0]));
    end = match.index + match[0].length;
  }
  return result + blank(text.slice(end));
}

// The number, from 1, of the line that holds the character at `index`.
export function lineAt(text, index) {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) ++line;
  return line;
}

// Every #include: [{line, name, quoted}].
export function includes(text) {
  const found = [];
  const code = codeOnly(text);
  const directives = commentFree(text).matchAll(/^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/gm);
  for (const match of directives) {
    if (code[text.indexOf('#', match.index)] !== '#') continue;  // A line of a raw string.
    const quoted = match[1] !== undefined;
    found.push({ line: lineAt(text, match.index), name: match[1] ?? match[2], quoted });
  }
  return found;
}

// The text without its comments, literals kept.
function commentFree(text) {
  return text.replace(notCode, match => /^(\/\/|\/\*)/.test(match) ? blank(match) : match);
}

export const isCpp = path => /\.(cpp|h)$/.test(path);
export const isHeader = path => /\.h$/.test(path);
export const inCore = path => path.startsWith('core/');
