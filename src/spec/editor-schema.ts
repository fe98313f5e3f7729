import schemas from './schema/feast-0.67.0.json' with { type: 'json' }

type JsonSchema = Record<string, unknown>

interface ComponentSchemas {
  readonly keyword?: string
  readonly acceptsWord?: boolean
  readonly acceptsNull?: boolean
  readonly types: Readonly<Record<string, { readonly schema?: JsonSchema; readonly description?: string }>>
}

/** The operator header, which Feast ignores. */
const header: Readonly<Record<string, JsonSchema>> = {
  kind: { const: 'operator', description: 'Kind of the file, for fsop' },
  type: { const: 'feature_store', description: 'Operator type, for fsop' },
  version: { const: 'v1', description: 'Version of the file format, for fsop' },
  spec: {
    type: ['object', 'null'],
    description: 'Facts of the deployment that Feast has no key for',
    additionalProperties: false,
    properties: {
      requirements: {
        type: 'array',
        items: { type: 'string' },
        description: 'Further Python packages, as pip requirements',
      },
      operation: { enum: ['create', 'update'], description: 'What to do with the OCI Resource Manager stack' },
      stack_id: { type: 'string', description: 'OCID of the Resource Manager stack' },
      service_version: { type: 'string' },
      tenancy_id: { type: 'string', description: 'OCID of the tenancy' },
      compartment_id: { type: 'string', description: 'OCID of the compartment' },
      region: { type: 'string', description: 'OCI region, such as us-ashburn-1' },
      user_id: { type: 'string', description: 'OCID of the user' },
    },
  },
}

/**
 * The JSON Schema of feature_store.yaml for editors (yaml-language-server and the like), as indented JSON: Feast's keys
 * of every component type, and the header.
 */
export function editorSchema(): Promise<string> {
  const defs: Record<string, JsonSchema> = {}
  const root = schemas.root as {
    properties: Record<string, JsonSchema>
    required?: string[]
    $defs?: Record<string, JsonSchema>
  }
  const { properties } = adopt(root, 'root', defs) as { properties: Record<string, JsonSchema> }
  for (const [name, component] of Object.entries(schemas.components as unknown as Record<string, ComponentSchemas>)) {
    if (component.keyword !== undefined)
      properties[name] = { ...properties[name], anyOf: alternatives(name, component, defs) }
  }
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `feature_store.yaml of Feast ${schemas.feastVersion}`,
    type: 'object',
    required: ['project'],
    additionalProperties: false,
    properties: { ...header, ...properties },
    $defs: defs,
  }
  return Promise.resolve(`${JSON.stringify(schema, undefined, 1)}\n`)
}

function alternatives(
  name: string,
  { types, acceptsWord, acceptsNull }: ComponentSchemas,
  defs: Record<string, JsonSchema>,
) {
  const blocks = Object.entries(types).map(([type, { schema = {}, description }]) => {
    const key = `${name}.${type}`
    defs[key] = { ...adopt(schema, key, defs), ...(description ? { description } : {}) }
    return { $ref: `#/$defs/${key}` }
  })
  const words = acceptsWord || name === 'registry' ? [{ type: 'string' }] : []
  return [...blocks, ...words, ...(acceptsNull ? [{ type: 'null' }] : [])]
}

/** Moves the definitions of one schema into the whole, under names that no other has. */
function adopt(schema: JsonSchema, prefix: string, defs: Record<string, JsonSchema>): JsonSchema {
  const renamed = JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"#/$defs/${prefix}.`)) as JsonSchema
  const { $defs, ...rest } = renamed
  for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>))
    defs[`${prefix}.${name}`] = definition
  return rest
}
