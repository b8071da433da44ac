import {
  ContextOverflowError,
  type ContinueOptions,
  createPrefixCache,
  type DecodeEvent,
  type Drafter,
  type GenerationEndEvent,
  type LanguageModel,
  type PrefixCache,
} from '@foretoken/core';
import type { Grammar } from '@foretoken/grammar';
import { type ChatMessage, type ChatTemplate, encodeChat } from '@foretoken/models';
import { openGrammar, type StructureSelection } from '../options/structure-options.js';

/** What answers. */
export interface ConversationModels {
  readonly target: LanguageModel;
  readonly drafter: Drafter | undefined;
  /** Drafts instead where answers have a structure. */
  readonly structuredDrafter: Drafter | undefined;
  readonly template: ChatTemplate;
  readonly draftLength: ContinueOptions['draftLength'];
}

/** How it answers; the request's number and the signal come with every answer. */
export type AnswerSettings = Omit<
  ContinueOptions,
  'prompt' | 'drafter' | 'draftLength' | 'request' | 'signal' | 'hiddenStates'
>;

/**
 * What was said, and a target that answers. Every prompt is the whole conversation, written by the model's template; of
 * it the target reads only what is new, and the drafter likewise.
 */
export class Conversation {
  readonly #settings: AnswerSettings;
  #models: ConversationModels;
  #drafters: Pick<ConversationModels, 'drafter' | 'structuredDrafter'>;
  #cache: PrefixCache;
  #system: string | undefined;
  #structure: StructureSelection = {};
  /** Of the structure, for the target's vocabulary. */
  #grammar: Grammar | undefined;
  #said: readonly ChatMessage[] = [];
  #answers = 0;

  constructor(models: ConversationModels, settings: AnswerSettings) {
    this.#models = models;
    this.#drafters = models;
    this.#cache = createPrefixCache(models.target);
    this.#settings = settings;
  }

  get models(): ConversationModels {
    return this.#models;
  }

  /** Every message, that of the system included. */
  get messages(): readonly ChatMessage[] {
    return this.#withSystem(this.#said);
  }

  /** Tokens that the target's cache holds. */
  get heldCount(): number {
    return this.#cache.tokens.length;
  }

  get system(): string | undefined {
    return this.#system;
  }

  /** From the next answer on; undefined: none, and the template may put one of its own there. */
  set system(text: string | undefined) {
    this.#system = text;
  }

  get structure(): StructureSelection {
    return this.#structure;
  }

  /** What answers must be, from the next one on. @throws as `openGrammar`, and leaves it as it was. */
  async setStructure(structure: StructureSelection): Promise<void> {
    this.#grammar = await openGrammar(structure, this.#models.target.tokenizer);
    this.#structure = structure;
  }

  /** Begins anew, or with these messages. */
  begin(messages: readonly ChatMessage[] = []): void {
    const [first] = messages;
    if (first?.role === 'system') this.#system = first.content;
    this.#said = first?.role === 'system' ? messages.slice(1) : messages;
  }

  /**
   * Another target answers what was said so far and what comes; the caller closes the earlier one.
   *
   * @throws as `openGrammar` where its vocabulary cannot write what answers must be; the earlier target stays.
   */
  async answerWith(models: ConversationModels): Promise<void> {
    this.#grammar = await openGrammar(this.#structure, models.target.tokenizer);
    this.#cache.close();
    this.#models = models;
    this.#drafters = models;
    this.#cache = createPrefixCache(models.target);
  }

  /**
   * Answers a message; both are part of the conversation from `generation-end` on. An answer that was stopped is kept as
   * far as it came; one that was stopped before its first word, or that failed, leaves the conversation as it was.
   *
   * @throws ChatTemplateError where the template does not take the messages; ContextOverflowError where they do not fit;
   *   what the engine throws.
   */
  async *answer(text: string, signal?: AbortSignal): AsyncGenerator<DecodeEvent, void, undefined> {
    const { target, template, draftLength } = this.#models;
    const asked: readonly ChatMessage[] = [...this.#said, { role: 'user', content: text }];
    const prompt = encodeChat(target.tokenizer, template.render(this.#withSystem(asked)));
    if (prompt.length > target.contextLength) {
      throw new ContextOverflowError(
        `With this message the conversation has ${prompt.length} tokens, and the context of ${target.name} holds ${target.contextLength}: it was not sent. ${roomAdvice}`,
      );
    }
    const { drafter: free, structuredDrafter } = this.#drafters;
    const drafter = this.#grammar === undefined ? free : structuredDrafter;
    const drafting = drafter === undefined ? {} : { drafter, draftLength };
    const allowedTokens = this.#grammar?.allowedTokens(prompt.length);
    const sampling = { ...this.#settings.sampling, allowedTokens };
    const request = this.#answers++;
    let answer = '';
    for await (const event of this.#cache.generate({
      ...this.#settings,
      ...drafting,
      sampling,
      prompt,
      request,
      signal,
    })) {
      if (event.type === 'token-committed') answer += event.text;
      // It failed, and would fail again.
      if (event.type === 'drafter-failed')
        this.#drafters = { drafter: undefined, structuredDrafter: undefined };
      if (event.type === 'generation-end') {
        answer += event.text;
        if (isKept(event, answer)) this.#said = [...asked, { role: 'assistant', content: answer }];
      }
      yield event;
    }
  }

  close(): void {
    this.#cache.close();
  }

  #withSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
    return this.#system === undefined ? messages : [{ role: 'system', content: this.#system }, ...messages];
  }
}

/** What helps against a full context. Leaving out the oldest messages would change what the model answers unnoticed. */
export const roomAdvice =
  '/clear begins anew and keeps the system prompt; --context N gives more room. Earlier messages are never dropped unasked: that would change the answers.';

function isKept({ finishReason }: GenerationEndEvent, answer: string): boolean {
  return finishReason !== 'cancelled' || answer !== '';
}
