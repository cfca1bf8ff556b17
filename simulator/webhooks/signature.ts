import { createHmac } from 'node:crypto';

/** `SC-Signature`: lower-case hex of HMAC-SHA256 over the bytes as they are sent; also the answer to a challenge. */
export function signatureOf(managementToken: string, bytes: Buffer | string): string {
  return createHmac('sha256', managementToken).update(bytes).digest('hex');
}
