// SPDX-License-Identifier: Apache-2.0
// Who may include whom. ARCHITECTURE.md says why.
import { inCore, includes, isCpp } from './cpp.mjs';

// A room may include rooms on lower floors and itself, nothing else.
export const floorOfRoom = {
  'core/doc': 0, 'core/sim': 0,
  'core/api': 1, 'core/pki': 1,
  'core/store': 2,
  'core/client': 3, 'core/apiserver': 3,
  'core/controllers': 4, 'core/scheduler': 4, 'core/node': 4, 'core/net': 4,
  'core/cluster': 5,
  'core/scenario': 6,
  'web': 7, 'native': 7,
};

// The program opens the application's window; a client calls the server's verbs in process; a node's
// sandboxes are hosts of the network.
const allowedAcross = { 'native': 'web', 'core/client': 'core/apiserver', 'core/node': 'core/net' };

// The room a path lies in, or undefined: 'core/doc/json.h' is in 'core/doc'.
function roomOf(path) {
  const [first, second] = path.split('/');
  const room = first === 'core' ? `core/${second}` : first;
  return room in floorOfRoom ? room : undefined;
}

function mayInclude(from, to) {
  return from === to || floorOfRoom[to] < floorOfRoom[from] || allowedAcross[from] === to;
}

export const floors = {
  name: 'rooms include only the floors below them',
  run(files) {
    const findings = [];
    for (const { path, text } of files.filter(file => isCpp(file.path))) {
      const from = roomOf(path);
      if (!from) {
        if (inCore(path)) findings.push({ path, line: 1, message: 'lies in no room that has a floor' });
        continue;
      }
      for (const { line, name } of includes(text)) {
        const to = roomOf(name);
        if (to && !mayInclude(from, to)) {
          const message = `${from} (floor ${floorOfRoom[from]}) may not include ${to} (floor ${floorOfRoom[to]})`;
          findings.push({ path, line, message });
        }
      }
    }
    return findings;
  },
};

export const includePaths = {
  name: 'includes are written from the root and name files that exist',
  run(files) {
    const findings = [];
    const paths = new Set(files.map(file => file.path));
    const ours = /^(core|web|native|tests|tools)\//;
    for (const { path, text } of files.filter(file => isCpp(file.path) && ours.test(file.path))) {
      for (const { line, name, quoted } of includes(text)) {
        if (quoted && !ours.test(name)) {
          if (inCore(path)) findings.push({ path, line, message: `"${name}" is not written from the root` });
        } else if (ours.test(name) && !paths.has(name)) {
          findings.push({ path, line, message: `${name} does not exist` });
        }
      }
    }
    return findings;
  },
};
