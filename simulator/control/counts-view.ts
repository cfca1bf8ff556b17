/** What was asked, by vehicle, and what the makes are like; for the page and for programs. */
import type { Habits, Make } from '../seed/makes.ts';
import { planLimitOf, periodOf, usedThisPeriod } from '../quota.ts';
import type { Simulation } from '../simulation.ts';

export interface VehicleCount {
  vehicleId: string;
  vin: string | null;
  /** Requests that named it since the counts began. */
  requests: number;
  /** Requests that counted against its quota in this month. */
  usedThisMonth: number;
  period: string;
  /** BILLING's code when its plan is spent. */
  refusedWith: string | null;
}

/** Vehicles that were asked about, or have used something of their quota; the busiest first. */
export function vehicleCounts(sim: Simulation, now: number): VehicleCount[] {
  const ids = new Set([...sim.counts.vehicles.keys(), ...Object.keys(sim.state.usage.byVehicle)]);
  const counts = [...ids].map((vehicleId) => {
    const connection = sim.state.connections.find((item) => item.vehicleId === vehicleId) ?? null;
    return {
      vehicleId,
      vin: connection?.vin ?? null,
      requests: sim.counts.vehicles.get(vehicleId) ?? 0,
      usedThisMonth: usedThisPeriod(sim.state, vehicleId, now),
      period: periodOf(now),
      refusedWith: connection === null ? null : planLimitOf(sim, connection),
    };
  });
  return counts.sort((a, b) => b.requests - a.requests || a.vehicleId.localeCompare(b.vehicleId));
}

export interface MakeView {
  make: string;
  label: string;
  freshnessS: number;
  vehicleBucket: Make['vehicleBucket'];
  olderGuidance: Make['olderGuidance'];
  habits: Habits;
  /** The habits in words. */
  words: string[];
}

export function makeView({ make, label, freshnessS, vehicleBucket, olderGuidance, habits }: Make): MakeView {
  return { make, label, freshnessS, vehicleBucket, olderGuidance, habits, words: habitWords(habits) };
}

/** What a make does that others don't, one sentence each. */
export function habitWords(habits: Habits): string[] {
  const days = (number: number): string => `${String(number)} days`;
  return [
    habits.asleepAfterDays !== null &&
      `Deep sleep: parked for ${days(habits.asleepAfterDays)}, it is ASLEEP until somebody drives it.`,
    habits.subscriptionAfterDays !== null &&
      `Data older than ${days(habits.subscriptionAfterDays)} are answered with SUBSCRIPTION.`,
    habits.hasSingleSession && "One session only: an owner who opens the manufacturer's app signs Smartcar out.",
    habits.loginLastsDays !== null && `A second factor ends the login after ${days(habits.loginLastsDays)}.`,
    habits.tellsOwnerOfLocation && 'The driver is told when the location is asked for.',
    habits.relocksAfterS !== null &&
      `Unlocked remotely, it locks itself after ${String(habits.relocksAfterS)} s unless the trunk is opened.`,
    habits.needsMobileSdk && "Owners connect through Smartcar's mobile SDK; here a browser will do.",
    habits.needsVirtualKey && 'Commands want a virtual key in the car (fault virtual-key-required).',
    habits.chargeCommandsPerDrive !== null && `${String(habits.chargeCommandsPerDrive)} charge commands a drive.`,
  ].filter((words) => words !== false);
}
