/** A table that is written into a file, whole or not at all. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

import { wrongUsage } from './failure.ts';

/** Under another name until it is whole, so that a table that broke off is never taken for one. @returns its bytes */
export async function saveTo(
  file: string,
  download: (write: (piece: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<number> {
  const part = `${file}.${randomUUID()}.part`;
  let bytes = 0;
  const handle = await open(part, 'wx').catch(() => {
    throw wrongUsage('The file can not be written. Check its path, and that you may write there.');
  });
  try {
    await download(async (piece) => {
      await handle.writeFile(piece);
      bytes += piece.length;
    });
    await handle.close();
    await rename(part, file);
    return bytes;
  } catch (error) {
    await handle.close().catch(() => undefined); // it may be closed already
    await rm(part, { force: true });
    throw error;
  }
}
