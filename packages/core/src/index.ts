export * from './errors/index.js';
export { contractVersion } from './contract/backend.js';
export type { Backend, LoadModelOptions } from './contract/backend.js';
export type { Capabilities } from './contract/capabilities.js';
export type { Distribution } from './contract/distribution.js';
export type { Draft } from './contract/draft.js';
export type { DraftContext, DraftedToken } from './contract/draft-context.js';
export type { DraftOutcome } from './contract/draft-outcome.js';
export type { DraftBudget, Drafter, HiddenStates } from './contract/drafter.js';
export type { ForwardOptions, ForwardRequest, ForwardResult } from './contract/forward.js';
export type { HeadModel, HeadRequest, HeadSequence } from './contract/head-model.js';
export type { LanguageModel } from './contract/language-model.js';
export type { LogitsHandle } from './contract/logits-handle.js';
export { modelFileParts } from './contract/model-file-parts.js';
export type { MemoryUse } from './contract/memory-use.js';
export type { Sequence } from './contract/sequence.js';
export type { Tokenizer } from './contract/tokenizer.js';
export type { VerificationRandom } from './contract/verification-random.js';
export type { VerificationOutcome, VerificationRule } from './contract/verification-rule.js';
export type { Verifier } from './contract/verifier.js';
export type { KeyedRandom, RandomPurpose } from './random/keyed-random.js';
export type { LogitsTransform } from './sampling/logits-transform.js';
export type { AllowedTokens, SamplingSettings } from './sampling/sampling-settings.js';
export { compareGreedy } from './decoding/compare-greedy.js';
export type { GreedyDifference } from './decoding/compare-greedy.js';
export type { DecodeCounters } from './decoding/decode-counters.js';
export type {
  DecodeEvent,
  DrafterFailedEvent,
  DraftEndEvent,
  FinishReason,
  GenerationEndEvent,
  RoundEndEvent,
  TokenCommittedEvent,
  TokenLogprobs,
  TokenOrigin,
} from './decoding/decode-event.js';
export { encodePrompt } from './decoding/encode-prompt.js';
export { generate } from './decoding/generate.js';
export type { GenerateOptions } from './decoding/generate-options.js';
export { generateText } from './decoding/generate-text.js';
export type { GeneratedText } from './decoding/generate-text.js';
export { createPrefixCache } from './decoding/prefix-cache.js';
export type { ContinueOptions, PrefixCache } from './decoding/prefix-cache.js';
export { readTogether } from './decoding/read-together.js';
export type { CompareRows, ReadTogetherOptions } from './decoding/read-together.js';
export { routeRequest } from './decoding/route-request.js';
export type { RequestRoute, RouteRequestOptions } from './decoding/route-request.js';
export { assertSameVocabulary } from './drafting/assert-same-vocabulary.js';
export { createCombinedDrafter } from './drafting/combined-drafter.js';
export type { CombinedDrafterOptions, DrafterCombination } from './drafting/combined-drafter.js';
export { drafterFactories } from './drafting/drafters.js';
export type { DrafterFactory, DrafterModels } from './drafting/drafters.js';
export { createForcedTokenDrafter } from './drafting/forced-token-drafter.js';
export type { ForcedTokenOptions } from './drafting/forced-token-drafter.js';
export { createInputCopyDrafter } from './drafting/input-copy-drafter.js';
export type { InputCopyOptions } from './drafting/input-copy-drafter.js';
export { createEagleDrafter } from './drafting/heads/eagle-drafter.js';
export type { EagleDrafterOptions, HeadDrafterOptions } from './drafting/heads/eagle-drafter.js';
export { createMlpSpeculatorDrafter } from './drafting/heads/mlp-speculator-drafter.js';
export { createModelDrafter } from './drafting/model-drafter.js';
export type { ModelDrafterOptions } from './drafting/model-drafter.js';
export { decodePastOutputs, encodePastOutputs } from './drafting/n-gram/past-outputs.js';
export type { PastOutputs, PastOutputsReading, UnreadableReason } from './drafting/n-gram/past-outputs.js';
export { markVocabulary } from './drafting/n-gram/vocabulary-mark.js';
export type { VocabularyMark } from './drafting/n-gram/vocabulary-mark.js';
export { createNGramDrafter } from './drafting/n-gram-drafter.js';
export type { NGramOptions } from './drafting/n-gram-drafter.js';
export { createModelTreeDrafter } from './drafting/model-tree-drafter.js';
export type { ModelTreeDrafterOptions } from './drafting/model-tree-drafter.js';
export type {
  ChosenTree,
  DraftTreeKind,
  DynamicTree,
  SampledTree,
  StaticTree,
} from './drafting/tree/tree-growth.js';
export { createPromptLookupDrafter } from './drafting/prompt-lookup-drafter.js';
export type { PromptLookupOptions } from './drafting/prompt-lookup-drafter.js';
export { createStagedDrafter } from './drafting/staged-drafter.js';
export type { StagedDrafterOptions } from './drafting/staged-drafter.js';
export { createStringMatchDrafter } from './drafting/string-match-drafter.js';
export type { StringMatchOptions } from './drafting/string-match-drafter.js';
export { createTokenIntersectionDrafter } from './drafting/token-intersection-drafter.js';
export type { TokenIntersectionOptions } from './drafting/token-intersection-drafter.js';
export { createAdaptiveTreeShape } from './scheduling/adaptive-tree-shape.js';
export type { AdaptiveTreeShapeOptions } from './scheduling/adaptive-tree-shape.js';
export { chooseTreeShape } from './scheduling/choose-tree-shape.js';
export type { TreeShapeChoice, TreeShapeProblem } from './scheduling/choose-tree-shape.js';
export { RankAcceptance } from './scheduling/rank-acceptance.js';
export type { RankCount } from './scheduling/rank-acceptance.js';
export { createTreeDraftLength } from './scheduling/tree-draft-length.js';
export type { TreeDraftLengthOptions } from './scheduling/tree-draft-length.js';
export { treePassLengths } from './scheduling/tree-pass-lengths.js';
export { nodeDepths } from './scheduling/tree-shape.js';
export type { TreeLimits, TreeShape } from './scheduling/tree-shape.js';
export { createFixedShape } from './scheduling/tree-shape-chooser.js';
export type { TreeShapeChooser, VerifiedTree } from './scheduling/tree-shape-chooser.js';
export { chooseDraftLength } from './scheduling/choose-draft-length.js';
export type { LengthChoice } from './scheduling/choose-draft-length.js';
export type {
  DraftLengthController,
  GenerationStart,
  RoundMeasurement,
} from './scheduling/draft-length-controller.js';
export { endsFirst } from './scheduling/ends-first.js';
export { createFixedDraftLength } from './scheduling/fixed-draft-length.js';
export { createLearningDraftLength } from './scheduling/learning-draft-length.js';
export type { LearningDraftLength, LearningDraftLengthOptions } from './scheduling/learning-draft-length.js';
export { constantAcceptance } from './scheduling/constant-acceptance.js';
export type { AcceptancePredictor, VerifiedChain } from './scheduling/predictors/acceptance-predictor.js';
export { createBetaSurvival } from './scheduling/predictors/beta-survival.js';
export { createPerceptronPredictor } from './scheduling/predictors/perceptron.js';
export { createSaturatingCounter } from './scheduling/predictors/saturating-counter.js';
export { createTwoLevelPredictor } from './scheduling/predictors/two-level.js';
export { createMovingAverageDraftLength } from './scheduling/moving-average-draft-length.js';
export { stopAboveRejection } from './scheduling/stop-above-rejection.js';
export { stopBelowConfidence } from './scheduling/stop-below-confidence.js';
export { stopByEntropy } from './scheduling/stop-by-entropy.js';
export type { StopByEntropyOptions } from './scheduling/stop-by-entropy.js';
export { measurePassCosts } from './scheduling/measure-pass-costs.js';
export type { MeasurePassCostsOptions } from './scheduling/measure-pass-costs.js';
export { costAt, costCurve } from './scheduling/cost-curve.js';
export type { CostCurve, MeasuredCostCurve } from './scheduling/cost-curve.js';
export { lowerQuartile } from './scheduling/lower-quartile.js';
export { measureRoundCosts } from './decoding/measure-round-costs.js';
export type { MeasureRoundCostsOptions } from './decoding/measure-round-costs.js';
export { createRequestRandom } from './random/request-random.js';
export type { RequestRandom } from './random/request-random.js';
export { createLogitsTransform } from './sampling/create-logits-transform.js';
export { drawToken, drawWeighted, oneHot, probabilityOf } from './sampling/draw.js';
export { kullbackLeibler } from './sampling/kullback-leibler.js';
export { block } from './verification/block.js';
export { kSeq } from './verification/k-seq.js';
export { createBigLittle } from './verification/lossy/big-little.js';
export type { BigLittleOptions } from './verification/lossy/big-little.js';
export { lossyRules } from './verification/lossy/lossy-rules.js';
export type { LossyRule } from './verification/lossy/lossy-rule.js';
export { createSpeculativeCascade } from './verification/lossy/speculative-cascade.js';
export type { SpeculativeCascadeOptions } from './verification/lossy/speculative-cascade.js';
export { createTypicalAcceptance } from './verification/lossy/typical-acceptance.js';
export type { TypicalAcceptanceOptions } from './verification/lossy/typical-acceptance.js';
export { recursiveRejection } from './verification/recursive-rejection.js';
export { verificationRules } from './verification/rules.js';
export { sampleMatch } from './verification/sample-match.js';
export { tokenwise } from './verification/tokenwise.js';
export { traversal } from './verification/traversal.js';
export { validateDraft } from './verification/validate-draft.js';
export { RowLogits } from './sampling/row-logits.js';
