// CourierService.mq5 as a process. Inputs come from EA_<name>; it ends on SIGTERM.
#include <Trade/Trade.mqh>
#include "run.h"
#include "../examples/CourierService.mq5"

int main() {
  ShimInput("ApiBase", ApiBase);
  ShimInput("DeviceId", DeviceId);
  ShimInput("DeviceSecret", DeviceSecret);
  ShimInput("WaitSeconds", WaitSeconds);
  ShimInput("RetrySeconds", RetrySeconds);
  ShimCatchTerm();
  OnStart();
}
