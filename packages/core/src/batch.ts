import type { Process, Zone } from './task.ts';

/** The content of one batch file, checked: every process is to be run on every zone. */
export interface BatchContent {
  name: string | undefined;
  /** The provider of every process that names none itself. */
  provider: string | undefined;
  /** Higher goes first; 0 unless given. */
  priority: number;
  /** No launch after this Unix time in milliseconds; what runs then may end. */
  launchByMs: number | undefined;
  /** After this Unix time in milliseconds nothing is launched, and what still runs is cancelled. */
  deadlineMs: number | undefined;
  processes: Process[];
  zones: Zone[];
}

/** One thing wrong with a file, with its place. */
export interface Fault {
  /** Counts from 1. */
  line: number;
  /** Counts from 1, in characters (UTF-16 units) of the line. */
  column: number;
  /** Where in the JSON, e.g. `zones[2].geom.coordinates[0][3]`; empty for the file as a whole. */
  path: string;
  found: string;
  expected: string;
}
