export { type Clock, createClock, localTimeZone } from './clock.ts';
export { gatherReport } from './gather.ts';
export { writeHtml } from './html/write-html.ts';
export { familyFacts } from './json.ts';
export type { Out } from './output.ts';
export { type Report, type ReportFamily, reportJsonSchema, reportSchema } from './report-schema.ts';
export type { Snapshot } from './snapshot.ts';
export { headline } from './words.ts';
export { type ReportFormat, type ReportOptions, reportFormats, writeReport } from './write-report.ts';
