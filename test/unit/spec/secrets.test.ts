import { expect, it } from 'vitest'
import { looksSecret, maskUrls } from '../../../src/spec/secrets.ts'

it.each([
  'password',
  'passwd',
  'pasword',
  'client_secret',
  'api_key',
  'apikey',
  'auth_token',
  'private_key_content',
  'private_key_passphrase',
  'connection_string',
  'tokn',
])('%s holds a secret', (key) => expect(looksSecret(key)).toBe(true))

it.each([
  'sslkey_path',
  'token_env_var',
  'key_ttl_seconds',
  'path',
  'host',
  'secretKeyName_id',
  'private_key_path',
  'passthrough',
  'tokenizer',
])('%s holds none', (key) => expect(looksSecret(key)).toBe(false))

it('masks passwords in URLs and connection strings', () => {
  expect(maskUrls('postgresql+psycopg://me:pw@host/db')).toBe('postgresql+psycopg://me:***@host/db')
  expect(maskUrls('host:6379,password=pw,db=0')).toBe('host:6379,password=***,db=0')
  expect(maskUrls('http://host/path?q=1')).toBe('http://host/path?q=1')
})
