/** English: the owner's page about what is shared, and why, and how to stop. */

export const sharingTexts = {
  'sharing.title': 'What you share',
  'sharing.titleNone': 'Nothing is shared',
  'sharing.greeting': 'Hello {name},',
  'sharing.intro':
    'This is what {fleet} can see of your cars and do with them, and what for. You can stop at any time.',
  'sharing.none': 'None of your cars is connected with {fleet} at the moment.',
  'sharing.state.shared': 'Shared',
  'sharing.state.waiting': 'Shared, first data is awaited',
  'sharing.state.interrupted': 'Shared, but interrupted',
  'sharing.state.leaving': 'In use right now; sharing stops when it is back',
  'sharing.since': 'Since {at, date, year}.',
  'sharing.helps': 'The message we sent you says what helps.',
  'sharing.ended': 'Not shared any more since {at, date, year}',
  'sharing.ending': 'Ended here on {at, date, year}; Smartcar is being told, as soon as it can be reached',
  'sharing.what': 'What is shared, and what for:',
  'sharing.stop': 'Stop sharing this car',
  'sharing.ended.title': 'No longer shared',
  'sharing.data.title': 'Your data',
  'sharing.data.text':
    'Everything that {fleet} keeps about you, as a file: your contact, your cars, what you agreed to and when, and our messages to you.',
  'sharing.data.button': 'Download my data',
  'sharing.data.erase':
    'To be forgotten, ask the person named below. Your cars are then disconnected, and your name, your contact and what your cars told are erased.',
  'sharing.back': 'Back',
  'sharing.link': 'See what is shared for each car, download your data, or stop',
  'stop.title': 'Stop sharing your {title}?',
  'stop.text':
    '{fleet} can then no longer find, lock or unlock it, and nobody can book it. If somebody is driving it right now, that holds from when it is back.',
  'stop.history': 'What it told so far is kept until you ask to be forgotten, or its time is over.',
  'stop.again': 'You can share it again later; it takes one sign-in.',
  'stop.button': 'Stop sharing',
  'stop.keep': 'Keep sharing it',
  /** What a car-sharing fleet needs it for, as it stands after its name. */
  'why.read_vehicle_info': 'to rent out the right car',
  'why.read_location': 'for renters to find it and bring it back',
  'why.read_odometer': 'to count trips and plan services',
  'why.read_security': 'to notice when it stands unlocked',
  'why.control_security': 'for renters to open and close it without your key',
  'why.read_vin': 'to be certain that it is this car',
  'why.read_battery': 'to start no trip on an empty battery',
  'why.read_fuel': 'to start no trip on an empty tank',
  'why.read_charge': 'to know when it can be driven again',
  'why.read_tires': 'to notice a flat tyre before a trip',
  'why.other': 'allowed by you, and not used by Towline',
} as const;
