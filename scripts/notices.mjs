// Collects the licences of the packages and the ported code that the bundle contains, as their terms ask.
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes dist/THIRD-PARTY-NOTICES.txt from esbuild's list of inputs. */
export async function writeNotices(root, metafile) {
  const folders = new Set()
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (match) folders.add(match[1])
  }
  const notices = await ownNotices(root, Object.keys(metafile.inputs))
  for (const folder of [...folders].toSorted()) {
    const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
    const file = (await readdir(join(root, folder))).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file ? await readFile(join(root, folder, file), 'utf8') : `Licence: ${license}`
    notices.push(`${name} ${version} (${license})\n\n${text.trim()}\n`)
  }
  await writeFile(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), notices.join(`\n${'-'.repeat(78)}\n\n`))
}

/** The `/*!` comments of our own sources: code that was ported, with its notice. */
async function ownNotices(root, inputs) {
  const found = []
  for (const input of inputs.filter((path) => path.startsWith('src/')).toSorted()) {
    for (const [, text] of (await readFile(join(root, input), 'utf8')).matchAll(/\/\*!([\s\S]*?)\*\//g)) {
      found.push(`${input}\n\n${text.replaceAll(/^ *\*? ?/gm, '').trim()}\n`)
    }
  }
  return found
}
