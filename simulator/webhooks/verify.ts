/** VERIFY: unsigned, sent on demand, answered with the hash of its challenge. @see docs/smartcar.md §6.5, §6.6 */
import { z } from 'zod';
import { uuidFrom } from '../random.ts';
import { nextNumber, nextUuid, webhookOf, type Simulation } from '../simulation.ts';
import { logDelivery, reasonOf } from './delivery.ts';
import { signatureOf } from './signature.ts';

export interface Verification {
  isVerified: boolean;
  /** What happened, in a sentence. */
  outcome: string;
}

const answer = z.object({ challenge: z.string() });

/** Asks the receiver to prove that it knows the management token; a failure is tried again only by hand. */
export async function verifyWebhook(sim: Simulation, url: string, now: number): Promise<Verification> {
  const { event, deliveryId } = challengeEvent(sim, now);
  const result = sim.state.knobs.webhook.isReceiverDown
    ? { isVerified: false, outcome: 'The receiver could not be asked: ECONNREFUSED (knob).' }
    : await ask(sim, url, event);
  sim.state.verification = { at: now, url, ...result };
  logDelivery(sim, {
    at: now,
    eventId: event.eventId,
    deliveryId,
    eventType: 'VERIFY',
    vehicleId: null,
    what: 'challenge, unsigned',
    attempt: 1,
    outcome: result.outcome,
    isDelivered: result.isVerified,
  });
  sim.save();
  return result;
}

type ChallengeEvent = { eventId: string; data: { challenge: string } } & Record<string, unknown>;

function challengeEvent(sim: Simulation, now: number): { event: ChallengeEvent; deliveryId: string } {
  const challenge = uuidFrom(sim.state.seed, 'challenge', nextNumber(sim)).replaceAll('-', '').slice(0, 16);
  const { id, name } = webhookOf(sim);
  const deliveryId = nextUuid(sim, 'delivery');
  const event = {
    eventId: nextUuid(sim, 'event'),
    eventType: 'VERIFY',
    data: { challenge },
    meta: {
      version: '4.0',
      webhookId: id,
      webhookName: name,
      deliveryId,
      deliveredAt: new Date(now).toISOString(),
    },
  };
  return { event, deliveryId };
}

async function ask(sim: Simulation, url: string, event: ChallengeEvent): Promise<Verification> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', 'user-agent': 'Smartcar/4.0' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(15_000),
    });
    if (response.status !== 200)
      return { isVerified: false, outcome: `The receiver answered ${String(response.status)}, not 200.` };
    const parsed = answer.safeParse(await response.json());
    const expected = signatureOf(sim.credentials.managementToken, event.data.challenge);
    const isVerified = parsed.success && parsed.data.challenge === expected;
    return {
      isVerified,
      outcome: isVerified ? 'The challenge was answered rightly.' : 'The challenge was answered wrongly.',
    };
  } catch (error) {
    return { isVerified: false, outcome: `The receiver could not be asked: ${reasonOf(error)}.` };
  }
}
