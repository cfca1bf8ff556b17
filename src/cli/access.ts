/** Where Towline is and with which key: from the options, then from the environment. The key is never shown. */
import { readFileSync } from 'node:fs';

import { isId } from '../domain/ids.ts';
import type { Access } from './api.ts';
import { openApi } from './api.ts';
import { exits, Failure, wrongUsage } from './failure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** As a start without configuration listens. */
const usualUrl = 'http://127.0.0.1:4000';
/** What the API takes as a key; anything else is not sent. */
const keyShape = /^[\x21-\x7e]{16,500}$/;

interface Wanted {
  url: string | undefined;
  keyFile: string | undefined;
}

/** Access to the key's own fleet. @throws Failure */
export function readAccess({ url, keyFile }: Wanted, env: Environment): Access {
  return { url: addressOf(url ?? (env['TOWLINE_URL'] || usualUrl)), key: keyOf(keyFile, env), fleet: null };
}

/** The same with another fleet, by its id or name. @throws Failure when the key does not see it. */
export async function inFleet(access: Access, fleet: string): Promise<Access> {
  if (isId('flt', fleet)) return { ...access, fleet };
  const { fleets } = await openApi(access).call('getMe');
  const found = fleets.filter(({ name }) => name.toLowerCase() === fleet.toLowerCase());
  const [first, ...others] = found;
  if (!first)
    throw new Failure(exits.notFound, 'No fleet that this key may see has this id or name.', { code: 'not_found' });
  if (others.length > 0) throw wrongUsage('Several fleets have this name. Give the id of one with --fleet.');
  return { ...access, fleet: first.id };
}

/** Whether the key would go over the network unencrypted. */
export function isOpenToOthers(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    throw wrongUsage("Towline's address does not fit. Give one like https://towline.example in --url or TOWLINE_URL.");
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function keyOf(keyFile: string | undefined, env: Environment): string {
  const key = keyFile === undefined ? (env['TOWLINE_API_KEY'] ?? '').trim() : keyIn(keyFile);
  if (key === '')
    throw wrongUsage('There is no API key. Put one into TOWLINE_API_KEY, or into a file and name it with --key-file.');
  if (!keyShape.test(key))
    throw wrongUsage('What is given as the API key is none: a key is one word of 16 characters or more.');
  return key;
}

function keyIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw wrongUsage('The file of --key-file can not be read. Check its path, and that you may read it.');
  }
}
