/** The tables as queries see them. What each column means stands in migrations/*.sql. */
import type { ColumnType, Generated } from 'kysely';

import type { AlertSeverity, AlertState } from '../domain/alert.ts';
import type { Cause, Status } from '../domain/cause.ts';
import type { CheckStep } from '../domain/check-step.ts';
import type { Platform } from '../domain/connection.ts';
import type { CommandCause, CommandState, CommandType } from '../domain/command.ts';
import type { CompatibilityAnswer, CompatibilityFound, PermissionLack } from '../domain/compatibility.ts';
import type { ConsentKind, ConsentWay, Shown } from '../domain/consent.ts';
import type { DriftKind, ReconciliationPhase, ReconciliationState } from '../domain/drift.ts';
import type { CheckAnswer } from '../domain/diagnosis.ts';
import type { EventData, EventType, FleetEvent } from '../domain/event.ts';
import type { DeliveryState, DeliveryTry, DisabledReason } from '../domain/event-delivery.ts';
import type { ErasureCounts, ErasurePhase, ErasureState } from '../domain/erasure.ts';
import type { Plan, Settings } from '../domain/fleet.ts';
import type { Asked } from '../domain/go-live.ts';
import type {
  AlertId,
  ApiKeyId,
  AuditId,
  CommandId,
  RentalId,
  ConnectSessionId,
  ConnectionId,
  ConsentId,
  DriftId,
  ErasureId,
  EventEndpointId,
  EventId,
  FleetId,
  IncidentId,
  GrantId,
  ImportId,
  InboxId,
  LinkId,
  MemberId,
  MoveId,
  NotificationId,
  OwnerId,
  ReconciliationId,
  ReconnectBatchId,
  RequestId,
  SmartcarConnectionId,
  SmartcarUserId,
  SmartcarVehicleId,
  TokenSetId,
  VehicleId,
} from '../domain/ids.ts';
import type { IncidentEnd } from '../domain/incident.ts';
import type { Effect, ImportNote, ImportPlan } from '../domain/import-judge.ts';
import type { ImportLineState, ImportState } from '../domain/import-state.ts';
import type { MovedState, MoveReason, MoveState } from '../domain/move.ts';
import type { NotificationKind, NotificationState } from '../domain/notification.ts';
import type { Via } from '../domain/outcome.ts';
import type { Permission } from '../domain/permission.ts';
import type { RentalState } from '../domain/rental.ts';
import type { BatchState, ItemState, SkipReason, Verdict } from '../domain/reconnect-batch.ts';
import type { Purpose, ReadPurpose } from '../domain/purpose.ts';
import type { GrantState, HoldReason, RemovalReason } from '../domain/returned-car.ts';
import type { HandOverReason, RevocationState } from '../domain/revocation.ts';
import type { Actor, Role } from '../domain/role.ts';
import type { TimelineKind } from '../domain/timeline.ts';
import type { Powertrain } from '../domain/vehicle.ts';

/** A jsonb column: an object out, its JSON text in. */
type Json<T> = ColumnType<T, string, string>;

interface FleetTable {
  id: FleetId;
  name: string;
  plan: Json<Plan>;
  settings: Json<Settings>;
  created_at: Date;
}

interface OwnerTable {
  id: OwnerId;
  fleet_id: FleetId;
  name: string;
  email_sealed: Buffer | null;
  email_index: Buffer | null;
  phone_sealed: Buffer | null;
  language: string;
  time_zone: string | null;
  country: string | null;
  created_at: Date;
  erased_at: ColumnType<Date | null, never, Date>;
}

interface VehicleTable {
  id: VehicleId;
  fleet_id: FleetId;
  number: string;
  plate: string | null;
  vin: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  country: string | null;
  owner_id: OwnerId | null;
  created_at: Date;
}

/** A reading as vehicle_state keeps it: instants as ISO text. */
export interface KeptReading {
  value: unknown;
  unit: string | null;
  measuredAt: string | null;
  fetchedAt: string | null;
  receivedAt: string;
}

interface VehicleStateTable {
  vehicle_id: VehicleId;
  fleet_id: FleetId;
  signals: Json<Record<string, KeptReading>>;
  newest_at: Date | null;
}

interface ReadingTable {
  fleet_id: FleetId;
  vehicle_id: VehicleId;
  code: string;
  value: Json<unknown>;
  unit: string | null;
  measured_at: Date | null;
  fetched_at: Date | null;
  received_at: Date;
}

/** A suspicion as the connection row keeps it: instants as ISO text. */
/** Requests of the last day, as they are kept. */
export interface KeptAsked {
  at: string;
  requests: number;
}

export interface KeptSuspicion {
  meaning: string;
  signals: string[];
  claimedAt: string;
  deadlineAt: string;
  requestId: string | null;
  resolutionUrl: string | null;
}

interface ConnectionTable {
  id: ConnectionId;
  fleet_id: FleetId;
  vehicle_id: VehicleId;
  owner_id: OwnerId | null;
  platform: Platform;
  smartcar_vehicle_id: SmartcarVehicleId;
  smartcar_user_id: SmartcarUserId;
  smartcar_connection_id: SmartcarConnectionId | null;
  token_set_id: TokenSetId | null;
  status: Status;
  cause: Cause | null;
  since: Date;
  connected_at: Date;
  judged_at: Date;
  proved_at: Date | null;
  pending_deadline_at: Date | null;
  permissions: string[];
  refused_permissions: Generated<string[]>;
  suspicion: Json<KeptSuspicion | null> | null;
  vehicle_state: Json<{ meaning: string; since: string } | null> | null;
  trouble: string | null;
  trouble_since: Date | null;
  held_by: IncidentId | null;
  failures: number;
  resolution_url: string | null;
  listed: ColumnType<boolean | null, boolean | null | undefined, boolean | null>;
  last_success_kind: 'telemetry' | 'command' | null;
  last_success_at: Date | null;
  last_telemetry_at: Date | null;
  news_at: Date | null;
  next_poll_at: Date | null;
  not_before_at: Date | null;
  request_month: string | null;
  requests: Generated<number>;
  requests_used_up: Generated<boolean>;
  asked_at: Date | null;
  asked_last_day: Json<KeptAsked[] | null> | null;
  subscribed_at: Date | null;
  revoked_at: Date | null;
  ended_at: Date | null;
  /** Written by the forecast alone. */
  lapses_at: ColumnType<Date | null, never, Date | null>;
  version: number;
}

interface IncidentTable {
  id: IncidentId;
  fleet_id: FleetId;
  make: string | null;
  region: string | null;
  opened_at: Date;
  from_at: Date;
  accounts: number;
  troubled: number;
  normal_share: number;
  joined_at: Date;
  left_at: Date | null;
  sampled_at: Date | null;
  closed_at: Date | null;
  ended: IncidentEnd | null;
}

interface IncidentVehicleTable {
  incident_id: IncidentId;
  vehicle_id: VehicleId;
  fleet_id: FleetId;
  joined_at: Date;
  left_at: Date | null;
}

interface TroubleHourTable {
  fleet_id: FleetId;
  make: string;
  region: string;
  hour: Date;
  most: number;
}

/** What a try to end a connection at Smartcar was answered, as its row keeps it. */
export interface KeptRevocationFailure {
  meaning: string;
  code: string | null;
  requestId: string | null;
}

interface RevocationTable {
  connection_id: ConnectionId;
  fleet_id: FleetId;
  state: RevocationState;
  handed_over_because: HandOverReason | null;
  tries: number;
  tried_at: Date;
  due_at: Date | null;
  failure: Json<KeptRevocationFailure | null> | null;
}

interface TokenSetTable {
  id: TokenSetId;
  fleet_id: FleetId;
  smartcar_user_id: SmartcarUserId | null;
  sealed: Buffer | null;
  issued_at: Date;
  access_expires_at: Date;
  refresh_expires_at: Date;
  refresh_sent_at: Date | null;
  lease_until: Date | null;
  version: Generated<number>;
  created_at: Date;
  kept_alive_at: ColumnType<Date | null, never, Date>;
}

/** A step of a check as it is kept: its instant as ISO text. */
export type KeptCheckStep = Omit<CheckStep, 'at'> & { at: string };

/** What a check's read came to as it is kept: instants as ISO text. */
export type KeptCheckAnswer = Omit<CheckAnswer, 'at' | 'failures'> & {
  at: string;
  failures: (Omit<CheckAnswer['failures'][number], 'fetchedAt'> & { fetchedAt: string | null })[];
};

interface CompatibilityCheckTable {
  vehicle_id: VehicleId;
  fleet_id: FleetId;
  checked_at: Date;
  vin: string;
  country: string | null;
  answer: CompatibilityAnswer;
  reason: CompatibilityFound['reason'];
  lacking: Json<PermissionLack[] | null> | null;
  request_id: string | null;
}

interface VehicleCheckTable {
  vehicle_id: VehicleId;
  fleet_id: FleetId;
  started_at: Date;
  finished_at: Date | null;
  steps: Json<KeptCheckStep[]>;
  answer: Json<KeptCheckAnswer | null> | null;
}

interface ConnectionDueTable {
  connection_id: ConnectionId;
  fleet_id: FleetId;
  smartcar_vehicle_id: SmartcarVehicleId;
  smartcar_user_id: SmartcarUserId;
  platform: Platform;
  token_set_id: TokenSetId | null;
  due_at: Date | null;
  purpose: Generated<ReadPurpose>;
  make: string | null;
  lease_until: Date | null;
  fence: Generated<number>;
  listed_at: ColumnType<Date | null, never, Date>;
  subscription_listed_at: ColumnType<Date | null, never, Date>;
}

interface TimelineTable {
  id: EventId;
  fleet_id: FleetId;
  vehicle_id: VehicleId;
  connection_id: ConnectionId | null;
  kind: TimelineKind;
  at: Date;
  via: string;
  actor: Json<Actor>;
  request_id: string | null;
  data: Json<Record<string, unknown>>;
}

interface AlertTable {
  id: AlertId;
  fleet_id: FleetId;
  key: string;
  kind: string;
  severity: AlertSeverity;
  state: AlertState;
  vehicle_ids: VehicleId[];
  detail: Json<Record<string, string>>;
  opened_at: Date;
  acknowledged_at: Date | null;
  acknowledged_by: string | null;
  resolved_at: Date | null;
}

export type RequestState = 'open' | 'repaired' | 'withdrawn';

interface RequestTable {
  id: RequestId;
  fleet_id: FleetId;
  owner_id: OwnerId;
  state: RequestState;
  created_at: Date;
  asked_at: Date;
  opened_at: Date | null;
  closed_at: Date | null;
}

interface RequestConnectionTable {
  request_id: RequestId;
  connection_id: ConnectionId;
  fleet_id: FleetId;
  state: RequestState;
  cause: Cause;
  returned_at: Date | null;
  closed_at: Date | null;
}

/** What a link leads to: connecting one vehicle, repairing what was asked for, or everything of one owner's. */
/** Kinds of an owner's links; a renter's is of its own. */
export type LinkKind = 'connect' | 'repair' | 'owner';

interface LinkTable {
  id: LinkId;
  fleet_id: FleetId;
  kind: LinkKind | 'renter';
  vehicle_id: VehicleId | null;
  owner_id: OwnerId | null;
  request_id: RequestId | null;
  rental_id: RentalId | null;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
  revoked_at: Date | null;
}

interface ConnectSessionTable {
  id: ConnectSessionId;
  fleet_id: FleetId;
  vehicle_id: VehicleId;
  connection_id: ConnectionId | null;
  link_id: LinkId | null;
  purpose: 'connect' | 'reauthenticate' | 'widen';
  state_digest: Buffer;
  browser_digest: Buffer;
  actor: Json<Actor>;
  created_at: Date;
  expires_at: Date;
  returned_at: Date | null;
  claimed_user_id: string | null;
  claimed_vehicle_id: string | null;
  code_sealed: Buffer | null;
  token_set_id: TokenSetId | null;
  error: string | null;
  state: 'started' | 'returned' | 'held' | 'done' | 'refused' | 'failed';
  reason: Json<Record<string, string> | null> | null;
  ended_at: Date | null;
  shown: Json<Shown | null> | null;
}

interface LooseGrantTable {
  id: GrantId;
  fleet_id: FleetId;
  vehicle_id: VehicleId;
  owner_id: OwnerId | null;
  session_id: ConnectSessionId | null;
  state: GrantState;
  held_for: HoldReason | null;
  removed_for: RemovalReason | null;
  platform: Platform;
  smartcar_vehicle_id: SmartcarVehicleId;
  smartcar_user_id: SmartcarUserId;
  smartcar_connection_id: SmartcarConnectionId | null;
  token_set_id: TokenSetId | null;
  permissions: string[];
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  vin: string | null;
  granted_at: Date | null;
  created_at: Date;
  expires_at: Date | null;
  due_at: Date | null;
  lease_until: Date | null;
  attempts: Generated<number>;
  last_error: string | null;
  decided_by: Json<Actor> | null;
  decided_at: Date | null;
  ended_at: Date | null;
}

interface NotificationTable {
  id: NotificationId;
  fleet_id: FleetId;
  owner_id: OwnerId;
  kind: NotificationKind;
  channel: 'email';
  request_id: RequestId | null;
  link_id: LinkId | null;
  vehicle_ids: VehicleId[];
  cause: Cause | null;
  state: NotificationState;
  message_id: string;
  subject: string | null;
  attempts: Generated<number>;
  last_error: string | null;
  created_at: Date;
  due_at: Date | null;
  sent_at: Date | null;
}

interface MailboxTable {
  message_id: string;
  fleet_id: FleetId;
  notification_id: NotificationId;
  sender: string;
  recipient: string;
  reply_to: string | null;
  subject: string;
  html: string;
  text: string;
  at: Date;
}

export type InboxState = 'pending' | 'applied' | 'duplicate' | 'ignored' | 'quarantined';

interface WebhookInboxTable {
  id: InboxId;
  body: Buffer;
  received_at: Date;
  state: Generated<InboxState>;
  reason: string | null;
  event_id: string | null;
  event_type: string | null;
  smartcar_vehicle_id: string | null;
  fleet_id: FleetId | null;
  vehicle_id: VehicleId | null;
  applied_at: Date | null;
  attempts: Generated<number>;
  lease_until: Date | null;
  fence: Generated<number>;
}

interface ApplicationTokenTable {
  application_id: string;
  sealed: Buffer | null;
  expires_at: Date | null;
  lease_until: Date | null;
  version: Generated<number>;
}

interface AuthUserTable {
  id: string;
  name: string;
  email: string;
  email_verified: Generated<boolean>;
  image: string | null;
  created_at: Date;
  updated_at: Date;
  installation_administrator: Generated<boolean>;
}

interface MemberTable {
  id: MemberId;
  fleet_id: FleetId;
  user_id: string;
  role: Role;
  created_at: Date;
}

interface ApiKeyTable {
  id: ApiKeyId;
  fleet_id: FleetId;
  name: string;
  digest: Buffer;
  hint: string;
  role: Role;
  installation: Generated<boolean>;
  created_at: Date;
  revoked_at: Date | null;
}

interface AuditTable {
  id: AuditId;
  fleet_id: FleetId;
  at: Date;
  actor: Json<Actor>;
  act: string;
  subject: string | null;
  detail: Json<Record<string, unknown>>;
  request_id: string | null;
}

interface IdempotencyTable {
  fleet_id: FleetId;
  key: string;
  request_digest: Buffer;
  status: number | null;
  response: Json<unknown> | null;
  created_at: Date;
}

interface ReconciliationTable {
  id: ReconciliationId;
  platform: Platform;
  state: ReconciliationState;
  phase: ReconciliationPhase;
  next_page: Json<Record<string, string> | null> | null;
  started_at: Date;
  ended_at: Date | null;
  lease_until: Date | null;
  attempts: Generated<number>;
  listed: Generated<number>;
  missing: Generated<number>;
  error: string | null;
}

interface UnknownConnectionTable {
  smartcar_vehicle_id: SmartcarVehicleId;
  smartcar_user_id: SmartcarUserId;
  smartcar_connection_id: SmartcarConnectionId | null;
  platform: Platform;
  permissions: string[];
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  granted_at: Date | null;
  first_seen_at: Date;
  seen_at: Date;
}

interface DriftTable {
  id: DriftId;
  fleet_id: FleetId;
  vehicle_id: VehicleId;
  connection_id: ConnectionId;
  reconciliation_id: ReconciliationId;
  kind: DriftKind;
  detail: Json<Record<string, unknown>>;
  at: Date;
}

interface WordingTable {
  fleet_id: FleetId;
  id: string;
  language: string;
  sentences: string[];
  first_used_at: Date;
}

interface ConsentTable {
  id: ConsentId;
  fleet_id: FleetId;
  vehicle_id: VehicleId;
  connection_id: ConnectionId;
  kind: ConsentKind;
  way: ConsentWay;
  at: Date;
  actor: Json<Actor>;
  permissions: Permission[];
  asked: Json<Shown['asked']> | null;
  wording_id: string | null;
  language: string | null;
  link_kind: LinkKind | null;
  session_id: ConnectSessionId | null;
  granted_at: Date | null;
  smartcar_user_id: SmartcarUserId | null;
  smartcar_connection_id: SmartcarConnectionId | null;
  via: Via;
  request_id: string | null;
}

interface ErasureTable {
  id: ErasureId;
  fleet_id: FleetId;
  owner_id: OwnerId;
  state: ErasureState;
  phase: ErasurePhase;
  asked_at: Date;
  asked_by: Json<Actor>;
  counts: Json<ErasureCounts>;
  due_at: Date | null;
  ended_at: Date | null;
  digest: Buffer | null;
}

interface ReadingRetentionTable {
  fleet_id: FleetId;
  gone_before: string;
}

interface WebhookPulseTable {
  fleet_id: FleetId;
  make: string;
  day: string;
  deliveries: number;
  longest_gap_s: number;
  last_at: Date;
}

interface MoveTable {
  id: MoveId;
  fleet_id: FleetId;
  state: MoveState;
  planned_at: Date;
  planned_by: Json<Actor>;
  started_at: Date | null;
  started_by: Json<Actor> | null;
  ended_at: Date | null;
}

/** A connection as one of the two platforms has it. */
export interface KeptOnPlatform {
  permissions: Permission[];
  smartcarConnectionId: SmartcarConnectionId | null;
}

interface MoveVehicleTable {
  move_id: MoveId;
  connection_id: ConnectionId;
  fleet_id: FleetId;
  vehicle_id: VehicleId;
  state: MovedState;
  reason: MoveReason | null;
  lost_permissions: Generated<Permission[]>;
  before: Json<KeptOnPlatform> | null;
  listed: Json<KeptOnPlatform> | null;
  token_set_id: TokenSetId | null;
  proving_since: Date | null;
  deadline_at: Date | null;
  due_at: Date | null;
  lease_until: Date | null;
  back_wanted_at: Date | null;
  erased_at: Date | null;
  request_id: string | null;
  changed_at: Date;
}

interface ReconnectBatchTable {
  id: ReconnectBatchId;
  fleet_id: FleetId;
  state: BatchState;
  selection: Json<KeptSelection>;
  previewed_at: Date;
  preview_digest: Buffer;
  created_at: Date;
  created_by: Json<Actor>;
  starts_at: Date;
  ended_at: Date | null;
}

/** What was chosen for a batch. */
export type KeptSelection = { filter: Record<string, string>; except: number } | { chosen: number };

interface ReconnectItemTable {
  batch_id: ReconnectBatchId;
  vehicle_id: VehicleId;
  fleet_id: FleetId;
  place: number;
  act: Verdict['act'];
  owner_id: OwnerId | null;
  cause: Cause | null;
  state: ItemState;
  reason: SkipReason | null;
  request_id: RequestId | null;
  notification_id: NotificationId | null;
  acted_at: Date | null;
  repaired_at: Date | null;
  changed_at: Date;
}

interface VehicleImportTable {
  id: ImportId;
  fleet_id: FleetId;
  name: string;
  encoding: string;
  separator: string;
  columns: string[];
  ignored: string[];
  state: ImportState;
  hash: string;
  adds: number;
  updates: number;
  unchanged: number;
  refused: number;
  new_owners: number;
  applied: Generated<number>;
  missed: Generated<number>;
  undone: Generated<number>;
  kept: Generated<number>;
  made_at: Date;
  made_by: Json<Actor>;
  started_at: Date | null;
  started_by: Json<Actor> | null;
  ended_at: Date | null;
  undo_started_at: Date | null;
  undo_started_by: Json<Actor> | null;
  undone_at: Date | null;
}

interface ImportLineTable {
  import_id: ImportId;
  line: number;
  fleet_id: FleetId;
  plan: ImportPlan;
  state: ImportLineState;
  effect: Json<Effect>;
  notes: ImportNote[];
  sealed: Buffer;
  vehicle_id: VehicleId | null;
  owner_id: OwnerId | null;
  owner_new: Generated<boolean>;
}

/** What leaves no other trace. */
export type Sighting = 'challenge' | 'testMessage';

interface GoLiveCheckTable {
  only_one: Generated<boolean>;
  checked_at: Date;
  checked_by: Json<Actor>;
  configuration: Buffer;
  asked: Json<Asked>;
}

interface RequestBucketTable {
  key: string;
  tokens: number;
  filled_at: Date;
  month: Generated<string>;
  spent: Generated<number>;
  saving: Json<{ purpose: Purpose; cost: number; until: string } | null> | null;
}

interface MakePauseTable {
  make: string;
  since: Date;
  until: Date;
  times: number;
  probe_until: Date | null;
}

interface RequestUsageTable {
  fleet_id: FleetId;
  day: string;
  make: string;
  purpose: Purpose;
  requests: number;
}

interface CommandTable {
  id: CommandId;
  fleet_id: FleetId;
  vehicle_id: VehicleId;
  connection_id: ConnectionId;
  type: CommandType;
  state: CommandState;
  cause: CommandCause | null;
  requested_at: Date;
  requested_by: Json<Actor>;
  asked_under: string | null;
  deadline_at: Date;
  sends: number;
  sent_at: Date | null;
  may_be_done: boolean;
  accepted_at: Date | null;
  read_backs: number;
  contradicted: boolean;
  confirm_by: Date | null;
  due_at: Date | null;
  ended_at: Date | null;
  smartcar_request_id: string | null;
  rental_id: RentalId | null;
}

/** A `Snapshot`, with its instants as text. */
export interface KeptSnapshot {
  takenAt: string;
  signals: Record<string, KeptReading>;
}

interface RentalTable {
  id: RentalId;
  fleet_id: FleetId;
  vehicle_id: VehicleId | null;
  reference: string;
  state: RentalState;
  created_at: Date;
  started_at: Date | null;
  started_by: Json<Actor> | null;
  ends_at: Date | null;
  ended_at: Date | null;
  ended_by: Json<Actor> | null;
  start_snapshot: Json<KeptSnapshot> | null;
  end_snapshot: Json<KeptSnapshot> | null;
  disconnect_by: Json<Actor> | null;
  renter_sealed: Buffer | null;
  forgotten_at: Date | null;
}

interface EventTable {
  id: EventId;
  fleet_id: FleetId;
  vehicle_id: VehicleId | null;
  type: FleetEvent['type'];
  at: Date;
  data: Json<EventData>;
}

interface EventEndpointTable {
  id: EventEndpointId;
  fleet_id: FleetId;
  url: string;
  types: EventType[] | null;
  secret_sealed: Buffer;
  previous_sealed: Buffer | null;
  previous_until: Date | null;
  disabled_because: DisabledReason | null;
  disabled_at: Date | null;
  failing_since: Date | null;
  last_delivered_at: Date | null;
  created_at: Date;
  created_by: Json<Actor>;
}

interface EventDeliveryTable {
  endpoint_id: EventEndpointId;
  event_id: EventId;
  fleet_id: FleetId;
  at: Date;
  state: DeliveryState;
  attempts: Generated<number>;
  due_at: Date | null;
  delivered_at: Date | null;
  tries: ColumnType<DeliveryTry[], string | undefined, string>;
}

interface VehicleReadinessTable {
  vehicle_id: VehicleId;
  fleet_id: FleetId;
  ready: boolean;
  since: Date;
}

export interface Tables {
  event: EventTable;
  event_endpoint: EventEndpointTable;
  event_delivery: EventDeliveryTable;
  command: CommandTable;
  rental: RentalTable;
  vehicle_readiness: VehicleReadinessTable;
  fleet: FleetTable;
  owner: OwnerTable;
  vehicle: VehicleTable;
  vehicle_state: VehicleStateTable;
  reading: ReadingTable;
  connection: ConnectionTable;
  incident: IncidentTable;
  incident_vehicle: IncidentVehicleTable;
  trouble_hour: TroubleHourTable;
  revocation: RevocationTable;
  token_set: TokenSetTable;
  connection_due: ConnectionDueTable;
  vehicle_check: VehicleCheckTable;
  compatibility_check: CompatibilityCheckTable;
  timeline: TimelineTable;
  alert: AlertTable;
  reauthentication_request: RequestTable;
  request_connection: RequestConnectionTable;
  link: LinkTable;
  connect_session: ConnectSessionTable;
  loose_grant: LooseGrantTable;
  notification: NotificationTable;
  mailbox_message: MailboxTable;
  webhook_inbox: WebhookInboxTable;
  webhook_seen: { event_id: string; first_at: Date };
  webhook_refused: { minute: Date; reason: string; count: number };
  application_token: ApplicationTokenTable;
  request_bucket: RequestBucketTable;
  make_pause: MakePauseTable;
  request_usage: RequestUsageTable;
  request_day: { day: string; purpose: Purpose; requests: number };
  auth_user: AuthUserTable;
  member: MemberTable;
  api_key: ApiKeyTable;
  audit: AuditTable;
  idempotency: IdempotencyTable;
  move: MoveTable;
  move_vehicle: MoveVehicleTable;
  reconnect_batch: ReconnectBatchTable;
  reconnect_item: ReconnectItemTable;
  reconciliation: ReconciliationTable;
  unknown_connection: UnknownConnectionTable;
  drift: DriftTable;
  wording: WordingTable;
  consent: ConsentTable;
  erasure: ErasureTable;
  reading_retention: ReadingRetentionTable;
  webhook_pulse: WebhookPulseTable;
  vehicle_import: VehicleImportTable;
  import_line: ImportLineTable;
  go_live_check: GoLiveCheckTable;
  sighting: { what: Sighting; at: Date };
}
