/* The scripts of the page are joined in the order of their names inside one function: each sees what stands in those before it. */
import { readdirSync, readFileSync } from 'node:fs';
import js from '@eslint/js';
import globals from 'globals';

const FOLDER = new URL('../src/bordergis/maps/static/', import.meta.url);
const scripts = readdirSync(FOLDER).filter((name) => /^\d.*\.js$/.test(name));
const shared = scripts.flatMap((name) => Array.from(
  readFileSync(new URL(name, FOLDER), 'utf8').matchAll(/^(?:async )?(function|class|const|let) (\w+)/gm),
  ([, kind, named]) => [named, kind === 'let' ? 'writable' : 'readonly'],
));

export default [
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: 'script',
      globals: { ...globals.browser, L: 'readonly', ...Object.fromEntries(shared) },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'no-alert': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-redeclare': ['error', { builtinGlobals: false }],
      'no-restricted-properties': ['error', ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property, message: 'Text of the data is hostile: textContent.' })), { object: 'document', property: 'write' }],
      'no-unused-vars': ['error', { vars: 'local' }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
  { files: ['**/guard.js'], languageOptions: { ecmaVersion: 5 }, rules: { 'no-var': 'off', 'object-shorthand': 'off', 'prefer-template': 'off' } },
  { files: ['**/folium-popups.js'], rules: { 'no-restricted-properties': 'off' } },
];
