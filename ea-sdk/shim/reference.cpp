// ReferenceEA.mq5 as a process. Inputs come from EA_<name>; it ends on SIGTERM.
#include <Trade/Trade.mqh>
#include "run.h"
#include "../examples/ReferenceEA.mq5"

int main() {
  ShimInput("ApiBase", ApiBase);
  ShimInput("DeviceId", DeviceId);
  ShimInput("DeviceSecret", DeviceSecret);
  ShimInput("SymbolMap", SymbolMap);
  ShimInput("PreflightSymbols", PreflightSymbols);
  ShimInput("Mode", Mode);
  ShimInput("PollMilliseconds", PollMilliseconds);
  ShimInput("UseCourier", UseCourier);
  ShimInput("SlippagePoints", SlippagePoints);
  ShimInput("CloseDeviationPoints", CloseDeviationPoints);
  ShimInput("MaxSpreadPoints", MaxSpreadPoints);
  ShimInput("RiskPercent", RiskPercent);
  ShimInput("MaxVolume", MaxVolume);
  ShimInput("EquityFloor", EquityFloor);
  ShimInput("Magic", Magic);
  ShimInput("SnapshotSeconds", SnapshotSeconds);
  ShimInput("SafeAfterSeconds", SafeAfterSeconds);
  ShimInput("RetrySeconds", RetrySeconds);
  ShimInput("SettleSeconds", SettleSeconds);
  ShimCatchTerm();
  ShimBroker::The().Move();
  int status = OnInit();
  if (status != INIT_SUCCEEDED) return 3;
  while (!IsStopped()) {
    ShimBroker::The().Move();
    OnTimer();
    Sleep(ShimTimer());
  }
  OnDeinit(1);
  return 0;
}
