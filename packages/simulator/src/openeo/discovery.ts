import type { Asked, Reply } from '../platform.ts';
import type { OpenEoBehaviour } from './behaviour.ts';
import { errorReply, json } from './errors.ts';
import { issuerPath } from './issuer.ts';
import { graphOf, nodesOf } from './jobs.ts';

export const apiPrefix = '/openeo';
const jwt = 'https://api.openeo.org/1.3.0/authentication/jwt';
const processesPerPage = 50;

/** `GET /.well-known/openeo`. */
export function wellKnown(behaviour: OpenEoBehaviour, { ownOrigin }: Asked): Reply {
  if (behaviour.wellKnown === 'missing') return errorReply(404, 'NotFound', 'Not found');
  const origin = behaviour.wellKnown === 'elsewhere' ? 'https://openeo.elsewhere.example' : ownOrigin;
  const versions = behaviour.versions.map(({ version, production }) => ({
    url: `${origin}${apiPrefix}/${version}${behaviour.urlsEndWithSlash ? '/' : ''}`,
    api_version: numberOf(version),
    ...(production !== undefined && { production }),
  }));
  return json({ versions });
}

/** `GET /`: what this version of the API can do. */
export function capabilities(behaviour: OpenEoBehaviour, asked: Asked): Reply {
  const version = numberOf(asked.params.version ?? '');
  const endpoint = (path: string, ...methods: string[]) => ({ path, methods });
  return json({
    api_version: version,
    backend_version: '0.1.0',
    stac_version: '1.0.0',
    type: 'Catalog',
    id: 'simulated',
    title: 'Simulated openEO back-end',
    description: 'Nothing is computed here.',
    conformsTo: classes(behaviour, version),
    endpoints: [
      endpoint('/processes', 'GET'),
      endpoint('/credentials/basic', 'GET'),
      endpoint('/credentials/oidc', 'GET'),
      endpoint('/jobs', 'GET', 'POST'),
      endpoint('/jobs/{job_id}', 'GET', 'DELETE', ...(behaviour.patch === 'changes' ? ['PATCH'] : [])),
      endpoint('/jobs/{job_id}/results', 'GET', 'POST', 'DELETE'),
      endpoint('/jobs/{job_id}/logs', 'GET'),
      ...(behaviour.offersValidation ? [endpoint('/validation', 'POST')] : []),
    ],
    ...(behaviour.currency !== undefined && { billing: { currency: behaviour.currency } }),
    links: [],
  });
}

export const conformance = (behaviour: OpenEoBehaviour, asked: Asked): Reply =>
  json({ conformsTo: classes(behaviour, numberOf(asked.params.version ?? '')) });

export function oidcProviders({ oidcProviderId }: OpenEoBehaviour, { ownOrigin }: Asked): Reply {
  return json({
    providers: [
      { id: 'another', issuer: 'https://login.elsewhere.example/realms/other/', title: 'Another', scopes: ['openid'] },
      { id: oidcProviderId, issuer: `${ownOrigin}${issuerPath}`, title: 'Simulated', scopes: ['openid'] },
    ],
  });
}

/** `GET /processes`, in pages. */
export function listProcesses(behaviour: OpenEoBehaviour, asked: Asked): Reply {
  const from = Number(asked.query.get('from') ?? 0);
  const processes = behaviour.processes.slice(from, from + processesPerPage).map((process) => ({
    ...process,
    parameters: process.parameters.map(({ type, ...rest }) => ({ ...rest, schema: { type } })),
    returns: { schema: {} },
  }));
  const next = from + processesPerPage;
  const href = `${asked.ownOrigin}${apiPrefix}/${asked.params.version}/processes?from=${next}`;
  return json({ processes, links: next < behaviour.processes.length ? [{ rel: 'next', href }] : [] });
}

/** `POST /validation`: 200 whatever is wrong with the process. */
export function validate(behaviour: OpenEoBehaviour, asked: Asked): Reply {
  if (!behaviour.offersValidation) return errorReply(501, 'FeatureUnsupported', 'Feature not supported.');
  let body: unknown;
  try {
    body = JSON.parse(asked.body);
  } catch {
    return errorReply(400, 'Internal', 'The body is no JSON.');
  }
  const errors = mistakesIn(body, behaviour);
  return json({ errors });
}

/** What is wrong with the process of a job. */
export function mistakesIn(body: unknown, behaviour: OpenEoBehaviour): { code: string; message: string }[] {
  const graph = graphOf(body);
  if (!graph) return [{ code: 'ProcessGraphMissing', message: 'No valid process graph specified.' }];
  const nodes = nodesOf(graph);
  if (nodes.length === 0) return [{ code: 'ProcessGraphInvalid', message: 'The process graph has no nodes.' }];
  const known = new Set(behaviour.processes.map((process) => process.id));
  return nodes
    .filter((node) => !known.has(node.process_id))
    .map((node) => ({
      code: 'ProcessUnsupported',
      message: `Process with identifier '${node.process_id}' is not available.`,
    }));
}

/** Whether this is one of the API's versions here; otherwise how it is answered. */
export function versionFault(behaviour: OpenEoBehaviour, version: string | undefined): Reply | undefined {
  if (behaviour.versions.some((one) => one.version === version)) return undefined;
  return errorReply(behaviour.unknownVersion, 'UnsupportedApiVersion', `Unsupported API version '${version ?? ''}'.`);
}

function classes({ tokenForm }: OpenEoBehaviour, version: string): string[] {
  return [`https://api.openeo.org/${version}`, ...(tokenForm === 'prefixed' ? [] : [jwt])];
}

/** `v1.2` is 1.2.0. */
function numberOf(version: string): string {
  const number = version.replace(/^v/, '');
  return /^\d+\.\d+$/.test(number) ? `${number}.0` : number;
}
