import { checkAdsForm, checkAdsValues, isAdsForm } from './feature_store/ads-form.ts'
import type { OperatorCheck } from '../spec/operator-check.ts'

/** The checks of specs by operator type. */
export const operatorChecks: readonly OperatorCheck[] = [
  {
    type: 'feature_store',
    check: (root, context) => {
      if (isAdsForm(root)) {
        checkAdsForm(root, context)
        return Promise.resolve('whole')
      }
      checkAdsValues(root, context)
      return Promise.resolve('feast')
    },
  },
  {
    type: 'feature_store_marketplace',
    check: async (root, context) => {
      const { checkMarketplaceSpec } = await import('./feature_store_marketplace/spec.ts')
      checkMarketplaceSpec(root, context)
      return 'whole'
    },
  },
]
