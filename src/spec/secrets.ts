const secretWords =
  /pass(word|wd|phrase|code)?$|secret|token$|api_?key|private_key_content|credential|connection_string|conn_str/

/** Keys that look like secrets by name but hold names, references, paths or numbers. */
const innocent = /(_path|_env_var|_names?|_refs?|_file|_seconds|_id|_margin|_ttl|_key_name)$/

/** Whether a key holds a credential, judged by its name alone; misspellings of the common words count too. */
export function looksSecret(key: string): boolean {
  // `secretKeyName` of a Kubernetes manifest is `secret_key_name` of a spec.
  const words = key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase().replaceAll('-', '_')
  const name = key.toLowerCase().replaceAll('-', '_')
  if (innocent.test(name) || innocent.test(words)) return false
  if (secretWords.test(name) || secretWords.test(words)) return true
  return misspelt.some((pattern) => pattern.test(name.replaceAll('_', '')))
}

/** `pasword`, `passwrod`, `pwd`, `tokn`, `secert`, … */
const misspelt = [/^p+a?s*w+o*r*d*$/, /^pas{1,3}w?[ord]{1,4}$/, /s[ec]{2,3}r?[ert]{1,3}$/, /^tok?e?n$/, /apiky$|apikey/]

/** Masks the password in the user part of URLs and connection strings (`scheme://user:password@host`, `password=…`). */
export function maskUrls(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):([^\s@]*)@/gi, '$1:***@')
    .replaceAll(/\b(password|pwd|passwd|secret|token)=([^\s,;&"']+)/gi, '$1=***')
}
