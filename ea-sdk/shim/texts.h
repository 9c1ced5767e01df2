// MQL5's functions of strings and numbers.
#pragma once
#include <algorithm>
#include <cmath>
#include <iostream>
#include <sstream>
#include "types.h"

inline int StringLen(const string &s) { return static_cast<int>(s.raw().size()); }
inline string StringSubstr(const string &s, int from, int count = -1) {
  if (from < 0 || from >= StringLen(s) || count == 0) return "";
  return string(s.raw().substr(static_cast<size_t>(from), count < 0 ? std::u16string::npos : static_cast<size_t>(count)));
}
inline int StringFind(const string &s, const string &what, int from = 0) {
  size_t at = s.raw().find(what.raw(), static_cast<size_t>(from));
  return at == std::u16string::npos ? -1 : static_cast<int>(at);
}
inline ushort StringGetCharacter(const string &s, int at) {
  return at < 0 || at >= StringLen(s) ? static_cast<ushort>(0) : static_cast<ushort>(s.raw()[static_cast<size_t>(at)]);
}
inline string ShortToString(ushort c) { return string(std::u16string(1, static_cast<char16_t>(c))); }
inline int StringReplace(string &s, const string &what, const string &with) {
  int count = 0;
  for (size_t at = 0; (at = s.raw().find(what.raw(), at)) != std::u16string::npos; count++) {
    s.raw().replace(at, what.raw().size(), with.raw());
    at += with.raw().size();
  }
  return count;
}
template <class F> bool ChangeCase(string &s, F change) {
  for (char16_t &c : s.raw())
    if (c < 128) c = static_cast<char16_t>(change(c));
  return true;
}
inline bool StringToUpper(string &s) { return ChangeCase(s, ::toupper); }
inline bool StringToLower(string &s) { return ChangeCase(s, ::tolower); }
inline int StringTrimLeft(string &s) {
  size_t n = 0;
  while (n < s.raw().size() && s.raw()[n] <= ' ') n++;
  s.raw().erase(0, n);
  return static_cast<int>(n);
}
inline int StringTrimRight(string &s) {
  int n = 0;
  for (; !s.raw().empty() && s.raw().back() <= ' '; n++) s.raw().pop_back();
  return n;
}
inline int StringSplit(const string &s, ushort by, Array<string> &parts) {
  std::u16string part;
  ArrayResize(parts, 0);
  for (char16_t c : s.raw() + std::u16string(1, static_cast<char16_t>(by))) {
    if (c != by) {
      part += c;
      continue;
    }
    parts.items().push_back(string(part));
    part.clear();
  }
  return ArraySize(parts);
}

// With count -1 the closing zero is copied too, as the terminal does.
inline int StringToCharArray(const string &s, Array<uchar> &to, int start = 0, int count = -1, uint = CP_ACP) {
  std::string utf8 = s.utf8();
  size_t size = count < 0 ? utf8.size() + 1 : std::min(utf8.size(), static_cast<size_t>(count));
  if (ArraySize(to) < start + static_cast<int>(size)) ArrayResize(to, start + static_cast<int>(size));
  for (size_t i = 0; i < size; i++) to[start + static_cast<long>(i)] = static_cast<uchar>(i < utf8.size() ? utf8[i] : 0);
  return static_cast<int>(size);
}
inline string CharArrayToString(const Array<uchar> &from, int start = 0, int count = -1, uint = CP_ACP) {
  std::string utf8;
  int end = count < 0 ? ArraySize(from) : std::min(ArraySize(from), start + count);
  for (int i = start; i < end && from[i] != 0; i++) utf8 += static_cast<char>(from[i]);
  return string::Of(utf8);
}

inline long StringToInteger(const string &s) { return std::strtol(s.utf8().c_str(), nullptr, 10); }
inline double StringToDouble(const string &s) { return std::strtod(s.utf8().c_str(), nullptr); }
inline string IntegerToString(long value, int width = 0, ushort fill = ' ') {
  std::string text = std::to_string(value);
  while (static_cast<int>(text.size()) < width) text.insert(text.begin(), static_cast<char>(fill));
  return string::Of(text);
}
inline string DoubleToString(double value, int digits = 8) {
  char text[400];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

inline double MathAbs(double x) { return std::fabs(x); }
inline double MathRound(double x) { return std::round(x); }
inline double MathFloor(double x) { return std::floor(x); }
inline double MathCeil(double x) { return std::ceil(x); }
inline double MathLog10(double x) { return std::log10(x); }
inline double MathPow(double x, double y) { return std::pow(x, y); }
template <class A, class B> double MathMax(A a, B b) { return std::max(static_cast<double>(a), static_cast<double>(b)); }
template <class A, class B> double MathMin(A a, B b) { return std::min(static_cast<double>(a), static_cast<double>(b)); }
inline bool MathIsValidNumber(double x) { return std::isfinite(x); }
inline double NormalizeDouble(double x, int digits) {
  double scale = std::pow(10.0, digits);
  return std::round(x * scale) / scale;
}
inline int MathRand() { return std::rand() & 0x7FFF; }
inline void MathSrand(uint seed) { std::srand(seed); }

inline void Show(std::ostream &out, const string &s) { out << s.utf8(); }
template <class T> void Show(std::ostream &out, const T &value) { out << value; }
template <class... T> void Print(const T &...parts) {
  std::ostringstream line;
  (Show(line, parts), ...);
  std::cout << line.str() << std::endl;
}
template <class... T> void Alert(const T &...parts) { Print("ALERT ", parts...); }
template <class... T> void Comment(const T &...) {}
