// SPDX-License-Identifier: Apache-2.0
// The checks that tools/check runs. A check is {name, run}: run(files) gets every file as {path, text} and
// returns what is wrong as [{path, line, message}].
import { conformanceBoard } from './conformance.mjs';
import { documented } from './documented.mjs';
import { floors, includePaths } from './floors.mjs';
import { noMutableStatics, parsers, purity, stableSort, thirdParty } from './purity.mjs';
import { licence, lineLength, noHosts, noMachinePaths, noUnfinishedNotes, pathsInPages, topLevelIsFixed } from './tree.mjs';

export const checks = [
  topLevelIsFixed, floors, includePaths, purity, parsers, thirdParty, stableSort, noMutableStatics, documented,
  licence, lineLength, noUnfinishedNotes, noHosts, noMachinePaths, pathsInPages, conformanceBoard,
];
