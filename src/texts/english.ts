/** The English catalogue: the one that every other language has to match key by key. */
import { actionTexts, causeTexts, meaningTexts, ownerCauseTexts, statusTexts } from './english-causes.ts';
import { consentTexts, erasureTexts } from './english-consent.ts';
import { commandTexts } from './english-command.ts';
import { rentalTexts } from './english-rental.ts';
import { renterTexts } from './english-renter.ts';
import { purposeTexts } from './english-budget.ts';
import { diagnosisTexts } from './english-diagnosis.ts';
import {
  alertNames,
  alertTexts,
  capabilityTexts,
  freshnessTexts,
  handOverTexts,
  timelineTexts,
  viaTexts,
} from './english-events.ts';
import { deliveryTexts, eventTypeTexts } from './english-fleet-events.ts';
import { goLiveTexts } from './english-go-live.ts';
import { incidentTexts } from './english-incident.ts';
import { mailTexts } from './english-mail.ts';
import { connectErrorTexts, pageTexts, returnProblemTexts } from './english-owner.ts';
import {
  beforeTexts,
  compatibilityTexts,
  connectRefusalTexts,
  makeEffectTexts,
  makeNumberLabelTexts,
  makeNumberTexts,
  quirkTexts,
  surenessTexts,
} from './english-makes.ts';
import {
  exportTexts,
  importApplyTexts,
  importFileTexts,
  importNoteTexts,
  importProblemTexts,
  importUndoTexts,
  separatorTexts,
} from './english-import.ts';
import { moveReasonTexts, moveStateTexts } from './english-move.ts';
import { passingTexts } from './english-passing.ts';
import { actionOfTexts, grantTexts, startTexts } from './english-reconnect.ts';
import { adoptionTexts, driftTexts, pollingTexts, reconcileErrorTexts } from './english-reconcile.ts';
import { causeNameTexts, itemStateTexts, selectionTexts, skipReasonTexts } from './english-reconnects.ts';
import { sharingTexts } from './english-sharing.ts';
import { permissionTexts, signalTexts } from './english-vehicle.ts';

export const english = {
  ...statusTexts,
  ...causeTexts,
  ...ownerCauseTexts,
  ...actionTexts,
  ...actionOfTexts,
  ...startTexts,
  ...grantTexts,
  ...meaningTexts,
  ...passingTexts,
  ...permissionTexts,
  ...signalTexts,
  ...freshnessTexts,
  ...capabilityTexts,
  ...alertNames,
  ...commandTexts,
  ...rentalTexts,
  ...eventTypeTexts,
  ...deliveryTexts,
  ...renterTexts,
  ...alertTexts,
  ...handOverTexts,
  ...timelineTexts,
  ...incidentTexts,
  ...moveStateTexts,
  ...moveReasonTexts,
  ...viaTexts,
  ...connectErrorTexts,
  ...returnProblemTexts,
  ...pageTexts,
  ...sharingTexts,
  ...consentTexts,
  ...erasureTexts,
  ...mailTexts,
  ...goLiveTexts,
  ...driftTexts,
  ...adoptionTexts,
  ...reconcileErrorTexts,
  ...pollingTexts,
  ...importFileTexts,
  ...importProblemTexts,
  ...importNoteTexts,
  ...importApplyTexts,
  ...importUndoTexts,
  ...separatorTexts,
  ...exportTexts,
  ...diagnosisTexts,
  ...causeNameTexts,
  ...skipReasonTexts,
  ...itemStateTexts,
  ...selectionTexts,
  ...quirkTexts,
  ...makeNumberTexts,
  ...makeNumberLabelTexts,
  ...makeEffectTexts,
  ...surenessTexts,
  ...beforeTexts,
  ...connectRefusalTexts,
  ...compatibilityTexts,
  ...purposeTexts,
} as const;
