import { filledInputs, filledProcessGraph, type JsonObject, type LaunchRequest, type Task } from '@nightpass/core';
import type { OpenEoConfig } from './config.ts';

export type PayloadOptions = Pick<OpenEoConfig, 'jobOptions' | 'plan' | 'budget' | 'logLevel'>;

const longestLocation = 40;
const longestName = 60;

/** The end of a title: a lost launch is found by it. */
export const titleKey = (launchKey: string) => `[${launchKey}]`;

const shortened = (text: string, most: number) => Array.from(text).slice(0, most).join('');

/** Short, so that no platform cuts it. */
export function titleOf({ task, launchKey }: Pick<LaunchRequest, 'task' | 'launchKey'>): string {
  const location = shortened(task.zone.location, longestLocation);
  return `${location} - ${shortened(task.process.name, longestName)} ${titleKey(launchKey)}`;
}

/** The graph as the batch file writes it, or else one node: the process with its inputs. */
export function processGraphOf(task: Task): JsonObject {
  return (
    filledProcessGraph(task) ?? {
      process: { process_id: task.process.id, arguments: filledInputs(task), result: true },
    }
  );
}

/** The body of `POST /jobs`. */
export function payloadOf(request: LaunchRequest, { jobOptions, plan, budget, logLevel }: PayloadOptions) {
  return {
    title: titleOf(request),
    description: `Launched by Nightpass as task ${request.task.id}, attempt ${request.attempt}`,
    process: { process_graph: processGraphOf(request.task) },
    ...(plan !== undefined && { plan }),
    ...(budget !== undefined && { budget }),
    ...(logLevel !== undefined && { log_level: logLevel }),
    ...(jobOptions !== undefined && { job_options: jobOptions }),
  };
}
