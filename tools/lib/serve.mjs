// SPDX-License-Identifier: Apache-2.0
// A small strict server of static files, for the page on this machine only:
//   node serve.mjs FOLDER [--port N]
// It listens on the loopback address, answers GET and HEAD of files inside the folder, and refuses requests
// that name another host, so that no web page elsewhere can reach it by rebinding its own name.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const typeByExtension = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.yaml': 'text/plain; charset=utf-8',
};

// The strictest policy the page must work under: nothing from elsewhere, no code made from strings.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

// The file that a request's path names inside `folder`, or undefined.
async function fileFor(folder, requestPath) {
  let decoded;
  try {
    decoded = decodeURIComponent(requestPath);
  } catch {
    return undefined;
  }
  if (!decoded.startsWith('/') || /[\0\\]/.test(decoded)) return undefined;
  if (decoded.split('/').some(part => part === '..' || part.startsWith('.'))) return undefined;
  if (decoded.endsWith('/')) decoded += 'index.html';
  try {
    const file = await realpath(path.join(folder, decoded));
    if (!file.startsWith(folder + path.sep)) return undefined;
    const facts = await stat(file);
    return facts.isFile() ? { file, size: facts.size } : undefined;
  } catch {
    return undefined;
  }
}

function refuse(response, status, text, headers = {}) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(text + '\n');
}

async function answer(folder, port, request, response) {
  const allowedHosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!allowedHosts.includes(request.headers.host)) return refuse(response, 421, 'wrong host');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, 405, 'only GET and HEAD', { allow: 'GET, HEAD' });
  }
  const found = await fileFor(folder, request.url.split(/[?#]/, 1)[0]);
  if (!found) return refuse(response, 404, 'not found');
  response.writeHead(200, {
    'content-type': typeByExtension[path.extname(found.file)] ?? 'application/octet-stream',
    'content-length': found.size,
    'cache-control': 'no-cache',
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
  });
  if (request.method === 'HEAD') return response.end();
  createReadStream(found.file).on('error', () => response.destroy()).pipe(response);
}

// Serves `folder` on the loopback address; port 0 takes any free one. Resolves to {url, port, close}.
export async function serve(folder, port = 0) {
  const realFolder = await realpath(folder);
  const server = createServer((request, response) => {
    answer(realFolder, server.address().port, request, response).catch(() => response.destroy());
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const chosen = server.address().port;
  const close = () => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${chosen}/`, port: chosen, close };
}

async function main() {
  const [folder, option, value, ...rest] = process.argv.slice(2);
  const port = option === undefined ? 8080 : Number(value);
  const valid = folder && !rest.length && (option === undefined || option === '--port') &&
      Number.isInteger(port) && port >= 0 && port <= 65535;
  if (!valid) {
    console.error('usage: node serve.mjs FOLDER [--port N]');
    process.exit(2);
  }
  try {
    const server = await serve(folder, port);
    console.log(`Rockpool is at ${server.url}  (Ctrl+C stops it)`);
  } catch (error) {
    const busy = error.code === 'EADDRINUSE';
    console.error(busy ? `port ${port} is in use: choose another with --port N` : String(error.message));
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
