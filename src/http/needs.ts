/** What the HTTP room needs done; `app.ts` binds it to the flows. */
import type {
  AlertId,
  CommandId,
  EventEndpointId,
  EventId,
  FleetId,
  GrantId,
  ImportId,
  MoveId,
  OwnerId,
  ReconnectBatchId,
  VehicleId,
} from '../domain/ids.ts';
import type { Route } from '../domain/cause.ts';
import type { CheckStep } from '../domain/check-step.ts';
import type { Command, CommandType } from '../domain/command.ts';
import type { Platform } from '../domain/connection.ts';
import type { Plan } from '../domain/fleet.ts';
import type { Rental } from '../domain/rental.ts';
import type { EventType } from '../domain/event.ts';
import type { Actor } from '../domain/role.ts';
import type { Adopted, AdoptionWish } from '../flows/adopt.ts';
import type { PlanChange } from '../flows/change-plan.ts';
import type { CommandWish } from '../flows/command.ts';
import type { Context } from '../flows/context.ts';
import type { EndWish, RentalChange, StartWish } from '../flows/rental.ts';
import type { RenterAt } from '../flows/renter-link.ts';
import type { RenterPage } from '../flows/renter-page.ts';
import type { RentalKey } from '../store/rental.ts';
import type { EndpointChange } from '../flows/event-endpoints.ts';
import type { KeptEndpoint } from '../store/event-endpoint.ts';
import type { GoLiveView } from '../flows/go-live.ts';
import type { ListOfVehicles } from '../flows/import-preview.ts';
import type { LinkPage, SharingLink } from '../flows/link-page.ts';
import type { PreviewedReconnects } from '../flows/preview-reconnects.ts';
import type { SeenWording } from '../flows/record-consent.ts';
import type { SeenPreview } from '../flows/send-reconnects.ts';
import type { SharingPage } from '../flows/sharing-view.ts';
import type { Returned } from '../flows/start-connect.ts';
import type { Selection } from '../store/reconnect-candidate.ts';
import type { Powertrain } from '../domain/vehicle.ts';

export interface NewVehicle {
  number?: string | undefined;
  plate?: string | undefined;
  vin?: string | undefined;
  make?: string | undefined;
  model?: string | undefined;
  year?: number | undefined;
  powertrain?: Powertrain | undefined;
  country?: string | undefined;
  ownerId?: string | undefined;
}

export interface VehicleChange {
  number?: string | undefined;
  plate?: string | null | undefined;
  vin?: string | null | undefined;
  ownerId?: string | null | undefined;
}

export interface NewOwner {
  name: string;
  email: string;
  language?: string | undefined;
  timeZone?: string | undefined;
  country?: string | undefined;
  phone?: string | undefined;
}

export type OwnerChange = { [K in keyof NewOwner]?: NewOwner[K] | undefined };

export interface WebhookAnswer {
  status: 200 | 400 | 401 | 413 | 429 | 503;
  /** JSON to answer with; null for none. */
  body: Record<string, string> | null;
}

/** Each throws a `Refusal` where the caller did wrong, and anything else where something is broken. */
export interface Flows {
  addVehicle(context: Context, input: NewVehicle, now: Date): Promise<VehicleId>;
  changeVehicle(context: Context, id: VehicleId, change: VehicleChange, now: Date): Promise<void>;
  /** Writes down what a list of vehicles would do; nothing of the fleet is changed. */
  previewImport(context: Context, list: ListOfVehicles, now: Date): Promise<ImportId>;
  /** `hash` is the preview's own. */
  startImport(context: Context, id: ImportId, hash: string, now: Date): Promise<void>;
  undoImport(context: Context, id: ImportId, now: Date): Promise<void>;
  discardImport(context: Context, id: ImportId): Promise<void>;
  addOwner(context: Context, input: NewOwner, now: Date): Promise<OwnerId>;
  changeOwner(context: Context, id: OwnerId, change: OwnerChange, now: Date): Promise<void>;
  /** A link to everything of theirs. */
  sendOwnerLink(
    context: Context,
    id: OwnerId,
    options: { deliver: boolean },
    now: Date,
  ): Promise<{ url: string; expiresAt: Date; delivered: boolean }>;
  /** Forgets them; `name` is theirs, typed by whoever asks. */
  eraseOwner(context: Context, id: OwnerId, name: string, now: Date): Promise<void>;
  sendConnectLink(
    context: Context,
    id: VehicleId,
    options: { deliver: boolean },
    now: Date,
  ): Promise<{ url: string; expiresAt: Date; delivered: boolean }>;
  /** A link where the route needs the owner; none where it doesn't. */
  reconnect(
    context: Context,
    id: VehicleId,
    options: { deliver: boolean },
    now: Date,
  ): Promise<{ route: Route; url: string | null; expiresAt: Date | null; delivered: boolean }>;
  disconnect(context: Context, id: VehicleId, now: Date): Promise<void>;
  /** Writes a command down; it is sent at once after that. The same wish pressed twice is one command. */
  requestCommand(context: Context, id: VehicleId, wish: CommandWish, now: Date): Promise<Command>;
  /** Takes back what was not sent yet. */
  cancelCommand(context: Context, id: CommandId, now: Date): Promise<Command>;
  startRental(context: Context, wish: StartWish, now: Date): Promise<{ rental: Rental; isNew: boolean }>;
  changeRental(context: Context, key: RentalKey, change: RentalChange, now: Date): Promise<Rental>;
  endRental(context: Context, key: RentalKey, wish: EndWish, now: Date): Promise<Rental>;
  /** The link to the renter's page: the one that there is, or a new one. */
  renterLink(context: Context, key: RentalKey, now: Date): Promise<{ url: string; expiresAt: Date }>;
  /** It opens nothing any more. */
  takeRenterLinkBack(context: Context, key: RentalKey, now: Date): Promise<Rental>;
  /** Changes nothing. */
  viewRenter(token: string, now: Date): Promise<RenterPage>;
  /** The fleet behind a renter's link, whatever became of its rental; `link_unknown`. */
  renterAt(token: string): Promise<RenterAt>;
  /** The renter pressed Lock or Unlock. */
  pressAsRenter(
    token: string,
    press: { type: CommandType; agoS: number; pressId: string | null },
    now: Date,
  ): Promise<void>;
  /** Whether the car is disconnected in the moment in which its rental ends. */
  wishDisconnect(context: Context, id: VehicleId, isWished: boolean, now: Date): Promise<void>;
  /** The secret is told this once. */
  addEndpoint(
    context: Context,
    wish: { url: string; types: EventType[] | null },
    now: Date,
  ): Promise<{ id: EventEndpointId; secret: string }>;
  changeEventEndpoint(context: Context, id: EventEndpointId, change: EndpointChange, now: Date): Promise<void>;
  /** @returns what it was */
  removeEndpoint(context: Context, id: EventEndpointId, now: Date): Promise<KeptEndpoint>;
  /** @returns the new secret, this once */
  rotateSecret(context: Context, id: EventEndpointId, now: Date): Promise<string>;
  /** @returns the event that is sent */
  testEndpoint(context: Context, id: EventEndpointId, now: Date): Promise<EventId>;
  retryDelivery(context: Context, id: EventEndpointId, eventId: EventId, now: Date): Promise<void>;
  /** @returns how many events are sent */
  replayTo(
    context: Context,
    id: EventEndpointId,
    wish: { since: Date; types?: EventType[] | undefined },
    now: Date,
  ): Promise<number>;
  /** Runs the diagnosis now; what the car's read came to goes the one path. `onStep` hears each step as it is known. */
  check(context: Context, id: VehicleId, now: Date, onStep?: (step: CheckStep) => void): Promise<void>;
  /** Asks Smartcar by the VIN whether the car can be connected, and keeps the answer. */
  checkCompatibility(context: Context, id: VehicleId, now: Date): Promise<void>;
  /** There is a secret for v2, which some questions are asked with. */
  asksOnV2(): boolean;
  /** Compares Smartcar's lists with ours as soon as may be. */
  requestReconciliation(now: Date): Promise<void>;
  /** The platforms whose lists can be asked for. */
  reconciledPlatforms(): Platform[];
  adopt(actor: Actor, wishes: readonly AdoptionWish[], now: Date): Promise<Adopted[]>;
  /** The held grant is the vehicle's car: it is bound, and what the vehicle had ends. */
  confirmGrant(context: Context, id: GrantId, now: Date): Promise<void>;
  /** It is another car: it is deleted at Smartcar. */
  refuseGrant(context: Context, id: GrantId, now: Date): Promise<void>;
  /** How far the installation is from real cars; asks nobody outside. */
  viewGoLive(now: Date): Promise<GoLiveView>;
  /** Asks everybody who can say more, and keeps the answers. */
  checkGoLive(context: Context, now: Date): Promise<void>;
  /** Why the mail server did not take it; null: it did. */
  sendTestMessage(to: string, now: Date): Promise<string | null>;
  /** It holds from each car's next read on. */
  changePlan(context: Context, change: PlanChange, now: Date): Promise<Plan>;
  acknowledgeAlert(context: Context, id: AlertId, now: Date): Promise<void>;
  resolveAlert(context: Context, id: AlertId, now: Date): Promise<void>;
  /** Owners are asked again, and what each read says counts. */
  endIncident(context: Context, id: string, now: Date): Promise<void>;
  /** Looks every car on v2 up on v3; begins to move them unless it is a dry run. */
  planMove(context: Context, options: { dryRun: boolean }, now: Date): Promise<MoveId>;
  startMove(context: Context, id: MoveId, now: Date): Promise<void>;
  pauseMove(context: Context, id: MoveId, now: Date): Promise<void>;
  resumeMove(context: Context, id: MoveId, now: Date): Promise<void>;
  /** There is no way back after it. */
  finishMove(context: Context, id: MoveId, now: Date): Promise<void>;
  /** All cars, and the move is over, where none are named. */
  rollBackMove(context: Context, id: MoveId, vehicleIds: readonly VehicleId[] | undefined, now: Date): Promise<void>;
  /** Changes nothing. */
  previewReconnects(context: Context, selection: Selection, now: Date): Promise<PreviewedReconnects>;
  /** Each car is judged again, and nothing is done that was not seen. */
  sendReconnects(context: Context, seen: SeenPreview, now: Date): Promise<ReconnectBatchId>;
  pauseReconnects(context: Context, id: ReconnectBatchId, now: Date): Promise<void>;
  resumeReconnects(context: Context, id: ReconnectBatchId, now: Date): Promise<void>;
  cancelReconnects(context: Context, id: ReconnectBatchId, now: Date): Promise<void>;
  /** Raw bytes in, durable before the answer. */
  receiveWebhook(body: Buffer, signature: string | null, now: Date): Promise<WebhookAnswer>;
  /** Never uses a link up. */
  viewLink(token: string, now: Date): Promise<LinkPage | SharingLink>;
  /** What the holder of a link shares, car by car. */
  viewSharing(token: string, now: Date): Promise<SharingPage>;
  /** The owner ends it for good; operators are told. */
  stopSharing(token: string, vehicleId: string, now: Date): Promise<void>;
  /** Whose data this link opens; `link_unknown` where it opens nobody's. */
  ownerOfLink(token: string, now: Date): Promise<{ fleetId: FleetId; ownerId: OwnerId; actor: Actor }>;
  /**
   * The owner pressed the button: the address of Connect to send this browser to. `browser` is a secret kept in its cookie;
   * `wording` is what was on the page, where that is known.
   */
  startFromLink(
    token: string,
    choice: { connectionId: string | null; browser: string; wording?: SeenWording | null },
    now: Date,
  ): Promise<string>;
  /** Connect sent the browser back. `confirm` when another browser than the one that left came back. */
  returnFromConnect(
    query: Record<string, string>,
    browser: string | null,
    confirmed: boolean,
    now: Date,
  ): Promise<Returned>;
}
