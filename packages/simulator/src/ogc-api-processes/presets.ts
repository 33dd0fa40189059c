import type { Described } from './behaviour.ts';

export const presetNames = ['ogc-1.0', 'ogc-2.0', 'pygeoapi', 'zoo', 'geoserver', 'weaver'] as const;
export type PresetName = (typeof presetNames)[number];

/** In what each server differs from the plain one, as docs/platforms/ogc-api-processes.md has it. */
export const presets: Record<PresetName, Partial<Described>> = {
  'ogc-1.0': {},
  'ogc-2.0': {
    conformance: '2.0',
    idMember: 'id',
    processMember: 'uri',
    syncJob: 'monitor-link',
    inputsShown: 'everywhere',
    goneStatus: 410,
  },
  pygeoapi: {
    acceptedWholeRun: true,
    progress: 'standing-still',
    prefers: 'whole',
    syncJob: 'location',
    launchBody: 'minimal',
    filters: 'ignored',
    listOrder: 'oldest-pages',
    fullPage: 'has-next',
    nextKeepsQuery: false,
    errors: 'bare-words',
    html: 'unless-json-is-asked-for',
    dismissal: 'removed',
    dismissalType: 'text/html',
    results: 'outputs-list',
    transmission: 'value',
  },
  zoo: {
    root: '/ogc-api',
    conformance: 'zoo',
    idMember: 'both',
    runningAtOnce: true,
    progress: 'until-success',
    prefers: 'substring',
    preferenceApplied: 'echo',
    bodyId: 'names-process',
    missingInput: 'runs-for-ever',
    listFailsFrom: 3,
    errors: 'zoo',
    dismissal: 'removed',
    failedResults: 'empty-object',
  },
  geoserver: {
    root: '/geoserver/ogc/processes/v1',
    launchBody: 'empty',
    list: 'absent',
    errors: 'bare-words',
    dismissal: 'removed',
    failedResults: 'error-404',
  },
  weaver: {
    idMember: 'both',
    words: { successful: 'succeeded', dismissed: 'canceled' },
    goneStatus: 410,
    transmission: 'reference',
  },
};
