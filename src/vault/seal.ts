/**
 * The sealed form of a value: an envelope of AES-256-GCM. Each value has a data key of its own, which is sealed by one of
 * our keys; so a key of ours seals only random bytes, and re-sealing under a new key leaves the value's bytes alone.
 *
 * ```
 *   0       1       2          2+n     +12         +32   +16      +12           …   +16
 *   ┌───────┬───────┬──────────┬───────┬───────────┬─────┬────────┬────────────┬─────┐
 *   │ 0x01  │   n   │  key id  │ nonce │ data key  │ tag │ nonce  │ ciphertext │ tag │
 *   └───────┴───────┴──────────┴───────┴───────────┴─────┴────────┴────────────┴─────┘
 *    version          n bytes   └── sealed by the key ──┘ └── sealed by the data key ──┘
 *                     UTF-8        of that id
 * ```
 *
 * What is authenticated besides (both times): version, key id, and the context (fleet, row, kind), as a JSON list, so that no two of them read alike.
 * So a sealed value that is copied to another row, fleet or column doesn't open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Where a sealed value lives. */
export interface SealContext {
  /** Null for what belongs to the installation and no fleet. */
  fleetId: string | null;
  /** The id of its row. */
  row: string;
  /** What it is, such as `owner.email`. */
  kind: string;
}

export interface SealingKey {
  id: string;
  seal: Buffer;
}

/** A sealed value that doesn't open. Says which key it names, never what was in it. */
export class SealError extends Error {
  override readonly name = 'SealError';
  readonly reason: 'form' | 'unknownKey' | 'refused';

  constructor(reason: SealError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const DATA_KEY = 32;

export function sealText(key: SealingKey, text: string, context: SealContext): Buffer {
  const id = Buffer.from(key.id, 'utf8');
  if (id.length === 0 || id.length > 255) throw new Error('The id of a sealing key has 1 to 255 bytes.');
  const header = Buffer.concat([Buffer.from([VERSION, id.length]), id]);
  const bound = boundTo(header, context);
  const dataKey = randomBytes(DATA_KEY);
  const sealed = [header, encrypt(key.seal, dataKey, bound), encrypt(dataKey, Buffer.from(text, 'utf8'), bound)];
  dataKey.fill(0);
  return Buffer.concat(sealed);
}

/** @throws SealError */
export function openSealed(keys: readonly SealingKey[], sealed: Buffer, context: SealContext): string {
  const header = sealed.subarray(0, 2 + (sealed[1] ?? 0));
  const keyEnd = header.length + NONCE + DATA_KEY + TAG;
  if (sealed[0] !== VERSION || sealed.length < keyEnd + NONCE + TAG) {
    throw new SealError('form', 'A sealed value does not have the form of one.');
  }
  const id = header.subarray(2).toString('utf8');
  const key = keys.find((known) => known.id === id);
  if (!key)
    throw new SealError('unknownKey', `A value is sealed under the key ${JSON.stringify(id)}, which is not there.`);
  const bound = boundTo(header, context);
  try {
    const dataKey = decrypt(key.seal, sealed.subarray(header.length, keyEnd), bound);
    return decrypt(dataKey, sealed.subarray(keyEnd), bound).toString('utf8');
  } catch {
    throw new SealError('refused', `A value of kind ${context.kind} was changed, or sealed for another row.`);
  }
}

function boundTo(header: Buffer, { fleetId, row, kind }: SealContext): Buffer {
  return Buffer.concat([header, Buffer.from(JSON.stringify([fleetId, row, kind]), 'utf8')]);
}

function encrypt(key: Buffer, plain: Buffer, bound: Buffer): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, bound: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(bound).setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
}
