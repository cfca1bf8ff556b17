/** Owners, as they are: some act at once, most within a day, some never, and a few sign in with the wrong account first. */
import { seeded } from '../../simulator/random.ts';

export interface Owner {
  acts: boolean;
  /** Hours from reading a message to acting on it. */
  delayH(): number;
  /** Signs in with somebody else's account at the first attempt. */
  startsWrong: boolean;
}

const medianH = 5;
const shortestH = 0.1;
const longestH = 6 * 24;

export function ownerOf(seed: number, email: string): Owner {
  const roll = seeded(seed, 'owner', email);
  return {
    acts: roll() < 0.8,
    startsWrong: roll() < 0.08,
    // Log-normal: the middle half act within two to twelve hours.
    delayH: () => Math.min(longestH, Math.max(shortestH, medianH * Math.exp(1.3 * normal(roll)))),
  };
}

function normal(roll: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll());
}

export type Walk = 'returned' | 'closed' | 'stuck' | 'too-many';

/** The way through a link as a browser walks it. `onSignedIn` is called between Connect's yes and the way back. */
export async function walkLink(
  simulatorOrigin: string,
  url: string,
  how: { email: string; vins: readonly string[] },
  onSignedIn: () => Promise<void>,
): Promise<Walk> {
  const started = await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
  if (started.status === 429) return 'too-many';
  const address = started.headers.get('location');
  if (started.status !== 303 || !address) return 'closed';
  const cookie = started.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const walked = await fetch(`${simulatorOrigin}/sim/api/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: address, ...how }),
  });
  const { redirect } = (await walked.json()) as { redirect?: string };
  if (!redirect) return 'stuck';
  await onSignedIn();
  const back = await fetch(redirect, { redirect: 'manual', headers: { cookie } });
  await back.body?.cancel();
  return 'returned';
}
