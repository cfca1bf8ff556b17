/** Access to v2's tokens as a process has it: a real client, a real vault, a real database. */
import type { Answer } from '../../src/smartcar/answer.ts';
import { openSmartcarV2, type SmartcarV2 } from '../../src/smartcar/v2/smartcar-v2.ts';
import {
  openTokenAccess,
  type TokenAccess,
  type TokenAccessOptions,
  type TokenFamily,
} from '../../src/vault/token-sets.ts';
import { openVault } from '../../src/vault/vault.ts';

export interface OpenedTokens {
  access: TokenAccess;
  smartcar: SmartcarV2;
  /** What nobody was answered. */
  faults: unknown[];
}

export async function openTokens(
  origin: string,
  database: TokenAccessOptions['database'],
  key: Buffer,
  limits: TokenAccessOptions['limits'] = {},
  credentials = { applicationId: '8a4f0c54-6d7e-4f80-91a2-b3c4d5e6f708', clientSecret: 'the-secret' },
): Promise<OpenedTokens> {
  const smartcar = openSmartcarV2({
    origins: { auth: origin, api: origin, managementApi: origin },
    credentials,
    mode: 'live',
  });
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => void faults.push(error);
  const vault = openVault([{ id: 'k1', key }]);
  const access = await openTokenAccess({ smartcar, vault, database, random: () => 0.5, onFault, limits });
  return { access, smartcar, faults };
}

/** The token that a call is let in with, without a call; or what the failure means, and its code. */
export async function tokenAt({ access }: OpenedTokens, at: Date, family: TokenFamily): Promise<string> {
  const echo = (token: string): Promise<Answer<string>> => Promise.resolve({ ok: true, value: token, requestId: null });
  return told(await access.withTokens(at, family, echo));
}

/** The token that the API says it was asked with. */
export async function usedAt({ access, smartcar }: OpenedTokens, at: Date, family: TokenFamily): Promise<string> {
  return told(await access.withTokens(at, family, (token) => smartcar.readUser(token)));
}

function told(answer: Answer<string>): string {
  return answer.ok ? answer.value : `${answer.failure.meaning} ${answer.failure.code ?? ''}`.trim();
}
