/** Asking whoever can say whether an installation is ready: Smartcar, the mail server, and our own public address. */
import type { Asked, Said, WebhookFacts } from '../domain/go-live.ts';
import { newId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { addressKind } from '../domain/address.ts';
import type { MailChannel } from '../notify/mail-channel.ts';
import { testMessage } from '../notify/test-message.ts';
import type { Answer } from '../smartcar/answer.ts';
import type { ListedWebhook, Smartcar } from '../smartcar/smartcar.ts';
import { knock, ownChallenge } from '../smartcar/webhook/knock.ts';
import { keepGoLiveCheck, noteSighting } from '../store/go-live.ts';
import { takeForPerson } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import { chooseWebhook } from './choose-webhook.ts';
import type { WebhookChoice } from './choose-webhook.ts';
import type { Context } from './context.ts';
import type { GoLiveNeeds } from './go-live.ts';
import type { V2 } from './v2.ts';

export interface CheckGoLiveNeeds extends GoLiveNeeds, BudgetNeeds, WebhookChoice {
  smartcar: Smartcar;
  v2: V2 | null;
  mail: MailChannel | null;
  vault: { newSecret(): string };
}

/** Applications and webhooks on v3, connections on v2; tokens are not counted by Smartcar. */
const requestsAtMost = 3;
/** No code of Smartcar's: it is refused by what it is where the secret is right, and by the secret where it isn't. */
const noCode = 'towline-asks-whether-its-secret-is-right';

/** Asks everybody, and keeps what they said in the place of the check before. @throws Refusal `too_many_requests` */
export async function checkGoLive(needs: CheckGoLiveNeeds, { actor }: Context, now: Date): Promise<void> {
  if (!(await takeForPerson(needs, requestsAtMost, now)))
    throw new Refusal('too_many_requests', "Smartcar's request limit is used up for the moment.");
  needs.meter.note({ fleetId: null, make: null, purpose: 'person' }, requestsAtMost, 0, now);
  const [onV3, onV2, door, mail] = await Promise.all([askV3(needs), askV2(needs), askDoor(needs), askMail(needs)]);
  const asked: Asked = { ...onV3, ...onV2, door, mail };
  const { configuration } = needs;
  await needs.database.asSystem((tx) =>
    keepGoLiveCheck(tx, { asked, checkedAt: now, checkedBy: actor, configuration }),
  );
}

/** With a token of its own: one that is kept would hide that its secret was changed. */
async function askV3(needs: CheckGoLiveNeeds): Promise<Pick<Asked, 'secretV3' | 'applications' | 'webhooks'>> {
  const { smartcar, setUp } = needs;
  if (!setUp.platforms.includes('v3')) return { secretV3: null, applications: null, webhooks: null };
  const answer = await smartcar.fetchApplicationToken();
  if (!answer.ok) return { secretV3: saidBy(answer), applications: null, webhooks: null };
  const { accessToken } = answer.value;
  const applications = valueOrNull(await smartcar.listApplications(accessToken));
  const webhooks = valueOrNull(await smartcar.listWebhooks(accessToken));
  const chosen = webhooks && chooseWebhook(webhooks, needs);
  return {
    secretV3: { said: 'accepted' },
    applications: applications && applications.map(({ id, name, redirectUris }) => ({ id, name, redirectUris })),
    webhooks: webhooks && { count: webhooks.length, chosen: chosen && factsOf(chosen) },
  };
}

async function askV2({ v2, setUp }: CheckGoLiveNeeds): Promise<Pick<Asked, 'secretV2' | 'managementToken'>> {
  if (!v2) return { secretV2: null, managementToken: null };
  const [token] = v2.managementTokens;
  const exchanged = await v2.smartcar.exchangeCode(noCode, setUp.redirectUri);
  const isCodeRefused = !exchanged.ok && exchanged.failure.meaning === 'requestRefused';
  const listed = token === undefined ? null : await v2.smartcar.listConnectionsPage(token, {});
  return {
    secretV2: isCodeRefused ? { said: 'accepted' } : saidBy(exchanged),
    managementToken: listed && saidBy(listed),
  };
}

async function askDoor({ setUp, door, vault }: CheckGoLiveNeeds): Promise<Asked['door']> {
  const [token] = door.managementTokens;
  if (token === undefined || addressKind(setUp.publicUrl) !== 'secure') return null;
  return knock(setUp.webhookAddress, ownChallenge(vault.newSecret()), token);
}

async function askMail({ mail }: CheckGoLiveNeeds): Promise<Asked['mail']> {
  if (!mail) return null;
  const tried = await mail.verify();
  return tried.sent ? { accepted: true } : { accepted: false, reason: tried.reason };
}

function saidBy(answer: Answer<unknown>): Said {
  if (answer.ok) return { said: 'accepted' };
  const { meaning } = answer.failure;
  return meaning === 'credentials' ? { said: 'refused' } : { said: 'noAnswer', meaning };
}

const valueOrNull = <T>(answer: Answer<T>): T | null => (answer.ok ? answer.value : null);

function factsOf({ name, sendsTo, sendsErrorsTo, isEnabled, triggers, signals }: ListedWebhook): WebhookFacts {
  return { name, sendsTo, sendsErrorsTo, isEnabled, triggers, signals };
}

/**
 * Sends a message to the address of who asks, and to no other. @returns why the mail server did not take it; null: it did
 * @throws Refusal `mail_missing`
 */
export async function sendTestMessage(
  { database, mail }: Pick<CheckGoLiveNeeds, 'database' | 'mail'>,
  to: string,
  now: Date,
): Promise<string | null> {
  if (!mail) throw new Refusal('mail_missing');
  const sent = await mail.send(testMessage(to, newId('ntf', now)));
  if (!sent.sent) return sent.reason;
  await database.asSystem((tx) => noteSighting(tx, 'testMessage', now));
  return null;
}
