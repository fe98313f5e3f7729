/**
 * The known word closest to what was written, or undefined when none is close enough to be meant.
 * Distance: optimal string alignment (Levenshtein plus swaps of neighbours), case ignored.
 *
 * @param allowed the words that would be right
 */
export function suggest(written: string, allowed: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase()
  if (wanted.length > 100) return undefined
  let best: { word: string; distance: number } | undefined
  for (const word of allowed) {
    const known = word.toLowerCase()
    const limit = Math.max(1, Math.floor(Math.min(wanted.length, known.length) / 3))
    const distance = sameLetters(known) === sameLetters(wanted) ? 0.5 : alignmentDistance(wanted, known)
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { word, distance }
  }
  return best?.word
}

/** `onlinestore`, `online-store` and `online_store` are one word to a hurried writer. */
function sameLetters(word: string): string {
  return word.replaceAll(/[-_.\s]/g, '')
}

function alignmentDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(value)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

/** `; did you mean "x"?` or nothing: for the end of a message. */
export function didYouMean(written: string, allowed: Iterable<string>): string {
  const word = suggest(written, allowed)
  return word === undefined ? '' : `; did you mean "${word}"?`
}
