import { Flags } from './oclif.ts'

/** Which features: by name, or those of a feature service. */
export const featureFlags = {
  features: Flags.string({
    multiple: true,
    delimiter: ',',
    helpValue: 'VIEW:FEATURE,…',
    summary: 'Features to read',
    exactlyOne: ['features', 'feature-service'],
  }),
  'feature-service': Flags.string({ helpValue: 'NAME', summary: 'Feature service to read' }),
}

/** The driver's arguments for {@link featureFlags}. */
export function featureArguments(flags: { features?: string[] | undefined; 'feature-service'?: string | undefined }) {
  return flags['feature-service'] === undefined
    ? { features: flags.features ?? [] }
    : { service: flags['feature-service'] }
}
