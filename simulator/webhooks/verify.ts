/** VERIFY: unsigned, sent on demand, answered with the hash of its challenge. @see docs/smartcar.md §6.5, §6.6 */
import { z } from 'zod';
import { uuidFrom } from '../random.ts';
import { nextNumber, nextUuid, webhookOf, type Simulation } from '../simulation.ts';
import { legacyVerify } from '../v2/legacy-webhook.ts';
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
  const { event, eventId, challenge, deliveryId } = challengeEvent(sim, now);
  const result = sim.state.knobs.webhook.isReceiverDown
    ? { isVerified: false, outcome: 'The receiver could not be asked: ECONNREFUSED (knob).' }
    : await ask(sim, url, event, challenge);
  sim.state.verification = { at: now, url, ...result };
  logDelivery(sim, {
    at: now,
    eventId,
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

interface Challenge {
  event: Record<string, unknown>;
  eventId: string;
  challenge: string;
  deliveryId: string;
}

function challengeEvent(sim: Simulation, now: number): Challenge {
  const id36 = uuidFrom(sim.state.seed, 'challenge', nextNumber(sim));
  const { id, name } = webhookOf(sim);
  const deliveryId = nextUuid(sim, 'delivery');
  const eventId = nextUuid(sim, 'event');
  if (sim.state.knobs.webhook.shape === 'legacy')
    return { event: legacyVerify(sim, id36), eventId, challenge: id36, deliveryId };
  const challenge = id36.replaceAll('-', '').slice(0, 16);
  const event = {
    eventId,
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
  return { event, eventId, challenge, deliveryId };
}

async function ask(sim: Simulation, url: string, event: Challenge['event'], challenge: string): Promise<Verification> {
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
    const expected = signatureOf(sim.credentials.managementToken, challenge);
    const isVerified = parsed.success && parsed.data.challenge === expected;
    return {
      isVerified,
      outcome: isVerified ? 'The challenge was answered rightly.' : 'The challenge was answered wrongly.',
    };
  } catch (error) {
    return { isVerified: false, outcome: `The receiver could not be asked: ${reasonOf(error)}.` };
  }
}
