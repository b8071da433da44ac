import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { chooseDraftLength, expectedCommittedOf, type LengthChoice } from './choose-draft-length.js';
import { DraftConfidences } from './draft-confidences.js';
import type { CostCurve } from './cost-curve.js';
import type {
  DraftLengthController,
  GenerationStart,
  KnownTokens,
  RoundMeasurement,
} from './draft-length-controller.js';
import { GenerationLengths } from './generation-lengths.js';
import { LearnedRoundCosts } from './learned-round-costs.js';
import { LossAllowance, type RoundMode } from './loss-allowance.js';
import { paysToGoOn } from './pays-to-go-on.js';
import type { AcceptancePredictor } from './predictors/acceptance-predictor.js';
import { createBetaSurvival } from './predictors/beta-survival.js';
import { TextSpread } from './text-spread.js';
import { worthVerifying } from './worth-verifying.js';

export interface LearningDraftLengthOptions {
  /** Longest draft, at least 1; default: the longest of `lengths`, or 15. */
  readonly maximumLength?: number | undefined;
  /**
   * Settings to choose among beside 0, whole numbers of at least 1, at least one; default: every length. Where a generation
   * has less room left they are cut to it. The drafts that show costs where none were measured are of three tokens all the
   * same.
   */
  readonly lengths?: readonly number[] | undefined;
  /** Milliseconds of a round by draft length, from 0, where they were measured (`measureRoundCosts`); default: learnt. */
  readonly roundCosts?: CostCurve | undefined;
  /** Acceptance to start from by position, each 0 to 1, given that those before were kept; the last goes on. Default [0.6]. */
  readonly priorAcceptance?: readonly number[] | undefined;
}

interface DraftPromise {
  /** Expected committed tokens of the round. */
  readonly expectedCommitted: number;
  /** Of the round; undefined before costs are known. */
  readonly milliseconds: number | undefined;
}

/** A learning controller, with a view into what it would choose now. */
export interface LearningDraftLength extends DraftLengthController {
  /** The choice under what was learnt, with the arithmetic behind it; undefined before costs are known. */
  choice(limit?: number): LengthChoice | undefined;
  /**
   * What a draft of `length` tokens, 1 or more, promises now.
   *
   * @param rounds that are taken to draft in a row: they share what a draft model has to read first.
   */
  promise(length: number, rounds: number): DraftPromise;
  /**
   * For one of several drafters: the share of the tokens to come that are committed in rounds in which it may be asked, 0 to
   * 1; 1 unless told.
   */
  expectShare(share: number): void;
  /** True in a round that would draft, and is plain to see what plain rounds cost now. */
  readonly isRefreshing: boolean;
}

/** The first drafts: a whole group of rows with the token before it, so that its cost says most about others. */
const firstLength = 3;
/**
 * How many before anything is known; the first of them reads the prompt, where as good a gain as is hoped for would pay for
 * it: else they wait for another generation.
 */
const firstDrafts = 2;
const hopedGain = 1.5;
/** Drafting must promise this much before it begins, and less before it ends: plain decoding is certain. */
const beginGain = 1.05;
const endGain = 1;
/**
 * What drafting promises to save must be so many times what a draft model has to read first: that is lost on a text that does
 * not pay. More where nothing is known of it but its size, and it was not watched first what other drafters leave.
 */
const savedOverRead = 2;
const hopedOverRead = 4;
/**
 * A text of several drafters is watched so many times as long as reading it takes: it may end at any token, and then what was
 * read is lost. So it loses two fifths of its time at most.
 */
const watchedOverRead = 1.5;
/**
 * Plain rounds before drafting is tried again: what tries may lose bounds how often that is. With pauses that doubled, a text that
 * began to copy again after 64 tokens was noticed when it was half over.
 */
const pause = 8;
/**
 * Most plain rounds from one look at whether to draft to the next: little changes in between, and a look takes the time of
 * a hundred microseconds between passes that fill the processor's caches.
 */
const longestLook = 64;
/** Plain rounds after which the text may have changed. */
const longPause = 24;
/**
 * Drafting rounds after which the cost of a plain round is looked at again, doubled every time: it may have been learnt
 * while the machine was busy. As many in a row as are needed: what follows a draft takes longer, and three are believed.
 */
const firstRefresh = 24;
const longestRefresh = 192;
const refreshRounds = 4;
/** Most tokens to come for which what is expected now is counted on. */
const horizon = 256;
/** No text is as good as this, however hopeful. */
const mostAcceptance = 0.98;
/**
 * How far a good text and a bad one lie from the usual, in standard deviations, and the share of texts that each stands for: the
 * quadrature of Gauss and Hermite with three points. With equal shares one deviation away, texts that copy, a fifth of all and
 * far from the usual, were not hoped for, and some drafters never tried again after a bad first text.
 */
const farText = Math.sqrt(3);
const farShare = 1 / 6;

/**
 * The controller that needs nothing measured. It begins plainly, drafts two rounds to see what they cost (unless it is
 * given what was measured), and from then on chooses the length with the most expected tokens per millisecond, 0 included. A draft ends early where the
 * drafter's confidence says that going on does not pay (`paysToGoOn`), and is asked for as long as would be best were
 * this text a good one.
 *
 * Where drafting does not pay it is tried again where a good text would give back more than the try loses; all such tries
 * together lose at most 16 plain rounds, a quarter of a percent of the time, and a fifth of what drafting saves, of which 32
 * plain rounds are laid by at most. What it would give back is counted over the tokens that are still to come, as far as earlier
 * generations tell. Where no acceptance could make it pay it is not tried at all. A round in which the
 * drafter was asked and had nothing to propose, as in most rounds of one that copies text, is no try: it loses but the
 * asking, and tells what a plain round costs.
 *
 * Keep one for a drafter, and give it to one generation after another: costs, and what confidence is worth, stay, and the
 * first drafts, for which a draft model reads the whole prompt, are paid for once. The first round of every generation is
 * plain. It needs a clock (`GenerateOptions.clock`); without one it never drafts.
 *
 * @throws InvalidArgumentError for a maximumLength or lengths that are not whole numbers of at least 1, or a prior that is
 *   no list of probabilities.
 */
export function createLearningDraftLength(options: LearningDraftLengthOptions = {}): LearningDraftLength {
  const { lengths, priorAcceptance, roundCosts } = options;
  if (
    lengths?.length === 0 ||
    lengths?.every((length) => Number.isInteger(length) && length >= 1) === false
  ) {
    throw new InvalidArgumentError(
      `lengths must be whole numbers of at least 1, at least one, not [${lengths.join(', ')}].`,
    );
  }
  const { maximumLength = lengths === undefined ? 15 : Math.max(...lengths) } = options;
  if (!Number.isInteger(maximumLength) || maximumLength < 1) {
    throw new InvalidArgumentError(
      `maximumLength must be a whole number of at least 1, not ${maximumLength}.`,
    );
  }
  const settings = { maximumLength, lengths: lengths && new Set(lengths), roundCosts };
  return new LearningController(settings, createBetaSurvival({ priorAcceptance }));
}

interface Settings {
  readonly maximumLength: number;
  readonly lengths: ReadonlySet<number> | undefined;
  readonly roundCosts: CostCurve | undefined;
}

class LearningController implements LearningDraftLength {
  readonly name = 'learning';
  readonly #maximumLength: number;
  /** To choose among; undefined: every one. */
  readonly #lengths: ReadonlySet<number> | undefined;
  readonly #predictor: AcceptancePredictor;
  readonly #costs: LearnedRoundCosts;
  readonly #confidences = new DraftConfidences();
  readonly #texts = new TextSpread();
  readonly #generations = new GenerationLengths();
  #firstDraftsLeft: number;
  /** Of the generation; it is plain, and says what such rounds cost now. */
  #isFirstRound = true;
  /** Plain rounds that were not counted yet. Between two passes code and data come from memory, at once they cost a third. */
  readonly #uncounted: RoundMeasurement[] = [];
  /** What the next or present round is for. */
  #mode: RoundMode = 'plain';
  /** What the present draft is judged by; undefined where it is not stopped. */
  #present:
    | {
        /** Milliseconds by draft length. */
        readonly costs: Float64Array;
        /** Acceptance by position, before anything is drafted. */
        readonly acceptance: Float64Array;
        /** Tokens per millisecond that the choice promises. */
        readonly rate: number;
        /** Chance that all tokens up to each of the draft are accepted. */
        readonly survival: number[];
      }
    | undefined;
  /** Milliseconds of a plain round, as of the last look. */
  #plain: number | undefined;
  /** Tokens that the drafter has to read before its next draft: those that it was not asked about, as far as it reads back. */
  #missed = 0;
  #window = Number.POSITIVE_INFINITY;
  /** Plain rounds until it is looked again whether to draft. */
  #untilLook = 0;
  /** True from when the text may have changed to the next draft. */
  #isNewText = false;
  /** Plain rounds since the last draft. */
  #plainRounds = 0;
  /** Rounds of drafting since plain ones were seen, after how many they are looked at again, and the plain ones in a row. */
  #draftRounds = 0;
  #plainInARow = 0;
  #refreshAfter = firstRefresh;
  #isRefreshing = false;
  /** Of the tokens that are left. */
  #share = 1;
  #isOneOfSeveral = false;
  /** Of the present generation. */
  #rounds = 0;
  readonly #allowance = new LossAllowance();

  constructor({ maximumLength, lengths, roundCosts }: Settings, predictor: AcceptancePredictor) {
    this.#maximumLength = maximumLength;
    this.#lengths = lengths;
    this.#predictor = predictor;
    this.#costs = new LearnedRoundCosts(roundCosts);
    this.#firstDraftsLeft = roundCosts === undefined ? firstDrafts : 0;
  }

  readonly begin = (start: GenerationStart): void => {
    const { promptLength, keptLength = 0, maximumTokens, window = Number.POSITIVE_INFINITY } = start;
    this.#countAll();
    this.#window = window;
    // What the drafter did not read of the last generation it still has to.
    const unread = keptLength === 0 ? promptLength : this.#missed + promptLength - keptLength;
    this.#missed = Math.min(promptLength, unread, window);
    this.#generations.begin(maximumTokens);
    this.#beginText();
    this.#isNewText = true;
    this.#costs.begin(start.relativeSize);
    this.#isFirstRound = true;
    this.#rounds = 0;
    this.#untilLook = 0;
    this.#mode = 'plain';
    this.#plainRounds = pause;
  };

  choice(limit: number = this.#maximumLength): LengthChoice | undefined {
    this.#countAll();
    const costs = this.#costs.upTo(Math.min(limit, this.#maximumLength));
    return costs && this.#choose(costs, this.#acceptance(costs));
  }

  promise(length: number, rounds: number): DraftPromise {
    this.#countAll();
    const longest = Math.min(length, this.#maximumLength);
    const expectedCommitted = expectedCommittedOf(longest, (position) => this.#predictor.predict(position));
    const cost = this.#costs.upTo(longest)?.[longest];
    const milliseconds = cost === undefined ? undefined : cost + this.#costs.catchUp(this.#missed) / rounds;
    return { expectedCommitted, milliseconds };
  }

  expectShare(share: number): void {
    this.#share = share;
    this.#isOneOfSeveral = true;
  }

  get isRefreshing(): boolean {
    return this.#isRefreshing;
  }

  next(limit: number): number {
    this.#isRefreshing = false;
    this.#rounds += 1;
    if (this.#untilLook > 0) {
      this.#untilLook -= 1;
      return 0;
    }
    this.#countAll();
    this.#confidences.begin();
    this.#present = undefined;
    const longest = Math.min(limit, this.#maximumLength);
    const isFirstRound = this.#isFirstRound;
    this.#isFirstRound = false;
    this.#plain = this.#costs.plain;
    if (isFirstRound || this.#plain === undefined) return 0;
    const wait = this.#roundsToWatch(this.#plain);
    if (wait > 0) {
      this.#mode = 'plain';
      this.#untilLook = wait - 1;
      return 0;
    }
    const costs = this.#costs.upTo(longest);
    if (this.#firstDraftsLeft > 0 || costs === undefined) {
      // Asking what has nothing to propose may have taken all that tries may lose.
      if (
        this.#allowance.rounds < 0 ||
        !this.#mayPayToRead(hopedGain, this.#isOneOfSeveral ? savedOverRead : hopedOverRead)
      ) {
        this.#mode = 'plain';
        this.#lookLater();
        return 0;
      }
      this.#mode = 'try';
      return Math.min(longest, firstLength);
    }
    if (this.#mode !== 'draft' && this.#plainRounds >= longPause && !this.#isNewText) {
      this.#beginText();
      this.#isNewText = true;
    }
    const acceptance = this.#acceptance(costs);
    const good = this.#choose(costs, acceptance, farText * this.#texts.deviation);
    // What does not pay in a good text does not in this one.
    const choice = good.length === 0 ? good : this.#choose(costs, acceptance);
    if (this.#pays(choice)) {
      this.#mode = 'draft';
      this.#isRefreshing = this.#draftRounds >= this.#refreshAfter;
      if (this.#isRefreshing) return 0;
      const rate = choice.expectedCommitted / choice.cost;
      this.#present = { costs, acceptance, rate, survival: [] };
      return Math.max(choice.length, good.length);
    }
    if (this.#mode === 'draft') [this.#draftRounds, this.#refreshAfter] = [0, firstRefresh];
    const tried = this.#lengthToTry(costs, acceptance, choice, good);
    this.#mode = tried > 0 ? 'try' : 'plain';
    if (tried === 0) this.#lookLater();
    if (tried > 0) this.#present = { costs, acceptance, rate: 1 / this.#plain, survival: [] };
    return tried;
  }

  readonly shouldStop: NonNullable<DraftLengthController['shouldStop']> = (drafted) => {
    this.#confidences.add(drafted);
    const { values } = this.#confidences;
    const present = this.#present;
    if (present === undefined || values.length === 0) return false;
    const { costs, acceptance, rate, survival } = present;
    const chance = (survival.at(-1) ?? 1) * this.#predictor.predict(values.length - 1, values.at(-1));
    survival.push(chance);
    return !paysToGoOn(values.length, chance, acceptance, costs, rate);
  };

  readonly lengthToVerify: NonNullable<DraftLengthController['lengthToVerify']> = (drafted) => {
    const present = this.#present;
    const { perToken } = this.#costs;
    if (perToken === undefined || present?.survival.length !== drafted) return drafted;
    // A copy says no more when it is there than when it was asked for; a draft after a pause is to show what reading takes.
    if (this.#window === 0 || this.#costs.hasToRead(this.#missed)) return drafted;
    return worthVerifying(present.survival, present.costs, perToken, present.rate);
  };

  observe(round: RoundMeasurement): void {
    if (this.#mode === 'plain' && round.askedLength === 0) this.#uncounted.push(round);
    else this.#countRound(round);
  }

  #countAll(): void {
    for (const round of this.#uncounted) this.#countRound(round);
    this.#uncounted.length = 0;
  }

  #countRound(round: RoundMeasurement): void {
    const { askedLength, draftedCount, committedCount, roundMilliseconds, draftMilliseconds } = round;
    const known: KnownTokens = round.known ?? round;
    const missed = this.#missed;
    this.#missed = askedLength > 0 ? 0 : Math.min(missed + committedCount, this.#window);
    this.#generations.commit(committedCount);
    if (known.draftedCount > 0) {
      const chain = { ...known, confidences: this.#confidences.values };
      this.#predictor.update(chain);
      this.#texts.observe(chain);
    }
    if (this.#mode === 'draft') this.#countDraftRound(draftedCount);
    if (askedLength === 0) this.#plainRounds += 1;
    else if (known.draftedCount > 0) {
      // What was partly right is tried again at once.
      this.#plainRounds = known.acceptedCount > 0 ? pause : 0;
      this.#isNewText = false;
    }
    if (roundMilliseconds === undefined) return;
    const whole = askedLength > 0 ? this.#confidences.values.length : 0;
    if (draftMilliseconds !== undefined && whole > 0 && !this.#costs.hasToRead(missed))
      this.#costs.observeDrafting(whole, draftMilliseconds);
    if (askedLength > 0 && draftedCount === 0) {
      // It had nothing to propose that is worth verifying, as what copies text in most rounds: a plain round, but for the asking.
      const asking = draftMilliseconds ?? 0;
      this.#costs.observe(0, roundMilliseconds - asking, missed);
      if (this.#plain !== undefined) this.#allowance.countAsking(this.#mode, asking, this.#plain);
      return;
    }
    // Of a draft that ended where its use ended.
    const leftOut =
      round.known === undefined ? 0 : ((draftMilliseconds ?? 0) * (whole - draftedCount)) / whole;
    this.#costs.observe(draftedCount, roundMilliseconds - leftOut, missed);
    if (draftedCount > 0 && this.#firstDraftsLeft > 0) this.#firstDraftsLeft -= 1;
    else if (this.#plain !== undefined) {
      const reading = askedLength > 0 ? this.#costs.catchUp(missed) : 0;
      const counted = { mode: this.#mode, milliseconds: roundMilliseconds, committedCount, reading };
      this.#allowance.countRound(counted, this.#plain);
    }
  }

  /** Rounds in which nothing was proposed tell of plain ones as well as those that ask for nothing. */
  #countDraftRound(draftedCount: number): void {
    this.#draftRounds += 1;
    this.#plainInARow = draftedCount > 0 ? 0 : this.#plainInARow + 1;
    if (this.#plainInARow < refreshRounds) return;
    if (this.#draftRounds >= this.#refreshAfter)
      this.#refreshAfter = Math.min(2 * this.#refreshAfter, longestRefresh);
    [this.#draftRounds, this.#plainInARow] = [0, 0];
  }

  /**
   * Nothing was found: it is looked again when a try becomes due or the text may be another. Until then drafting has less to
   * gain with every plain round, and more to read.
   */
  #lookLater(): void {
    const due = [pause, this.#isNewText ? 0 : longPause]
      .map((rounds) => rounds - this.#plainRounds)
      .filter((left) => left > 0);
    this.#untilLook = Math.min(longestLook, ...due) - 1;
  }

  /**
   * Rounds to go before it is decided whether a draft model reads a text: where other drafters copy most of it, it would
   * read for nothing.
   */
  #roundsToWatch(plain: number): number {
    if (!this.#isOneOfSeveral || this.#mode === 'draft') return 0;
    return Math.ceil((watchedOverRead * this.#costs.catchUp(this.#missed)) / plain) - this.#rounds;
  }

  #beginText(): void {
    this.#predictor.beginText?.();
    this.#texts.beginText();
  }

  /** Expected acceptance by position, for every length that has a cost. */
  #acceptance(costs: Float64Array): Float64Array {
    return Float64Array.from({ length: costs.length - 1 }, (_, position) =>
      this.#predictor.predict(position),
    );
  }

  /** The best length, were every token accepted with a chance higher by `shift`. */
  #choose(costs: Float64Array, acceptance: Float64Array, shift = 0): LengthChoice {
    return chooseDraftLength(
      acceptance.length,
      (position) =>
        shift === 0
          ? (acceptance[position] as number)
          : Math.max(0, Math.min(mostAcceptance, (acceptance[position] as number) + shift)),
      (length) => costs[length] as number,
      this.#settings(acceptance.length),
    );
  }

  /** To choose among where a draft has room for so many tokens: longer settings are cut, as a fixed length is. */
  #settings(room: number): ReadonlySet<number> | undefined {
    if (this.#lengths === undefined || room >= this.#maximumLength) return this.#lengths;
    return new Set([...this.#lengths].map((length) => Math.min(length, room)));
  }

  /** Milliseconds that a gain saves in what is to come. */
  #savedBy(expectedGain: number): number {
    const plain = this.#costs.plain as number;
    return this.#share * this.#generations.left(horizon) * plain * (1 - 1 / expectedGain);
  }

  /** Whether the choice is worth its drafts, with what a draft model has to read first. */
  #pays({ length, expectedGain }: LengthChoice): boolean {
    if (length === 0) return false;
    if (this.#mode === 'draft') return expectedGain >= endGain;
    return expectedGain >= beginGain && this.#mayPayToRead(expectedGain, savedOverRead);
  }

  /** Whether what a gain saves is worth what a draft model has to read first. */
  #mayPayToRead(expectedGain: number, timesOver: number): boolean {
    return this.#savedBy(expectedGain) >= timesOver * this.#costs.catchUp(this.#missed);
  }

  /** Tokens to draft though they do not promise to pay: they might, and that is worth what a try loses; else 0. */
  #lengthToTry(
    costs: Float64Array,
    acceptance: Float64Array,
    choice: LengthChoice,
    good: LengthChoice,
  ): number {
    if (good.length === 0 || this.#plainRounds < pause) return 0;
    const plain = costs[0] as number;
    const reading = this.#costs.catchUp(this.#missed);
    const allowed = this.#allowance.rounds * plain;
    if (reading > allowed) return 0;
    const bad = this.#choose(costs, acceptance, -farText * this.#texts.deviation);
    const far = this.#savedBy(bad.expectedGain) + this.#savedBy(good.expectedGain);
    const gained = farShare * far + (1 - 2 * farShare) * this.#savedBy(choice.expectedGain);
    // A try that does not look good ends with its first token.
    const once = (costs[1] as number) - (1 + (acceptance[0] as number)) * plain;
    const loss = reading + Math.max(0, once);
    return gained < loss || loss > allowed ? 0 : good.length;
  }
}
