/** Names for the bodies of the API, taken from the operations that carry them. */
import type { paths } from "./schema";

type Json<Response> = Response extends { content: { "application/json": infer Sent } } ? Sent : never;
type Responses<Operation> = Operation extends { responses: infer All } ? All : never;
type Answer<Operation, Code extends number> = Json<
  Responses<Operation> extends Record<Code, infer Found> ? Found : never
>;
type Body<Operation> = Operation extends { requestBody?: infer Sent } ? Json<NonNullable<Sent>> : never;

export type Token = Answer<paths["/api/v1/auth/login"]["post"], 200>;
export type Me = Answer<paths["/api/v1/me"]["get"], 200>;
export type Quotas = Answer<paths["/api/v1/me/quotas"]["get"], 200>;
export type Quota = Quotas["items"][number];
export type SessionInfo = Answer<paths["/api/v1/auth/sessions"]["get"], 200>["items"][number];
export type SecondFactor = Answer<paths["/api/v1/auth/mfa"]["get"], 200>;
export type Enrolment = Answer<paths["/api/v1/auth/mfa/enrol"]["post"], 201>;
export type Device = Answer<paths["/api/v1/devices/me"]["get"], 200>["items"][number];
export type Registered = Answer<paths["/api/v1/devices/register"]["post"], 201>;
export type Account = Answer<paths["/api/v1/accounts"]["get"], 200>["items"][number];
export type LinkBody = Body<paths["/api/v1/accounts/link"]["post"]>;
export type Linked = Answer<paths["/api/v1/accounts/link"]["post"], 201>;
export type LiveAccount = Answer<paths["/api/v1/accounts/{id}/positions"]["get"], 200>;
export type Position = LiveAccount["open_positions"][number];
export type Money = Position["profit"];
export type TradingStatus = Answer<paths["/api/v1/trading/status"]["get"], 200>;
export type Pause = TradingStatus["pauses"][number];
export type KillSwitch = TradingStatus["kill_switches"][number];
export type Size = TradingStatus["size"];
export type CapsOf = Answer<paths["/api/v1/risk/me"]["get"], 200>;
export type Caps = CapsOf["effective"];
export type OwnCaps = CapsOf["own"];
export type Preflight = Answer<paths["/api/v1/accounts/{id}/preflight"]["get"], 200>;
export type Finding = Preflight["findings"][number];
export type Closure = Answer<paths["/api/v1/closures"]["get"], 200>["items"][number];
export type CopyStatus = Answer<paths["/api/v1/copy/status"]["get"], 200>;
export type CopyHold = CopyStatus["paused_by"][number];
export type Earned = CopyStatus["strategies"][number];
export type CopyBody = Body<paths["/api/v1/copy/enable"]["post"]>;
export type CopyLimitsBody = Body<paths["/api/v1/copy/risk"]["patch"]>;
export type SignalPage = Answer<paths["/api/v1/signals"]["get"], 200>;
export type Signal = SignalPage["items"][number];
export type Consent = Answer<paths["/api/v1/consent"]["get"], 200>;
export type Approval = Answer<paths["/api/v1/approve"]["post"], 201>;
export type ApprovalPage = Answer<paths["/api/v1/approvals"]["get"], 200>;
export type ApproveBody = Body<paths["/api/v1/approve"]["post"]>;
export type Bounds = NonNullable<ApproveBody["bounds"]>;
export type Decision = ApproveBody["decision"];
export type ExecutionPage = Answer<paths["/api/v1/executions"]["get"], 200>;
export type Execution = ExecutionPage["items"][number];
export type CandlePage = Answer<paths["/api/v1/candles"]["get"], 200>;
export type Candle = CandlePage["items"][number];
export type Instrument = Answer<paths["/api/v1/instruments"]["get"], 200>["items"][number];
export type Quotes = Answer<paths["/api/v1/quotes"]["get"], 200>;
export type NewestQuote = Quotes["items"][number];
export type Timeframe = NonNullable<paths["/api/v1/candles"]["get"]["parameters"]["query"]["timeframe"]>;
