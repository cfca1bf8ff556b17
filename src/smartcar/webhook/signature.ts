/** Whether Smartcar sent these bytes. @see docs/smartcar.md §6.5 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that carries a delivery's signature. */
export const signatureHeader = 'sc-signature';

/**
 * Compares in constant time, over the bytes as they came: parsing and writing them again changes them. Every token is
 * tried, since there are two while one is being replaced.
 *
 * @param header the `SC-Signature` header; null when there is none
 * @param managementTokens the application's management tokens; empty refuses everything
 */
export function verifySignature(raw: Buffer, header: string | null, managementTokens: readonly string[]): boolean {
  if (header === null || !/^[0-9a-f]{64}$/i.test(header)) return false;
  const given = Buffer.from(header, 'hex');
  const fits = managementTokens
    .filter((token) => token !== '')
    .map((token) => timingSafeEqual(createHmac('sha256', token).update(raw).digest(), given));
  return fits.includes(true);
}
