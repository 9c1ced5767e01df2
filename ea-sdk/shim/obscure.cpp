// ObscureSecret.mq5 as a process. Inputs come from EA_<name>.
#include <Trade/Trade.mqh>
#include "run.h"
#include "../examples/ObscureSecret.mq5"

int main() {
  ShimInput("DeviceId", DeviceId);
  ShimInput("DeviceSecret", DeviceSecret);
  OnStart();
}
