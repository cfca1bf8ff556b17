/** Going live: read, asked for anew, and a test message. */
import { Refusal } from '../../domain/refusal.ts';
import type { GoLiveView } from '../../flows/go-live.ts';
import {
  goLiveCopyLabel,
  goLiveFoundText,
  goLiveRemedyText,
  goLiveStateText,
  goLiveTitle,
  goLiveVerdictText,
  goLiveWeightText,
  testMessageText,
} from '../../texts/go-live-words.ts';
import type { HandlerNeeds, Handlers } from '../call.ts';
import type { GoLiveAnswer } from '../contract/go-live.ts';
import { maybeIso } from '../present.ts';
import { mustRunInstallation } from '../who.ts';
import type { Who } from '../who.ts';

export function goLiveHandlers({
  flows,
}: HandlerNeeds): Pick<Handlers, 'getGoLive' | 'checkGoLive' | 'sendTestMessage'> {
  return {
    async getGoLive({ who, now }) {
      onlyInstallation(who);
      return presentGoLive(await flows.viewGoLive(now), now);
    },
    async checkGoLive({ who, context, now }) {
      onlyInstallation(who);
      await flows.checkGoLive(context, now);
      return presentGoLive(await flows.viewGoLive(now), now);
    },
    async sendTestMessage({ who, now }) {
      onlyInstallation(who);
      const to = who.email;
      if (to === null) throw new Refusal('invalid_input', 'A key has no address. Sign in, and send it from the page.');
      const refused = await flows.sendTestMessage(to, now);
      return { sent: refused === null, to, text: testMessageText(refused, to) };
    },
  };
}

const onlyInstallation = (who: Who): void =>
  mustRunInstallation(who, "Only the installation's administrator sets it up.");

function presentGoLive({ verdict, steps, setUp, checkedAt }: GoLiveView, now: Date): GoLiveAnswer {
  const count = 'count' in verdict ? verdict.count : 0;
  return {
    world: setUp.world,
    verdict: { says: verdict.says, count, text: goLiveVerdictText(verdict) },
    checkedAt: maybeIso(checkedAt),
    steps: steps.map(({ name, state, weight, finding, copies }) => ({
      name,
      title: goLiveTitle(name),
      state,
      stateText: goLiveStateText(state),
      weight,
      weightText: goLiveWeightText(weight),
      found: goLiveFoundText(finding, setUp, now),
      finding: finding.says,
      // What is done needs no doing, except where its finding says what else there is to see.
      remedy: state === 'notNeeded' ? null : goLiveRemedyText(finding),
      copies: copies.map((copy) => ({ ...copy, label: goLiveCopyLabel(copy) })),
    })),
  };
}
