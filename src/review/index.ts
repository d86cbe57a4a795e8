export { approveByMachine, type ApprovedByMachine } from './approve-by-machine.ts';
export {
  changeAutomation,
  drawsMachine,
  readAutomation,
  type Automation,
  type AutomationChanged,
} from './automation.ts';
export {
  machineEnds,
  machineReasons,
  type MachineCheck,
  type MachineChecks,
  type MachineEnd,
  type MachinePart,
  type MachineReason,
} from './machine-checks.ts';
export {
  claimNext,
  discardCase,
  reviseCase,
  type Claimed,
  type Revised,
} from './claim.ts';
export {
  answerQuestion,
  approveCase,
  declineCase,
  longestNote,
  type Answered,
  type Approved,
  type CaseAct,
  type Declined,
} from './decide.ts';
export {
  holdCase,
  listHolding,
  openHeld,
  reassignCases,
  returnToMain,
  type DoneToSome,
  type Held,
  type HeldCase,
  type OpenedHeld,
} from './hold.ts';
export {
  questionIds,
  type Answer,
  type AskedQuestion,
  type QuestionId,
  type Questionnaire,
  type QuestionSection,
} from './questions.ts';
export {
  holdingReasons,
  imageTicks,
  reasonCodes,
  reasons,
  type HoldingReason,
  type ImageTick,
  type NoteRule,
  type Reason,
  type ReasonCode,
  type ReasonGroup,
} from './reasons.ts';
export {
  decideInSandbox,
  holdInSandbox,
  listInSandbox,
  type ListedCase,
  type SandboxDecision,
} from './sandbox.ts';
export { readCaseOf, submitCase, triesLeft, type OwnCase, type Submitted } from './submit.ts';
export { traceCase, type TraceBy, type Traced } from './trace.ts';
export type { StoredTrace, TracedEntry, TraceOutcome } from './trace-store.ts';
export {
  adviceThemes,
  filesOf,
  reviewRoles,
  type AdviceTheme,
  type CaseEvidence,
  type CaseList,
  type CaseState,
  type Checker,
  type NotMine,
  type ReviewRole,
  type ScanEvidence,
} from './types.ts';
export { findCaseFile, readCase, type CaseView, type EarlierCase } from './view.ts';
export { forgetAccount, sweepReview } from './sweep.ts';
export { settleDueCases, startReviewWork } from './work.ts';
export {
  findDisagreementFile,
  listDisagreements,
  readDisagreement,
  settleDisagreement,
  type Disagreement,
  type DisagreementSettled,
  type DisagreementView,
} from './disagreement.ts';
export {
  answerSecondCheck,
  claimSecondCheck,
  discardSecondCheck,
  findSecondCheckFile,
  giveVerdict,
  readSecondCheck,
  type SecondCheckAct,
  type SecondCheckClaimed,
  type SecondCheckView,
  type VerdictGiven,
} from './second-check.ts';
export {
  readAutomationFigures,
  readBreaches,
  readDashboard,
  readFairness,
  type AutomationFigures,
  type Breaches,
  type Dashboard,
  type Fairness,
  type KindOutcomes,
} from './figures.ts';
export {
  changeTarget,
  longestNotice,
  reviewTarget,
  type ReviewTarget,
  type TargetChanged,
} from './target.ts';
export { groupMeanings, reasonMeanings } from './reason-meanings.ts';
