/** Definitions put on the server take effect from their commit, for every later write and $validate. */
import { startTestHub, type TestHub } from '../../hub.ts'
import { asking, basic, canonical, codeSystem, profile, requiring, valueSet, type Asking } from './asking.ts'

const SUBJECT = { subject: { display: 'somebody' } }

describe('definitions put on the server', () => {
  let hub: TestHub
  let ask: Asking
  beforeAll(async () => {
    hub = await startTestHub()
    ask = await asking(hub)
  })
  afterAll(() => hub.stop())

  it('a profile that was unknown is met from its commit on, and what derives from it', async () => {
    const claiming = basic([canonical('subject')])
    expect((await ask.validate(claiming)).errors).toEqual(['profile-unknown at Basic.meta.profile[0]'])
    expect(await ask.put(requiring('subject', 'subject'))).toMatchObject({ status: 201 })
    expect((await ask.validate(claiming)).errors).toEqual(['min:Basic.subject at Basic'])
    expect(await ask.create(claiming)).toMatchObject({ status: 422, errors: ['min:Basic.subject at Basic'] })
    expect(await ask.create(basic([canonical('subject')], SUBJECT))).toMatchObject({ status: 201 })

    expect(await ask.put(requiring('subject-and-author', 'author', { baseDefinition: canonical('subject') }))).toMatchObject({ status: 201 })
    expect((await ask.validate(basic([canonical('subject-and-author')]))).errors).toEqual(['min:Basic.subject at Basic', 'min:Basic.author at Basic'])
  })

  it('a change of a base changes what derives from it', async () => {
    await ask.put(requiring('base', 'subject'))
    await ask.put(requiring('derived', 'author', { baseDefinition: canonical('base') }))
    const claiming = basic([canonical('derived')], SUBJECT)
    expect((await ask.validate(claiming)).errors).toEqual(['min:Basic.author at Basic'])
    await ask.put(requiring('base', 'created'))
    expect((await ask.validate(claiming)).errors).toEqual(['min:Basic.created at Basic', 'min:Basic.author at Basic'])
  })

  it('what refers to a profile asks for it from its commit on', async () => {
    const author = profile('known-author', [{ path: 'Practitioner.name', min: 1 }], { type: 'Practitioner', baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Practitioner' })
    await ask.put(profile('authored', [{ path: 'Basic.author', type: [{ code: 'Reference', targetProfile: [canonical('known-author')] }] }]))
    const claiming = basic([canonical('authored')], { contained: [{ resourceType: 'Practitioner', id: 'p', gender: 'other' }], author: { reference: '#p' } })
    expect((await ask.validate(claiming)).errors).toEqual(['target:Basic.author at Basic.author'])
    await ask.put(author)
    expect((await ask.validate(claiming)).errors).toEqual([expect.stringMatching(/Basic\.author/)])
    await ask.put({ ...author, differential: { element: [{ id: 'Practitioner.gender', path: 'Practitioner.gender', min: 1 }] } })
    expect((await ask.validate(claiming)).errors).toEqual([])
  })

  it('profiles of one transaction may come in any order', async () => {
    const chain = ['c', 'b', 'a'].map((name, i, names) => requiring(`chain-${name}`, ['author', 'created', 'subject'][i]!,
      i === names.length - 1 ? {} : { baseDefinition: canonical(`chain-${names[i + 1]}`) }))
    expect(await ask.transaction(...chain)).toMatchObject({ status: 200 })
    expect((await ask.validate(basic([canonical('chain-c')]))).errors).toHaveLength(3)
  })

  it('a draft has effect; a retired or deleted one has none, and comes back', async () => {
    const claiming = basic([canonical('coming')])
    const judged = async () => (await ask.validate(claiming)).errors
    await ask.put(requiring('coming', 'subject', { status: 'draft' }))
    expect(await judged()).toEqual(['min:Basic.subject at Basic'])
    await ask.put(requiring('coming', 'subject', { status: 'retired' }))
    expect(await judged()).toEqual(['profile-unknown at Basic.meta.profile[0]'])
    await ask.put(requiring('coming', 'author'))
    expect(await judged()).toEqual(['min:Basic.author at Basic'])
    expect(await ask.remove('StructureDefinition', 'coming')).toMatchObject({ status: 204 })
    expect(await judged()).toEqual(['profile-unknown at Basic.meta.profile[0]'])
  })

  it('a patch has effect as an update has', async () => {
    await ask.put(requiring('patched', 'subject'))
    const administrator = await hub.as('administrator')
    await administrator.patch('/fhir/StructureDefinition/patched').set('Content-Type', 'application/json-patch+json')
      .send(JSON.stringify([{ op: 'replace', path: '/differential/element/0/path', value: 'Basic.author' }, { op: 'replace', path: '/differential/element/0/id', value: 'Basic.author' }])).expect(200)
    expect((await ask.validate(basic([canonical('patched')]))).errors).toEqual(['min:Basic.author at Basic'])
  })

  it('what is stored is not judged again', async () => {
    await ask.put(requiring('later', 'code'))
    const stored = basic([canonical('later')])
    expect(await ask.put({ ...stored, id: 'kept' })).toMatchObject({ status: 201 })
    await ask.put(requiring('later', 'author'))
    await (await hub.as('administrator')).get('/fhir/Basic/kept').expect(200)
    expect(await ask.put({ ...stored, id: 'kept', ...SUBJECT })).toMatchObject({ status: 422, errors: ['min:Basic.author at Basic'] })
  })

  it('two versions stand side by side: the newest where none is named', async () => {
    await ask.put({ ...requiring('versioned', 'subject', { version: '1.9.0' }), id: 'versioned-1' })
    await ask.put({ ...requiring('versioned', 'author', { version: '1.10.0' }), id: 'versioned-2' })
    const judged = async (claim: string) => (await ask.validate(basic([claim]))).errors
    expect(await judged(`${canonical('versioned')}|1.9.0`)).toEqual(['min:Basic.subject at Basic'])
    expect(await judged(`${canonical('versioned')}|1.10.0`)).toEqual(['min:Basic.author at Basic'])
    expect(await judged(canonical('versioned'))).toEqual(['min:Basic.author at Basic'])
    expect(await judged(`${canonical('versioned')}|2.0.0`)).toEqual(['profile-unknown at Basic.meta.profile[0]'])
  })

  it('an extension is known from its commit on: its value, its place, whether it modifies', async () => {
    const url = canonical('colour')
    const extension = (isModifier: boolean) => profile('colour', [
      { path: 'Extension', ...(isModifier ? { isModifier, isModifierReason: 'it may turn the meaning' } : {}) },
      { path: 'Extension.url', fixedUri: url }, { path: 'Extension.value[x]', min: 1, type: [{ code: 'code' }] },
    ], { kind: 'complex-type', type: 'Extension', baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension', context: [{ type: 'element', expression: 'Basic' }] })
    const carrying = (name: 'extension' | 'modifierExtension', value: object) => basic([], { [name]: [{ url, ...value }] })
    const judged = async (resource: object) => (await ask.validate(resource)).errors
    expect(await judged(carrying('modifierExtension', { valueCode: 'red' }))).toEqual(['modifier-extension-unknown at Basic.modifierExtension[0]'])
    expect(await ask.put(extension(false))).toMatchObject({ status: 201 })
    expect(await judged(carrying('extension', { valueCode: 'red' }))).toEqual([])
    expect(await judged(carrying('extension', { valueString: 'red' }))).toHaveLength(1)
    expect(await judged({ resourceType: 'Patient', extension: [{ url, valueCode: 'red' }] })).toEqual(['extension-context at Patient.extension[0]'])
    expect(await ask.put(extension(true))).toMatchObject({ status: 200 })
    expect(await judged(carrying('modifierExtension', { valueCode: 'red' }))).toEqual([])
    expect(await judged(carrying('extension', { valueCode: 'red' }))).toEqual(['extension-modifier at Basic.extension[0]'])
  })

  it('$validate holds a resource against one by its canonical, in the version that is named', async () => {
    await ask.put({ ...requiring('asked', 'subject', { version: '1' }), id: 'asked-1' })
    await ask.put({ ...requiring('asked', 'author', { version: '2' }), id: 'asked-2' })
    const administrator = await hub.as('administrator')
    const by = async (name: string) => ((await administrator.post('/fhir/Basic/$validate').query({ profile: name }).send(basic([])).expect(200)).body as {
      issue: { details: { coding: { code: string }[] } }[] }).issue.map(({ details }) => details.coding[0]?.code)
    expect(await by(`${canonical('asked')}|1`)).toEqual(['min:Basic.subject'])
    expect(await by(canonical('asked'))).toEqual(['min:Basic.author'])
    expect(await by(`${canonical('asked')}|3`)).toEqual(['profile-unknown'])
  })

  describe('value sets and code systems', () => {
    const bound = (name: string, set: string) => profile(name, [{ path: 'Basic.code', binding: { strength: 'required', valueSet: set } }])
    const coded = (claim: string, code: string) => basic([canonical(claim)], { code: { coding: [{ system: canonical('things', 'CodeSystem'), code }] } })

    it('bind codes from their commit on, in whatever order they come', async () => {
      await ask.put(bound('bound', canonical('some-things', 'ValueSet')))
      const judged = async (code: string) => (await ask.validate(coded('bound', code))).errors
      expect(await judged('three')).toEqual([])
      await ask.put(valueSet('some-things', { compose: { include: [{ system: canonical('things', 'CodeSystem') }] } }))
      expect(await judged('three')).toEqual([])
      await ask.put(codeSystem('things', ['one', 'two']))
      expect(await judged('three')).toEqual(['binding:Basic.code at Basic.code.coding[0]'])
      expect(await judged('two')).toEqual([])
      await ask.put(codeSystem('things', ['one', 'two', 'three']))
      expect(await judged('three')).toEqual([])
      await ask.remove('ValueSet', 'some-things')
      expect(await judged('four')).toEqual([])
    })

    it('a value set may import what it contains', async () => {
      const inner = valueSet('inner', { compose: { include: [{ system: canonical('things', 'CodeSystem'), concept: [{ code: 'one' }] }] } })
      expect(await ask.put(valueSet('outer', { contained: [inner], compose: { include: [{ valueSet: ['#inner'] }] } }))).toMatchObject({ status: 201, text: '' })
      expect(await ask.put(bound('containing', canonical('outer', 'ValueSet')))).toMatchObject({ status: 201 })
      expect((await ask.validate(coded('containing', 'one'))).errors).toEqual([])
      expect((await ask.validate(coded('containing', 'two'))).errors).toEqual(['binding:Basic.code at Basic.code.coding[0]'])
    })

    it('a code is called by the names of its system and of its supplements', async () => {
      await ask.put(codeSystem('named', ['one'], { concept: [{ code: 'one', display: 'One', designation: [{ language: 'cy', value: 'Un' }] }] }))
      const calling = async (display: string) => (await ask.validate(basic([], { code: { coding: [{ system: canonical('named', 'CodeSystem'), code: 'one', display }] } }))).warnings
      expect(await calling('Un')).toEqual([])
      expect(await calling('Eins')).toEqual(['coding-display at Basic.code.coding[0].display'])
      await ask.put(codeSystem('german', [], { content: 'supplement', supplements: canonical('named', 'CodeSystem'), concept: [{ code: 'one', display: 'Eins' }] }))
      expect(await calling('Eins')).toEqual([])
    })

    it('are searched by, :in and :below', async () => {
      await ask.put(codeSystem('kin', [], { concept: [{ code: 'family', concept: [{ code: 'child' }] }, { code: 'friend' }] }))
      await ask.put(valueSet('close', { compose: { include: [{ system: canonical('kin', 'CodeSystem'), filter: [{ property: 'concept', op: 'is-a', value: 'family' }] }] } }))
      const of = (id: string, code: string) => ({ ...basic([], { code: { coding: [{ system: canonical('kin', 'CodeSystem'), code }] } }), id })
      expect(await ask.transaction(of('a-child', 'child'), of('a-friend', 'friend'))).toMatchObject({ status: 200 })
      const administrator = await hub.as('administrator')
      const ids = async (query: Record<string, string>) => ((await administrator.get('/fhir/Basic').query(query).expect(200)).body as { entry?: { resource: { id: string } }[] })
        .entry?.map(({ resource }) => resource.id)
      expect(await ids({ 'code:in': canonical('close', 'ValueSet') })).toEqual(['a-child'])
      expect(await ids({ 'code:below': `${canonical('kin', 'CodeSystem')}|family` })).toEqual(['a-child'])
    })
  })

  it('the CapabilityStatement names the profiles that are in effect', async () => {
    await ask.put(requiring('supported', 'subject'))
    const supported = async () => ((await (await hub.as('administrator')).get('/fhir/metadata').expect(200)).body as {
      rest: { resource: { type: string; supportedProfile?: string[] }[] }[]
    }).rest[0]!.resource.find(({ type }) => type === 'Basic')?.supportedProfile ?? []
    expect(await supported()).toContain(canonical('supported'))
    await ask.remove('StructureDefinition', 'supported')
    expect(await supported()).not.toContain(canonical('supported'))
  })

  it.each(['hub', 'gp', 'team', 'integrator'] as const)('%s does not put them', async client => {
    const agent = await hub.as(client)
    const refused = [requiring('theirs', 'subject'), valueSet('theirs', {}), codeSystem('theirs', ['x'])]
      .map(async resource => (await agent.put(`/fhir/${resource.resourceType}/theirs`).send(resource)).status)
    expect(await Promise.all(refused)).toEqual([403, 403, 403])
  })
})
