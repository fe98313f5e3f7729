import { readInputFile } from '../adapters/read-input-file.ts'
import { MAX_YAML_BYTES } from '../spec/yaml/read-yaml.ts'
import type { ReadInput } from '../usecases/load-spec.ts'

/** Reads specs, backend files and manifests. */
export const readSpecFile: ReadInput = (path) => readInputFile(path, { maxBytes: MAX_YAML_BYTES })
