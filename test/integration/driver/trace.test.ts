import { execFile } from 'node:child_process'
import { mkdir, open, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { drive, driverFolder, edit, feast, shop, succeed, temporaryFolder, writeOrders, type Json } from './driver.ts'
import { isUnchanged } from '../../../src/feast/apply-trace.ts'

const minute = 60_000

// Definitions that depend on one thing of every kind, and an apply of them whose trace is then put to the test.
describe('an apply that may be remembered', { timeout: minute }, () => {
  let repo = ''
  let shared = ''
  let trace: Json
  const env = { ...process.env, SHOP_TEAM: 'growth', SHOP_REGISTRY: 'data/registry.db' }

  const definitions = () => `
import os
import sys
from pathlib import Path
sys.path.insert(0, ${JSON.stringify(shared)})
import house_rules
from feast import Entity, ValueType

folder = Path(__file__).parent
note = (folder / 'note.txt').read_text()
try:
    extra = (folder / 'extra.txt').read_text()
except FileNotFoundError:
    extra = ''
parts = sorted(os.listdir(folder / 'parts'))
shop = Entity(
    name='shop',
    join_keys=['shop_id'],
    value_type=ValueType.INT64,
    tags={'team': os.environ['SHOP_TEAM'], 'city': os.getenv('SHOP_CITY', ''), 'note': note, 'extra': extra,
          'parts': ','.join(parts), 'rule': house_rules.RULE},
)
`

  beforeAll(async () => {
    shared = await temporaryFolder()
    await writeFile(join(shared, 'house_rules.py'), 'RULE = "none"\n')
    repo = await shop({ 'note.txt': 'a note' })
    await edit(repo, 'feature_store.yaml', 'data/registry.db', '${SHOP_REGISTRY}')
    await mkdir(join(repo, 'parts'))
    await writeFile(join(repo, 'more.py'), definitions())
    // Changes during a run make it not cacheable; these are older.
    const run = await succeed('apply', repo, { args: { yes: true }, env })
    trace = run.result.trace
  }, minute)

  test('is told by its trace: nothing changed', async () => {
    expect(trace.reasons).toEqual([])
    expect(trace.cacheable).toBe(true)
    expect(await isUnchanged(trace, env)).toBe(true)
    expect(JSON.stringify(trace)).not.toContain('"growth"')
    // The second apply changes nothing, so what it depends on is the same.
    const again = (await succeed('apply', repo, { args: { yes: true }, env })).result
    expect(again).toMatchObject({ changed: false, trace: { cacheable: true, registry: trace.registry } })
    expect(again.trace.files).toEqual(trace.files)
    expect(again.trace.directories).toEqual(trace.directories)
  })

  const append = (name: string) => async () => {
    const path = name.startsWith('/') ? name : join(repo, name)
    const old = await readFile(path)
    await writeFile(path, Buffer.concat([old, Buffer.from('\n')]))
    return () => writeFile(path, old)
  }
  const create = (name: string) => async () => {
    const made = await mkdir(dirname(join(repo, name)), { recursive: true })
    await writeFile(join(repo, name), '')
    return () => rm(made ?? join(repo, name), { recursive: true })
  }
  const changes: [string, () => Promise<() => Promise<unknown>>][] = [
    ['the specification', append('feature_store.yaml')],
    ['a definition', append('features.py')],
    ['a helper outside of the repository', () => append(join(shared, 'house_rules.py'))()],
    ['a text that definitions read', append('note.txt')],
    ['a text that definitions looked for in vain', create('extra.txt')],
    ['a new name in a folder that definitions list', create('parts/new.txt')],
    ['a new file of definitions', create('new.py')],
    ['a new file of definitions further down', create('deep/down/new.py')],
    ['.feastignore', create('.feastignore')],
    ['the registry', append('data/registry.db')],
    [
      'the columns of a data file',
      async () => {
        const path = join(repo, 'data/orders.parquet')
        await rename(path, `${path}.old`)
        await writeOrders(repo, true)
        return () => rename(`${path}.old`, path)
      },
    ],
    [
      'the existence of a data file',
      async () => {
        const path = join(repo, 'data/orders.parquet')
        await rename(path, `${path}.old`)
        return () => rename(`${path}.old`, path)
      },
    ],
    [
      'the tables of the online store',
      async () => {
        const path = join(repo, 'data/online_store.db')
        const old = await readFile(path)
        const file = await open(path, 'r+')
        await file.write(Buffer.from([0, 0, 1, 0]), 0, 4, 40)
        await file.close()
        return () => writeFile(path, old)
      },
    ],
    [
      'the online store as a whole',
      async () => {
        const path = join(repo, 'data/online_store.db')
        await rename(path, `${path}.old`)
        return () => rename(`${path}.old`, path)
      },
    ],
    [
      'an installed package',
      async () => {
        const interpreterFolder = trace.environment.folders[0]
        const fake = join(interpreterFolder, 'fsop_trace_test-1.0.dist-info')
        await mkdir(fake)
        return () => rm(fake, { recursive: true })
      },
    ],
  ]
  test.each(changes)('is no longer valid after a change of %s', async (_, change) => {
    const undo = await change()
    try {
      expect(await isUnchanged(trace, env).catch(() => false)).toBe(false)
    } finally {
      await undo()
    }
    expect(await isUnchanged(trace, env)).toBe(true)
  })

  test.each([
    ['a variable that definitions read', { SHOP_TEAM: 'retail' }],
    ['a variable that definitions asked for in vain', { SHOP_CITY: 'Ulm' }],
    ['a variable in feature_store.yaml', { SHOP_REGISTRY: 'data/other.db' }],
    ['the time zone', { TZ: 'Asia/Tokyo' }],
    ['the search path of Python', { PYTHONPATH: '/elsewhere' }],
  ])('is no longer valid after a change of %s', async (_, changed) => {
    expect(await isUnchanged(trace, { ...env, ...changed })).toBe(false)
  })

  test('stays valid when nothing that matters changes', async () => {
    await writeFile(join(repo, 'README.md'), 'more words')
    await utimes(join(repo, 'features.py'), new Date(), new Date())
    expect(await isUnchanged(trace, { ...env, SHOP_SIZE: 'small', PWD: '/' })).toBe(true)
  })
})

describe('an apply that may not be remembered', { timeout: minute }, () => {
  test('says why: what cannot be checked later', async () => {
    const outside = await temporaryFolder()
    const repo = await shop({
      'more.py': [
        'import os, socket, subprocess, sys',
        'everything = dict(os.environ)',
        'subprocess.run([sys.executable, "-c", ""], check=True)',
        `open(${JSON.stringify(join(outside, 'made.txt'))}, "w").close()`,
        'try:',
        '    socket.create_connection(("127.0.0.1", 9), timeout=1)',
        'except OSError:',
        '    pass',
      ].join('\n'),
    })
    const { trace } = (await succeed('apply', repo, { args: { yes: true } })).result
    expect(trace.cacheable).toBe(false)
    expect(trace.reasons).toEqual(
      expect.arrayContaining([
        'loading the definitions opens a network connection',
        'loading the definitions starts a process',
        `loading the definitions writes ${join(outside, 'made.txt')}`,
        `${join(repo, 'more.py')}:2: reads every environment variable`,
        `${join(repo, 'more.py')}:3: uses subprocess`,
      ]),
    )
  })

  test('a file that changes while it runs', async () => {
    const repo = await shop({
      'note.txt': 'old',
      'more.py': 'note = open(__file__.replace("more.py", "note.txt")).read()\n',
    })
    const run = await drive('apply', repo, {
      answer: true,
      // Read already, and not yet traced.
      onEvent: ({ event }) => void (event === 'ask' && writeFile(join(repo, 'note.txt'), 'new')),
    })
    expect(run.result).toMatchObject({ changed: true, trace: { cacheable: false } })
    expect(run.result.trace.reasons).toEqual([`${join(repo, 'note.txt')} was changed during the run`])
  })
})

describe('code whose result may differ from run to run', () => {
  // One Python process reads them all; none is run.
  const volatile: Record<string, string> = {
    'the clock': 'from datetime import datetime\nx = datetime.now()',
    'the clock by another name': 'from datetime import datetime as d\nf = d.utcnow\nx = f()',
    'the clock, imported': 'from time import time\nx = time()',
    'the clock of pandas': 'import pandas as pd\nx = pd.Timestamp("now")',
    'the clock by reflection': 'import datetime\nx = getattr(datetime.datetime, "now")()',
    'a name made at run time': 'import os\nx = getattr(os, "ur" + "andom")(1)',
    chance: 'import random\nx = random.random()',
    'chance from numpy': 'import numpy as np\nx = np.random.default_rng()',
    'chance from numpy, imported': 'from numpy.random import default_rng\nx = default_rng()',
    'an identifier': 'import uuid\nx = uuid.uuid4()',
    'the existence of a file': 'import os\nx = os.path.exists("a")',
    'the existence of a file, imported': 'from os.path import isfile\nx = isfile("a")',
    'the existence of a file by pathlib': 'from pathlib import Path\nx = Path("a").is_file()',
    'where a link leads': 'from pathlib import Path\nx = Path("a").resolve()',
    'the process': 'import os\nx = os.getpid()',
    'the machine': 'import platform\nx = platform.node()',
    'a Parquet file': 'import pandas as pd\nx = pd.read_parquet("a")',
    'a Parquet file by pyarrow': 'import pyarrow.parquet as pq\nx = pq.read_schema("a")',
    'a Parquet file by pyarrow, imported': 'from pyarrow import parquet\nx = parquet.read_schema("a")',
    'a store': 'from feast import FeatureStore\nx = FeatureStore(".")',
    'a package that is not known': 'import some_client\nx = some_client.tables()',
    'everything of a package that is not known': 'from some_client import *',
    'code as text': 'x = eval("1")',
    'a function that is called': 'from datetime import datetime\ndef f():\n    return datetime.now()\nx = f()',
    'a function that a function calls':
      'import time\ndef g():\n    return time.time()\ndef f():\n    return g()\nx = [f]',
    'a decorated function':
      'from datetime import datetime\nfrom feast import x\n@x\ndef f():\n    return datetime.now()',
    'a method of a class that is used':
      'import time\nclass A:\n    def __init__(self):\n        self.t = time.time()\nx = A()',
    'a default value': 'import time\ndef f(t=time.time()):\n    pass',
    'a lambda': 'import time\nf = lambda: time.time()',
    'no Python': 'x = (',
  }
  const repeatable: Record<string, string> = {
    'plain definitions':
      'from datetime import timedelta\nfrom feast import Entity\nfrom feast.types import Int64\nx = timedelta(days=1)',
    'environment and files':
      'import os, json\nfrom pathlib import Path\nx = json.loads(Path(os.environ["A"]).read_text())',
    'its own place':
      'import os\nfrom pathlib import Path\nx = Path(__file__).resolve().parent\ny = os.path.realpath(__file__)',
    'a demo at the end':
      'import time, subprocess\nfrom feast import FeatureStore\ndef demo():\n    FeatureStore(".")\n    subprocess.run([])\nif __name__ == "__main__":\n    demo()',
    'a data frame': 'import pandas as pd\nimport numpy as np\nx = pd.DataFrame({"a": np.arange(3)})',
  }

  test('is found in the source, and harmless code is not blamed', { timeout: minute }, async () => {
    const folder = await temporaryFolder()
    await symlink(driverFolder, join(folder, 'fsop_driver'))
    const script = `
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(folder)})
from pathlib import Path
from fsop_driver import volatility
found = {}
for name, source in json.load(sys.stdin).items():
    file = Path(${JSON.stringify(folder)}) / "definitions.py"
    file.write_text(source)
    found[name] = volatility.reasons([file], lambda module: False)
print(json.dumps(found))
`
    const running = promisify(execFile)(await feast(), ['-c', script])
    running.child.stdin?.end(JSON.stringify({ ...volatile, ...repeatable }))
    const found = JSON.parse((await running).stdout) as Record<string, string[]>
    const blamed = Object.keys(found).filter((name) => found[name]?.length)
    expect(blamed).toEqual(Object.keys(volatile))
  })
})
