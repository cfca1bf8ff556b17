/** Names of made-up owners, and places whose streets the cars drive. */

export const firstNames = [
  'anna',
  'ben',
  'clara',
  'david',
  'elif',
  'felix',
  'greta',
  'hannes',
  'ida',
  'jonas',
  'karla',
  'lena',
  'mats',
  'nora',
  'oskar',
  'paula',
  'quirin',
  'rosa',
  'selim',
  'tilda',
  'ute',
  'viktor',
  'wanda',
  'yusuf',
  'zoe',
  'emil',
  'frieda',
  'noah',
] as const;

export const lastNames = [
  'becker',
  'brandt',
  'demir',
  'engel',
  'fischer',
  'graf',
  'hansen',
  'ihde',
  'jansen',
  'keller',
  'lorenz',
  'meyer',
  'nowak',
  'otto',
  'peters',
  'roth',
  'schulz',
  'thiel',
  'ullrich',
  'vogel',
  'weber',
  'yilmaz',
  'ziegler',
  'arendt',
] as const;

export interface City {
  name: string;
  country: string;
  latitude: number;
  longitude: number;
}

export const cities: readonly City[] = [
  { name: 'Hamburg', country: 'DE', latitude: 53.5511, longitude: 9.9937 },
  { name: 'Berlin', country: 'DE', latitude: 52.52, longitude: 13.405 },
  { name: 'München', country: 'DE', latitude: 48.1372, longitude: 11.5756 },
  { name: 'Köln', country: 'DE', latitude: 50.9375, longitude: 6.9603 },
  { name: 'Frankfurt', country: 'DE', latitude: 50.1109, longitude: 8.6821 },
  { name: 'Stuttgart', country: 'DE', latitude: 48.7758, longitude: 9.1829 },
  { name: 'Leipzig', country: 'DE', latitude: 51.3397, longitude: 12.3731 },
  { name: 'Wien', country: 'AT', latitude: 48.2082, longitude: 16.3738 },
  { name: 'Utrecht', country: 'NL', latitude: 52.0907, longitude: 5.1214 },
];
