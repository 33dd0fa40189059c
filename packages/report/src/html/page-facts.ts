import type { Phase } from '@nightpass/core';

/** What the script of the page is told as JSON: we write it, it reads it. */
export interface PageFacts {
  nightpass: 1;
  batch: string;
  processCount: number;
  zoneCount: number;
  /** Of the whole numbers that the zones' boxes are packed as. */
  stepDegrees: number;
  /** A byte of the grid is an index into these. */
  phases: readonly Phase[];
  processes: readonly string[];
  families: readonly { id: string; text: string }[];
}
