/** What the states of an import and its lines are called. */
import type { ImportLineView, ImportView } from '../../src/http/contract/imports.ts';
import { count } from '../format.ts';

type Tone = 'good' | 'wait' | 'bad' | 'quiet';

export const importWords: Record<ImportView['state'], { name: string; tone: Tone }> = {
  previewed: { name: 'Only looked at', tone: 'quiet' },
  running: { name: 'Being imported', tone: 'wait' },
  done: { name: 'Imported', tone: 'good' },
  undoing: { name: 'Being taken back', tone: 'wait' },
  undone: { name: 'Taken back', tone: 'quiet' },
};

export const planNames: Record<ImportLineView['plan'], string> = {
  add: 'Add',
  update: 'Update',
  unchanged: 'Unchanged',
  refused: 'Not imported',
};

/** What became of a line, or is to become of it. */
export function lineWord({ plan, state }: ImportLineView): { name: string; tone: Tone } {
  if (plan === 'refused' || state === 'missed') return { name: planNames.refused, tone: 'bad' };
  if (state === 'undone') return { name: 'Taken back', tone: 'quiet' };
  if (state === 'kept') return { name: 'Kept', tone: 'wait' };
  if (plan === 'unchanged') return { name: planNames.unchanged, tone: 'quiet' };
  if (state === 'applied') return { name: plan === 'add' ? 'Added' : 'Updated', tone: 'good' };
  return { name: planNames[plan], tone: 'wait' };
}

export const vehiclesText = (number: number): string => `${count(number)} ${number === 1 ? 'vehicle' : 'vehicles'}`;

/** "3 to add · 2 to update · 1 not imported". */
export function lineCounts({ lines, state, progress }: ImportView): string {
  const isOver = state === 'done' || state === 'undoing' || state === 'undone';
  const parts: [number, string][] = isOver
    ? [
        [progress.applied, 'written'],
        [lines.unchanged, 'unchanged'],
        [lines.refused + progress.missed, 'not imported'],
      ]
    : [
        [lines.add, 'to add'],
        [lines.update, 'to update'],
        [lines.unchanged, 'unchanged'],
        [lines.refused, 'not to be imported'],
      ];
  const shown = parts.filter(([number]) => number > 0).map(([number, word]) => `${count(number)} ${word}`);
  return shown.join(' · ') || 'nothing';
}

/** "Add 3 and update 2 vehicles". */
export function applyWord({ lines: { add, update } }: ImportView): string {
  if (add > 0 && update > 0) return `Add ${count(add)} and update ${vehiclesText(update)}`;
  return update > 0 ? `Update ${vehiclesText(update)}` : `Add ${vehiclesText(add)}`;
}
