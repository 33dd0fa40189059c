import type { FailureFamily } from '@nightpass/engine';

/** What to do next, as lines for a shell. Every name in them is one of ours: nothing that a platform wrote is put into one. */

export interface Step {
  command: string;
  says: string;
}

export function stepsForFamily(batch: string, { id, phases, example }: FailureFamily): Step[] {
  const parked = (phases.parked ?? 0) > 0;
  return [
    { command: `nightpass why ${example.task}`, says: 'one of them, with its history' },
    {
      command: `nightpass redrive ${batch} --family ${id} --dry-run`,
      says: parked ? 'what would be launched again; look on the platform first' : 'what would be launched again',
    },
    { command: `nightpass redrive ${batch} --family ${id}`, says: 'launches them again, and nothing else' },
  ];
}

export function stepsForParked(batch: string): Step[] {
  return [
    { command: `nightpass tasks ${batch} --phase parked --limit 0`, says: 'all of them' },
    { command: `nightpass redrive ${batch} --phase parked --dry-run`, says: 'once it is sure that nothing runs there' },
  ];
}

export const stepsForOpen = (batch: string): Step[] => [
  { command: `nightpass status ${batch} --watch`, says: 'how it goes on' },
];
