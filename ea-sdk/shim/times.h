// MQL5's clocks. SHIM_CLOCK_SECONDS puts the machine's clock that much off; a file clock.txt with two numbers does so for
// as long as it is there, and puts the machine's zone that much east (seconds).
#pragma once
#include <unistd.h>
#include <chrono>
#include <ctime>
#include "texts.h"

struct MqlDateTime {
  int year, mon, day, hour, min, sec, day_of_week, day_of_year;
};

struct ShimClock {
  long off = 0, east = 0;
  ShimClock() {
    const char *given = std::getenv("SHIM_CLOCK_SECONDS"), *folder = std::getenv("SHIM_FILES");
    if (given) off = std::atol(given);
    FILE *file = std::fopen((std::string(folder ? folder : ".") + "/clock.txt").c_str(), "r");
    if (!file) return;
    if (std::fscanf(file, "%ld %ld", &off, &east) != 2) off = east = 0;
    std::fclose(file);
  }
};
inline datetime TimeGMT() { return std::time(nullptr) + ShimClock().off; }
inline datetime TimeLocal() { return TimeGMT() + ShimClock().east; }
// The simulated broker lives two hours east of Greenwich, as many do.
constexpr long SHIM_BROKER_EAST = 7200;
inline datetime TimeCurrent() { return std::time(nullptr) + SHIM_BROKER_EAST; }
// What the terminal reckons from the machine's clock; with SHIM_SERVER_CLOCK the broker's true time.
inline datetime TimeTradeServer() { return std::getenv("SHIM_SERVER_CLOCK") ? TimeCurrent() : TimeGMT() + SHIM_BROKER_EAST; }

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
