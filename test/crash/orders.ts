/** What the harness orders a victim to do, over the channel between parent and child. */

export interface Opening {
  do: 'open';
  databaseUrl: string;
  /** Where IAM, the API and the management API answer. */
  smartcarOrigin: string;
  /** Where Connect's pages are. */
  connectOrigin: string;
  /** Null: messages go into the demo's mailbox. */
  smtpUrl: string | null;
  publicUrl: string;
  /** The platform that it has credentials for. */
  speaks: 'v3' | 'v2' | 'both';
  now: string;
}

export type Order =
  | Opening
  /** The owner's browser came back from Connect. */
  | { do: 'return'; query: Record<string, string>; browser: string; now: string }
  /** Smartcar delivers; the answer's `status` is the door's. */
  | { do: 'webhook'; body: string; signature: string | null; now: string }
  /** An operator starts to move the fleet to v3, or finishes it; done before, it is not done again. */
  | { do: 'move'; wish: 'start' | 'finish'; now: string }
  /** An operator disconnects every car, or forgets every owner; done before, it is not done again. */
  | { do: 'end'; what: 'access' | 'owners'; now: string }
  /** An operator confirms what is held; done before, it is not done again. */
  | { do: 'confirm'; now: string }
  /** An operator has every owner of a broken car asked; sent before, it is not sent again. */
  | { do: 'reconnect'; now: string }
  /** An operator starts the import that was previewed, or takes back what it added; done before, it is not done again. */
  | { do: 'import'; wish: 'start' | 'undo'; now: string }
  /** A program asks Towline's API to lock or unlock the car; the answer's `status` is the API's. */
  | {
      do: 'command';
      body: { type: 'lock' | 'unlock'; deadlineS: number };
      idempotencyKey: string;
      apiKey: string;
      now: string;
    }
  /** Everything that is due by now. */
  | { do: 'settle'; now: string }
  | { do: 'close'; now: string };

export interface Done {
  id: number;
  /** What went wrong on our side, told since the last order; a refusal of Smartcar's is none. */
  faults: string[];
  /** The order itself threw. */
  error: string | null;
  status: number | null;
}
