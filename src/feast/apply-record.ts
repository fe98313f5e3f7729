import type { StorePlan } from './protocol.ts'
import type { StoreSpec } from '../spec/store-spec.ts'
export interface RecordKey { readonly cache: string; readonly env: NodeJS.ProcessEnv; readonly environment: string }
export async function recallApply(_s: StoreSpec, _k: RecordKey): Promise<StorePlan | undefined> { return undefined }
export async function recordApply(_s: StoreSpec, _k: RecordKey, _p: StorePlan, _t: unknown): Promise<void> {}
