import { defineConfig } from 'vitest/config'

const seconds = 1000

/**
 * unit: the pure core, no processes. integration: one part of fsop against the real thing (Feast, PyYAML).
 * e2e: the packed and installed `fsop`, as a user runs it.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 5 * seconds } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 300 * seconds,
          hookTimeout: 1800 * seconds,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/installed-fsop.ts'],
          testTimeout: 300 * seconds,
          hookTimeout: 1800 * seconds,
        },
      },
    ],
  },
})
