// Collects the licences of the packages that the bundle contains, as their terms ask.
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes dist/THIRD-PARTY-NOTICES.txt from esbuild's list of inputs. */
export async function writeNotices(root, metafile) {
  const folders = new Set()
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (match) folders.add(match[1])
  }
  const notices = []
  for (const folder of [...folders].toSorted()) {
    const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
    const file = (await readdir(join(root, folder))).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file ? await readFile(join(root, folder, file), 'utf8') : `Licence: ${license}`
    notices.push(`${name} ${version} (${license})\n\n${text.trim()}\n`)
  }
  await writeFile(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), notices.join(`\n${'-'.repeat(78)}\n\n`))
}
