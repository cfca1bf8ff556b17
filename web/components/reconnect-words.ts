/** Short words for many reconnects, and what they look like. */
import type { ReconnectItemView, ReconnectsView } from '../../src/http/contract/reconnects.ts';

type Tone = 'good' | 'wait' | 'bad' | 'quiet';

export const batchWords: Record<ReconnectsView['state'], { word: string; tone: Tone }> = {
  running: { word: 'Being sent', tone: 'wait' },
  paused: { word: 'Paused', tone: 'quiet' },
  finished: { word: 'Sent', tone: 'good' },
  cancelled: { word: 'Taken back', tone: 'quiet' },
};

export const itemWords: Record<ReconnectItemView['state'], { word: string; tone: Tone }> = {
  queued: { word: 'Waits', tone: 'wait' },
  sent: { word: 'Asked', tone: 'wait' },
  retried: { word: 'Read again', tone: 'wait' },
  repaired: { word: 'Works again', tone: 'good' },
  skipped: { word: 'Left out', tone: 'quiet' },
  withdrawn: { word: 'Taken back', tone: 'quiet' },
};

/** How far an owner came with a car that was asked about. */
export function stepWord(item: ReconnectItemView): string {
  if (item.state !== 'sent') return itemWords[item.state].word;
  if (item.returnedAt) return 'Came back';
  if (item.openedAt) return 'Opened';
  if (item.mailError) return item.deliveredAt ? 'Asked' : 'Not delivered';
  return item.deliveredAt ? 'Delivered' : 'Asked';
}
