/** English: incidents. {of}: "Ford", "Ford in Germany", "All makes". */

export const incidentTexts = {
  'incident.of': '{make, select, none {All makes} other {{make}}}{region, select, none {} other { in {region}}}',
  'incident.text':
    '{of}: {failing, plural, =1 {# vehicle fails} other {# vehicles fail}} now{joined, plural, =0 {} other {, # failed in all}}.',
  'incident.recovered':
    '{of}: over. {joined, plural, =1 {# vehicle had} other {# vehicles had}} failed; what Towline held back goes on.',
  'incident.lasting':
    '{of}: it lasted so long that it looks like the owners’ turn. They are asked now, and each vehicle is judged by itself.',
  'incident.byHand': '{of}: ended by hand. Owners are asked again, and each vehicle is judged by itself.',
  'incident.meanwhile':
    'Owners are not written to, nothing is decided against them, and the vehicles are read less often. It ends by itself when they work again.',
  'incident.held': '{of}: many vehicles fail together. Nothing is asked of the owner meanwhile.',
} as const;

export const incidentAlertTexts = {
  'alert.incident.open':
    '{of}: {count, select, none {many} other {{count}}} vehicles fail together. Owners are not written to meanwhile; it ends by itself when they work again.',
} as const;

export const incidentTimelineTexts = {
  'timeline.incident.joined': 'Fails together with many others; part of an incident from now on.',
  'timeline.incident.left': 'Not part of the incident any more.',
} as const;
