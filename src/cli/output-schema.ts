/** JSON Schema of what every command prints under `--json`: one object on stdout. */
export const outputSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Output of fsop --json',
  type: 'object',
  required: ['ok', 'command', 'diagnostics'],
  additionalProperties: false,
  properties: {
    ok: { type: 'boolean', description: 'False when the exit code is an error' },
    command: { type: 'string', description: 'The words after fsop, such as "run materialize"' },
    result: { description: 'What the command gives; its form depends on the command' },
    error: {
      type: 'object',
      required: ['code', 'message', 'exitCode'],
      additionalProperties: false,
      properties: {
        code: { type: 'string', description: 'Stable code, a section each in docs/errors.md' },
        message: { type: 'string' },
        exitCode: { type: 'integer' },
      },
    },
    diagnostics: {
      type: 'array',
      items: {
        type: 'object',
        required: ['severity', 'code', 'message'],
        additionalProperties: false,
        properties: {
          severity: { enum: ['error', 'warning', 'info'] },
          code: { type: 'string' },
          message: { type: 'string' },
          why: { type: 'string' },
          hint: { type: 'string', description: 'The command or edit that mends it' },
          file: { type: 'string' },
          line: { type: 'integer', minimum: 1 },
          column: { type: 'integer', minimum: 1, description: 'In code points' },
          endLine: { type: 'integer', minimum: 1 },
          endColumn: { type: 'integer', minimum: 1, description: 'Exclusive' },
          edit: { type: 'string', description: 'What verify --fix puts in the place of the diagnosed text' },
          excerpt: { type: 'string', description: 'The line of the file, secrets masked' },
          path: { type: 'string', description: 'Path of keys, such as online_store.type' },
          docs: { type: 'string' },
        },
      },
    },
  },
  anyOf: [
    { properties: { ok: { const: true } }, required: ['result'] },
    { properties: { ok: { const: false } }, required: ['error'] },
  ],
} as const
