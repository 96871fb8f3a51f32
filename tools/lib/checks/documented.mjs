// SPDX-License-Identifier: Apache-2.0
// Every type, free function and public member function that a core header declares has a comment: above it,
// on its line, or above the unbroken group of lines it belongs to.
import { codeOnly, commentsOnly, inCore, isHeader, lineAt } from './cpp.mjs';

// What needs no words of its own: what the compiler writes; what the interface it overrides, the type's own
// comment or the language's protocols have said (constructors, assignment, iteration, awaiting); and an
// accessor without arguments, whose name is all there is to say.
const speaksForItself = [
  /=\s*(default|delete)\s*$/, /~\w+\s*\(/, /\boverride\b/, /\bstatic_assert\b/,
  /^\s*(friend|using|extern|namespace|typedef)\b/,
  /\boperator\s*(==|<=>|!=|<|=|\*|->|\+\+|--|\[\]|\(\)|bool)/, /\bstruct std::hash\b/,
  /\b(begin|end|size|empty|swap|await_ready|await_suspend|await_resume|get_return_object|initial_suspend|final_suspend|return_void|return_value|unhandled_exception|yield_value)\s*\(/,
  /^[^()]*\b\w+\s*\(\s*\)\s*const\b/, /\b(promise_type|Iterator|iterator)\b[^(]*$/,
];

// The declarations of a header at namespace and public class level: [{start, end, head, named}], `head` being
// the text before its body or semicolon and start and end being positions in it.
export function declarations(code) {
  const text = code.replace(/^[ \t]*#(?:[^\n\\]|\\[^\n]|\\\n)*/gm, directive => directive.replace(/[^\n]/g, ' '));
  const found = [];
  const scopes = [{ kind: 'namespace', open: true }];
  let start = -1;
  let depthParen = 0;
  for (let at = 0; at < text.length; ++at) {
    const scope = scopes.at(-1);
    const character = text[at];
    if (start === -1) {
      if (/\s/.test(character)) continue;
      start = at;
    }
    if (character === '(' || character === '[') ++depthParen;
    if (character === ')' || character === ']') --depthParen;
    if (depthParen > 0) continue;
    const head = text.slice(start, at);
    if (character === ':' && scope.kind === 'class' && /^(public|private|protected)\s*$/.test(head)) {
      scope.open = head.trim() === 'public';
      start = -1;
    } else if (character === ';') {
      if (scope.open && scope.kind !== 'body') found.push({ start, end: at, head, body: false, className: scope.name });
      start = -1;
    } else if (character === '{') {
      const kind = kindOfBrace(head, scope);
      if (kind !== 'namespace' && scope.open && scope.kind !== 'body') {
        found.push({ start, end: at, head, body: true, className: scope.name });
      }
      const open = kind === 'namespace' ? !/namespace\s+(\w+::)*(detail|internal)\b/.test(head)
                                        : kind === 'class' && scope.open && !/\bclass\s/.test(head);
      scopes.push({ kind, open, name: kind === 'class' ? nameOfClass(head) : undefined });
      start = -1;
    } else if (character === '}') {
      scopes.pop();
      start = -1;
      // What follows a type's or an initialiser's closing brace up to the semicolon belongs to it.
      const rest = /^[^;{}\n]*;/.exec(text.slice(at + 1));
      if (rest) at += rest[0].length;
    }
  }
  return found;
}

const nameOfClass = head => /\b(?:struct|class|union)\s+(?:\[\[.*?\]\]\s*)?(\w+)/.exec(head)?.[1];

function kindOfBrace(head, scope) {
  if (scope.kind === 'body') return 'body';
  if (/^\s*(inline\s+)?namespace\b/.test(head)) return 'namespace';
  if (/^\s*(template\s*<[\s\S]*>\s*)?(requires\b[\s\S]*?)?(struct|class|union)\b[^()=]*$/.test(head)) return 'class';
  return 'body';
}

// A short description of a declaration that must be documented, or undefined.
function needsWords({ head, body, className }) {
  const text = head.replace(/\s+/g, ' ').trim();
  if (!text || speaksForItself.some(pattern => pattern.test(text))) return undefined;
  const type = /^(?:template ?<.*> ?)?(struct|class|union|enum(?: class| struct)?) (?:\[\[.*?\]\] ?)?([\w:]+)/.exec(text);
  if (type && !/\(/.test(text)) return body ? `${type[1]} ${type[2]}` : undefined;
  const name = /(operator ?\(\)|operator ?[^\s(]+|[\w~]+) ?\(/.exec(withoutAngles(text).replace(/^template ?(requires ?\(.*?\) (?=\w))?/, ''));
  if (!name || /=/.test(text.slice(0, text.indexOf('('))) && !/operator/.test(text)) return undefined;
  if (name[1] === className) return undefined;
  return `${name[1]}()`;
}

// The text without its template arguments and parameters.
function withoutAngles(text) {
  for (let shorter = text;; text = shorter) {
    shorter = text.replace(/<[^<>]*>/, '');
    if (shorter === text) return text;
  }
}

export const documented = {
  name: 'what the core headers declare is documented',
  run(files) {
    const findings = [];
    for (const { path, text } of files.filter(file => isHeader(file.path) && inCore(file.path))) {
      const code = codeOnly(text);
      const lines = text.split('\n');
      const comments = commentsOnly(text).split('\n').map(line => line.trim() !== '');
      const isDocumented = (first, last) => {
        if (comments.slice(first - 1, last).some(Boolean)) return true;
        for (let above = first - 2; above >= 0; --above) {
          if (comments[above]) return true;
          if (lines[above].trim() === '' || /^\s*(public|private|protected):/.test(lines[above])) return false;
          if (/\{\s*$/.test(lines[above])) return false;
        }
        return false;
      };
      for (const declaration of declarations(code)) {
        const what = needsWords(declaration);
        if (!what) continue;
        const first = lineAt(code, declaration.start);
        if (isDocumented(first, lineAt(code, declaration.end))) continue;
        findings.push({ path, line: first, message: `${what} has no comment` });
      }
    }
    return findings;
  },
};
