/** The names under which answers of the hub are kept. */
export const keys = {
  me: ["me"],
  quotas: ["quotas"],
  sessions: ["sessions"],
  secondFactor: ["second-factor"],
  consent: ["consent"],
  openSignals: ["signals", "open"],
  signals: ["signals"],
  signal: (id: string) => ["signals", "one", id],
  approvals: ["approvals"],
  executions: ["executions"],
  devices: ["devices"],
  accounts: ["accounts"],
  liveAccounts: ["live-accounts"],
  liveAccount: (id: string) => ["live-accounts", id],
  candles: (symbol: string, timeframe: string) => ["candles", symbol, timeframe],
  candlesOf: (symbol: string) => ["candles", symbol],
} as const;
