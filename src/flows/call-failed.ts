/** A call to Smartcar that has to be made again: thrown inside a task, so that its next run is the retry. */
import type { Failure } from '../domain/failure.ts';
import type { Answer } from '../smartcar/answer.ts';

export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`Smartcar: ${failure.meaning} (status ${failure.status ?? 'none'}, request ${failure.requestId ?? 'none'})`);
    this.failure = failure;
  }
}

/** Smartcar does not have it yet; nothing is wrong, and the next run asks again. */
export class NotThereYet extends Error {
  override readonly name = 'NotThereYet';
}

/** @throws CallFailed when the answer is a failure */
export function valueOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new CallFailed(answer.failure);
  return answer.value;
}
