import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      'test-output/**',
      '.coinslot/**',
      'scripts/*.mjs',
      'tests/lib/*.mjs',
      'demo-game/vite.config.mjs',
      '**/*.d.ts',
      'eslint.config.js',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['tests/**/*.test.ts'],
    ignores: ['tests/**/*.alone.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['mock', 'doMock', 'resetModules', 'stubGlobal'].map((property) => ({
          object: 'vi',
          property,
          message: 'Workers are shared between files (vitest.config.ts): name the file *.alone.test.ts.',
        })),
      ],
    },
  },
);
