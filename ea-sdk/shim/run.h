// What a program needs around it: inputs from the environment, a timer, an end.
#pragma once
#include <csignal>
#include "terminal.h"

inline volatile std::sig_atomic_t &ShimStopped() {
  static volatile std::sig_atomic_t stopped = 0;
  return stopped;
}
inline void ShimCatchTerm() {
  std::signal(SIGTERM, [](int) { ShimStopped() = 1; });
}
inline bool IsStopped() { return ShimStopped() != 0; }

inline int &ShimTimer() {
  static int milliseconds = 1000;
  return milliseconds;
}
// A test's terminal is quicker than a real one.
inline bool EventSetMillisecondTimer(int milliseconds) {
  ShimTimer() = std::getenv("SHIM_TIMER_MS") ? std::atoi(std::getenv("SHIM_TIMER_MS")) : milliseconds;
  return true;
}
inline void EventKillTimer() {}

inline void ShimInput(const char *name, string &value) {
  if (const char *given = std::getenv((std::string("EA_") + name).c_str())) value = given;
}
template <class T> void ShimInput(const char *name, T &value) {
  if (const char *given = std::getenv((std::string("EA_") + name).c_str())) value = static_cast<T>(std::atof(given));
}
