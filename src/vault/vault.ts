/** The only room that sees plaintext secrets: seals what must be read again, digests what must only be recognised. */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';
import { isId, type LinkId } from '../domain/ids.ts';
import { type SealContext, type SealingKey, openSealed, sealText } from './seal.ts';

export type { SealContext } from './seal.ts';

export interface Vault {
  /** Seals under the first key, bound to its row: it opens nowhere else. */
  seal(text: string, context: SealContext): Buffer;
  /** @throws SealError when it was sealed for another row, under a key we don't have, or was changed. */
  open(sealed: Buffer, context: SealContext): string;
  /** For columns that are looked up but never read: 32 bytes, the same for the same text and purpose under the first key. */
  digest(text: string, purpose: string): Buffer;
  /** The digest under every key, first key first: what a look-up compares with while keys are rotated. */
  digests(text: string, purpose: string): Buffer[];
  /** The secret that stands in an owner's link, 58 URL-safe characters; derived, so it is never stored. */
  linkToken(linkId: LinkId): string;
  /** The link a token stands for; null for anything that no key of ours made. */
  readLinkToken(token: string): LinkId | null;
  /** SHA-256: for secrets that are long and random already (API keys, cookies). */
  fingerprint(secret: string): Buffer;
  /** 32 random bytes, base64url. */
  newSecret(): string;
}

interface Keys extends SealingKey {
  digest: Buffer;
  link: Buffer;
}

const LINK_PREFIX = 'lnk_';
const LINK_ID_LENGTH = 26;
const LINK_MAC_BYTES = 24;

/**
 * Opens the vault. Each 32-byte key is only the root of three keys (seal, digest, link), so no use tells about another.
 *
 * @throws when there is no key, one hasn't 32 bytes, or two share an id.
 */
export function openVault(keys: readonly { id: string; key: Buffer }[]): Vault {
  const derived = keys.map(derive);
  const [first] = derived;
  if (!first) throw new Error('The vault needs a sealing key.');
  if (new Set(derived.map(({ id }) => id)).size !== derived.length) throw new Error('Two sealing keys share an id.');
  const vault: Vault = {
    seal: (text, context) => sealText(first, text, context),
    open: (sealed, context) => openSealed(derived, sealed, context),
    digest: (text, purpose) => digestOf(first, text, purpose),
    digests: (text, purpose) => derived.map((key) => digestOf(key, text, purpose)),
    linkToken: (linkId) => linkId.slice(LINK_PREFIX.length) + linkMac(first, linkId).toString('base64url'),
    readLinkToken: (token) => readLinkToken(derived, token),
    fingerprint: (secret) => createHash('sha256').update(secret).digest(),
    newSecret: () => randomBytes(32).toString('base64url'),
  };
  return Object.defineProperty(vault, inspect.custom, { value: () => '[vault]' });
}

function derive({ id, key }: { id: string; key: Buffer }): Keys {
  if (key.length !== 32) throw new Error(`The sealing key ${id} has ${key.length} bytes instead of 32.`);
  const part = (use: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', `towline ${use}`, 32));
  return { id, seal: part('seal'), digest: part('digest'), link: part('link') };
}

function digestOf(key: Keys, text: string, purpose: string): Buffer {
  return createHmac('sha256', key.digest).update(`${purpose.length}:${purpose}`).update(text).digest();
}

function linkMac(key: Keys, linkId: string): Buffer {
  return createHmac('sha256', key.link).update(linkId).digest().subarray(0, LINK_MAC_BYTES);
}

function readLinkToken(keys: readonly Keys[], token: string): LinkId | null {
  const linkId = LINK_PREFIX + token.slice(0, LINK_ID_LENGTH);
  const given = Buffer.from(token.slice(LINK_ID_LENGTH), 'base64url');
  // Base64 has several spellings of the same bytes; only the one we write counts.
  if (given.length !== LINK_MAC_BYTES || given.toString('base64url') !== token.slice(LINK_ID_LENGTH)) return null;
  if (!isId('lnk', linkId)) return null;
  // Every key is tried, so the time doesn't tell which one fitted.
  const fits = keys.map((key) => timingSafeEqual(linkMac(key, linkId), given));
  return fits.includes(true) ? linkId : null;
}
