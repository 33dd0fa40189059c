import { lostLaunchContract } from './contract/lost-launches.ts';
import { readingContract } from './contract/reading.ts';
import { refusedLaunchContract } from './contract/refused-launches.ts';
import type { ContractSubject } from './contract/stage.ts';
import { surveyContract } from './contract/surveys.ts';

/** What every adapter must keep, against its simulator, over real HTTP. A new platform calls this from its own test. */
export function providerContract(subject: ContractSubject): void {
  readingContract(subject);
  refusedLaunchContract(subject);
  lostLaunchContract(subject);
  surveyContract(subject);
}
