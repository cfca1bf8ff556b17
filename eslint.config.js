import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const size = { skipBlankLines: true, skipComments: true };

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'data/', '**/*.d.ts'] },
  ...tseslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, ...size }],
      'max-lines-per-function': ['error', { max: 70, ...size }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name, so that a thing has one name everywhere.' },
        { selector: 'ExportAllDeclaration', message: 'Import from the file that has it; a barrel hides the rooms.' },
      ],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'no-console': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    // Configurations of tools are no part of the program that types are checked in.
    ignores: ['**/*.config.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      // node:test's functions answer promises that its runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: ['test', 'describe', 'it', 'suite'].map((name) => ({
            from: 'package',
            package: 'node:test',
            name,
          })),
        },
      ],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: false }],
    },
  },
  {
    files: ['web/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    // A page or a component is one function whose length is its markup's.
    files: ['web/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 150, ...size }] },
  },
  {
    // One line for each column of each table: as long as the schema is.
    files: ['src/store/schema.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    // A suite is one function around all its tests.
    files: ['test/**/*.{ts,tsx}'],
    rules: { 'max-lines': ['error', { max: 500, ...size }], 'max-lines-per-function': 'off' },
  },
  {
    // The tools insist on a default export.
    files: ['*.config.{js,ts}', 'web/*.config.{js,ts}'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
