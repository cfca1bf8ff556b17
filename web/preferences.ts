/** What a person prefers on this device: units, and the fleet they look at. Kept in the browser only. */
import { useSyncExternalStore } from 'react';

export type Units = 'metric' | 'imperial';
export type VehicleView = 'cards' | 'table';

const listeners = new Set<() => void>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(`towline.${key}`);
  } catch {
    return null; // storage may be forbidden; the defaults do then
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`towline.${key}`);
    else localStorage.setItem(`towline.${key}`, value);
  } catch {
    // a preference that can't be kept is no failure
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

const units = (): Units => (read('units') === 'imperial' ? 'imperial' : 'metric');
const view = (): VehicleView => (read('view') === 'table' ? 'table' : 'cards');

/** The fleet to ask for; null for the server's choice (the first membership). */
export const chosenFleet = (): string | null => read('fleet');
export const chooseFleet = (id: string | null): void => write('fleet', id);
export const setUnits = (next: Units): void => write('units', next);
export const setVehicleView = (next: VehicleView): void => write('view', next);

export const useUnits = (): Units => useSyncExternalStore(subscribe, units);
export const useVehicleView = (): VehicleView => useSyncExternalStore(subscribe, view);
