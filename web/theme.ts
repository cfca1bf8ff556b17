/** The look in Mantine's terms: one quiet colour of our own, the system's typeface, a 4-px grid. */
import { createTheme, rem } from '@mantine/core';
import type { MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#e8f6f8',
  '#d3e9ed',
  '#a6d2da',
  '#76bac6',
  '#4ea5b5',
  '#3598aa',
  '#2391a5',
  '#107d90',
  '#0b6272',
  '#045464',
];

/** Of a filled button that can't be undone: light enough letters on it by night, too. */
export const harm = 'red.9';

const closeButtonProps = { 'aria-label': 'Close' };
const dialogTitle = { fontWeight: 600, fontSize: rem(17) };

/** Bluish, so that Mantine's own surfaces sit on ours. */
const dark: MantineColorsTuple = [
  '#e6eaed',
  '#b4bec5',
  '#8d99a1',
  '#6b7780',
  '#3a444b',
  '#2f383e',
  '#242b30',
  '#1b2024',
  '#161b1e',
  '#101417',
];

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 8, dark: 7 },
  colors: { petrol, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: rem(24), lineHeight: '1.25' },
      h2: { fontSize: rem(17), lineHeight: '1.35' },
      h3: { fontSize: rem(15) },
    },
  },
  fontSizes: { xs: rem(12), sm: rem(13), md: rem(14), lg: rem(16), xl: rem(18) },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: {
      defaultProps: {
        withArrow: true,
        multiline: true,
        maw: 320,
        transitionProps: { duration: 120 },
        events: { hover: true, focus: true, touch: true },
      },
    },
    Drawer: {
      defaultProps: { position: 'right', closeButtonProps, transitionProps: { duration: 150 } },
      styles: { title: dialogTitle },
    },
    Modal: {
      defaultProps: { centered: true, closeButtonProps, transitionProps: { duration: 150 } },
      styles: { title: dialogTitle },
    },
    // The placeholder is a child that no menu may have; without it the first item gets the focus.
    Menu: { defaultProps: { transitionProps: { duration: 100 }, withInitialFocusPlaceholder: false } },
  },
});
