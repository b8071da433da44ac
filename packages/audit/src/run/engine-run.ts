import { createLogitsTransform, type LogitsTransform, type SamplingSettings } from '@foretoken/core';
import { type EngineAudit, type EngineMode, auditOnEngine } from '../engine/audit-on-engine.js';
import { choosePrefixes, cutTexts, longest, type Prefix } from '../engine/choose-prefixes.js';
import { LawReader } from '../engine/law-reader.js';
import { PlaceWatch } from '../engine/place-watch.js';
import { createJoinedPasses } from '../engine/joined-passes.js';
import { createReusedHead } from '../engine/reused-head.js';
import { createReusedRows } from '../engine/reused-rows.js';
import { createReusedTransform } from '../engine/reused-transform.js';
import { compareGreedyTexts, type GreedyComparison } from '../numerics/compare-greedy-texts.js';
import { measureNumerics, type PassDistance } from '../numerics/measure-numerics.js';
import type { AuditSubject, SubjectModels } from '../subject/audit-subject.js';
import { createSubject } from '../subject/create-subject.js';
import { errorText } from '../subject/error-text.js';
import type { AuditEngine, AuditOptions, AuditSettings } from './audit-options.js';
import type { EngineReport } from './engine-report.js';
import {
  type AuditPlan,
  type Combination,
  type EngineCombination,
  ownParts,
  reusedParts,
} from './plan-audit.js';
import type { TimedStep } from './time-slices.js';

const prefixCount = 12;
const mostOwnLoops = 8;
/** With rows reused a loop is cheap: as many as fill a pass, and go on beside it. */
const reusedLoops = 64;
/** Own passes read a prefix again for every block. */
const ownBlockSize = 192;
const numericsTexts = 8;
/** Own passes have other randomness than the draws with rows reused. */
const ownSeeds = 1000;
const greedyTexts = 3;
const greedyTokens = 48;
/** Of the texts, for numerics and greedy continuations. */
const textTokens = 48;
/** Seconds that the steps take on two cores, for their shares of the time. */
const weights = { reusedDraw: 0.001, ownDraw: 0.016, numerics: 1, greedy: 0.5, prefixes: 2 };

/** Audits the subjects of one engine, which share its rows. */
export class EngineRun {
  readonly #engine: AuditEngine;
  readonly #combinations: readonly EngineCombination[];
  /** Those with passes of their own and greedy texts. */
  readonly #alone: readonly EngineCombination[];
  readonly #plan: AuditPlan;
  readonly #settings: AuditSettings;
  readonly #texts: readonly (readonly number[])[];
  readonly #rows: SubjectModels;
  readonly #joined: SubjectModels;
  /** Decode loops that draw side by side, by mode: their passes are joined. */
  readonly #loops: Readonly<Record<EngineMode, number>>;
  /** Whether loops with rows reused are at different prefixes. */
  readonly #spread: boolean;
  /** Whether a drafter needs the target's hidden states. */
  readonly #hiddenStates: boolean;
  /** The settings, with the grammar's mask where there is one. */
  readonly #sampling: SamplingSettings;
  /** Of all prefixes; undefined: any. A mask is of outputs after prompts of one length. */
  readonly #prefixLength: number | undefined;
  readonly #reusedTransform: LogitsTransform;
  readonly #transform: LogitsTransform;
  readonly #inject: NonNullable<AuditOptions['inject']>;
  readonly #prefixes = new Map<string, readonly Prefix[]>();
  /** Of all subjects together, which share the bounds. */
  readonly #places: Readonly<Record<EngineMode, PlaceWatch>>;
  readonly #audits: EngineAudit[] = [];
  readonly #greedy: GreedyComparison[] = [];
  readonly #errors: string[] = [];
  #passDistances: readonly PassDistance[] = [];

  constructor(
    engine: AuditEngine,
    combinations: readonly EngineCombination[],
    plan: AuditPlan,
    settings: AuditSettings,
    texts: AuditOptions['texts'],
    inject: NonNullable<AuditOptions['inject']>,
  ) {
    this.#inject = inject;
    this.#engine = engine;
    this.#combinations = combinations;
    this.#alone = combinations.filter(({ alone }) => alone);
    this.#plan = plan;
    this.#settings = settings;
    const { target, draft, heads } = engine.models;
    this.#prefixLength = engine.grammar && longest;
    this.#sampling = engine.grammar
      ? { ...settings.sampling, allowedTokens: engine.grammar.allowedTokens(longest) }
      : settings.sampling;
    this.#texts = texts.map((text) => target.tokenizer.encode(text));
    const sequences = Math.min(
      ...[target, draft].flatMap((model) =>
        model === undefined ? [] : [model.capabilities.maximumSequences],
      ),
    );
    const leastReaders = Math.max(1, Math.floor(sequences / 3));
    // Each has a prefix's sequence and a fork of it.
    const ownLoops = Math.min(mostOwnLoops, Math.floor((sequences - leastReaders) / 2));
    // One is to spare, for what is read outside the draws.
    const readers = Math.max(leastReaders, sequences - 2 * ownLoops - 1);
    // Every prefix has a reader, and its branches have some too: no order of the draws makes it be read again.
    this.#spread = readers >= 2 * prefixCount;
    this.#loops = { 'rows reused': this.#spread ? reusedLoops : readers, 'own passes': ownLoops };
    this.#hiddenStates = combinations.some(({ drafter }) => drafter.needsHead !== undefined);
    this.#rows = {
      target: createReusedRows(target, { readers, hiddenStates: this.#hiddenStates }),
      draft: draft && createReusedRows(draft, { readers }),
      heads: heads && new Map([...heads].map(([name, head]) => [name, createReusedHead(head)])),
    };
    this.#joined = {
      target: createJoinedPasses(target),
      draft: draft && createJoinedPasses(draft),
      heads,
    };
    this.#reusedTransform = createReusedTransform(this.#sampling, target.vocabularySize);
    this.#transform = createLogitsTransform(this.#sampling, target.vocabularySize);
    const shared = { confidence: plan.boundConfidence };
    this.#places = {
      'rows reused': new PlaceWatch({ ...shared, parts: reusedParts.slice(-1), planned: plan.draws.reused }),
      'own passes': new PlaceWatch({ ...shared, parts: ownParts.slice(-1), planned: plan.draws.own }),
    };
  }

  steps(): TimedStep[] {
    const { draws } = this.#plan;
    const { name } = this.#engine;
    const ownDraws = Math.ceil(draws.own / this.#alone.length);
    const reusedDraws = Math.max(draws.reusedEach, Math.ceil(draws.reused / this.#combinations.length));
    const before: TimedStep[] = [
      {
        name: `${name}: numerics`,
        weight: weights.numerics + weights.greedy * this.#alone.length,
        run: (signal) => this.#guard(() => this.#measureNumerics(signal)),
      },
      {
        // Without prefixes there is nothing to draw: this takes the time that it takes.
        name: `${name}: prefixes`,
        weight: weights.prefixes,
        run: () => this.#guard(() => this.#choosePrefixes()),
      },
    ];
    const step = (combination: Combination, index: number, mode: EngineMode): TimedStep => {
      const { name: subject } = this.#subject(combination, this.#engine.models);
      const count = mode === 'rows reused' ? reusedDraws : ownDraws;
      return {
        name: `${subject}: ${mode}`,
        weight: count * (mode === 'rows reused' ? weights.reusedDraw : weights.ownDraw),
        run: (signal, report) =>
          this.#guard(() =>
            this.#audit(combination, mode, count, index, signal, (done) => report(done / count)),
          ),
      };
    };
    const drawn = { 'rows reused': this.#combinations, 'own passes': this.#alone } as const;
    return [
      ...before,
      ...(['rows reused', 'own passes'] as const).flatMap((mode) =>
        drawn[mode].map((combination) => step(combination, this.#combinations.indexOf(combination), mode)),
      ),
    ];
  }

  report(): EngineReport {
    const { name, models } = this.#engine;
    const { engine, weightFormat } = models.target.capabilities;
    return {
      name,
      engine,
      weightFormat,
      target: models.target.name,
      draft: models.draft?.name,
      audits: this.#audits,
      reusedPlaces: this.#places['rows reused'].results(),
      ownPlaces: this.#places['own passes'].results(),
      passDistances: this.#passDistances,
      greedy: this.#greedy,
      errors: this.#errors,
    };
  }

  async close(): Promise<void> {
    await this.#rows.draft?.close();
    for (const head of this.#rows.heads?.values() ?? []) await head.close();
    await this.#rows.target.close();
  }

  #subject({ rule, drafter }: Combination, models: SubjectModels): AuditSubject {
    const { name: engine } = this.#engine;
    return this.#inject(createSubject({ rule, drafter, models, engine, sampling: this.#sampling }));
  }

  /** What goes wrong outside a subject's draws is kept, and the audit goes on. */
  async #guard(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#errors.push(errorText(error));
    }
  }

  async #audit(
    combination: Combination,
    mode: EngineMode,
    draws: number,
    index: number,
    signal: AbortSignal,
    onProgress: (done: number) => void,
  ): Promise<void> {
    const prefixes = this.#prefixes.get(combination.drafter.name);
    // What went wrong with them is in the report already.
    if (prefixes === undefined) return;
    const own = mode === 'own passes';
    const create = (): AuditSubject => this.#subject(combination, own ? this.#joined : this.#rows);
    const laws: LawReader[] = [];
    try {
      // They find a block's new histories side by side, and share the passes over them.
      while (laws.length < this.#loops[mode]) laws.push(await this.#openLaw(create(), prefixes));
      this.#audits.push(
        await auditOnEngine(create, {
          mode,
          loops: this.#loops[mode],
          prefixes,
          laws: laws as [LawReader, ...LawReader[]],
          draws,
          signal,
          onProgress,
          transform: own ? this.#transform : this.#reusedTransform,
          // Every subject has draws of its own.
          seed: this.#settings.seed + index + (own ? ownSeeds : 0),
          confidence: this.#plan.boundConfidence,
          parts: own ? ownParts : reusedParts,
          blockSize: own ? ownBlockSize : undefined,
          freePrefixes: !own && this.#spread,
          onPlaces: (places) => this.#places[mode].observe(places),
        }),
      );
    } finally {
      for (const law of laws) await law.close();
    }
  }

  async #openLaw({ createDrafter }: AuditSubject, prefixes: readonly Prefix[]): Promise<LawReader> {
    const drafter = await createDrafter(this.#rows);
    return new LawReader(this.#rows.target, drafter, this.#reusedTransform.clone(), prefixes);
  }

  /** Chosen once for every drafter, of cuts that all share. */
  async #choosePrefixes(): Promise<void> {
    const transform = this.#transform;
    const { target } = this.#engine.models;
    const shared = { target, transform, hiddenStates: this.#hiddenStates };
    const cuts = await cutTexts({ ...shared, texts: this.#texts, length: this.#prefixLength });
    for (const combination of this.#combinations) {
      const { name } = combination.drafter;
      if (this.#prefixes.has(name)) continue;
      const drafter = combination.drafter.create(this.#rows);
      try {
        const prefixes = await choosePrefixes({ cuts, drafter, transform, count: prefixCount });
        this.#prefixes.set(name, prefixes);
        for (const { tokens } of prefixes) await this.#readRow(tokens);
      } finally {
        await drafter.close();
      }
    }
  }

  /** Reads a prefix's row now, so that no step begins with it. */
  async #readRow(tokens: readonly number[]): Promise<void> {
    const sequence = this.#rows.target.createSequence();
    await this.#rows.target.forward([{ sequence, tokens, rows: 'last' }]);
    sequence.close();
  }

  async #measureNumerics(signal: AbortSignal): Promise<void> {
    const { target } = this.#engine.models;
    const texts = this.#texts.map((text) => text.slice(0, textTokens));
    const compared = texts.slice(0, numericsTexts);
    // The texts are none of a grammar.
    const free = createLogitsTransform(this.#settings.sampling, target.vocabularySize);
    this.#passDistances = await measureNumerics(target, compared, free, signal);
    const prompts = this.#texts
      .filter((text) => text.length >= (this.#prefixLength ?? 0))
      .map((text) => text.slice(0, this.#prefixLength ?? textTokens));
    for (const combination of this.#alone) {
      this.#greedy.push(
        await compareGreedyTexts(
          this.#subject(combination, this.#engine.models),
          prompts.slice(0, greedyTexts),
          greedyTokens,
          signal,
        ),
      );
    }
  }
}
