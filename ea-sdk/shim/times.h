// MQL5's clocks. SHIM_CLOCK_SECONDS puts the machine's clock that much off.
#pragma once
#include <unistd.h>
#include <chrono>
#include <ctime>
#include "texts.h"

struct MqlDateTime {
  int year, mon, day, hour, min, sec, day_of_week, day_of_year;
};

inline long ShimClockError() {
  const char *given = std::getenv("SHIM_CLOCK_SECONDS");
  return given ? std::atol(given) : 0;
}
inline datetime TimeGMT() { return std::time(nullptr) + ShimClockError(); }
inline datetime TimeLocal() { return TimeGMT(); }
// The simulated broker lives two hours east of Greenwich, as many do.
constexpr long SHIM_BROKER_EAST = 7200;
inline datetime TimeCurrent() { return std::time(nullptr) + SHIM_BROKER_EAST; }
inline datetime TimeTradeServer() { return TimeGMT() + SHIM_BROKER_EAST; }

inline ulong GetMicrosecondCount() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<ulong>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}
// SHIM_HASTE: so many times faster do its seconds pass for the terminal.
inline ulong GetTickCount64() {
  static const char *given = std::getenv("SHIM_HASTE");
  static const ulong haste = given ? static_cast<ulong>(std::atol(given)) : 1;
  return haste * GetMicrosecondCount() / 1000;
}
inline void Sleep(int milliseconds) { usleep(static_cast<useconds_t>(milliseconds) * 1000); }

inline bool TimeToStruct(datetime at, MqlDateTime &parts) {
  std::tm tm{};
  time_t seconds = at;
  if (!gmtime_r(&seconds, &tm)) return false;
  parts = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_wday, tm.tm_yday};
  return true;
}
inline datetime StructToTime(const MqlDateTime &parts) {
  std::tm tm{};
  tm.tm_year = parts.year - 1900;
  tm.tm_mon = parts.mon - 1;
  tm.tm_mday = parts.day;
  tm.tm_hour = parts.hour;
  tm.tm_min = parts.min;
  tm.tm_sec = parts.sec;
  return timegm(&tm);
}
