import { expectTypeOf, test } from 'vitest';
import type { newToken, session, tokenBody, tokenList } from '../../../board/src/api/schemas/access.ts';
import type {
  action,
  actionBody,
  auditEntry,
  openActionList,
  preview,
  previewBody,
  stopBody,
} from '../../../board/src/api/schemas/actions.ts';
import type {
  batchDetail,
  batchPage,
  batchProcess,
  familyList,
  timeline,
} from '../../../board/src/api/schemas/batches.ts';
import type { providers } from '../../../board/src/api/schemas/providers.ts';
import type { receiptAnswer, submitted } from '../../../board/src/api/schemas/submit.ts';
import type { taskDetail, taskPage } from '../../../board/src/api/schemas/tasks.ts';
import type * as acts from './action-answers.ts';
import type * as answers from './answers.ts';
import type * as tokens from './token-answers.ts';

/** Checked by the compiler: what the console believes of an answer is what the board's own schema promises. */

type Output<T extends { _output: unknown }> = T['_output'];
type Input<T extends { _input: unknown }> = T['_input'];

test('what the board answers is what the console takes it for', () => {
  expectTypeOf<Output<typeof providers>>().toExtend<answers.Providers>();
  expectTypeOf<Output<typeof batchPage>>().toExtend<answers.BatchPage>();
  expectTypeOf<Output<typeof batchDetail>>().toExtend<answers.BatchDetail>();
  expectTypeOf<Output<typeof batchProcess>>().toExtend<answers.BatchProcess>();
  expectTypeOf<Output<typeof timeline>>().toExtend<answers.Timeline>();
  expectTypeOf<Output<typeof familyList>>().toExtend<answers.FamilyList>();
  expectTypeOf<Output<typeof taskPage>>().toExtend<answers.TaskPage>();
  expectTypeOf<Output<typeof taskDetail>>().toExtend<answers.TaskDetail>();
  expectTypeOf<Output<typeof session>>().toExtend<answers.Session>();
  expectTypeOf<Output<typeof tokenList>>().toExtend<tokens.TokenList>();
  expectTypeOf<Output<typeof newToken>>().toExtend<tokens.NewToken>();
  expectTypeOf<Output<typeof submitted>>().toExtend<answers.Submitted>();
  expectTypeOf<Output<typeof receiptAnswer>>().toExtend<answers.ReceiptAnswer>();
  expectTypeOf<Output<typeof preview>>().toExtend<acts.Preview>();
  expectTypeOf<Output<typeof action>>().toExtend<acts.Action>();
  expectTypeOf<Output<typeof openActionList>>().toExtend<acts.OpenActions>();
  expectTypeOf<Output<typeof auditEntry>>().toExtend<acts.AuditEntry>();
});

test('what the console asks for is what the board understands', () => {
  expectTypeOf<acts.Wanted>().toExtend<Input<typeof previewBody>>();
  expectTypeOf<{ why: string }>().toExtend<Input<typeof stopBody>>();
  expectTypeOf<tokens.TokenWanted>().toExtend<Input<typeof tokenBody>>();
  expectTypeOf<acts.Wanted & { preview: string; why: string }>().toExtend<Input<typeof actionBody>>();
});
