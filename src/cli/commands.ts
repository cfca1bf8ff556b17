/** Every command, in the order in which the help lists them. */
import type { Command } from './command.ts';
import { diagnosisCommands } from './diagnosis-commands.ts';
import { fleetCommands } from './fleet-commands.ts';
import { goLiveCommands } from './go-live-commands.ts';
import { incidentCommands } from './incident-commands.ts';
import { reconnectCommands } from './reconnect-commands.ts';
import { keyCommands } from './key-commands.ts';
import { listCommands } from './list-commands.ts';
import { lockCommands } from './lock-commands.ts';
import { makeCommands } from './make-commands.ts';
import { moveCommands } from './move-commands.ts';
import { rentalCommands } from './rental-commands.ts';
import { vehicleCommands } from './vehicle-commands.ts';

const { status, listOwners, listAlerts, acknowledgeAlert, resolveAlert } = fleetCommands;
const { listIncidents, endIncident } = incidentCommands;
const { listVehicles, showVehicle, connect, reconnect, disconnect } = vehicleCommands;
const { listReconnects, showReconnects, pause, resume, cancel } = reconnectCommands;
const { importList, exportList } = listCommands;
const { check, diagnose } = diagnosisCommands;

export const commands: readonly Command[] = [
  status,
  listVehicles,
  showVehicle,
  importList,
  exportList,
  check,
  diagnose,
  connect,
  reconnect,
  ...Object.values(lockCommands),
  disconnect,
  ...Object.values(rentalCommands),
  listReconnects,
  showReconnects,
  pause,
  resume,
  cancel,
  listOwners,
  listAlerts,
  acknowledgeAlert,
  resolveAlert,
  listIncidents,
  endIncident,
  ...Object.values(moveCommands),
  ...Object.values(makeCommands),
  ...Object.values(keyCommands),
  goLiveCommands.goLive,
];
