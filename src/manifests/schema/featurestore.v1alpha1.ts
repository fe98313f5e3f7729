import schema from './featurestore.v1alpha1.json' with { type: 'json' }

/** Loaded by dynamic import: the bundle gives each a file of its own. */
export default schema
