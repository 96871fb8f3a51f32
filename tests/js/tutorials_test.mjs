// SPDX-License-Identifier: Apache-2.0
//
// Runs the blocks of every tutorial in order: `yaml` is applied, `js` is run with `cluster` and `assert`.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

import { Rockpool } from '../../dist/rockpool.js';

const folder = new URL('../../tutorials/', import.meta.url);

// [{language, text, line}] of a Markdown text.
function blocksOf(markdown) {
  const blocks = [];
  let open = null;
  markdown.split('\n').forEach((line, index) => {
    if (open && line === '```') {
      blocks.push(open);
      open = null;
    } else if (open) {
      open.text += `${line}\n`;
    } else if (line.startsWith('```')) {
      open = { language: line.slice(3), text: '', line: index + 2 };
    }
  });
  assert.equal(open, null, `the block of line ${open?.line} does not end`);
  return blocks;
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
  test(file, async () => {
    const blocks = blocksOf(readFileSync(new URL(file, folder), 'utf8'));
    assert.ok(blocks.length > 0, 'a tutorial without blocks');
    const cluster = await Rockpool.create();
    // What one block declares, the next one sees, as in a console.
    const context = vm.createContext({ assert, cluster, Set, JSON });
    for (const { language, text, line } of blocks) {
      if (language === 'yaml') await cluster.apply(text);
      else if (language === 'js') await runScript(text, context, `${file}:${line}`);
      else assert.fail(`${file}:${line}: a block of the unknown language "${language}"`);
    }
    cluster.destroy();
  });
}

// Top-level `const` must outlive its block, and `await` must work in it.
async function runScript(text, context, place) {
  const names = [...text.matchAll(/^const (\w+)/gm)].map((match) => match[1]);
  const body = `(async () => {\n${text}\nreturn { ${names.join(', ')} };\n})()`;
  Object.assign(context, await vm.runInContext(body, context, { filename: place }));
}
