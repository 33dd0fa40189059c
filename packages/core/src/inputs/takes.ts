import type { Process } from '../task.ts';

/** What a kind of platform is given with a launch: the image of a zone, or whatever inputs a batch file writes. */
export type Takes = 'images' | 'inputs' | 'inputs-or-graph';

/**
 * What of a process does not go with what its provider takes; undefined where all of it does.
 * @returns the key at which a person would mend it, and what is expected there
 */
export function missedBy(process: Process, takes: Takes): { key: string; expected: string } | undefined {
  const given = process.inputs ? 'inputs' : process.processGraph ? 'process_graph' : undefined;
  switch (takes) {
    case 'images':
      return given && { key: given, expected: 'no inputs: it runs on images, by dataset_id and project_id' };
    case 'inputs':
      if (given === 'inputs') return undefined;
      return { key: given ?? 'inputs', expected: 'inputs, an object of them by name (it may be empty)' };
    case 'inputs-or-graph':
      return given === undefined ? { key: 'inputs', expected: 'inputs or process_graph' } : undefined;
    default:
      throw new Error(`unknown kind of need ${takes satisfies never}`);
  }
}
