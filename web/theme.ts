/** The look in Mantine's terms: one quiet colour of our own, the system's typeface, a 4-px grid. */
import { createTheme, rem } from '@mantine/core';
import type { MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#e8f6f8', '#d3e9ed', '#a6d2da', '#76bac6', '#4ea5b5', '#3598aa', '#2391a5', '#107d90', '#0b6272', '#045464',
];

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 8, dark: 7 },
  colors: { petrol },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: rem(24), lineHeight: '1.25' }, h2: { fontSize: rem(17), lineHeight: '1.35' }, h3: { fontSize: rem(15) } },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { withArrow: true, multiline: true, maw: 320, transitionProps: { duration: 120 }, events: { hover: true, focus: true, touch: true } } },
    Drawer: { defaultProps: { position: 'right', transitionProps: { duration: 150 } } },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 150 } } },
    Menu: { defaultProps: { transitionProps: { duration: 100 } } },
  },
});
