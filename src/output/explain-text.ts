import type { Style } from './style.ts'
import type { ExplainedKey, Explanation } from '../spec/explain.ts'

/** An explanation for people: types with their extras, or keys with type, default and meaning. */
export function formatExplanation(explanation: Explanation, style: Style): string {
  const { path, feastVersion, description, extras, class: className, types, keys } = explanation
  const parts = [style.bold(`${path || 'feature_store.yaml'} ${style.dim(`(Feast ${feastVersion})`)}`)]
  if (description) parts.push(description)
  if (className) parts.push(`class:  ${className}`)
  if (extras) parts.push(`needs:  ${extras.length > 0 ? `feast[${extras.join(',')}]` : 'nothing but feast'}`)
  if (types) {
    const width = Math.max(...types.map(({ type }) => type.length))
    const lines = types.map(({ type, extras: needed, isDefault }) =>
      `  ${type.padEnd(width)}  ${needed.length > 0 ? `feast[${needed.join(',')}]` : ''}${isDefault ? ' (default)' : ''}`.trimEnd(),
    )
    parts.push(
      [style.bold('types, and what each needs'), ...lines, '', `fsop explain ${path}.TYPE lists the keys of one`].join(
        '\n',
      ),
    )
  }
  if (keys && keys.length > 0) parts.push([style.bold('keys'), ...keys.map((key) => formatKey(key, style))].join('\n'))
  return parts.join('\n\n')
}

function formatKey(
  { name, type, values, required, secret, nullable, description, ...rest }: ExplainedKey,
  style: Style,
): string {
  const facts = [
    values ? values.map((value) => JSON.stringify(value)).join(' | ') : type,
    required && 'required',
    'default' in rest && rest.default !== null && `default ${JSON.stringify(rest.default)}`,
    nullable && 'may be null',
    secret && 'secret',
  ].filter(Boolean)
  const meaning = description ? `\n${description.replaceAll(/^/gm, '      ')}` : ''
  return `  ${style.cyan(name)}: ${facts.join(', ')}${style.dim(meaning)}`
}
