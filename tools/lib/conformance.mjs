// SPDX-License-Identifier: Apache-2.0
// The conformance board: which of Kubernetes' own [sig-network] tests there are, which have a test case here, and
// the page that tells how they go.

const page = 'tests/CONFORMANCE.md';
const folder = 'tests/core/conformance/';
export const builds = [['native', 'native'], ['asan', 'sanitizers'], ['wasm-node', 'Wasm']];

const prefixed = (prefix, names) => names.map(name => `[sig-network] ${prefix} ${name}`);

// All [sig-network] tests of test/conformance/testdata/conformance.yaml, by their codenames without [Conformance].
export const conformance = [
  ...prefixed('DNS', [
    'should provide /etc/hosts entries for the cluster', 'should provide DNS for ExternalName services',
    'should provide DNS for pods for Hostname', 'should provide DNS for pods for Subdomain',
    'should provide DNS for services', 'should provide DNS for the cluster',
    'should resolve DNS of partial qualified names for services [LinuxOnly]',
    'should support configurable pod DNS nameservers',
  ]),
  ...prefixed('EndpointSlice', [
    'should create Endpoints and EndpointSlices for Pods matching a Service',
    'should create and delete Endpoints and EndpointSlices for a Service with a selector specified',
    'should have Endpoints and EndpointSlices pointing to API Server',
    'should support creating EndpointSlice API operations',
  ]),
  ...prefixed('EndpointSliceMirroring', [
    'should mirror a custom Endpoints resource through create update and delete',
  ]),
  ...prefixed('HostPort', [
    'validates that there is no conflict between pods with same hostPort but different hostIP and protocol [LinuxOnly]',
  ]),
  ...prefixed('Ingress API', ['should support creating Ingress API operations']),
  ...prefixed('IngressClass API', ['should support creating IngressClass API operations']),
  ...prefixed('Networking Granular Checks: Pods', [
    'should function for intra-pod communication: http [NodeConformance]',
    'should function for intra-pod communication: udp [NodeConformance]',
    'should function for node-pod communication: http [LinuxOnly] [NodeConformance]',
    'should function for node-pod communication: udp [LinuxOnly] [NodeConformance]',
  ]),
  ...prefixed('Proxy version v1', [
    'A set of valid responses are returned for both pod and service Proxy',
    'A set of valid responses are returned for both pod and service ProxyWithPath',
    'should proxy through a service and a pod',
  ]),
  ...prefixed('Service endpoints latency', ['should not be very high']),
  ...prefixed('Services', [
    'should be able to change the type from ClusterIP to ExternalName',
    'should be able to change the type from ExternalName to ClusterIP',
    'should be able to change the type from ExternalName to NodePort',
    'should be able to change the type from NodePort to ExternalName',
    'should be able to create a functioning NodePort service',
    'should be able to switch session affinity for NodePort service [LinuxOnly]',
    'should be able to switch session affinity for service with type clusterIP [LinuxOnly]',
    'should complete a service status lifecycle', 'should delete a collection of services',
    'should find a service from listing all namespaces',
    'should have session affinity work for NodePort service [LinuxOnly]',
    'should have session affinity work for service with type clusterIP [LinuxOnly]',
    'should provide secure master service', 'should serve a basic endpoint from pods',
    'should serve endpoints on same port and different protocols',
    'should serve multiport endpoints from pods', 'should test the lifecycle of an Endpoint',
  ]),
];

// The names of the test cases of a test file.
function testCases(text) {
  const names = [];
  for (const match of text.matchAll(/\bTEST_CASE\(\s*((?:"(?:[^"\\\n]|\\.)*"\s*)+)\)/g)) {
    names.push([...match[1].matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(part => part[1]).join(''));
  }
  return names;
}

// Every conformance test case among the files [{path, text}]: [{name, path}].
export function findTestCases(files) {
  return files.filter(file => file.path.startsWith(folder) && file.path.endsWith('_test.cpp'))
      .flatMap(file => testCases(file.text).map(name => ({ name, path: file.path })))
      .filter(({ name }) => name.startsWith('[sig-network]'));
}

// What doctest's XML says of each case: Map(name → passed).
export function readResults(xml) {
  const unescape = text => text.replace(/&(lt|gt|quot|apos|amp|#x?\w+);/g, (whole, name) =>
    ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? whole);
  const results = new Map();
  for (const match of xml.matchAll(/<TestCase name="([^"]*)"(?:[^>]*[^/>])?>([\s\S]*?)<\/TestCase>/g)) {
    results.set(unescape(match[1]), /test_case_success="true"/.test(match[2]));
  }
  return results;
}

// The page, from what each build says: Map(build → Map(name → passed)).
export function writePage(names, results, reasons) {
  const result = (name, build) =>
    !names.includes(name) ? '—' : !results.has(build) ? 'not run' : results.get(build).get(name) ? 'pass' : '**fail**';
  const row = name => `| ${name} | ${builds.map(([build]) => result(name, build)).join(' | ')} |`;
  const head = `| test | ${builds.map(([, title]) => title).join(' | ')} |\n|---|${builds.map(() => '---').join('|')}|`;
  const passes = name => [...results.keys()].length > 0 && [...results.keys()].every(build => result(name, build) === 'pass');
  const passing = conformance.filter(passes);
  const absent = conformance.filter(name => !names.includes(name));
  const further = names.filter(name => !conformance.includes(name)).sort();
  const reasonRows = Object.entries(reasons.further).map(([name, reason]) => `| ${name} | ${reason} |`);
  return `# Conformance

Kubernetes' own tests of Services and their network, done again here: each row is a test case of that name in
\`tests/core/conformance/\`, which drives a whole cluster through what the upstream test of that name checks.
\`tools/conformance\` runs them in every build and writes this page.

## The [sig-network] conformance tests

${passing.length} of ${conformance.length} pass in every build that was run.

${head}
${conformance.map(row).join('\n')}

${absent.map(name => `- ${name}: ${reasons.absent[name]}`).join('\n') || 'None is left out.'}

## Other [sig-network] tests

Upstream has more tests than conformance asks for. These have a test case here:

${head}
${further.map(row).join('\n')}
${reasonRows.length === 0 ? '' : `
Of these something is missing, or they do not apply:

| test | why |
|---|---|
${reasonRows.join('\n')}
`}`;
}

// What the page and the test cases do not agree on: [{path, line, message}].
export function compare(files) {
  const text = files.find(file => file.path === page)?.text;
  const cases = findTestCases(files);
  if (text === undefined) {
    return cases.length === 0 ? [] : [{ path: page, line: 1, message: 'is missing: run tools/conformance' }];
  }
  const rows = new Map();
  text.split('\n').forEach((line, index) => {
    const match = /^\| (\[sig-network\] .*?) \| (.*) \|$/.exec(line);
    if (match) rows.set(match[1], { line: index + 1, cells: match[2] });
  });
  const findings = [];
  for (const { name, path } of cases) {
    const row = rows.get(name);
    if (!row || /—/.test(row.cells)) findings.push({ path, line: 1, message: `${page} lacks ${name}` });
  }
  const known = new Set(cases.map(({ name }) => name));
  for (const [name, { line, cells }] of rows) {
    if (!known.has(name) && !/—/.test(cells)) findings.push({ path: page, line, message: `no test case is named ${name}` });
  }
  for (const name of conformance) {
    if (!rows.has(name)) findings.push({ path: page, line: 1, message: `lacks ${name}` });
  }
  return findings;
}

export { page };
