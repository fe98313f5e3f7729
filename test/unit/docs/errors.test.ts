import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

it('docs/errors.md has a section for every code, and for no other', () => {
  const sections = [...read('docs/errors.md').matchAll(/^### ([A-Z]{2}\d{3})$/gm)].map(([, code]) => code)
  const sources = ['src', 'python'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|py)$/.test(path))
      .map((path) => join(folder, path)),
  )
  const used = new Set(
    sources.flatMap((path) => [...read(path).matchAll(/["'`]([A-Z]{2}\d{3})["'`]/g)].map(([, code]) => code)),
  )
  expect(sections.toSorted()).toEqual([...used].toSorted())
})
