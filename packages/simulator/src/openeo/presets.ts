import type { Switches } from './behaviour.ts';

/** The specification as it is written, where it leaves no choice. */
const spec: Switches = {
  wellKnown: 'listed',
  versions: [
    { version: '1.0', production: true },
    { version: '1.2', production: true },
  ],
  urlsEndWithSlash: false,
  unknownVersion: 404,
  unknownPath: 'json',
  offersValidation: true,
  processes: [
    {
      id: 'process-1',
      summary: 'Simulated process',
      description: 'It is simulated: nothing is computed.',
      parameters: [],
    },
    ...['load_collection', 'save_result', 'add', 'ndvi', 'aggregate_spatial', 'mean'].map((id) => ({
      id,
      summary: `Simulated ${id}`,
      description: 'It is simulated: nothing is computed.',
      parameters: [
        { name: id === 'load_collection' ? 'id' : 'data', type: 'string', optional: false, description: '' },
      ],
    })),
  ],
  badToken: 403,
  tokenForm: 'prefixed',
  basicTokenSaysItsEnd: false,
  oidcProviderId: 'simulated',
  tokenSeconds: 3600,
  newRefreshToken: false,
  device: { approvedAfterSeconds: 1, intervalSeconds: 1, expiresSeconds: 600, denied: false },
  jobNamedIn: 'both',
  validatesAtCreation: false,
  clientMistake: 400,
  startAgain: 'reruns-ended',
  queueSeconds: 0,
  jobSeconds: 1,
  failPercent: 0,
  failMessage: 'Simulated failure: the process found no usable tile',
  saysProgress: true,
  costPerJob: 4,
  listShowsCosts: true,
  statusLagSeconds: 0,
  newJobLagSeconds: 0,
  cancelledRun: 'canceled',
  cancelStopsWork: true,
  patch: 'changes',
  honoursLimit: true,
  listOrder: 'oldest',
  listLagSeconds: 0,
  listShowsTitle: true,
  federationMissing: [],
  resultsOfError: 400,
  partialResults: false,
  resultsAs: 'collection',
  assetHrefs: 'absolute',
  assetSeconds: 3600,
};

/** What the HTTP layer of VITO, Terrascope and the Copernicus Data Space does. */
const vito: Switches = {
  ...spec,
  versions: [
    { version: '1.0.0', production: true },
    { version: '1.1.0', production: true },
    { version: '1.2.0', production: true },
    { version: '1.3.0', production: false },
  ],
  urlsEndWithSlash: true,
  unknownVersion: 501,
  startAgain: 'ignored',
  patch: 'unsupported',
  // Costs are in the record of a job before it has ended, but its list does not read them.
  currency: 'credits',
  listShowsCosts: false,
  partialResults: true,
};

/** What the driver for Google Earth Engine does. */
const earthEngine: Switches = {
  ...spec,
  versions: [{ version: 'v1.2', production: true }],
  unknownPath: 'html',
  badToken: 500,
  basicTokenSaysItsEnd: true,
  validatesAtCreation: true,
  clientMistake: 500,
  startAgain: 'refused-while-active',
  saysProgress: false,
  cancelStopsWork: false,
  honoursLimit: false,
  listOrder: 'random',
  resultsOfError: 424,
  resultsAs: 'item',
};

const presets = { spec, vito, 'earth-engine': earthEngine };

export const presetOf = (name: keyof typeof presets): Switches => presets[name];
