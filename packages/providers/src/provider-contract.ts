import { lostLaunchContract } from './contract/lost-launches.ts';
import { lookManyContract } from './contract/many.ts';
import { catalogueContract, resultsContract } from './contract/offers.ts';
import { readingContract } from './contract/reading.ts';
import { refusedLaunchContract } from './contract/refused-launches.ts';
import type { ContractSubject } from './contract/subject.ts';
import { surveyContract } from './contract/surveys.ts';

/**
 * What every adapter must keep, against its simulator, over real HTTP. A new platform calls this from its own test; see
 * `ContractSubject` for how to describe it.
 */
export function providerContract(subject: ContractSubject): void {
  readingContract(subject);
  refusedLaunchContract(subject);
  lostLaunchContract(subject);
  lookManyContract(subject);
  resultsContract(subject);
  catalogueContract(subject);
  surveyContract(subject);
}
